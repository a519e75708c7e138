# Snapshots, plans and cursors from before a promotion, used after it: they see
# the standby's site all along, or end in a serialization failure.

use strict;
use warnings FATAL => 'all';

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;

my $db = 'app';
my $site_a = make_site('A');

create_db($db, $site_a);
define_mappings($site_a, $db);
$site_a->safe_psql($db, <<'SQL');
CREATE TABLE docs (id int PRIMARY KEY, path text, n int);
INSERT INTO docs SELECT i, '\\CN\QlikShare\' || i, 0 FROM generate_series(1, 2000) i;
CREATE TABLE refusing (id int PRIMARY KEY, path text CHECK (id <> 7 OR path LIKE '\\\\CN\\%'));
INSERT INTO refusing SELECT i, '\\CN\QlikShare\' || i FROM generate_series(1, 10) i;
SELECT qsrepl.add_rule('docs', 'path', 'path'), qsrepl.add_rule('refusing', 'path', 'path');
SELECT qsrepl.localize();

-- How many rows are seen of each site
CREATE VIEW seen AS
	SELECT count(*) FILTER (WHERE d.path LIKE '\\\\BCN\\%') AS b, count(*) FILTER (WHERE d.path LIKE '\\\\CN\\%') AS a,
		(SELECT count(*) FILTER (WHERE r.path LIKE '\\\\CN\\%') FROM refusing r) AS refusing_a FROM docs d;
CREATE FUNCTION seen_stable() RETURNS text LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN (SELECT s::text FROM seen s); END $$;
CREATE FUNCTION seen_volatile() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT s::text FROM seen s); END $$;
CREATE FUNCTION seen_sql() RETURNS SETOF seen LANGUAGE sql STABLE AS 'SELECT * FROM seen';
-- Read on and on, in one transaction after the other, until the rows have been
-- local for a while.
CREATE PROCEDURE watch() LANGUAGE plpgsql AS $$
DECLARE
	after int := 0;
	r record;
BEGIN
	FOR i IN 1 .. 100000 LOOP
		SELECT * INTO r FROM seen;
		IF r <> ROW(2000::bigint, 0::bigint, 0::bigint) OR seen_stable() <> '(2000,0,0)' OR seen_volatile() <> '(2000,0,0)'
			OR (SELECT b FROM seen_sql()) <> 2000 THEN
			RAISE 'saw % in round %', r, i;
		END IF;
		COMMIT;
		IF NOT pg_is_in_recovery() AND qsrepl._state_word() = 'local' THEN
			after := after + 1;
		END IF;
		EXIT WHEN after > 100;
	END LOOP;
	RAISE NOTICE 'watched';
END $$;
SQL

my $site_b = make_standby($site_a, 'B');
$site_a->wait_for_catchup($site_b, 'replay', $site_a->lsn('write'));

my $all_b = '2000|0|0';
my $prepare = 'PREPARE p AS SELECT * FROM seen; PREPARE q (int) AS SELECT path FROM docs WHERE id = $1;';
my %session;

sub ask
{
	my ($name, $query) = @_;
	my $session = $session{$name};

	return $session->query($query);
}

sub sees_b
{
	my ($name, $test) = @_;

	is(ask($name, 'SELECT * FROM seen'), $all_b, "$test: a query");
	is(ask($name, 'EXECUTE p'), $all_b, "$test: a prepared statement");
	is(ask($name, 'EXECUTE q (5)'), '\\\\BCN\\Qlik$\\5', "$test: one with a parameter");
	is(ask($name, 'SELECT seen_stable(), seen_volatile()'), '(2000,0,0)|(2000,0,0)', "$test: functions");
	is(ask($name, 'SELECT * FROM seen_sql()'), $all_b, "$test: a function in SQL");
	return;
}

$session{$_} = $site_b->background_psql($db, on_error_stop => 0)
  foreach qw(prepared repeatable exporter cursor watcher planned);
ask('prepared', $prepare);
foreach (1 .. 7)
{
	ask('prepared', 'EXECUTE p');
	ask('prepared', 'EXECUTE q (1)');
}
sees_b('prepared', 'before');
ask('repeatable', $prepare);
ask('repeatable', 'EXECUTE q (1)') foreach 1 .. 7;
ask('repeatable', 'BEGIN ISOLATION LEVEL REPEATABLE READ');
sees_b('repeatable', 'repeatable read, before');
ask('exporter', 'BEGIN ISOLATION LEVEL REPEATABLE READ');
my $snapshot = ask('exporter', 'SELECT pg_export_snapshot()');
ask('cursor', 'BEGIN; DECLARE c CURSOR FOR SELECT path FROM docs ORDER BY id; DECLARE r CURSOR FOR SELECT r FROM refusing r ORDER BY id');
is(ask('cursor', 'FETCH 1 FROM c'), '\\\\BCN\\Qlik$\\1', 'a cursor, before');
# Reads on through the promotion
$session{watcher}->query_until(qr/begins/, "\\echo begins\nCALL watch();\n");

# So do statements that are prepared by the protocol; a wrong row divides by 0.
my $script = PostgreSQL::Test::Utils::tempdir() . '/read.sql';
append_to_file($script, <<'SQL');
SELECT 1 / (CASE WHEN a = 0 AND b = 2000 AND refusing_a = 0 THEN 1 ELSE 0 END) FROM seen;
SELECT 1 / (CASE WHEN path = '\\BCN\Qlik$\5' THEN 1 ELSE 0 END) FROM docs WHERE id = 5;
SELECT 1 / (CASE WHEN row_to_json(r) ->> 'path' = '\\BCN\Qlik$\7' THEN 1 ELSE 0 END) FROM refusing r WHERE id = 7;
SQL
my %bench = map {
	my ($mode, $output) = ($_, '');
	$mode => [
		IPC::Run::start(
			[ 'pgbench', '-n', '-M', $mode, '-c', '2', '-T', '5', '-f', $script, $site_b->connstr($db) ],
			'<', \undef, '>', \$output, '2>&1'),
		\$output ]
} qw(extended prepared);

$site_a->stop;
promote($site_b);
sees_b('prepared', 'promoted');
ok(localized($site_b, $db), 'localized');
query_is($site_b, $db, 'SELECT residue FROM qsrepl.state', '{public.refusing.path}', 'but for one row');

sees_b('prepared', 'after');
sees_b('repeatable', 'repeatable read, after');
is(ask('repeatable', 'COMMIT; SELECT * FROM seen'), $all_b, 'a new transaction');
is(ask('cursor', 'FETCH 2 FROM c'), "\\\\BCN\\Qlik\$\\2\n\\\\BCN\\Qlik\$\\3", 'a cursor, after');
unlike(ask('cursor', 'FETCH ALL FROM c'), qr/\\CN\\/, 'all of it');
unlike(ask('cursor', 'FETCH ALL FROM r'), qr/\\CN\\/, 'one that is fetched from after only');
ask('cursor', 'COMMIT');

# Plans that were made when the rows were local, under a snapshot from before
ask('planned', $prepare);
foreach (1 .. 7)
{
	ask('planned', 'EXECUTE p');
	ask('planned', 'EXECUTE q (1)');
	ask('planned', 'SELECT seen_stable(), seen_volatile()');
}
sees_b('planned', 'planned after');
foreach my $query (
	'EXECUTE p', 'EXECUTE q (5)',
	'SELECT seen_stable()', 'SELECT seen_volatile()',
	'SELECT * FROM seen', 'SELECT * FROM seen_sql()',
	'SELECT d FROM docs d WHERE id = 5', 'COPY docs TO stdout',
	'TABLE refusing')
{
	ask('planned', "BEGIN ISOLATION LEVEL REPEATABLE READ; SET TRANSACTION SNAPSHOT '$snapshot'");
	$session{planned}->{stderr} = '';
	my $seen = ask('planned', $query);
	my $error = $session{planned}->{stderr};

	ask('planned', 'ROLLBACK');
	if ($error =~ /ERROR/)
	{
		like($error, qr/could not run a plan under a snapshot/, "imported snapshot: $query: refused");
	}
	else
	{
		like($seen, qr/BCN|2000[|,]0[|,]0/, "imported snapshot: $query: the site's own values");
		unlike($seen, qr/\\CN\\/, "imported snapshot: $query: no other");
	}
}
# Where the snapshot is gone they run again.
is(ask('exporter', 'SELECT * FROM seen'), $all_b, 'the one who exported it');
ask('exporter', 'COMMIT');
sees_b('planned', 'without the snapshot');

# Writers go on where they are, but for what they saw before.
ask('prepared', 'UPDATE docs SET n = n + 1 WHERE id = 5');
query_is($site_b, $db, 'SET qsrepl.raw = on; SELECT path, n FROM docs WHERE id = 5', '\\\\BCN\\Qlik$\\5|1', 'written');

foreach my $mode (sort keys %bench)
{
	my ($run, $output) = @{ $bench{$mode} };

	ok($run->finish, "pgbench -M $mode read one site only") or diag $$output;
	like($$output, qr/number of transactions actually processed: [1-9]\d\d/, "pgbench -M $mode: hundreds of times");
}
$session{watcher}->query('SELECT 1');
unlike($session{watcher}->{stderr}, qr/ERROR/, 'whoever read through the promotion saw one site only');
like($session{watcher}->{stderr}, qr/watched/, 'to the end');
$session{$_}->quit foreach keys %session;
done_testing();
