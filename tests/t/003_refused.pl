# What cannot be stored rewritten arrives as it came: apply goes on, and the
# log, the counters, check() and leaks() tell.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;

my $site_a = make_site('A');
my $site_b = make_site('B');
my $db = 'refused';
my $mappings = <<'SQL';
SELECT qsrepl.set_site('A'), qsrepl.set_site('B');
SELECT qsrepl.set_mapping('share', 'path', 'A', '\\a\share', 'B', '\\server-of-site-b\share');
SQL

create_db($db, $site_a, $site_b);
$site_b->safe_psql($db, $mappings);

#
# Too long
#
foreach my $node ($site_a, $site_b)
{
	$node->safe_psql($db, <<'SQL');
CREATE TABLE "Short" (
	id int, "Part" text, PRIMARY KEY (id, "Part"),
	v varchar(20), c char(20), va varchar(20)[], ca char(20)[], t text
);
SQL
}
add_rules($site_b, $db, map { [ '"Short"', $_, 'path' ] } qw(v c va ca t));
$site_b->safe_psql($db, 'SELECT qsrepl.enable()');

my $offset = -s $site_b->logfile;
my $name = subscribe($site_a, $site_b, $db);
$site_a->safe_psql($db, <<'SQL');
INSERT INTO "Short" VALUES
	(1, 'fits',  '\\a\share', '\\a\share', '{"\\\\a\\share"}', '{"\\\\a\\share"}', '\\a\share'),
	(2, 'v',     '\\a\share\longer', NULL, NULL, NULL, '\\a\share\longer'),
	(3, 'c',     NULL, '\\a\share\longer', NULL, NULL, NULL),
	(4, 'va',    NULL, NULL, '{"\\\\a\\share\\longer",x,"\\\\a\\share"}', NULL, NULL),
	(5, 'ca',    NULL, NULL, NULL, '{"\\\\a\\share","\\\\a\\share\\longer"}', NULL),
	(6, 'local', '\\a\other\longer', '\\a\other\longer', NULL, NULL, NULL);
UPDATE "Short" SET v = '\\a\share\longer', t = '\\a\share\t' WHERE id = 1;
SQL
is(caught_up_or_error($site_a, $site_b, $name, $offset),
	undef, 'too long: apply goes on');

# \\server-of-site-b\share has 24 characters. An UPDATE sends all columns again.
query_is(
	$site_b, $db,
	'SELECT id, v, c::text, va, ca::text[], t FROM "Short" ORDER BY id',
	join("\n",
		'1|\\\\a\\share\\longer|\\\\a\\share|{"\\\\\\\\a\\\\share"}|{"\\\\\\\\a\\\\share"}|\\\\server-of-site-b\\share\\t',
		'2|\\\\a\\share\\longer||||\\\\server-of-site-b\\share\\longer',
		'3||\\\\a\\share\\longer|||',
		'4|||{"\\\\\\\\a\\\\share\\\\longer",x,"\\\\\\\\a\\\\share"}||',
		'5||||{"\\\\\\\\a\\\\share","\\\\\\\\a\\\\share\\\\longer"}|',
		'6|\\\\a\\other\\longer|\\\\a\\other\\longer|||'),
	'too long values stay, the others of the row are rewritten');
query_is(
	$site_b,
	$db,
	'SELECT "column", rewritten, refused FROM qsrepl.stat_rules ORDER BY 1',
	"c|0|3\nca|0|3\nt|3|0\nv|0|3\nva|0|3",
	'stat_rules counts them');
query_is(
	$site_b, $db,
	'SELECT key, "column", reason FROM qsrepl.leaks() ORDER BY 1, 2',
	join("\n",
		'{"id": 1, "Part": "fits"}|c|too long for character(20)',
		'{"id": 1, "Part": "fits"}|ca|too long for character(20)[]',
		'{"id": 1, "Part": "fits"}|v|too long for character varying(20)',
		'{"id": 1, "Part": "fits"}|va|too long for character varying(20)[]',
		'{"id": 2, "Part": "v"}|v|too long for character varying(20)',
		'{"id": 3, "Part": "c"}|c|too long for character(20)',
		'{"id": 4, "Part": "va"}|va|too long for character varying(20)[]',
		'{"id": 5, "Part": "ca"}|ca|too long for character(20)[]'),
	'leaks() shows them, and why');
query_is(
	$site_b, $db,
	q(SELECT count(*) FROM qsrepl.check()
		WHERE severity = 'warning' AND problem ~ '^\d rewritten values could not be stored'),
	'4', 'check() shows them, a column a line');
my $log = slurp_file($site_b->logfile, $offset);
like(
	$log,
	qr/WARNING: .* could not store rewritten value of column "v" of table "Short"\n.*DETAIL: .*too long.*id=2, Part=v/,
	'the log names table, column and key');
is(() = $log =~ /WARNING: .* could not store/g, 12, 'a warning each');

# localize() leaves them too, and says which rules left rows.
my ($result, $stdout, $stderr) =
  $site_b->psql($db, 'SELECT qsrepl.localize()');
is($stdout, '0', 'localize() changes none of them');
like(
	$stderr,
	qr/WARNING: +some rows could not be localized\nDETAIL: .*"Short"\.c, .*"Short"\.ca, .*"Short"\.v, .*"Short"\.va/,
	'localize() says so');
query_is(
	$site_b,
	$db,
	'SELECT residue FROM qsrepl.status',
	'{"public.\"Short\".c","public.\"Short\".ca","public.\"Short\".v","public.\"Short\".va"}',
	'and keeps a list');
query_is(
	$site_b,
	$db,
	q{SELECT count(*) FROM qsrepl.check() WHERE problem LIKE 'localize() left rows%'},
	'4',
	'which check() shows');

#
# Constraints at the subscriber that take the value of site A and not the one
# of site B. One subscription each, since one that stops must not hide others.
#
my @cases = (
	{
		name => 'CHECK',
		tables => 'CREATE TABLE t (id int PRIMARY KEY, p text, n int)',
		extra => q(ALTER TABLE t ADD CHECK (p !~ 'server-of-site-b')),
		rows =>
		  q(INSERT INTO t VALUES (1, '\\\\a\\share\\x', 1); UPDATE t SET p = p || 'y'),
		arrived => '1|\\\\a\\share\\xy',
	},
	{
		name => 'CHECK over two columns',
		tables => 'CREATE TABLE t (id int PRIMARY KEY, p text, q text)',
		extra => q(ALTER TABLE t ADD CHECK (length(p || q) < 50)),
		rows =>
		  q(INSERT INTO t VALUES (1, '\\\\a\\share\\x', '\\\\a\\share\\y'), (2, '\\\\a\\share\\z', '')),
		arrived => "1|\\\\a\\share\\x\n2|\\\\server-of-site-b\\share\\z",
	},
	{
		name => 'unique',
		tables => 'CREATE TABLE t (id int PRIMARY KEY, p text, n int)',
		extra => q(ALTER TABLE t ADD UNIQUE (p)),
		rows =>
		  q(INSERT INTO t VALUES (1, '\\\\server-of-site-b\\share\\x'), (2, '\\\\a\\share\\x'), (3, '\\\\a\\share\\y');
			UPDATE t SET n = 1; UPDATE t SET p = '\\\\A\\share\\x' WHERE id = 3; UPDATE t SET p = p WHERE id = 1),
		arrived =>
		  "1|\\\\server-of-site-b\\share\\x\n2|\\\\a\\share\\x\n3|\\\\A\\share\\x",
	},
	{
		name => 'unique over an expression',
		tables => 'CREATE TABLE t (id int PRIMARY KEY, p text, n int)',
		extra => q(CREATE UNIQUE INDEX ON t (lower(p))),
		rows =>
		  q(INSERT INTO t VALUES (1, '\\\\server-of-site-b\\share\\X'), (2, '\\\\a\\share\\x')),
		arrived => "1|\\\\server-of-site-b\\share\\X\n2|\\\\a\\share\\x",
	},
	{
		name => 'unique where',
		tables => 'CREATE TABLE t (id int PRIMARY KEY, p text, n int)',
		extra => q(CREATE UNIQUE INDEX ON t (n) WHERE p ~ 'server-of-site-b'),
		rows =>
		  q(INSERT INTO t VALUES (1, '\\\\server-of-site-b\\share\\x', 1), (2, '\\\\a\\share\\x', 1)),
		arrived => "1|\\\\server-of-site-b\\share\\x\n2|\\\\a\\share\\x",
	},
	{
		name => 'unique over a generated column',
		tables => 'CREATE TABLE t (id int PRIMARY KEY, p text, n int)',
		extra =>
		  q(ALTER TABLE t ADD g text GENERATED ALWAYS AS (lower(p)) STORED UNIQUE),
		rows =>
		  q(INSERT INTO t VALUES (1, '\\\\server-of-site-b\\share\\x'), (2, '\\\\a\\share\\x')),
		arrived => "1|\\\\server-of-site-b\\share\\x\n2|\\\\a\\share\\x",
	},
	{
		name => 'CHECK over a generated column',
		tables => 'CREATE TABLE t (id int PRIMARY KEY, p text, n int)',
		extra =>
		  q(ALTER TABLE t ADD g int GENERATED ALWAYS AS (length(p)) STORED CHECK (g < 25)),
		rows => q(INSERT INTO t VALUES (1, '\\\\a\\share\\x')),
		arrived => '1|\\\\a\\share\\x',
	},
	{
		name => 'exclusion',
		tables => 'CREATE TABLE t (id int PRIMARY KEY, p text, n int)',
		extra => q(ALTER TABLE t ADD EXCLUDE USING btree (p WITH =)),
		rows =>
		  q(INSERT INTO t VALUES (1, '\\\\server-of-site-b\\share\\x'), (2, '\\\\a\\share\\x')),
		arrived => "1|\\\\server-of-site-b\\share\\x\n2|\\\\a\\share\\x",
	},
	{
		name => 'the size of an index entry',
		tables => 'CREATE TABLE t (id int PRIMARY KEY, p text, n int)',
		extra => q(CREATE INDEX ON t (p)),
		rows =>
		  q(INSERT INTO t SELECT 1, '\\\\a\\share\\' || substr(string_agg(md5(i::text), ''), 1, 2670) FROM generate_series(1, 100) AS i;
			INSERT INTO t VALUES (2, '\\\\a\\share\\x')),
		query => 'SELECT id, left(p, 9) FROM t ORDER BY id',
		arrived => "1|\\\\a\\share\n2|\\\\server-",
	},
	{
		name => 'a partition',
		tables =>
		  q(CREATE TABLE t (id int PRIMARY KEY, p text, n int) PARTITION BY RANGE (id);
			CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (1) TO (100)),
		extra => q(ALTER TABLE t1 ADD CHECK (p !~ 'server-of-site-b')),
		rows =>
		  q(INSERT INTO t VALUES (1, '\\\\a\\share\\x'); UPDATE t SET n = 2),
		arrived => '1|\\\\a\\share\\x',
	});

my $n = 0;
foreach my $case (@cases)
{
	my $db = 'case' . ++$n;

	create_db($db, $site_a, $site_b);
	$site_b->safe_psql($db, $mappings);
	$_->safe_psql($db, $case->{tables}) foreach $site_a, $site_b;
	$site_b->safe_psql($db, $case->{extra});
	add_rules($site_b, $db,
		map { [ 't', $_, 'path' ] } $case->{tables} =~ /\b([pq]) text/g);
	$site_b->safe_psql($db, 'SELECT qsrepl.enable()');
	my $name = subscribe($site_a, $site_b, $db);
	my $offset = -s $site_b->logfile;
	$site_a->safe_psql($db, $case->{rows});
	my $error = caught_up_or_error($site_a, $site_b, $name, $offset);

	is($error, undef, "$case->{name}: apply goes on");
	query_is($site_b, $db,
		$case->{query} // 'SELECT id, p FROM t ORDER BY id',
		$case->{arrived}, "$case->{name}: the row arrives as it came");
	cmp_ok(
		$site_b->safe_psql(
			$db, 'SELECT coalesce(sum(refused), 0) FROM qsrepl.stat_rules'),
		'>', 0,
		"$case->{name}: it is counted");

	# A worker that fails again and again would only cost time.
	$site_b->safe_psql($db, "ALTER SUBSCRIPTION $name DISABLE") if $error;
	next if $error;
	cmp_ok($site_b->safe_psql($db, 'SELECT count(*) FROM qsrepl.leaks()'),
		'>', 0, "$case->{name}: leaks() shows it");
	$site_b->safe_psql($db,
		'SET client_min_messages = error; SELECT qsrepl.localize()');
	# Stored, that is: readers see it rewritten from now on.
	query_is($site_b, $db,
		'SET qsrepl.raw = on; ' . ($case->{query} // 'SELECT id, p FROM t ORDER BY id'),
		$case->{arrived}, "$case->{name}: localize() leaves it");
	$site_b->safe_psql($db, "DROP SUBSCRIPTION $name");
}

$site_b->stop('fast');
$site_a->stop('fast');
done_testing();
