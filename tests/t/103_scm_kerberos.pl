# qsrepl-scm logs on by Kerberos: with tickets that are there, with a keytab, and
# with neither. A KDC and a node with a keytab of its own.
use strict;
use warnings FATAL => 'all';

use IPC::Run ();
use PostgreSQL::Test::Utils;
use QsreplKdc;
use QsreplNodes;
use Test::More;

my $engine = 'QlikSenseEngineService';
my $host = 'node1.qliktest.local';
my $kdc = start_kdc('127.0.7.90');
my $dir = $kdc->dir;
my $keytab = $kdc->keytab("$dir/node.keytab", "cifs/$host");
my $own = $kdc->keytab("$dir/operator.keytab", 'operator', 'stranger');
my $nodes = start_nodes(smb_conf => <<CONF);
realm = QLIKTEST.LOCAL
kerberos method = dedicated keytab
dedicated keytab file = FILE:$keytab
CONF
my @to = ('--host', $host, '--port', $nodes->port);

# The node's name, for our program alone.
append_to_file("$dir/hosts", $nodes->address(1) . " $host\n");
chmod 0600, $own;
mkdir "$dir/tmp";
$ENV{TMPDIR} = "$dir/tmp";

sub with_names
{
	my @words = @_;
	local $ENV{LD_PRELOAD} = 'libnss_wrapper.so';
	local $ENV{NSS_WRAPPER_HOSTS} = "$dir/hosts";

	return scm(@words);
}

# A ticket that is there
$ENV{KRB5CCNAME} = "FILE:$dir/cache";
my ($code, @answers) = with_names([ @to, '--kerberos' ], { op => 'query', service => $engine });
is($code, 1, 'no ticket: exit code');
is($answers[0]{error}{kind}, 'logon', 'no ticket: kind');
system_or_bail('kinit', '-k', '-t', $own, 'operator');
($code, @answers) = with_names([ @to, '--kerberos' ], { op => 'query', service => $engine });
is($code, 0, 'a ticket: exit code') or diag explain \@answers;
is($answers[1]{state}, 'running', 'a ticket: answers');
unlink "$dir/cache";

# A keytab
($code, @answers) = with_names([ @to, '--keytab', $own, '--principal', 'operator' ], { op => 'query', service => $engine });
is($code, 0, 'a keytab: exit code') or diag explain \@answers;
is($answers[1]{state}, 'running', 'a keytab: answers');
ok(!-e "$dir/cache", 'a keytab: the cache that is named is not used');
is_deeply([ glob "$dir/tmp/qsrepl-scm.*" ], [], 'a keytab: the ticket is gone');

# One whose key is not in it; a realm that is not there
($code, @answers) = with_names([ @to, '--keytab', $own, '--principal', 'nobody' ]);
is($code, 1, 'another principal: exit code');
is($answers[0]{error}{kind}, 'logon', 'another principal: kind');
like($answers[0]{error}{text}, qr/kinit/, 'another principal: text');
is_deeply([ glob "$dir/tmp/qsrepl-scm.*" ], [], 'another principal: nothing is left');

# A ticket, but no account at the node
($code, @answers) = with_names([ @to, '--keytab', $own, '--principal', 'stranger' ]);
is($code, 1, 'no account: exit code');
is($answers[0]{error}{kind}, 'logon', 'no account: kind');

# A node that does not answer: the program is given up, the ticket is not left.
my ($port, $socket) = silent_address('127.0.7.91');
($code, @answers) = scm([ '--host', '127.0.7.91', '--port', $port, '--keytab', $own, '--principal', 'operator', '--timeout', 500 ]);
is($code, 1, 'silent: exit code');
is($answers[0]{error}{kind}, 'unreachable', 'silent: kind');
is_deeply([ glob "$dir/tmp/qsrepl-scm.*" ], [], 'silent: the ticket is gone');

# The same where it is ended while it waits.
{
	my ($mute, $server) = broken_address('127.0.7.92', 'mute');
	my $out = '';
	my $run = IPC::Run::start([ 'build/qsrepl-scm', '--host', '127.0.7.92', '--port', $mute, '--keytab', $own, '--principal', 'operator', '--timeout', 60000 ], '<', \'', '>', \$out, IPC::Run::timeout(60));

	$server->wait_until('a connection', sub { $server->said('broken') =~ /^taken$/m });
	is(scalar(() = glob "$dir/tmp/qsrepl-scm.*/cache"), 1, 'ended: there is a ticket before');
	$run->signal('TERM');
	$run->finish;
	is($run->full_result(0) >> 8, 128 + 15, 'ended: exit code');
	is_deeply([ glob "$dir/tmp/qsrepl-scm.*" ], [], 'ended: the ticket is gone');
	$server->stop;
}

# The KDC is away: no password is asked for, and none tried.
$kdc->stop;
($code, @answers) = with_names([ @to, '--keytab', $own, '--principal', 'operator' ]);
is($code, 1, 'no KDC: exit code');
is($answers[0]{error}{kind}, 'logon', 'no KDC: kind');
is(scalar(grep { $_->{user} =~ /operator/ && $_->{status} ne 'NT_STATUS_OK' } $nodes->logons), 0, 'no password was tried');
done_testing();
