# After a promotion writers wait for the localizer. A prepared transaction from
# before holds it up here for as long as the test wants.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;
use Time::HiRes qw(time usleep);

my $db = 'held';
my $site_a = make_site('A', conf => "max_prepared_transactions = 10\n");

create_db($db, $site_a);
create_db('other', $site_a);
foreach my $name ($db, 'other')
{
	define_mappings($site_a, $name);
}
$site_a->safe_psql($db, <<'SQL');
CREATE TABLE ruled (id int PRIMARY KEY, n int NOT NULL DEFAULT 0, path text);
CREATE TABLE plain (id int PRIMARY KEY, n int NOT NULL DEFAULT 0, path text);
CREATE TABLE child (id int, ruled_id int REFERENCES ruled ON DELETE CASCADE);
CREATE TABLE parent (id int PRIMARY KEY);
CREATE TABLE ruled_child (id int PRIMARY KEY, parent_id int REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE, path text);
CREATE TABLE plain_parent (id int PRIMARY KEY);
CREATE TABLE plain_child (id int PRIMARY KEY, parent_id int REFERENCES plain_parent ON DELETE CASCADE);
CREATE TABLE seen (path text);
CREATE TABLE parts (id int, path text) PARTITION BY LIST (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1, 2, 3);
CREATE TABLE free_parts (id int, path text) PARTITION BY LIST (id);
CREATE TABLE ruled_part PARTITION OF free_parts FOR VALUES IN (1, 2, 3);
CREATE TABLE base (id int);
CREATE TABLE derived (path text) INHERITS (base);
CREATE VIEW v AS SELECT id, n, path FROM ruled;
CREATE VIEW v_trigger AS SELECT id, path FROM ruled;
CREATE VIEW v_rule AS SELECT id, path FROM plain;
CREATE RULE v_rule AS ON INSERT TO v_rule DO INSTEAD INSERT INTO ruled (id, path) VALUES (NEW.id, NEW.path);
CREATE FUNCTION into_ruled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO ruled (id, path) VALUES (NEW.id, NEW.path);
	RETURN NEW;
END $$;
CREATE TRIGGER instead INSTEAD OF INSERT ON v_trigger FOR EACH ROW EXECUTE FUNCTION into_ruled();
CREATE FUNCTION note_paths() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO seen SELECT path FROM ruled;
	RETURN OLD;
END $$;
CREATE TRIGGER note BEFORE DELETE ON plain_child FOR EACH ROW EXECUTE FUNCTION note_paths();
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION write_plpgsql(x int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE p text;
BEGIN
	UPDATE ruled SET n = n + 1 WHERE id = x RETURNING path INTO p;
	RETURN p;
END $$;
CREATE FUNCTION write_sql(x int) RETURNS text LANGUAGE sql AS $$
	UPDATE ruled SET n = n + 1 WHERE id = x RETURNING path;
$$;
CREATE FUNCTION seems_constant(x int) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	RETURN write_plpgsql(x);
END $$;
CREATE PROCEDURE write_procedure(x int) LANGUAGE plpgsql AS $$
BEGIN
	UPDATE plain SET n = n + 1 WHERE id = x;
	COMMIT;
	UPDATE ruled SET n = n + 1 WHERE id = x;
END $$;
CREATE DOMAIN positive AS int;
INSERT INTO ruled SELECT i, 0, '\\CN\QlikShare\' || i FROM generate_series(1, 100) AS i;
INSERT INTO plain SELECT i, 0, 'x' FROM generate_series(1, 100) AS i;
INSERT INTO parent SELECT i FROM generate_series(1, 20) AS i;
INSERT INTO plain_parent SELECT i FROM generate_series(1, 20) AS i;
INSERT INTO ruled_child SELECT i, i, '\\CN\QlikShare\c' || i FROM generate_series(1, 10) AS i;
INSERT INTO plain_child SELECT i, i FROM generate_series(11, 20) AS i;
INSERT INTO parts VALUES (1, '\\CN\QlikShare\p');
INSERT INTO free_parts VALUES (1, '\\CN\QlikShare\p');
INSERT INTO derived VALUES (1, '\\CN\QlikShare\d');
SELECT qsrepl.add_rule('ruled', 'path', 'path'), qsrepl.add_rule('ruled_child', 'path', 'path'),
	qsrepl.add_rule('parts', 'path', 'path'), qsrepl.add_rule('ruled_part', 'path', 'path'),
	qsrepl.add_rule('derived', 'path', 'path');
SELECT qsrepl.localize();
SQL
$site_a->safe_psql($db, <<'SQL');
BEGIN;
INSERT INTO ruled VALUES (1000, 0, '\\CN\QlikShare\prepared');
UPDATE ruled SET path = path || '\prepared' WHERE id = 50;
PREPARE TRANSACTION 'from before';
SQL
$site_a->safe_psql('other', <<'SQL');
CREATE TABLE ruled (id int, path text);
INSERT INTO ruled VALUES (1, '\\CN\QlikShare\o');
SELECT qsrepl.add_rule('ruled', 'path', 'path'), qsrepl.localize();
SQL

my $site_b = make_standby($site_a, 'B');
$site_a->wait_for_catchup($site_b, 'replay', $site_a->lsn('write'));

# Sessions from before: one holds ROW EXCLUSIVE, others have plans.
my $holder = $site_b->background_psql($db, on_error_stop => 0);
$holder->query_safe(
	'BEGIN; LOCK TABLE ruled IN ROW EXCLUSIVE MODE; SELECT count(*) FROM ruled'
);
my $prepared = $site_b->background_psql($db, on_error_stop => 0);
$prepared->query_safe(<<'SQL');
SET plan_cache_mode = force_generic_plan;
PREPARE change(int) AS UPDATE ruled SET n = n + 1, path = path || 'x' WHERE id = $1 RETURNING path;
PREPARE look(int) AS SELECT path FROM ruled WHERE id = $1;
EXECUTE look(1);
SQL
foreach (1 .. 7)
{
	$prepared->{stderr} = '';
	$prepared->query('EXECUTE change(2)');
	like($prepared->{stderr}, qr/read-only transaction/,
		'nothing is written on a standby')
	  if $_ == 7;
}
my $late = $site_b->background_psql($db, on_error_stop => 0);
$late->query_safe('BEGIN');
$site_a->stop('fast');
promote($site_b);
$site_b->safe_psql('postgres', 'ALTER DATABASE held SET qsrepl.localize_wait = 2000');
ok(localized($site_b, 'other'), 'another database is localized');

#
# What waits.
#
my @writes = (
	[ 'INSERT', q(INSERT INTO ruled VALUES (2000, 0, 'x')) ],
	[ 'UPDATE', q(UPDATE ruled SET n = n + 1 WHERE id = 1) ],
	[ 'UPDATE of no row', q(UPDATE ruled SET n = n + 1 WHERE false) ],
	[ 'DELETE', q(DELETE FROM ruled WHERE id = 99) ],
	[
		'MERGE',
		q(MERGE INTO ruled r USING (VALUES (1)) s (id) ON r.id = s.id WHEN MATCHED THEN UPDATE SET n = 1)
	],
	[ 'COPY FROM', qq(COPY ruled (id, path) FROM STDIN;\n2001\tx\n\\.\n) ],
	[ 'COPY FROM into a view', qq(COPY v_trigger (id, path) FROM STDIN;\n2002\tx\n\\.\n) ],
	[ 'COPY of an UPDATE', q(COPY (UPDATE ruled SET n = 1 RETURNING n) TO STDOUT) ],
	[
		'a statement WITH an UPDATE',
		q(WITH u AS (UPDATE ruled SET n = n + 1 WHERE id = 3 RETURNING path) SELECT * FROM u)
	],
	[
		'UPDATE of a table FROM',
		q(UPDATE ruled SET n = p.n FROM plain p WHERE p.id = ruled.id AND p.id = 4)
	],
	[ 'INSERT ON CONFLICT', q(INSERT INTO ruled VALUES (5, 0, 'x') ON CONFLICT (id) DO UPDATE SET n = 1) ],
	(
		map { [ "SELECT FOR $_", "SELECT path FROM ruled WHERE id = 6 FOR $_" ] }
		  'UPDATE', 'NO KEY UPDATE', 'SHARE', 'KEY SHARE'
	),
	[ 'FOR UPDATE through a view', 'SELECT path FROM v WHERE id = 6 FOR UPDATE' ],
	[ 'FOR UPDATE of one of two', 'SELECT r.path FROM plain p JOIN ruled r USING (id) WHERE id = 6 FOR UPDATE OF r' ],
	(
		map { [ "LOCK $_", "BEGIN; LOCK TABLE ruled IN $_ MODE" ] }
		  'ROW SHARE', 'ROW EXCLUSIVE', 'SHARE UPDATE EXCLUSIVE',
		'SHARE', 'SHARE ROW EXCLUSIVE', 'EXCLUSIVE', 'ACCESS EXCLUSIVE'
	),
	[ 'LOCK in a read-only transaction', 'BEGIN READ ONLY; LOCK TABLE ruled IN SHARE MODE' ],
	[ 'LOCK of a view', 'BEGIN; LOCK TABLE v IN SHARE MODE' ],
	[ 'TRUNCATE', 'TRUNCATE ruled, child' ],
	[ 'TRUNCATE CASCADE', 'TRUNCATE parent CASCADE' ],
	[ 'TRUNCATE of a parent', 'TRUNCATE base' ],
	[ 'ALTER TABLE', 'ALTER TABLE ruled ADD COLUMN extra int' ],
	[ 'ALTER TABLE of a parent', 'ALTER TABLE base ADD COLUMN extra int' ],
	[ 'RENAME', 'ALTER TABLE ruled RENAME n TO m' ],
	[ 'SET SCHEMA', 'ALTER TABLE ruled SET SCHEMA pg_temp' ],
	[ 'DROP TABLE', 'DROP TABLE ruled_child' ],
	[ 'DROP CASCADE', 'DROP TABLE plain CASCADE' ],
	[ 'CREATE INDEX', 'CREATE INDEX ON ruled (n)' ],
	[ 'CREATE INDEX CONCURRENTLY', 'CREATE INDEX CONCURRENTLY ON ruled (n)' ],
	[ 'DROP INDEX', 'DROP INDEX ruled_pkey' ],
	[ 'REINDEX', 'REINDEX TABLE ruled' ],
	[ 'CLUSTER', 'CLUSTER ruled USING ruled_pkey' ],
	[ 'VACUUM', 'VACUUM ruled' ],
	[ 'CREATE TRIGGER', 'CREATE TRIGGER t BEFORE UPDATE ON ruled FOR EACH ROW EXECUTE FUNCTION nothing()' ],
	[ 'CREATE RULE', 'CREATE RULE r AS ON UPDATE TO ruled DO NOTHING' ],
	[ 'CREATE POLICY', 'CREATE POLICY p ON ruled' ],
	[ 'a foreign key to it', 'CREATE TABLE refers (id int REFERENCES ruled)' ],
	[ 'a table that inherits', 'CREATE TABLE heir () INHERITS (ruled)' ],
	[ 'ATTACH PARTITION', 'ALTER TABLE free_parts DETACH PARTITION ruled_part' ],
	[ 'UPDATE of a view', 'UPDATE v SET n = 1 WHERE id = 7' ],
	[ 'INSERT INTO a view with a trigger', q(INSERT INTO v_trigger VALUES (2003, 'x')) ],
	[ 'INSERT INTO a view with a rule', q(INSERT INTO v_rule VALUES (2004, 'x')) ],
	[ 'a PL/pgSQL function', 'SELECT write_plpgsql(8)' ],
	[ 'an SQL function', 'SELECT write_sql(9)' ],
	[ 'a function called while EXPLAIN plans', 'EXPLAIN SELECT seems_constant(9)' ],
	[ 'a procedure', 'CALL write_procedure(10)' ],
	[ 'DO', q(DO $$ BEGIN UPDATE ruled SET n = 1 WHERE id = 11; END $$) ],
	[ 'a row that refers to it', 'INSERT INTO child VALUES (1, 12)' ],
	[ 'a DELETE that cascades', 'DELETE FROM parent WHERE id = 1' ],
	[ 'an UPDATE that cascades', 'UPDATE parent SET id = 100 WHERE id = 2' ],
	[ 'a partition', q(UPDATE parts_1 SET path = path || 'x') ],
	[ 'a partitioned table', q(INSERT INTO parts VALUES (2, 'x')) ],
	[ 'a partition with a rule of its own', q(INSERT INTO free_parts VALUES (2, 'x')) ],
	[ 'a child with a rule of its own', 'UPDATE base SET id = 2' ],
	[ 'EXECUTE', 'PREPARE w AS UPDATE ruled SET n = 2 WHERE id = 13; EXECUTE w' ],
	[ 'EXPLAIN ANALYZE', 'EXPLAIN ANALYZE UPDATE ruled SET n = 3 WHERE id = 14' ],
	[ 'EXPLAIN ANALYZE EXECUTE', 'PREPARE w AS UPDATE ruled SET n = 2 WHERE id = 13; EXPLAIN (ANALYZE) EXECUTE w' ],
	[ 'a cursor FOR UPDATE', 'BEGIN; DECLARE c CURSOR FOR SELECT path FROM ruled FOR UPDATE; FETCH c' ],
	[ 'CREATE TABLE AS with an UPDATE', 'CREATE TABLE t AS WITH u AS (UPDATE ruled SET n = 2 RETURNING n) SELECT * FROM u' ],
	[ 'REPEATABLE READ', 'BEGIN ISOLATION LEVEL REPEATABLE READ; UPDATE ruled SET n = 2 WHERE id = 15' ],
);
@writes = grep { $_->[0] ne 'MERGE' } @writes
  if server_major($site_b) < 15;
my $wait = 30;
my $message =
  qr/^(psql:[^\n]*)?ERROR:  55P03: could not write: the rows of this database are not localized yet\n.*DETAIL:  Waited $wait ms \(qsrepl\.localize_wait\) for them to become those of site "B"\.  Prepared transaction "from before" has written to tables that have rules\.\nHINT:  .*qsrepl\.check\(\)/ms;

foreach my $write (@writes)
{
	my ($name, $sql) = @$write;
	my ($result, $stdout, $stderr) = $site_b->psql(
		$db,
		"\\set VERBOSITY verbose\nSET qsrepl.localize_wait = $wait;\n$sql;",
		on_error_stop => 1);

	$stderr =~ s/^(LOCATION|CONTEXT|SQL statement|COPY|NOTICE|PL\/pgSQL|SQL function).*\n//mg;
	like($stderr, $message, "$name waits");
}
{
	# A connection for replication runs statements too.
	my ($result, $stdout, $stderr) = $site_b->psql($db,
		'UPDATE ruled SET n = 1 WHERE id = 1',
		replication => 'database', extra_params => [ '-v', 'VERBOSITY=sqlstate' ]);
	like($stderr, qr/ERROR: +(55P03|57014)/, 'a walsender waits');
}
query_is($site_b, $db, 'SELECT sum(n), count(*) FROM ruled', '0|100',
	'none of them has written');

$site_b->safe_psql('postgres', 'ALTER DATABASE held RESET qsrepl.localize_wait');

#
# What does not wait.
#
my @free = (
	[ 'reads', 'SELECT * FROM ruled', ],
	[ 'reads of views', 'SELECT * FROM v' ],
	[ 'a parent whose child has a rule', 'SELECT b FROM base b' ],
	[ 'the name of a table', q(SELECT pg_relation_size('ruled') > 0, 'ruled'::regclass) ],
	[ 'COPY TO', 'COPY ruled TO STDOUT' ],
	[ 'LOCK ACCESS SHARE', 'BEGIN; LOCK TABLE ruled IN ACCESS SHARE MODE' ],
	[ 'unruled tables', q(INSERT INTO plain VALUES (1000, 0, 'x'); UPDATE plain SET n = 1; DELETE FROM plain WHERE id = 1000) ],
	[ 'an unruled table FROM a ruled one', q(UPDATE plain SET path = r.path FROM ruled r WHERE r.id = plain.id) ],
	[ 'FOR UPDATE OF the unruled one', 'SELECT r.path FROM plain p JOIN ruled r USING (id) WHERE id = 6 FOR UPDATE OF p' ],
	[ 'temporary tables', 'CREATE TEMP TABLE t AS SELECT * FROM ruled; UPDATE t SET n = 1; DROP TABLE t' ],
	[ 'catalogs', q(CREATE TABLE new (id int); COMMENT ON TABLE new IS 'x'; ALTER TABLE new ADD x int; CREATE INDEX ON new (x); DROP TABLE new) ],
	[ 'a read-only transaction', 'BEGIN READ ONLY; SELECT * FROM ruled; LOCK TABLE ruled IN ACCESS SHARE MODE; COMMIT' ],
	[ 'roles', 'CREATE ROLE somebody; DROP ROLE somebody' ],
	[ 'EXPLAIN', 'EXPLAIN UPDATE ruled SET n = 1' ],
	[ 'EXPLAIN without ANALYZE', 'EXPLAIN (ANALYZE false) DELETE FROM ruled' ],
	[ 'EXPLAIN EXECUTE', 'PREPARE w AS UPDATE ruled SET n = 2 WHERE id = 13; EXPLAIN EXECUTE w' ],
	[ 'a DELETE that cascades elsewhere', 'DELETE FROM plain_child WHERE id = 11; DELETE FROM plain_parent WHERE id = 12' ],
	[ 'GRANT', 'GRANT SELECT ON plain TO PUBLIC' ],
	[ 'ANALYZE', 'ANALYZE plain' ],
);
foreach my $free (@free)
{
	my ($name, $sql) = @$free;
	my $start = time;
	my ($result, $stdout, $stderr) = $site_b->psql($db, "$sql;",
		on_error_stop => 1, timeout => 20);
	is($stderr, '', "$name: not an error");
	cmp_ok(time - $start, '<', 10, 'and no wait');
	unlike($stdout, qr/\\\\CN\\/, 'and no foreign value');
}
query_is($site_b, $db,
	q(SELECT count(*) > 0, count(*) FILTER (WHERE path LIKE '\\\\CN%') FROM seen),
	't|0',
	'a trigger within a foreign key\'s query sees local values');
query_is($site_b, $db,
	q(SELECT count(*) FROM plain WHERE path LIKE '\\\\CN%'),
	'0', 'an unruled table gets local values');
$site_b->safe_psql('other', 'UPDATE ruled SET id = 2');
$site_b->safe_psql('postgres', 'CREATE TABLE t (id int); DROP TABLE t');
query_is(
	$site_b, $db,
	q(SELECT severity, object, problem, hint FROM qsrepl.check() WHERE object LIKE 'prepared%'),
	'error|prepared transaction "from before"|it has written to tables that have rules, which are not localized before it ends|COMMIT PREPARED or ROLLBACK PREPARED it.',
	'check() names the prepared transaction');
my ($result, $stdout, $stderr) =
  $site_b->psql($db, 'SELECT qsrepl.localize()');
like($stderr, qr/prepared transaction "from before" has written/,
	'so does localize()');

#
# A waiting statement can be ended.
#
sub waiting
{
	my ($count) = @_;

	return $site_b->poll_query_until($db,
		"SELECT count(*) >= $count FROM pg_stat_activity WHERE wait_event_type = 'Extension' AND backend_type = 'client backend'"
	);
}

my $start = time;
($result, $stdout, $stderr) = $site_b->psql($db,
	"SET statement_timeout = '200ms'; UPDATE ruled SET n = 1 WHERE id = 1");
like($stderr, qr/canceling statement due to statement timeout/,
	'statement_timeout ends the wait');
cmp_ok(time - $start, '<', 10, 'in time');
my $writer = $site_b->background_psql($db, on_error_stop => 0);
$writer->query_until(qr/begun/,
	"\\echo begun\nUPDATE ruled SET n = 1 WHERE id = 1;\n");
ok(waiting(1), 'a writer waits');
$site_b->safe_psql($db,
	q(SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'UPDATE ruled%' AND pid <> pg_backend_pid())
);
$writer->query('SELECT 1');
like($writer->{stderr}, qr/canceling statement due to user request/,
	'a cancel ends the wait');

#
# Those that wait go on at once when nothing holds up the localizer, the ones
# from before too.
#
my %waiting = (
	writer => [ $writer, 'UPDATE ruled SET n = n + 1, path = path || \'y\' WHERE id = 20 RETURNING path;' ],
	prepared => [ $prepared, 'EXECUTE change(21);' ],
	# It began as read-only.
	late => [ $late, 'SET TRANSACTION READ WRITE; UPDATE ruled SET n = n + 1, path = path || \'l\' WHERE id = 22 RETURNING path; COMMIT;' ]);
$writer->{stderr} = $prepared->{stderr} = '';
foreach my $name (sort keys %waiting)
{
	my ($session, $sql) = @{ $waiting{$name} };
	$session->query_until(qr/begun/, "\\echo begun\n$sql\n\\echo ended $name\n");
}
my $more = $site_b->background_psql($db, on_error_stop => 0);
$more->query_until(qr/begun/,
	"\\echo begun\nBEGIN; UPDATE plain SET n = 5; DELETE FROM parent WHERE id = 3;\nCOMMIT;\n\\echo ended\n");
# Who held ROW EXCLUSIVE from before waits too, and blocks nobody.
$holder->query_safe('COMMIT; BEGIN; SELECT 1');
my $holder2 = $site_b->background_psql($db, on_error_stop => 0);
ok(waiting(4), 'they wait');
$start = time;
$site_b->safe_psql($db, q(COMMIT PREPARED 'from before'));
foreach my $name (sort keys %waiting)
{
	my $out = $waiting{$name}[0]->query_until(qr/ended $name/, '');
	like($out, qr/\\\\BCN\\Qlik\$\\2\dx?y?l?\n/, "$name has written");
}
$more->query_until(qr/ended/, '');
cmp_ok(time - $start, '<', 10, 'soon');
is($_->{stderr} // '', '', 'without an error') foreach $writer, $prepared, $late, $more;
query_is($site_b, $db, q(SET qsrepl.raw = on; SELECT id, n, path FROM ruled WHERE id IN (20, 21, 22, 50, 1000) ORDER BY id),
	join("\n", '20|1|\\\\BCN\\Qlik$\\20y', '21|1|\\\\BCN\\Qlik$\\21x', '22|1|\\\\BCN\\Qlik$\\22l',
		'50|0|\\\\BCN\\Qlik$\\50\\prepared', '1000|0|\\\\BCN\\Qlik$\\prepared'),
	'what they and the prepared transaction wrote is local');
query_is($site_b, $db, 'SELECT count(*) FROM qsrepl.leaks()', '0', 'nothing leaks');
query_is($site_b, $db, q(SELECT count(*) FROM qsrepl.event WHERE what = 'localized' AND at > (SELECT localized_at - interval '1 minute' FROM qsrepl.state) AND detail LIKE '1__ rows%'), '1', 'once');
is($site_b->safe_psql($db, q(SELECT count(*) FROM qsrepl.check() WHERE object LIKE 'prepared%' OR object = 'localizer')), '0',
	'check() is content');
$_->quit foreach $holder, $holder2, $prepared, $late, $writer, $more;

$site_b->stop('fast');
done_testing();
