# Processes killed in mid-stream: the apply worker, which takes its server down
# and through recovery, and the publisher. Both sites end equal.

use strict;
use warnings FATAL => 'all';

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;

my $site_a = make_site('A');
my $site_b = make_site('B', conf => "restart_after_crash = on\n");
my $db = 'crash';
my $seed = seed_random();

create_db($db, $site_a, $site_b);
foreach my $node ($site_a, $site_b)
{
	$node->safe_psql($db, <<'SQL');
CREATE TABLE t1 (id serial PRIMARY KEY, p text, n int);
CREATE TABLE t2 (id serial PRIMARY KEY, v text, n int);
SQL
}
define_mappings($site_b, $db);
add_rules($site_b, $db, [ 't1', 'p', 'path' ], [ 't2', 'v', 'text' ]);
$site_b->safe_psql($db, 'SELECT qsrepl.enable()');
my $name = subscribe($site_a, $site_b, $db);

my $script = PostgreSQL::Test::Utils::tempdir() . '/script';
append_to_file($script, <<'SQL');
\set a random(1, 200)
\set b random(1, 200)
BEGIN;
INSERT INTO t1 (p, n) VALUES ('\\CN\QlikShare\' || :a, 0);
INSERT INTO t2 (v, n) VALUES ('\\CN\QlikShare\' || :a || ' ' || repeat(md5(:b::text), 200), 0);
COMMIT;
BEGIN;
UPDATE t1 SET n = n + 1 WHERE id = :b;
UPDATE t2 SET n = n + 1 WHERE id = :a;
UPDATE t2 SET v = 'again https://CN1:' || :b, n = n + 1 WHERE id = :b;
DELETE FROM t1 WHERE id = :a;
COMMIT;
SQL

sub start_writers
{
	my ($seconds) = @_;
	my ($in, $out) = ('', '');

	return IPC::Run::start(
		[
			'pgbench', '-n', '-c', '2',
			'-T', $seconds, '-R', '200',
			'--random-seed', $seed++, '-f', $script,
			'-h', $site_a->host, '-p', $site_a->port,
			$db
		],
		'<',
		\$in,
		'>',
		\$out,
		'2>&1');
}

sub wait_for_rows
{
	my $count =
	  $site_b->safe_psql($db, 'SELECT coalesce(max(id), 0) FROM t2');

	$site_b->poll_query_until($db, "SELECT max(id) > $count + 20 FROM t2")
	  or die 'no rows arrive at site B';
	return;
}

#
# The apply worker
#
my $kills = 3;
my $writers = start_writers(scaled(4));
foreach my $i (1 .. $kills)
{
	$site_b->poll_query_until($db,
		"SELECT count(pid) = 1 FROM pg_stat_subscription WHERE subname = '$name'"
	) or die 'apply does not run';
	wait_for_rows();
	my $offset = -s $site_b->logfile;
	my $pid = apply_pid($site_b, $db, $name);
	die 'apply does not run' unless $pid;
	kill 'KILL', $pid or die "could not kill $pid: $!";
	$site_b->wait_for_log(qr/all server processes terminated; reinitializing/,
		$offset);
	$site_b->poll_query_until($db, 'SELECT NOT pg_is_in_recovery()')
	  or die 'site B does not come back';
}
$writers->finish;
catch_up($site_a, $name);
tables_equal_rewritten($site_a, $site_b, $db,
	"apply was killed $kills times: the rows are equal");
no_leaks($site_b, $db);
query_is($site_b, $db, 'SELECT triggers, state FROM qsrepl.status',
	'2|local', 'the database is as it was');

#
# The publisher
#
$writers = start_writers(scaled(30));
wait_for_rows();
$site_a->kill9;
$writers->finish;
start_killed($site_a);
$writers = start_writers(scaled(1));
wait_for_rows();
$writers->finish;
catch_up($site_a, $name);
tables_equal_rewritten($site_a, $site_b, $db,
	'the publisher was killed: the rows are equal');
no_leaks($site_b, $db);

#
# localize() itself: all or nothing
#
$site_b->safe_psql($db, <<'SQL');
SET client_min_messages = error;
SELECT qsrepl.set_mapping('share', 'path', 'B', '\\after\crash');
SQL
my $before = $site_b->safe_psql($db, 'SELECT count(*) FROM qsrepl.leaks()');
my $locker = $site_b->background_psql($db);
my $session = $site_b->background_psql($db, on_error_stop => 0);
# localize() has done t1 when it comes to its fixup, which waits for a lock.
$site_b->safe_psql($db,
	q(CREATE TABLE waiting (); INSERT INTO qsrepl.fixup VALUES ('wait', 1, 'LOCK TABLE public.waiting'))
);
$locker->query_safe('BEGIN; LOCK TABLE waiting');
$session->query_until(qr/start/, "\\echo start\nSELECT qsrepl.localize();\n");
$site_b->poll_query_until($db,
	q(SELECT count(*) = 1 FROM pg_locks WHERE relation = 'waiting'::regclass AND NOT granted)
) or die 'localize() does not wait';
my $offset = -s $site_b->logfile;
kill 'KILL',
  $site_b->safe_psql($db,
	q(SELECT pid FROM pg_locks WHERE relation = 'waiting'::regclass AND NOT granted)
  );
$site_b->wait_for_log(qr/all server processes terminated; reinitializing/,
	$offset);
$site_b->poll_query_until($db, 'SELECT NOT pg_is_in_recovery()')
  or die 'site B does not come back';
$_->{run}->kill_kill foreach $locker, $session;
query_is($site_b, $db, 'SELECT count(*) FROM qsrepl.leaks()',
	$before, 'killed in localize(): nothing is localized');
cmp_ok($before, '>', 0, 'though there was something to do');
$site_b->safe_psql($db, 'DELETE FROM qsrepl.fixup; SELECT qsrepl.localize()');
no_leaks($site_b, $db, 'and once more, all is');
catch_up($site_a, $name);
tables_equal_rewritten(
	$site_a, $site_b, $db,
	'the rows are equal',
	skip => qr/waiting/);

$site_b->stop('fast');
$site_a->stop('fast');
done_testing();
