# A run of "snapshot create" that is killed, at each step and at random times,
# or whose disk is full from some step on: what can be seen is whole, what
# cannot be is cleared up by the next run, and the one that was to be replaced
# is there until the new one is.
use strict;
use warnings FATAL => 'all';

use IPC::Run ();
use POSIX ();
use PostgreSQL::Test::Utils;
use QsreplSnapshot;
use QsreplTool;
use Test::More;
use Time::HiRes ();

my $seed = $ENV{QSREPL_SEED} // int rand 1 << 30;
my $scale = $ENV{QSREPL_SCALE} // 1;
my $node = bare_server('site_a');
my %node = (A => $node, B => bare_server('site_b'));
my ($killed, $code, $out, $err);

note "seed $seed";
srand $seed;
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE qsr');
$node->safe_psql('qsr', "CREATE TABLE t AS SELECT i, repeat('x', 100) FROM generate_series(1, 100) AS i");
put("Apps/$_.qvf", "app $_") foreach 1 .. 12;
put('StaticContent/Default/x.png', 'x');
my $conf = snapshot_conf('A', \%node, main => "databases = qsr\n");

# What a run has left: all that is visible is whole.  One that was to be
# replaced is there as it was, or there is the new one, unless where two names
# cannot be exchanged; then it comes back with the next run.
sub faults
{
	my ($replaced) = @_;
	my @visible = grep { !/^\./ } snapshots_in($store_dir);
	my @problems = map { problems_of("$store_dir/$_") } @visible;

	push @problems, 'the former one is gone' if $replaced && !grep { $_ eq 'daily' } @visible;
	return @problems;
}

sub clear
{
	PostgreSQL::Test::Utils::system_or_bail('rm', '-rf', $store_dir);
	return;
}

# Without a file of the store: how many steps a run has.
sub count_steps
{
	my ($environment) = @_;
	my $file = "$tool_dir/count";

	($killed, $code, $out, $err) = snapshot_stepped({ %$environment, STEP_COUNT => $file }, $conf, 'create', 'daily', '--quiet');
	is("$code $err", '0 ', 'a run that nobody disturbs');
	return 0 + slurp_file($file);
}

foreach my $way ([ 'exchange', {} ], [ 'no exchange', { STEP_NO_EXCHANGE => 1 } ])
{
	my ($name, $environment) = @$way;
	my (@faults, @not_mended, @not_killed);

	clear();
	count_steps($environment);
	my $steps = count_steps($environment);

	cmp_ok($steps, '>', 50, "$name: $steps steps");
	# The files' content tells which of two it is.
	for (my $i = 1; $i <= $steps; $i += 1 + ($scale < 2 ? int $i / 12 : 0))
	{
		put('Apps/1.qvf', "app at step $i");
		($killed, $code, $out, $err) =
		  snapshot_stepped({ %$environment, STEP_KILL => $i }, $conf, 'create', 'daily', '--quiet');
		push @not_killed, $i if !$killed;
		push @faults, map { "$i: $_" } faults(!$environment->{STEP_NO_EXCHANGE});
		# "list" clears up, too.
		snapshot($conf, 'list');
		push @not_mended, map { "$i: $_" } grep { /^\./ } snapshots_in($store_dir);
		push @faults, map { "mended, $i: $_" } faults(1);
	}
	is_deeply(\@faults, [], "$name: killed at each step, what can be seen is whole");
	is_deeply(\@not_mended, [], "$name: and nothing is left");
	cmp_ok(scalar @not_killed, '<=', $steps / 10, "$name: nearly all were killed");
	is((snapshot_stepped($environment, $conf, 'create', 'daily', '--quiet'))[1], 0, "$name: then another run ends well");
	is(slurp_file("$store_dir/daily/share/Qlik/Apps/1.qvf"), slurp_file("$share_dir/Apps/1.qvf"), "$name: with what is there now");
}

# A disk that is full from some step on.
{
	clear();
	count_steps({});
	my $steps = count_steps({});
	my (@faults, @left, @strange);

	for (my $i = 1; $i <= $steps; $i += 1 + int $i / 10)
	{
		put('Apps/1.qvf', "app at full step $i");
		($killed, $code, $out, $err) = snapshot_stepped({ STEP_FULL => $i }, $conf, 'create', 'daily', '--quiet');
		push @strange, "$i: $code $err" if $code == 0 ? $i < $steps - 2 : $code !~ /^[46]$/ || $err !~ /No space left on device/;
		push @faults, map { "$i: $_" } faults(1);
		push @left, map { "$i: $_" } grep { /^\./ } snapshots_in($store_dir);
	}
	is_deeply(\@faults, [], 'a full disk leaves the former one');
	is_deeply(\@left, [], 'and nothing else');
	is_deeply(\@strange, [], 'and is told');
}

# At random times, also while programs of PostgreSQL run.
{
	my @faults;
	my $began = Time::HiRes::time();

	($code) = snapshot($conf, 'create', 'daily', '--quiet');
	my $took = Time::HiRes::time() - $began;

	foreach my $try (1 .. 8 * $scale)
	{
		my $run = IPC::Run::start([ $qsrepl_program, 'snapshot', 'create', 'daily', '--quiet', '--config', $conf ], '<', \'', '>', \$out, '2>', \$err);
		my $until = Time::HiRes::time() + rand $took;

		Time::HiRes::usleep(2000) while Time::HiRes::time() < $until;
		$run->signal('KILL');
		$run->finish;
		push @faults, map { "$try: $_" } faults(1);
	}
	is_deeply(\@faults, [], 'killed at random times, what can be seen is whole');
	is((snapshot($conf, 'create', 'daily', '--quiet'))[0], 0, 'then another run ends well');
	is_deeply([ snapshots_in($store_dir) ], ['daily'], 'and nothing is left');
}

# Ctrl-C ends it cleanly.
{
	my $run = IPC::Run::start([ $qsrepl_program, 'snapshot', 'create', 'daily', '--quiet', '--config', $conf ], '<', \'', '>', \$out, '2>', \$err);

	until (grep { /partial/ } snapshots_in($store_dir))
	{
		Time::HiRes::usleep(1000);
	}
	$run->signal('INT');
	$run->finish;
	isnt($run->result(0), 0, 'interrupted');
	is_deeply([ snapshots_in($store_dir), faults(1) ], ['daily'], 'it leaves nothing');
}

done_testing();
