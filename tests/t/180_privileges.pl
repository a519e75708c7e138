# What an ordinary role may do with each object of the extension: all of them
# are taken from the catalog and tried, so that a new one has to be named here.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;

my $site = make_site('A');
my $db = 'privileges';

create_db($db, $site);

# "plain" has no rights at all; Qlik's role owns the database, its schema and
# tables, as the installation of Qlik Sense leaves it.
$site->safe_psql($db, <<SQL);
CREATE ROLE plain LOGIN;
CREATE ROLE qliksenserepository LOGIN;
ALTER DATABASE $db OWNER TO qliksenserepository;
ALTER SCHEMA public OWNER TO qliksenserepository;
CREATE TABLE public.t (id int PRIMARY KEY, p text);
ALTER TABLE public.t OWNER TO qliksenserepository;
GRANT SELECT ON public.t TO plain;
CREATE SCHEMA playground;
GRANT ALL ON SCHEMA playground TO PUBLIC;
SQL
define_mappings($site, $db);
add_rules($site, $db, [ 't', 'p', 'path' ]);
$site->safe_psql($db, 'SELECT qsrepl.localize()');

# Functions that everybody may call; nobody may call another one.
my %open = map { $_ => 1 } qw(
  rewrite check preview leaks scan
  _rewrite_any _rewrite_for _need _read _form_of _read_row _read_state
  _stored_state _localizer _find_any _suggest _stats _state_word _here _lag
  _local_site _site_must_exist _ruled_tables _is_foreign _stored _problem
  _type_class _relation_name _fence_state _peer_state _heard);
my %closed = map { $_ => 1 } qw(
  set_site set_mapping add_alias drop_mapping add_rule drop_rule load_profile
  enable disable localize fence unfence set_transport_key add_sealed_set
  rewrite_row _normalize _check_mappings _mapping_problems _invalidate
  _run_as_owner _query_as_owner _progress _keep_local _replace_row
  _mark_restored _order_own_triggers _note _lock_mappings _raise _set_value
  _kind_of _in_partition_key _rule_refusal _remember_objects _profile _empty
  _profile_fixups _apply_profile _logical_refusals _lock_tables
  _sync_triggers _lock_state _set_state _follow_ddl _localize_rows
  _localize_table _either _blocker _run_fixup _localize _late_fixups
  _fence _unfence _disable_subscriptions _check_fence _note_certificates
  _check_site _check_rules _check_logical _check_state _check_localizer);

# Everybody reads these; nobody writes any.
my %read = map { $_ => 1 } qw(
  site mapping mapping_value rule state fixup event journal service
  _profile_offer _rule_object _rule_names _ruled_columns _row_triggers _copies
  stat_rules status);
my %unread = map { $_ => 1 } qw(transport_key sealed_set event_id_seq);

# What runs with the owner's rights.
my %definer = map { $_ => 1 } qw(
  set_site set_mapping add_alias drop_mapping add_rule drop_rule load_profile
  enable disable localize check _sync_triggers _follow_ddl);

# How a statement ends for a role: done, refused (by the object's privileges),
# or why else. It is undone.
my $try = <<'SQL';
CREATE FUNCTION pg_temp.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RAISE EXCEPTION USING ERRCODE = 'P9999';
EXCEPTION
	WHEN SQLSTATE 'P9999' THEN RETURN 'done';
	WHEN insufficient_privilege THEN
		RETURN CASE WHEN SQLERRM ~ '^permission denied for (function|table|view|sequence|schema) ' THEN 'refused'
			ELSE SQLERRM END;
	WHEN OTHERS THEN RETURN 'done, ' || SQLSTATE;
END $$;
SQL

sub rows
{
	my ($sql) = @_;

	return map { [ split /\t/, $_, -1 ] } split /\n/,
	  $site->safe_psql($db, $sql, extra_params => [ '-F', "\t" ]);
}

# A call with values: a strict function's with nulls would be left out before
# privileges are looked at.
my @functions = rows(<<'SQL');
SELECT p.proname, p.oid::regprocedure, p.prosecdef,
	CASE WHEN p.prorettype IN ('trigger'::regtype, 'event_trigger'::regtype) THEN p.prorettype::regtype::text
		ELSE format('SELECT %s(%s)', p.oid::regproc, (SELECT string_agg(
			CASE WHEN p.provariadic <> 0 AND a.n = p.pronargs THEN 'VARIADIC ' ELSE '' END
				|| CASE a.type WHEN 'record'::regtype THEN 'ROW(1)'
					WHEN 'anyelement'::regtype THEN '''x''::text'
					ELSE format('%L::%s', CASE a.type WHEN 'regclass'::regtype THEN 'public.t' WHEN 'boolean'::regtype THEN 't'
						ELSE CASE WHEN a.type::regtype::text ~ '\[\]$' THEN '{}' ELSE '1' END END, a.type::regtype) END, ', ' ORDER BY a.n)
			FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a (type, n))) END,
	coalesce(array_to_string(p.proconfig, ';'), '')
FROM pg_proc p WHERE p.pronamespace = 'qsrepl'::regnamespace ORDER BY 2
SQL
my @relations = rows(<<'SQL');
SELECT c.relname, c.relkind FROM pg_class c
WHERE c.relnamespace = 'qsrepl'::regnamespace AND c.relkind NOT IN ('i', 'I', 't') ORDER BY 1
SQL
cmp_ok(scalar(@functions), '>', 80, 'functions were found');

# Nothing but what is named here, in either direction.
sub same_names
{
	my ($found, $named, $what) = @_;
	my %seen = map { $_->[0] => 1 } @$found;

	is_deeply([ sort grep { !$named->{$_} } keys %seen ],
		[], "no $what but those of the test's table");
	is_deeply([ sort grep { !$seen{$_} } keys %$named ],
		[], "and all $what that it names");
	return;
}
same_names(\@functions, { %open, %closed }, 'functions');
same_names(\@relations, { %read, %unread }, 'relations');
is_deeply([ grep { $open{$_} } keys %closed ], [], 'none is both');

# Further kinds of objects that belong to the extension: the event trigger.

is( $site->safe_psql(
		$db, <<'SQL'),
SELECT string_agg(DISTINCT i.type, ', ' ORDER BY i.type)
FROM pg_extension e JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
	AND d.deptype = 'e', pg_identify_object(d.classid, d.objid, d.objsubid) i
WHERE e.extname = 'qsrepl'
SQL
	'event trigger, function, sequence, table, view',
	'kinds of objects');
is( $site->safe_psql(
		$db, <<'SQL'),
SELECT count(*) FROM pg_type t WHERE t.typnamespace = 'qsrepl'::regnamespace
	AND t.typrelid = 0 AND t.typelem = 0
SQL
	'0', 'no types but those of rows');
is( $site->safe_psql(
		$db, <<'SQL'),
SELECT count(*) FROM (SELECT oprnamespace AS n FROM pg_operator UNION ALL SELECT opcnamespace FROM pg_opclass
	UNION ALL SELECT collnamespace FROM pg_collation UNION ALL SELECT connamespace FROM pg_conversion) o
WHERE n = 'qsrepl'::regnamespace
SQL
	'0', 'no operators and the like');

# Owner's rights only where the table says so, and never with names of others.
is_deeply(
	[ map { $_->[0] } grep { $_->[2] eq 't' && !$definer{ $_->[0] } } @functions ],
	[], 'SECURITY DEFINER only where it is meant to be');
foreach my $function (grep { $_->[2] eq 't' } @functions)
{
	like($function->[4], qr/(?:^|;)search_path=pg_catalog, pg_temp(?:;|$)/,
		"$function->[1] has a search_path of its own");
	like($function->[4], qr/session_replication_role=origin/,
		"$function->[1] has the triggers of its tables fire");
}
# Whatever is written in SQL is reached from those, by superusers.
is_deeply(
	[ map { $_->[0] } rows(<<'SQL') ],
SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE p.pronamespace = 'qsrepl'::regnamespace AND l.lanname <> 'c'
	AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (p.proconfig), false)
SQL
	[], 'each function in SQL or PL/pgSQL has a search_path of its own');

# PUBLIC, by the catalog.
is_deeply(
	[ map { $_->[0] } rows(<<'SQL') ],
SELECT DISTINCT p.proname FROM pg_proc p,
	aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
WHERE p.pronamespace = 'qsrepl'::regnamespace AND a.grantee = 0 ORDER BY 1
SQL
	[ sort keys %open ], 'PUBLIC may execute');
is_deeply(
	[ map { "@$_" } rows(<<'SQL') ],
SELECT c.relname::text, string_agg(a.privilege_type, ',') FROM pg_class c, aclexplode(c.relacl) a
WHERE c.relnamespace = 'qsrepl'::regnamespace AND a.grantee = 0 GROUP BY c.relname ORDER BY c.relname::text COLLATE "C"
SQL
	[ map { "$_ SELECT" } sort keys %read ], 'PUBLIC may read');
is_deeply(
	[ map { $_->[0] } rows(<<'SQL') ],
SELECT a.privilege_type FROM pg_namespace n, aclexplode(n.nspacl) a WHERE n.nspname = 'qsrepl' AND a.grantee = 0
SQL
	['USAGE'], 'PUBLIC may use the schema');

# All of it by trying, as each role.
my @writes = (
	'INSERT INTO %s DEFAULT VALUES',
	'DELETE FROM %s',
	'TRUNCATE %s',
	'LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE');

sub statements
{
	my @list;

	foreach my $function (@functions)
	{
		my ($name, $signature, undef, $call) = @$function;
		my $may = $open{$name} ? 'done' : 'refused';

		if ($call eq 'event_trigger')
		{
			push @list, [ "EVENT $name", 'Must be superuser to create an event trigger.',
				"CREATE EVENT TRIGGER x ON ddl_command_end EXECUTE FUNCTION qsrepl.$name()" ];
			next;
		}
		$call = "CREATE TEMP TABLE x (id int); CREATE TRIGGER x BEFORE INSERT ON x FOR EACH ROW EXECUTE FUNCTION qsrepl.$name()"
		  if $call eq 'trigger';
		push @list, [ $signature, $may, $call ];
	}
	foreach my $relation (@relations)
	{
		my ($name, $kind) = @$relation;
		my $full = "qsrepl.$name";

		push @list, [ "read $name", $read{$name} ? 'done' : 'refused',
			"SELECT * FROM $full" ];
		push @list, [ "setval $name", 'refused', "SELECT setval('$full', 7)" ],
		  [ "nextval $name", 'refused', "SELECT nextval('$full')" ]
		  if $kind eq 'S';
		push @list, map { [ sprintf($_, $name), 'refused', sprintf($_, $full) ] }
		  @writes
		  if $kind eq 'r';
		push @list, [ "rows locked of $name", 'refused',
			"SELECT * FROM $full FOR UPDATE" ],
		  [ "a trigger on $name", 'refused',
			"CREATE TRIGGER x BEFORE INSERT ON $full FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()" ],
		  [ "a key to $name", 'refused',
			"CREATE TABLE playground.k (x text REFERENCES $full)" ]
		  if $kind eq 'r';
		push @list, [ "a rule on $name", 'owner',
			"CREATE RULE x AS ON INSERT TO $full DO INSTEAD NOTHING" ],
		  [ "ALTER $name", 'owner', "ALTER TABLE $full SET SCHEMA public" ],
		  [ "DROP $name", 'owner',
			($kind eq 'v' ? 'DROP VIEW ' : $kind eq 'S' ? 'DROP SEQUENCE ' : 'DROP TABLE ') . $full ]
		  if $kind ne 'S';
	}
	push @list,
	  [ 'a function in the schema', 'refused',
		'CREATE FUNCTION qsrepl.x() RETURNS int LANGUAGE sql AS $x$SELECT 1$x$' ],
	  [ 'a table in the schema', 'refused', 'CREATE TABLE qsrepl.x ()' ],
	  [ 'the schema', 'owner', 'ALTER SCHEMA qsrepl RENAME TO x' ],
	  [ 'the extension', 'owner', 'DROP EXTENSION qsrepl' ],
	  [ 'its event trigger', 'owner', 'DROP EVENT TRIGGER qsrepl_follow_ddl' ];
	return @list;
}

foreach my $role ('plain', 'qliksenserepository')
{
	my @list = statements();
	my @got = split /\n/,
	  $site->safe_psql(
		$db,
		$try
		  . join('', map { 'SELECT translate(pg_temp.try($try$' . $_->[2] . '$try$), E\'\n\', \' \');' . "\n" } @list),
		extra_params => [ '-U', $role ]);
	my @wrong;

	is(scalar(@got), scalar(@list), "$role: all were tried");
	foreach my $i (0 .. $#list)
	{
		my ($name, $may) = @{ $list[$i] };
		my $good =
			$may eq 'done'  ? $got[$i] =~ /^done/
		  : $may eq 'owner' ? $got[$i] =~ /^must be owner of/
		  : $may eq 'refused' ? $got[$i] eq 'refused'
		  :                     $got[$i] =~ /^permission denied to create event trigger/;

		push @wrong, "$name: $got[$i] instead of $may" if !$good;
	}
	is(join("\n", @wrong), '', "$role may do what the table says, and no more");
}

# Settings that change what the extension does are a superuser's.
my @settings = rows(<<'SQL');
SELECT name, context FROM pg_settings WHERE name LIKE 'qsrepl.%' ORDER BY 1
SQL
my %setting = (
	'qsrepl.local_site' => 'postmaster',
	'qsrepl.localize_wait' => 'user',
	'qsrepl.peer_interval' => 'sighup',
	'qsrepl.peer_conninfo' => 'sighup',
	'qsrepl.peer_unreachable' => 'sighup',
	'qsrepl.peer_wait' => 'sighup',
	'qsrepl.raw' => 'user');
is_deeply({ map { @$_ } @settings }, \%setting, 'who may set the settings');
foreach my $role ('plain', 'qliksenserepository')
{
	my (undef, undef, $err) = $site->psql($db, "SET qsrepl.at_work = on",
		extra_params => [ '-U', $role ]);

	like($err, qr/permission denied to set parameter "qsrepl\.at_work"/,
		"$role may not set qsrepl.at_work");
}
my ($code, $out, $err) = $site->psql($db, 'SHOW qsrepl.peer_conninfo',
	extra_params => [ '-U', 'plain' ]);
like($err, qr/^(?:.*)permission denied|must be (?:superuser|superuser or)/,
	'nor does everybody see how the peer is reached');

$site->stop('fast');
done_testing();
