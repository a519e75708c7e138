# qsrepl drill: a copy of the passive server, promoted and removed.
use strict;
use warnings FATAL => 'all';

use File::Spec;
use IO::Socket::INET;
use IPC::Run qw(start run);
use JSON::PP ();
use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplTest;
use Test::More;
use Time::HiRes qw(time usleep);

my $program = File::Spec->rel2abs($ENV{QSREPL} || 'build/qsrepl');
my $seed = seed_random();
my $dir = File::Spec->rel2abs(PostgreSQL::Test::Utils::tempdir());
my ($site_a, $site_b) = make_pair();
my $drill_port = PostgreSQL::Test::Cluster::get_free_port();

# The path of a socket has little room.
my $root = "/tmp/qsrepl_drill_$$";

END
{
	local $?;
	system('rm', '-rf', $root) if $root;
}
sub drill_conf
{
	my ($site, %opt) = @_;
	my $lines = "drill_port = $drill_port\ndrill_directory = " . ($opt{root} // $root) . "\n";

	return conf_file($site, { A => $site_a, B => $site_b },
		A => $lines, B => $lines, file => "$dir/" . ($opt{name} // "drill_$site") . '.conf');
}

my $conf = drill_conf('B');
my $conf_a = drill_conf('A');
my ($code, $out, $err);

# What is left of a drill: processes in its directory, and files.
sub left_over
{
	my @left = grep { (readlink($_) // '') =~ /^\Q$root\E/ } glob('/proc/[0-9]*/cwd');

	push @left, glob("$root/*"), $root if -e $root;
	return "@left";
}

sub nothing_left
{
	my ($name) = @_;

	return is(left_over(), '', "$name: nothing is left");
}

# At the site's own server; it learns of the end of its client in a moment.
sub no_copying
{
	my ($name) = @_;

	return ok($site_b->poll_query_until('postgres', q(SELECT NOT EXISTS (SELECT FROM pg_stat_activity
		WHERE backend_type = 'walsender') AND NOT EXISTS (SELECT FROM pg_replication_slots))),
		"$name: nothing is left at the site's server");
}

# Wait until a keeper has removed what there was.
sub nothing_left_soon
{
	my ($name) = @_;

	foreach (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		last if left_over() eq '';
		usleep(100_000);
	}
	return nothing_left($name);
}

sub drill
{
	my @words = @_;

	($code, $out, $err) = qsrepl('drill', @words, '--config', $conf);
	note("qsrepl drill @words: $code\n$out$err");
	return;
}

sub replayed
{
	return $site_b->safe_psql('postgres', q(SELECT pg_last_wal_replay_lsn() - '0/0'::pg_lsn));
}

$site_a->safe_psql('qsr', <<'SQL');
INSERT INTO plain SELECT i, '\\CN\QlikShare\Apps\' || i FROM generate_series(1, 1000) i;
CREATE TABLE "Users" AS SELECT 1 AS id;
CREATE TABLE ticks (at timestamptz DEFAULT clock_timestamp());
SQL
$site_a->wait_for_catchup($site_b, 'replay', $site_a->lsn('write'));

# What is refused, and what only looks.
drill('--site', 'C');
is($code, 2, 'an unknown site');
like($err, qr/site "C" is not defined/, 'it says so');
drill('--site', 'A');
is($code, 6, 'another machine\'s site');
like($err, qr/this machine is at site "B", not "A"/, 'it says so');
foreach my $hold ('0s', '5', '8d', 'long', '-1s')
{
	drill("--hold=$hold");
	is($code, 2, "hold $hold");
	like($err, qr/invalid value for option "--hold": "\Q$hold\E"/, 'it says so');
}
($code, $out, $err) = qsrepl('drill', '--config', $conf_a);
is($code, 6, 'the active site');
like($err, qr/site "A" is the active one.*--site/s, 'it says so');
nothing_left('a refusal');
drill('status');
is("$code $err", '0 ', 'status before the first drill');
like($out, qr/^No drill is under way\.\nThere is no record of a drill\.$/m, 'it says so');
ok(!-e "$tool_dir/journal_B", 'looking makes no directory');
drill('end');
is("$code $out", "0 There is no drill to end.\n", 'end before the first drill');
drill('--dry-run');
is("$code $err", '0 ', 'a dry run');
like($out, qr/Nothing is changed now\.\n +1\. Copy the server of site B\n.*By hand:\n.*pg_basebackup.*6\. Stop and remove.*no times are known/s,
	'tells the phases');
nothing_left('a dry run');
ok(!-e "$tool_dir/journal_B", 'a dry run makes no directory');

# A drill, while there are writes at A.
append_to_file("$dir/writer.sql", <<'SQL');
SELECT 'INSERT INTO ticks VALUES (clock_timestamp()) RETURNING pg_sleep(0.02)' FROM generate_series(1, 100000) \gexec
SQL
my $writer = start([ 'psql', '-X', '-q', '-o', '/dev/null', '-d', $site_a->connstr('qsr'), '-f', "$dir/writer.sql" ],
	'<', '/dev/null', '>', '/dev/null', '2>', '/dev/null');
my $before = replayed();
my @samples;
my $drill = start([ $program, 'drill', '--json', '--report', "$dir/reports", '--config', $conf ], '<', \'', '>', \$out, '2>', \$err);
while ($drill->pumpable)
{
	$drill->pump_nb;
	push @samples, replayed();
	usleep(100_000);
}
$drill->finish;
$code = $? >> 8;
note($out . $err);
is($code, 0, 'a drill while there are writes');
my $record = JSON::PP::decode_json($out);
is($record->{verdict}, 'passed', 'the verdict');
nothing_left('a drill');
my $standing = 0;
my $longest = 0;
foreach my $i (1 .. $#samples)
{
	$standing = $samples[$i] > $samples[ $i - 1 ] ? 0 : $standing + 1;
	$longest = $standing if $standing > $longest;
}
cmp_ok(scalar(@samples), '>', 5, 'the replay was looked at several times');
cmp_ok($longest, '<', 8, 'and went on all the time');
cmp_ok($record->{seconds}{$_}, '>', 0, "$_ was timed") foreach qw(copy start promote localize checks removal total takeover);
cmp_ok($record->{seconds}{total}, '>', $record->{seconds}{takeover}, 'a takeover is a part of it');
my %check = map { $_->{name} => $_ } @{ $record->{checks} };
foreach my $db ('qsr', 'more')
{
	is($check{"$db: $_"}{result}, 'passed', "$db: $_")
	  foreach 'localized', 'residue', 'leaks', 'qsrepl.check()', 'reads and writes';
}
like($check{'qsr: rows'}{detail}, qr/^Rows: 1 Users$/, 'key tables have rows');
like($check{replication}{detail}, qr/has replayed [1-9]\d* bytes since the drill began, and its replay is not paused/, 'replication is looked at');
like($record->{data_until}, qr/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, 'how new the copy is');
is($record->{timeline}, 2, 'it was promoted');
is($record->{last}, undef, 'there was no drill before');
is_deeply([ map { $_->{name} } @{ $record->{databases} } ], [ 'qsr', 'more' ], 'both databases');

# Neither site knows of it.
query_is($site_b, 'postgres', 'SELECT pg_is_in_recovery()', 't', 'site B is a standby still');
query_is($site_b, 'qsr', 'SELECT state, timeline, fenced FROM qsrepl.status', 'foreign|1|f', 'as it was');
query_is($site_a, 'qsr', 'SELECT state, timeline, fenced FROM qsrepl.status', 'local|1|f', 'site A too');
query_is($site_b, 'postgres', 'SELECT count(*) FROM pg_replication_slots', '0', 'no slot is left');

# The page.
my ($page) = glob("$dir/reports/*");
like($page, qr{/drill-B-20\d\d-\d\d-\d\dT\d{6}Z\.html$}, 'a dated page');
my $html = slurp_file($page);
like($html, qr/<p class="verdict passed">Verdict: passed/, 'with the verdict');
unlike($html, qr/<script|<link|src=|href=|url\(/i, 'one file without scripts');
like($html, qr{\@media print}, 'made to be printed');

# The record.
my ($file) = glob("$tool_dir/journal_B/drills/*.json");
is_deeply(JSON::PP::decode_json(slurp_file($file)), $record, 'the record is stored');
drill('status', '--json');
is(JSON::PP::decode_json($out)->{last}{started}, $record->{started}, 'status tells of it');
drill('--dry-run');
like($out, qr/Copy the server of site B \(\d+\.\d\d s\).*Times are those of the drill of \Q$record->{started}\E/s, 'a dry run tells its times');

# Kept open; a second one is refused; ended.
drill('--hold', '10min');
is($code, 0, 'a copy that is kept open');
like($out, qr/last drill: .*Verdict: passed\nThe copy is open on 127\.0\.0\.1, port $drill_port, until /s, 'where is told');
my $open = sub { return run([ 'psql', '-XAtq', '-h', $root, '-p', $drill_port, '-d', 'qsr', '-c', $_[0] ], '<', \'', '>', \$out, '2>', \$err); };
ok($open->('SELECT path FROM plain WHERE id = 7'), 'it is open');
is($out, "\\\\BCN\\Qlik\$\\Apps\\7\n", 'and its rows are site B\'s');
ok($open->('SHOW listen_addresses'), 'its settings');
is($out, "127.0.0.1\n", 'the network is closed');
$ENV{PGPASSWORD} = 'wrong';
ok(!run([ 'psql', '-XAtqw', '-h', '127.0.0.1', '-p', $drill_port, '-d', 'qsr', '-c', 'SELECT 1' ], '<', \'', '>', \$out, '2>', \$err),
	'nobody comes in without a password');
delete $ENV{PGPASSWORD};
like($err, qr/password authentication failed/, 'it is asked for');
drill('status');
like($out, qr/^A drill's copy is open on 127\.0\.0\.1, port $drill_port, until /, 'status tells');
drill();
is($code, 6, 'a second drill');
like($err, qr/could not lock.*qsrepl drill end/s, 'is refused with what to do');
ok($open->('SELECT 1'), 'the first one is open still');
ok(run([ 'flock', '-n', "$tool_dir/journal_B/lock", 'true' ], '2>', \$err), 'no plan is held up');
drill('end');
is("$code $out", "0 The copy is removed.\n", 'end');
nothing_left('end');

# Kept open until a time.
drill('--hold', '1s');
is($code, 0, 'kept open for a second');
nothing_left_soon('after its time');

# The active site, where it is named.
($code, $out, $err) = qsrepl('drill', '--site', 'A', '--config', $conf_a);
is($code, 0, 'the active site, named');
like($out, qr/^Drill of site A \(primary\).*Verdict: passed$/ms, 'passes too');
nothing_left('the active site');

# What fails is told and removed.
$site_a->safe_psql('qsr', 'DELETE FROM "Users"');
$site_a->wait_for_catchup($site_b, 'replay', $site_a->lsn('write'));
drill();
is($code, 1, 'an empty key table');
like($out, qr/^failed   qsr: rows: Rows: 0 Users$/m, 'is a check that fails');
like($out, qr/^Verdict: failed$/m, 'and the verdict');
$site_a->safe_psql('qsr', q(INSERT INTO "Users" VALUES (1)));
nothing_left('a failed check');

{
	# As a full disk: the copy's files cannot grow.
	local $SIG{XFSZ} = 'IGNORE';
	run([ 'sh', '-c', "ulimit -f 4000; exec $program drill --config $conf" ], '<', \'', '>', \$out, '2>', \$err);
	is($? >> 8, 1, 'a full disk');
	like($out, qr/^failed   copy: program ".*pg_basebackup" failed.*File too large/m, 'is told');
	nothing_left('a full disk');
}

my $socket = IO::Socket::INET->new(Listen => 1, ReuseAddr => 1, LocalAddr => '127.0.0.1', LocalPort => $drill_port) or die;
drill();
is($code, 1, 'a port that is taken');
like($out, qr/^failed   start: .*Address already in use/m, 'is told');
close $socket;
nothing_left('a port that is taken');

mkdir $root;
append_to_file("$root/mine", 'mine');
drill();
is($code, 6, 'a directory of somebody\'s own');
like($err, qr/directory "\Q$root\E" is not a drill's\n.*It holds "mine"/s, 'is refused');
drill('end');
is("$code $out", "0 There is no drill to end.\n", 'end leaves it alone');
is(slurp_file("$root/mine"), 'mine', 'it is as it was');
append_to_file("$root/qsrepl-drill.json", 'what?');
drill('end');
is($code, 4, 'a marker that is none');
like($err, qr/is not the marker of a drill/, 'is told');
is(slurp_file("$root/mine"), 'mine', 'nothing is removed');
PostgreSQL::Test::Utils::system_or_bail('rm', '-r', $root);

my $long = drill_conf('B', name => 'long', root => '/tmp/' . 'x' x 100);
($code, $out, $err) = qsrepl('drill', '--config', $long);
is($code, 6, 'a long path');
like($err, qr/longer than 92 bytes.*shorter path/s, 'is refused');

# Interrupted as soon as it has begun, or killed at any moment of a drill.
my $total = $record->{seconds}{total};

sub interrupted
{
	my ($signal, $whom, $after) = @_;
	my $began = time;
	my $run = start([ $program, 'drill', '--config', $conf ], '<', \'', '>', \my $run_out, '2>', \my $run_err);
	my $pid = $run->{KIDS}[0]{PID};

	if ($after == 0)
	{
		usleep(1000) until -e "$root/qsrepl-drill.json" || time - $began > $PostgreSQL::Test::Utils::timeout_default;
	}
	usleep($after * 1_000_000) if $after > 0;
	if ($whom eq 'keeper')
	{
		($pid) = slurp_file("$tool_dir/journal_B/drills/lock") =~ /^process (\d+)/;
		kill $signal, $pid if $pid;
	}
	else
	{
		kill $signal, $pid;
	}
	eval { $run->finish };
	note(sprintf "%s to the %s after %.2f s: %s", $signal, $whom, $after, $run_err);
	return ($run->full_result(0), $run_err);
}

my ($result, $said) = interrupted('INT', 'tool', 0);
is($result >> 8, 8, 'Ctrl-C');
like($said, qr/the drill was interrupted.*The copy is removed/s, 'says so');
nothing_left('Ctrl-C');
($result, $said) = interrupted('TERM', 'keeper', 0);
is($result >> 8, 8, 'the keeper is asked to end');
like($said, qr/the drill was interrupted/s, 'and says so');
nothing_left('the keeper asked to end');
foreach my $round (1 .. scaled(6))
{
	interrupted('KILL', 'tool', rand 1.2 * $total);
	nothing_left_soon("kill -9 of the tool, round $round");
	no_copying("kill -9 of the tool, round $round");
}
foreach my $round (1 .. scaled(4))
{
	interrupted('KILL', 'keeper', 0.05 + rand 1.2 * $total);
	if (left_over() ne '')
	{
		drill('status');
		like($out, qr/^(A drill of .* was killed|A drill is under way|No drill)/, 'status tells of it');
	}
	drill('end');
	is($code, 0, 'what it left is removed');
	nothing_left("kill -9 of the keeper, round $round");
	no_copying("kill -9 of the keeper, round $round");
}

# The server of a copy that is kept open has lost its keeper.
drill('--hold', '10min');
my ($keeper) = slurp_file("$tool_dir/journal_B/drills/lock") =~ /^process (\d+)/;
kill 'KILL', $keeper;
drill('status', '--json');
is(JSON::PP::decode_json($out)->{state}, 'left over', 'a copy without its keeper is told');
drill();
is($code, 0, 'the next drill removes what one has left');
nothing_left('the next drill');

$writer->kill_kill;
ok($site_b->poll_query_until('postgres', 'SELECT pg_last_wal_replay_lsn() - \'0/0\'::pg_lsn > ' . $before), 'replication has gone on');
$site_a->wait_for_catchup($site_b, 'replay', $site_a->lsn('write'));
query_is($site_b, 'postgres', 'SELECT pg_is_in_recovery(), count(*) FROM pg_stat_wal_receiver', 't|1', 'and goes on');
is(log_errors($site_b, 0, qr/PANIC/), '', 'the site\'s server has seen nothing of it');
done_testing();
