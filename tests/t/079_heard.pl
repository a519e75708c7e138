# When a standby heard its primary last, and how far that had written: known
# after the primary's death, whatever the WAL receiver tries then.
use strict;
use warnings FATAL => 'all';

use IPC::Run ();
use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplTest;
use Test::More;
use Time::HiRes qw(time);

my ($site_a, $site_b, $conf) = make_pair();
my $heard = 'SELECT extract(epoch FROM heard), heard_lsn, heard_bytes, wal_rate, xact_rate FROM qsrepl.status';

sub until_true
{
	my ($node, $query, $name) = @_;

	ok($node->poll_query_until('qsr', $query), $name);
	return;
}

sub risk
{
	my ($code, $out) = qsrepl('check', '--json', '--config', $conf);

	return JSON::PP::decode_json($out)->{at_risk};
}

# A primary that always was one
query_is($site_a, 'qsr', $heard, '||||', 'a primary has heard nobody');
$site_a->safe_psql('postgres', 'CREATE ROLE anybody LOGIN');

# Under load
$site_b->append_conf('postgresql.conf', "wal_retrieve_retry_interval = 300ms\n");
$site_b->reload;
my ($in, $out, $err) = ('', '', '');
my $load = IPC::Run::start(
	[ 'psql', '-X', '-q', '-d', $site_a->connstr('qsr'), '-c', <<'SQL' ], '<', \$in, '>', \$out, '2>', \$err);
DO $$ BEGIN LOOP
	INSERT INTO plain SELECT 1, repeat('x', 1000);
	COMMIT;
	PERFORM pg_sleep(0.01);
END LOOP; END $$
SQL
until_true($site_b, 'SELECT wal_rate > 5000 AND xact_rate BETWEEN 5 AND 200 FROM qsrepl.status',
	'a standby knows how much is written');
until_true($site_b, q(SELECT heard > now() - interval '2 s' FROM qsrepl.status), 'and hears it now');
is($site_b->safe_psql('qsr', 'SELECT heard IS NOT NULL AND heard_lsn IS NOT NULL FROM qsrepl.status',
		extra_params => [ '-U', 'anybody' ]), 't', 'everybody may read it');
my $silence = risk();
is($silence->{last_heard}, undef, 'check: the active site answers');
like($silence->{bytes}, qr/^\d+$/, '... what is at risk is known');

# Its death, and several attempts to reach it again
$site_a->kill9;
my $death = time;
IPC::Run::finish($load);
until_true($site_b, 'SELECT NOT EXISTS (SELECT FROM pg_stat_wal_receiver)', 'the receiver has ended');
my $offset = -s $site_b->logfile;
my $tried = 0;
my $end = time + 60;
while ($tried < 8 && time < $end)
{
	my $log = slurp_file($site_b->logfile, $offset);

	$tried = () = $log =~ /could not connect to the primary server/g;
	select undef, undef, undef, 0.1;
}
cmp_ok($tried, '>=', 8, 'it was started again and again');
my $then = $site_b->safe_psql('qsr', $heard);
my ($at, $lsn, $bytes, $wal_rate, $xact_rate) = split /\|/, $then;
note "heard $at, death $death: $then";
cmp_ok(abs($at - $death), '<', 2, 'the moment of death is known');
like($lsn, qr/^\d+\/[0-9A-F]+$/, '... what had been written then');
cmp_ok($bytes, '>=', 0, '... what of it is missing');
cmp_ok($wal_rate, '>', 5000, '... and how much was written');
cmp_ok($xact_rate, '>', 5, '... in how many transactions');
query_is($site_b, 'more', $heard, $then, 'another database of the server says the same');

# check
$silence = risk();
is($silence->{bytes}, undef, 'check: what is at risk is not known');
my $second = $site_b->safe_psql('qsr',
	q(SELECT to_char(heard AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') FROM qsrepl.status));
like($silence->{last_heard}, qr/^$second/, '... since when');
my %of = %{ $silence->{silence} };
is($of{known_bytes}, $bytes, '... what was known then');
cmp_ok($of{seconds}, '>', 1, '... how long ago');
cmp_ok($of{estimated_bytes}, '>=', $bytes + int($wal_rate * $of{seconds}), '... and what it would be at that rate');
cmp_ok($of{estimated_transactions}, '>=', int($xact_rate * $of{seconds}), '... transactions');
cmp_ok($of{estimated_seconds}, '>=', $of{seconds}, '... seconds');
ok(!$of{still_streaming}, '... nothing is received');
my ($code, $text) = qsrepl('check', '--config', $conf);
is($code, 1, 'check, for people');
like($text,
	qr/^Ready for failover: yes, at risk (?:unknown|[1-9]\d* \S+ and more): last heard $second\S*Z, unknown since \(about [1-9]\d* \S+, \d+ transactions, [1-9][\d.]* \S+ at the rate before\)\.$/m,
	'... never says 0');

# status
(undef, $text) = qsrepl('status', '--json', '--config', $conf);
my ($status) = grep { $_->{name} eq 'B' } @{ JSON::PP::decode_json($text)->{sites} };
like($status->{databases}[0]{heard}, qr/^$second/, 'status --json: heard');
is($status->{databases}[0]{heard_bytes}, $bytes, '... bytes');
cmp_ok($status->{databases}[0]{wal_rate}, '>', 5000, '... rate');
(undef, $text) = qsrepl('status', '--config', $conf);
like($text, qr/^Site B, .*: standby, .*, primary last heard: $second/m, 'status, for people');
(undef, $text) = qsrepl('status', '--format', 'prometheus', '--config', $conf);
like($text, qr/^qsrepl_heard_seconds\{site="B",database="qsr"\} \d{10}/m, 'status --format prometheus');

# It comes back, and dies again while much of what it has written is on its way.
$site_a->start;
until_true($site_b, q(SELECT heard > now() - interval '2 s' FROM qsrepl.status), 'heard again');
my $sender = $site_a->safe_psql('postgres', 'SELECT pid FROM pg_stat_replication');
kill 'STOP', $sender;
$site_a->safe_psql('qsr',
	q(SELECT count(pg_logical_emit_message(false, 'x', repeat('x', 1000000))) FROM generate_series(1, 200)));
$site_a->safe_psql('qsr', 'CREATE TABLE flushed ()');
my $missing = 0;
foreach (1 .. 1000)
{
	kill 'CONT', $sender;
	select undef, undef, undef, 0.002;
	kill 'STOP', $sender;
	$missing = $site_b->safe_psql('qsr', 'SELECT heard_bytes FROM qsrepl.status');
	last if $missing > 0;
}
cmp_ok($missing, '>', 10_000_000, 'what was written and is not here');
$site_a->kill9;
kill 'KILL', $sender;
until_true($site_b, 'SELECT NOT EXISTS (SELECT FROM pg_stat_wal_receiver)', 'the receiver has ended');
(undef, $text) = qsrepl('check', '--config', $conf);
like($text, qr/^Ready for failover: yes, at risk \d+ MB and more: last heard \S+, unknown since(?: \(about .*\))?\.$/m,
	'check tells how much');
$at = (split /\|/, $site_b->safe_psql('qsr', $heard))[0];

# A promotion leaves it; a restart does not.
promote($site_b);
localized($site_b, 'qsr');
query_is($site_b, 'qsr', "SELECT role FROM qsrepl.status", 'primary', 'promoted');
is((split /\|/, $site_b->safe_psql('qsr', $heard))[0], $at, 'what was heard last is still known');
$site_b->restart;
query_is($site_b, 'qsr', $heard, '||||', 'until the server is restarted');

# Nothing is known of a standby that was started after its primary's death.
$site_b->stop;
$site_b->set_standby_mode;
$site_b->start;
($code, $text) = qsrepl('check', '--config', $conf);
like($text, qr/^Ready for failover: \w+, at risk unknown(?:: last heard \S+, unknown since)?\.$/m,
	'check says that it does not know');
query_is($site_b, 'qsr', $heard, '||||', 'nor does the standby');
$site_b->stop;
done_testing();
