# qsrepl setup where something is wrong: a lost slot, a full disk, certificates,
# versions, sites that are mixed up.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplTest;
use Test::More;

my %node = (A => bare_server('site_a'), B => bare_server('site_b'));
my ($data_a, $data_b) = ($node{A}->data_dir, $node{B}->data_dir);
my $dir = $tool_dir;
my ($bin) = `pg_config --bindir` =~ /(.*)/;
my ($code, $out, $err);

sub call
{
	my ($verb, $site, $change, @more) = @_;

	return qsrepl('setup', $verb, '--site', $site, '--config', setup_conf($site, \%node, @$change), @more);
}

# Site B by another name for A's server.
my @one_server = ("\\[site B\\]\nhost = 127.0.0.1\nport = \\d+" => "[site B]\nhost = 127.0.0.2\nport = " . $node{A}->port);

# Other programs at site B.
sub with_programs
{
	my ($place) = @_;

	return [ "data_directory = \Q$data_b\E\nbin_directory = [^\n]*" => "data_directory = $data_b\nbin_directory = $place" ];
}

# A directory with PostgreSQL's programs, one of which is a script.
sub programs
{
	my ($place_name, $name, $script) = @_;
	my $place = "$dir/bin_$place_name";

	mkdir $place or die "$place: $!";
	symlink $_, $place . '/' . ($_ =~ s/.*\///r) or die "$_: $!" foreach grep { !/\/\Q$name\E$/ } glob("$bin/*");
	write_private("$place/$name", "#!/bin/sh\n$script\n");
	chmod 0755, "$place/$name";
	return $place;
}

# Of the primary: what a refusal must not have changed.
sub primary_state
{
	return join "\n", slurp_file("$data_a/postmaster.pid"), slurp_file("$data_a/postgresql.conf"),
	  $node{A}->safe_psql('postgres', 'SELECT pg_is_in_recovery()');
}

sub refused
{
	my ($what, $exit, $like, @words) = @_;
	my $before = primary_state();

	($code, $out, $err) = call(@words);
	is($code, $exit, $what);
	like($err, $like, 'is told');
	is(primary_state(), $before, 'and the primary is as it was');
	ok(!-e "$dir/journal_B", 'nothing was begun');
	return;
}

$node{A}->append_conf('postgresql.conf', "listen_addresses = '127.0.0.1, 127.0.0.2'");
$node{A}->start;
$node{A}->safe_psql('postgres', 'CREATE DATABASE "QSR"');
load_fixture($node{A}, 'QSR', 'qsr', apps => 10);

# Both names lead to one server.
($code, $out, $err) = call('primary', 'A',
	\@one_server);
is($code, 6, 'both sites name one server');
like($err, qr/sites "A" and "B" are one server/, 'is told');
ok(!-e "$dir/journal_A", 'nothing was begun');
($code, $out, $err) = call('primary', 'A', []);
$node{A}->_update_pid(1);
is("$code $err", '0 ', 'a primary');

# A site that points at the other's server, directory, or an older program.
my $kept = keep_data($node{B});
PostgreSQL::Test::Utils::system_or_bail('rm', '-rf', $data_b);
refused('a site that points at the other one', 6, qr/sites "B" and "A" are one server/, 'standby', 'B',
	\@one_server);
refused('the data directory of the other site', 6, qr/is the data directory of site "A", not of site "B"/, 'standby', 'B',
	[ "\\[site B\\]\nhost = 127.0.0.1" => "[site B]\nhost = 127.0.0.2", $data_b => $data_a ], '--discard-site', 'B');
my $old = programs('old', 'pg_basebackup', 'echo "pg_basebackup (PostgreSQL) 9.6.24"');
refused('programs of another major', 6, qr/the other site's server is PostgreSQL \d+, but this machine's programs are not\n.*9\.6\.24/, 'standby', 'B',
	with_programs($old));

# Certificates: of another authority, and of another name.
SKIP:
{
	skip 'no openssl', 12 if system('openssl version >/dev/null 2>&1') != 0
	  || $node{A}->safe_psql('postgres', q(SELECT count(*) FROM pg_settings WHERE name = 'ssl_library' AND setting <> '')) eq '0';
	foreach my $name ('right', 'wrong')
	{
		PostgreSQL::Test::Utils::run_log([ qw(openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj),
				"/CN=127.0.0.1", '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', "$dir/$name.key", '-out', "$dir/$name.crt" ]);
		chmod 0600, "$dir/$name.key";
	}
	$node{A}->safe_psql('postgres', "ALTER SYSTEM SET ssl_cert_file = '$dir/right.crt'");
	$node{A}->safe_psql('postgres', "ALTER SYSTEM SET ssl_key_file = '$dir/right.key'");
	$node{A}->safe_psql('postgres', 'ALTER SYSTEM SET ssl = on');
	$node{A}->reload;
	ok($node{A}->poll_query_until('postgres', 'SHOW ssl', 'on'), 'TLS is on');
	refused('a certificate of another authority', 7, qr/site "A": .*certificate verify failed/s, 'standby', 'B',
		[ "host = 127.0.0.1\n" => "host = 127.0.0.1\nconninfo = sslmode=verify-full sslrootcert=$dir/wrong.crt\n" ]);
	refused('a certificate of another name', 7, qr/site "A": .*server certificate for "127\.0\.0\.1".* does not match host name "localhost"/s, 'standby', 'B',
		[ "host = 127.0.0.1\n" => "host = localhost\nconninfo = sslmode=verify-full sslrootcert=$dir/right.crt\n" ]);
	($code, $out, $err) = call('standby', 'B',
		[ "host = 127.0.0.1\n" => "host = 127.0.0.1\nconninfo = sslmode=verify-full sslrootcert=$dir/right.crt\n" ], '--dry-run');
	is("$code $err", '0 ', 'the right one');
}

# The disk is full during the base backup: what was there is safe, and the next
# run goes on. The disk is one in memory, where users may mount one, else files
# may not grow beyond a size.
$node{A}->safe_psql('QSR', q(CREATE TABLE ballast AS SELECT repeat(md5(i::text), 30) AS x FROM generate_series(1, 30000) AS i));
from_kept($node{B}, $kept);
my $own = slurp_file("$data_b/global/pg_control");
my $small = programs('full', 'pg_basebackup', <<"SCRIPT");
case "\$1" in --version) exec '$bin/pg_basebackup' "\$@" ;; esac
if unshare -rm true 2>/dev/null; then
	mkdir -p -m 0700 '$data_b'
	exec unshare -rm sh -c 'mount -t tmpfs -o size=20m,mode=0700 none "\$0" && exec "\$@"' '$data_b' '$bin/pg_basebackup' "\$@"
fi
ulimit -f 8192
trap '' XFSZ
exec '$bin/pg_basebackup' "\$@"
SCRIPT
($code, $out, $err) = call('standby', 'B',
	with_programs($small), '--discard-site', 'B');
is($code, 8, 'the disk is full');
like($err, qr/step "backup" failed: .*(No space left on device|File too large).*run this command again to go on/s, 'is told');
my ($aside) = glob("$data_b.2*");
ok(slurp_file("$aside/global/pg_control") eq $own, 'what was there is safe');
ok(!-e "$data_b/postmaster.pid", 'nothing was started');
($code, $out, $err) = call('standby', 'B', []);
$node{B}->_update_pid(1);
is($code, 0, 'run again it goes on');
ok(slurp_file("$aside/global/pg_control") eq $own, 'what was there is still safe');
query_is($node{B}, 'QSR', 'SELECT count(*) FROM ballast', '30000', 'the copy is whole');

# A third standby is left alone.
my $third = PostgreSQL::Test::Cluster->new('third');
$node{A}->safe_psql('postgres', q(SELECT pg_create_physical_replication_slot('third', true)));
$node{A}->backup('third');
$third->init_from_backup($node{A}, 'third', has_streaming => 1);
$third->append_conf('postgresql.conf', "primary_slot_name = 'third'\nqsrepl.local_site = 'B'");
$third->start;
ok($node{A}->poll_query_until('postgres', q(SELECT active FROM pg_replication_slots WHERE slot_name = 'third')), 'a third standby');

# The log that the standby needs is gone.
sub lose_slot
{
	$node{B}->stop;
	$node{A}->safe_psql('postgres', q(ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'));
	$node{A}->safe_psql('postgres', q(ALTER SYSTEM SET wal_keep_size = 0));
	$node{A}->reload;
	foreach (1 .. 3)
	{
		$node{A}->safe_psql('postgres', 'SELECT txid_current(), pg_switch_wal()');
		$node{A}->wait_for_catchup($third, 'replay', $node{A}->lsn('write'));
		$node{A}->safe_psql('postgres', 'CHECKPOINT');
	}
	return $node{A}->poll_query_until('postgres', q(SELECT wal_status = 'lost' FROM pg_replication_slots WHERE slot_name = 'qsrepl_b'));
}

my $copied = qr/^The primary no longer has the log that the standby at site B needs next: it is copied anew\.$/m;

ok(lose_slot(), 'the slot is lost');
$node{B}->start;
($code, $out, $err) = call('standby', 'B', [], '--dry-run');
is("$code $err", '0 ', 'a dry run');
like($out, $copied, 'tells it');
query_is($node{A}, 'postgres', q(SELECT wal_status FROM pg_replication_slots WHERE slot_name = 'qsrepl_b'), 'lost', 'and changes nothing');
($code, $out, $err) = call('standby', 'B', []);
$node{B}->_update_pid(1);
is($code, 0, 'copied anew');
like($out, $copied, 'and told');
# It needs little more than nothing as soon as the standby has told where it is.
ok($node{A}->poll_query_until('postgres', q(SELECT active AND wal_status = 'reserved' FROM pg_replication_slots WHERE slot_name = 'qsrepl_b')), 'by a new slot');
$node{A}->safe_psql('QSR', 'CREATE TABLE later AS SELECT 1 AS x');
ok($third->poll_query_until('QSR', q(SELECT to_regclass('later') IS NOT NULL)), 'the third standby follows as before');
is(scalar(my @before = glob("$data_b.2*")), 2, 'the old copy is aside');

# The same while its server does not run, and where the slot was made anew.
ok(lose_slot(), 'the slot is lost again');
($code, $out, $err) = call('standby', 'B', []);
$node{B}->_update_pid(1);
is($code, 0, 'copied anew from a server that did not run');
like($out, $copied, 'and told');
ok(lose_slot(), 'and again');
$node{B}->start;
($code, $out, $err) = call('primary', 'A', []);
is("$code $err", '0 ', 'the primary makes the slot anew');
($code, $out, $err) = call('standby', 'B', []);
$node{B}->_update_pid(1);
is($code, 0, 'the standby finds that its log is gone');
like($out, $copied, 'and tells');

# Asked for; and where there is nothing to do.
($code, $out, $err) = call('standby', 'B', []);
like($out, qr/^Site B: everything is done already\.\n/, 'nothing to do');
my $n = scalar(@before = glob("$data_b.2*"));
($code, $out, $err) = call('standby', 'B', [], '--rebuild');
$node{B}->_update_pid(1);
is($code, 0, 'rebuilt because it was asked for');
unlike($out, $copied, 'without another reason');
is(scalar(@before = glob("$data_b.2*")), $n + 1, 'the old copy is aside');
query_is($node{B}, 'postgres', 'SELECT pg_is_in_recovery()', 't', 'it is a standby');

$_->stop foreach $third, $node{B}, $node{A};
done_testing();
