# The fence: who is stopped, what ends it, and where it holds.

use strict;
use warnings FATAL => 'all';

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;
use Time::HiRes qw(usleep);

my $read_only = qr/ERROR: +cannot execute .* in a read-only transaction/;
my $refused = qr/ERROR: +this server is fenced: it takes no changes/;
my $refused_or_ended =
  qr/read-only transaction|this server is fenced|terminating connection/;
my $app_writes = 'INSERT INTO t VALUES (1000)';

# Run as the role "app"; returns the exit code and what was said.
sub app
{
	my ($node, $sql, %opt) = @_;
	my ($rc, $stdout, $stderr) = $node->psql(
		$opt{db} // 'one', $sql,
		on_error_stop => 1,
		extra_params => [ '-U', $opt{user} // 'app' ]);

	return ($rc, $stdout . $stderr);
}

sub app_can
{
	my ($node, $sql, $name, %opt) = @_;
	my ($rc, $said) = app($node, $sql, %opt);

	return is($rc, 0, $name) || diag $said;
}

sub app_cannot
{
	my ($node, $sql, $expected, $name, %opt) = @_;
	my ($rc, $said) = app($node, $sql, %opt);

	isnt($rc, 0, "$name: fails");
	return like($said, $expected, "$name: and why");
}

sub fenced_is
{
	my ($node, $expected, $name) = @_;

	return query_is($node, 'one',
		'SELECT fenced, reason FROM qsrepl._fence_state()',
		$expected, $name);
}

# A statement as superuser that fails: what was said.
sub error_of
{
	my ($node, $sql, $db) = @_;
	my ($rc, $stdout, $stderr) = $node->psql($db // 'one', $sql);

	isnt($rc, 0, "refused: $sql");
	return $stderr;
}

my $node = make_site('A', conf => "max_prepared_transactions = 5\n");
create_db($_, $node) foreach qw(one two);
$node->safe_psql('one', <<'SQL');
CREATE ROLE app LOGIN;
CREATE ROLE boss LOGIN SUPERUSER;
GRANT ALL ON SCHEMA public TO app;
SELECT lo_create(4711);
ALTER LARGE OBJECT 4711 OWNER TO app;
CREATE FUNCTION as_superuser(command text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN EXECUTE command; END $$;
CREATE PROCEDURE tricks() LANGUAGE plpgsql AS $$
DECLARE n bigint;
BEGIN
	COMMIT;
	SET TRANSACTION READ WRITE;
	n := nextval('public.s');
END $$;
SQL
my $version =
  $node->safe_psql('one', q(SELECT current_setting('server_version_num')));

# Some versions do not let a function have this setting.
my $insists = 0 == $node->psql('one', <<'SQL');
CREATE FUNCTION insists() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET transaction_read_only = off AS $$
BEGIN INSERT INTO t VALUES (1001); END $$;
SQL
my $setup = <<'SQL';
CREATE TABLE t (id int PRIMARY KEY, note text);
INSERT INTO t SELECT i FROM generate_series(1, 10) AS i;
CREATE SEQUENCE s;
CREATE TABLE other (id int);
SQL
app_can($node, $setup, 'app sets up its tables');
$node->safe_psql('two', 'GRANT ALL ON SCHEMA public TO app');
app_can($node, 'CREATE TABLE t (id int)', 'in the other database too',
	db => 'two');
app_can($node, "BEGIN; INSERT INTO t VALUES (500); PREPARE TRANSACTION 'p'",
	'a prepared transaction');
fenced_is($node, 'f|', 'no fence at first');

#
# Who may call it
#
app_cannot(
	$node,
	q(SELECT qsrepl.fence('mine')),
	qr/permission denied for function fence/,
	'fence() by a plain role');
app_cannot(
	$node,
	q(SELECT qsrepl.unfence()),
	qr/permission denied for function unfence/,
	'unfence() by a plain role');
app_cannot(
	$node,
	q(SELECT as_superuser('SELECT qsrepl.fence(''mine'')')),
	qr/ERROR: +must be superuser to call qsrepl.fence\(\).*HINT: /s,
	'fence() through a superuser\'s function');
app_cannot(
	$node,
	q(SELECT as_superuser('SELECT qsrepl.unfence()')),
	qr/ERROR: +must be superuser to call qsrepl.unfence\(\)/,
	'unfence() through a superuser\'s function');
like(
	($node->psql('one', 'SELECT qsrepl.unfence()'))[2],
	qr/NOTICE: +this server is not fenced/,
	'unfence() where there is no fence');

#
# Sessions that are there when the fence comes
#
my %session =
  map {
	$_ => $node->background_psql(
		'one',
		on_error_stop => 0,
		extra_params => [ '-U', 'app' ])
  }
  qw(writer reader between slow temp begun late waits);
my %pid = map { $_ => $session{$_}->query_safe('SELECT pg_backend_pid()') }
  keys %session;

$session{writer}->query_safe('BEGIN; INSERT INTO t VALUES (501)');
$session{reader}->query_safe('BEGIN; SELECT count(*) FROM t');
$session{temp}->query_safe('CREATE TEMP TABLE x (id int)');
$session{begun}->query_safe('BEGIN');
$session{slow}->query_until(qr/started/,
	"\\echo started\nINSERT INTO t SELECT 502 FROM pg_sleep(600);\n");
$node->poll_query_until('one',
	"SELECT wait_event = 'PgSleep' FROM pg_stat_activity WHERE pid = $pid{slow}"
) or die 'the slow one did not begin';
my $boss = $node->background_psql('one', extra_params => [ '-U', 'boss' ]);
$boss->query_safe(
	'SELECT pg_advisory_lock(1); BEGIN; INSERT INTO t VALUES (503); LOCK TABLE other IN SHARE MODE'
);

# This one got past the fence and writes behind it: nothing shows that it will.
$session{late}->query_until(qr/started/,
	"\\echo started\nSELECT pg_advisory_lock(1), lo_create(4712);\n");
# This one got past the fence, and waits for the table that it will change.
$session{waits}->query_until(qr/started/, "\\echo started\nTRUNCATE other;\n");
$node->poll_query_until('one',
	"SELECT count(*) = 2 FROM pg_locks WHERE NOT granted AND pid IN ($pid{late}, $pid{waits})"
) or die 'they do not wait';

my $offset = -s $node->logfile;
$node->safe_psql('one', q(SELECT qsrepl.fence('site B is active; Größe')));
fenced_is($node, 't|site B is active; Größe', 'the fence and its reason');
query_is(
	$node,
	'one',
	"SELECT string_agg(pid::text, ' ') FROM pg_stat_activity WHERE pid IN ($pid{writer}, $pid{slow}, $pid{waits})",
	'',
	'sessions that have written are gone when fence() returns');
query_is(
	$node,
	'one',
	"SELECT count(*) FROM pg_stat_activity WHERE pid IN ("
	  . join(', ', @pid{qw(reader between temp begun late)}) . ')',
	'5',
	'the others are not');
query_is($node, 'one', 'SELECT count(*) FROM t WHERE id BETWEEN 501 AND 502',
	'0', 'nothing of what the ended ones have written is there');
is($session{reader}->query('SELECT count(*) FROM t'),
	'10', 'an open transaction that reads goes on');
is($session{between}->query('SELECT count(*) FROM t'), '10', 'an idle session too');
$session{between}->query($app_writes);
like($session{between}->{stderr}, $read_only, 'but does not write');
$session{between}->{stderr} = '';
$session{temp}->query('INSERT INTO x VALUES (1)');
is($session{temp}->query('SELECT count(*) FROM x'), '1',
	'temporary tables can be written');
$session{begun}->query('INSERT INTO t VALUES (504)');
like($session{begun}->{stderr}, $read_only,
	'a transaction that began before the fence does not write');
$boss->query_safe('COMMIT; SELECT pg_advisory_unlock(1)');
$session{late}->query('SELECT');
like($session{late}->{stderr},
	$refused, 'what got past the fence is refused at its commit');
query_is($node, 'one',
	'SELECT count(*) FROM pg_largeobject_metadata WHERE oid = 4712',
	'0', 'nothing of it is there');
query_is($node, 'one', 'SELECT count(*) FROM t WHERE id = 503',
	'1', 'a superuser\'s open transaction is left alone');
$_->quit foreach $boss, @session{qw(reader between temp begun late)};
foreach (@session{qw(writer slow waits)})
{
	eval { $_->quit };
}
like(
	slurp_file($node->logfile, $offset),
	qr/LOG: +this server is fenced now.*DETAIL: +Reason: site B is active/s,
	'the log says it');
query_is(
	$node,
	'one',
	q(SELECT what, detail FROM qsrepl.event WHERE what LIKE '%fence%'),
	'fenced|site B is active; Größe',
	'so does the event');
query_is(
	$node,
	'one',
	q(SELECT severity, object, problem FROM qsrepl.check() WHERE object = 'fence'),
	'warning|fence|this server is fenced: site B is active; Größe',
	'and check()');

#
# What is refused
#
my %writes = (
	'INSERT' => $app_writes,
	'UPDATE' => 'UPDATE t SET note = $$x$$',
	'DELETE' => 'DELETE FROM t',
	'data-modifying WITH' =>
	  'WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d',
	'COPY FROM' => "COPY t (id) FROM stdin;\n1000\n\\.\n",
	'nextval' => q(SELECT nextval('s')),
	'setval' => q(SELECT setval('s', 5)),
	'CREATE TABLE' => 'CREATE TABLE u (id int)',
	'CREATE TABLE AS' => 'CREATE TABLE u AS SELECT * FROM t',
	'ALTER TABLE' => 'ALTER TABLE t ADD more int',
	'DROP TABLE' => 'DROP TABLE t',
	'TRUNCATE' => 'TRUNCATE t',
	'SELECT FOR UPDATE' => 'SELECT * FROM t FOR UPDATE',
	'EXPLAIN ANALYZE' => "EXPLAIN ANALYZE $app_writes",
	'DO' => "DO 'BEGIN $app_writes; END'",
	'DO with an exception' =>
	  "DO 'BEGIN BEGIN PERFORM 1/0; EXCEPTION WHEN OTHERS THEN $app_writes; END; END'",
	'a prepared statement' => "PREPARE p AS $app_writes; EXECUTE p",
	'a superuser\'s function' => "SELECT as_superuser('$app_writes')",
	'behind SET' => "SET transaction_read_only = off; $app_writes",
	'behind SET default' =>
	  "SET default_transaction_read_only = off; $app_writes",
	'behind SET SESSION CHARACTERISTICS' =>
	  "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE; $app_writes",
	'behind BEGIN READ WRITE' => "BEGIN READ WRITE; $app_writes; COMMIT",
	'behind SET TRANSACTION' =>
	  "BEGIN; SET TRANSACTION READ WRITE; $app_writes; COMMIT",
	'behind a savepoint' =>
	  "BEGIN; SELECT 1; SAVEPOINT x; ROLLBACK TO x; $app_writes; COMMIT",
	'a procedure that commits' => 'CALL tricks()',
	'ALTER ROLE' => q(ALTER ROLE app SET work_mem = '8MB'));
$writes{MERGE} =
  'MERGE INTO t USING (SELECT 1 AS id) AS x ON x.id = t.id WHEN MATCHED THEN DELETE'
  if $version >= 150000;

app_cannot($node, $writes{$_}, $read_only, $_) foreach sort keys %writes;
app_cannot($node, "COMMIT PREPARED 'p'", $refused, 'COMMIT PREPARED');
app_cannot(
	$node, 'SELECT insists()',
	qr/read-only transaction|read-write mode must be set before/,
	'a function that sets it back')
  if $insists;
app_cannot($node, 'CREATE TABLE u (id int)',
	$read_only, 'another database', db => 'two');

my %large = (
	'lo_create' => 'lo_create(0)',
	'lo_creat' => 'lo_creat(-1)',
	'lo_from_bytea' => "lo_from_bytea(0, 'x')",
	'lo_put' => "lo_put(4711, 0, 'x')",
	'lo_unlink' => 'lo_unlink(4711)',
	'lowrite' => "lowrite(lo_open(4711, 131072), 'x')",
	'lo_truncate' => 'lo_truncate(lo_open(4711, 131072), 0)',
	'lo_truncate64' => 'lo_truncate64(lo_open(4711, 131072), 0)');
app_cannot($node, "SELECT $large{$_}",
	qr/$refused.*DETAIL: +Reason: site B is active; Größe\..*HINT: /s, $_)
  foreach sort keys %large;
my $file = "$ENV{SCRATCH}/object";
append_to_file($file, 'x' x 100);
app_cannot($node, "\\lo_import $file", $refused,
	'lo_import of psql, by fastpath');
app_cannot($node, '\\lo_unlink 4711', $refused,
	'lo_unlink of psql, by fastpath');

#
# What goes on
#
app_can($node, $_, "goes on: $_")
  foreach 'SELECT count(*) FROM t', 'COPY t TO stdout',
  "EXPLAIN $app_writes", 'SELECT currval FROM (SELECT last_value AS currval FROM s) AS x',
  'BEGIN; DECLARE c CURSOR FOR SELECT * FROM t; FETCH 3 FROM c; COMMIT',
  'BEGIN; SELECT 1; ROLLBACK', 'SET work_mem = 1000', 'SELECT lo_get(4711)';
query_is($node, 'one',
	'SELECT count(*), max(id), (SELECT last_value FROM s), (SELECT count(*) FROM pg_largeobject_metadata) FROM t',
	'11|503|1|1', 'nothing has changed');
app_can($node, 'INSERT INTO t VALUES (600)', 'a superuser writes',
	user => 'boss');
app_can($node, "SELECT * FROM qsrepl._fence_state()",
	'everybody may ask for the state');
app_cannot(
	$node,
	"SET SESSION AUTHORIZATION app; INSERT INTO t VALUES (601)",
	$read_only,
	'a superuser as somebody else',
	user => 'boss');

#
# It survives restarts
#
$node->restart;
fenced_is($node, 't|site B is active; Größe', 'restart: fenced');
app_cannot($node, $app_writes, $read_only, 'restart');
$node->stop('immediate');
$node->start;
app_cannot($node, $app_writes, $read_only, 'start behind a crash');
fenced_is($node, 't|site B is active; Größe', 'crash: fenced');

# A crash restart, without a new postmaster
$offset = -s $node->logfile;
$node->append_conf('postgresql.conf', 'restart_after_crash = on');
$node->reload;
kill 'KILL', $node->safe_psql('one',
	"SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'");
$node->wait_for_log(qr/database system is ready to accept connections/,
	$offset);
$node->poll_query_until('one', 'SELECT fenced FROM qsrepl._fence_state()');
app_cannot($node, $app_writes, $read_only, 'crash restart');

#
# It does not travel
#
$node->backup('fenced');
foreach my $case (
	[ 'b', 'B', 1, 'f|', 'promoted, at the other site' ],
	[ 'a', 'A', 1, 'f|', 'promoted, at the same site' ],
	[ 'c', 'B', 0, 'f|', 'on its own, at the other site' ],
	[ 'd', 'A', 0, 't|site B is active; Größe', 'the same server, restored' ])
{
	my ($name, $site, $promoted, $expected, $what) = @$case;
	my $copy = PostgreSQL::Test::Cluster->new("copy_$name");

	$copy->init_from_backup($node, 'fenced', has_streaming => $promoted);
	$copy->append_conf('postgresql.conf', "qsrepl.local_site = '$site'");
	$copy->start;
	if ($promoted)
	{
		fenced_is($copy, 'f|', "$what: a standby is not fenced");
		like(
			error_of($copy, q(SELECT qsrepl.fence('x'))),
			qr/ERROR: +a standby server cannot be fenced.*DETAIL: .*HINT: /s,
			"$what: a standby cannot be fenced");
		$copy->promote;
	}
	fenced_is($copy, $expected, "base backup, $what");
	app_can($copy, $app_writes, "base backup, $what: writes")
	  if $expected eq 'f|';
	app_cannot($copy, $app_writes, $read_only, "base backup, $what")
	  if $expected ne 'f|';
	$copy->stop;
}

#
# A new timeline ends it; so does unfence()
#
$node->stop;
append_to_file($node->data_dir . '/standby.signal', '');
$node->start;
$node->promote;
fenced_is($node, 'f|', 'a promotion ends the fence');
app_can($node, $app_writes, 'promoted: writes');
like(
	slurp_file($node->logfile),
	qr/LOG: +the fence in file "qsrepl.fence" is void.*DETAIL: +It is for site "A" on timeline 1/s,
	'the log says so');

$node->safe_psql('one', q(SELECT qsrepl.fence('again')));
app_cannot($node, 'DELETE FROM t', $read_only, 'fenced again');
$node->safe_psql('one', 'BEGIN; SELECT qsrepl.fence($$changed$$); ROLLBACK');
fenced_is($node, 't|changed', 'another reason; no part of the transaction');
my $stderr = ($node->psql('one', 'SELECT qsrepl.unfence()'))[2];
is($stderr, '', 'unfence() has nothing to say');
fenced_is($node, 'f|', 'unfence(): not fenced');
ok(!-e $node->data_dir . '/qsrepl.fence', 'and there is no file');
app_can($node, 'DELETE FROM t WHERE id = 1000', 'unfence(): writes');
app_can($node, "COMMIT PREPARED 'p'",
	'what was prepared before the fence is committed');
query_is(
	$node,
	'one',
	q(SELECT string_agg(what, ' ' ORDER BY id) FROM qsrepl.event WHERE what LIKE '%fence%'),
	'fenced fenced unfenced',
	'events');
$node->restart;
app_can($node, $app_writes, 'not fenced behind a restart');
$node->safe_psql('one', q(SELECT qsrepl.fence(E'two\nlines ' || repeat('é', 1000))));
$node->restart;
query_is($node, 'one',
	q(SELECT fenced, left(reason, 12), octet_length(reason) FROM qsrepl._fence_state()),
	't|two lines éé|400', 'a long reason of several lines');

#
# A file that is damaged
#
my $fence_file = $node->data_dir . '/qsrepl.fence';
my $good = slurp_file($fence_file);
my %damage = (
	'empty' => '',
	'nonsense' => "\0\1\2nonsense",
	'cut off' => substr($good, 0, 30),
	'without a line' => $good =~ s/^timeline.*\n//mr,
	'a number that is none' => $good =~ s/^(timeline = )/$1x/mr,
	'a time that is none' => $good =~ s/^(time = )/$1x/mr,
	'too long' => $good . "more = " . 'x' x 4000 . "\n");
foreach my $what (sort keys %damage)
{
	$node->stop;
	unlink $fence_file;
	append_to_file($fence_file, $damage{$what});
	$offset = -s $node->logfile;
	$node->start;
	fenced_is($node, 't|the file "qsrepl.fence" is damaged',
		"damaged file, $what: it holds");
	like(
		slurp_file($node->logfile, $offset),
		qr/WARNING: +the file "qsrepl.fence" is damaged.*HINT: /s,
		"damaged file, $what: the log says so");
}
app_cannot($node, 'DELETE FROM t', $read_only, 'damaged file');
$node->stop;
unlink $fence_file;
mkdir $fence_file;
$node->start;
fenced_is($node, 't|the file "qsrepl.fence" is damaged',
	'a file that cannot be read: it holds');
$node->stop;
rmdir $fence_file;
append_to_file($fence_file, $good . "later = this\n");
$node->start;
query_is($node, 'one', 'SELECT fenced, left(reason, 3) FROM qsrepl._fence_state()',
	't|two', 'lines of a later version do no harm');
$node->safe_psql('one', 'SELECT qsrepl.unfence()');
app_can($node, 'DELETE FROM t WHERE id = 1000', 'unfence() ends it');

# It cannot be written: nothing changes.
mkdir "$fence_file.tmp";
like(
	error_of($node, q(SELECT qsrepl.fence('x'))),
	qr/ERROR: +could not write file "qsrepl.fence.tmp"/,
	'a file that cannot be written');
fenced_is($node, 'f|', 'and no fence');
rmdir "$fence_file.tmp";

#
# COMMIT PREPARED that is on its way, here for want of a synchronous standby
#
app_can($node, "BEGIN; INSERT INTO t VALUES (700); PREPARE TRANSACTION 'q'",
	'another prepared transaction');
$node->append_conf('postgresql.conf', <<'CONF');
synchronous_commit = local
synchronous_standby_names = 'nobody'
CONF
$node->reload;
my $preparer = $node->background_psql('one', extra_params => [ '-U', 'app' ]);
my $preparer_pid = $preparer->query_safe('SELECT pg_backend_pid()');
$preparer->query_until(qr/started/,
	"\\echo started\nSET synchronous_commit = on;\nCOMMIT PREPARED 'q';\n");
$node->poll_query_until('one',
	"SELECT wait_event = 'SyncRep' FROM pg_stat_activity WHERE pid = $preparer_pid"
) or die 'it does not wait';
$node->safe_psql('one', q(SELECT qsrepl.fence('x')));
query_is($node, 'one',
	"SELECT count(*) FROM pg_stat_activity WHERE pid = $preparer_pid",
	'0', 'COMMIT PREPARED on its way has ended when fence() returns');
query_is($node, 'one', 'SELECT count(*) FROM t WHERE id = 700',
	'1', 'and was done already');
eval { $preparer->quit };
$node->append_conf('postgresql.conf', "synchronous_standby_names = ''");
$node->reload;
$node->safe_psql('one', 'SELECT qsrepl.unfence()');

#
# Clients that write as fast as they can: when fence() has returned, nothing
# more is committed.
#
$node->safe_psql('one', 'CREATE TABLE fast (id serial, n int)');
$node->safe_psql('one', 'GRANT ALL ON fast, fast_id_seq TO app');
my %scripts = (
	'autocommit' => 'INSERT INTO fast (n) VALUES (1);',
	'transactions' =>
	  "BEGIN;\nSELECT 1;\nINSERT INTO fast (n) VALUES (2);\nCOMMIT;",
	'large objects' => 'SELECT lo_create(0);',
	'tables' =>
	  "DROP TABLE IF EXISTS fast_:client_id;\nCREATE TABLE fast_:client_id (id int);",
	'prepared transactions' =>
	  "BEGIN;\nINSERT INTO fast (n) VALUES (3);\nPREPARE TRANSACTION 'x:client_id';\nCOMMIT PREPARED 'x:client_id';"
);
my $all = <<'SQL';
SELECT (SELECT count(*) FROM fast), (SELECT count(*) FROM pg_largeobject_metadata),
	(SELECT sum(oid::bigint) FROM pg_class WHERE relname LIKE 'fast%')
SQL
foreach my $what (sort keys %scripts)
{
	my $script = "$ENV{SCRATCH}/script";

	unlink $script;
	append_to_file($script, $scripts{$what});
	foreach my $round (1 .. scaled(3))
	{
		my $before = $node->safe_psql('one', $all);
		my $clients = IPC::Run::start(
			[
				'pgbench', '-n', '-f', $script, '-c', '4', '-j', '4', '-T', '60',
				'-U', 'app', '-h', $node->host, '-p', $node->port, 'one'
			],
			'<', \undef, '>', \my $out, '2>', \my $err);

		foreach (1 .. 100 * $PostgreSQL::Test::Utils::timeout_default)
		{
			last if $node->safe_psql('one', $all) ne $before;
			usleep(10_000);
		}
		$node->safe_psql('one', q(SELECT qsrepl.fence('now')));
		my $then = $node->safe_psql('one', $all);

		$clients->finish;
		query_is($node, 'one', $all, $then,
			"$what, round $round: nothing comes behind the fence");
		like($err, $refused_or_ended, "$what, round $round: clients are refused or ended");
		$node->safe_psql('one', 'SELECT qsrepl.unfence()');
		$node->safe_psql('one',
			"ROLLBACK PREPARED '$_'") foreach split /\n/,
		  $node->safe_psql('one', q(SELECT gid FROM pg_prepared_xacts));
	}
}

#
# Subscriptions
#
foreach my $db (qw(one two))
{
	$node->safe_psql($db, <<SQL);
SET client_min_messages = error;
CREATE SUBSCRIPTION "Sub_$db" CONNECTION 'host=/nonexistent' PUBLICATION p
	WITH (connect = false, slot_name = 'x_$db');
ALTER SUBSCRIPTION "Sub_$db" ENABLE;
SQL
}
my $enabled = 'SELECT subname FROM pg_subscription WHERE subenabled ORDER BY 1';
$node->safe_psql('one', q(SELECT qsrepl.fence('x', keep_subscriptions => true)));
query_is($node, 'one', $enabled, "Sub_one\nSub_two", 'subscriptions are kept');
(undef, undef, $stderr) = $node->psql('one', q(SELECT qsrepl.fence('x')));
is($stderr, '', 'no warnings');
query_is($node, 'one', $enabled, '', 'subscriptions of all databases are disabled');
(undef, undef, $stderr) = $node->psql('one', q(SELECT qsrepl.unfence()));
like(
	$stderr,
	qr/NOTICE: +these subscriptions are disabled: "Sub_one" in database "one", "Sub_two" in database "two"\nHINT: /,
	'unfence() names them');
query_is($node, 'one', $enabled, '', 'and leaves them so');

# No place for a worker: the logical replication launcher and the peer's have
# them all.
$node->safe_psql($_, qq(ALTER SUBSCRIPTION "Sub_$_" ENABLE)) foreach qw(one two);
$node->append_conf('postgresql.conf', 'max_worker_processes = 2');
$node->restart;
(undef, undef, $stderr) = $node->psql('one', q(SELECT qsrepl.fence('x')));
like(
	$stderr,
	qr/WARNING: +subscription "Sub_two" in database "two" could not be disabled.*HINT: /s,
	'no worker: a warning names what stays');
query_is($node, 'one', $enabled, 'Sub_two', 'no worker: one\'s own is disabled');
fenced_is($node, 't|x', 'no worker: fenced');
$node->stop;

#
# Not preloaded
#
$node->append_conf('postgresql.conf', "shared_preload_libraries = ''");
$node->start;
like(
	error_of($node, q(SELECT qsrepl.fence('x'))),
	qr/ERROR: +qsrepl was not loaded when the server started.*HINT: /s,
	'not preloaded');
query_is(
	$node,
	'one',
	'SELECT fenced, peer FROM qsrepl._fence_state(), qsrepl._peer_state()',
	'f|not preloaded',
	'not preloaded: the states');
$node->stop;

done_testing();
