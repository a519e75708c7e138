# How apply finds the rows: keys, replica identity, and rules that would make
# it lose them.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;

my $site_a = make_site('A');
my $site_b = make_site('B');
my $db = 'identity';

create_db($db, $site_a, $site_b);
define_mappings($site_b, $db);

#
# REPLICA IDENTITY FULL
#
foreach my $node ($site_a, $site_b)
{
	$node->safe_psql($db, <<'SQL');
CREATE TABLE full_key (id int PRIMARY KEY, p text, big text);
CREATE TABLE full_index (id int NOT NULL UNIQUE, p text);
CREATE TABLE free (id int, p text);
SQL
}
$site_a->safe_psql($db, "ALTER TABLE $_ REPLICA IDENTITY FULL")
  foreach qw(full_key full_index free);
$site_b->safe_psql($db,
	'ALTER TABLE full_index REPLICA IDENTITY USING INDEX full_index_id_key');
add_rules(
	$site_b, $db,
	[ 'full_key', 'p', 'path' ],
	[ 'full_key', 'big', 'text' ],
	[ 'full_index', 'p', 'path' ]);
$site_b->safe_psql($db, 'SELECT qsrepl.enable()');
my $name = subscribe($site_a, $site_b, $db);
foreach my $table (qw(full_key full_index free))
{
	$site_a->safe_psql($db, <<SQL);
INSERT INTO $table (id, p) SELECT i, '\\\\CN\\QlikShare\\' || i % 3 FROM generate_series(1, 20) AS i;
UPDATE $table SET p = '\\\\CN\\QlikShare\\new' WHERE id % 4 = 0;
UPDATE $table SET id = id + 100 WHERE id = 5;
DELETE FROM $table WHERE id IN (6, 7);
SQL
}
$site_a->safe_psql($db, <<'SQL');
UPDATE full_key SET big = p || (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 500) AS i);
UPDATE full_key SET p = p || '\more';
DELETE FROM full_key WHERE id = 8;
SQL
catch_up($site_a, $name);
tables_equal_rewritten($site_a, $site_b, $db,
	'REPLICA IDENTITY FULL: updates and deletes arrive');
query_is($site_b, $db, 'SELECT count(*) FROM full_key',
	'17', 'the number of rows');
no_leaks($site_b, $db);

# Without a key at B they would be lost: apply looks for the row of site A.
my ($result, $stdout, $stderr) =
  $site_b->psql($db, q(SELECT qsrepl.add_rule('free', 'p', 'path')));
isnt($result, 0, 'a rule on a table without a key is refused');
like($stderr, qr/ERROR: +table (public\.)?free has no primary key/,
	'and why');
$site_b->safe_psql($db, 'SELECT qsrepl.disable()');
add_rules($site_b, $db, [ 'free', 'p', 'path' ]);
($result, $stdout, $stderr) = $site_b->psql($db, 'SELECT qsrepl.enable()');
isnt($result, 0, 'enable() refuses it too');
like($stderr, qr/ERROR: +table (public\.)?free has no primary key/,
	'and says why');
query_is($site_b, $db, 'SELECT logical, triggers FROM qsrepl.status',
	'f|0', 'and leaves all as it was');
$site_b->safe_psql($db,
	q(SELECT qsrepl.drop_rule('free', 'p'); SELECT qsrepl.enable()));
$site_a->safe_psql($db,
	q(UPDATE full_key SET p = '\\\\CN\\QlikShare\\again' WHERE id = 1));
catch_up($site_a, $name);
tables_equal_rewritten($site_a, $site_b, $db, 'enabled again');

#
# Rules on columns that identify rows
#
$db = 'refusals';
create_db($db, $site_b);
define_mappings($site_b, $db);
$site_b->safe_psql($db, <<'SQL');
CREATE TABLE key_path (p text PRIMARY KEY, q text);
CREATE TABLE key_two (id int, p text, q text, PRIMARY KEY (id, p));
CREATE TABLE by_index (id int PRIMARY KEY, p text NOT NULL UNIQUE, q text);
ALTER TABLE by_index REPLICA IDENTITY USING INDEX by_index_p_key;
CREATE TABLE referenced (id int PRIMARY KEY, p text UNIQUE);
CREATE TABLE referencing (id int PRIMARY KEY, p text REFERENCES referenced (p), q text);
CREATE TABLE parts (id int, p text, PRIMARY KEY (id, p)) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
CREATE TABLE key_of_part (id int, p text) PARTITION BY RANGE (id);
CREATE TABLE key_of_part_1 PARTITION OF key_of_part (PRIMARY KEY (p)) FOR VALUES FROM (0) TO (10);
SQL
my %refused = (
	'key_path.p' => 'its primary key',
	'key_two.p' => 'its primary key',
	'by_index.p' => 'its replica identity',
	'referenced.p' => 'its target of a foreign key',
	'referencing.p' => 'its foreign key',
	'parts.p' => 'its primary key',
	'key_of_part.p' => 'its primary key');
foreach my $column (sort keys %refused)
{
	my ($table, $name) = split /\./, $column;

	add_rules($site_b, $db, [ $table, $name, 'path' ]);
	my ($result, $stdout, $stderr) =
	  $site_b->psql($db, 'SELECT qsrepl.enable()');
	isnt($result, 0, "enable() refuses a rule on $column");
	like(
		$stderr,
		qr/ERROR: +column "$name" of table (public\.)?${table}(_1)? belongs to $refused{$column}/,
		'and says why');
	$site_b->safe_psql($db, "SELECT qsrepl.drop_rule('$table', '$name')");
}

# The other columns of these tables may have rules, in logical mode too.
$site_b->safe_psql($db, 'SELECT qsrepl.enable()');
add_rules($site_b, $db,
	map { [ $_, 'q', 'path' ] } qw(key_path key_two by_index referencing));
query_is($site_b, $db, 'SELECT triggers FROM qsrepl.status',
	'4', 'other columns may have rules');
foreach my $column (sort keys %refused)
{
	my ($table, $name) = split /\./, $column;
	my ($result) =
	  $site_b->psql($db, "SELECT qsrepl.add_rule('$table', '$name', 'path')");

	isnt($result, 0, "add_rule() refuses $column in logical mode");
}
query_is($site_b, $db, 'SELECT count(*) FROM qsrepl.rule',
	'4', 'and has added none');

# What becomes a key later is told by check().
($result, $stdout, $stderr) = $site_b->psql($db,
	'ALTER TABLE key_two DROP CONSTRAINT key_two_pkey; ALTER TABLE key_two ADD PRIMARY KEY (id, q)'
);
is($result, 0, 'DDL that puts a ruled column into a key goes on');
query_is(
	$site_b,
	$db,
	q(SELECT severity, problem FROM qsrepl.check() WHERE object LIKE '%key_two'),
	'error|column "q" of table public.key_two is part of the primary key',
	'check() says so');

# A rule on a column that chooses the partition: the rewritten row would not
# belong where it is put.
$site_b->safe_psql($db, <<'SQL');
SELECT qsrepl.disable();
CREATE TABLE by_path (id int, p text, q text) PARTITION BY LIST (p);
CREATE TABLE by_lower (id int, p text, q text) PARTITION BY LIST (lower(p));
CREATE TABLE by_id (id int, p text, q text) PARTITION BY RANGE (id);
CREATE TABLE by_id_1 PARTITION OF by_id FOR VALUES FROM (0) TO (10) PARTITION BY LIST (p);
SQL
foreach my $table (qw(by_path by_lower by_id by_id_1))
{
	my ($result, $stdout, $stderr) =
	  $site_b->psql($db, "SELECT qsrepl.add_rule('$table', 'p', 'path')");

	like(
		$stderr,
		qr/ERROR: .*part of the partition key/,
		"a rule on a partition key is refused: $table");
}

$site_b->stop('fast');
$site_a->stop('fast');
done_testing();
