# A run of "snapshot create" that is killed, at steps of a growing stride, with
# QSREPL_SCALE of 2 or more at each, and at random times, or whose disk is full
# from some step on: what can be seen is whole, what cannot be is cleared up by
# the next run, and the one that was to be replaced is there until the new one is.
use strict;
use warnings FATAL => 'all';

use IPC::Run ();
use POSIX ();
use PostgreSQL::Test::Utils;
use QsreplSnapshot;
use QsreplTool;
use QsreplTransport;
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
	is_deeply(\@faults, [], "$name: killed at " . ($scale < 2 ? 'steps of a stride' : 'each step') . ', what can be seen is whole');
	is_deeply(\@not_mended, [], "$name: and nothing is left");
	cmp_ok(scalar @not_killed, '<=', $steps / 10, "$name: nearly all were killed");
	is((snapshot_stepped($environment, $conf, 'create', 'daily', '--quiet'))[1], 0, "$name: then another run ends well");
	is(slurp_file("$store_dir/daily/share/Qlik/Apps/1.qvf"), slurp_file("$share_dir/Apps/1.qvf"), "$name: with what is there now");
}

# With certificates, and encrypted: no clear text is left, either.
{
	my $recovery = recovery_key('recovery');
	my $sealed_conf = snapshot_conf(
		'A', \%node,
		file => "$tool_dir/sealed.conf",
		main => "databases = qsr\n",
		site => "certificates = directory\ncertificate_directory = $tool_dir/store_A\n",
		sections => "[certificates]\nkey_directory = $tool_dir/keys_A\nrecovery_certificate = $recovery.crt\n");
	my @create = ($sealed_conf, 'create', 'sealed', '--quiet', '--encrypt-to', "$recovery.crt");
	my (@left, @told, $before);

	make_certificates("$tool_dir/store_A");
	qsrepl('cert', 'keys', '--config', $sealed_conf);
	ok(-s "$tool_dir/keys_A/transport.pem", 'a key to seal certificates with');
	clear();
	is((snapshot_stepped({}, @create))[1], 0, 'an encrypted snapshot with certificates');
	is((snapshot_stepped({ STEP_COUNT => "$tool_dir/count" }, @create))[1], 0, 'which is replaced');
	my $steps = 0 + slurp_file("$tool_dir/count");

	for (my $i = 1; $i <= $steps; $i += $scale < 2 ? 1 + int $steps / 8 : 1)
	{
		put('Apps/1.qvf', "app at sealed step $i");
		($killed, $code, $out, $err) = snapshot_stepped({ STEP_KILL => $i }, @create);
		push @told, "$i: $code $err" if !$killed && $code != 0;
		snapshot($sealed_conf, 'list');
		push @left, map { "$i: $_" } grep { $_ ne 'sealed' } snapshots_in($store_dir);
		push @left, "$i: it is gone" if !-e "$store_dir/sealed/sealed.json" || -e "$store_dir/sealed/manifest.json";
		($code, $out, $err) = snapshot($sealed_conf, 'verify', 'sealed', '--key', $recovery);
		push @told, "$i: verify: $code $out$err" if $code != 0;
	}
	is_deeply(\@left, [], 'encrypted: killed, there is one alone');
	is_deeply(\@told, [], 'which is whole');
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
