# Queries made at random, on rows of another site and on the same rows
# localized: they must give the same.  The tables and the comparison are those of
# the regression test reader_queries.  QSREPL_SEED, QSREPL_SCALE

use strict;
use warnings FATAL => 'all';

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;

my %tables = (
	docs => 'id:i path:t server:t c:t note:t n:i',
	folders => 'path:t id:i doc:i',
	hosts => 'name:t kind:i',
	nodes => 'id:i name:t',
	part => 'id:i path:t k:i',
	part_2 => 'id:i path:t k:i',
	parent => 'id:i path:t extra:t',
	child_1 => 'id:i path:t extra:t',
	mixed => 'id:i path:t k:i',
	plain => 'id:i path:t n:i',
	docs_view => 'id:i path:t server:t n:i',
	docs_barrier => 'id:i path:t server:t',
	docs_union => 'path:t',
	docs_grouped => 'server:t docs:i first:t',
	'all_docs()' => 'id:i path:t server:t');
my @names = sort keys %tables;
my $aliases = 0;

sub any { return $_[ rand @_ ] }
sub chance { return rand() < $_[0] }

# A scope is a list of [alias, [column, type], ...].
sub new_table
{
	my $name = any(@names);
	return ($name, [ 'a' . ++$aliases, map { [ split /:/ ] } split / /, $tables{$name} ]);
}

sub columns
{
	my ($type, @scope) = @_;
	my @columns;

	foreach my $one (@scope)
	{
		my ($alias, @all) = @$one;
		push @columns, map { "$alias.$_->[0]" } grep { $_->[1] eq $type } @all;
	}
	return @columns;
}

sub text
{
	my ($depth, @scope) = @_;
	my @columns = columns('t', @scope);
	my $alias = any(@scope)->[0];

	return "'x'" unless @columns;
	return any(@columns) if $depth > 2 || chance(0.5);
	return any(
		sub { 'upper(' . text($depth + 1, @scope) . ')' },
		sub { 'coalesce(' . text($depth + 1, @scope) . ', ' . text($depth + 1, @scope) . ')' },
		sub { '(' . text($depth + 1, @scope) . ' || ' . text($depth + 1, @scope) . ')' },
		sub { 'CASE WHEN ' . condition($depth + 1, @scope) . ' THEN ' . text($depth + 1, @scope) . ' END' },
		sub { any(@columns) . '::varchar(12)' },
		sub { "row_to_json($alias)::text" },
		sub { "$alias\::text" },
		sub {
			my ($name, $one) = new_table();
			'(SELECT max(' . text(3, $one) . ") FROM $name $one->[0] WHERE " . condition(3, @scope, $one) . ')';
		})->();
}

sub condition
{
	my ($depth, @scope) = @_;
	my @texts = columns('t', @scope);
	my @numbers = columns('i', @scope);
	my $alias = any(@scope)->[0];
	my @kinds = (sub { "$alias IS " . any('', 'NOT ') . 'NULL' });

	push @kinds,
	  sub { any(@texts) . " LIKE '%" . any('SRVB', 'srvb1', 'O', 'Q', 'CN') . "%'" },
	  sub { join any(' = ', ' < ', ' >= ', ' <> '), any(@texts), any(@texts) },
	  sub { any(@texts) . ' IS ' . any('', 'NOT ') . 'NULL' }
	  if @texts;
	push @kinds, sub { join any(' = ', ' < ', ' > '), any(@numbers), any(@numbers, 3, 5) } if @numbers;
	push @kinds,
	  sub { '(' . condition($depth + 1, @scope) . any(' AND ', ' OR ') . condition($depth + 1, @scope) . ')' },
	  sub {
		my ($name, $one) = new_table();
		"EXISTS (SELECT FROM $name $one->[0] WHERE " . condition(2, @scope, $one) . ')';
	  },
	  sub {
		my ($name, $one) = new_table();
		text(3, @scope) . any(' IN ', ' NOT IN ', ' = ANY ') . '(SELECT ' . text(3, $one)
		  . " FROM $name $one->[0] WHERE " . condition(2, @scope, $one) . ')';
	  }
	  if $depth < 2;
	return any(@kinds)->();
}

# One thing to select from.
sub source
{
	my ($depth) = @_;

	if ($depth < 2 && chance(0.2))
	{
		my ($query, @columns) = query($depth + 1);
		my $alias = 'a' . ++$aliases;
		return ("($query) $alias", [ $alias, @columns ]);
	}
	my ($name, $one) = new_table();
	return ("$name $one->[0]", $one);
}

sub sources
{
	my ($depth) = @_;
	my ($sql, @scope) = source($depth);

	foreach (1 .. any(0, 1, 1, 2, 3))
	{
		my $lateral = $sql =~ /LATERAL/;

		if ($depth < 2 && chance(0.15))
		{
			my $alias = 'a' . ++$aliases;
			my ($query, @columns) = query($depth + 1, @scope);

			$sql .= any(' LEFT JOIN', ' JOIN') . " LATERAL ($query) $alias ON true";
			push @scope, [ $alias, @columns ];
			next;
		}
		my ($right, $one) = source($depth);
		my $join = any('JOIN', 'LEFT JOIN', 'LEFT JOIN', $lateral ? 'JOIN' : ('RIGHT JOIN', 'FULL JOIN'));
		my ($here, $there) = ([ columns('t', $one) ], [ columns('t', @scope) ]);
		my $on;

		$join = 'LEFT JOIN' if $join eq 'FULL JOIN' && !(@$here && @$there);
		$on = @$here && @$there ? any(@$here) . ' = ' . any(@$there) : condition(2, @scope, $one);
		$on .= ' AND ' . condition(2, @scope, $one) if $join ne 'FULL JOIN' && chance(0.4);
		$sql .= " $join $right ON $on";
		push @scope, $one;
	}
	return ($sql, @scope);
}

# A query, and the columns that it has.
sub query
{
	my ($depth, @outer) = @_;
	my ($from, @scope) = sources($depth);
	my @all = (@scope, @outer);
	my $where = chance(0.5) ? ' WHERE ' . condition($depth, @all) : '';

	if (chance(0.3))
	{
		# Grouping sets over sub-queries are not reliable before PostgreSQL 18.
		my @keys = grep { !/SELECT/ } map { text(1, @scope) } 1 .. any(1, 1, 2, 3);

		@keys = any(columns('t', @scope), "'x'::text") unless @keys;
		my $list = join ', ', @keys;
		my $by = any($list, "ROLLUP ($list)", "CUBE ($list)", "GROUPING SETS (($list), ($keys[0]), ())");
		my $n = 0;
		my @select = map { "$_ AS c" . $n++ } @keys;

		push @select, 'count(*)::integer AS m', any('min', 'max') . '(' . text(1, @scope) . ') AS x', "$keys[0] || '!' AS y";
		return ('SELECT ' . join(', ', @select) . " FROM $from$where GROUP BY $by"
			  . (chance(0.3) ? ' HAVING max(' . text(2, @scope) . ") > 'A'" : ''),
			(map { [ "c$_", 't' ] } 0 .. $#keys), [ 'm', 'i' ], [ 'x', 't' ], [ 'y', 't' ]);
	}
	my $n = any(1, 2, 3);
	my @select = map { text(0, @all) . " AS c$_" } 1 .. $n;
	my @columns = map { [ "c$_", 't' ] } 1 .. $n;

	if ($depth < 2 && chance(0.15))
	{
		my ($other, @other) = sources(2);
		return ('(SELECT ' . join(', ', @select) . " FROM $from$where)" . any(' UNION ', ' UNION ALL ', ' INTERSECT ', ' EXCEPT ')
			  . '(SELECT ' . join(', ', map { text(1, @other) } 1 .. $n) . " FROM $other)", @columns);
	}
	if (chance(0.2))
	{
		push @select, 'rank() OVER (PARTITION BY ' . text(2, @scope) . ' ORDER BY ' . text(2, @scope) . ')::integer AS r';
		push @columns, [ 'r', 'i' ];
	}
	push @select, any(@scope)->[0] . ' AS w' if chance(0.3);
	my $distinct = chance(0.2) && !(grep { / AS w$/ } @select);
	return ('SELECT ' . ($distinct ? 'DISTINCT ' : '') . join(', ', @select) . " FROM $from$where",
		@columns);
}

my $script = slurp_file("$FindBin::RealBin/../sql/reader_queries.sql");
my ($tables) = $script =~ /\A(.*?)^INSERT INTO test\.query/ms;
my ($compare) = $script =~ m{(^/\*\n \* The result of a query.*?)^CREATE TABLE test\.outcome}ms;
my $node = make_site('B');

seed_random();
$node->safe_psql('postgres', 'CREATE DATABASE random');
$node->safe_psql('random', $tables);
$node->safe_psql('random', $compare);
foreach my $round (1 .. scaled(5))
{
	my $sql = "SET jit = off; SET statement_timeout = '60s'; CREATE TEMP TABLE query (query text, way text);\n";

	foreach (1 .. 200)
	{
		my ($query) = query(0);
		my $way = any('plain', 'plain', 'merge', 'index', 'prepared', 'parallel');

		$query = 'WITH z AS ' . any('', 'MATERIALIZED ', 'NOT MATERIALIZED ') . "($query) SELECT a.* FROM z a" if chance(0.3);
		$sql .= "INSERT INTO query VALUES (\$q\$$query\$q\$, '$way');\n";
	}
	# What SQL itself refuses, it refuses alike.
	$sql .= <<'SQL';
CREATE TEMP TABLE outcome AS
	SELECT query, way, test.run('there', query, way) AS there, test.run('here', query, way) AS here FROM query;
SELECT way, query, left(there::text, 300), left(here::text, 300) FROM outcome WHERE there IS DISTINCT FROM here LIMIT 3;
SELECT 'failed', count(*), min(here[2]) FROM outcome WHERE here[1] ~ '^[0-9A-Z]{5}$' HAVING count(*) > 20;
SELECT 'few rows', count(*) FROM outcome WHERE here::text ~ 'SRVB' HAVING count(*) < 20;
SQL
	query_is($node, 'random', $sql, '', "200 queries, round $round");
}
done_testing();
