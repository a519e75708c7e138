# Each way in which a major's subscriptions can send changes: values that are
# stored out of line and were not changed are left alone by all of them.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;

my $db = 'options';
my $rows = 300;
my ($j, $v) = (0, 0);

# A transaction that changes all rows is larger than what decoding may keep.
my $site_a = make_site('A',
	conf => "logical_decoding_work_mem = 64kB\nmax_prepared_transactions = 5\n"
);
my $site_b = make_site('B', conf => "max_prepared_transactions = 5\n");
my $major = server_major($site_a);

# Options of the subscription, the first major that has them, and the columns
# of the publication.
my @ways = (
	[ 13, '' ],
	[ 14, 'binary = on' ],
	[ 14, 'streaming = on' ],
	[ 15, 'two_phase = on' ],
	[ 15, 'disable_on_error = on', '(id, n, v)' ],
	[ 16, 'streaming = parallel, binary = on' ],
	[ 16, 'run_as_owner = on, origin = none' ],
	[ 17, 'failover = on' ]);

create_db($db, $site_a, $site_b);
$site_b->safe_psql($db, <<'SQL');
SET client_min_messages = error;
SELECT qsrepl.set_site('A'), qsrepl.set_site('B');
SELECT qsrepl.set_mapping('share', 'path', 'A', '\\a\share', 'B', '\\a\share\dr');
SQL
foreach my $node ($site_a, $site_b)
{
	$node->safe_psql($db, <<'SQL');
CREATE TABLE docs (id int PRIMARY KEY, n int, v text, j jsonb);
ALTER TABLE docs ALTER v SET STORAGE EXTERNAL, ALTER j SET STORAGE EXTERNAL;
SQL
}
$site_a->safe_psql($db, <<SQL);
INSERT INTO docs SELECT i, 0, '\\\\a\\share\\v' || i || noise, jsonb_build_object('p', '\\\\a\\share\\j' || i, 'noise', noise)
FROM generate_series(1, $rows) AS i, LATERAL (SELECT ' ' || string_agg(md5((i * k)::text), '') FROM generate_series(1, 80) AS k) AS x (noise);
SQL
add_rules($site_b, $db, [ 'docs', 'v', 'text' ], [ 'docs', 'j', 'text' ]);
$site_b->safe_psql($db, 'SELECT qsrepl.enable()');

# How many values of each column the trigger has looked at
sub seen
{
	return $site_b->safe_psql($db, <<'SQL');
SELECT string_agg("column" || ' ' || seen, ', ' ORDER BY "column") FROM qsrepl.stat_rules WHERE relation = 'public.docs'
SQL
}

sub changed_at_a
{
	my ($name, @sql) = @_;

	$site_a->safe_psql($db, join "\n", @sql);
	catch_up($site_a, $name);
	return;
}

# Was something of the slot's sent before its transaction had ended?
sub streamed
{
	my ($name) = @_;

	return $site_a->poll_query_until($db,
		"SELECT stream_txns > 0 FROM pg_stat_replication_slots WHERE slot_name = '$name'");
}

# One subscription: what the trigger looks at, by its counters.
sub one_way
{
	my ($number, $with, $columns) = @_;
	my $name = "way_$number";
	my $test = $with eq '' ? 'default' : $with;
	my $expect = sub {
		return is(seen(), "j $j, v $v", "$test: $_[0]");
	};

	$site_a->safe_psql($db, "CREATE PUBLICATION $name FOR TABLE docs $columns");
	$site_b->safe_psql($db, 'TRUNCATE docs');
	subscribe($site_a, $site_b, $db, name => $name, publication => $name,
		with => $with);
	$j += $rows if $columns eq '';
	$v += $rows;
	$expect->('the copy looks at all values');
	changed_at_a($name, 'UPDATE docs SET n = n + 1;',
		'UPDATE docs SET n = n + 1;');
	$expect->('none is looked at which was not sent');
	changed_at_a($name, 'BEGIN; UPDATE docs SET n = n + 1;',
		"UPDATE docs SET v = v || '.' WHERE id <= 10;",
		$with =~ /two_phase/ ? "PREPARE TRANSACTION '$name'; COMMIT PREPARED '$name';" : 'COMMIT;');
	$v += 10;
	$expect->('those that are sent');
	ok(streamed($name), "$test: it was streamed") if $with =~ /streaming/;
	if ($columns eq '')
	{
		tables_equal_rewritten($site_a, $site_b, $db,
			"$test: values are rewritten exactly once");
	}
	no_leaks($site_b, $db, "$test: no value of another site is stored");
	$site_b->safe_psql($db, "DROP SUBSCRIPTION $name");
	return;
}

foreach my $number (0 .. $#ways)
{
	my ($since, $with, $columns) = @{ $ways[$number] };

	one_way($number, $with, $columns // '') if $major >= $since;
}

$site_b->stop('fast');
$site_a->stop('fast');
done_testing();
