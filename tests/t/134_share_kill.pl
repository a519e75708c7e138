# qsrepl share sync killed at random moments: nothing is lost that is not in the
# trash, no half a file is seen, and a repetition gets both equal. And --watch.
use strict;
use warnings FATAL => 'all';

use IPC::Run ();
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplShare;
use QsreplTest;
use Test::More;
use Time::HiRes qw(usleep time);

my %node = make_tool_pair();
my %conf = share_confs(\%node);
my ($A, $B) = @share_root{ 'A', 'B' };
my ($code, $out, $err);

seed_random();

sub content
{
	my $block = join '', map { chr(33 + int rand 90) } 1 .. 64;

	return $block x (rand() < 0.2 ? 8_000 + int rand 8_000 : 1 + int rand 20);
}

sub random_path
{
	return ('Apps', 'StaticContent/x', 'CustomData')[ int rand 3 ] . '/' . (rand() < 0.3 ? 'folder ' . int(rand 4) . '/' : '') . int rand 40;
}

# Some files are written, some removed.
sub change
{
	my ($root, $n) = @_;

	foreach my $i (1 .. $n)
	{
		my $path = random_path();

		if (rand() < 0.3) { unlink "$root/$path" }
		elsif (!-d "$root/$path") { put($root, $path, content(), int(time) - int rand 100000) }
	}
	return;
}

# What is at B, by path: the content without its time.
sub files
{
	my ($root) = @_;
	my $tree = tree($root, 'Apps', 'StaticContent', 'CustomData');

	return { map { $_ => $tree->{$_} =~ s/ @ \d+$//sr } grep { $tree->{$_} ne 'folder' && !m{/\.qsrepl-partial/} } keys %$tree };
}

sub all_gone
{
	for (1 .. 500)
	{
		IPC::Run::run([ 'pgrep', '-f', '--', "rsync.*$B" ], '>', \my $found);
		last if $found eq '';
		usleep(10_000);
	}
	return;
}

put($A, "Apps/$_", content()) foreach 1 .. 40;
put($A, "StaticContent/x/$_", content()) foreach 1 .. 20;
put($A, "CustomData/keep$_", content()) foreach 1 .. 3;
my $began = time;
($code, $out, $err) = sync($conf{A}, '--initial');
is("$code $err", '0 ', 'the first one');
my $takes = time - $began;
my (%told, $killed, $rounds);

for (1 .. scaled(10))
{
	change($A, 25);
	change($B, 10);
	my ($before, $source) = (files($B), files($A));
	my $who = rand() < 0.5 ? 'tool' : 'rsync';
	my $handle = IPC::Run::start([ $qsrepl_program, 'share', 'sync', '--config', $conf{A}, '--yes', '--max-change', '100' ], '<', \'', '>', \my $said, '2>', \my $complained);
	my $pid = $handle->{KIDS}[0]{PID};

	usleep(int rand 1_300_000 * $takes);
	if ($who eq 'tool') { kill 9, $pid }
	else
	{
		my @rsync = map { ($_, split ' ', `pgrep -P $_`) } split ' ', `pgrep -P $pid rsync`;

		kill 9, $rsync[ int rand @rsync ] if @rsync;
	}
	$handle->finish;
	$killed++ if $handle->full_result(0) != 0;
	all_gone();
	$rounds++;

	my ($after, $trash) = (files($B), trash('B'));

	foreach my $path (sort keys %$before)
	{
		next if defined $after->{$path} && $after->{$path} eq $before->{$path};
		next if grep { $_ eq $before->{$path} } @{ $trash->{$path} // [] };
		$told{"lost: $path"}++;
	}
	foreach my $path (sort keys %$after)
	{
		next if grep { defined && $_ eq $after->{$path} } $before->{$path}, $source->{$path};
		$told{"neither old nor new: $path"}++;
	}
	($code, $out, $err) = sync($conf{A}, '--max-change', '100');
	$told{"again: $code $err"}++ if "$code $err" ne '0 ';
	$told{'not equal afterwards'}++ if JSON::PP->new->canonical->encode(files($A)) ne JSON::PP->new->canonical->encode(files($B));
	$told{'an unfinished file is left'}++ if grep { m{/\.qsrepl-partial(?:/|$)} } keys %{ tree($B) };
	$told{'a scratch directory is left'}++ if glob "$tool_dir/journal_A/share/scratch*";
	$told{'a temporary file is left'}++ if grep { m{^\.qsrepl-trash/new/} } keys %{ tree($B, '.qsrepl-trash') };
}
is_deeply(\%told, {}, "$rounds rounds, of which $killed were cut short");
cmp_ok($killed, '>', 2, 'some were');

# Round after round: what changes comes along; a silent site is told of, and
# not given up; the end is a clean one.
my ($lines, $complaints) = ('', '');
my $watch = IPC::Run::start([ $qsrepl_program, 'share', 'sync', '--config', $conf{A}, '--yes', '--json', '--watch', '1' ], '<', \'', '>', \$lines, '2>', \$complaints);

sub watch_until
{
	my ($what, $seen) = @_;

	for (1 .. 1500)
	{
		$watch->pump_nb;
		last if $seen->();
		usleep(20_000);
	}
	ok($seen->(), $what) or diag("$lines\n$complaints");
	return;
}

watch_until('a line each round', sub { (() = $lines =~ /\n/g) >= 2 });
put($A, 'Apps/watched', 'watched');
watch_until('a file that is new comes along', sub { defined get($B, 'Apps/watched') });
watch_until('and is told', sub { $lines =~ /"copied":1,/ });
my $line = decode_json((split /\n/, $lines)[-1]);
is_deeply([ @$line{qw(share outcome)} ], [ 'qlik', 'synchronized' ], 'a line');
ok($line->{behind_seconds} >= 0 && $line->{worst_seconds} >= $line->{behind_seconds} && $line->{worst_seconds} < 30, 'tells how far behind') or diag explain $line;
$node{B}->stop('immediate');
watch_until('a silent site', sub { $complaints =~ /site "B" does not answer/ && $complaints =~ /share "qlik" was last synchronized \S+ \S+ ago/ });
$node{B}->start;
put($A, 'Apps/watched', 'watched again', int(time) + 5);
watch_until('is not given up', sub { get($B, 'Apps/watched') eq 'watched again' });
is(decode_json(slurp_file("$tool_dir/journal_A/share/qlik.json"))->{watch}, 1000, 'the record says that it is watched');
rename "$A/.qsrepl-share.json", "$A/gone" or die $!;
watch_until('a marker that is gone', sub { $complaints =~ /has no marker/ });
rename "$A/gone", "$A/.qsrepl-share.json" or die $!;
put($A, 'Apps/watched', 'and again', int(time) + 9);
watch_until('and there again', sub { get($B, 'Apps/watched') eq 'and again' });
$watch->signal('TERM');
$watch->finish;
is($watch->full_result(0), 0, 'SIGTERM ends it well');

# The same in words.
$lines = $complaints = '';
$watch = IPC::Run::start([ $qsrepl_program, 'share', 'sync', '--config', $conf{B}, '--yes', '--watch', '1' ], '<', \'', '>', \$lines, '2>', \$complaints);
watch_until('in words', sub { $lines =~ /^\S+Z share qlik: 0 files copied, 0 removed; site B is \S+ \S+ behind\.\n\S+ share qlik: .* behind, and was \S+ \S+ at most\.$/m });
$watch->signal('INT');
$watch->finish;
is($watch->full_result(0), 0, 'Ctrl-C ends it well');

$_->stop foreach @node{ 'B', 'A' };
done_testing();
