# A share's content by robocopy at a Windows node, with real databases: the same
# sync, limits and refusals as with rsync; what is locked, a lost connection, a
# killed tool; wrong directions.
use strict;
use warnings FATAL => 'all';

use File::Path qw(make_path);
use IPC::Run ();
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplShare;
use QsreplTest;
use QsreplTool;
use QsreplWindowsShare qw(windows_share);
use Test::More;
use Time::HiRes qw(usleep);

# One connection for all that is done at a node, as docs/windows.md advises.
my $control = PostgreSQL::Test::Utils::tempdir_short() . '/%C';
my $share = windows_share('127.0.47.2', ssh => "-o ControlMaster=auto -o ControlPersist=60 -o ControlPath=$control");
my ($ssh, $node) = ($share->{ssh}, $share->{address});
my ($site_a, $site_b) = make_pair();
my %nodes = (A => $site_a, B => $site_b);
my $sections = $share->sections(share => "mapping = share\nadd = ArchivedLogs\n");
my %conf = map { $_ => conf_file($_, \%nodes, sections => $sections) } 'A', 'B';
my ($code, $out, $err);

%share_root = %{ $share->{root} };
make_path(values %share_root);

sub try_sync
{
	my $site = ($_[0] // '') eq 'B' ? shift : 'A';

	($code, $out, $err) = sync($conf{$site}, @_);
	# Progress, on slow machines.
	$err =~ s/^qsrepl: share qlik: (reading|copying|\d).*\n//mg;
	return;
}

sub refused
{
	my ($message, $name) = @_;
	my $before = [ map { tree($_) } @share_root{qw(A B)} ];

	try_sync();
	is($code, 6, "$name: refused");
	like($err, $message, 'with its own message');
	is_deeply([ map { tree($_) } @share_root{qw(A B)} ], $before, 'nothing was changed');
	return;
}

# What is left out of the comparison: markers, trash.
sub same
{
	my ($name) = @_;

	is_deeply(tree($share_root{B}, 'Apps', 'StaticContent', 'CustomData'), tree($share_root{A}, 'Apps', 'StaticContent', 'CustomData'), $name);
	return;
}

refused(qr/source.* is empty|has no marker/, 'an empty source');
put($share_root{A}, "Apps/app $_.qvf", "app $_", 1_500_000_000 + $_) foreach 1 .. 30;
put($share_root{A}, $_, undef, 1_500_000_000) foreach 'StaticContent/Default/[a] & %b%.png', "StaticContent/ex'tension/\xc3\xa4.js", 'CustomData/-odd', 'StaticContent/TempContent/no';
put($share_root{A}, 'ArchivedLogs/a/1.log', 'log', 1_500_000_000);
make_path("$share_root{A}/CustomData/empty");
refused(qr/share "qlik" at site "A" \(source\) has no marker "\\\\fs-a\\QlikShare\/\.qsrepl-share\.json"/, 'no marker');

# The first time.
try_sync('--initial');
is("$code $err", '0 ', 'with --initial');
like($out, qr/^Share qlik: site B is as site A was at .*: 34 files copied \(.*\), 0 removed/m, 'all is copied');
delete $share_root{none};
my $source = tree($share_root{A}, 'Apps', 'StaticContent', 'CustomData', 'ArchivedLogs');
delete @{$source}{ grep { /TempContent/ } keys %$source };
is_deeply(tree($share_root{B}, 'Apps', 'StaticContent', 'CustomData', 'ArchivedLogs'), $source, 'both are the same, but for what is left out');
is_deeply([ map { marker($_)->{role} . marker($_)->{site} } 'A', 'B' ], [ 'sourceA', 'targetB' ], 'markers say whose they are');
system('rm', '-rf', "$share_root{A}/StaticContent/TempContent");
$share->robocopies;
try_sync();
is("$code $err" . scalar($share->robocopies), '0 0', 'once more: nothing to do');

# New, changed, gone; from the passive site's machine.
put($share_root{A}, 'Apps/app 1.qvf', 'changed', 1_600_000_000);
put($share_root{A}, 'Apps/new/deep/file', 'new', 1_600_000_000);
unlink "$share_root{A}/Apps/app 2.qvf";
unlink "$share_root{A}/ArchivedLogs/a/1.log";
try_sync('B');
is("$code $err", '0 ', 'changes, by site B');
like($out, qr/: 2 files copied \(.*\), 1 removed/, 'are counted');
same('and made');
ok(-e "$share_root{B}/ArchivedLogs/a/1.log", 'nothing is deleted where things are added only');
is_deeply(trash('B'), { 'Apps/app 1.qvf' => ['app 1'], 'Apps/app 2.qvf' => ['app 2'] }, 'what was there is in the trash');

# Limits count on this way, too.
unlink "$share_root{A}/Apps/app $_.qvf" foreach 3 .. 8;
refused(qr/share "qlik": more than 10 % of the files would be deleted/, 'more deletions than are believed');
try_sync('--share', 'qlik', '--accept-change', 6);
is("$code $err", '0 ', 'by number');
same('they are made');
system('rm', '-rf', "$share_root{A}/Apps/new");
make_path("$share_root{A}/Apps/app 9");
try_sync();
ok(!-e "$share_root{B}/Apps/new", 'folders that are gone are removed with what was in them');

# A file that somebody has open.
put($share_root{A}, "Apps/app $_.qvf", "again $_", 1_650_000_000) foreach 10, 11;
$ssh->set_state($node, { robocopy => { locked => { 'app 10.qvf' => 99 } } });
try_sync();
is($code, 1, 'a locked file: exit code 1');
like($err, qr/some files could not be copied or removed\n.*file "Apps\/app 10\.qvf": The process cannot access the file because it is being used by another process\. \(32\)/, 'which, and why');
is(get($share_root{B}, 'Apps/app 10.qvf') . get($share_root{B}, 'Apps/app 11.qvf'), 'app 10again 11', 'the other one has come');
ok(!marker('B')->{last}{complete}, 'the marker knows');

# Robocopy cannot begin.
$ssh->set_state($node, { robocopy => { fatal => 'There is not enough space on the disk.' } });
try_sync();
is($code, 4, 'exit code 16 of robocopy is an error');
like($err, qr/robocopy ended with exit code 16 in folder Apps: There is not enough space on the disk\./, 'with its words');

# The connection is lost in the middle of the copy.
put($share_root{A}, "StaticContent/f$_/x", "x $_", 1_650_000_000) foreach 1 .. 9;
$ssh->set_state($node, { powershell => { cut => 4, of => 'Copies files of one' } });
try_sync();
is($code, 4, 'a connection that is lost');
like($err, qr/the connection to node "CN-B" ended before script "Copy-QlikShareContent" did/, 'is told');
my $arrived = grep { -e "$share_root{B}/StaticContent/f$_/x" } 1 .. 9;
cmp_ok($arrived, '<', 9, "$arrived of 9 files have come");
$ssh->set_state($node, {});
try_sync();
is("$code $err", '0 ', 'repeated');
same('all have');

# The tool is killed in the middle of the copy.
put($share_root{A}, "StaticContent/f$_/x", "y $_", 1_660_000_000) foreach 1 .. 9;
$ssh->set_state($node, { robocopy => { sleep => 0.2 } });
my $run = IPC::Run::start([ $qsrepl_program, 'share', 'sync', '--config', $conf{A}, '--yes' ], '<', \'', '>', \$out, '2>', \$err);
foreach my $try (1 .. 1000)
{
	last if grep { get($share_root{B}, "StaticContent/f$_/x") =~ /^y/ } 1 .. 9;
	usleep(10_000);
}
$run->kill_kill(grace => 0);
my @in_part = grep { get($share_root{B}, "StaticContent/f$_/x") !~ /^[xy] $_$/ } 1 .. 9;
is_deeply(\@in_part, [], 'a killed tool leaves no file in part');
$ssh->set_state($node, {});
try_sync();
is("$code $err", '0 ', 'repeated');
same('all is there');
is_deeply([ `find '$share_root{B}' -name .qsrepl-partial -o -name lock` ], [], 'and nothing else');

# Verified at the node, by content, too; and looked at by check.
($code, $out, $err) = qsrepl('share', 'verify', '--hash', '--config', $conf{A});
is($code, 0, 'nothing differs') or diag("$out$err");
put($share_root{B}, 'Apps/app 12.qvf', 'APP 12', 1_500_000_012);
put($share_root{B}, 'Apps/app 13.qvf', 'longer app 13', 1_500_000_013);
($code, $out, $err) = qsrepl('share', 'verify', '--hash', '--config', $conf{A});
is($code, 1, 'content of the same size and time that differs');
like($out, qr/Apps\/app 12\.qvf/, 'is found') or diag("$out$err");
chmod 0, "$share_root{B}/Apps/app 14.qvf";
($code, $out, $err) = qsrepl('share', 'verify', '--hash', '--config', $conf{A});
like($out, qr/unreadable +Apps\/app 14\.qvf/, 'a file that the node cannot read is told') or diag("$out$err");
chmod 0600, "$share_root{B}/Apps/app 14.qvf";
put($share_root{B}, 'Apps/app 12.qvf', 'app 12', 1_500_000_012);
put($share_root{B}, 'Apps/app 13.qvf', 'app 13', 1_500_000_013);
($code, $out, $err) = qsrepl('check', '--config', $conf{A});
like($out, qr/^pass  share +site B, share qlik: its \d+ files are as those of site A$/m, 'check looks at it') or diag($out);

# Wrong directions.
my %moved = (A => "$share_root{A}.moved", B => "$share_root{B}.moved");
rename $share_root{A}, $moved{A} or die;
refused(qr/the root "\\\\fs-a\\QlikShare" of share "qlik" at site "A" \(source\) is not there/, 'the source is not there');
rename $share_root{B}, $moved{B} or die;
rename $moved{A}, $share_root{B} or die;
rename $moved{B}, $share_root{A} or die;
refused(qr/"\\\\fs-a\\QlikShare" is the share of site "B", not of site "A"/, 'shares that are swapped');
rename $share_root{A}, $moved{A} or die;
rename $share_root{B}, $share_root{A} or die;
rename $moved{A}, $share_root{B} or die;
set_marker('A', epoch => marker('A')->{epoch} + 1);
refused(qr/the marker of share "qlik" at site "A" \(source\) is of epoch \d+, newer than \d+ of the databases/, 'a marker that knows more than the databases');
set_marker('A', epoch => marker('B')->{epoch});
set_marker('A', role => 'target');
refused(qr/marker of share "qlik" at site "A" says that it is the target at epoch \d+\n.*detail: The databases say otherwise/s, 'a source whose marker says that it is the target');
set_marker('A', role => 'source');
set_marker('B', role => 'source');
refused(qr/marker of share "qlik" at site "B" says that it is the source at epoch \d+/, 'a target whose marker says that it is the source');
set_marker('B', role => 'target');
$site_a->safe_psql($_, 'UPDATE qsrepl.state SET epoch = epoch + 1') foreach 'qsr', 'more';
$site_a->wait_for_catchup($site_b, 'replay', $site_a->lsn('write'));
refused(qr/marker of share "qlik" at site "A" \(source\) is stale: of epoch \d+, not \d+\n.*detail: The active role has moved since/s, 'a marker of an epoch before');
set_marker('B', role => 'source');
set_marker('A', epoch => marker('A')->{epoch} + 1);
refused(qr/share "qlik" at site "B" \(target\) was the source at epoch \d+, and was not handed over/, 'a target that was the source');
set_marker('B', role => 'target');
system('mv', "$share_root{A}/$_", "$share_root{A}/../") foreach qw(Apps StaticContent CustomData ArchivedLogs);
refused(qr/share "qlik" of site "A" \(source\) is empty/, 'a source that has lost its content');
system('mv', "$share_root{A}/../$_", "$share_root{A}/") foreach qw(Apps StaticContent CustomData ArchivedLogs);
try_sync();
is("$code $err", '0 ', 'as it was: it goes on');
$site_b->promote;
refused(qr/both claim to be active/, 'two active sites');
$site_a->stop;
try_sync();
is($code, 7, 'a site that does not answer');
$site_a->start;

# No node.
$ssh->stop;
try_sync('B');
isnt($code, 0, 'no way to the node');
done_testing();
