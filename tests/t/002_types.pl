# Insert, update, delete and truncate, for each type that a rule may stand on.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;

my $site_a = make_site('A');
my $site_b = make_site('B');
my $db = 'types';

create_db($db, $site_a, $site_b);
foreach my $node ($site_a, $site_b)
{
	$node->safe_psql($db, <<'SQL');
CREATE TABLE kinds (
	id int PRIMARY KEY,
	plain text,
	t text,
	h text,
	v varchar(30),
	c char(30),
	j json,
	jb jsonb,
	ta text[],
	va varchar(30)[],
	ca char(30)[]
);
SQL
}
define_mappings($site_b, $db);
add_rules($site_b, $db,
	map { [ 'kinds', $_, $_ eq 'h' ? 'host' : 'text' ] }
	  qw(t h v c j jb ta va ca));
$site_b->safe_psql($db, 'SELECT qsrepl.enable()');
my $name = subscribe($site_a, $site_b, $db);

my $row =
  q('\\\\CN\\QlikShare\\plain', '\\\\CN\\QlikShare\\t', 'CN1:80, cn', 'D:\\QlikData\\v', '\\\\CN\\QlikShare\\c',
	'{ "a" : "\\\\\\\\CN\\\\QlikShare\\\\j" , "\\\\\\\\CN\\\\QlikShare" : 1.50 }', '{"a": ["\\\\\\\\CN\\\\QlikShare\\\\jb", 1.50]}',
	ARRAY['\\\\CN\\QlikShare\\1', NULL, ''], ARRAY['x', 'D:\\QlikData\\2'], ARRAY['\\\\CN\\QlikShare\\3', NULL]);
my $stored = sub {
	my ($id, $columns) = @_;
	return $site_b->safe_psql($db,
		"SELECT $columns FROM kinds WHERE id = $id");
};

$site_a->safe_psql($db, <<SQL);
INSERT INTO kinds VALUES (1, $row);
INSERT INTO kinds VALUES (2);
INSERT INTO kinds VALUES (3, NULL, '', '', '', '', '""', '""', '{}', '{}', '{}');
INSERT INTO kinds (id, ta, va, ca) VALUES (4, '[0:1][2:3]={{"\\\\\\\\CN\\\\QlikShare",a},{NULL,"D:\\\\QlikData"}}',
	'[-1:0]={a,"D:\\\\QlikData"}', '{{"\\\\\\\\CN\\\\QlikShare"},{NULL}}');
INSERT INTO kinds (id, jb, j) VALUES (5, 'null', 'null'), (6, '12', '12'), (7, '"\\\\\\\\CN\\\\QlikShare"', ' "\\\\\\\\CN\\\\QlikShare"');
SQL
catch_up($site_a, $name);
tables_equal_rewritten($site_a, $site_b, $db, 'inserted rows');

# Spelled out once, without the help of rewrite().
is( $stored->(1, 'plain, t, h, v'),
	'\\\\CN\\QlikShare\\plain|\\\\BCN\\Qlik$\\t|CN2:80, BCN|E:\\Qlik\\Data\\v',
	'text and varchar(n)');
is( $stored->(1, "format('%s|', c), octet_length(c)"),
	'\\\\BCN\\Qlik$\\c' . (' ' x 17) . '||30',
	'char(n) is filled with blanks');
is( $stored->(1, 'j, jb'),
	'{ "a" : "\\\\\\\\BCN\\\\Qlik$\\\\j" , "\\\\\\\\CN\\\\QlikShare" : 1.50 }'
	  . '|{"a": ["\\\\\\\\BCN\\\\Qlik$\\\\jb", 1.50]}',
	'json and jsonb: values, no keys');
is( $stored->(1, 'ta, va'),
	'{"\\\\\\\\BCN\\\\Qlik$\\\\1",NULL,""}|{x,"E:\\\\Qlik\\\\Data\\\\2"}',
	'text[] and varchar(n)[]');
is($stored->(1, 'ca[1], ca[2] IS NULL, octet_length(ca[1])'),
	'\\\\BCN\\Qlik$\\3' . (' ' x 17) . '|t|30', 'char(n)[]');
is( $stored->(4, 'ta, va'),
	'[0:1][2:3]={{"\\\\\\\\BCN\\\\Qlik$",a},{NULL,"E:\\\\Qlik\\\\Data"}}|[-1:0]={a,"E:\\\\Qlik\\\\Data"}',
	'dimensions and bounds of arrays are kept');

# One column at a time, the key too, to and from NULL.
$site_a->safe_psql($db, <<SQL);
UPDATE kinds SET t = t || '2', jb = jb || '{"b": "https://CN1/x"}' WHERE id = 1;
UPDATE kinds SET plain = '\\\\CN\\QlikShare', ta = ta || '\\\\CN\\QlikShare\\4'::text WHERE id = 1;
UPDATE kinds SET (plain, t, h, v, c, j, jb, ta, va, ca) = ROW($row) WHERE id = 2;
UPDATE kinds SET t = NULL, v = NULL, j = NULL, jb = NULL, va = NULL WHERE id = 3;
UPDATE kinds SET id = 40, va = ARRAY['D:\\QlikData\\new'] WHERE id = 4;
DELETE FROM kinds WHERE id IN (5, 6);
SQL
catch_up($site_a, $name);
tables_equal_rewritten($site_a, $site_b, $db, 'updated and deleted rows');
no_leaks($site_b, $db);
is($site_b->safe_psql($db, 'SELECT array_agg(id ORDER BY id) FROM kinds'),
	'{1,2,3,7,40}', 'the rows are those of site A');

# Only what replication brings is rewritten: B's own edits stay as they are.
$site_b->safe_psql($db,
	q(INSERT INTO kinds (id, t) VALUES (1000, '\\\\CN\\QlikShare\\local')));
is( $stored->(1000, 't'),
	'\\\\CN\\QlikShare\\local',
	'a local edit is left alone');
query_is(
	$site_b,
	$db,
	'SELECT relation, key, "column", value, mapping, site, reason FROM qsrepl.leaks()',
	'public.kinds|{"id": 1000}|t|\\\\CN\\QlikShare\\local|share|A|not localized yet',
	'leaks() shows it');
$site_b->safe_psql($db, 'DELETE FROM kinds WHERE id = 1000');

# Large and deep values
$site_a->safe_psql($db, <<'SQL');
INSERT INTO kinds (id, t) SELECT 100, '\\CN\QlikShare\a '
	|| (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 330000) AS i)
	|| ' \\CN\QlikShare\z';
INSERT INTO kinds (id, j, jb) SELECT 101, d::json, d::jsonb
FROM (SELECT repeat('[', 6000) || '"\\\\CN\\QlikShare"' || repeat(']', 6000)) AS x (d);
INSERT INTO kinds (id, j, jb) SELECT 102, d::json, d::jsonb
FROM (SELECT '[' || string_agg('{"path": "\\\\CN\\QlikShare\\' || i || '"}', ', ') || ']' FROM generate_series(1, 20000) AS i) AS x (d);
SQL
catch_up($site_a, $name);
my $digest =
  q(SELECT id, length(t), md5(t), md5(j::text), md5(jb::text) FROM kinds WHERE id >= 100 ORDER BY id);
my $expected =
  q(SELECT id, length(t) - 6, md5(replace(t, '\\\\CN\\QlikShare', '\\\\BCN\\Qlik$')),
		md5(replace(j::text, '\\\\\\\\CN\\\\QlikShare', '\\\\\\\\BCN\\\\Qlik$')),
		md5(replace(jb::text, '\\\\\\\\CN\\\\QlikShare', '\\\\\\\\BCN\\\\Qlik$'))
	FROM kinds WHERE id >= 100 ORDER BY id);
query_is(
	$site_b, $db, $digest,
	$site_a->safe_psql($db, $expected),
	'10 MB of text, 6000 levels and 20000 values of JSON');

# What is rolled back does not arrive.
$site_a->safe_psql($db, <<'SQL');
BEGIN;
INSERT INTO kinds (id, t) VALUES (200, '\\CN\QlikShare\kept');
SAVEPOINT s;
INSERT INTO kinds (id, t) VALUES (201, '\\CN\QlikShare\lost');
ROLLBACK TO s;
UPDATE kinds SET t = t || '!' WHERE id = 200;
COMMIT;
BEGIN;
UPDATE kinds SET t = '\\CN\QlikShare\lost';
ROLLBACK;
SQL
catch_up($site_a, $name);
is($stored->(200, 't'),
	'\\\\BCN\\Qlik$\\kept!', 'a subtransaction is rolled back');

# TRUNCATE, and rows again behind it
$site_a->safe_psql($db, <<SQL);
BEGIN;
TRUNCATE kinds;
INSERT INTO kinds VALUES (1, $row);
COMMIT;
SQL
catch_up($site_a, $name);
is($site_b->safe_psql($db, 'SELECT count(*) FROM kinds'), '1', 'truncated');
tables_equal_rewritten($site_a, $site_b, $db, 'rows behind a TRUNCATE');
no_leaks($site_b, $db);
query_is($site_b, $db, 'SELECT severity, object, problem FROM qsrepl.check()',
	'', 'nothing is wrong');
is(log_errors($site_b), '', 'no error in the log of site B');

$site_b->stop('fast');
$site_a->stop('fast');
done_testing();
