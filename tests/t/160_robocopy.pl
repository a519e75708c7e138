# A share's content at a Windows node, through a real sshd: lists, small files,
# copies by robocopy, removals, trash, and names of all kinds. tests/nodes stands
# for PowerShell and robocopy.
use strict;
use warnings FATAL => 'all';

use File::Path qw(make_path);
use PostgreSQL::Test::Utils;
use QsreplTool;
use QsreplWindowsShare;
use Test::More;
use Time::HiRes qw(time);

my $share = windows_share('127.0.47.1');
my ($ssh, $node) = ($share->{ssh}, $share->{address});
my %root = %{ $share->{root} };
my $stamp = '.qsrepl-trash/20260131T235900.000Z';
my $secret = write_private("$tool_dir/account", "username = qlikservice\npassword = geh\"eim\\7361\ndomain = CORP\n");
my $out;

sub lab
{
	$out = $share->lab(@_);
	return;
}

$share->configure();

# No root, nothing in it, a list.
lab([ 'list', 'A' ]);
failed_with($out, 'could not list the content of share "qlik" at site "A" \(\\\\\\\\fs-a\\\\QlikShare\)', 'script "Invoke-QlikShareRequest" failed at node "CN-B": Could not find a part of the path', 'a root that is not there');
lab([ 'read', 'A', '.qsrepl-share.json' ]);
is($out, "no root\nok\n", 'no marker where there is no root');
make_path($root{A}, $root{B});
lab([ 'list', 'A' ]);
is($out, "ok\n", 'an empty one');
lab([ 'read', 'A', '.qsrepl-share.json' ]);
is($out, "no file\nok\n", 'without a marker');

# Small files.
my $marker = "{\"share\":\"qlik\",\"x\":\"\xc3\xa4\"}";
lab([ 'write', 'A', '.qsrepl-share.json' ], $marker);
is($out, "ok\n", 'a marker is written');
lab([ 'read', 'A', '.qsrepl-share.json' ]);
is($out, "$marker\n\nok\n", 'and read');
lab([ 'write', 'A', '.qsrepl-share.json' ], ('y' x 40_000));
lab([ 'read', 'A', '.qsrepl-share.json' ]);
is(length($out), 40_005, 'replaced by a long one');
ok(!-e "$root{A}/.qsrepl-share.json.new", 'nothing is left beside it');
put($root{A}, '.qsrepl-share.json', 'z' x 70_000);
lab([ 'read', 'A', '.qsrepl-share.json' ]);
failed_with($out, 'could not read file "\.qsrepl-share\.json" of share "qlik" at site "A" .*', '.*has more than 65536 bytes', 'one that is too long');
lab([ 'remove', 'A', '.qsrepl-share.json' ]);
is($out . (-e "$root{A}/.qsrepl-share.json" ? 'there' : ''), "ok\n", 'removed');
lab([ 'remove', 'A', '.qsrepl-share.json' ]);
is($out, "ok\n", 'and once more');
symlink '/etc/passwd', "$root{A}/.qsrepl-share.json";
lab([ 'read', 'A', '.qsrepl-share.json' ]);
failed_with($out, 'could not read file .*', '.*is a link', 'a link is not followed');
unlink "$root{A}/.qsrepl-share.json";
lab([ 'write', 'A', '../x' ]);
failed_with($out, 'could not write file "\.\./x" .*', '.*does not lead below the root', 'a path that leads out');

# Names, and what is no file.
my @names = (
	'a.qvf', 'with blanks  two.qvf', 'per%TEMP%cent', 'amp&ersand ^ caret', "apostrophe's", '[brackets] {braces} (round)', '$dollar `tick` ;semi,comma!', '-R', '--delete',
	'=equals +plus #hash @at ~1', "\xc3\xa4\xc3\xb6\xc3\xbc \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80", 'l' x 250, '.dot', 'trailing.dot.', 'trailing blank ');

put($root{A}, "Apps/$_", "content of $_") foreach @names;
put($root{A}, 'Apps/deep/' . join('/', ('folder of a long name') x 12) . '/file', 'deep');
put($root{A}, 'StaticContent/Default/x.png', 'png');
put($root{A}, 'Other/no', 'not ours');
put($root{A}, 'StaticContent/TempContent/t', 'left out');
make_path("$root{A}/CustomData/empty");
symlink '/etc', "$root{A}/Apps/linked";
lab([ 'list', 'A' ]);
my %entry = map { /^(\w+) (\d+) (-?\d+) (.*)/ ? ($4 => [ $1, $2, $3 ]) : () } split /\n/, $out;
like($out, qr/\nok\n\z/, 'a list');
is_deeply([ grep { !$entry{"Apps/$_"} } @names ], [], 'with all names');
is($entry{"Apps/$names[0]"}[1], length('content of a.qvf'), 'and sizes');
is($entry{'Apps/a.qvf'}[2], 1_500_000_000_000_000_000, 'and times');
is($entry{'CustomData/empty'}[0], 'folder', 'folders, too');
is($entry{'Apps/linked'}[0], 'link', 'a link is told');
is((grep { m{linked/} } keys %entry), 0, 'and not followed');
is((grep { /^Other|TempContent/ } keys %entry), 0, 'nothing else, and nothing that is left out');

# A copy of all.
my @paths = grep { $entry{$_}[0] ne 'link' } sort keys %entry;
lab([ 'copy', 'A', 'B', $stamp ], @paths);
is($out, "ok\n", 'a copy');
lab([ 'list', 'B' ]);
my %copied = map { /^(\w+) (\d+) (-?\d+) (.*)/ ? ($4 => [ $1, $2, $1 eq 'file' ? $3 : 0 ]) : () } split /\n/, $out;
is_deeply(\%copied, { map { $_ => [ $entry{$_}[0], $entry{$_}[1], $entry{$_}[0] eq 'file' ? $entry{$_}[2] : 0 ] } @paths }, 'both are the same');
is($share->content('B', "Apps/$_"), "content of $_", 'content') foreach @names[ 2, 7, 10, 13 ];
is_deeply([ `find '$root{B}' -name .qsrepl-partial -o -name lock` ], [], 'nothing is left in between');
my @calls = $share->robocopies;
my %options = map { $_ => 1 } grep { m{^/} } map { @$_ } @calls;
is_deeply([ sort grep { !/UNILOG/ } keys %options ], [ sort qw(/COPY:DAT /DCOPY:DAT /R:2 /W:5 /XJ /FFT /NP /NJH /NJS /NDL /NC /NS /FP /BYTES) ], 'options of robocopy');
is($calls[0][0], '\\\\fs-a\\QlikShare\\Apps', 'its source');
is($calls[0][1], 'D:\\Qlik Share\\Apps\\.qsrepl-partial', 'its target is beside the place');
is((grep { $_ eq '-R' || $_ eq '--delete' } map { @$_ } @calls), 0, 'what it may take for an option does not get there');

# Replaced and removed ones go to the trash, where nothing is replaced.
put($root{A}, 'Apps/a.qvf', 'second', 1_600_000_000);
lab([ 'copy', 'A', 'B', $stamp ], 'Apps/a.qvf');
is($out, "ok\n", 'a changed file');
is($share->content('B', 'Apps/a.qvf'), 'second', 'is replaced');
is($share->content('B', "$stamp/Apps/a.qvf"), 'content of a.qvf', 'the old one is in the trash');
put($root{A}, 'Apps/a.qvf', 'third', 1_700_000_000);
lab([ 'copy', 'A', 'B', $stamp ], 'Apps/a.qvf');
is(join(' ', map { $share->content('B', $_) } 'Apps/a.qvf', "$stamp/Apps/a.qvf", "$stamp/Apps/a.qvf.1"), 'third content of a.qvf second', 'and stays there beside the next one');
put($root{B}, 'Apps/gone/x', 'gone');
put($root{B}, 'Apps/gone/y', 'gone');
put($root{B}, 'Apps/gone/z', 'back');
put($root{A}, 'Apps/GONE/z', 'back');
lab([ 'delete', 'A', 'B', $stamp ], 'Apps/gone', 'Apps/gone/x', 'Apps/gone/y', 'Apps/gone/z');
is($out, "ok\n", 'removed');
is($share->content('B', "$stamp/Apps/gone/x"), 'gone', 'into the trash');
is($share->content('B', 'Apps/gone/z'), 'back', 'but not what is at the source again, in whatever case');
rename "$root{A}/Apps/GONE", "$root{A}/no";
lab([ 'delete', 'A', 'B', $stamp ], 'Apps/gone', 'Apps/gone/z');
ok(!-e "$root{B}/Apps/gone", 'an empty folder goes, too');
put($root{B}, 'Apps/a.qvf', 'only at B');
lab([ 'delete', '-', 'B', '.qsrepl-salvage/20260131T235900.000Z' ], 'Apps/a.qvf');
is($out . $share->content('B', '.qsrepl-salvage/20260131T235900.000Z/Apps/a.qvf'), "ok\nonly at B", 'all that is named, where there is no source');

# The trash is emptied by its age; what is not ours there stays.
make_path("$root{B}/.qsrepl-trash/$_") foreach '20990101T000000.000Z', 'mine';
put($root{B}, '.qsrepl-trash/20200101T000000.000Z/x', 'old');
chmod 0400, "$root{B}/.qsrepl-trash/20200101T000000.000Z/x";
symlink $root{A}, "$root{B}/.qsrepl-trash/20200101T000000.000Z/link";
make_path("$root{B}/Apps/deep/.qsrepl-partial");
put($root{B}, 'Apps/deep/.qsrepl-partial/half', 'half');
lab([ 'list', 'B' ]);
like($out, qr/^leftover Apps\/deep\/\.qsrepl-partial$/m, 'what a broken run has left is told apart');
unlike($out, qr/^file .*half/m, 'and is no content');
lab([ 'prune', 'B' ]);
is($out, "ok\n", 'cleaned');
opendir my $handle, "$root{B}/.qsrepl-trash" or die;
my @left = sort grep { !/^\./ } readdir $handle;
closedir $handle;
ok(!grep({ $_ eq '20200101T000000.000Z' } @left), 'old trash is gone');
is_deeply([ grep { !/^20260131/ } @left ], [ '20990101T000000.000Z', 'mine' ], 'the rest stays');
ok(!-e "$root{B}/Apps/deep/.qsrepl-partial", 'so is what was left of a broken run');
ok(-e "$root{A}/Apps/a.qvf", 'no link was followed');

# Access rights of files, on request.
$share->robocopies;
$share->configure(share => "copy_security = on\n");
$ssh->set_state($node, {});
lab([ 'copy', 'A', 'B', $stamp ], 'Apps/a.qvf');
is((grep { $_ eq '/COPY:DATS' } map { @$_ } $share->robocopies), 1, 'copy_security = on copies them');

# An account for the other machine's share: a session by key has none.
$ssh->set_state($node, { logons => { '\\\\fs-a\\QlikShare' => [ 'CORP\\qlikservice', 'geh"eim\\7361' ] } });
$share->configure();
lab([ 'list', 'A' ]);
failed_with($out, 'could not list .*', ".*Access to the path .* is denied", 'without an account');
$share->configure(share => "account = $secret\n");
$ssh->seen;
unlink "$ssh->{dir}/processes";
lab([ 'list', 'A' ]);
like($out, qr/\nok$/, 'with one');
put($root{A}, 'Apps/secret', 'x');
lab([ 'copy', 'A', 'B', $stamp ], 'Apps/secret');
is($out, "ok\n", 'copies, too');
unlike(slurp_file("$ssh->{dir}/processes"), qr/7361/, 'its password is on no command line and in no environment');
unlike($ssh->log, qr/7361/, 'and in no log');
write_private("$tool_dir/account", "username = qlikservice\npassword = other\ndomain = CORP\n");
lab([ 'list', 'A' ]);
failed_with($out, 'could not list .*', '.*The user name or password is incorrect', 'a wrong password');
write_private("$tool_dir/account", "user = x\n");
lab([ 'list', 'A' ]);
failed_with($out, 'could not list .*', "file \"$tool_dir/account\" has no logon", 'a file without one');
$share->configure();

# Many files.
$ssh->set_state($node, {});
my @thousands = map { my $folder = $_; map { "StaticContent/f$folder/file number $_" } 1 .. 250 } 1 .. 20;
make_path("$root{A}/StaticContent/f$_") foreach 1 .. 20;
put($root{A}, $_, $_) foreach @thousands;
$share->robocopies;
my $began = time;
lab([ 'copy', 'A', 'B', $stamp ], (map { "StaticContent/f$_" } 1 .. 20), @thousands);
is($out, "ok\n", '5,000 files');
note(sprintf '%.1f s, %d calls of robocopy', time - $began, scalar($share->robocopies));
is_deeply([ grep { ($share->content('B', $_) // '') ne $_ } @thousands ], [], 'are there');
$began = time;
lab([ 'list', 'B' ]);
cmp_ok(scalar(() = $out =~ /^file /mg), '>', 5000, 'and are listed');
note(sprintf '%.1f s', time - $began);

# No way there.
$ssh->stop;
lab([ 'list', 'A' ]);
failed_with($out, 'could not list .*', 'could not run PowerShell at node "CN-B".*', 'no sshd');
done_testing();
