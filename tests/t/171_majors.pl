# Logical replication between two majors, from the older to the newer one and,
# after the role has moved, back: each side stores its own spelling. The
# publisher's programs are in QSREPL_PUBLISHER/bin ("make major-pair" sets it);
# without that both sites have the same major.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;

my $db = 'QSR';
my $site_a = make_site('A', install_path => $ENV{QSREPL_PUBLISHER});
my $site_b = make_site('B');
my %sites = (A => $site_a, B => $site_b);

my $majors = server_major($site_a) . ' to ' . server_major($site_b);
is($majors, $ENV{QSREPL_PAIR}, 'the majors are those asked for')
  if $ENV{QSREPL_PAIR};
diag $majors;

create_db($db, $site_a, $site_b);
load_fixture($site_a, $db, 'qsr', apps => 10);
load_fixture($site_b, $db, 'qsr', rows => 0);
foreach my $node ($site_a, $site_b)
{
	define_mappings($node, $db);
	$node->safe_psql($db, <<'SQL');
CREATE TABLE big (id int PRIMARY KEY, n int, v text, j jsonb, ta text[]);
ALTER TABLE big ALTER v SET STORAGE EXTERNAL, ALTER j SET STORAGE EXTERNAL, ALTER ta SET STORAGE EXTERNAL;
SELECT qsrepl.load_profile();
SQL
	add_rules($node, $db, map { [ 'big', $_, 'text' ] } qw(v j ta));
	$node->safe_psql($db, 'SELECT qsrepl.enable()');
}

# How often the values of the large table were looked at
sub seen
{
	my ($node) = @_;

	return $node->safe_psql($db,
		q(SELECT sum(seen) FROM qsrepl.stat_rules WHERE relation = 'public.big'));
}

# Changes of all kinds at one site, whose share is named, arrive at the other.
sub changes_arrive
{
	my ($from, $to, $share, $name) = @_;
	my ($source, $target) = @sites{ $from, $to };

	$source->safe_psql($db, <<SQL);
INSERT INTO big SELECT i + (SELECT count(*) FROM big), 0, '$share\\v' || i || noise,
	jsonb_build_object('p', '$share\\j' || i, 'noise', noise), ARRAY['$share\\' || i, noise]
FROM generate_series(1, 20) AS i, LATERAL (SELECT ' ' || string_agg(md5((i * k)::text), '') FROM generate_series(1, 100) AS k) AS x (noise);
UPDATE "DataConnections" SET "ConnectionString" = 'CUSTOM CONNECT TO "provider=x;root=$share\\new;"' WHERE "ID" IN
	(SELECT "ID" FROM "DataConnections" ORDER BY "ID" LIMIT 3);
DELETE FROM "ExecutionResultDetails" WHERE "ID" IN (SELECT min("ID"::text)::uuid FROM "ExecutionResultDetails");
SQL
	catch_up($source, $name);
	tables_equal_rewritten($source, $target, $db, "$from to $to: changes");

	my $before = seen($target);
	$source->safe_psql($db, 'UPDATE big SET n = n + 1') foreach 1 .. 3;
	catch_up($source, $name);
	is(seen($target), $before,
		"$from to $to: what was not sent is not looked at");
	$source->safe_psql($db, "UPDATE big SET v = v || ' $share\\more', n = n + 1");
	catch_up($source, $name);
	is(seen($target), $before + $source->safe_psql($db, 'SELECT count(*) FROM big'),
		'one column that is sent is');
	tables_equal_rewritten($source, $target, $db,
		"$from to $to: values are rewritten exactly once");
	no_leaks($target, $db);
	query_is($target, $db, 'SELECT severity, object, problem FROM qsrepl.check()', '',
		"$to: nothing is wrong");
	return;
}

my $name = subscribe($site_a, $site_b, $db);
tables_equal_rewritten($site_a, $site_b, $db, 'A to B: the copy');
changes_arrive('A', 'B', '\\\\CN\\QlikShare', $name);

# B becomes the active site, and A begins anew.
$site_b->safe_psql($db, "DROP SUBSCRIPTION $name");
$site_a->safe_psql($db, <<'SQL');
DO $$ BEGIN EXECUTE (SELECT 'TRUNCATE ' || string_agg(prrelid::regclass::text, ', ') FROM pg_publication_rel); END $$;
SQL
$name = subscribe($site_b, $site_a, $db);
tables_equal_rewritten($site_b, $site_a, $db, 'B to A: the copy');
changes_arrive('B', 'A', '\\\\BCN\\Qlik$', $name);

$site_b->stop('fast');
$site_a->stop('fast');
done_testing();
