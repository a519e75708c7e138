# Robocopy at a Windows node when things go wrong: all exit codes, files that are
# locked, vanish or grow, a full stop in the middle, lost connections.
use strict;
use warnings FATAL => 'all';

use File::Path qw(make_path);
use PostgreSQL::Test::Utils;
use QsreplTool;
use QsreplWindowsShare;
use Test::More;

my $share = windows_share('127.0.47.1');
my ($ssh, $node) = ($share->{ssh}, $share->{address});
my %root = %{ $share->{root} };
my $stamp = '.qsrepl-trash/20260131T235900.000Z';
my $out;

sub lab
{
	$out = $share->lab(@_);
	return;
}

$share->configure();
make_path($root{A}, $root{B});
put($root{A}, 'Apps/x', 'x');

# Exit codes: below 8 all is well.
foreach my $also (0 .. 7)
{
	$ssh->set_state($node, { robocopy => { also => $also } });
	put($root{A}, 'Apps/code', "code $also", 1_500_000_000 + 10 * $also);
	lab([ 'copy', 'A', 'B', $stamp ], 'Apps/code');
	is($out . $share->content('B', 'Apps/code'), "ok\ncode $also", "exit code $also is success");
}
# With 8, what has come is taken, what has not is told.
foreach my $also (8 .. 15)
{
	$ssh->set_state($node, { robocopy => { also => $also & 7, denied => ['bad'] } });
	put($root{A}, 'Apps/code', "code $also", 1_500_000_000 + 10 * $also);
	put($root{A}, 'Apps/bad', 'new', 1_500_000_000 + 10 * $also);
	put($root{B}, 'Apps/bad', 'old');
	lab([ 'copy', 'A', 'B', $stamp ], 'Apps/code', 'Apps/bad');
	like($out, qr/^incomplete: file "Apps\/bad": Access is denied\. \(5\)\nok$/m, "exit code $also: which file, and why");
	is($share->content('B', 'Apps/code') . $share->content('B', 'Apps/bad'), "code ${also}old", 'the others have come, and the old one is as it was');
}
$ssh->set_state($node, { robocopy => { fatal => 'The network path was not found.' } });
lab([ 'copy', 'A', 'B', $stamp ], 'Apps/code');
failed_with($out, 'script "Copy-QlikShareContent" failed at node "CN-B"', 'robocopy ended with exit code 16 in folder Apps: The network path was not found\.', 'exit code 16 ends it');

# Locked files: a retry helps, or it does not; a system in German.
put($root{A}, "Apps/busy$_", "busy $_") foreach 1 .. 3;
$ssh->set_state($node, { robocopy => { locked => { busy1 => 2, busy2 => 99 }, words => 'de' } });
lab([ 'copy', 'A', 'B', $stamp ], map { "Apps/busy$_" } 1 .. 3);
like($out, qr/^incomplete: file "Apps\/busy2": Der Prozess kann nicht auf die Datei zugreifen, .* Gr\xc3\xb6\xc3\x9fe\. \(32\)\nok$/m, 'a locked file is told in the words of the system');
is($share->content('B', 'Apps/busy1') . $share->content('B', 'Apps/busy3'), 'busy 1busy 3', 'one that was locked for a moment has come');
$ssh->set_state($node, { robocopy => { torn => ['busy2'] } });
lab([ 'copy', 'A', 'B', $stamp ], 'Apps/busy2', 'Apps/busy1');
like($out, qr/^incomplete: file "Apps\/busy2": Access is denied/m, 'one of which half has come');
ok(!-e "$root{B}/Apps/busy2", 'is not taken');
$ssh->set_state($node, { held => [ 'Apps/busy1', 'Apps/busy3' ] });
put($root{A}, "Apps/busy$_", "again $_", 1_650_000_000) foreach 1 .. 3;
lab([ 'copy', 'A', 'B', $stamp ], map { "Apps/busy$_" } 1 .. 3);
like($out, qr/^incomplete: file "Apps\/busy1": The process cannot access the file .* \(32\); and 1 more\nok$/m, 'files that are in use at the target');
is($share->content('B', 'Apps/busy1') . $share->content('B', 'Apps/busy2'), 'busy 1again 2', 'stay as they are');
lab([ 'delete', 'A', 'B', $stamp ], 'Apps/busy1');
is($out, "ok\n", 'nothing is removed that is at the source');
unlink "$root{A}/Apps/busy1";
lab([ 'delete', 'A', 'B', $stamp ], 'Apps/busy1');
like($out, qr/^incomplete: file "Apps\/busy1": The process cannot/m, 'one in use cannot be removed');

# What vanishes or changes meanwhile is for the next pass.
put($root{A}, "Apps/moving$_", "moving $_") foreach 1 .. 3;
$ssh->set_state($node, { robocopy => { vanish => ['moving1'], grows => ['moving2'] } });
lab([ 'copy', 'A', 'B', $stamp ], map { "Apps/moving$_" } 1 .. 3);
is($out, "ok\n", 'files that vanish or grow are no error');
is(join(',', map { -e "$root{B}/Apps/moving$_" ? 1 : 0 } 1 .. 3), '0,0,1', 'and are not taken');

# Interrupted in the middle of a copy, it is repeated.
my @many = map { "Apps/many/$_" } 1 .. 40;
put($root{A}, $_, "one of $_") foreach @many;
put($root{B}, $_, 'old') foreach @many[ 0 .. 19 ];
foreach my $case ([ { killed => 25 }, 'could not run|ended before' ], [ { powershell => { cut => 1, of => 'Copies files of one' } }, 'ended before' ])
{
	$ssh->set_state($node, $case->[0]);
	lab([ 'copy', 'A', 'B', '.qsrepl-trash/20260201T000000.000Z' ], 'Apps/many', @many);
	like($out, qr/^error\nmessage: .*($case->[1])/m, 'the script is ended from outside');
	my @wrong = grep { my $now = $share->content('B', $_); defined $now && $now ne 'old' && $now ne "one of $_" } @many;
	is_deeply(\@wrong, [], 'no file is there in part');
	my @lost = grep { $share->content('B', $_) ne 'old' && ($share->content('B', ".qsrepl-trash/20260201T000000.000Z/$_") // '') ne 'old' } @many[ 0 .. 19 ];
	is_deeply(\@lost, [], 'and no old one is lost');
	$ssh->set_state($node, {});
	lab([ 'copy', 'A', 'B', '.qsrepl-trash/20260201T000001.000Z' ], 'Apps/many', @many);
	is($out, "ok\n", 'and once more');
	is_deeply([ grep { $share->content('B', $_) ne "one of $_" } @many ], [], 'brings all');
	put($root{B}, $_, 'old') foreach @many[ 0 .. 19 ];
	system('rm', '-rf', "$root{B}/.qsrepl-trash/20260201T000000.000Z");
}
$ssh->set_state($node, { denied => ['Apps/many'] });
lab([ 'list', 'B' ]);
failed_with($out, 'could not list .*', '.*Access to the path .* is denied', 'a folder that cannot be read is not taken for empty');
$ssh->set_state($node, { powershell => { cut => 2 } });
lab([ 'list', 'B' ]);
failed_with($out, 'could not list .*', 'the connection to node "CN-B" ended before', 'a list that is cut off');

done_testing();
