# Partitioned and inherited tables: a rule covers all of them, though columns
# come in another order in each, and differently at the two sites.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;

my $site_a = make_site('A');
my $site_b = make_site('B');

my $rows = <<'SQL';
INSERT INTO %1$s (id, p, q, v) SELECT i, '\\CN\QlikShare\' || i, '\\CN\QlikShare\q', 'see D:\QlikData and https://CN1:' || i
FROM generate_series(%2$s, %3$s) AS i;
UPDATE %1$s SET p = p || '\new' WHERE id %% 3 = 0 AND id BETWEEN %2$s AND %3$s;
UPDATE %1$s SET v = NULL WHERE id %% 4 = 0 AND id BETWEEN %2$s AND %3$s;
UPDATE %1$s SET q = q || '!' WHERE id %% 5 = 0 AND id BETWEEN %2$s AND %3$s;
DELETE FROM %1$s WHERE id %% 7 = 0 AND id BETWEEN %2$s AND %3$s;
SQL

#
# Partitions
#
my $plain =
  'CREATE TABLE %s (id int PRIMARY KEY, p text, q text, v varchar(60));';
my %tables = (
	# both partitioned, alike but for the columns
	pair => [
		'CREATE TABLE pair (id int PRIMARY KEY, p text, q text, v varchar(60)) PARTITION BY RANGE (id);
		CREATE TABLE pair_1 PARTITION OF pair FOR VALUES FROM (0) TO (10);
		CREATE TABLE pair_2 (v varchar(60), q text, p text, id int PRIMARY KEY);
		ALTER TABLE pair ATTACH PARTITION pair_2 FOR VALUES FROM (10) TO (20);
		CREATE TABLE pair_3 PARTITION OF pair DEFAULT',
		'CREATE TABLE pair (v varchar(60), gone int, p text, id int PRIMARY KEY, q text) PARTITION BY RANGE (id);
		ALTER TABLE pair DROP gone;
		CREATE TABLE pair_1 (q text, v varchar(60), id int PRIMARY KEY, gone text, p text);
		ALTER TABLE pair_1 DROP gone;
		ALTER TABLE pair ATTACH PARTITION pair_1 FOR VALUES FROM (0) TO (10);
		CREATE TABLE pair_2 PARTITION OF pair FOR VALUES FROM (10) TO (20);
		CREATE TABLE pair_3 (q text, p text, v varchar(60), id int PRIMARY KEY);
		ALTER TABLE pair ATTACH PARTITION pair_3 DEFAULT'
	],
	# partitioned at the subscriber only, twice
	here => [
		sprintf($plain, 'here'),
		'CREATE TABLE here (q text, id int PRIMARY KEY, v varchar(60), p text) PARTITION BY RANGE (id);
		CREATE TABLE here_1 PARTITION OF here FOR VALUES FROM (0) TO (10);
		CREATE TABLE here_2 (id int PRIMARY KEY, p text, q text, v varchar(60)) PARTITION BY HASH (id);
		CREATE TABLE here_2_1 (p text, v varchar(60), q text, id int PRIMARY KEY);
		ALTER TABLE here_2 ATTACH PARTITION here_2_1 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
		CREATE TABLE here_2_2 PARTITION OF here_2 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
		ALTER TABLE here ATTACH PARTITION here_2 FOR VALUES FROM (10) TO (100)'
	],
	# partitioned at the publisher only, and sent as the root
	there => [
		'CREATE TABLE there (id int PRIMARY KEY, p text, q text, v varchar(60)) PARTITION BY HASH (id);
		CREATE TABLE there_1 PARTITION OF there FOR VALUES WITH (MODULUS 2, REMAINDER 0);
		CREATE TABLE there_2 PARTITION OF there FOR VALUES WITH (MODULUS 2, REMAINDER 1)',
		sprintf($plain, 'there')
	],
	# the same columns elsewhere, and more of them at the subscriber
	flat => [
		sprintf($plain, 'flat'),
		q(CREATE TABLE flat (more text DEFAULT '\\\\CN\\QlikShare\\default', v varchar(60), gone int, q text, p text, id int PRIMARY KEY);
		ALTER TABLE flat DROP gone)
	]);

foreach my $via_root (0, 1)
{
	my $db = "parts_$via_root";
	my @names = grep { $via_root || $_ ne 'there' } sort keys %tables;

	create_db($db, $site_a, $site_b);
	foreach my $table (@names)
	{
		$site_a->safe_psql($db, $tables{$table}[0]);
		$site_b->safe_psql($db, $tables{$table}[1]);
		$site_a->safe_psql($db, sprintf($rows, $table, 1, 40));
	}
	define_mappings($site_b, $db);
	add_rules($site_b, $db,
		map { [ $_, 'p', 'path' ], [ $_, 'v', 'text' ] } @names);
	$site_b->safe_psql($db, 'SELECT qsrepl.enable()');
	publish($site_a, $db, "pub_$db",
		with => 'publish_via_partition_root = '
		  . ($via_root ? 'true' : 'false'));

	my $name = subscribe($site_a, $site_b, $db);
	$site_a->safe_psql($db, sprintf($rows, $_, 41, 80)) foreach @names;
	# Keys that move rows to other partitions
	$site_a->safe_psql($db,
		"UPDATE $_ SET id = CASE id WHEN 1 THEN 77 WHEN 2 THEN 70 ELSE 7 END WHERE id IN (1, 2, 75)"
	) foreach @names;
	catch_up($site_a, $name);

	my $sent = $via_root ? 'as their root' : 'one by one';
	query_is(
		$site_b,
		$db,
		'SELECT DISTINCT more FROM flat',
		'\\\\CN\\QlikShare\\default',
		"a column of the subscriber is left alone, tables sent $sent");
	$site_b->safe_psql($db, 'ALTER TABLE flat DROP more');
	tables_equal_rewritten($site_a, $site_b, $db, "rows, tables sent $sent");
	no_leaks($site_b, $db, "no leaks, tables sent $sent");
	query_is(
		$site_b,
		$db,
		'SELECT count(*) > 0 AND bool_and(seen > 0 AND rewritten > 0) FROM qsrepl.stat_rules',
		't',
		"the rule of the root counts for its partitions, tables sent $sent");

	# leaks(), preview() and localize() of a root look at its partitions.
	my $count = $site_b->safe_psql($db,
		q(WITH u AS (UPDATE here SET p = '\\\\CN\\QlikShare\\' || id WHERE id < 30 RETURNING id) SELECT count(*) FROM u)
	);
	query_is(
		$site_b, $db,
		q(SELECT count(*), count(DISTINCT relation), (SELECT count(*) FROM qsrepl.preview('here'))
			FROM qsrepl.leaks('here')),
		"$count|3|$count",
		"leaks() and preview() of a root, tables sent $sent");
	query_is($site_b, $db, 'SELECT qsrepl.localize()',
		$count, "localize(), tables sent $sent");
}

#
# Inheritance
#
my $db = 'inherits';
create_db($db, $site_a, $site_b);
$site_a->safe_psql($db, <<'SQL');
CREATE TABLE parent (id int PRIMARY KEY, p text, q text, v varchar(60));
CREATE TABLE child (PRIMARY KEY (id), own text) INHERITS (parent);
CREATE TABLE grandchild (PRIMARY KEY (id)) INHERITS (child);
CREATE TABLE other (id int PRIMARY KEY, p text);
CREATE TABLE mixed (PRIMARY KEY (id)) INHERITS (parent, other);
SQL
$site_b->safe_psql($db, <<'SQL');
CREATE TABLE parent (v varchar(60), q text, p text, id int PRIMARY KEY);
CREATE TABLE child (own text, p text, gone int, v varchar(60), id int PRIMARY KEY, q text);
ALTER TABLE child DROP gone;
ALTER TABLE child INHERIT parent;
CREATE TABLE grandchild (PRIMARY KEY (id)) INHERITS (child);
CREATE TABLE other (p text, id int PRIMARY KEY);
CREATE TABLE mixed (PRIMARY KEY (id)) INHERITS (other, parent);
SQL
define_mappings($site_b, $db);
add_rules(
	$site_b, $db,
	[ 'parent', 'p', 'path' ],
	[ 'parent', 'v', 'text' ],
	[ 'child', 'own', 'path' ],
	[ 'other', 'p', 'path' ]);
$site_b->safe_psql($db, 'SELECT qsrepl.enable()');
$site_a->safe_psql($db, sprintf($rows, $_, 1, 20))
  foreach qw(parent child grandchild mixed);
my $name = subscribe($site_a, $site_b, $db);

foreach my $table (qw(parent child grandchild mixed))
{
	$site_a->safe_psql($db, sprintf($rows, $table, 21, 40));
}
$site_a->safe_psql($db, <<'SQL');
UPDATE child SET own = '\\CN\QlikShare\own';
INSERT INTO other VALUES (1, '\\CN\QlikShare\1');
TRUNCATE mixed;
INSERT INTO mixed (id, p, v) VALUES (1, '\\CN\QlikShare\1', 'D:\QlikData');
SQL
catch_up($site_a, $name);
tables_equal_rewritten($site_a, $site_b, $db, 'inherited tables: rows');
no_leaks($site_b, $db, 'inherited tables: no leaks');
query_is($site_b, $db, 'SELECT triggers FROM qsrepl.status',
	'5', 'each has its trigger');

# A child's own rule counts more than its parent's, whichever was added first,
# for apply as for leaks().
$site_b->safe_psql($db,
	q(SELECT qsrepl.drop_rule('parent', 'p'); SELECT qsrepl.drop_rule('other', 'p'))
);
foreach my $order ([ 'parent', 'child' ], [ 'child', 'parent' ])
{
	my %form = (parent => 'path', child => 'text');

	add_rules($site_b, $db, map { [ $_, 'p', $form{$_} ] } @$order);
	$site_a->safe_psql($db, 'TRUNCATE parent CASCADE');
	$site_a->safe_psql($db,
		"INSERT INTO $_ (id, p) VALUES (1, 'see \\\\CN\\QlikShare\\1')")
	  foreach qw(parent child grandchild);
	catch_up($site_a, $name);
	query_is(
		$site_b,
		$db,
		'SELECT tableoid::regclass, p FROM parent ORDER BY 1',
		"parent|see \\\\CN\\QlikShare\\1\nchild|see \\\\BCN\\Qlik\$\\1\ngrandchild|see \\\\BCN\\Qlik\$\\1",
		"two rules on a column, that of the $order->[0] first: the nearest counts"
	);
	no_leaks($site_b, $db, 'for leaks() too');
	$site_b->safe_psql($db, "SELECT qsrepl.drop_rule('$_', 'p')")
	  foreach @$order;
}

$site_b->stop('fast');
$site_a->stop('fast');
done_testing();
