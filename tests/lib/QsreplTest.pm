#
# QsreplTest.pm
#		Helpers of the TAP tests: sites, mappings, replication, and comparing a
#		site with what it should have become.
#
# A site is a cluster of its own. Several tests of a file share clusters, each
# with a database of its own.
#
package QsreplTest;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use FindBin;
use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

our @EXPORT = qw(
  make_site server_major make_standby keep_data from_kept promotion_db promote localized create_db psql_file load_fixture define_mappings add_rules add_sense_services_rules
  publish subscribe catch_up caught_up_or_error apply_pid
  tables_equal_rewritten no_leaks query_is
  json_rewritten
  start_killed log_errors
  seed_random scaled
);

my $fixtures = "$FindBin::RealBin/../fixtures";

=pod

=item make_site($site, conf => text, install_path => folder)

Start a cluster that is the site: site "A" is the cluster "site_a". It may be of
another major, whose programs are in the folder's "bin".

=cut

sub make_site
{
	my ($site, %opt) = @_;
	my @path =
	  $opt{install_path} ? (install_path => $opt{install_path}) : ();
	my $node = PostgreSQL::Test::Cluster->new('site_' . lc $site, @path);

	$node->init(
		allows_streaming => 'logical',
		extra => [ '--encoding=UTF8', '--no-locale' ]);
	# The library of tests of 18 sets this for older servers, too.
	$node->adjust_conf('postgresql.conf', 'autovacuum_worker_slots', undef)
	  if $opt{install_path};
	$node->append_conf('postgresql.conf', <<CONF);
shared_preload_libraries = 'qsrepl'
qsrepl.local_site = '$site'
fsync = off
shared_buffers = 32MB
max_connections = 40
max_worker_processes = 24
max_wal_senders = 20
max_replication_slots = 20
max_logical_replication_workers = 16
max_sync_workers_per_subscription = 4
wal_retrieve_retry_interval = 50ms
wal_writer_delay = 10ms
max_wal_size = 512MB
log_statement = none
log_replication_commands = off
timezone = UTC
CONF
	$node->append_conf('postgresql.conf', $opt{conf}) if $opt{conf};
	$node->start;
	return $node;
}

=pod

=item server_major($node)

The major version of a node that runs: what is tested depends on it where a
major lacks a statement or an option.

=cut

sub server_major
{
	my ($node) = @_;

	return int(
		$node->safe_psql('postgres', 'SHOW server_version_num') / 10_000);
}

=pod

=item make_standby($primary, $site, name => text, conf => text)

A streaming standby at the site, from a base backup of the primary. The setting
of its site comes after the one that the backup has copied.

=cut

sub make_standby
{
	my ($primary, $site, %opt) = @_;
	my $name = $opt{name} // 'site_' . lc $site;
	my $standby = PostgreSQL::Test::Cluster->new($name);

	$primary->backup("for_$name");
	$standby->init_from_backup($primary, "for_$name", has_streaming => 1);
	$standby->append_conf('postgresql.conf', "qsrepl.local_site = '$site'\n");
	$standby->append_conf('postgresql.conf', $opt{conf}) if $opt{conf};
	$standby->start;
	return $standby;
}

=pod

=item keep_data($node)

Keep a copy of the data directory of a stopped node, which from_kept() brings
back: much faster than another base backup. Returns the copy's name.

=cut

sub keep_data
{
	my ($node) = @_;
	my $kept = PostgreSQL::Test::Utils::tempdir() . '/kept';

	PostgreSQL::Test::Utils::system_or_bail('cp', '-a', $node->data_dir,
		$kept);
	return $kept;
}

sub from_kept
{
	my ($node, $kept) = @_;

	PostgreSQL::Test::Utils::system_or_bail('rm', '-rf', $node->data_dir);
	PostgreSQL::Test::Utils::system_or_bail('cp', '-a', $kept,
		$node->data_dir);
	return;
}

=pod

=item promote($node)

Promote it and wait until it takes writes, but not until it is localized.

=cut

sub promote
{
	my ($node) = @_;

	PostgreSQL::Test::Utils::system_or_bail('pg_ctl', '-w', '-D', $node->data_dir, '-l', $node->logfile, 'promote');
	return;
}

=pod

=item localized($node, $db)

Wait until the database's rows are those of the node's site.

=cut

sub localized
{
	my ($node, $db) = @_;

	return $node->poll_query_until($db, q(SELECT qsrepl._state_word() = 'local'));
}

=pod

=item create_db($db, @nodes)

A database with the extension on each of the nodes.

=cut

sub create_db
{
	my ($db, @nodes) = @_;

	foreach my $node (@nodes)
	{
		$node->safe_psql('postgres', qq(CREATE DATABASE "$db"));
		$node->safe_psql($db, 'CREATE EXTENSION qsrepl');
	}
	return;
}

sub psql_file
{
	my ($node, $db, $file, @args) = @_;

	PostgreSQL::Test::Utils::run_log(
		[
			'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', @args,
			'-d', $node->connstr($db), '-f', $file
		],
		'>',
		\my $stdout) or die "could not run $file";
	return;
}

=pod

=item load_fixture($node, $db, $fixture, apps => 10, seed => 42, rows => 1)

Load a fixture, "qsr" or "sense_services"; rows => 0 leaves its tables empty.

=cut

sub load_fixture
{
	my ($node, $db, $fixture, %opt) = @_;
	my $rows = $fixture eq 'qsr' ? 'generate' : "${fixture}_generate";

	psql_file($node, $db, "$fixtures/$fixture.sql");
	return if defined $opt{rows} && !$opt{rows};
	psql_file($node, $db, "$fixtures/$rows.sql",
		'-v', 'apps=' . ($opt{apps} // 10),
		'-v', 'seed=' . ($opt{seed} // 42));
	return;
}

=pod

=item define_mappings($node, $db)

Sites A, B and C, and the mappings whose values at A are in the fixtures. C
keeps its data on a server, where A and B have a drive, and B's full name of
the central node is one character longer than A's.

=cut

sub define_mappings
{
	my ($node, $db) = @_;

	$node->safe_psql($db, <<'SQL');
SET client_min_messages = error;
SELECT qsrepl.set_site('A', 'main'), qsrepl.set_site('B', 'recovery'), qsrepl.set_site('C', 'test');
SELECT qsrepl.set_mapping('share', 'path', 'A', '\\CN\QlikShare', 'B', '\\BCN\Qlik$', 'C', '\\CCN\Qlik');
SELECT qsrepl.set_mapping('logs', 'path', 'A', '\\CN\QlikShare\ArchivedLogs', 'B', '\\BCN\Archive', 'C', '\\CCN\Logs\Old');
SELECT qsrepl.set_mapping('data', 'path', 'A', 'D:\QlikData', 'B', 'E:\Qlik\Data', 'C', '\\FS-C\Data');
SELECT qsrepl.set_mapping('fs', 'path', 'A', '\\fs01.sitea.corp.local\Qlik Data', 'B', '\\fs02.siteb.corp.local\QlikData', 'C', 'F:\Qlik Data');
SELECT qsrepl.set_mapping('cn', 'host', 'A', 'CN', 'B', 'BCN', 'C', 'CCN');
SELECT qsrepl.set_mapping('cn1', 'host', 'A', 'CN1', 'B', 'CN2', 'C', 'CN3');
SELECT qsrepl.set_mapping('cnfq', 'host', 'A', 'cn1.sitea.corp.local', 'B', 'cn2.site-b.corp.local', 'C', 'cn3.sitec.corp.local');
SELECT qsrepl.set_mapping('cnip', 'host', 'A', '192.168.1.101', 'B', '192.168.2.101', 'C', '192.168.3.101');
SELECT qsrepl.set_mapping('sql', 'host', 'A', 'sql01.sitea.corp.local', 'B', 'sql02.siteb.corp.local', 'C', 'sql03.sitec.corp.local');
SELECT qsrepl.set_mapping('p1', 'host', 'A', 'P1', 'B', 'P1-B', 'C', 'P1-C');
SELECT qsrepl.set_mapping('thumb', 'value', 'A', '0F1E2D3C4B5A69788796A5B4C3D2E1F000112233',
	'B', 'BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB', 'C', 'CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC');
SQL
	return;
}

=pod

=item add_rules($node, $db, [relation, column, form], ...)

=cut

sub add_rules
{
	my ($node, $db, @rules) = @_;

	$node->safe_psql(
		$db,
		join "\n",
		map { "SELECT qsrepl.add_rule('$_->[0]', '$_->[1]', '$_->[2]');" }
		  @rules);
	return;
}

=pod

=item add_sense_services_rules($node, $db)

Rules for the columns of that fixture which hold paths, hosts and thumbprints.

=cut

sub add_sense_services_rules
{
	my ($node, $db) = @_;
	my %rules = (
		'"hybrid-deployment".deployments' => {
			endpoint => 'text',
			allowed_hosts => 'host',
			thumbprint => 'value',
			former_thumbprints => 'value',
			configuration => 'text'
		},
		'"app-distribution".policies' => { document => 'text' },
		'"app-distribution".distributions' =>
		  { source_path => 'path', targets => 'text', document => 'text' },
		'"resource-distribution".resources' =>
		  { locations => 'path', document => 'text' },
		'hub.settings' => { value => 'text' },
		'notifier.channels' => { settings => 'text' },
		'notifier.outbox' => { payload => 'text' },
		'odag.links' => { engine_host => 'host', properties => 'text' },
		'odag.settings' => { value => 'text' },
		'precedents.documents' => { body => 'text', terms => 'text' },
		'"data-prep".profiles' =>
		  { file_paths => 'path', grid => 'text', statistics => 'text' });

	foreach my $table (sort keys %rules)
	{
		add_rules($node, $db,
			map { [ $table, $_, $rules{$table}{$_} ] }
			sort keys %{ $rules{$table} });
	}
	return;
}

=pod

=item promotion_db($node, $db, $rows)

A database for the clients of tests/clients/, with its rules, localized.

=cut

# A trigger that copies OLD copies what is stored.
my $promotion_schema = <<'SQL';
CREATE TABLE ruled (id int PRIMARY KEY, n int NOT NULL DEFAULT 0, path text, host text, doc jsonb, last text);
CREATE TABLE parts (id int, n int NOT NULL DEFAULT 0, path text, last text) PARTITION BY HASH (id);
CREATE TABLE parts_0 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE INDEX ON parts (id);
CREATE TABLE child (id bigint GENERATED ALWAYS AS IDENTITY, ruled_id int REFERENCES ruled, last text);
CREATE INDEX ON child (ruled_id);
CREATE TABLE audit (t text, op text, id int, tag text, old_path text, old_host text, new_path text, new_host text);
CREATE VIEW ruled_view AS SELECT id, n, path, last FROM ruled;
CREATE FUNCTION audit_ruled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO audit VALUES ('ruled', left(TG_OP, 1), coalesce(NEW.id, OLD.id), NEW.last,
		OLD.path, OLD.host || coalesce(OLD.doc::text, ''), NEW.path, NEW.host || coalesce(NEW.doc::text, ''));
	RETURN NULL;
END $$;
CREATE FUNCTION audit_parts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO audit VALUES ('parts', left(TG_OP, 1), NEW.id, NEW.last, OLD.path, NULL, NEW.path, NULL);
	RETURN NULL;
END $$;
CREATE FUNCTION audit_child() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO audit (t, op, tag) VALUES ('child', 'C', NEW.last);
	RETURN NULL;
END $$;
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON ruled FOR EACH ROW EXECUTE FUNCTION audit_ruled();
CREATE TRIGGER audit AFTER INSERT OR UPDATE ON parts FOR EACH ROW EXECUTE FUNCTION audit_parts();
CREATE TRIGGER audit AFTER INSERT ON child FOR EACH ROW EXECUTE FUNCTION audit_child();
CREATE FUNCTION read_plpgsql(x int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	r ruled;
	p text;
BEGIN
	SELECT * INTO r FROM ruled WHERE id = x;
	SELECT path INTO p FROM parts WHERE id = x;
	RETURN concat_ws(' ', r.path, r.host, r.doc, p);
END $$;
CREATE FUNCTION read_sql(x int) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', path, host, doc) FROM ruled WHERE id = x;
$$;
CREATE FUNCTION read_set(x int) RETURNS SETOF ruled LANGUAGE sql STABLE AS $$
	SELECT * FROM ruled WHERE id BETWEEN x AND x + 5;
$$;
CREATE FUNCTION write_plpgsql(tag text, x int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	p text;
BEGIN
	UPDATE ruled r SET n = r.n + 1, path = left(r.path, 60) || 'f', last = tag WHERE id = x RETURNING path INTO p;
	RETURN p;
END $$;
CREATE FUNCTION write_sql(tag text, x int) RETURNS text LANGUAGE sql AS $$
	UPDATE ruled r SET n = r.n + 1, path = left(r.path, 60) || 's', last = tag WHERE id = x RETURNING path;
$$;
SQL

sub promotion_db
{
	my ($node, $db, $rows) = @_;

	create_db($db, $node);
	define_mappings($node, $db);
	$node->safe_psql($db, $promotion_schema);
	$node->safe_psql($db, <<SQL);
INSERT INTO ruled (id, path, host, doc)
SELECT i, '\\\\CN\\QlikShare\\Apps\\' || i, 'cn1.sitea.corp.local',
	jsonb_build_object('at', 'http://cn1.sitea.corp.local/' || i, 'more', repeat('text ', 50))
FROM generate_series(1, $rows) AS i;
INSERT INTO parts (id, path)
SELECT i, '\\\\CN\\QlikShare\\Parts\\' || i FROM generate_series(1, $rows) AS i;
TRUNCATE audit;
SQL
	add_rules(
		$node, $db,
		[ 'ruled', 'path', 'path' ],
		[ 'ruled', 'host', 'host' ],
		[ 'ruled', 'doc', 'text' ],
		[ 'parts', 'path', 'path' ]);
	$node->safe_psql($db, 'SELECT qsrepl.localize()');
	return;
}

=pod

=item publish($node, $db, $name, with => options)

Publish all tables of the application by name, as set-up does: not the
extension's own. Partitions and children come with their parents.

=cut

sub publish
{
	my ($node, $db, $name, %opt) = @_;
	my $tables = $node->safe_psql($db, <<'SQL');
SELECT string_agg(format('%I.%I', n.nspname, c.relname), ', ')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p'
	AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'qsrepl')
	AND NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid)
SQL
	my $with = $opt{with} ? "WITH ($opt{with})" : '';

	$node->safe_psql($db, "CREATE PUBLICATION $name FOR TABLE $tables $with");
	return;
}

=pod

=item subscribe($publisher, $subscriber, $db, name => , publication => , with => )

Publish the tables of the database if they are not, subscribe to them, and
wait for the copy. Returns the subscription's name.

=cut

sub subscribe
{
	my ($publisher, $subscriber, $db, %opt) = @_;
	my $publication = $opt{publication} // "pub_$db";
	my $name = lc($opt{name} // "${db}_" . $subscriber->name);
	my $with = $opt{with} ? "WITH ($opt{with})" : '';
	my $source = $publisher->connstr($db);

	$publication = lc $publication;
	publish($publisher, $db, $publication)
	  unless $publisher->safe_psql($db,
		"SELECT count(*) FROM pg_publication WHERE pubname = '$publication'");
	$subscriber->safe_psql($db, <<SQL);
SET client_min_messages = error;
CREATE SUBSCRIPTION $name CONNECTION \$conn\$$source\$conn\$ PUBLICATION $publication $with;
SQL
	$subscriber->wait_for_subscription_sync($publisher, $name, $db);
	return $name;
}

sub catch_up
{
	my ($publisher, @names) = @_;

	$publisher->wait_for_catchup($_) foreach @names;
	return;
}

=pod

=item caught_up_or_error($publisher, $subscriber, $name, $offset)

Wait for a subscription as catch_up() does, but no longer than until a
replication worker dies. Returns nothing, or the errors in the subscriber's
log behind the offset.

=cut

sub caught_up_or_error
{
	my ($publisher, $subscriber, $name, $offset) = @_;
	my $lsn = $publisher->lsn('write');

	foreach (1 .. 20 * $PostgreSQL::Test::Utils::timeout_default)
	{
		return
		  if $publisher->safe_psql(
			'postgres',
			"SELECT count(*) FROM pg_stat_replication
			WHERE application_name = '$name' AND replay_lsn >= '$lsn'") > 0;
		my $log = slurp_file($subscriber->logfile, $offset);
		return join "\n", $log =~ /^.*(?:ERROR|FATAL|PANIC): .*$/mg
		  if $log =~
		  /logical replication worker" \(PID \d+\) exited with exit code 1/;
		usleep(50_000);
	}
	return 'timed out';
}

# The process that applies for a subscription, not its table copiers.
sub apply_pid
{
	my ($node, $db, $name) = @_;

	return $node->safe_psql($db,
		"SELECT pid FROM pg_stat_subscription WHERE subname = '$name' AND relid IS NULL"
	);
}

#
# Comparing. What should be stored is worked out here, from rewrite() on single
# texts; documents and arrays are taken apart by these functions and not by the
# extension's code for the types, which is what is tested.
#
my $oracle = <<'SQL';
CREATE FUNCTION pg_temp.want(value text, form text, room int) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN char_length(r) > room THEN value ELSE r END FROM qsrepl.rewrite(value, form) AS r;
$$;
CREATE FUNCTION pg_temp.want_array(value text[], form text, room int) RETURNS text LANGUAGE sql AS $$
	SELECT array_dims(value) || ' ' || array_agg(
		CASE WHEN too_long THEN e ELSE r END ORDER BY o)::text
	FROM (SELECT e, r, o, coalesce(bool_or(char_length(r) > room) OVER (), false) AS too_long
		FROM unnest(value) WITH ORDINALITY AS u (e, o), qsrepl.rewrite(e, form) AS r) AS x;
$$;
CREATE FUNCTION pg_temp.have_array(value text[]) RETURNS text LANGUAGE sql AS $$
	SELECT array_dims(value) || ' ' || array_agg(e ORDER BY o)::text
	FROM unnest(value) WITH ORDINALITY AS u (e, o);
$$;
CREATE FUNCTION pg_temp.want_jsonb(value jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
	RETURN CASE jsonb_typeof(value)
		WHEN 'string' THEN to_jsonb(qsrepl.rewrite(value #>> '{}'))
		WHEN 'array' THEN (SELECT coalesce(jsonb_agg(pg_temp.want_jsonb(e) ORDER BY o), '[]')
			FROM jsonb_array_elements(value) WITH ORDINALITY AS u (e, o))
		WHEN 'object' THEN (SELECT coalesce(jsonb_object_agg(k, pg_temp.want_jsonb(e)), '{}')
			FROM jsonb_each(value) AS u (k, e))
		ELSE value END;
END $$;
SQL

# All tables with their columns, and the form of the rule on a column: the
# table's own, or the nearest parent's.
my $columns_query = <<'SQL';
WITH RECURSIVE up AS (
	SELECT oid AS relid, oid AS ancestor, 0 AS depth FROM pg_class WHERE relkind IN ('r', 'p')
	UNION
	SELECT up.relid, i.inhparent, depth + 1 FROM up JOIN pg_inherits i ON i.inhrelid = up.ancestor
)
SELECT json_agg(x) FROM (
	SELECT format('%I.%I', n.nspname, c.relname) AS relation,
		CASE c.relkind WHEN 'r' THEN 'ONLY ' ELSE '' END AS only,
		json_agg(json_build_object('name', quote_ident(a.attname), 'type', a.atttypid::regtype::text,
			'room', CASE WHEN a.atttypmod > 4 THEN a.atttypmod - 4 END,
			'generated', a.attgenerated <> '',
			'form', (SELECT r.form FROM up JOIN qsrepl.rule r ON r.relation = qsrepl._relation_name(up.ancestor)
				WHERE up.relid = c.oid AND r."column" = a.attname ORDER BY depth LIMIT 1)) ORDER BY a.attname) AS columns
	FROM pg_class c
		JOIN pg_namespace n ON n.oid = c.relnamespace
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND NOT c.relispartition
		AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'qsrepl') AND n.nspname !~ '^pg_'
	GROUP BY c.oid, n.nspname, c.relname, c.relkind
	ORDER BY 1
) AS x
SQL

# A column as text: as it is, or as it should become.
sub column_expression
{
	my ($column, $rewritten) = @_;
	my ($name, $type, $form) = @{$column}{qw(name type form)};
	my $room = $column->{room} // 'NULL';

	return "$name\::text" if !defined $form && $type ne 'character';

	# format() keeps the blanks that a cast of char(n) to text drops.
	return "CASE WHEN $name IS NOT NULL THEN format('%s', $name) END"
	  if $type eq 'character' && (!$rewritten || !defined $form);
	return "rpad(pg_temp.want($name\::text, '$form', $room), $room)"
	  if $type eq 'character';
	if ($type =~ /\[\]$/)
	{
		return $rewritten
		  ? "pg_temp.want_array($name\::text[], '$form', $room)"
		  : "pg_temp.have_array($name\::text[])";
	}
	return "$name\::text" unless $rewritten;
	return "pg_temp.want_jsonb($name)::text" if $type eq 'jsonb';
	return "qsrepl._rewrite_any($name, '$form')::text" if $type eq 'json';
	return "pg_temp.want($name\::text, '$form', $room)";
}

=pod

=item tables_equal_rewritten($from, $at, $db, $name, skip => qr/relation/)

Test that each table at one site holds the rows of the other one, columns with
a rule rewritten for the site, all else as it was.

=cut

sub tables_equal_rewritten
{
	my ($from, $at, $db, $name, %opt) = @_;
	my $tables = JSON::PP::decode_json($at->safe_psql($db, $columns_query));
	my $dir = PostgreSQL::Test::Utils::tempdir();
	my %parted = map { $_ => 1 } split /\n/,
	  $from->safe_psql($db,
		q(SELECT qsrepl._relation_name(oid) FROM pg_class WHERE relkind = 'p')
	  );
	my ($export, $import, @compare) = ('', $oracle);
	my $n = 0;

	chmod 0755, $dir;
	foreach my $table (@$tables)
	{
		my $relation = $table->{relation};
		my @columns = @{ $table->{columns} };
		my $list = join ', ', map { $_->{name} } @columns;
		my $source = "$table->{only}$relation";
		my ($want, $have) = map {
			my $rewritten = $_;
			# What is generated follows from what was rewritten.
			join ', ', map { column_expression($_, $rewritten) }
			  grep         { !$_->{generated} }
			  @columns
		} (1, 0);

		next if $opt{skip} && $relation =~ $opt{skip};
		$n++;
		$export .=
			"COPY (SELECT $list FROM "
		  . ($parted{$relation} ? '' : 'ONLY ')
		  . "$relation) TO '$dir/$n';\n";
		$import .=
		  "CREATE TEMP TABLE source_$n AS SELECT $list FROM $source WITH NO DATA;\n"
		  . "COPY source_$n FROM '$dir/$n';\n";
		push @compare, map {
			my ($word, $one, $other) = @$_;
			"(SELECT '$relation $word ' || left(x::text, 300) FROM"
			  . " ($one EXCEPT ALL $other) AS x LIMIT 3)"
		} ( [
				'should have',
				"SELECT $want FROM source_$n",
				"SELECT $have FROM $source"
			],
			[
				'has',
				"SELECT $have FROM $source",
				"SELECT $want FROM source_$n"
			]);
	}
	$from->safe_psql($db, $export);
	my $differences = $at->safe_psql($db,
		$import . join("\nUNION ALL\n", @compare) . ' ORDER BY 1');
	# Values may hold newlines; ten lines say enough.
	$differences = join "\n", (split /\n/, $differences)[ 0 .. 9 ]
	  if ($differences =~ tr/\n//) > 9;
	return is($differences, '', $name);
}

sub query_is
{
	my ($node, $db, $query, $expected, $name) = @_;

	return is($node->safe_psql($db, $query), $expected, $name);
}

sub no_leaks
{
	my ($node, $db, $name) = @_;

	return query_is(
		$node,
		$db,
		'SELECT relation, "column", key, left(value, 200), reason FROM qsrepl.leaks() LIMIT 5',
		'',
		$name // 'no value of another site is stored');
}

=pod

=item json_rewritten($node, $db, $before, $after)

Why a json text is not what the other one should have become, or nothing: all
but the strings that are values is the same, byte for byte, a string that was
not to change too, and the others are rewritten. Both are lists of texts.

=cut

sub json_rewritten
{
	my ($node, $db, $before, $after) = @_;
	my $token = qr/"(?:[^"\\]|\\.)*"|[^"]+/s;
	my $json = JSON::PP->new->allow_nonref->utf8;
	my (@pairs, %want);

	return scalar(@$before) . ' texts became ' . scalar(@$after)
	  if @$before != @$after;
	foreach my $i (0 .. $#$before)
	{
		my @old = $before->[$i] =~ /$token/g;
		my @new = $after->[$i] =~ /$token/g;

		return "$before->[$i] became $after->[$i]" if @old != @new;
		foreach my $j (0 .. $#old)
		{
			my $key = $j < $#old && $old[ $j + 1 ] =~ /^\s*:/;

			if ($old[$j] !~ /^"/ || $key)
			{
				return "$old[$j] became $new[$j]" if $old[$j] ne $new[$j];
				next;
			}
			push @pairs,
			  [
				$old[$j], $new[$j],
				map { $json->decode($_) } $old[$j], $new[$j]
			  ];
		}
	}
	my $rows = JSON::PP->new->utf8->encode([ map { $_->[2] } @pairs ]);
	my $wanted = JSON::PP::decode_json(
		$node->safe_psql(
			$db,
			"SELECT json_agg(qsrepl.rewrite(e) ORDER BY o)
			FROM json_array_elements_text(\$json\$$rows\$json\$) WITH ORDINALITY AS u (e, o)"
		));
	foreach my $i (0 .. $#pairs)
	{
		my ($old, $new, $old_value, $new_value) = @{ $pairs[$i] };

		return "$old became $new, not $wanted->[$i]"
		  if $new_value ne $wanted->[$i];
		return "$old became $new" if $old_value eq $new_value && $old ne $new;
	}
	return;
}

=pod

=item log_errors($node, $offset, $pattern)

The lines of errors in a node's log behind an offset that match a pattern.

=cut

sub log_errors
{
	my ($node, $offset, $pattern) = @_;
	my @errors =
	  slurp_file($node->logfile, $offset // 0) =~ /^.*(?:ERROR|PANIC): .*$/mg;

	return join "\n", grep { !$pattern || /$pattern/ } @errors;
}

=pod

=item start_killed($node)

Start a node that was killed; its backends may live a moment longer and keep
the shared memory.

=cut

sub start_killed
{
	my ($node) = @_;

	foreach (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		return if $node->start(fail_ok => 1);
		usleep(100_000);
		# What the failed attempt left
		$node->stop('fast', fail_ok => 1);
	}
	die 'could not start ' . $node->name;
}

=pod

=item seed_random()

Seed rand() from QSREPL_SEED or the time, and say so. Returns the seed.

=cut

sub seed_random
{
	my $seed = $ENV{QSREPL_SEED} || time;

	srand $seed;
	diag "QSREPL_SEED=$seed";
	return $seed;
}

# A count, larger or smaller by QSREPL_SCALE.
sub scaled
{
	my ($count) = @_;
	my $result = int($count * ($ENV{QSREPL_SCALE} || 1));

	return $result > 0 ? $result : 1;
}

1;
