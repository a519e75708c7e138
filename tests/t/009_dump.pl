# A database that is dumped and restored: rules, mappings and triggers come
# along, and it knows that it was restored.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;

my $site_a = make_site('A');
my $site_b = make_site('B');
my $dir = PostgreSQL::Test::Utils::tempdir();

# Site B's database, as replication keeps it.
create_db('sense', $site_b);
load_fixture($site_b, 'sense', 'sense_services', apps => 10);
define_mappings($site_b, 'sense');
$site_b->safe_psql('sense', <<'SQL');
CREATE TABLE parts (id int PRIMARY KEY, p text) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (10) TO (20);
INSERT INTO parts SELECT i, '\\CN\QlikShare\' || i FROM generate_series(1, 19) AS i;
CREATE TABLE "Late" (id int PRIMARY KEY, p text);
SQL
add_rules(
	$site_b,
	'sense',
	[ '"hybrid-deployment".deployments', 'endpoint', 'text' ],
	[ '"hybrid-deployment".deployments', 'allowed_hosts', 'host' ],
	[ '"hybrid-deployment".deployments', 'configuration', 'text' ],
	[ '"app-distribution".distributions', 'source_path', 'path' ],
	[ 'notifier.outbox', 'payload', 'text' ],
	[ 'parts', 'p', 'path' ],
	[ '"Late"', 'p', 'path' ]);
$site_b->safe_psql('sense', <<'SQL');
SELECT qsrepl.enable();
SELECT qsrepl.localize();
SELECT qsrepl.add_alias('share', 'A', '\\old\share');
INSERT INTO qsrepl.fixup VALUES ('clear', 10, 'DELETE FROM "data-prep"."import-log"');
INSERT INTO qsrepl.journal VALUES ('r', 0, '{}');
INSERT INTO qsrepl.service VALUES ('n', 's', 'delayed', 'r', '2026-01-01 00:00:00+00');
DROP TABLE "Late";
SQL

my @kept = (
	'SELECT * FROM qsrepl.site ORDER BY 1',
	'SELECT * FROM qsrepl.mapping ORDER BY 1',
	'SELECT * FROM qsrepl.mapping_value ORDER BY 1, 2, 3',
	'SELECT * FROM qsrepl.rule ORDER BY 1, 2',
	'SELECT * FROM qsrepl.fixup ORDER BY 1',
	'SELECT * FROM qsrepl.service ORDER BY 1, 2',
	'SELECT what, detail, at FROM qsrepl.event ORDER BY id',
	'SELECT relid::regclass::text, tgname, tgenabled FROM qsrepl._row_triggers ORDER BY 1',
	'SELECT relid::regclass::text, "column", form FROM qsrepl._ruled_columns ORDER BY 1, 2'
);
my @dumps = (
	[
		'custom', 'B',
		[ '-Fc', '-f', "$dir/custom" ], [ 'pg_restore', "$dir/custom" ]
	],
	[
		'directory, -j 2',
		'B',
		[ '-Fd', '-j', '2', '-f', "$dir/directory" ],
		[ 'pg_restore', '-j', '2', "$dir/directory" ]
	],
	[
		'plain', 'B',
		[ '-Fp', '-f', "$dir/plain" ],
		[ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/plain" ]
	],
	# The same dump at the other site: its values are foreign there.
	[ 'at site A', 'A', undef, [ 'pg_restore', "$dir/custom" ] ]);
my $n = 0;

foreach my $case (@dumps)
{
	my ($name, $site, $dump, $restore) = @$case;
	my $node = $site eq 'A' ? $site_a : $site_b;
	my $db = 'restored' . ++$n;
	my ($command, @arguments) = @$restore;

	$site_b->command_ok(
		[ 'pg_dump', @$dump, '-d', $site_b->connstr('sense') ],
		"$name: dump")
	  if $dump;
	$node->safe_psql('postgres', "CREATE DATABASE $db");
	$node->command_checks_all(
		[ $command, '-d', $node->connstr($db), @arguments ],
		0, [qr/^/], [qr/^$/], "$name: restore, without an error");

	foreach my $query (@kept)
	{
		query_is(
			$node, $db, $query,
			$site_b->safe_psql('sense', $query),
			"$name: $query");
	}
	query_is($node, $db, 'SELECT count(*) FROM qsrepl.journal',
		'0', "$name: no journals of runs");
	query_is(
		$node,
		$db,
		'SELECT state, stored_site, logical, triggers, rules FROM qsrepl.status',
		'restored|B|t|5|7',
		"$name: the database knows that it was restored");
	query_is(
		$node,
		$db,
		q(SELECT problem FROM qsrepl.check() WHERE object = 'state'),
		'the database was restored from another one',
		"$name: check() says so");

	# Writers are free meanwhile, and functions work.
	$node->safe_psql($db,
		q(INSERT INTO parts VALUES (0, '\\\\CN\\QlikShare\\0')));
	my $changed = $node->safe_psql($db,
		'SET client_min_messages = error; SELECT qsrepl.localize()');
	if ($site eq 'A')
	{
		cmp_ok($changed, '>', 40, "$name: localize() rewrites the rows");
		query_is($node, $db, 'SELECT DISTINCT left(p, 14) FROM parts',
			'\\\\CN\\QlikShare', "$name: they hold site A's values");
		no_leaks($node, $db, "$name: all of them");
	}
	else
	{
		is($changed, 1, "$name: localize() has one row to rewrite");
	}
	query_is($node, $db,
		'SELECT state, stored_site, logical, triggers FROM qsrepl.status',
		"local|$site|t|5", "$name: localize() makes it local");

	# Rules follow the restored tables.
	$node->safe_psql($db,
		'ALTER TABLE parts RENAME TO parts_new; CREATE TABLE "Late" (id int PRIMARY KEY, p text)'
	);
	query_is(
		$node,
		$db,
		q(SELECT count(*) FROM qsrepl.rule WHERE relation = 'public.parts_new'),
		'1',
		"$name: rules follow renames");
	query_is(
		$node,
		$db,
		q(SELECT tgenabled FROM qsrepl._row_triggers WHERE relid = '"Late"'::regclass),
		'R',
		"$name: and what is made anew");
}

# Into the same database again, over what is there
create_db('again', $site_b);
define_mappings($site_b, 'again');
$site_b->safe_psql('again',
	'CREATE TABLE t (id int PRIMARY KEY, p text); CREATE TABLE u (id int PRIMARY KEY, p text)'
);
add_rules($site_b, 'again', [ 't', 'p', 'path' ], [ 'u', 'p', 'path' ]);
$site_b->safe_psql('again', 'SELECT qsrepl.enable()');
$site_b->command_ok(
	[ 'pg_dump', '-Fc', '-f', "$dir/again", '-d', $site_b->connstr('again') ],
	'dump');
$site_b->command_checks_all(
	[
		'pg_restore', '--clean',
		'--if-exists', '-d',
		$site_b->connstr('again'), "$dir/again"
	],
	0,
	[qr/^/],
	[qr/^$/],
	'pg_restore --clean into the same database');
query_is($site_b, 'again', 'SELECT state, triggers, rules FROM qsrepl.status',
	'restored|2|2', 'which knows that it was restored');
$site_b->safe_psql('again', 'SELECT qsrepl.localize()');
query_is($site_b, 'again', 'SELECT * FROM qsrepl.check()',
	'', 'and nothing is wrong with it');

# Data without the schema, over triggers switched off
$site_b->safe_psql('sense', 'TRUNCATE parts');
$site_b->command_checks_all(
	[
		'pg_restore', '--data-only',
		'--disable-triggers', '-t',
		'parts_1', '-t',
		'parts_2', '-d',
		$site_b->connstr('sense'), "$dir/custom"
	],
	0,
	[qr/^/],
	[qr/^$/],
	'pg_restore --data-only --disable-triggers');
query_is($site_b, 'sense',
	'SELECT count(*), (SELECT triggers FROM qsrepl.status) FROM parts',
	'19|5', 'restores rows, and the triggers are as before');

# A restored database can be a subscriber at once.
create_db('source', $site_a);
load_fixture($site_a, 'source', 'sense_services', apps => 10);
$site_a->safe_psql('source',
	q(CREATE TABLE parts (id int PRIMARY KEY, p text)));
$site_b->safe_psql('postgres', 'CREATE DATABASE source');
$site_b->command_checks_all(
	[ 'pg_restore', '-d', $site_b->connstr('source'), "$dir/custom" ],
	0, [qr/^/], [qr/^$/], 'restored once more');
$site_b->safe_psql('source',
	q(SELECT qsrepl.localize(); TRUNCATE "hybrid-deployment".deployments, notifier.outbox CASCADE)
);
$site_a->safe_psql('source',
	'CREATE PUBLICATION pub_source FOR TABLE "hybrid-deployment".deployments, notifier.outbox, parts'
);
my $name = subscribe($site_a, $site_b, 'source');
$site_a->safe_psql('source',
	q(INSERT INTO parts VALUES (0, '\\\\CN\\QlikShare\\0')));
catch_up($site_a, $name);
query_is($site_b, 'source', 'SELECT p FROM parts WHERE id = 0',
	'\\\\BCN\\Qlik$\\0', 'rows arrive rewritten');
tables_equal_rewritten(
	$site_a, $site_b, 'source',
	'and are copied so',
	skip => qr/^(?!.*(outbox|deployments))/);

$site_b->stop('fast');
$site_a->stop('fast');
done_testing();
