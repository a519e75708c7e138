# The page of figures: made of results that are whole, broken, torn and missing.
use strict;
use utf8;
use warnings FATAL => 'all';

use File::Copy qw(copy);
use IPC::Run ();
use JSON::PP ();
use PostgreSQL::Test::Utils;
use Test::More;

my $fixtures = 'tests/fixtures/bench';
my $dir = PostgreSQL::Test::Utils::tempdir();
my $parse = 'import sys, xml.dom.minidom as m; [m.parse(f) for f in sys.argv[1:]]';

sub run
{
	my (@command) = @_;
	my ($out, $err) = ('', '');

	IPC::Run::run(\@command, '<', \'', '>', \$out, '2>', \$err);
	return ($? >> 8, $out, $err);
}

sub slurp
{
	my ($file) = @_;
	my $text = slurp_file($file);

	utf8::decode($text);
	return $text;
}

sub put
{
	my ($file, $text) = @_;

	open my $handle, '>', $file or die "$file: $!";
	print $handle $text;
	close $handle or die "$file: $!";
	return;
}

copy($_, $dir) or die "$_: $!" foreach grep { !/\.ini$/ } glob "$fixtures/*";
my ($code, $out, $err) = run($^X, 'bench/page/page.pl', $dir, "$fixtures/parts.ini");

is($code, 1, 'a page with parts that failed is made, and tells by its exit code');
is($out, "$dir/index.md\n", 'it says where it is');
is($err, "bench: failed: broken\nbench: failed: torn\nbench: left out: gone\n", 'it names parts that are not whole');

# ---- figures ----

my $all = JSON::PP->new->utf8->decode(slurp_file("$dir/index.json"));
my %parts = map { $_->{key} => $_ } @{ $all->{parts} };
my %goals = map { $_->{what} => $_ } map { @{ $_->{goals} } } @{ $all->{parts} };
my ($row) = grep { $_->{case} eq 'first' && $_->{who} eq 'qsrepl' } @{ $parts{whole}{groups}[0]{rows} };

is_deeply([ map { $_->{state} } @{ $all->{parts} } ], [ 'complete', 'failed', 'failed', 'missing' ], 'states of parts');
is_deeply([ @$row{qw(n median low high least most)} ], [ 3, 1200, 1100, 1600, 1000, 2000 ], 'median, quartiles, range');
is_deeply($row->{samples}, [ 1200, 2000, 1000 ], 'samples in their order');
is($goals{'ours to theirs'}{median}, 1, 'a ratio is the median of the ratios round by round');
is($goals{'ours to theirs'}{verdict}, 'reached', 'which is reached');
is($goals{'ours to theirs'}{close}, 1, 'another run might judge otherwise');
is($goals{'in time'}{verdict}, 'missed', 'less than: not reached');
is($goals{lost}{verdict}, 'reached', 'a sum that is at its limit');
is($goals{'not there'}{verdict}, 'unmeasured', 'a goal without samples');
is($goals{speed}{verdict}, 'reached', 'a failed part has its figures');
is($parts{torn}{groups}[0]{rows}[0]{median}, 0.9876, 'a torn line takes no other along');

# ---- page ----

my $page = slurp("$dir/index.md");

like($page, qr/^- processor: Example 1, 2 cores$/m, 'the machine');
like($page, qr/^Versions: qsrepl 0\.1\.0, rsync 3\.2\.7\.$/m, 'versions of the part');
like($page, qr/Not the usual sizes:\*\* `BENCH_ROWS=10`/, 'sizes');
like($page, qr/at work already\*\* \(load 0\.75\)/, 'a machine at work');
like($page, qr/took 2\.5 % of the processors/, 'time that other guests took');
like($page, qr/^\| \[Gone\]\(#gone\) \| \*\*left out\*\* \| – \|$/m, 'a part left out, in the overview');
like($page, qr/^\*\*This part was left out: there are no results of it\.\*\*$/m, 'and at its place');
like($page, qr/^\*\*This part failed \(exit code 3\), so that figures are missing/m, 'a failed part');
like($page, qr/^\| in time \| less than 300 ms \| 325 ms \| \*\*not reached\*\*, within the spread \|$/m, 'a goal missed');
like($page, qr/^\| not there \| at most 1 ms \| – \| \*\*not measured\*\* \|$/m, 'a goal not measured');
like($page, qr/^\| median \(middle half\) \| first \| later: changed \|$/m, 'contestants side by side');
like($page, qr/^\| rsync \| 1 s \(1 s to 1\.75 s\) \| – \|$/m, 'with units and spread');
like($page, qr/^- 3 files \\\| \\\*more\\\*$/m, 'texts are escaped');
like($page, qr/^- restic: it is not installed$/m, 'a peer that is left out');
like($page, qr{\b1\.25 ms\b}, 'units fit the value');

# ---- pictures ----

my @pictures = sort glob "$dir/*.svg";
my @named = sort $page =~ /\]\(([\w-]+\.svg)\)/g;

is_deeply([ map { s{.*/}{}r } @pictures ], \@named, 'each picture is shown');
is(scalar @pictures, 5, 'one a group of results');
($code, $out, $err) = run('python3', '-c', $parse, @pictures);
is($code, 0, 'pictures are well-formed XML') or diag $err;
put("$dir/damaged.xml", substr slurp_file($pictures[0]), 0, -8);
isnt((run('python3', '-c', $parse, "$dir/damaged.xml"))[0], 0, 'which the parser would not say of all');
my $picture = slurp("$dir/whole-3.svg");
like($picture, qr/prefers-color-scheme: dark/, 'two colour schemes');
like($picture, qr/class="own".*class="peer"/s, 'ours and the others');
like($picture, qr/>1\.25 ms</, 'values have units');
like($picture, qr/ten times the one before/, 'powers of ten where values are far apart');
like(slurp("$dir/whole-1.svg"), qr/class="wanted"/, 'what is wanted is marked');
my @outside = grep { $_ < 0 || $_ > 760 } map { slurp($_) =~ /\bx[12]?="(-?[\d.]+)"/g } @pictures;
is_deeply(\@outside, [], 'nothing is outside of a picture');

put("$dir/one.ini", slurp_file("$fixtures/parts.ini") =~ s/^\[broken\].*//msr);
is((run($^X, 'bench/page/page.pl', $dir, "$dir/one.ini"))[0], 0, 'figures that are not reached are no error');
run($^X, 'bench/page/page.pl', $dir, "$fixtures/parts.ini");

# ---- a summary, and the page of the documentation ----

($code, $out) = run($^X, 'bench/page/summary.pl', "$dir/broken.jsonl", 'broken', "$fixtures/parts.ini");
is($code, 0, 'a summary of one part');
like($out, qr/^wanted: speed: at least 2 rows\/s; 123,456 rows\/s, reached$/m, 'with what was wanted');
put("$dir/page.md", "before\n<!-- figures: made by \"make performance\" -->\nold\n<!-- figures: end -->\nbehind\n");
my @performance = ($^X, 'bench/page/performance.pl', "$dir/index.json", "$dir/page.md");
($code, $out, $err) = run(@performance);
isnt($code, 0, 'figures of other sizes do not go into the documentation');
like($err, qr/^performance: these are not figures of the usual sizes: BENCH_ROWS=10$/, 'and it says so');
$all->{machine}{sizes} = [];
put("$dir/index.json", JSON::PP->new->utf8->encode($all));
($code, $out, $err) = run(@performance);
is($code, 0, 'figures of the usual sizes do') or diag $err;
my $filled = slurp("$dir/page.md");
like($filled, qr/\Abefore\n<!-- .*\| ours to theirs \| at most 1\.10 \| 1 \| reached, within the spread \|.*-->\nbehind\n\z/s,
	'between the markers');
unlike($filled, qr/^old$|some day|load before/m, 'instead of what was there, without what is of the run alone');
run(@performance);
is(slurp("$dir/page.md"), $filled, 'a second time it is the same');
put("$dir/page.md", "no place\n");
($code, $out, $err) = run(@performance);
isnt($code, 0, 'a page without a place');
like($err, qr/has no place for figures$/, 'is named');

# ---- the real page and table ----

like(slurp_file('docs/performance.md'),
	qr/^<!-- figures: made by "make performance" -->\n.*^<!-- figures: end -->\n/ms,
	'the page of the documentation has a place for figures');

my $make = slurp_file('bench/bench.mk');
my ($listed) = $make =~ /^BENCH_PARTS \?= ((?:.*\\\n)*.*)$/m;
my @listed = map { tr/-/_/r } grep { $_ ne '\\' } split ' ', $listed;
my @table = slurp_file('bench/parts.ini') =~ /^\[(\w+)\]$/mg;

is_deeply(\@listed, \@table, 'make bench runs the parts of the table, in its order');
mkdir "$dir/empty";
($code, $out, $err) = run($^X, 'bench/page/page.pl', "$dir/empty");
is($code, 1, 'a run without any results');
is($err, join('', map { "bench: left out: $_\n" } @table), 'names all parts');
foreach my $wrong ([ "[a]\ngoal = x | y : z | at most 1\n", 'has not three parts' ],
	[ "[a]\ngoal = x | a : b : c | about 1\n", 'is no limit' ],
	[ "[a]\nname = x\n", 'key "name" is not recognized' ],
	[ "title = x\n", 'a key before the first section' ],
	[ "words\n", 'neither a section nor a key' ])
{
	put("$dir/wrong.ini", $wrong->[0]);
	($code, $out, $err) = run($^X, 'bench/page/page.pl', $dir, "$dir/wrong.ini");
	ok($code != 0 && $err =~ /\Q$wrong->[1]\E/, "a table is refused: $wrong->[1]") or diag $err;
}

done_testing();
