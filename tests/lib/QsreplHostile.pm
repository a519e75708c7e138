#
# QsreplHostile.pm
#		What a hostile owner of a database puts into it, and whether a superuser
#		has run any of it.
#
package QsreplHostile;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTool;
use Test::More;

our @EXPORT = qw($weapon $decoys $tables $planned $known as_mallory run_as nothing_run
  tool_runs_nothing);

=pod

=item $weapon, $decoys, $tables, $planned, $known

SQL for the owner. His functions leave a mark that says as whom they have run, if
that is a superuser. The decoys stand in front of pg_catalog; the tables have
his types, views, triggers and constraints; to plan a query of the last two is
to run his functions. $known has tables of Qlik Sense, for another database than
$tables.

=cut

our $weapon = <<'SQL';
CREATE SCHEMA hostile;
GRANT USAGE ON SCHEMA hostile TO PUBLIC;
CREATE FUNCTION hostile.mark(text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE pg_catalog.format('COPY (SELECT %L::pg_catalog.text) TO %L', $1,
		pg_catalog.concat('MARKS/', pg_catalog.pg_backend_pid(), '_', pg_catalog.md5($1)));
END $$;
CREATE FUNCTION hostile.strike(what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF (SELECT u.rolsuper FROM pg_catalog.pg_roles u WHERE u.rolname OPERATOR(pg_catalog.=) current_user) THEN
		PERFORM hostile.mark(pg_catalog.concat(current_user, ' by ', what, ' in ', (SELECT pg_catalog.concat(a.backend_type, ' ',
			a.application_name) FROM pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()) a)));
	END IF;
END $$;
SQL

my $marks = "$tool_dir/marks";

mkdir $marks;
$weapon =~ s/MARKS/$marks/;

# Each function of pg_catalog with the names that the extension and the tool
# use, in front of it, for the types of its arguments; operators too.
our $decoys = <<'SQL';
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
our $tables = <<'SQL';
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

# Plain columns, in which there is nothing to fear: what is around them is his.
# All of it is constant, so that the planner works it out.
our $planned = <<'SQL';
CREATE FUNCTION hostile.constant(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN PERFORM hostile.strike(pg_catalog.concat('plan_', $1)); RETURN true; END $$;
CREATE FUNCTION hostile.same(text, text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN PERFORM hostile.strike('plan_operator'); RETURN true; END $$;
CREATE OPERATOR hostile.=== (FUNCTION = hostile.same, LEFTARG = text, RIGHTARG = text);
CREATE TABLE public.by_index (id serial PRIMARY KEY, path text);
CREATE INDEX ON public.by_index (path) WHERE hostile.constant('index');
CREATE TABLE public.by_expression (id int PRIMARY KEY, path text);
CREATE INDEX ON public.by_expression ((path || hostile.constant('expression')::text));
CREATE TABLE public.by_operator (id int PRIMARY KEY, path text);
CREATE INDEX ON public.by_operator (path) WHERE 'a'::text OPERATOR(hostile.===) 'b'::text;
CREATE TABLE public.by_child (id int PRIMARY KEY, path text);
CREATE TABLE public.child (PRIMARY KEY (id)) INHERITS (public.by_child);
CREATE INDEX ON public.child (path) WHERE hostile.constant('child');
CREATE TABLE public.by_statistics (id int PRIMARY KEY, path text);
CREATE STATISTICS public.statistics ON (path || hostile.constant('statistics')::text) FROM public.by_statistics;
CREATE TABLE public.by_check (id int PRIMARY KEY, path text, CHECK (path <> '' AND hostile.constant('check')));
CREATE TABLE public.by_rule (id int PRIMARY KEY, path text);
CREATE RULE again AS ON UPDATE TO public.by_rule DO ALSO SELECT hostile.strike('rule');
CREATE TABLE public.by_late_trigger (id int PRIMARY KEY, path text);
CREATE CONSTRAINT TRIGGER late AFTER INSERT OR UPDATE ON public.by_late_trigger DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW EXECUTE FUNCTION hostile.fire();
ALTER TABLE public.by_late_trigger ENABLE ALWAYS TRIGGER late;
CREATE TABLE public."]0;owned" (id int PRIMARY KEY, path text);
SQL
$planned =~ s/\\x(\w\w)/chr hex $1/ge;

# Tables that the tool reads, as it knows them but for an index each.
our $known = <<'SQL';
CREATE FUNCTION hostile.constant(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN PERFORM hostile.strike(pg_catalog.concat('plan_', $1)); RETURN true; END $$;
CREATE TABLE public."Apps" ("ID" uuid PRIMARY KEY, "Name" text, "ModifiedDate" timestamp);
CREATE TABLE public."Users" ("ID" uuid PRIMARY KEY, "UserDirectory" text, "UserId" text);
CREATE TABLE public."ReloadTasks" ("ID" uuid PRIMARY KEY, "Name" text);
CREATE TABLE public."ExecutionResults" ("ID" uuid PRIMARY KEY, "TaskId" uuid, "Status" int);
CREATE TABLE public."DataConnections" ("ID" uuid PRIMARY KEY, "Name" text, "ConnectionString" text, "Type" text);
CREATE TABLE public."StaticContentReferences" ("ID" uuid PRIMARY KEY, "DataLocation" text);
CREATE TABLE public."ServerNodeConfigurations" ("ID" uuid PRIMARY KEY, "HostName" text);
CREATE TABLE public."ProxyServiceSettings" ("ID" uuid PRIMARY KEY, "SslBrowserCertificateThumbprint" text);
CREATE TABLE public."__MigrationHistory" ("ID" uuid PRIMARY KEY, "MigrationId" text);
DO $$
DECLARE
	t regclass;
BEGIN
	FOR t IN SELECT c.oid FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' LOOP
		EXECUTE format('CREATE INDEX ON %s ("ID") WHERE hostile.constant(%L)', t, t);
		EXECUTE format('INSERT INTO %s ("ID") VALUES (gen_random_uuid())', t);
	END LOOP;
END $$;
SQL

=pod

=item as_mallory($node, $database, $sql)

Run something as the owner.

=item run_as()

What of the owner's has run with a superuser's rights since the last call, as
"superuser by what in which program". Rows that subscriptions bring are left
out: PostgreSQL applies them as it does.

=item nothing_run($name)

Test that there was none.

=item tool_runs_nothing($exit_code_pattern, words of qsrepl)

Run the tool, which is to run nothing of the owner's, and to print no control
characters of his. Returns what it has printed.

=cut

sub as_mallory
{
	my ($node, $in, $sql) = @_;

	return $node->safe_psql($in, "SET standard_conforming_strings = on; SET search_path = pg_catalog, public;\n$sql",
		extra_params => [ '-U', 'mallory' ]);
}

sub run_as
{
	my %who;

	foreach my $mark (glob "$marks/*")
	{
		my $text = slurp_file($mark);

		chomp $text;
		$who{$text} = 1;
		unlink $mark;
	}
	return join ', ', sort grep { !/ in logical replication/ } keys %who;
}

sub nothing_run
{
	my ($name) = @_;

	return is(run_as(), '', "$name runs nothing of the owner's as somebody else");
}

sub tool_runs_nothing
{
	my ($good, @words) = @_;
	my ($code, $out, $err) = qsrepl(@words);
	my $name = "qsrepl @words" =~ s/ --config.*//r;

	like($code, $good, "$name ends with a code that is expected") or diag("$out$err");
	nothing_run($name);
	unlike("$out$err", qr/[\x00-\x08\x0b-\x1f\x7f]/, 'and prints no control characters');
	return "$out$err";
}

1;
