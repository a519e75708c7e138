# tool/pg against real servers: connecting, errors in their parts, deadlines,
# transactions, the journal's mirror.
use strict;
use warnings;
use IO::Socket::INET;
use IPC::Run qw(run start finish);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $lab = $ENV{PG_LAB} || 'build/pg_lab';
my $dir = PostgreSQL::Test::Utils::tempdir();
my $node = PostgreSQL::Test::Cluster->new('pg');

$node->init;
$node->start;
my $server = 'host=' . $node->host . ' port=' . $node->port;
my $conninfo = "$server dbname=postgres user=" . getpwuid($<);

# What the lab prints on standard output; nothing may be on the other one.
sub lab
{
	my ($connect_ms, $statement_ms, @words) = @_;
	my ($out, $err);

	run [ $lab, $connect_ms, $statement_ms, @words ], '<', \'', '>', \$out,
	  '2>', \$err;
	is($err, '', "nothing on standard error");
	return $out;
}

sub file
{
	my ($name, $mode, $text) = @_;

	open my $handle, '>', "$dir/$name" or die;
	print $handle $text;
	close $handle;
	chmod $mode, "$dir/$name";
	return "$dir/$name";
}

# Connecting
like(lab(0, 0, $conninfo, 'site'), qr/^B \d+$/, 'connected');
is(lab(0, 0, $conninfo, 'value', 'SHOW search_path'),
	"\n", 'with an empty search_path');
delete $ENV{PGAPPNAME};
is( lab(0, 0, $conninfo, 'value', 'SHOW application_name'),
	"qsrepl\n", 'and a name');
{
	local $ENV{PG_LAB_DBNAME} = 'template1';
	is( lab(0, 0, $conninfo, 'value', 'SELECT current_database()'),
		"template1\n", 'another database of the server');
}
like(
	lab(0, 0, "host=127.0.0.1 port=" . PostgreSQL::Test::Cluster::get_free_port(), 'site'),
	qr/^error\nmessage: site "B": .*\ndetail:.*Is the server running/,
	'connection refused');
my $silent = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
  or die;
my $begun = time;
like(
	lab(400, 0, 'sslmode=disable host=127.0.0.1 port=' . $silent->sockport, 'site'),
	qr/^error\nmessage: site "B": could not connect within 400 ms\n.*\nhint: Look whether/,
	'a server that says nothing');
cmp_ok(time - $begun, '<', 5, 'in time');
like(
	lab(0, 0, "$server dbname=nowhere", 'site'),
	qr/^error\nmessage: site "B": .*FATAL:.* database "nowhere" does not exist\n/,
	'no such database');

# Passwords
$node->safe_psql('postgres', "CREATE ROLE pw LOGIN PASSWORD 'right-secret'");
unlink $node->data_dir . '/pg_hba.conf';
$node->append_conf('pg_hba.conf',
	"local all pw scram-sha-256\nlocal all all trust\n");
$node->reload;
my $as_pw = "$server dbname=postgres user=pw";
my $right = file('right', 0600, "*:*:*:pw:right-secret\n");
my $wrong = file('wrong', 0600, "*:*:*:pw:wrong-secret\n");
my $loose = file('loose', 0644, "*:*:*:pw:right-secret\n");
is(lab(0, 0, "$as_pw passfile=$right", 'value', 'SELECT current_user::text'),
	"pw\n", 'a password file');
{
	local $ENV{PGPASSWORD} = 'right-secret';
	is(lab(0, 0, $as_pw, 'value', 'SELECT 1'), "1\n", 'PGPASSWORD');
}
my $refused = lab(0, 0, "$as_pw passfile=$wrong", 'site');
like($refused,
	qr/^error\nmessage: site "B": .*password authentication failed for user "pw"/,
	'wrong password');
unlike($refused, qr/secret/, 'which is not told');
like(
	lab(0, 0, "$as_pw passfile=$loose", 'site'),
	qr/message: file ".*loose" is not private\ndetail: Group or others have access to it\.\nhint: /,
	'a password file that others may read');
like(
	lab(0, 0, "$as_pw passfile=$dir/none", 'site'),
	qr/message: site "B": password file ".*none" does not exist/,
	'no password file');
foreach my $with ("$as_pw password=my-secret", "postgresql://pw:my-secret\@h/d",
	"$as_pw sslpassword=my-secret")
{
	$refused = lab(0, 0, $with, 'site');
	like($refused, qr/the connection string holds a password\n.*\nhint: Put it into/,
		'a password in the connection string');
	unlike($refused, qr/my-secret/, 'which is not told');
}
foreach my $invalid ("host=h password=my secret", "postgresql://u:my-secret\@[h/d",
	'frobnicate=secret')
{
	$refused = lab(0, 0, $invalid, 'site');
	like($refused, qr/message: site "B": the connection string is not valid/,
		'no connection string');
	unlike($refused, qr/secret/, 'of which nothing is repeated');
}

# Statements and their errors
is(lab(0, 0, $conninfo, 'value', "SELECT \$1 || coalesce(\$2, '')", "a'b", ''),
	"a'b\n", 'parameters');
is(lab(0, 0, $conninfo, 'value', 'SELECT NULL'), "(null)\n", 'null');
like(lab(0, 0, $conninfo, 'value', 'SELECT 1, 2'),
	qr/gave 1 rows of 2 columns instead of one value\ndetail: SELECT 1, 2\n/,
	'more than one value');
like(lab(0, 0, $conninfo, 'value', 'SELECT 1 WHERE false'),
	qr/gave 0 rows/, 'no value');
is( lab(0, 0, $conninfo, 'run',
		q{DO $$ BEGIN RAISE 'the message' USING DETAIL = 'The detail.', HINT = 'The hint.', ERRCODE = 'QS001'; END $$},
		'SELECT 1'),
	"error\nmessage: site \"B\": the message\ndetail: The detail.\nhint: The hint.\nsqlstate: QS001\nok\nusable\n",
	'an error in its parts; the connection goes on');
is( lab(0, 0, $conninfo, 'run',
		q{DO $$ BEGIN RAISE NOTICE 'one'; RAISE WARNING 'two'; END $$}),
	"ok\nusable\n",
	'notices are not told');
is(lab(0, 0, $conninfo, 'rows', 10, 'SELECT g, NULL FROM generate_series(1, 3) g'),
	"1|(null)\n2|(null)\n3|(null)\n", 'rows');
like(
	lab(0, 10000, $conninfo, 'rows', 2, 'SELECT generate_series(1, 100000000)'),
	qr/^1\n2\nerror\nmessage: enough rows\n/,
	'rows until it is enough');
like(lab(0, 0, $conninfo, 'run', 'COPY (SELECT 1) TO STDOUT'),
	qr/COPY is not supported here.*broken/s, 'COPY');
like(lab(0, 0, $conninfo, 'run', 'SELECT pg_terminate_backend(pg_backend_pid())', 'SELECT 1'),
	qr/message: site "B": terminating connection.*error.*broken/s,
	'the connection is lost');

# Deadlines
$begun = time;
like(
	lab(0, 300, $conninfo, 'run', 'SELECT pg_sleep(100)', 'SELECT 1'),
	qr/message: site "B": the statement did not end within 300 ms\n.*ok\nusable\n/s,
	'a late statement is cancelled, and the connection goes on');
cmp_ok(time - $begun, '<', 10, 'in time');
$node->poll_query_until('postgres',
	q{SELECT count(*) = 0 FROM pg_stat_activity WHERE query ~ '^SELECT pg_sleep'})
  or die;
pass('nothing of it runs on');
# Nobody answers: neither the backend nor the postmaster.
my $postmaster = (split /\n/, slurp_file($node->data_dir . '/postmaster.pid'))[0];
$begun = time;
my ($out, $err) = ('', '');
my $hanging = start [ $lab, 0, 1500, $conninfo, 'run', 'SELECT pg_sleep(1000)', 'SELECT 1' ],
  '<', \'', '>', \$out, '2>', \$err;
my $backend;
until ($backend = $node->safe_psql('postgres',
		q{SELECT pid FROM pg_stat_activity WHERE query ~ '^SELECT pg_sleep.1000'}))
{
}
kill 'STOP', $backend, $postmaster;
finish $hanging;
kill 'CONT', $backend, $postmaster;
like($out, qr/did not end within 1500 ms\n.*connection was given up\n.*broken\n/s,
	'a server that does not answer is given up');
cmp_ok(time - $begun, '<', 20, 'in time');

# Ctrl-C
$node->safe_psql('postgres', "SELECT pg_terminate_backend($backend)");
foreach my $cancellable ('PG_LAB_CANCELLABLE', 'PG_LAB_LATER', '')
{
	local $ENV{$cancellable} = 1 if $cancellable;
	my $sleep = $cancellable ? 999 : 2.5;

	$out = '';
	my $running = start [ $lab, 0, 60000, $conninfo, 'run', "SELECT pg_sleep($sleep)" ],
	  '<', \'', '>', \$out, '2>', \$err;
	$node->poll_query_until('postgres',
		"SELECT count(*) = 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep($sleep)'")
	  or die;
	$running->signal('INT');
	finish $running;
	like($out, $cancellable ? qr/the statement was interrupted/ : qr/^ok\nusable$/,
		$cancellable ? 'an interrupt cancels' : 'an interrupt does not tear');
}
foreach my $cancellable (1, 0)
{
	local $ENV{PG_LAB_CANCELLABLE} = 1 if $cancellable;
	my $mute = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
	  or die;

	$out = '';
	my $connecting = start [ $lab, $cancellable ? 60000 : 1500, 0,
		'sslmode=disable host=127.0.0.1 port=' . $mute->sockport, 'site' ],
	  '<', \'', '>', \$out, '2>', \$err;
	# The client is there and has asked.
	my $client = $mute->accept;
	sysread $client, my $start, 8;
	$connecting->signal('INT');
	finish $connecting;
	like($out, $cancellable ? qr/connecting was interrupted/ : qr/could not connect within 1500 ms/,
		'the same while connecting');
}

# Transactions
$node->safe_psql('postgres', 'CREATE TABLE public.t (n int PRIMARY KEY)');
my @insert = map { "INSERT INTO public.t VALUES ($_)" } 1 .. 3;
is(lab(0, 0, $conninfo, 'transaction', @insert[ 0, 1 ]), "ok\n", 'a transaction');
like(lab(0, 0, $conninfo, 'transaction', @insert[ 2, 0 ]),
	qr/duplicate key.*\ndetail: Key \(n\)=\(1\) already exists\.\nhint: A row is in the way.*\nsqlstate: 23505\n/,
	'one that fails');
like(lab(0, 0, $conninfo, 'careless', @insert[ 2, 0 ]),
	qr/the transaction has failed/, 'one whose failure nobody noticed');
is($node->safe_psql('postgres', 'SELECT count(*) FROM public.t'),
	2, 'nothing of them stays');

# The journal
$node->safe_psql('postgres', 'CREATE EXTENSION qsrepl');
is(lab(0, 0, $conninfo, 'load'), '', 'no journal');
is(lab(0, 0, $conninfo, 'store', 'r2', 0, '{"time": "2", "a": 1}', '{"b": 2}'),
	"ok\n", 'lines of a run');
is(lab(0, 0, $conninfo, 'store', 'r1', 0, '{"time": "1"}'), "ok\n", 'an older run');
is(lab(0, 0, $conninfo, 'store', 'r2', 1, '{"b": 3}', '{"c": "\u00e4"}'),
	"ok\n", 'a line again, and the next');
is(lab(0, 0, $conninfo, 'load'), qq({"a": 1, "time": "2"}\n{"b": 3}\n{"c": "\xc3\xa4"}\n),
	'the newest is loaded');
like(lab(0, 0, $conninfo, 'store', 'r3', 0, '{"time": "3"}', 'nonsense'),
	qr/invalid input syntax for type json/, 'all or none');
like(lab(0, 0, $conninfo, 'load'), qr/"time": "2"/, 'none');
$node->safe_psql('postgres',
	q(INSERT INTO qsrepl.journal SELECT 'r' || (100 + r), l, CASE l WHEN 0 THEN jsonb_build_object('time', '1' || r) ELSE '{}' END
	FROM generate_series(1, 60) AS r, generate_series(0, 2) AS l));
is(lab(0, 0, $conninfo, 'store', 'r0', 0, '{"time": "0"}', '{"b": 2}'),
	"ok\n", 'a run with an early time');
is(lab(0, 0, $conninfo, 'store', 'r0', 2, '{"c": 3}'), "ok\n", 'its third line');
is($node->safe_psql('postgres',
		q(SELECT count(DISTINCT run), min(run), count(*) FILTER (WHERE run = 'r0'), count(*) FROM qsrepl.journal)),
	'50|r0|3|150', 'it stays, with the 49 newest of the others');
is($node->safe_psql('postgres',
		q(SELECT string_agg(run, ' ') FROM qsrepl.journal WHERE line = 0 AND run IN ('r2', 'r1', 'r111', 'r112'))),
	'r2', 'older ones are gone');

$node->stop;
done_testing();
