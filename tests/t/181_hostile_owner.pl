# Databases whose owner is hostile, and superusers who work on them: nothing
# that the owner has written is run with more rights than he has.
#
# The owner's functions, operators, casts, views, policies, triggers and
# constraints all say in the server's log as whom they run.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplSnapshot;
use QsreplTest;
use Test::More;

my ($site_a, $site_b) = make_pair();
my %node = (A => $site_a, B => $site_b);
my $db = 'qsr';
my $offset = -s $site_a->logfile;
my %log;

$site_a->safe_psql('postgres', <<'SQL');
CREATE ROLE mallory LOGIN;
ALTER DATABASE qsr OWNER TO mallory;
ALTER DATABASE qsr SET search_path = hostile, public, pg_catalog;
ALTER DATABASE qsr SET standard_conforming_strings = off;
SQL

sub as_mallory
{
	my ($in, $sql) = @_;

	return $site_a->safe_psql($in, "SET standard_conforming_strings = on; SET search_path = pg_catalog, public;\n$sql",
		extra_params => [ '-U', 'mallory' ]);
}

# Who has run something of the owner's since the last call.
sub run_as
{
	my %who;

	foreach my $node ($site_a, $site_b)
	{
		my $from = $log{ $node->name } // 0;
		my $text = slurp_file($node->logfile, $from);

		$log{ $node->name } = $from + length $text;
		$who{"$1 by $2"} = 1 while $text =~ /RUN AS (\w+) BY (\w+)/g;
	}
	return join ', ', sort keys %who;
}

sub nothing_run
{
	my ($name) = @_;

	return is(run_as(), '', "$name runs nothing of the owner's as somebody else");
}

# Only what the owner's own rights are needed for is run by him, as himself.
my $weapon = <<'SQL';
CREATE SCHEMA hostile;
GRANT USAGE ON SCHEMA hostile TO PUBLIC;
CREATE FUNCTION hostile.strike(what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF (SELECT u.rolsuper FROM pg_catalog.pg_roles u WHERE u.rolname OPERATOR(pg_catalog.=) current_user) THEN
		RAISE LOG 'RUN AS % BY %', current_user, what;
	END IF;
END $$;
SQL

# Each function of pg_catalog with the names that the extension and the tool
# use, in front of it, for the types of its arguments; operators too.
my $decoys = <<'SQL';
DO $do$
DECLARE
	f record;
	made integer := 0;
BEGIN
	FOR f IN
		SELECT p.oid, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid) AS arguments,
			pg_catalog.pg_get_function_result(p.oid) AS result
		FROM pg_catalog.pg_proc p
		WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f' AND NOT p.proretset
			AND p.provariadic = 0 AND p.prorettype <> 'internal'::regtype
			AND p.proname IN ('format', 'format_type', 'set_config', 'current_setting', 'lower', 'md5', 'left', 'right',
				'length', 'octet_length', 'char_length', 'quote_ident', 'quote_literal', 'to_regclass', 'parse_ident',
				'array_length', 'cardinality', 'array_position', 'hashtextextended', 'to_jsonb', 'now',
				'clock_timestamp', 'pg_is_in_recovery', 'pg_get_expr', 'json_build_object', 'row_to_json', 'textcat',
				'pg_relation_size', 'pg_table_size', 'pg_wal_lsn_diff', 'pg_get_userbyid', 'pg_current_wal_lsn',
				'pg_relation_filenode', 'convert_to', 'array_to_string', 'string_to_array', 'substr', 'substring',
				'position', 'strpos', 'split_part', 'pg_try_advisory_lock', 'pg_control_system')
			AND NOT EXISTS (SELECT FROM unnest(p.proargtypes::oid[]) a WHERE a = 'internal'::regtype)
			AND p.prorettype NOT IN ('anyelement'::regtype, 'record'::regtype, 'anyarray'::regtype)
	LOOP
		EXECUTE format('CREATE FUNCTION hostile.%I(%s) RETURNS %s LANGUAGE plpgsql AS $f$
			BEGIN PERFORM hostile.strike(%L); RETURN NULL; END $f$', f.proname, f.arguments, f.result, 'function_' || f.proname);
		made := made + 1;
	END LOOP;
	IF made < 60 THEN
		RAISE EXCEPTION 'only % functions', made;
	END IF;
	FOR f IN
		SELECT o.oprname, o.oprleft::regtype AS l, o.oprright::regtype AS r, o.oprresult::regtype AS result, o.oid
		FROM pg_catalog.pg_operator o
		WHERE o.oprname IN ('=', '<>', '<', '>', '<=', '>=', '||', '~', '!~', '~~', '+', '-', '/', '*', '->>', '->', '&')
			AND o.oprkind = 'b' AND o.oprnamespace = 'pg_catalog'::regnamespace
			AND o.oprleft IN ('text'::regtype, 'name'::regtype, 'oid'::regtype, 'int4'::regtype, 'int8'::regtype,
				'int2'::regtype, 'jsonb'::regtype, 'json'::regtype, 'pg_lsn'::regtype, 'bool'::regtype, '"char"'::regtype)
	LOOP
		EXECUTE format('CREATE FUNCTION hostile."op_%s"(%s, %s) RETURNS %s LANGUAGE plpgsql AS $f$
			BEGIN PERFORM hostile.strike(%L); RETURN NULL; END $f$', f.oid, f.l, f.r, f.result, 'operator');
		EXECUTE format('CREATE OPERATOR hostile.%s (FUNCTION = hostile."op_%s", LEFTARG = %s, RIGHTARG = %s)',
			f.oprname, f.oid, f.l, f.r);
	END LOOP;
	FOR f IN
		SELECT c.relname FROM pg_catalog.pg_class c WHERE c.relnamespace = 'pg_catalog'::regnamespace
			AND c.relkind IN ('r', 'v') AND c.relname ~ '^pg_(class|namespace|roles|database|proc|index|settings|constraint|trigger|inherits|extension|subscription|publication|stat_replication|replication_slots|tables|locks|depend|type)$'
	LOOP
		EXECUTE format('CREATE VIEW hostile.%I AS SELECT t.* FROM pg_catalog.%1$I t, LATERAL hostile.strike(%L) s', f.relname, 'view_of_catalog');
	END LOOP;
END $do$;
GRANT ALL ON ALL TABLES IN SCHEMA hostile TO PUBLIC;
SQL

# The application's tables, as the owner would have them: columns of types with
# casts of his, views in the place of tables, and sequences that belong to one.
my $tables = <<'SQL';
CREATE TYPE hostile.word AS ENUM ('a', 'b');
CREATE FUNCTION hostile.to_text(hostile.word) RETURNS text LANGUAGE plpgsql AS $$
BEGIN PERFORM hostile.strike('cast_to_text'); RETURN 'a'; END $$;
CREATE FUNCTION hostile.to_json(hostile.word) RETURNS json LANGUAGE plpgsql AS $$
BEGIN PERFORM hostile.strike('cast_to_json'); RETURN '"a"'; END $$;
CREATE FUNCTION hostile.to_jsonb(hostile.word) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN PERFORM hostile.strike('cast_to_jsonb'); RETURN '"a"'; END $$;
CREATE FUNCTION hostile.to_word(text) RETURNS hostile.word LANGUAGE plpgsql AS $$
BEGIN PERFORM hostile.strike('cast_from_text'); RETURN 'a'; END $$;
CREATE FUNCTION hostile.to_int8(hostile.word) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN PERFORM hostile.strike('cast_to_int8'); RETURN 1; END $$;
CREATE CAST (hostile.word AS text) WITH FUNCTION hostile.to_text(hostile.word) AS IMPLICIT;
CREATE CAST (hostile.word AS json) WITH FUNCTION hostile.to_json(hostile.word);
CREATE CAST (hostile.word AS jsonb) WITH FUNCTION hostile.to_jsonb(hostile.word);
CREATE CAST (text AS hostile.word) WITH FUNCTION hostile.to_word(text) AS IMPLICIT;
CREATE CAST (hostile.word AS bigint) WITH FUNCTION hostile.to_int8(hostile.word) AS IMPLICIT;
CREATE FUNCTION hostile.check_row(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN PERFORM hostile.strike('check'); RETURN true; END $$;
CREATE FUNCTION hostile.index_row(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN PERFORM hostile.strike('index'); RETURN $1; END $$;
CREATE FUNCTION hostile.fire() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM hostile.strike('trigger'); RETURN NEW; END $$;
CREATE DOMAIN hostile.line AS text CHECK (hostile.check_row(VALUE));
CREATE TABLE public.ruled (k hostile.word PRIMARY KEY, path text CHECK (hostile.check_row(path)), line hostile.line,
	w hostile.word);
CREATE INDEX ON public.ruled (hostile.index_row(path));
CREATE TRIGGER fire BEFORE INSERT OR UPDATE ON public.ruled FOR EACH ROW EXECUTE FUNCTION hostile.fire();
ALTER TABLE public.ruled ENABLE ALWAYS TRIGGER fire;
ALTER TABLE public.ruled ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.ruled FORCE ROW LEVEL SECURITY;
CREATE POLICY p ON public.ruled USING (hostile.check_row(path));
INSERT INTO public.ruled VALUES ('a', '\\BCN\Qlik$\a', 'x', 'a'), ('b', '\\BCN\Qlik$\b', 'x', NULL);
CREATE FUNCTION hostile.field(text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN PERFORM hostile.strike(pg_catalog.concat('view_', $1)); RETURN NULL; END $$;
CREATE VIEW public."ReloadTasks" AS SELECT hostile.field('tasks') AS "ID", hostile.field('tasks') AS "Name";
CREATE VIEW public."ExecutionResults" AS SELECT 1 AS "Status", hostile.field('results') AS "TaskId";
CREATE VIEW public."Apps" AS SELECT hostile.field('apps') AS "ID", hostile.field('apps') AS "Name";
CREATE TABLE public."Users" ("ID" hostile.word PRIMARY KEY, "UserDirectory" hostile.word, "UserId" hostile.word);
INSERT INTO public."Users" VALUES ('a', 'a', 'a');
CREATE VIEW public."__MigrationHistory" AS SELECT hostile.field('migrations') AS "MigrationId";
CREATE VIEW public."ServerNodeConfigurations" AS SELECT hostile.field('nodes') AS "HostName";
CREATE TABLE public."ProxyServiceSettings" ("ID" int PRIMARY KEY, "SslBrowserCertificateThumbprint" hostile.word);
INSERT INTO public."ProxyServiceSettings" VALUES (1, 'a');
CREATE TABLE public."DataConnections" ("ID" int PRIMARY KEY, "ConnectionString" hostile.word, "Type" hostile.word);
INSERT INTO public."DataConnections" VALUES (1, 'a', 'a');
CREATE TABLE public."StaticContentReferences" ("ID" int PRIMARY KEY, "DataLocation" hostile.word);
INSERT INTO public."StaticContentReferences" VALUES (1, 'a');
CREATE VIEW public.counted AS SELECT hostile.field('sequence')::int AS n;
CREATE SEQUENCE public.counter OWNED BY public.counted.n;
SQL

$site_a->safe_psql($db, 'ALTER TABLE public.plain ADD PRIMARY KEY (id)');
as_mallory($db, $_) foreach ($weapon, $decoys, $tables);
run_as();

# The weapons work: whoever is careless is hit.
$site_a->psql($db, 'SELECT lower(\'x\')');
like(run_as(), qr/by function_lower/, 'a careless superuser is hit by a function');
$site_a->psql($db, 'SELECT k::text FROM public.ruled');
like(run_as(), qr/by cast_to_text/, 'and by a cast');
$site_a->psql($db, 'SELECT * FROM public."Apps"');
like(run_as(), qr/by view_apps/, 'and by a view');

# The extension's functions, with the hostile path in front.
foreach my $call (
	q(qsrepl.set_site('A', 'again')),
	q(qsrepl.set_mapping('extra', 'host', 'A', 'a1', 'B', 'b1')),
	q(qsrepl.add_alias('extra', 'A', 'a2')),
	q(qsrepl.drop_mapping('extra')),
	q(qsrepl.add_rule('public.ruled', 'path', 'path')),
	q(qsrepl.preview()), q(qsrepl.leaks()), q(qsrepl.scan()),
	q(qsrepl.load_profile()), q(qsrepl.check()), q(qsrepl.localize()),
	q(qsrepl.rewrite('\\\\\\\\BCN\\\\Qlik$\\\\x', 'path')),
	q(qsrepl.drop_rule('public.ruled', 'path')), q(qsrepl.add_rule('public.ruled', 'path', 'path')),
	q(qsrepl.enable()), q(qsrepl.disable()), q(qsrepl.fence('test')), q(qsrepl.unfence()))
{
	my ($code, $out, $err) = $site_a->psql($db, "SELECT * FROM $call");

	is($code, 0, $call) or diag($err);
	nothing_run($call);
}
foreach my $view ('status', 'stat_rules', '_ruled_columns', '_rule_names', '_copies', '_row_triggers')
{
	$site_a->safe_psql($db, "TABLE qsrepl.$view");
	nothing_run("qsrepl.$view");
}
$site_a->safe_psql($db, q(UPDATE public.ruled SET path = path), extra_params => [ '-U', 'mallory' ]);
$site_a->safe_psql($db, 'ALTER TABLE public.ruled ADD COLUMN more text', extra_params => [ '-U', 'mallory' ]);
nothing_run("the owner's DDL, which rules follow");
$site_a->safe_psql($db, 'DROP EXTENSION qsrepl CASCADE; DROP SCHEMA qsrepl; CREATE EXTENSION qsrepl');
nothing_run('CREATE EXTENSION');
{
	local $ENV{PGOPTIONS} = '-c standard_conforming_strings=on';
	define_mappings($site_a, $db);
}
add_rules($site_a, $db, [ 'public.ruled', 'path', 'path' ]);
$site_a->safe_psql($db, 'SELECT qsrepl.localize()');
nothing_run('the definitions');
$site_a->wait_for_catchup($site_b, 'replay', $site_a->lsn('write'));

# The tool, as a superuser, at both sites.
put('Apps/7f1a0000-0000-4000-8000-000000000001', 'an app');
my $conf = snapshot_conf('A', \%node, main => "databases = qsr more\n");

sub tool
{
	my ($good, @words) = @_;
	my ($code, $out, $err) = qsrepl(@words, '--config', $conf);

	like($code, $good, "qsrepl @words ends with a code that is expected") or diag("$out$err");
	nothing_run("qsrepl @words");
	return "$out$err";
}
tool(qr/^[01]$/, 'check');
tool(qr/^0$/, 'status');
tool(qr/^[0-9]+$/, 'compare');
tool(qr/^0$/, 'rules', $_) foreach ('preview', 'leaks', 'scan');
tool(qr/^[0-9]+$/, 'share', 'verify');
tool(qr/^0$/, 'snapshot', 'create');
tool(qr/^[0-9]+$/, 'snapshot', 'verify');
tool(qr/^[0-9]+$/, 'drill');
tool(qr/^[0-9]+$/, 'switchover', 'B', '--dry-run');

# An owner who puts up a schema of his own where the extension is not.
$site_a->safe_psql('postgres', 'ALTER DATABASE more OWNER TO mallory; ALTER DATABASE more SET search_path = hostile, public, pg_catalog');
$site_a->safe_psql('more', 'DROP EXTENSION qsrepl CASCADE; DROP SCHEMA qsrepl');
as_mallory('more', $weapon . <<'SQL');
CREATE SCHEMA qsrepl;
CREATE FUNCTION qsrepl.field() RETURNS text LANGUAGE plpgsql AS $$
BEGIN PERFORM hostile.strike('false_extension'); RETURN NULL; END $$;
CREATE VIEW qsrepl.site AS SELECT qsrepl.field() AS name, qsrepl.field() AS description;
CREATE VIEW qsrepl.status AS SELECT qsrepl.field() AS state, qsrepl.field() AS role, qsrepl.field() AS site;
CREATE FUNCTION qsrepl.leaks(regclass DEFAULT NULL) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN PERFORM hostile.strike('false_extension'); END $$;
CREATE VIEW qsrepl.rule AS SELECT qsrepl.field() AS relation, qsrepl.field() AS "column", qsrepl.field() AS form;
CREATE VIEW qsrepl.journal AS SELECT qsrepl.field() AS run, qsrepl.field() AS line, qsrepl.field() AS entry;
CREATE VIEW qsrepl.service AS SELECT qsrepl.field() AS node, qsrepl.field() AS service;
SQL
run_as();
$site_a->psql('more', 'SELECT qsrepl.leaks()');
like(run_as(), qr/by false_extension/, 'a careless superuser is hit by it');
$site_a->wait_for_catchup($site_b, 'replay', $site_a->lsn('write'));
foreach my $words ([ 'check' ], [ 'status' ], [ 'rules', 'leaks', '--database', 'more' ],
	[ 'compare' ], [ 'setup', 'primary', '--site', 'A', '--dry-run' ], [ 'switchover', 'B', '--dry-run' ])
{
	tool(qr/^[0-9]+$/, @$words);
}
my ($code, $out, $err) = qsrepl('rules', 'leaks', '--database', 'more', '--config', $conf);
like($err, qr/schema "qsrepl" of database "more" belongs to role "mallory", which is no superuser\n/,
	'the tool refuses such a schema');
like($err, qr/detail: .*\n.*hint: Find out who has made it/s, 'with a detail and a hint');

$site_b->stop('fast');
$site_a->stop('fast');
done_testing();
