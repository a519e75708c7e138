# pg_rewind fails in the middle of a rejoin: whoever starts what it has left, as a
# service manager may, does not get a second primary.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplTest;
use Test::More;

my %node = make_tool_pair();
my ($bin) = `pg_config --bindir` =~ /(.*)/;
my $stand_in = "$tool_dir/bin";
my $conf = conf_file('B', \%node);

kill_server($node{A});
my ($code, $out, $err) = qsrepl('failover', '--to', 'B', '--accept-data-loss', 'unknown', '--config', $conf);
is($code, 0, 'failover') or diag("$out$err");

# It is there until it is done that nothing is to be started as a standby; so it fails.
mkdir $stand_in;
symlink $_, "$stand_in/" . s{.*/}{}r foreach grep { !/pg_rewind$/ } glob "$bin/*";
write_private("$stand_in/pg_rewind", "#!/bin/sh\nrm -f " . $node{A}->data_dir . "/standby.signal\necho 'the line was cut' >&2\nexit 1\n");
chmod 0755, "$stand_in/pg_rewind";
$conf = conf_file('A', \%node, change => [ qr/(\[site A\]\n.*?)bin_directory = \S+/s => "[site A]\nhost = 127.0.0.1\nport = " . $node{A}->port . "\nuser = "
		  . getpwuid($<) . "\ndata_directory = " . $node{A}->data_dir . "\nbin_directory = $stand_in" ]);
($code, $out, $err) = qsrepl('rejoin', 'A', '--yes', '--config', $conf);
is($code, 0, 'rejoin, by a base backup') or diag($err);
$_->_update_pid(-1) foreach values %node;
like($out, qr/pg_rewind could not be used: .*the line was cut.*A new base backup is taken/s, 'it says why');
my ($aside) = $out =~ /The data that site A had are in "(.*?)"/;
ok(defined $aside && -e "$aside/standby.signal", 'what was half rewound would not have become a primary');
query_is($node{A}, 'postgres', 'SELECT pg_is_in_recovery()', 't', 'A is a standby');
$_->stop foreach values %node;
done_testing();
