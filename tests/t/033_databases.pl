# Several databases, other owners' code, settings that stand in the way, and a
# local site that is not known.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;
use Time::HiRes qw(time usleep);

my $site_a = make_site('A');
my @many = map { "many_$_" } 1 .. 9;

# ---- databases of each kind ----

foreach my $db (@many)
{
	create_db($db, $site_a);
	define_mappings($site_a, $db);
	$site_a->safe_psql($db, <<'SQL');
CREATE TABLE ruled (id int PRIMARY KEY, path text);
INSERT INTO ruled SELECT i, '\\CN\QlikShare\' || i FROM generate_series(1, 500) AS i;
SELECT qsrepl.add_rule('ruled', 'path', 'path'), qsrepl.localize();
SQL
}
$site_a->safe_psql('postgres', $_)
  foreach 'CREATE DATABASE without', 'CREATE DATABASE bare', 'CREATE DATABASE norules',
  'CREATE DATABASE closed', 'CREATE DATABASE going';
$site_a->safe_psql('without', q(CREATE TABLE t AS SELECT '\\\\CN\QlikShare' AS path));
$site_a->safe_psql('bare', 'CREATE EXTENSION qsrepl');
$site_a->safe_psql('norules', 'CREATE EXTENSION qsrepl');
define_mappings($site_a, 'norules');
$site_a->safe_psql('norules', q(CREATE TABLE t AS SELECT '\\\\CN\QlikShare' AS path; SELECT qsrepl.localize()));
$site_a->safe_psql('closed', 'CREATE EXTENSION qsrepl');
define_mappings($site_a, 'closed');
$site_a->safe_psql('closed', 'SELECT qsrepl.localize()');
$site_a->safe_psql('postgres', 'ALTER DATABASE closed ALLOW_CONNECTIONS false');

# ---- settings ----

$site_a->safe_psql('postgres', <<'SQL');
ALTER DATABASE many_1 SET default_transaction_read_only = on;
ALTER DATABASE many_1 SET default_transaction_isolation = 'serializable';
ALTER DATABASE many_2 SET statement_timeout = 1;
ALTER DATABASE many_2 SET lock_timeout = 1;
ALTER DATABASE many_3 SET exit_on_error = on;
ALTER DATABASE many_4 SET session_replication_role = replica;
ALTER DATABASE many_4 SET quote_all_identifiers = on;
ALTER DATABASE many_4 SET search_path = '';
ALTER DATABASE many_5 SET row_security = off;
ALTER DATABASE many_5 SET standard_conforming_strings = off;
DO $$ BEGIN EXECUTE format('ALTER ROLE %I IN DATABASE many_6 SET default_transaction_read_only = on', current_user); END $$;
SQL

# ---- another owner ----

my $db = 'many_9';
$site_a->safe_psql('postgres', 'CREATE ROLE owner; CREATE ROLE writer LOGIN');
$site_a->safe_psql($db, <<'SQL');
CREATE SCHEMA app AUTHORIZATION owner;
SET ROLE owner;
CREATE TABLE app.noted (who text, origin text, session text, super boolean);
CREATE FUNCTION app.note(origin text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO app.noted VALUES (current_user, origin, session_user, false);
	BEGIN
		CREATE ROLE intruder SUPERUSER;
		UPDATE app.noted SET super = true;
	EXCEPTION WHEN OTHERS THEN
		NULL;
	END;
	BEGIN
		SET LOCAL ROLE NONE;
		CREATE ROLE intruder SUPERUSER;
		UPDATE app.noted SET super = true;
	EXCEPTION WHEN OTHERS THEN
		NULL;
	END;
	BEGIN
		SET LOCAL SESSION AUTHORIZATION DEFAULT;
		CREATE ROLE intruder SUPERUSER;
		UPDATE app.noted SET super = true;
	EXCEPTION WHEN OTHERS THEN
		NULL;
	END;
END $$;
CREATE FUNCTION app.trigger_function() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM app.note(TG_NAME::text);
	RETURN NEW;
END $$;
CREATE FUNCTION app.fine(value text, origin text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	PERFORM app.note(origin);
	RETURN true;
END $$;
CREATE FUNCTION app.key(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	PERFORM app.note('index');
	RETURN value;
END $$;
CREATE TABLE app.owned (id int PRIMARY KEY, path text CHECK (app.fine(path, 'check')));
CREATE INDEX ON app.owned (app.key(path));
CREATE TRIGGER always BEFORE UPDATE ON app.owned FOR EACH ROW EXECUTE FUNCTION app.trigger_function();
CREATE TRIGGER ordinary BEFORE UPDATE ON app.owned FOR EACH ROW EXECUTE FUNCTION app.trigger_function();
CREATE CONSTRAINT TRIGGER deferred AFTER UPDATE ON app.owned DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW EXECUTE FUNCTION app.trigger_function();
ALTER TABLE app.owned ENABLE ALWAYS TRIGGER always, ENABLE ALWAYS TRIGGER deferred;
INSERT INTO app.owned VALUES (1, '\\CN\QlikShare\1'), (2, '\\CN\QlikShare\2');
ALTER TABLE app.owned ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
RESET ROLE;
GRANT USAGE ON SCHEMA app TO writer;
SELECT qsrepl.add_rule('app.owned', 'path', 'path'), qsrepl.localize();
TRUNCATE app.noted;
-- A session that can, as this one, lets the code have what it wants.
DROP ROLE IF EXISTS intruder;
SQL

my $site_b = make_standby($site_a, 'B',
	conf => "synchronous_standby_names = 'site_a'\n");

sub caught_up
{
	$site_a->wait_for_catchup($site_b, 'replay', $site_a->lsn('write'));
	return;
}

# ---- what changes on the primary holds on the standby ----

my $reader = $site_b->background_psql('many_7', on_error_stop => 0);
$reader->query_safe('PREPARE look AS SELECT path FROM ruled WHERE id = 1');
is($reader->query_safe('EXECUTE look'), '\\\\BCN\\Qlik$\\1', 'a reader');
$site_a->safe_psql('many_7',
	q(SELECT qsrepl.set_mapping('share', 'path', 'B', '\\\\NEW\Share')));
caught_up();
is($reader->query_safe('EXECUTE look'),
	'\\\\NEW\\Share\\1', 'a changed mapping is used as soon as it is replayed');
$site_a->safe_psql('many_7', q(SELECT qsrepl.drop_rule('public.ruled', 'path')));
caught_up();
is($reader->query_safe('EXECUTE look'),
	'\\\\CN\\QlikShare\\1', 'so is a dropped rule');
$site_a->safe_psql('many_7', q(SELECT qsrepl.add_rule('ruled', 'path', 'path')));
caught_up();
is($reader->query_safe('EXECUTE look'),
	'\\\\NEW\\Share\\1', 'and a new one');
$reader->quit;
$site_b->restart;
query_is($site_b, 'many_8', 'SELECT path FROM ruled WHERE id = 1',
	'\\\\BCN\\Qlik$\\1', 'a restarted standby');
query_is($site_b, 'many_8', 'SELECT state, site, stored_site FROM qsrepl.status',
	'foreign|B|A', 'status on a standby');
query_is($site_b, 'many_8', 'SELECT * FROM qsrepl.check()', '', 'check() has nothing to say there');

# ---- a local site that is not known, on a standby and on a primary ----

caught_up();
$site_b->stop('fast');
my $kept = keep_data($site_b);
foreach my $name ('', 'Bb')
{
	my $said =
	  $name eq ''
	  ? 'setting "qsrepl.local_site" is empty: nothing is rewritten'
	  : 'setting "qsrepl.local_site" names a site that does not exist: "Bb"';
	my $offset = -s $site_b->logfile;
	my $warned = sub {
		$site_b->wait_for_log(qr/WARNING:  \Q$said\E\n.*HINT:/s, $offset);
		return scalar(() = slurp_file($site_b->logfile, $offset) =~ /\Q$said\E/g);
	};

	from_kept($site_b, $kept);
	$site_b->append_conf('postgresql.conf', "qsrepl.local_site = '$name'\n");
	$site_b->start;
	is($warned->(), 1, "site \"$name\": one warning, with a hint, on a standby");
	query_is($site_b, 'many_8', 'SELECT path FROM ruled WHERE id = 1',
		'\\\\CN\\QlikShare\\1', 'nothing is rewritten');
	my $problem =
	  $name eq '' ? 'the local site is not known' : 'site "Bb" does not exist';
	my $check =
	  q(SELECT severity, problem FROM qsrepl.check() WHERE object = 'setting qsrepl.local_site');
	query_is($site_b, 'many_8', $check, "error|$problem", 'check() reports it');
	promote($site_b);
	# The launcher has looked when it has nothing more to do.
	ok($site_b->poll_query_until('many_8',
			q(SELECT phase = 'idle' FROM qsrepl._localizer())), 'promoted');
	query_is($site_b, 'many_8', 'SELECT path FROM ruled WHERE id = 1',
		'\\\\CN\\QlikShare\\1', 'nothing is rewritten');
	$site_b->safe_psql('many_8', "SET synchronous_commit = local; UPDATE ruled SET path = path WHERE id = 1");
	query_is($site_b, 'many_8', $check, "error|$problem", 'check() reports it');
	$offset = -s $site_b->logfile;
	$site_b->restart;
	is($warned->(), 1, 'one warning on a primary');
	$site_b->stop('fast');
}

# ---- all of them localized ----

from_kept($site_b, $kept);
$site_b->start;
$site_a->stop('fast');
promote($site_b);
my $start = time;
foreach my $name (@many)
{
	ok( $site_b->poll_query_until('postgres',
			"SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'qsrepl localizer'"
		),
		'workers end');
	# Their settings are in the way of a plain look.
	local $ENV{PGOPTIONS} =
	  '-c statement_timeout=0 -c lock_timeout=0 -c default_transaction_read_only=on -c default_transaction_isolation=read\ committed';
	ok( $site_b->poll_query_until($name,
			q(SELECT qsrepl._state_word() = 'local')), "$name is localized");
	query_is($site_b, $name,
		q(SET qsrepl.raw = on; SELECT count(*), count(*) FILTER (WHERE path ~ '^..(BCN.Qlik|NEW.Share)') FROM public.ruled),
		'500|500', 'with all rows');
}
diag sprintf '%d databases localized in %.1f s', scalar(@many), time - $start;
query_is($site_b, 'without', 'SELECT path FROM t', '\\\\CN\\QlikShare',
	'a database without the extension is left alone');
query_is($site_b, 'norules', 'SELECT path FROM t', '\\\\CN\\QlikShare',
	'a column without a rule is left alone');
ok(localized($site_b, 'norules'), 'but its state is this site\'s');
query_is($site_b, 'bare', 'SELECT count(*) FROM qsrepl.state', '0',
	'a database without a site has no state');
is(log_errors($site_b, undef, qr/template0|"closed"|FATAL.*database/), '',
	'databases that take no connections are not tried');
query_is($site_b, 'many_8',
	q(SELECT state, site, stored_site, rows_changed, epoch, timeline FROM qsrepl.status),
	'local|B|B|500|1|' . $site_b->safe_psql('many_8', 'SELECT timeline FROM qsrepl._here()'),
	'status afterwards');
query_is($site_b, 'many_8',
	q(SELECT what, detail FROM qsrepl.event ORDER BY id DESC LIMIT 1),
	'localized|500 rows changed, 0 rules left rows', 'it is noted');

# The owner's code had the owner's rights.
query_is($site_b, $db,
	q(SELECT DISTINCT who, origin, super FROM app.noted ORDER BY 1, 2),
	"owner|always|f\nowner|check|f\nowner|deferred|f\nowner|index|f",
	'an owner\'s triggers, checks and indexes run with the owner\'s rights');
query_is($site_b, $db, q(SELECT count(*) FROM pg_roles WHERE rolname = 'intruder'),
	'0', 'and gain none');
query_is($site_b, $db, q(SET qsrepl.raw = on; SELECT path FROM app.owned ORDER BY id),
	'\\\\BCN\\Qlik$\\1' . "\n" . '\\\\BCN\\Qlik$\\2', 'its rows are localized');

# A database that takes connections later is localized then.
$site_b->safe_psql('postgres', 'SET synchronous_commit = local; ALTER DATABASE closed ALLOW_CONNECTIONS true');
$site_b->restart;
ok(localized($site_b, 'closed'), 'a database that was closed');
$site_b->stop('fast');

# ---- the library without the extension, and the extension without it ----

my $site_c = make_site('C');
$site_c->safe_psql('postgres', q(CREATE TABLE t AS SELECT '\\\\CN\QlikShare'::text AS path; UPDATE t SET path = path));
query_is($site_c, 'postgres', 'SELECT path FROM t', '\\\\CN\\QlikShare',
	'the library alone changes nothing');
$site_c->append_conf('postgresql.conf', "shared_preload_libraries = ''\n");
$site_c->restart;
$site_c->safe_psql('postgres', 'CREATE EXTENSION qsrepl');
define_mappings($site_c, 'postgres');
query_is($site_c, 'postgres', q(SELECT qsrepl.rewrite('\\\\CN\QlikShare\x')),
	'\\\\CCN\\Qlik\\x', 'the extension without the library in advance rewrites');
$site_c->safe_psql('postgres', q(CREATE TABLE applied (id int PRIMARY KEY, path text);
SELECT qsrepl.add_rule('applied', 'path', 'path'), qsrepl.enable()));
query_is($site_c, 'postgres', <<'SQL', '\\\\CCN\\Qlik\\x', 'so does its trigger');
SET session_replication_role = replica;
INSERT INTO applied VALUES (1, '\\CN\QlikShare\x');
RESET session_replication_role;
SELECT path FROM applied;
SQL
query_is($site_c, 'postgres', q(SELECT severity, object, problem, hint FROM qsrepl.check()),
	'warning|library qsrepl|it is not loaded with the server: logical mode works, physical mode does not|Add it to shared_preload_libraries and restart the server.',
	'check() says what is missing');
$site_c->stop('fast');
done_testing();
