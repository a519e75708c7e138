# Updates that do not send a value which is stored out of line: apply fills in
# the local value, which is rewritten already and must not be rewritten again.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;

my $site_a = make_site('A');
my $site_b = make_site('B');
my $db = 'toast';

create_db($db, $site_a, $site_b);

# Site B's share is a folder of site A's, so that rewriting twice would show;
# nothing but the engine's law of idempotence would hide it, so the counters of
# what the trigger has seen are looked at as well.
$site_b->safe_psql($db, <<'SQL');
SET client_min_messages = error;
SELECT qsrepl.set_site('A'), qsrepl.set_site('B');
SELECT qsrepl.set_mapping('share', 'path', 'A', '\\a\share', 'B', '\\a\share\dr');
SELECT qsrepl.set_mapping('other', 'path', 'A', '\\a\other', 'B', '\\b\other');
SQL

# The same rows in plain, in partitioned tables of both sides, and in one that
# is partitioned at B only and there by another column. Columns of B's
# partitions come in another order, and columns were dropped.
$site_a->safe_psql($db, <<'SQL');
CREATE TABLE plain (id int PRIMARY KEY, n int, v text, j jsonb, ta text[]);
CREATE TABLE parts (id int PRIMARY KEY, n int, v text, j jsonb, ta text[]) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (10) TO (20);
CREATE TABLE moves (id int, n int, v text, j jsonb, ta text[], PRIMARY KEY (id));
SQL
$site_b->safe_psql($db, <<'SQL');
CREATE TABLE plain (ta text[], gone int, n int, j jsonb, id int PRIMARY KEY, v text);
ALTER TABLE plain DROP gone;
CREATE TABLE parts (v text, gone text, n int, id int PRIMARY KEY, j jsonb, ta text[]) PARTITION BY RANGE (id);
ALTER TABLE parts DROP gone;
CREATE TABLE parts_1 (gone int, id int PRIMARY KEY, ta text[], v text, j jsonb, n int);
ALTER TABLE parts_1 DROP gone;
ALTER TABLE parts ATTACH PARTITION parts_1 FOR VALUES FROM (0) TO (10);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (10) TO (20);
CREATE TABLE moves (v text, id int, n int, j jsonb, ta text[], PRIMARY KEY (id, n)) PARTITION BY LIST (n);
CREATE TABLE moves_0 PARTITION OF moves FOR VALUES IN (0);
CREATE TABLE moves_n (n int NOT NULL, j jsonb, ta text[], v text, id int NOT NULL, PRIMARY KEY (id, n));
ALTER TABLE moves ATTACH PARTITION moves_n DEFAULT;
SQL
my @tables = qw(plain parts moves);

foreach my $node ($site_a, $site_b)
{
	foreach my $table (qw(plain parts_1 parts_2),
		$node == $site_a ? 'moves' : qw(moves_0 moves_n))
	{
		$node->safe_psql($db,
			"ALTER TABLE $table ALTER $_ SET STORAGE EXTERNAL")
		  foreach qw(v j ta);
	}
}
# B finds rows of moves by its key, which A must send.
$site_a->safe_psql($db, 'ALTER TABLE moves REPLICA IDENTITY FULL');

add_rules(
	$site_b, $db,
	map {
		my $t = $_;
		map { [ $t, $_, 'text' ] } qw(v j ta)
	} @tables);
$site_b->safe_psql($db, 'SELECT qsrepl.enable()');
my $name = subscribe($site_a, $site_b, $db);

foreach my $table (@tables)
{
	$site_a->safe_psql($db, <<SQL);
INSERT INTO $table (id, n, v, j, ta)
SELECT id, 0, '\\\\a\\share\\v' || id || noise || ' \\\\a\\share\\z', jsonb_build_object('p', '\\\\a\\share\\j' || id, 'noise', noise),
	ARRAY['\\\\a\\share\\' || id, noise, '\\\\a\\share']
FROM unnest(ARRAY[1, 2, 11]) AS id,
	LATERAL (SELECT ' ' || string_agg(md5(i::text || id::text), '') FROM generate_series(1, 100) AS i) AS x (noise);
SQL
}
catch_up($site_a, $name);
tables_equal_rewritten($site_a, $site_b, $db, 'inserted');
query_is(
	$site_a,
	$db,
	"SELECT min(pg_relation_size(reltoastrelid)) > 6000 FROM pg_class WHERE relname IN ('plain', 'parts_1', 'parts_2', 'moves')",
	't',
	'values are stored out of line');
my $seen =
  q(SELECT relation, seen FROM qsrepl.stat_rules WHERE "column" = 'v' ORDER BY 1);
query_is(
	$site_b, $db, $seen,
	"public.moves|3\npublic.parts|3\npublic.plain|3",
	'the trigger saw each value once');

# Three updates in a row that do not send the values
foreach my $i (1 .. 3)
{
	$site_a->safe_psql($db,
		join ';', map { "UPDATE $_ SET n = n + 1" } qw(plain parts));
}
catch_up($site_a, $name);
tables_equal_rewritten($site_a, $site_b, $db,
	'three updates of another column: values are rewritten exactly once');
query_is(
	$site_b, $db, $seen,
	"public.moves|3\npublic.parts|3\npublic.plain|3",
	'the trigger did not look at what was not sent');

# One column is sent, the others not
$site_a->safe_psql(
	$db,
	join ';',
	map { "UPDATE $_ SET v = v || ' \\\\a\\share\\more', n = n + 1" }
	  qw(plain parts));
catch_up($site_a, $name);
tables_equal_rewritten($site_a, $site_b, $db, 'one of the values is sent');
query_is(
	$site_b,
	$db,
	q(SELECT relation, "column", seen FROM qsrepl.stat_rules WHERE relation <> 'public.moves' ORDER BY 1, 2),
	"public.parts|j|3\npublic.parts|ta|3\npublic.parts|v|6\npublic.plain|j|3\npublic.plain|ta|3\npublic.plain|v|6",
	'the trigger looked at that one only');

# What a local edit left unrewritten stays until the value is sent: it is the
# value in place that apply filled in.
$site_b->safe_psql($db, <<'SQL');
UPDATE plain SET v = '\\a\other\' || v WHERE id = 1;
UPDATE parts SET v = '\\a\other\' || v WHERE id = 1;
SQL
$site_a->safe_psql($db, join ';',
	map { "UPDATE $_ SET n = n + 1" } qw(plain parts));
catch_up($site_a, $name);
query_is(
	$site_b,
	$db,
	'SELECT left(v, 21), n FROM plain WHERE id = 1 UNION ALL SELECT left(v, 21), n FROM parts WHERE id = 1',
	'\\\\a\\other\\\\\\a\\share\\d|5' . "\n"
	  . '\\\\a\\other\\\\\\a\\share\\d|5',
	'a local edit is left alone by an update that does not send the column');
$site_a->safe_psql($db, join ';',
	map { "UPDATE $_ SET v = v || '.'" } qw(plain parts));
catch_up($site_a, $name);
tables_equal_rewritten($site_a, $site_b, $db,
	'and replaced by one that does');

# An update that moves the row to another partition is an insert there, which
# sends nothing about columns.
$site_a->safe_psql($db, 'UPDATE moves SET n = n + 1') foreach 1 .. 3;
catch_up($site_a, $name);
tables_equal_rewritten($site_a, $site_b, $db,
	'rows that move to another partition');
query_is($site_b, $db, 'SELECT DISTINCT tableoid::regclass FROM moves',
	'moves_n', 'they have moved');
no_leaks($site_b, $db);

# Partitions published as their root
$site_a->safe_psql($db, <<'SQL');
CREATE PUBLICATION via_root FOR TABLE parts WITH (publish_via_partition_root = true);
SQL
$site_b->safe_psql($db,
	"DROP SUBSCRIPTION $name; TRUNCATE parts, plain, moves");
$name = subscribe(
	$site_a, $site_b, $db,
	name => 'via_root',
	publication => 'via_root');
$site_a->safe_psql($db, 'UPDATE parts SET n = n + 1') foreach 1 .. 3;
catch_up($site_a, $name);
tables_equal_rewritten(
	$site_a, $site_b, $db,
	'published as the root',
	skip => qr/plain|moves/);

$site_b->stop('fast');
$site_a->stop('fast');
done_testing();
