# "snapshot copy" by an rsync daemon and through a mount, without room, and
# without a way; certificates that a site can open, or cannot.
use strict;
use warnings FATAL => 'all';

use IO::Socket::INET;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplStore;
use QsreplTest;
use QsreplTool;
use QsreplTransport ();
use Test::More;
use Time::HiRes ();

my %store = make_store();
my ($a, $b) = @{ $store{snapshots} }{qw(A B)};
my $elsewhere = "$store{dir}/elsewhere";
my ($code, $out, $err, $found);

sub copy
{
	my ($with, @words) = @_;

	return qsrepl('snapshot', 'copy', '--to', 'B', '--config', $with, @words);
}

sub conf_with
{
	my (%opt) = @_;

	return store_conf('A', file => "$tool_dir/with.conf", host => { B => '127.0.45.9' }, %opt);
}

# Certificates: a site's own, sealed for its key and the recovery key.
my $recovery = QsreplTransport::recovery_key('recovery');
my %certificates = (
	A => "certificates = directory\ncertificate_directory = $tool_dir/store_A\n",
	sections => "[certificates]\nkey_directory = $tool_dir/keys_A\nrecovery_certificate = $recovery.crt\n");

QsreplTransport::make_certificates("$tool_dir/new");
mkdir "$tool_dir/store_A", 0700;
my $conf = store_conf('A', %certificates);
($code, $out, $err) = qsrepl('cert', 'import', "$tool_dir/new", '--yes', '--config', $conf);
is($code, 0, 'site A has certificates') or diag($err);
($code, $out, $err) = qsrepl('cert', 'keys', '--config', $conf);
is($code, 0, 'and a key') or diag($err);
($code, $out, $err) = qsrepl('snapshot', 'create', 'one', '--config', $conf);
ok(-s "$a/one/certificates/A.sealed", 'a snapshot has them sealed') or diag("$code $err");
($code, $found) = findings($conf, 'one');
is($code, 0, 'which is whole');
like(join("\n", @{ $found->{info} }), qr/3 certificates can be opened here/, 'this site can open them');
is((copy($conf, 'one'))[0], 0, 'copied');
my $conf_b = store_conf('B', sections => "[certificates]\nkey_directory = $tool_dir/keys_B\nrecovery_certificate = $recovery.crt\n");
($code, $found) = findings($conf_b, 'one');
is($code, 0, 'the other site');
like(join("\n", @{ $found->{warning} }), qr/only the recovery key opens the certificates: site "B" has no key/, 'cannot, which is told');
ok(!-e "$tool_dir/keys_B", 'and no key was made for it');
($code, $found) = findings($conf_b, 'one', '--key', $recovery);
like(join("\n", @{ $found->{info} }), qr/3 certificates can be opened here/, 'but with the recovery key');
($code, $found) = findings(store_conf('B', sections => "[certificates]\nkey_directory = $tool_dir/keys_B\n"), 'one');
like(join("\n", @{ $found->{warning} }), qr/nor are they for its recovery key/, 'without one, nothing opens them');

# A mount.
mkdir $elsewhere, 0700;
my @mount = (change => [ qr/^snapshot_directory = \Q$b\E$/m => "snapshot_directory = $elsewhere" ]);
($code, $out, $err) = copy(conf_with(@mount), 'one');
is("$code $err", '0 ', 'into a directory of another machine that is mounted');
is((findings($conf, "$elsewhere/one"))[0], 0, 'whole');
($code, $out, $err) = copy(conf_with(change => [ qr/^snapshot_directory = \Q$b\E$/m => 'snapshot_directory = /no/such/mount' ]), 'one');
is($code, 3, 'one that is not mounted');
like($err, qr/directory "\/no\/such\/mount" of site "B" is not on this machine\n.*Mount it here, or set snapshot_remote/, 'is told');
($code, $out, $err) = copy(conf_with(B => "snapshot_remote = 127.0.45.9:/x\n"), 'one');
like($err, qr/site "B" has snapshot_remote, but no remote_command/, 'what is not verified there is refused');
($code, $out, $err) = copy(store_conf('A', file => "$tool_dir/with.conf", change => [ qr/^snapshot_directory = \Q$b\E\n/m => '' ]), 'one');
like($err, qr/site "B" has no snapshot_directory/, 'as is a site without a place');

# A daemon with a password.
{
	my $port = PostgreSQL::Test::Cluster::get_free_port();
	my $remote = "$tool_dir/remote";
	my $there = store_conf('B', file => "$tool_dir/there.conf", @mount);
	my ($daemon, @far, $with);

	write_private("$tool_dir/secrets", "backup:geheim\n");
	write_private("$tool_dir/password", "geheim\n");
	write_private("$tool_dir/wrong", "falsch\n");
	put_file("$tool_dir/rsyncd.conf", <<"CONF");
use chroot = no
address = 127.0.45.3
port = $port
log file = $tool_dir/rsyncd.log
[store]
path = $elsewhere
read only = no
auth users = backup
secrets file = $tool_dir/secrets
CONF
	put_file($remote, "#!/bin/sh\nQSREPL_CONFIG=$there exec $qsrepl_program \"\$@\"\n");
	chmod 0700, $remote;
	$daemon = IPC::Run::start([ 'rsync', '--daemon', '--no-detach', '--config', "$tool_dir/rsyncd.conf" ], '<', \'', '>', \my $o, '2>', \my $e);
	for (1 .. 500)
	{
		last if IO::Socket::INET->new("127.0.45.3:$port");
		Time::HiRes::usleep(10000);
	}
	is((qsrepl('snapshot', 'create', 'two', '--config', $conf))[0], 0, 'another one');
	@far = (host => { B => '127.0.45.3' }, file => "$tool_dir/far.conf");
	$with = "remote_command = $remote\nsnapshot_remote = rsync://backup\@127.0.45.3:$port/store\nsnapshot_password_file = ";
	($code, $out, $err) = copy(store_conf('A', @far, B => "$with$tool_dir/wrong\n"), 'two');
	is($code, 8, 'a wrong password');
	like($err, qr/could not copy to "rsync:.*auth failed/s, 'is told');
	unlike($err, qr/falsch/, 'but not which');
	($code, $out, $err) = copy(store_conf('A', @far, B => "$with$tool_dir/password\n"), 'two');
	is("$code $err", '0 ', 'by a daemon');
	is((findings($there, 'two'))[0], 0, 'whole there');
	is(inode("$elsewhere/one/share/main/Apps/app2.qvf"), inode("$elsewhere/two/share/main/Apps/app2.qvf"), 'with what was there linked');

	# What is at the end of the command is not what it should be.
	put_file($remote, "#!/bin/sh\necho hello\n");
	($code, $out, $err) = copy(store_conf('A', @far, B => "$with$tool_dir/password\n"), 'two');
	like($err, qr/what answers for site "B" is no qsrepl/, 'somebody else there is found');
	put_file($remote, "#!/bin/sh\nQSREPL_CONFIG=$conf exec $qsrepl_program \"\$@\"\n");
	($code, $out, $err) = copy(store_conf('A', @far, B => "$with$tool_dir/password\n"), 'two');
	like($err, qr/the snapshot could not be received at site "B"\n.*this machine is at site "A", not "B"/, 'so is another site');
	kill 'TERM', $daemon->{KIDS}[0]{PID};
	$daemon->finish;
}

# No room: what has come stays, and the next one goes on.
{
	my $limited = sub {
		my ($o, $e);

		IPC::Run::run([ 'sh', '-c', 'trap "" XFSZ; ulimit -f 400; exec "$@"', 'sh', $qsrepl_program, 'snapshot', 'copy', 'big', '--to', 'B', '--config', $conf ], '<', \'', '>', \$o, '2>', \$e);
		return ($? >> 8, $e);
	};

	put_file("$store{share}/Apps/big.qvf", 'x' x 1_000_000);
	is((qsrepl('snapshot', 'create', 'big', '--config', $conf))[0], 0, 'a larger one');
	($code, $err) = $limited->();
	is($code, 8, 'a target without room');
	like($err, qr/could not copy to ".*" at site "B": .*File too large/s, 'is told');
	ok(!-e "$b/big", 'what has come has no name');
	($code, $out, $err) = copy($conf, 'big');
	is("$code $err", '0 ', 'with room, it goes on');
}

# Who makes snapshots there, keeps a new one from its name for now.
{
	my $lock = IPC::Run::start([ 'flock', "$b/.lock", 'sh', '-c', 'echo ready; read x' ], '<', \my $in, '>', \my $o);

	$in = '';
	$lock->pump until $o =~ /ready/;
	($code, $out, $err) = copy($conf, 'two');
	$in = "\n";
	$lock->finish;
	is($code, 8, 'a directory that is locked');
	($code, $out, $err) = copy($conf, 'two');
	is("$code $err", '0 ', 'and free again');
}

# What "receive" is asked by who does not know how.
foreach my $case (
	[ 'no json', qr/what is asked for is no JSON/ ],
	[ '{"act": "begin", "name": "../x"}', qr/invalid name of a snapshot/ ],
	[ '{"act": "begin"}', qr/invalid name of a snapshot/ ],
	[ '{"act": "dance", "name": "x"}', qr/an act for a snapshot is not known/ ],
	[ '{"act": "end", "name": "nothing"}', qr/nothing of snapshot "nothing" has come/ ])
{
	my ($question, $message) = @$case;

	IPC::Run::run([ $qsrepl_program, 'snapshot', 'receive', '--site', 'B', '--config', $conf_b ], '<', \$question, '>', \$out, '2>', \$err);
	is($? >> 8, 8, "asked for $question");
	like($err, $message, 'is answered');
}

done_testing();
