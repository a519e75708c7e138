# Reading a table as its owner takes no memory for its rows: leaks() and
# preview() of a large table, whose owner is no superuser.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;

my $rows = 150_000;
my $site_b = make_site('B');
my $db = 'memory';

create_db($db, $site_b);
$site_b->safe_psql($db, <<"SQL");
CREATE ROLE owner_of_many;
CREATE TABLE few (id int PRIMARY KEY, p text);
CREATE TABLE many (id int PRIMARY KEY, p text);
ALTER TABLE many OWNER TO owner_of_many;
INSERT INTO many SELECT i, '\\\\CN\\QlikShare\\' || repeat('x', 1000) || i FROM generate_series(1, $rows) AS i;
SQL
define_mappings($site_b, $db);
add_rules($site_b, $db, map { [ $_, 'p', 'path' ] } 'few', 'many');

# One session each, so that each has a peak of its own.
foreach my $function ('leaks', 'preview')
{
	my $psql = $site_b->background_psql($db);
	my $pid = $psql->query_safe('SELECT pg_backend_pid()');
	my $peak = sub {
		slurp_file("/proc/$pid/status") =~ /^VmHWM:\s*(\d+) kB/m or die 'VmHWM';
		return int($1 / 1024);
	};

	# What the first call loads is not counted, nor pages of shared memory.
	$psql->query_safe("SET work_mem = '4MB'");
	$psql->query_safe('SELECT count(length(p)) FROM many');
	$psql->query_safe("SELECT count(*) FROM qsrepl.$function('few')");
	my $before = $peak->();
	is($psql->query_safe("SELECT count(*) FROM qsrepl.$function()"), $rows, "$function() finds all");
	cmp_ok($peak->() - $before, '<', 100, 'and takes less memory than the rows do');
	$psql->quit;
}

done_testing();
