# The peer check: a server that comes back does not take changes when the other
# site has taken over, whatever that does meanwhile.

use strict;
use warnings FATAL => 'all';

use IO::Socket::INET;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;
use Time::HiRes qw(time usleep);

my $read_only = qr/cannot execute INSERT in a read-only transaction/;

# Run as the role "app"; returns the exit code, what was said and how long it
# took.
sub app
{
	my ($node, $sql) = @_;
	my $begin = time;
	my ($rc, $stdout, $stderr) = $node->psql(
		'postgres', $sql,
		on_error_stop => 1,
		extra_params => [ '-U', 'app' ]);

	return ($rc, $stdout . $stderr, time - $begin);
}

sub insert_works
{
	my ($node, $name) = @_;
	my ($rc, $said) = app($node, 'INSERT INTO t VALUES (1)');

	return is($rc, 0, $name) || diag $said;
}

sub insert_fails
{
	my ($node, $name) = @_;
	my ($rc, $said) = app($node, 'INSERT INTO t VALUES (1)');

	return like($said, $read_only, $name);
}

# The setting is before the ones that were set before it.
sub set
{
	my ($node, %settings) = @_;

	$node->append_conf('postgresql.conf', "$_ = '$settings{$_}'")
	  foreach sort keys %settings;
	$node->reload if -e $node->data_dir . '/postmaster.pid';
	return;
}

sub asks
{
	my ($node, $peer, %settings) = @_;
	my $conninfo =
	  ref $peer ? $peer->connstr('postgres') =~ s/'/''/gr : $peer;

	return set($node, 'qsrepl.peer_conninfo' => $conninfo, %settings);
}

my $peer_query = 'SELECT peer FROM qsrepl._peer_state()';
my $fence_query = 'SELECT fenced, reason FROM qsrepl._fence_state()';

sub peer_becomes
{
	my ($node, $expected, $name) = @_;

	return ok(
		$node->poll_query_until('postgres', $peer_query, $expected), $name);
}

sub logged
{
	my ($node, $pattern, $offset, $name) = @_;

	$node->wait_for_log($pattern, $offset);
	return like(slurp_file($node->logfile, $offset), $pattern, $name);
}

# Clients that try to write all the time, from before the server starts: how
# many have written, and how many have read.
sub start_hammers
{
	my ($node, $n) = @_;
	my $stop = PostgreSQL::Test::Utils::tempdir() . '/stop';
	my $connection = $node->connstr('postgres') . ' user=app';
	my $loop = <<"SH";
while [ ! -e "$stop" ]; do
	psql -XAtq -d "$connection" -c "SELECT 'read' FROM (SELECT count(*) FROM t) x" \\
		-c "INSERT INTO t VALUES (666) RETURNING 'wrote'" 2>/dev/null
done
SH
	my @hammers = map {
		my $said = '';
		{
			run => IPC::Run::start([ 'sh', '-c', $loop ],
				'<', \undef, '>', \$said),
			said => \$said
		}
	} 1 .. $n;

	return { stop => $stop, hammers => \@hammers };
}

sub stop_hammers
{
	my ($all) = @_;
	my $said = '';

	append_to_file($all->{stop}, '');
	foreach my $hammer (@{ $all->{hammers} })
	{
		$hammer->{run}->finish;
		$said .= ${ $hammer->{said} };
	}
	return (scalar(() = $said =~ /wrote/g), scalar(() = $said =~ /read/g));
}

my $a = make_site('A', conf => <<'CONF');
wal_log_hints = on
qsrepl.peer_interval = 200ms
restart_after_crash = on
CONF
$a->safe_psql('postgres', <<'SQL');
CREATE EXTENSION qsrepl;
CREATE ROLE app LOGIN;
CREATE TABLE t (id int);
GRANT ALL ON t TO app;
SQL
query_is($a, 'postgres', $peer_query, 'not configured', 'no peer at first');
query_is(
	$a,
	'postgres',
	q(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'qsrepl peer'),
	'1',
	'the worker is there anyway');

# Before any crash of it: a worker that waits must not be in the way of DDL.
$a->safe_psql('postgres', 'CREATE DATABASE x');
$a->safe_psql('postgres', 'DROP DATABASE x');

#
# Settings
#
foreach my $case (
	[ "'host=x password=secret'", qr/It contains "password"/ ],
	[ "'postgresql://u:secret\@x/d'", qr/It contains "password"/ ],
	[ "'host=x sslpassword=secret'", qr/It contains "sslpassword"/ ],
	[ "'nonsense=x'", qr/invalid connection option "nonsense"/ ],
	[ "'nonsense'", qr/missing "="/ ])
{
	my ($value, $expected) = @$case;
	my ($rc, $stdout, $stderr) = $a->psql('postgres',
		"ALTER SYSTEM SET qsrepl.peer_conninfo = $value");

	isnt($rc, 0, "refused: peer_conninfo = $value");
	like($stderr, $expected, 'and why');
	unlike($stderr =~ s/^.*STATEMENT.*$//mr, qr/DETAIL.*secret/, 'without saying it')
	  if $value =~ /secret/;
}
foreach my $bad (
	'peer_wait = 0', 'peer_wait = 3600001',
	'peer_interval = -1', 'peer_interval = 86400001',
	q(peer_unreachable = 'maybe'))
{
	isnt($a->psql('postgres', "ALTER SYSTEM SET qsrepl.$bad"), 0,
		"refused: $bad");
}
is( (app($a, 'SHOW qsrepl.peer_conninfo'))[0],
	3, 'peer_conninfo is for superusers');

#
# A standby as peer
#
$a->backup('b');
my $b = PostgreSQL::Test::Cluster->new('site_b');
$b->init_from_backup($a, 'b', has_streaming => 1);
set($b, 'qsrepl.local_site' => 'B');
$b->start;
my $offset = -s $a->logfile;
asks($a, $b);
peer_becomes($a, 'standby', 'the peer is a standby');
insert_works($a, 'the peer is a standby: writes go on');
logged($a, qr/LOG: +the peer is a standby server/, $offset,
	'the log says so');
asks($b, $a);
query_is($b, 'postgres', $peer_query, 'not asked', 'a standby does not ask');
$a->restart;
insert_works($a, 'started again: writes go on');
query_is($a, 'postgres', $peer_query, 'standby', 'and the peer was asked');
query_is(
	$a, 'postgres',
	q(SELECT count(*) FROM qsrepl.check() WHERE object IN ('peer', 'fence')),
	'0', 'check() has nothing to say');

#
# Nobody there: writes wait, reads do not
#
my $nobody = "host=" . $a->host . ' port=1';

asks($a, $nobody, 'qsrepl.peer_wait' => '2s', 'qsrepl.peer_interval' => '60s');
$a->restart;
my @read = app($a, 'SELECT count(*) FROM t');
my @explain = app($a, 'EXPLAIN INSERT INTO t VALUES (1)');
my @own = app($a, 'BEGIN READ ONLY; SELECT 1; COMMIT; CREATE TEMP TABLE x AS SELECT 1');
my @write = app($a, 'INSERT INTO t VALUES (1)');
is($read[0], 0, 'silence: a read works');
cmp_ok($read[2], '<', 1.0, 'silence: and does not wait');
cmp_ok($explain[2], '<', 1.0, 'silence: EXPLAIN does not wait');
is($write[0], 0, 'silence, allow: a write works');
cmp_ok($own[2] + $write[2], '>', 1.0, 'silence, allow: it waited');
cmp_ok($own[2] + $write[2], '<', 6.0, 'silence, allow: no longer than that');
query_is($a, 'postgres', $peer_query, 'unreachable', 'silence: the state');
query_is(
	$a, 'postgres',
	q(SELECT severity, problem FROM qsrepl.check() WHERE object = 'peer'),
	'warning|the peer does not answer', 'silence: check() says so');
like(
	slurp_file($a->logfile, $offset),
	qr/WARNING: +the peer did not answer within 2000 ms.*DETAIL: .*HINT: +Writes go on/s,
	'silence: the log says so');

# Superusers, and what does not write, are not held.
set($a, 'qsrepl.peer_wait' => '600s');
$a->restart;
$a->safe_psql('postgres', 'INSERT INTO t VALUES (1)');
pass('a superuser\'s write does not wait');
query_is($a, 'postgres', $peer_query, 'asking', 'asking');
my %held = (
	'INSERT' => 'INSERT INTO t VALUES (1)',
	'data-modifying WITH' => 'WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x',
	'FOR UPDATE' => 'SELECT * FROM t FOR UPDATE',
	'DDL' => 'CREATE TEMP TABLE x (id int)',
	'COPY' => "COPY t FROM stdin;\n1\n\\.\n",
	'EXPLAIN ANALYZE' => 'EXPLAIN ANALYZE INSERT INTO t VALUES (1)',
	'DO' => "DO 'BEGIN INSERT INTO t VALUES (1); END'",
	'large object' => 'SELECT lo_create(0)',
	'COMMIT PREPARED' => "COMMIT PREPARED 'nothing'");
foreach my $what (sort keys %held)
{
	my ($rc, $said) = app($a, "SET statement_timeout = '200ms'; $held{$what}");

	like($said, qr/canceling statement due to statement timeout/,
		"held, and can be cancelled: $what");
}
foreach my $sql (
	'SELECT 1', 'BEGIN; SELECT count(*) FROM t; COMMIT',
	"DO 'BEGIN PERFORM 1; END'", 'COPY t TO stdout',
	'EXPLAIN DELETE FROM t')
{
	my ($rc, $said) = app($a, "SET statement_timeout = '200ms'; $sql");

	is($rc, 0, "not held: $sql") || diag $said;
}
like(
	(app($a, "SET statement_timeout = '200ms'; BEGIN READ ONLY; INSERT INTO t VALUES (1)"))[1],
	$read_only, 'a read-only transaction is not held either');

# A reload ends it: there is a peer now.
my $writer = $a->background_psql('postgres',
	extra_params => [ '-U', 'app' ], on_error_stop => 0);
$writer->query_until(qr/started/, "\\echo started\nINSERT INTO t VALUES (777);\n");
$a->poll_query_until('postgres',
	q(SELECT count(*) = 1 FROM pg_stat_activity WHERE usename = 'app' AND wait_event_type = 'Extension'))
  or die 'it is not held';
asks($a, $b, 'qsrepl.peer_wait' => '5s');
ok( $a->poll_query_until(
		'postgres', 'SELECT count(*) = 1 FROM t WHERE id = 777'),
	'a reload is taken in while it waits, and the write goes on');
$writer->quit;

#
# Somebody who takes the connection and never answers
#
my $socket = IO::Socket::INET->new(
	Listen => 5,
	LocalAddr => '127.0.0.1',
	Proto => 'tcp') or die "could not listen: $!";
my $slow = 'host=127.0.0.1 port=' . $socket->sockport;

asks($a, $slow, 'qsrepl.peer_wait' => '1s');
$a->restart;
@write = app($a, 'INSERT INTO t VALUES (1)');
is($write[0], 0, 'a slow peer, allow: a write works');
cmp_ok($write[2], '<', 5.0, 'a slow peer: it did not wait for ever');
query_is($a, 'postgres', $peer_query, 'unreachable', 'a slow peer: the state');
logged(
	$a,
	qr/WARNING: +the peer did not answer within 1000 ms.*\n.*DETAIL: +It did not answer in time/,
	$offset,
	'a slow peer: the log');

#
# Silence that closes the server, and opens it again
#
asks($a, $slow,
	'qsrepl.peer_unreachable' => 'fence',
	'qsrepl.peer_interval' => '100ms');
$offset = -s $a->logfile;
$a->restart;
insert_fails($a, 'silence, fence: refused');
query_is($a, 'postgres', $fence_query, 't|the peer did not answer',
	'silence, fence: why');
is((app($a, 'SELECT count(*) FROM t'))[0], 0, 'silence, fence: reads go on');
asks($a, $b);
ok( $a->poll_query_until('postgres', $fence_query, 'f|'),
	'the peer answers: the fence is lifted');
insert_works($a, 'lifted: writes');
ok(!-e $a->data_dir . '/qsrepl.fence', 'lifted: for good');
# Another reason stays.
$a->safe_psql('postgres', q(SELECT qsrepl.fence('by hand')));
asks($a, $slow);
peer_becomes($a, 'unreachable', 'silent again');
asks($a, $b);
peer_becomes($a, 'standby', 'and there again');
query_is($a, 'postgres', $fence_query, 't|by hand',
	'a fence by hand is not lifted');
$a->safe_psql('postgres', 'SELECT qsrepl.unfence()');
# A running server notices too, and a setting that is taken back opens it.
asks($a, $slow);
ok( $a->poll_query_until('postgres', $fence_query, 't|the peer did not answer'),
	'silence while it runs');
asks($a, '');
ok($a->poll_query_until('postgres', $fence_query, 'f|'),
	'no peer any more: lifted');
set($a, 'qsrepl.peer_unreachable' => 'allow');
close $socket;

#
# Another system
#
my $other = make_site('C');
$offset = -s $a->logfile;
asks($a, $other);
peer_becomes($a, 'different system', 'another system');
insert_works($a, 'another system: writes go on');
logged(
	$a,
	qr/WARNING: +the peer is not a copy of this server: its system identifier is \d+/,
	$offset,
	'another system: the log says so');
query_is(
	$a, 'postgres',
	q(SELECT severity, problem FROM qsrepl.check() WHERE object = 'peer'),
	'error|the peer is not a copy of this server',
	'another system: check() says so');
$other->stop;

#
# The peer is promoted while this one runs
#
asks($a, $b, 'qsrepl.peer_wait' => '5s');
peer_becomes($a, 'standby', 'the standby again');
foreach my $db (qw(one two))
{
	$a->safe_psql('postgres', "CREATE DATABASE $db");
	$a->safe_psql($db, <<SQL);
SET client_min_messages = error;
CREATE SUBSCRIPTION $db CONNECTION 'host=/nonexistent' PUBLICATION p
	WITH (connect = false, slot_name = 'x_$db');
ALTER SUBSCRIPTION $db ENABLE;
SQL
}
$writer = $a->background_psql('postgres', extra_params => [ '-U', 'app' ]);
$writer->query_safe('BEGIN; INSERT INTO t VALUES (888)');
my $pid = $writer->query_safe('SELECT pg_backend_pid()');
$a->wait_for_catchup($b, 'replay', $a->lsn('flush'));
# What A has written in this open transaction is not at B.
$offset = -s $a->logfile;
set($b, 'hot_standby_feedback' => 'off');
$b->promote;
peer_becomes($a, 'superseded by timeline 2', 'noticed at the next interval');
query_is($a, 'postgres', $fence_query,
	't|superseded: the peer is on timeline 2', 'superseded: fenced');
ok( $a->poll_query_until(
		'postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $pid"),
	'superseded: sessions that have written are ended');
eval { $writer->quit };
insert_fails($a, 'superseded: no writes');
ok( $a->poll_query_until(
		'postgres', 'SELECT count(*) = 0 FROM pg_subscription WHERE subenabled'),
	'superseded: subscriptions of all databases are disabled');
logged(
	$a,
	qr/LOG: +superseded: the peer is a primary server on timeline 2, this one is on timeline 1.*HINT: /s,
	$offset,
	'superseded: the log says so');
query_is(
	$a, 'postgres',
	q(SELECT severity, object, problem FROM qsrepl.check() WHERE object IN ('peer', 'fence') ORDER BY 1),
	"error|peer|this server is superseded: the peer is on a later timeline, 2\n"
	  . 'warning|fence|this server is fenced: superseded: the peer is on timeline 2',
	'superseded: check() says so');
like(
	($a->psql('postgres', 'SELECT qsrepl.unfence()'))[2],
	qr/WARNING: +the peer is on timeline 2, which supersedes this server.*HINT: /s,
	'superseded: unfence() says that it will not last');
ok( $a->poll_query_until(
		'postgres', $fence_query, 't|superseded: the peer is on timeline 2'),
	'superseded: fenced again');

# The one that was promoted asks too, and has nothing to fear.
peer_becomes($b, 'primary on timeline 1', 'the new primary sees a lower timeline');
insert_works($b, 'the new primary is written');
$b->restart;
insert_works($b, 'also when it starts again');
query_is($b, 'postgres', $fence_query, 'f|', 'the new primary is not fenced');

#
# The old primary starts and does not know: not one write gets through
#
sub nothing_got_through
{
	my ($how, $hammers) = @_;
	my ($wrote, $read) = stop_hammers($hammers);

	is($wrote, 0, "$how: no client has written");
	cmp_ok($read, '>', 10, "$how: clients have read");
	query_is($a, 'postgres', 'SELECT count(*) FROM t WHERE id = 666', '0',
		"$how: nothing is there");
	return;
}

# asks() reloads a running server, so it is stopped before.
$a->stop;
foreach my $how ('fast', 'immediate')
{
	unlink $a->data_dir . '/qsrepl.fence';
	asks($a, $b, 'qsrepl.peer_interval' => '0');
	my $hammers = start_hammers($a, 6);

	$a->start;
	ok( $a->poll_query_until(
			'postgres', $fence_query, 't|superseded: the peer is on timeline 2'),
		"stopped $how: fenced");
	usleep(500_000);
	nothing_got_through("stopped $how", $hammers);
	insert_fails($a, "stopped $how: refused");
	$a->stop('immediate');
}

# A crash restart, which finds the server open: the fence is taken away behind
# its back.
unlink $a->data_dir . '/qsrepl.fence';
asks($a, '');
$a->start;
insert_works($a, 'crash restart: open before');
# The configuration is read at the restart, not now.
$a->append_conf('postgresql.conf',
	"qsrepl.peer_conninfo = '" . ($b->connstr('postgres') =~ s/'/''/gr) . "'");
my $crash = $a->background_psql('postgres');
$crash->query_safe('SELECT 1');
$offset = -s $a->logfile;
$a->reload;
ok( $a->poll_query_until(
		'postgres', $fence_query, 't|superseded: the peer is on timeline 2'),
	'crash restart: fenced by a reload');
unlink $a->data_dir . '/qsrepl.fence';
my $hammers = start_hammers($a, 6);
kill 'KILL', $a->safe_psql('postgres',
	q(SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'));
$a->wait_for_log(qr/all server processes terminated; reinitializing/, $offset);
ok( $a->poll_query_until(
		'postgres', $fence_query, 't|superseded: the peer is on timeline 2'),
	'crash restart: fenced again');
usleep(500_000);
nothing_got_through('crash restart', $hammers);
eval { $crash->quit };

#
# No place for the worker
#
$a->stop;
unlink $a->data_dir . '/qsrepl.fence';
set($a, 'max_worker_processes' => '1', 'qsrepl.peer_wait' => '1ms');
$a->start;
my ($rc, $said, $took) = app($a, 'INSERT INTO t VALUES (1)');
is($rc, 0, 'no worker, allow: writes go on');
like($said, qr/WARNING: +this server has not been able to ask its peer: writes go on.*HINT: /s,
	'no worker, allow: with a warning');
cmp_ok($took, '>', 1.5, 'no worker, allow: it waited');
query_is(
	$a, 'postgres',
	q(SELECT severity, problem FROM qsrepl.check() WHERE object = 'peer'),
	'error|the background worker that asks the peer does not run',
	'no worker: check() says so');
$a->stop;
set($a, 'qsrepl.peer_unreachable' => 'fence');
$a->start;
($rc, $said) = app($a, 'INSERT INTO t VALUES (1)');
like($said,
	qr/ERROR: +this server has not been able to ask its peer yet: it takes no changes.*HINT: /s,
	'no worker, fence: refused');
$a->stop;

#
# Two primaries with the same history
#
my $copy = PostgreSQL::Test::Cluster->new('twin');
$b->backup('twin');
$copy->init_from_backup($b, 'twin');
set($copy, 'qsrepl.peer_interval' => '100ms');
asks($copy, $b);
$copy->start;
peer_becomes($copy, 'primary on timeline 2, as this server', 'two primaries: the state');
insert_works($copy, 'two primaries: writes go on');
my $times = sub {
	return scalar(() = slurp_file($copy->logfile) =~
		  /WARNING: +the peer and this server are both primary servers on timeline 2/g);
};
usleep(400_000);
is($times->(), 1, 'two primaries: the log says so, once');
query_is(
	$copy, 'postgres',
	q(SELECT severity, problem FROM qsrepl.check() WHERE object = 'peer'),
	'error|the peer and this server are both primary servers on the same timeline',
	'two primaries: check() says so');
$_->stop foreach $copy, $b;

done_testing();
