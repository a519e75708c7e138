# The application changes its schema, as an owner without other rights: rules
# and row triggers follow.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;

my $site_a = make_site('A');
my $site_b = make_site('B');
my $db = 'ddl';

create_db($db, $site_a, $site_b);
foreach my $node ($site_a, $site_b)
{
	$node->safe_psql($db, <<'SQL');
CREATE ROLE app LOGIN;
GRANT ALL ON SCHEMA public TO app;
GRANT CREATE ON DATABASE ddl TO app;
SQL
}

# DDL at both sites, at B first so that apply always finds its tables.
sub migrate
{
	my ($sql, @nodes) = @_;
	my $warnings = '';

	foreach my $node (@nodes ? @nodes : ($site_b, $site_a))
	{
		my ($result, $stdout, $stderr) = $node->psql(
			$db, $sql,
			on_error_stop => 1,
			extra_params => [ '-U', 'app' ]);
		die "$stderr in $sql" if $result != 0;
		$warnings .= $stderr if $node == $site_b;
	}
	return $warnings;
}

my $path = q('\\\\CN\\QlikShare\\x');
my $here = '\\\\BCN\\Qlik$\\x';
my $name;

# Write at A, look at B.
sub arrives
{
	my ($write, $query, $expected, $test) = @_;

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	$site_a->safe_psql($db, $write, extra_params => [ '-U', 'app' ]);
	catch_up($site_a, $name);
	return query_is($site_b, $db, $query, $expected, $test);
}

# Publish the tables that are not yet, and take them into the subscription.
sub refresh
{
	my (@tables) = @_;

	$site_a->safe_psql($db, "ALTER PUBLICATION pub_ddl ADD TABLE $_")
	  foreach @tables;
	$site_b->safe_psql($db, "ALTER SUBSCRIPTION $name REFRESH PUBLICATION");
	$site_b->wait_for_subscription_sync($site_a, $name, $db);
	return;
}

sub rules
{
	return $site_b->safe_psql($db,
		q(SELECT string_agg(relation || '.' || "column", ' ' ORDER BY relation, "column") FROM qsrepl.rule WHERE relation NOT LIKE '%Analytic%')
	);
}

migrate(<<'SQL');
CREATE TABLE "DataConnections" ("ID" int PRIMARY KEY, "Name" text, "ConnectionString" text);
CREATE TABLE t (id int PRIMARY KEY, p text, n int);
CREATE SCHEMA s;
CREATE TABLE s.u (id int PRIMARY KEY, p text);
CREATE TABLE parts (id int PRIMARY KEY, p text) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
SQL
define_mappings($site_b, $db);
$site_b->safe_psql($db, 'SELECT qsrepl.load_profile()');
add_rules($site_b, $db, map { [ $_, 'p', 'path' ] } qw(t s.u parts));
$site_b->safe_psql($db, 'SELECT qsrepl.enable()');
$name = subscribe($site_a, $site_b, $db);
is( rules(),
	'public."DataConnections".ConnectionString public.parts.p public.t.p s.u.p',
	'rules at the start');

#
# What the profile knows and comes later: a table, and a column of one
#
is(migrate(<<'SQL'), '', 'a table and a column later: no warning');
CREATE TABLE "LocalConfigs" ("ID" int PRIMARY KEY, "HostName" text);
CREATE TABLE "ExternalProgramTasks" ("ID" int PRIMARY KEY, "Path" text);
ALTER TABLE "ExternalProgramTasks" ADD "Parameters" text;
SQL
is( rules(),
	'public."DataConnections".ConnectionString public."ExternalProgramTasks".Parameters'
	  . ' public."ExternalProgramTasks".Path public."LocalConfigs".HostName public.parts.p public.t.p s.u.p',
	'the profile covers them');
$site_a->safe_psql($db, qq(INSERT INTO "LocalConfigs" VALUES (1, 'CN')));
refresh('"LocalConfigs"', '"ExternalProgramTasks"');
query_is($site_b, $db, 'SELECT "HostName" FROM "LocalConfigs"',
	'BCN', 'a later table is copied rewritten');
arrives(
	qq(INSERT INTO "ExternalProgramTasks" VALUES (1, $path, '-s CN1:80')),
	'SELECT "Path", "Parameters" FROM "ExternalProgramTasks"',
	"$here|-s CN2:80",
	'a later column arrives rewritten');

# A key that comes later than its table
migrate(<<'SQL');
CREATE TABLE "AnalyticConnections" ("ID" int NOT NULL, "Host" text);
ALTER TABLE "AnalyticConnections" ADD CONSTRAINT "PK" PRIMARY KEY ("ID");
SQL
refresh('"AnalyticConnections"');
arrives(
	qq(INSERT INTO "AnalyticConnections" VALUES (1, 'CN1')),
	'SELECT "Host" FROM "AnalyticConnections"',
	'CN2',
	'a table that gets its key later');

# A column added while its table is replicated, in the middle of the stream
migrate('ALTER TABLE "DataConnections" ADD later int');
migrate('ALTER TABLE "LocalConfigs" DROP "HostName"');
migrate('ALTER TABLE "LocalConfigs" ADD other int, ADD "HostName" text');
arrives(
	qq(INSERT INTO "LocalConfigs" VALUES (2, 0, 'CN1'); INSERT INTO "DataConnections" VALUES (1, $path, $path, 1)),
	'SELECT "HostName", "Name", "ConnectionString" FROM "LocalConfigs" l, "DataConnections" c WHERE l."ID" = 2',
	"CN2|\\\\CN\\QlikShare\\x|$here",
	'a column dropped and added again keeps its rule');

# A column that changes its type
migrate('ALTER TABLE t ALTER p TYPE varchar(20)');
arrives(
	"INSERT INTO t VALUES (1, $path)",
	'SELECT p FROM t',
	$here, 'as varchar(n)');
migrate(q(DELETE FROM t; ALTER TABLE t ALTER p TYPE text[] USING ARRAY[p]));
arrives(
	"DELETE FROM t; INSERT INTO t VALUES (1, ARRAY[$path])",
	'SELECT p[1] FROM t',
	$here, 'as text[]');
migrate(q(DELETE FROM t; ALTER TABLE t ALTER p TYPE text USING p[1]));
catch_up($site_a, $name);

#
# Renames
#
migrate('ALTER TABLE t RENAME TO "T new"');
migrate('ALTER TABLE "T new" RENAME p TO "p new"');
migrate('ALTER SCHEMA s RENAME TO "S new"');
is( rules(),
	'"S new".u.p public."DataConnections".ConnectionString public."ExternalProgramTasks".Parameters'
	  . ' public."ExternalProgramTasks".Path public."LocalConfigs".HostName public."T new".p new public.parts.p',
	'rules follow renames of table, column and schema');
arrives(
	qq(INSERT INTO "T new" VALUES (1, $path); INSERT INTO "S new".u VALUES (1, $path)),
	'SELECT "p new", p FROM "T new", "S new".u',
	"$here|$here",
	'what is renamed is rewritten on');
migrate('ALTER TABLE "S new".u SET SCHEMA public');
arrives(
	"INSERT INTO u VALUES (2, $path)",
	'SELECT p FROM u WHERE id = 2',
	$here, 'moved to another schema');
# In one transaction, twice, and two tables that change places
migrate(<<'SQL');
BEGIN;
ALTER TABLE "T new" RENAME TO x;
ALTER TABLE u RENAME TO "T new";
ALTER TABLE x RENAME TO u;
ALTER TABLE u RENAME "p new" TO q;
COMMIT;
SQL
is( rules(),
	'public."DataConnections".ConnectionString public."ExternalProgramTasks".Parameters'
	  . ' public."ExternalProgramTasks".Path public."LocalConfigs".HostName public."T new".p public.parts.p public.u.q',
	'two tables change places');
arrives(
	qq(INSERT INTO u VALUES (9, $path); INSERT INTO "T new" VALUES (9, $path)),
	'SELECT q, p FROM u, "T new" AS t WHERE u.id = 9 AND t.id = 9',
	"$here|$here",
	'and are rewritten on');
migrate('BEGIN; ALTER TABLE u RENAME TO never; ROLLBACK');
is( rules(),
	'public."DataConnections".ConnectionString public."ExternalProgramTasks".Parameters'
	  . ' public."ExternalProgramTasks".Path public."LocalConfigs".HostName public."T new".p public.parts.p public.u.q',
	'a rename that is rolled back');

#
# A migration that makes a table anew under its old name
#
migrate(<<'SQL');
BEGIN;
CREATE TABLE u2 (extra text, id int PRIMARY KEY, q text);
INSERT INTO u2 (id, q) SELECT id, q FROM u;
DROP TABLE u;
ALTER TABLE u2 RENAME TO u;
COMMIT;
SQL
query_is(
	$site_b,
	$db,
	q(SELECT tgenabled FROM qsrepl._row_triggers WHERE relid = 'u'::regclass),
	'R',
	'drop, create and rename: the new table has its trigger');
$site_b->safe_psql($db, 'TRUNCATE u');
refresh('u');
tables_equal_rewritten(
	$site_a, $site_b, $db,
	'the new table is copied rewritten',
	skip => qr/LocalConfigs|ExternalProgram|"T new"/);
arrives(
	"INSERT INTO u VALUES ($path, 10, $path)",
	'SELECT extra, q FROM u WHERE id = 10',
	"\\\\CN\\QlikShare\\x|$here",
	'and replicated so');
# The other way round: the old one is kept under another name for a while. A
# rule of the profile covers the new table.
migrate(<<'SQL');
BEGIN;
ALTER TABLE "DataConnections" RENAME TO "DataConnections_old";
CREATE TABLE "DataConnections" ("ID" int PRIMARY KEY, "ConnectionString" text);
COMMIT;
SQL
refresh('"DataConnections"');
arrives(
	qq(INSERT INTO "DataConnections" VALUES (1, $path); INSERT INTO "DataConnections_old" VALUES (2, '', $path)),
	'SELECT n."ConnectionString", o."ConnectionString" FROM "DataConnections" n, "DataConnections_old" o WHERE o."ID" = 2',
	"$here|$here",
	'rename and create: both are rewritten');

#
# Triggers
#
query_is($site_b, $db, 'SELECT DISTINCT tgenabled FROM qsrepl._row_triggers',
	'R', 'triggers are REPLICA');
foreach my $do (
	'DISABLE TRIGGER ALL',
	'ENABLE TRIGGER ALL',
	'DISABLE TRIGGER USER',
	'ENABLE TRIGGER USER',
	'DISABLE TRIGGER "~qsrepl_rewrite"',
	'ENABLE ALWAYS TRIGGER "~qsrepl_rewrite"')
{
	migrate(qq(ALTER TABLE "T new" $do), $site_b);
	query_is($site_b, $db,
		'SELECT DISTINCT tgenabled FROM qsrepl._row_triggers',
		'R', "$do by the owner: still REPLICA");
}
migrate('DROP TRIGGER "~qsrepl_rewrite" ON "T new"', $site_b);
query_is(
	$site_b,
	$db,
	q(SELECT severity, object, problem FROM qsrepl.check() WHERE object LIKE '%T new%'),
	'error|public."T new"|the table has rules but no row trigger',
	'check() tells of a trigger that was dropped');
migrate('ALTER TABLE "T new" ADD z int');
arrives(
	qq(INSERT INTO "T new" VALUES (20, $path)),
	'SELECT p FROM "T new" WHERE id = 20',
	$here, 'it comes back with the next change of the schema');

#
# Partitions
#
migrate(<<'SQL');
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (10) TO (20);
CREATE TABLE parts_3 (p text, gone int, id int PRIMARY KEY);
ALTER TABLE parts_3 DROP gone;
ALTER TABLE parts ATTACH PARTITION parts_3 FOR VALUES FROM (20) TO (30);
CREATE TABLE parts_4 PARTITION OF parts FOR VALUES FROM (30) TO (50) PARTITION BY RANGE (id);
CREATE TABLE parts_4_1 PARTITION OF parts_4 FOR VALUES FROM (30) TO (40);
SQL
# In a function, as migrations are at times
migrate(<<'SQL');
CREATE FUNCTION migrate() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	CREATE TABLE parts_5 (p text, id int PRIMARY KEY);
	ALTER TABLE parts ATTACH PARTITION parts_5 FOR VALUES FROM (50) TO (60);
END $$;
SQL
migrate('SELECT migrate()');
refresh();
arrives(
	qq(INSERT INTO parts SELECT i, $path FROM generate_series(1, 59, 2) AS i WHERE i NOT BETWEEN 40 AND 49),
	'SELECT DISTINCT p FROM parts',
	$here,
	'partitions created, attached and nested later, and in a function');
migrate('ALTER TABLE parts DETACH PARTITION parts_3');
query_is(
	$site_b,
	$db,
	q(SELECT count(*) FROM qsrepl._row_triggers WHERE relid = 'parts_3'::regclass),
	'0',
	'a detached partition loses its trigger');
if (server_major($site_b) >= 14)
{
	migrate('ALTER TABLE parts DETACH PARTITION parts_1 CONCURRENTLY');
	query_is(
		$site_b,
		$db,
		q(SELECT count(*) FROM qsrepl._row_triggers WHERE relid = 'parts_1'::regclass),
		'0',
		'and one detached concurrently');
}

no_leaks($site_b, $db);
query_is($site_b, $db,
	q(SELECT severity, object, problem FROM qsrepl.check()),
	'', 'nothing is wrong');
unlike(
	slurp_file($site_b->logfile),
	qr/could not follow/,
	'no change could not be followed');

#
# Many tables: neither enable() nor DDL takes long, or runs out of stack.
#
$db = 'many';
create_db($db, $site_b);
define_mappings($site_b, $db);
my $tables = scaled(100);
$site_b->safe_psql($db, <<SQL);
CREATE TABLE m (id int PRIMARY KEY, p text) PARTITION BY RANGE (id);
DO \$\$
BEGIN
	FOR i IN 1 .. $tables LOOP
		EXECUTE format('CREATE TABLE m_%s PARTITION OF m FOR VALUES FROM (%s) TO (%s)', i, i, i + 1);
	END LOOP;
END \$\$;
SELECT qsrepl.add_rule('m', 'p', 'path');
SQL
my ($result, $stdout, $stderr) =
  $site_b->psql($db,
	q(SET statement_timeout = '10s'; SELECT qsrepl.enable()));
$stderr =~ s/\n.*//s;
is($stderr, '', "enable() with $tables partitions does not take 10 seconds");
query_is($site_b, $db, 'SELECT triggers FROM qsrepl.status',
	$tables, 'each has its trigger');

$site_b->stop('fast');
$site_a->stop('fast');
done_testing();
