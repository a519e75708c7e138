# qsrepl failover, rejoin, failback, maintenance: the active site is lost, and
# comes back.
use strict;
use warnings FATAL => 'all';

use File::Spec;
use IPC::Run ();
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplTest;
use Test::More;

my %node = make_tool_pair();
my %conf = map { $_ => conf_file($_, \%node) } 'A', 'B';
my ($conf_dir) = $conf{A} =~ m{(.*)/};
my $dir = File::Spec->rel2abs(PostgreSQL::Test::Utils::tempdir());
my ($code, $out, $err);

# The server of a site is gone at once, with all its processes.
sub kill_site
{
	my ($node) = @_;
	my ($pid) = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/;
	my @children = split /\n/, `pgrep -P $pid`;

	kill 9, $pid, @children;
	foreach my $process ($pid, @children)
	{
		for (1 .. 1000)
		{
			last if !kill 0, $process;
			Time::HiRes::usleep(10000);
		}
	}
	$node->_update_pid(-1);
	return;
}

# From now on the standby gets no log, or gets it again.
sub cut
{
	my ($node, $cut) = @_;

	$node->safe_psql('postgres', $cut ? q(ALTER SYSTEM SET primary_conninfo = '') : 'ALTER SYSTEM RESET primary_conninfo');
	$node->reload;
	$node->poll_query_until('postgres', 'SELECT count(*) = 0 FROM pg_stat_wal_receiver') if $cut;
	return;
}

sub write_rows
{
	my ($node, @ids) = @_;

	$node->safe_psql('qsr', join '', map { "INSERT INTO ledger VALUES ($_, '\\\\CN\\QlikShare\\$_');" } @ids);
	return;
}

# Refused while it lives; at the wrong machine; for another site.
write_rows($node{A}, 1 .. 100);
foreach my $case (
	[ 'B', [], 6, qr/site "A" is alive\n.*Seen from here: its database server answers; the standby receives what it writes; the process of its database server runs\..*switchover --to B/s ],
	[ 'B', [ '--force-active', 'B' ], 2, qr/"--force-active" names another site than "A"/ ],
	[ 'A', [], 6, qr/this machine is at site "A", not "B"/ ])
{
	my ($at, $words, $expected, $pattern) = @$case;

	($code, $out, $err) = qsrepl('failover', '--to', 'B', '--accept-data-loss', 'unknown', @$words, '--config', $conf{$at});
	is($code, $expected, "failover at $at @$words");
	like($err, $pattern, 'says why not');
}
($code, $out, $err) = qsrepl('failover', '--to', 'A', '--accept-data-loss', 'unknown', '--config', $conf{A});
is($code, 6, 'to the active site');
like($err, qr/site "A" is active already/, 'says why not');
($code, $out, $err) = qsrepl('rejoin', 'B', '--config', $conf{B});
is($code, 6, 'a rejoin that is not confirmed');
like($err, qr/the rejoin of site "B" was not confirmed/, 'says so');
($code, $out, $err) = qsrepl('rejoin', 'A', '--yes', '--config', $conf{A});
is($code, 6, 'the active site does not rejoin');
like($err, qr/site "B" is not active: its server is a standby/, 'says so');

# Lost, with rows that the other site never got.
cut($node{B}, 1);
write_rows($node{A}, 101 .. 110);
$node{A}->safe_psql('qsr', q(DELETE FROM ledger WHERE id = 1; UPDATE ledger SET path = 'own' WHERE id = 2;
	BEGIN; INSERT INTO ledger VALUES (999, 'rolled back'); ROLLBACK));
$node{A}->safe_psql('more', q(CREATE TABLE fresh (x int); INSERT INTO fresh VALUES (1)));
kill_site($node{A});
cut($node{B}, 0);
foreach my $case (
	[ [], 6, qr/the loss of data was not accepted/ ],
	[ ['--yes'], 6, qr/At risk: .*--yes alone does not do it/s ],
	[ [ '--accept-data-loss', '16' ], 2, qr/"16" is not a bound of loss/ ],
	[ [ '--accept-data-loss', '0B' ], 6, qr/more may be lost than --accept-data-loss 0B accepts/ ],
	[ [ '--accept-data-loss', '1ms' ], 6, qr/more may be lost than --accept-data-loss 1ms accepts/ ])
{
	my ($words, $expected, $pattern) = @$case;

	($code, $out, $err) = qsrepl('failover', '--to', 'B', @$words, '--config', $conf{B});
	is($code, $expected, "failover @$words");
	like($err, $pattern, 'says why not');
	like($err, qr/At risk: (unknown\.|.*is unknown)/s, 'and what is not known') if $expected == 6;
}
query_is($node{B}, 'postgres', 'SELECT pg_is_in_recovery()', 't', 'nothing was changed by all that');
ok(!-e "$conf_dir/journal_B/000001-failover.jsonl" && !glob("$conf_dir/journal_B/*failover*"), 'no run was begun');
($code, $out, $err) = qsrepl('failover', '--to', 'B', '--dry-run', '--config', $conf{B});
is($code, 0, 'a dry run');
like($out, qr/^Make site B the active one in place of site A, which is lost\. Nothing is changed now\./, 'tells the steps');

# Its machine cannot be reached: nothing is prepared there.
my $lost = conf_file('B', \%node, A => "remote_command = false\n");
($code, $out, $err) = qsrepl('failover', '--to', 'B', '--accept-data-loss', 'unknown', '--config', $lost);
is($code, 0, 'failover');
like($out, qr/^Site B is active\.\nClients could write there \d\.\d\d s after the start\.\nSite A was not reached/, 'says so');
is($node{B}->safe_psql('qsr', 'SELECT count(*) FROM ledger'), 100, 'B has what it got');
write_rows($node{B}, 201 .. 210);
query_is($node{B}, 'qsr', 'SELECT state, epoch FROM qsrepl.status', 'local|1', 'B is localized');

%conf = map { $_ => conf_file($_, \%node) } 'A', 'B';

# The lost site returns as it was, and fences itself.
$node{A}->start;
$node{A}->poll_query_until('qsr', 'SELECT fenced FROM qsrepl.status');
($code, $out, $err) = qsrepl('is-active', 'A', '--config', $conf{A});
is("$code $out", "1 fenced\n", 'A is fenced');
my $refused = $node{A}->psql('qsr', 'INSERT INTO ledger VALUES (300, 0)', extra_params => [ '-U', 'qliksenserepository' ],
	stderr => \$err, on_error_stop => 1);
isnt($refused, 0, 'a write at A fails');
like($err, qr/read-only transaction|fenced/, 'since it is fenced');
($code, $out, $err) = qsrepl('switchover', '--to', 'A', '--yes', '--config', $conf{A});
is($code, 6, 'no switchover between two primaries');

# It rejoins: what only it had is saved.
($code, $out, $err) = qsrepl('rejoin', 'A', '--yes', '--config', $conf{A});
$_->_update_pid(-1) foreach values %node;
is("$code $err", '0 ', 'rejoin');
like($out, qr/^Site A is a standby of site B\.$/m, 'says so');
like($out, qr/^Site A had committed \d+ transactions that site B never got:\n  public\.ledger: 11 rows inserted or updated, 1 deleted/m,
	'and what only A had');
like($out, qr/^  public\.fresh: 1 rows inserted/m, 'in each database');
my ($saved) = $out =~ /saved in "(.*-qsr\.jsonl)"/;
is(scalar(my @lines = split /\n/, slurp_file($saved)), 11, 'the rows are saved');
like(slurp_file($saved), qr/\{"row": \{"id": 105, "path": "\\\\\\\\CN\\\\QlikShare\\\\105"\}, "table": "public\.ledger"\}/, 'as they were');
unlike(slurp_file($saved), qr/rolled back/, 'but nothing that was rolled back');
is((stat $saved)[2] & 0077, 0, 'for the owner\'s eyes');
($code, $out, $err) = qsrepl('is-active', 'A', '--config', $conf{A});
is($out, "standby\n", 'A is a standby');
ok($node{A}->poll_query_until('qsr', 'SELECT count(*) = 110 FROM ledger'), 'A has what B has');
query_is($node{A}, 'qsr', q(SELECT path FROM ledger WHERE id = 2), '\\\\CN\\QlikShare\\2', 'and shows its own values');
query_is($node{A}, 'postgres', 'SHOW qsrepl.local_site', 'A', 'as site A');
($code, $out, $err) = qsrepl('rejoin', 'A', '--yes', '--config', $conf{A});
is("$code $err", '0 ', 'rejoin again');
query_is($node{A}, 'postgres', 'SELECT slot_name FROM pg_replication_slots', '', 'A keeps no slot');

# The way back, with a pause.
($code, $out, $err) = qsrepl('failback', 'A', '--dry-run', '--config', $conf{A});
is($code, 0, 'failback, dry run');
like($out, qr/after a pause for your word: qsrepl switchover --to A/, 'tells the pause');
($code, $out, $err) = qsrepl('failback', 'A', '--dry-run', '--json', '--config', $conf{A});
my $document = decode_json($out);
is(join(' ', $code, $document->{plan}, $document->{then}{plan}, $document->{then}{to}), '0 rejoin switchover A', 'as one document');
($code, $out, $err) = qsrepl('failback', 'A', '--yes', '--config', $conf{A});
$_->_update_pid(-1) foreach values %node;
is("$code $err", '0 ', 'failback');
like($out, qr/^Site A is active\.$/m, 'A is active again');
query_is($node{A}, 'qsr', 'SELECT count(*), count(*) FILTER (WHERE starts_with(path, $$\\\\CN\\$$)) FROM ledger', '110|110', 'with its own values');

# Maintenance: held, and brought along.
($code, $out, $err) = qsrepl('maintenance', 'begin', '--config', $conf{B});
is("$code $err", '0 ', 'maintenance begin');
like($out, qr/^Site B is held at [0-9A-F]+\/[0-9A-F]+\. It is the way back/, 'says so');
$node{A}->safe_psql('qsr', 'CREATE TABLE upgraded (x int)');
($code, $out, $err) = qsrepl('maintenance', 'begin', '--config', $conf{A});
is("$code $err", '0 ', 'a second time');
query_is($node{B}, 'qsr', q(SELECT to_regclass('upgraded') IS NULL), 't', 'B stays');
$node{B}->restart;
query_is($node{B}, 'qsr', q(SELECT to_regclass('upgraded') IS NULL), 't', 'also when it is restarted');
($code, $out, $err) = qsrepl('check', '--config', $conf{A});
is($code, 1, 'not ready meanwhile');
like($out, qr/^fail  streaming +site B: it is held where it is .*\n +hint: .*maintenance end/m, 'check says why');
($code, $out, $err) = qsrepl('maintenance', 'end', '--config', $conf{A});
is("$code $err", '0 ', 'maintenance end');
query_is($node{B}, 'qsr', q(SELECT to_regclass('upgraded') IS NULL), 'f', 'B has followed');

# The way back of an upgrade: forced, although A lives; its data anew.
qsrepl('maintenance', 'begin', '--config', $conf{B});
$node{A}->safe_psql('qsr', 'CREATE TABLE spoilt (x int); INSERT INTO spoilt VALUES (7)');
($code, $out, $err) = qsrepl('failover', '--to', 'B', '--accept-data-loss', 'unknown', '--force-active', 'A', '--config', $conf{B});
$_->_update_pid(-1) foreach values %node;
is($code, 0, 'forced');
like($out, qr/Site A was passed over although it lives/, 'says so');
query_is($node{B}, 'qsr', q(SELECT to_regclass('spoilt') IS NULL), 't', 'B is as it was held');
($code, $out, $err) = qsrepl('rejoin', 'A', '--yes', '--rebuild', '--json', '--config', $conf{A});
$_->_update_pid(-1) foreach values %node;
is("$code $err", '0 ', 'rejoin by a base backup');
$document = decode_json($out);
is(join(' ', @{$document}{qw(plan outcome)}, @{ $document->{then} }{qw(plan outcome)}), 'rejoin done setup-standby done', 'as one document');
like($document->{notes}, qr/public\.spoilt: 1 rows/, 'what only A had is saved all the same');
like($document->{then}{notes}, qr/The data that site A had are in ".*"\.$/m, 'its data are kept');
query_is($node{A}, 'qsr', q(SELECT to_regclass('spoilt') IS NULL), 't', 'A is a copy of B');
query_is($node{A}, 'postgres', 'SELECT pg_is_in_recovery()', 't', 'and a standby');
($code, $out, $err) = qsrepl('check', '--config', $conf{A});
is($code, 0, 'ready again') or diag($out);
$_->stop foreach values %node;
done_testing();
