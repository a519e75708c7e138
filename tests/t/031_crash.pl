# Processes killed while the rows are being localized: the postmaster, the
# localizer, the launcher. In the end the rows are right, and there is one row
# of state. QSREPL_SCALE=10 makes forty crashes.

use strict;
use warnings FATAL => 'all';

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;
use Time::HiRes qw(usleep);

my $seed = seed_random();
my $db = 'crash';
my $site_a = make_site('A', conf => "restart_after_crash = on\n");
my $rows = 4000;

create_db($db, $site_a);
define_mappings($site_a, $db);
$site_a->safe_psql($db, <<SQL);
CREATE TABLE ruled (id int PRIMARY KEY, n int NOT NULL DEFAULT 0, path text, doc jsonb);
CREATE TABLE heartbeat (id int);
-- So that there is time to hit it.
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS \$\$
BEGIN
	PERFORM pg_sleep(0.0001);
	RETURN NEW;
END \$\$;
CREATE TRIGGER slow BEFORE UPDATE ON ruled FOR EACH ROW EXECUTE FUNCTION slow();
ALTER TABLE ruled ENABLE ALWAYS TRIGGER slow;
INSERT INTO ruled SELECT i, 0, '\\\\CN\\QlikShare\\' || i, jsonb_build_object('at', 'http://cn1.sitea.corp.local/' || i)
FROM generate_series(1, $rows) AS i;
INSERT INTO qsrepl.fixup VALUES ('heartbeat', 1, 'INSERT INTO public.heartbeat VALUES (1)');
SELECT qsrepl.add_rule('ruled', 'path', 'path'), qsrepl.add_rule('ruled', 'doc', 'text');
SELECT qsrepl.localize();
TRUNCATE heartbeat;
SQL
promotion_db($site_a, 'clients', 5000);
my $site_b = make_standby($site_a, 'B');
$site_a->wait_for_catchup($site_b, 'replay', $site_a->lsn('write'));
$site_a->stop('fast');
$site_b->stop('fast');
my $kept = keep_data($site_b);

# A query of a server that may be down: psql must not be given it through a
# pipe, which breaks.
sub ask
{
	my ($sql) = @_;
	my ($stdout) =
	  run_command([ 'psql', '-XAtq', '-d', $site_b->connstr($db), '-c', $sql ]);

	return $stdout;
}

# The process of a kind, or nothing.
sub pid_of
{
	my ($type) = @_;

	return ask(
		"SELECT min(pid) FROM pg_stat_activity WHERE backend_type = 'qsrepl $type'");
}

# After a crash of one of its processes the server restarts by itself.
sub up_again
{
	foreach (1 .. 20 * $PostgreSQL::Test::Utils::timeout_default)
	{
		return if ask('SELECT 1') eq '1';
		usleep(50_000);
	}
	die 'the server does not come back';
}

sub kill_postmaster
{
	my $pid_file = $site_b->data_dir . '/postmaster.pid';
	my ($pid) = slurp_file($pid_file) =~ /^(\d+)/;

	kill 'KILL', $pid;
	$site_b->{_pid} = undef;
	start_killed($site_b);
	return 1;
}

# Returns whether there was such a process.
sub kill_one
{
	my ($type, $signal) = @_;
	my $pid = '';

	foreach (1 .. 10)
	{
		$pid = pid_of($type);
		last if $pid ne '';
	}
	return 0 if $pid eq '';
	usleep(int rand 150_000);
	my $killed = kill $signal, $pid;
	usleep(20_000);
	up_again();
	return $killed;
}

my %kinds = (
	'postmaster' => \&kill_postmaster,
	'localizer' => sub { kill_one('localizer', 'KILL') },
	'launcher' => sub { kill_one('launcher', 'KILL') },
	'localizer, ended' => sub { kill_one('localizer', 'TERM') },
	'launcher, ended' => sub { kill_one('launcher', 'TERM') });
my (%killed, @wrong);

# What is wrong with the rows; nothing, hopefully.
sub faults
{
	return $site_b->safe_psql($db, <<SQL);
SET qsrepl.raw = on;
SELECT x.fault FROM (
	SELECT 'rows: ' || count(*) AS fault FROM ruled HAVING count(*) <> $rows + 1
	UNION ALL SELECT 'wrong: ' || count(*) FROM ruled
		WHERE (path, doc) IS DISTINCT FROM ('\\\\BCN\\Qlik\$\\' || id,
			jsonb_build_object('at', 'http://cn2.site-b.corp.local/' || id)) HAVING count(*) > 0
	UNION ALL SELECT 'not updated: ' || id FROM ruled WHERE id = 1 AND n <> 1
	UNION ALL SELECT 'states: ' || count(*) FROM qsrepl.state HAVING count(*) <> 1
	UNION ALL SELECT 'state: ' || site || epoch FROM qsrepl.state WHERE site <> 'B' OR epoch <> 1
	UNION ALL SELECT 'fixups: ' || count(*) FROM heartbeat HAVING count(*) <> 1
	UNION ALL SELECT 'events: ' || count(*) FROM qsrepl.event
		WHERE what = 'localized' HAVING count(*) <> 2
	UNION ALL SELECT 'leaks: ' || count(*) FROM qsrepl.leaks() HAVING count(*) > 0
) AS x
SQL
}

sub campaign
{
	my ($round) = @_;
	my @names = sort keys %kinds;
	my $kind = $names[ ($seed + $round) % @names ];
	my $at_once = rand() < 0.3;
	my $what = '';

	from_kept($site_b, $kept);
	$site_b->start;
	if (rand() < 0.3)
	{
		$site_b->restart;
		$what .= 'standby restarted; ';
	}
	# Without waiting, the crash may come before the launcher has started.
	if ($at_once && $kind eq 'postmaster')
	{
		system_or_bail('pg_ctl', '-W', '-D', $site_b->data_dir, '-l', $site_b->logfile, 'promote');
		usleep(int rand 40_000);
	}
	else
	{
		promote($site_b);
		usleep(int rand 400_000) if $kind !~ /localizer/;
	}
	foreach (1 .. 1 + int rand 3)
	{
		my $there = $kinds{$kind}->();
		$what .= $there ? "$kind; " : "no $kind; ";
		$killed{$kind} += $there;
		usleep(int rand 100_000);
	}
	promote($site_b)
	  if $site_b->safe_psql($db, 'SELECT pg_is_in_recovery()') eq 't';
	my ($result, $stdout, $stderr) = $site_b->psql($db,
		"UPDATE ruled SET n = n + 1 WHERE id = 1; INSERT INTO ruled SELECT $rows + 1, 0, '\\\\BCN\\Qlik\$\\' || ($rows + 1), jsonb_build_object('at', 'http://cn2.site-b.corp.local/' || ($rows + 1))");
	my $fault = faults();
	note "$round: $what$fault";
	push @wrong, "round $round: $what$stderr $fault"
	  if $fault ne '' || $stderr ne '';
	$site_b->stop('fast');
	return;
}

my $rounds = scaled(4);
campaign($_) foreach 1 .. $rounds;
is(join("\n", @wrong), '', "$rounds promotions with crashes");

# The same while clients are at work: what was acknowledged is there.
sub with_clients
{
	my ($round) = @_;
	my ($in, $out) = ('', '');

	from_kept($site_b, $kept);
	my $program = IPC::Run::start(
		[
			'build/promotion', $site_b->connstr('clients'),
			$seed + $round, 8, 5000, 1500, 120, 'crashes'
		],
		'<',
		\$in,
		'>',
		\$out,
		'2>&1');
	$site_b->start;
	usleep(int rand 500_000);
	promote($site_b);
	usleep(int rand 300_000);
	if ($round % 2)
	{
		kill_postmaster();
	}
	else
	{
		kill_one('localizer', 'KILL');
	}
	my $good = $program->finish;
	note "$round: $out";
	push @wrong, "round $round: $out" unless $good;
	$site_b->stop('fast');
	return $out =~ / writes=(\d+)/ ? $1 : 0;
}

my $writes = 0;
$rounds = scaled(2);
$writes += with_clients($_) foreach 1 .. $rounds;
is(join("\n", @wrong), '', "$rounds with clients at work");
diag "$writes writes acknowledged";
diag join ', ', map { "$_: $killed{$_}" } sort keys %killed;
done_testing();
