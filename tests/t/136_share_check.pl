# The check of shares: the service account at a real smbd, with good and bad
# accounts, folders and servers; markers, files and rows.
use strict;
use warnings FATAL => 'all';

use File::Path qw(make_path);
use IPC::Run ();
use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplNodes;
use QsreplPair;
use QsreplVerify;
use QsreplTest;
use Test::More;
use Time::HiRes ();

my $files = start_nodes(
	n => 2, net => '127.0.42', first => 11,
	accounts => { reader => 'Read 42 only' },
	folders => { QlikShare => 'read list = reader', Data => 'valid users = operator', Mine => 'valid users = operator' });
my $reader = $files->credentials_file('reader', 'Read 42 only', 'reader');
my ($silent_port, $silent) = silent_address('127.0.42.21');
my %root = (A => $files->folder('QlikShare'), B => "$tool_dir/share_B");
my %nodes = make_tool_pair();
my ($code, $out, $err);

make_path($root{B});
share_tables($nodes{A}, 'qsr');
share_rows($nodes{A}, 'qsr', 5, 5);
share_fill($root{A}, 5, 5);
make_path("$root{A}/ArchivedLogs");
mirror_copy(@root{qw(A B)});

# The file server of site A is known as CN, as a node of it is.
sub machines
{
	my ($port, $number) = ($files->port, 1);
	my $text = '';

	foreach my $name ('CN', 'OTHER')
	{
		my $central = $number == 1 ? "roles = central repository\n" : '';

		$text .= "[node $name]\nsite = A\naddress = " . $files->address($number++) . "\nsmb_port = $port\n$central";
	}
	return $text . "[node OFF]\nsite = A\naddress = 127.0.42.21\nsmb_port = $silent_port\n[node BN]\nsite = B\naddress = 127.0.42.31\nroles = central\n";
}

sub write_check_conf
{
	my (@lines) = @_;

	return conf_file('A', \%nodes, sections => machines() . share_section(@root{qw(A B)}, @lines), file => "$tool_dir/check.conf");
}

sub run_check
{
	($code, $out, $err) = qsrepl('check', '--config', "$tool_dir/check.conf");
	return;
}

sub check
{
	my (@lines) = @_;

	write_check_conf(@lines);
	run_check();
	return;
}

# What the concern says, a finding a line.
sub said
{
	return join '', $out =~ /^(\w+ +share .*\n)/mg;
}

sub connect_to
{
	my (%folders) = @_;

	$nodes{A}->safe_psql('qsr', 'DELETE FROM "DataConnections"');
	foreach my $name (sort keys %folders)
	{
		my $path = $folders{$name} =~ s/'/''/gr;

		$nodes{A}->safe_psql('qsr', qq{INSERT INTO "DataConnections" VALUES (gen_random_uuid(), '$name', '$path', 'Folder')});
	}
	share_caught_up(\%nodes);
	return;
}

sub left_behind
{
	return glob join ' ', map { $files->folder($_) . '/.qsrepl-proof*', $files->folder($_) . '/*/.qsrepl-proof*' } 'QlikShare', 'Data', 'Mine';
}

# No marker, and the first sync.
check();
like(said(), qr/^fail +share +share content: .*has no marker/m, 'no marker yet') or diag $out;
unlike(said(), qr/service account/, 'no account, so nothing is tried');
write_check_conf();
($code, $out, $err) = qsrepl('share', 'sync', '--initial', '--yes', '--config', "$tool_dir/check.conf");
is($code, 0, 'synced') or diag $out, $err;

# A good account: roots, folders of the cluster, connections. What could be
# taken for commands of smbclient, or of a shell, is part of a name.
make_path($files->folder('Data') . "/x;!touch $tool_dir/pwned;y", $files->folder('Data') . "/Finance & Sales");
connect_to(
	plain => '\\\\CN\\Data',
	again => '//cn/data/',
	sales => '\\\\CN\\Data\\Finance & Sales\\',
	other => '\\\\OTHER\\Data',
	'local' => 'C:\\Data',
	strange => "\\\\CN\\Data\\x;!touch $tool_dir\\pwned;y",
	quoted => '\\\\CN\\Data\\a"b');
check('account = ' . $files->credentials);
like(said(), qr/^pass +share +site A: the service account can read and write \d+ folders$/m, 'a good account') or diag $out, $err;
like(said(), qr/^pass +share +site A: 2 folders are no network paths, and were not tried$/m, 'no network paths');
unlike(said(), qr/^fail/m, 'nothing fails') or diag said();
ok(!-e "$tool_dir/pwned", 'a name is no command');
is_deeply([ left_behind() ], [], 'nothing is left');

# A folder that is missing, a share that is, one that is not for the account.
connect_to(gone => '\\\\CN\\Data\\Gone', none => '\\\\CN\\Nothing', deep => '\\\\CN\\QlikShare\\Apps\\no\\where');
check('account = ' . $files->credentials);
like(said(), qr/^warn .*data connection "gone": "\\\\CN\\Data\\Gone": there is no such folder \(NT_STATUS_OBJECT_NAME_NOT_FOUND\)/m, 'no folder') or diag $out;
like(said(), qr/^warn .*data connection "none": "\\\\CN\\Nothing": the server has no such share for the service account \(NT_STATUS_BAD_NETWORK_NAME\)/m, 'no share');
like(said(), qr/^warn .*data connection "deep": .*there is no such folder \(NT_STATUS_OBJECT_PATH_NOT_FOUND\)/m, 'no path');

# An account that may only read: roots fail, connections warn.
connect_to(shut => '\\\\CN\\Mine', readable => '\\\\CN\\QlikShare\\StaticContent\\Content');
check("account = $reader");
like(said(), qr/^fail .*root of share "content": "\\\\CN\\QlikShare": the service account can read it, and not write \(NT_STATUS_ACCESS_DENIED\)/m, 'read only') or diag $out;
like(said(), qr/^fail .*AppFolder: "\\\\CN\\QlikShare\\Apps": the service account can read it, and not write/m, 'folders of the cluster');
like(said(), qr/^warn .*data connection "readable": .*can read it, and not write/m, 'a connection');
like(said(), qr/^warn .*data connection "shut": .*the server has no such share for the service account \(NT_STATUS_ACCESS_DENIED\)/m, 'not for it');

# A folder that it cannot even list.
make_path($files->folder('Data') . '/shut');
chmod 0, $files->folder('Data') . '/shut';
connect_to(shut => '\\\\CN\\Data\\shut');
check('account = ' . $files->credentials);
like(said(), qr/^warn .*data connection "shut": .*the service account cannot read it \(NT_STATUS_ACCESS_DENIED\)/m, 'cannot list');
chmod 0755, $files->folder('Data') . '/shut';

# One that may not log in is tried once at each server.
connect_to(map { ("c$_" => "\\\\CN\\Data\\$_") } 1 .. 5);
my $before = $files->logons;
check('account = ' . $files->wrong_credentials);
like(said(), qr/^fail .*root of share "content": .*the server does not let the service account in \(NT_STATUS_LOGON_FAILURE\)/m, 'may not log in') or diag $out;
like($out, qr/Look at the account before it is tried again: too many attempts lock it\./, 'hint');
like(said(), qr/^warn .*: \d+ further folders were not tried, since their servers do not let the service account in$/m, 'others are not tried');
cmp_ok($files->logons - $before, '<=', 2, 'one attempt') or diag explain [ $files->logons ];

# A server that is silent: told at the deadline, and once.
connect_to(off => '\\\\OFF\\Data', off2 => '\\\\off\\Data\\2', good => '\\\\CN\\Data');
my $began = Time::HiRes::time();
check('account = ' . $files->credentials);
my $took = Time::HiRes::time() - $began;
like(said(), qr/^warn .*data connection "off2?": .*the server does not answer/m, 'silent') or diag $out;
is(scalar(() = said() =~ /the server does not answer/g), 1, 'once');
like(said(), qr/^warn .*: 1 further folders were not tried/m, 'the other is not tried');
like(said(), qr/^pass .*can read and write \d+ folders/m, 'other servers are');
cmp_ok($took, '<', 15, 'within the deadline');
is_deeply([ left_behind() ], [], 'nothing is left');

# smbclient is not there.
write_check_conf('account = ' . $files->credentials);
{
	local $ENV{PATH} = "$tool_dir/nothing";

	run_check();
}
like(said(), qr/^fail .*it could not be tried \(could not start program "smbclient": No such file or directory\)/m, 'no smbclient') or diag $out;
like($out, qr/could not start program "smbclient".*\n +hint: Look whether smbclient is installed here/, 'and what to do');

# Markers, and the age of the last sync.
check();
like(said(), qr/^pass .*site A, share content: both markers say that its content goes to site B$/m, 'markers') or diag $out;
like(said(), qr/^pass .*site B, share content: its content is as the active site's was .* ago$/m, 'age');
like(said(), qr/^pass .*site B, share content: its 10 files are as those of site A$/m, 'files');
like(said(), qr/^pass .*site B, share content: all 5 apps have their file$/m, 'apps');
like(said(), qr/^pass .*site A, share content: all 5 pieces of static content have their file$/m, 'static content');
like(said(), qr/^(?:pass|warn) .*site A, share content: its root's disk has .* left$/m, 'space');
Time::HiRes::sleep(1.5);
check('age_warning = 1s');
like(said(), qr/^warn .*site B, share content: its content is as the active site's was .* ago$/m, 'too old');
write_file("$root{A}/StaticContent/old", 'x', time - 7200);
check();
like(said(), qr/^warn .*site B, share content: 1 files or folders are not as at site A, the first since /m, 'a difference that is old');
write_file("$root{A}/StaticContent/old", 'x', time);
check();
like(said(), qr/^pass .*site B, share content: 1 files or folders are not yet as at site A$/m, 'one that is young');
write_file("$root{B}/StaticContent/old", 'y', time + 100);
check();
like(said(), qr/^warn .*site B, share content: 1 files are newer than at site A$/m, 'a newer one');
unlink "$root{$_}/StaticContent/old" foreach qw(A B);
unlink "$root{B}/Apps/" . app_id(1);
check();
like(said(), qr/^warn .*site B, share content: 1 of 5 apps lack their file, such as "Apps\/\Q@{[ app_id(1) ]}\E"$/m, 'a row without a file');
rename "$root{A}/.qsrepl-share.json", "$root{B}/.qsrepl-share.json" or die $!;
check();
like(said(), qr/^fail .*share content: /m, 'a marker of another site') or diag $out;
unlink "$root{B}/.qsrepl-share.json";

# A root in a file system that keeps no rights of Windows, and one in another.
system('cp', '-a', $root{B}, "$root{B}.copy") == 0 or die $?;
unlike(said(), qr/rights that Windows gives/, 'file systems that keep rights');
{
	my @apart = ('unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', 'mount -t ramfs none "$0" && cp -a "$1/." "$0" && shift && exec "$@"', $root{B}, "$root{B}.copy");

	IPC::Run::run([ @apart, $qsrepl_program, 'check', '--config', "$tool_dir/check.conf" ], '<', \'', '>', \$out, '2>', \$err);
	like(said(), qr/^warn .*site B, share content: the rights that Windows gives to single files are not copied: "\Q$root{B}\E" is a file system that keeps no such rights$/m, 'rights that are lost') or diag $out, $err;
	like($out, qr/Where single files have rights of their own, use method = robocopy\./, 'what to do');
}

# Roots that are not there.
rename $root{B}, "$root{B}.away" or die $!;
check();
like(said(), qr/^fail .*site B, share content: could not look at "\Q$root{B}\E": No such file or directory/m, 'no root') or diag $out;
rename "$root{B}.away", $root{B} or die $!;

# Without a direction.
$nodes{B}->stop;
check();
like(said(), qr/^warn +share +share content: from which site to which its content goes is not known: /m, 'no direction') or diag $out;

done_testing();
