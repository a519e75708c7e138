# Mappings and rules that change while rows stream in: no row falls between the
# old and the new, and apply goes on in the same process.

use strict;
use warnings FATAL => 'all';

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;

my $site_a = make_site('A');
my $site_b = make_site('B');
my $db = 'change';
my $seed = seed_random();

create_db($db, $site_a, $site_b);
foreach my $node ($site_a, $site_b)
{
	$node->safe_psql($db, <<'SQL');
CREATE TABLE t1 (id serial PRIMARY KEY, p text, n int);
CREATE TABLE t2 (id serial PRIMARY KEY, v text, n int);
CREATE TABLE t3 (id serial PRIMARY KEY, j jsonb, late text);
SQL
}
define_mappings($site_b, $db);
add_rules(
	$site_b, $db,
	[ 't1', 'p', 'path' ],
	[ 't2', 'v', 'text' ],
	[ 't3', 'j', 'text' ]);
$site_b->safe_psql($db, 'SELECT qsrepl.enable()');
my $name = subscribe($site_a, $site_b, $db);
my $pid = apply_pid($site_b, $db, $name);

# Writers at site A: several tables a transaction, one value too large for a
# row, some transactions rolled back.
my $script = PostgreSQL::Test::Utils::tempdir() . '/script';
append_to_file($script, <<'SQL');
\set a random(1, 300)
\set b random(1, 300)
BEGIN;
INSERT INTO t1 (p, n) VALUES ('\\CN\QlikShare\' || :a, 0);
UPDATE t2 SET v = 'copy \\CN\QlikShare\' || :b || ' D:\QlikData\x', n = n + 1 WHERE id = :a;
INSERT INTO t3 (j, late) VALUES (jsonb_build_object('url', 'https://CN1/' || :b, 'path', '\\CN\QlikShare\' || :a), '\\CN\QlikShare\' || :b);
COMMIT;
BEGIN;
UPDATE t1 SET n = n + 1 WHERE id = :b;
DELETE FROM t3 WHERE id = :a;
INSERT INTO t2 (v, n) VALUES ('\\CN\QlikShare\' || :a || ' ' || repeat(md5(:b::text), 200), 0);
COMMIT;
BEGIN;
UPDATE t1 SET p = p || '\x' WHERE id = :a;
ROLLBACK;
SQL
my $seconds = scaled(4);
my ($in, $out) = ('', '');
my $writers = IPC::Run::start(
	[
		'pgbench', '-n', '-c', '3',
		'-T', $seconds, '-R', '150',
		'--random-seed', $seed, '-f', $script,
		'-h', $site_a->host, '-p', $site_a->port,
		$db
	],
	'<',
	\$in,
	'>',
	\$out,
	'2>&1');

# The share of B moves; what is stored and what comes moves along.
my $changes = 0;
my $changed = 0;
my $offset = -s $site_b->logfile;
while ($writers->pumpable)
{
	$changes++;
	my $rows = $site_b->safe_psql($db, <<SQL);
SET client_min_messages = error;
BEGIN;
SELECT FROM qsrepl.set_mapping('share', 'path', 'B', '\\\\server$changes\\Qlik');
SELECT qsrepl.localize();
COMMIT;
SQL
	$changed += $rows;
	if ($changes == 3)
	{
		# A rule that comes later, with what is stored
		$site_b->safe_psql($db, <<'SQL');
SET client_min_messages = error;
BEGIN;
SELECT qsrepl.add_rule('t3', 'late', 'path');
SELECT qsrepl.localize();
COMMIT;
SQL
	}
	$writers->pump_nb;
}
ok($writers->finish, 'the writers have met no error');
note $out;
like($out, qr/transactions actually processed: [1-9]\d\d/,
	'and have written');
cmp_ok($changes, '>=', 3,
	"the mapping was changed while they wrote ($changes times)");
cmp_ok($changed, '>', 100, "localize() had something to do ($changed rows)");
catch_up($site_a, $name);

no_leaks($site_b, $db, 'no row fell between the old and the new mapping');
tables_equal_rewritten($site_a, $site_b, $db,
	'all rows are what they should be');
query_is(
	$site_b,
	$db,
	qq(SELECT count(*) FROM t1 WHERE p NOT LIKE '\\\\\\\\server$changes\\\\%'),
	'0',
	'and hold the last value');
is(apply_pid($site_b, $db, $name), $pid, 'apply goes on in the same process');
is(log_errors($site_b, $offset), '', 'without an error');

# The new mapping is used by the next transaction, without localize().
$site_b->safe_psql($db, <<'SQL');
SET client_min_messages = error;
SELECT qsrepl.set_mapping('share', 'path', 'B', '\\last\Qlik');
SQL
$site_a->safe_psql($db,
	q(INSERT INTO t1 VALUES (0, '\\\\CN\\QlikShare\\x', 0)));
catch_up($site_a, $name);
query_is($site_b, $db, 'SELECT p FROM t1 WHERE id = 0',
	'\\\\last\\Qlik\\x', 'the new mapping is used at once');
cmp_ok($site_b->safe_psql($db, 'SELECT count(*) FROM qsrepl.leaks()'),
	'>', 100, 'the stored rows still hold the former value');
cmp_ok($site_b->safe_psql($db, 'SELECT qsrepl.localize()'),
	'>', 100, 'until localize()');
no_leaks($site_b, $db);

# A rule and a mapping that are dropped are used no more; a rolled back change
# never is.
$site_b->safe_psql($db, <<'SQL');
SET client_min_messages = error;
BEGIN;
SELECT qsrepl.set_mapping('share', 'path', 'B', '\\never\Qlik');
SELECT qsrepl.drop_rule('t2', 'v');
ROLLBACK;
SELECT qsrepl.drop_rule('t3', 'late');
SELECT qsrepl.drop_mapping('cn1');
SQL
$site_a->safe_psql($db, <<'SQL');
INSERT INTO t1 VALUES (-1, '\\CN\QlikShare\y', 0);
INSERT INTO t2 VALUES (-1, '\\CN\QlikShare\y', 0);
INSERT INTO t3 VALUES (-1, '"https://CN1:80"', '\\CN\QlikShare\y');
SQL
catch_up($site_a, $name);
query_is(
	$site_b,
	$db,
	'SELECT t1.p, t2.v, t3.j, t3.late FROM t1, t2, t3 WHERE t1.id = -1 AND t2.id = -1 AND t3.id = -1',
	'\\\\last\\Qlik\\y|\\\\last\\Qlik\\y|"https://CN1:80"|\\\\CN\\QlikShare\\y',
	'dropped rules and mappings are used no more');
is(apply_pid($site_b, $db, $name), $pid, 'still in the same process');

$site_b->stop('fast');
$site_a->stop('fast');
done_testing();
