# localize() and changes of rules beside apply: apply is never the victim of a
# deadlock, nothing fails, and no row is missed.

use strict;
use warnings FATAL => 'all';

use IPC::Run;
use List::Util qw(shuffle);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;

my $site_a = make_site('A');
my $site_b = make_site('B');
my $db = 'locks';
my $seed = seed_random();

create_db($db, $site_a, $site_b);
my @tables = map { "t$_" } 1 .. 6;
foreach my $node ($site_a, $site_b)
{
	foreach my $table (@tables)
	{
		$node->safe_psql($db,
			"CREATE TABLE $table (id int PRIMARY KEY, p text, n int)");
	}
	$node->safe_psql($db, <<'SQL');
CREATE TABLE parts (id int PRIMARY KEY, p text, n int) PARTITION BY HASH (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE late (id int PRIMARY KEY, p text, n int);
SQL
}
push @tables, 'parts';
$site_a->safe_psql($db,
	"INSERT INTO $_ SELECT i, '\\\\CN\\QlikShare\\' || i, 0 FROM generate_series(1, 20) AS i"
) foreach @tables, 'late';
define_mappings($site_b, $db);
add_rules($site_b, $db, map { [ $_, 'p', 'path' ] } @tables);
$site_b->safe_psql($db, 'SELECT qsrepl.enable()');
my $name = subscribe($site_a, $site_b, $db);
my $pid = apply_pid($site_b, $db, $name);

# Transactions that write tables in any order
my $dir = PostgreSQL::Test::Utils::tempdir();
my @scripts = map {
	my $file = "$dir/script$_";
	my @steps;
	foreach my $table ((shuffle(@tables, 'late'))[ 0 .. 3 ])
	{
		my $id = int rand 20;
		push @steps,
		  rand() < 0.5
		  ? "UPDATE $table SET n = n + 1 WHERE id = $id;"
		  : "INSERT INTO $table VALUES ($id, '\\\\CN\\QlikShare\\new', 0)"
		  . " ON CONFLICT (id) DO UPDATE SET p = excluded.p || $table.n;";
	}
	append_to_file($file, join "\n", 'BEGIN;', @steps, "COMMIT;\n");
	$file;
} 1 .. 30;
my ($in, $out) = ('', '');
my $writers = IPC::Run::start(
	[
		'pgbench', '-n',
		'-c', '2',
		'-T', scaled(6),
		'-R', '300',
		'--random-seed', $seed,
		(server_major($site_a) >= 15 ? ('--max-tries', '10') : ()),
		(map { ('-f', $_) } @scripts), '-h',
		$site_a->host, '-p',
		$site_a->port, $db
	],
	'<',
	\$in,
	'>',
	\$out,
	'2>&1');

my $offset = -s $site_b->logfile;
my ($runs, @failures) = (0);
while ($writers->pumpable)
{
	my $table = $tables[ rand @tables ];
	my ($what, $may_give_way) = @{
		(   [ 'SELECT qsrepl.localize()', 0 ],
			[
				"BEGIN; SELECT qsrepl.set_mapping('share', 'path', 'B', '\\\\b$runs\\Qlik'); SELECT qsrepl.localize(); COMMIT",
				0
			],
			[
				"SELECT qsrepl.add_rule('late', 'p', 'path'); SELECT qsrepl.localize(); SELECT qsrepl.drop_rule('public.late', 'p')",
				0
			],
			# These hold locks of tables when localize() asks for others.
			[
				"BEGIN; SELECT qsrepl.drop_rule('public.$table', 'p'); SELECT qsrepl.add_rule('$table', 'p', 'path'); SELECT qsrepl.localize(); COMMIT",
				1
			],
			[
				'BEGIN; SELECT qsrepl.disable(); SELECT qsrepl.enable(); SELECT qsrepl.localize(); COMMIT',
				1
			])[ rand 5 ]
	};
	my ($result, $stdout, $stderr) = $site_b->psql(
		$db,
		"SET client_min_messages = error; $what",
		on_error_stop => 1);

	push @failures, "$what: $stderr"
	  if $result != 0
	  && !($may_give_way && $stderr =~ /deadlock detected|could not lock/);
	$runs++;
	$writers->pump_nb;
}
$writers->finish;
note $out;
catch_up($site_a, $name);
cmp_ok($runs, '>=', 5, "localized while apply went on ($runs times)");
is(join("\n", @failures[ 0 .. ($#failures < 2 ? $#failures : 2) ]),
	'', 'none has failed');
add_rules($site_b, $db, [ 'late', 'p', 'path' ]);
$site_b->safe_psql($db, 'SELECT qsrepl.localize()');
tables_equal_rewritten($site_a, $site_b, $db, 'the rows are equal');
no_leaks($site_b, $db);
is(apply_pid($site_b, $db, $name), $pid, 'apply goes on in the same process');
is(log_errors($site_b, $offset, qr/\[$pid\]/), '', 'without an error');

# What holds locks already, by changing a rule, when it asks for more can close
# a circle with apply: it must be the one that gives way, and not apply. Here
# apply holds the first table and waits for t2, which another session holds;
# it will want the last one, which mine has got by then.
sub close_circle
{
	my ($tables, $mine_waits_for, $sql, $test) = @_;
	my $pid = apply_pid($site_b, $db, $name);
	my $offset = -s $site_b->logfile;
	my $other = $site_b->background_psql($db);
	my $mine = $site_b->background_psql($db, on_error_stop => 0);
	my $waiting =
	  q(SELECT count(*) >= %d FROM pg_locks WHERE relation = '%s'::regclass AND NOT granted);

	$other->query_safe('BEGIN; LOCK TABLE t2 IN SHARE MODE');
	$site_a->safe_psql(
		$db,
		join ';',
		'BEGIN',
		(   map {
				"UPDATE $_ SET n = n + 1, p = '\\\\CN\\QlikShare\\circle' WHERE id = 1"
			} @$tables),
		'COMMIT');
	$site_b->poll_query_until($db, sprintf $waiting, 1, 't2')
	  or die 'apply does not wait';
	$mine->query_until(
		qr/begun/,
		# It looks for a deadlock before there is one.
		"SET client_min_messages = error; SET deadlock_timeout = '1ms';\n\\echo begun\n$sql\n\\echo ended\n"
	);
	$site_b->poll_query_until(
		$db,
		sprintf $waiting,
		$mine_waits_for eq 't2' ? 2 : 1,
		$mine_waits_for) or die 'the other session does not wait';
	$other->query_safe('COMMIT');
	$mine->query_until(qr/ended/, '');
	note $mine->{stderr};
	catch_up($site_a, $name);
	is(apply_pid($site_b, $db, $name),
		$pid, "a circle of locks, $test: apply goes on in the same process");
	is(log_errors($site_b, $offset, qr/\[$pid\]/), '',
		'it is not the victim');
	$_->quit foreach $other, $mine;
	return;
}

$site_b->safe_psql($db, q(SELECT qsrepl.drop_rule('public.late', 'p')));
close_circle([qw(t1 t2 late)], 't1', <<'SQL', 'add_rule() and localize()');
BEGIN;
SELECT qsrepl.add_rule('late', 'p', 'path');
SELECT qsrepl.localize();
COMMIT;
SQL
close_circle([qw(t3 t2 t1)], 't2', 'SELECT qsrepl.disable();', 'disable()');
$site_b->safe_psql($db, q(SELECT qsrepl.enable()));
close_circle([qw(t3 t2 t1)], 't2', <<'SQL', 'drop_rule() of several');
BEGIN;
SELECT qsrepl.drop_rule('public.t1', 'p');
SELECT qsrepl.drop_rule('public.t2', 'p');
COMMIT;
SQL
add_rules($site_b, $db, map { [ $_, 'p', 'path' ] } qw(t1 t2 late));
$site_b->safe_psql($db,
	'SET client_min_messages = error; SELECT qsrepl.localize()');
tables_equal_rewritten($site_a, $site_b, $db, 'the rows are equal');

$site_b->stop('fast');
$site_a->stop('fast');
done_testing();
