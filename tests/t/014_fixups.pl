# Fixups: statements that go with localize(), those of the profile and others.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;

my $site_a = make_site('A');
my $site_b = make_site('B');
my $db = 'QSR';

create_db($db, $site_a, $site_b);
load_fixture($site_a, $db, 'qsr', apps => 10);
load_fixture($site_b, $db, 'qsr', rows => 0);
define_mappings($site_b, $db);
$site_b->safe_psql($db,
	'SELECT qsrepl.load_profile(); SELECT qsrepl.enable()');
$site_a->safe_psql($db, <<'SQL');
CREATE PUBLICATION pub_qsr FOR TABLE "ServiceClusters", "ServerNodeConfigurations", "ServerNodeHeartbeats",
	"MqChangeNotificationRegistrations", "DataConnections";
SQL
my $name = subscribe($site_a, $site_b, $db);
my $count = <<'SQL';
SELECT (SELECT count(*) > 0 FROM "ServerNodeHeartbeats"), (SELECT count(*) > 0 FROM "MqChangeNotificationRegistrations"),
	(SELECT count(*) > 0 FROM "DataConnections")
SQL
query_is(
	$site_b,
	$db,
	'SELECT name, position FROM qsrepl.fixup ORDER BY 2',
	"qlik-sense: node heartbeats|10\nqlik-sense: change notifications|20\nqlik-sense: service states|30",
	'the fixups of the profile');
query_is($site_b, $db, $count, 't|t|t',
	'replication brings what only site A needs');
$site_b->safe_psql($db, 'SELECT qsrepl.localize()');
query_is($site_b, $db, $count, 'f|f|t',
	'localize() empties heartbeats and notifications');
query_is($site_a, $db, $count, 't|t|t', 'those of site A are left alone');

# Site A goes on; what is gone at B is not missed by apply.
$site_a->safe_psql($db, <<'SQL');
UPDATE "ServerNodeHeartbeats" SET "Timestamp" = "Timestamp" + interval '1 minute';
DELETE FROM "MqChangeNotificationRegistrations";
INSERT INTO "DataConnections" ("ID", "Name", "ConnectionString") VALUES ('00000000-0000-0000-0000-000000000001', 'x', '\\CN\QlikShare\x');
SQL
catch_up($site_a, $name);
query_is(
	$site_b,
	$db,
	q(SELECT "ConnectionString" FROM "DataConnections" WHERE "ID" = '00000000-0000-0000-0000-000000000001'),
	'\\\\BCN\\Qlik$\\x',
	'apply goes on');
# The profile can be loaded again.
$site_b->safe_psql($db,
	q(UPDATE qsrepl.fixup SET sql = 'DELETE FROM nowhere' WHERE position = 10; SELECT qsrepl.load_profile())
);
query_is(
	$site_b, $db,
	'SELECT sql FROM qsrepl.fixup WHERE position = 10',
	'DELETE FROM nowhere',
	'a fixup that was changed is kept');

# What fails is told, and all else is done. Fixups run in order, in the
# transaction of localize(), with the application's triggers off.
$site_b->safe_psql($db, <<'SQL');
CREATE TABLE public.log (n serial, what text, xid xid8 DEFAULT pg_current_xact_id());
CREATE FUNCTION public.noisy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'fired'; END $$;
CREATE TRIGGER noisy BEFORE DELETE ON "ServiceClusters" FOR EACH ROW EXECUTE FUNCTION public.noisy();
INSERT INTO qsrepl.fixup VALUES
	('b second', 50, 'INSERT INTO public.log (what) VALUES (''second'')'),
	('a first', 50, 'INSERT INTO public.log (what) VALUES (''first'')'),
	('division', 51, 'INSERT INTO public.log (what) SELECT ''lost'' || 1 / (n - n) FROM generate_series(1, 2) AS n'),
	('commit', 52, 'COMMIT'),
	('syntax', 53, 'SELEC 1'),
	('trigger', 54, 'DELETE FROM public."ServiceClusters"'),
	('last', 99, 'INSERT INTO public.log (what) VALUES (''last'')');
UPDATE "DataConnections" SET "ConnectionString" = '\\CN\QlikShare\y';
SQL
my ($result, $stdout, $stderr) =
  $site_b->psql($db, 'SELECT qsrepl.localize()');
is($result, 0, 'localize() with fixups that fail does not');
cmp_ok($stdout, '>', 0, 'and rewrites');
like(
	$stderr,
	qr/WARNING: +could not run fixup "qlik-sense: node heartbeats"\nDETAIL: .*"nowhere" does not exist.*WARNING: +could not run fixup "division"\nDETAIL: +division by zero.*WARNING: +could not run fixup "commit".*WARNING: +could not run fixup "syntax"/s,
	'a warning each');
is(() = $stderr =~ /WARNING/g, 4, 'and no others');
query_is(
	$site_b,
	$db,
	q(SELECT detail FROM qsrepl.event WHERE what = 'fixup failed' AND detail LIKE 'division%'),
	'division: division by zero',
	'an event each');
query_is($site_b, $db,
	q(SELECT count(*) FROM qsrepl.event WHERE what = 'fixup failed'),
	'4', 'and no others');
query_is(
	$site_b,
	$db,
	'SELECT string_agg(what, \' \' ORDER BY n), count(DISTINCT xid) > 0 FROM public.log',
	'first second last|t',
	'the others have run, in order');
query_is($site_b, $db, 'SELECT count(*) FROM "ServiceClusters"',
	'0', 'without triggers of the application');
no_leaks($site_b, $db);
query_is(
	$site_b,
	$db,
	'SET client_min_messages = error; BEGIN; SELECT qsrepl.localize(); SHOW session_replication_role; COMMIT; SHOW deadlock_timeout',
	"0\norigin\n1s",
	'settings are as before');

# Rolled back with it; and one that is canceled takes localize() along.
$site_b->safe_psql($db, <<'SQL');
SET client_min_messages = error;
TRUNCATE public.log;
BEGIN;
SELECT qsrepl.localize();
ROLLBACK;
SQL
query_is($site_b, $db, 'SELECT count(*) FROM public.log',
	'0', 'fixups are rolled back with localize()');
$site_b->safe_psql($db, <<'SQL');
INSERT INTO qsrepl.fixup VALUES ('long', 60, 'SELECT pg_sleep(600)');
UPDATE "DataConnections" SET "ConnectionString" = '\\CN\QlikShare\y' WHERE "Name" = 'x';
SQL
($result) = $site_b->psql($db,
	q(SET statement_timeout = '300ms'; SELECT qsrepl.localize()));
isnt($result, 0, 'a canceled fixup cancels localize()');
query_is(
	$site_b,
	$db,
	'SELECT count(*), (SELECT count(*) FROM public.log) FROM qsrepl.leaks()',
	'1|0',
	'and nothing is done');

$site_b->stop('fast');
$site_a->stop('fast');
done_testing();
