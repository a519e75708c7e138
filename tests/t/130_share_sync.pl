# qsrepl share sync between directories: what is copied, removed, kept in the
# trash, left out, told; limits and questions.
use strict;
use warnings FATAL => 'all';

use IPC::Run ();
use JSON::PP;
use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplShare;
use QsreplTest;
use Test::More;

my %node = make_tool_pair();
my %conf = share_confs(\%node);
my ($A, $B) = @share_root{ 'A', 'B' };
my ($code, $out, $err, $json);
my $now = time;

sub equal
{
	my ($what) = @_;
	my @trees = map {
		my $tree = tree($_, 'Apps', 'StaticContent', 'CustomData');

		delete @$tree{ grep { m{/tempcontent(/|$)|^CustomData/trace\.log$}i } keys %$tree };
		$tree
	} $B, $A;

	is_deeply(@trees, "$what: both are the same");
	return;
}

# Nothing is configured; a name that is not.
($code, $out, $err) = qsrepl('share', 'sync', '--config', conf_file('A', \%node, file => "$tool_dir/none.conf"));
is("$code $err", "6 qsrepl: error: no share is configured\nqsrepl: hint: Add a section [share NAME] to the configuration file.\n", 'no share');
($code, $out, $err) = sync($conf{A}, '--share', 'other');
is($code, 2, 'a share that is not defined');
like($err, qr/share "other" is not defined/, 'is told');

# First: markers, and everything of the known folders.
put($A, 'Apps/1a.qvf', 'app one', $now - 1000);
put($A, 'Apps/2b.qvf', 'app two', $now - 900);
put($A, 'StaticContent/Default/a picture.png', 'picture');
put($A, 'CustomData/64/x.dll', 'dll');
put($A, 'CustomData/trace.log', 'left out');
put($A, 'CustomData/64/kept.log', 'of a folder below');
put($A, 'StaticContent/TempContent/t', 'left out');
put($A, 'ArchivedLogs/old.log', 'log');
put($A, 'Exported Certificates/key.pem', 'not known');
put($A, 'secret.txt', 'not known');
put($A, 'Apps/tempcontent/x', 'left out in any case');
($code, $out, $err) = sync($conf{A});
is("$code $out", '6 ', 'without markers');
like($err, qr/share "qlik" at site "A" \(source\) has no marker "\Q$A\E\/\.qsrepl-share\.json"\n.*give --initial once/s, 'is refused');
is_deeply(tree($B), {}, 'and nothing was changed');

($code, $out, $err) = qsrepl('share', 'sync', '--config', $conf{A}, '--initial');
is($code, 6, 'without --yes and a terminal');
like($out, qr/^Share qlik, from site A to site B \(0 files there\):\n6 new, 0 changed, 0 newer at the target, 0 gone; .*\nThe marker of site A is to be written \(epoch 0\)/m, 'the plan is shown');
like($err, qr/error: not confirmed/, 'and not done');
is(marker('A'), undef, 'no marker');

($code, $out, $err) = sync($conf{A}, '--initial', '--dry-run');
is("$code $err", '0 ', 'a dry run');
like($out, qr/6 new/, 'tells');
is(marker('A'), undef, 'and changes nothing');
is_deeply(tree($B), {}, 'nothing at all');

($code, $out, $err) = sync($conf{A}, '--initial');
is("$code $err", '0 ', '--initial');
like($out, qr/^Share qlik: site B is as site A was at \S+: 6 files copied \(\S+ \S+\), 0 removed, in /, 'says so');
is_deeply(
	[ sort grep { tree($B)->{$_} ne 'folder' } keys %{ tree($B) } ],
	[ sort 'Apps/1a.qvf', 'Apps/2b.qvf', 'StaticContent/Default/a picture.png', 'CustomData/64/x.dll', 'CustomData/64/kept.log', 'ArchivedLogs/old.log' ],
	'known folders, without what is left out');
is(tree($B)->{'Apps/1a.qvf'}, 'app one @ ' . ($now - 1000), 'with its time');
is_deeply([ @{ marker('A') }{qw(version share site epoch role last)} ], [ 1, 'qlik', 'A', 0, 'source', undef ], 'the marker of A');
is_deeply([ @{ marker('B') }{qw(version share site epoch role)} ], [ 1, 'qlik', 'B', 0, 'target' ], 'the marker of B');
is_deeply([ @{ marker('B')->{last} }{qw(from epoch result files copied removed)} ], [ 'A', 0, 'complete', 6, 6, 0 ], 'and the last synchronization');
my $record = decode_json(slurp_file("$tool_dir/journal_A/share/qlik.json"));
is_deeply([ @$record{qw(share from to problem watch)} ], [ 'qlik', 'A', 'B', undef, 0 ], 'the record of this machine');
is_deeply($record->{last}, marker('B')->{last}, 'has the same');

# Again: nothing to do, from either machine.
foreach my $site ('A', 'B')
{
	($code, $json, $err) = sync_json($conf{$site});
	is("$code $err", '0 ', "again, at $site");
	is_deeply([ @$json{qw(share from to epoch outcome error passes copied removed)} ], [ 'qlik', 'A', 'B', 0, 'synchronized', undef, 0, 0, 0 ], 'nothing to do');
}

# What changes.
put($A, 'Apps/1a.qvf', 'app one, new', $now);
put($A, 'Apps/3c.qvf', 'app three');
put($B, 'Apps/only-b.qvf', 'only at B');
put($A, 'ArchivedLogs/new.log', 'log');
put($B, 'ArchivedLogs/only-b.log', 'stays');
put($B, 'Other/mine', 'not known');
put($B, 'CustomData/trace.log', 'of B');
put($A, 'CustomData/32/y.dll', 'dll');
unlink "$A/Apps/2b.qvf", "$A/CustomData/64/x.dll", "$A/CustomData/64/kept.log";
rmdir "$A/CustomData/64";
mkdir "$A/CustomData/empty";
($code, $json, $err) = sync_json($conf{A}, '--dry-run', '--max-change', '100');
is("$code $err", '0 ', 'a dry run');
is_deeply($json->{counts}, { new => 3, changed => 1, 'newer at the target' => 0, gone => 4, extra => 1, kind => 0, case => 0, twin => 0, skipped => 0 }, 'counts');
is_deeply([ map { $_->{path} } grep { $_->{change} eq 'gone' } @{ $json->{differences} } ], [ 'Apps/2b.qvf', 'Apps/only-b.qvf', 'CustomData/64', 'CustomData/64/kept.log', 'CustomData/64/x.dll' ], 'what would be gone');

# That is more than a tenth.
($code, $out, $err) = sync($conf{A});
is($code, 6, 'too many deletions');
like($out, qr/4 gone.*\n  gone: Apps\/2b\.qvf\n/, 'are told');
like($err, qr/share "qlik": more than 10 % of the files would be deleted.*Site "B" has 8 files there; 4 would be deleted, and 0 overwritten.*give --accept-change 4; --yes alone does not do/s, 'are refused');
is(get($B, 'Apps/2b.qvf'), 'app two', 'and nothing was changed');
($code, $out, $err) = sync($conf{A}, '--accept-change', '3');
is($code, 2, '--accept-change needs a name');
($code, $out, $err) = sync($conf{A}, '--accept-change', '3', '--share', 'qlik');
is($code, 6, 'and the right number');
like($err, qr/more than 10 %/, 'is refused');
($code, $out, $err) = sync($conf{A}, '--accept-change', '4', '--share', 'qlik');
is("$code $err", '0 ', 'then it is done');
like($out, qr/4 files copied \(.*\), 4 removed/, 'and told');
equal('changes');
is(get($B, 'ArchivedLogs/only-b.log'), 'stays', 'a folder to which files are only added');
is(get($B, 'ArchivedLogs/new.log'), 'log', 'gets new ones');
is(get($B, 'Other/mine'), 'not known', 'a folder that is not known');
is(get($B, 'CustomData/trace.log'), 'of B', 'what is left out');
is_deeply(
	trash('B'),
	{ 'Apps/1a.qvf' => ['app one'], 'Apps/2b.qvf' => ['app two'], 'Apps/only-b.qvf' => ['only at B'], 'CustomData/64/kept.log' => ['of a folder below'], 'CustomData/64/x.dll' => ['dll'] },
	'what was removed or replaced is in the trash');
ok(!-e "$B/.qsrepl-trash/new/x" && -d "$B/.qsrepl-trash/new", 'no temporary file is left');

# Newer at the target: counted, overwritten only within the limit, and kept.
put($B, 'Apps/3c.qvf', 'edited at B', $now + 5000);
($code, $out, $err) = sync($conf{A});
is($code, 6, 'a newer file at the target');
like($err, qr/0 would be deleted, and 1 overwritten that are newer there/, 'is refused');
($code, $out, $err) = sync($conf{A}, '--max-change', '50');
is("$code $err", '0 ', 'within a higher limit');
is(get($B, 'Apps/3c.qvf'), 'app three', 'it is overwritten');
is_deeply(trash('B')->{'Apps/3c.qvf'}, ['edited at B'], 'and kept');

# Same size, another time; the same second, another fraction.
put($A, 'Apps/3c.qvf', 'app threE');
($code, $json) = sync_json($conf{A});
is_deeply([ $code, $json->{copied} ], [ 0, 1 ], 'the same size within a second');
is(get($B, 'Apps/3c.qvf'), 'app threE', 'is copied');

# Names that are hard.
my @names = ('a b', q(it's), 'say "x"', "new\nline", "cr\rtab\t", '-rf', '--delete', '*', '[x]', 'a\\b', '\\#012', "d\xc3\xa9j\xc3\xa0", "bad\xff\xfe", 'n' x 250, ' lead', 'trail ', '$HOME `id`', ': :', '~', '#', ';', '%n', "\xe2\x82\xac", 'x -> y');
put($A, "Apps/$_", "content of $_") foreach @names;
put($A, "CustomData/$_/in it", 'below') foreach @names;
($code, $out, $err) = sync($conf{A});
is("$code $err", '0 ', 'hard names');
equal('hard names');
unlink map { "$A/Apps/$_" } @names;
($code, $out, $err) = sync($conf{A}, '--max-change', '100');
is("$code $err", '0 ', 'and their removal');
equal('removed names');
is_deeply([ grep { !trash('B')->{"Apps/$_"} } @names ], [], 'all are in the trash');

# Links are not followed, nor copied, nor is anything behind them removed.
put($tool_dir, 'outside/secret', 'secret');
symlink "$tool_dir/outside", "$A/Apps/way out";
symlink '/etc/passwd', "$A/Apps/passwd";
symlink '../../outside', "$A/CustomData/rel";
POSIX::mkfifo("$A/Apps/pipe", 0600) or die $!;
put($B, 'Apps/way out/kept', 'was a folder before');
($code, $out, $err) = sync($conf{A});
is($code, 0, 'links and a pipe');
like($err, qr/links and special files at site A that were not copied: 4/, 'are told');
ok(!-e "$B/Apps/passwd" && !-e "$B/Apps/pipe" && !-e "$B/CustomData/rel", 'and not copied');
is(get($B, 'Apps/way out/kept'), 'was a folder before', 'what a link stands for now is left');
unlink "$A/Apps/way out", "$A/Apps/passwd", "$A/CustomData/rel", "$A/Apps/pipe";
symlink '/etc/hostname', "$B/Apps/at b";
($code, $out, $err) = sync($conf{A}, '--max-change', '100');
is("$code $err", '0 ', 'a link at the target');
equal('links');
is(trash('B')->{'Apps/at b'}[0], 'link to /etc/hostname', 'is kept as one');
is(get($tool_dir, 'outside/secret'), 'secret', 'nothing outside was touched');

# A link in the place of a known folder, or of the trash.
rename "$A/CustomData", "$A/Moved" or die $!;
symlink "$A/Moved", "$A/CustomData";
($code, $out, $err) = sync($conf{A});
is($code, 4, 'a known folder that is a link');
like($err, qr/"CustomData" below "\Q$A\E" is not a folder but a link or a file/, 'is told');
unlink "$A/CustomData";
($code, $out, $err) = sync($conf{A});
is($code, 6, 'a known folder that is missing');
like($err, qr/folder "CustomData" of share "qlik" is not there at site "A" \(source\), but has \d+ files at site "B"/, 'is refused');
mkdir "$A/CustomData";
($code, $out, $err) = sync($conf{A}, '--max-change', '100');
is($code, 6, 'one that is empty');
like($err, qr/folder "CustomData" of share "qlik" is empty at site "A" \(source\), but has \d+ files at site "B"\nqsrepl: hint: .*--accept-change/, 'is refused, whatever the limit');
rmdir "$A/CustomData";
rename "$A/Moved", "$A/CustomData" or die $!;
rename "$B/.qsrepl-trash", "$B/Kept" or die $!;
symlink "$tool_dir/outside", "$B/.qsrepl-trash";
put($A, 'Apps/more', 'more');
($code, $out, $err) = sync($conf{A});
is($code, 4, 'the trash is a link');
like($err, qr/"\Q$B\E\/\.qsrepl-trash" is not a folder/, 'is told');
is(join(' ', sort keys %{ tree("$tool_dir/outside", '.') }), '. ./secret', 'and nothing was put there');
unlink "$B/.qsrepl-trash";
rename "$B/Kept", "$B/.qsrepl-trash" or die $!;

# A file here, a folder there.
put($A, 'Apps/kind/file', 'in a folder');
put($B, 'Apps/kind', 'a file');
put($A, 'CustomData/turned', 'a file');
put($B, 'CustomData/turned/deep/one', 'in a folder');
put($A, 'ArchivedLogs/kind', 'a file');
put($B, 'ArchivedLogs/kind/kept', 'in a folder');
($code, $out, $err) = sync($conf{A}, '--max-change', '100');
is("$code $err", '0 ', 'other kinds');
equal('other kinds');
is(get($B, 'ArchivedLogs/kind/kept'), 'in a folder', 'but nothing is removed where files are only added');
is_deeply([ map { trash('B')->{$_}[0] } 'Apps/kind', 'CustomData/turned/deep/one' ], [ 'a file', 'in a folder' ], 'both are in the trash');

# Names that differ by case: one that was renamed so, and two at once.
rename "$A/Apps/kind", "$A/Apps/KIND" or die $!;
put($A, "Apps/twin", 'small');
put($A, "Apps/TWIN", 'capital');
put($A, "Apps/d\xc3\x89j\xc3\x80", 'accents');
($code, $out, $err) = sync($conf{A}, '--max-change', '100');
is($code, 0, 'case');
like($err, qr/names at site A that differ from another one by case only: 1/, 'is told');
equal('case');
is(trash('B')->{'Apps/kind/file'}[0], 'in a folder', 'the former spelling is in the trash');
unlink "$A/Apps/twin";

# Each replaced generation is kept; old trash goes.
foreach my $generation (1 .. 3)
{
	put($A, 'Apps/gen', "generation $generation", $now + $generation);
	sync($conf{A}, '--max-change', '100');
}
is_deeply(trash('B')->{'Apps/gen'}, [ 'generation 1', 'generation 2' ], 'generations');
put("$B/.qsrepl-trash/20200102T030405.678Z/Apps", 'old', 'old');
put("$B/.qsrepl-trash/20200102T030405.678Z.mine/Apps", 'old', 'another name');
put("$B/.qsrepl-trash/salvage-20200102T030405.678Z", 'old', 'another name');
($code) = sync($conf{A});
is($code, 0, 'old trash');
ok(!-e "$B/.qsrepl-trash/20200102T030405.678Z", 'is removed');
ok(-e "$B/.qsrepl-trash/20200102T030405.678Z.mine/Apps/old" && -e "$B/.qsrepl-trash/salvage-20200102T030405.678Z/old", 'and nothing else');

# What a broken rsync has left is dropped, and is no content.
put($B, '.qsrepl-trash/new/.x.AbCdEf', 'half');
put($B, 'Apps/.qsrepl-partial/big', 'half');
put($A, 'Apps/big', 'whole');
($code, $out, $err) = sync($conf{A});
is("$code $err", '0 ', 'leftovers');
ok(!-e "$B/.qsrepl-trash/new/.x.AbCdEf", 'are dropped');
is(get($B, 'Apps/big'), 'whole', 'and the file is whole');
equal('leftovers');

# A question at a terminal.
put($A, 'Apps/asked', 'asked');
my $seen = '';
my $handle = IPC::Run::start([ $qsrepl_program, 'share', 'sync', '--config', $conf{A} ], '<pty<', \my $in, '>pty>', \$seen);
$handle->pump until $seen =~ /yes or no/;
like($seen, qr/1 new/, 'the plan');
$in = "yes\n";
$handle->finish;
is($handle->full_result(0), 0, 'yes');
is(get($B, 'Apps/asked'), 'asked', 'does it');

# Options that do not go together, or are no numbers.
foreach my $case (
	[ qr/--max-change takes a number from 0 to 100, not "x"/, '--max-change', 'x' ],
	[ qr/--max-change takes a number from 0 to 100, not "101"/, '--max-change', '101' ],
	[ qr/--accept-change takes a number from 0 to 1000000000, not "-1"/, '--accept-change', '-1', '--share', 'qlik' ],
	[ qr/--accept-change is for one share/, '--accept-change', '1' ],
	[ qr/--watch takes a number from 1 to 86400, not "0"/, '--watch', '0' ],
	[ qr/--watch does not go with --initial/, '--watch', '5', '--initial' ])
{
	my ($pattern, @words) = @$case;

	($code, $out, $err) = sync($conf{A}, @words);
	is($code, 2, "@words");
	like($err, $pattern, 'is told');
}
($code, $out, $err) = qsrepl('share', 'sync', '--config', $conf{A}, '--watch', '5');
is($code, 2, '--watch without --yes');
like($err, qr/--watch needs --yes/, 'is told');

# Somebody else replicates it.
my %external = share_confs(\%node, replicated_by => 'external', timeout => '1s');
put($share_root{A}, 'Apps/external', 'x');
($code, $out, $err) = sync($external{A});
is($code, 1, 'external');
like($err, qr/the canary of share "qlik" did not come within/, 'is measured');
is(get($share_root{B}, 'Apps/external'), undef, 'and not copied');
($code, $out, $err) = sync($external{A}, '--dry-run');
is("$code $out$err", "0 share qlik: replicated by something else; it would be measured how long that takes\n", 'nor measured in a dry run');

($code, $out) = sync_json($external{A}, '--dry-run');
is("$code $out->{share} $out->{outcome}", '0 qlik dry run', 'as JSON');

$_->stop foreach @node{ 'B', 'A' };
done_testing();
