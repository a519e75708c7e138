# What is left where nobody looks: a site that comes back with changes to its
# schema alone, and slots of a run that was killed, and whose journal is damaged.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplTest;
use Test::More;

my %node = make_tool_pair();
my %conf = map { $_ => conf_file($_, \%node) } 'A', 'B';
my ($conf_dir) = $conf{A} =~ m{(.*)/};
my ($code, $out, $err);

# Nothing of this reaches B; then A is lost.
sub lose_a
{
	my (%sql) = @_;

	$node{B}->safe_psql('postgres', q(ALTER SYSTEM SET primary_conninfo = ''));
	$node{B}->reload;
	$node{B}->poll_query_until('postgres', 'SELECT count(*) = 0 FROM pg_stat_wal_receiver');
	$node{A}->safe_psql($_, $sql{$_}) foreach sort keys %sql;
	kill_server($node{A});
	$node{B}->safe_psql('postgres', 'ALTER SYSTEM RESET primary_conninfo');
	$node{B}->reload;
	($code, $out, $err) = qsrepl('failover', '--to', 'B', '--accept-data-loss', 'unknown', '--config', $conf{B});
	is($code, 0, 'failover') or diag("$out$err");
	($code, $out, $err) = qsrepl('rejoin', 'A', '--yes', '--config', $conf{A});
	is($code, 0, 'rejoin') or diag("$out$err");
	$_->_update_pid(-1) foreach values %node;
	return;
}

sub back_to_a
{
	($code, $out, $err) = qsrepl('switchover', '--to', 'A', '--yes', '--config', $conf{A});
	is($code, 0, 'switchover to A') or diag("$out$err");
	$_->_update_pid(-1) foreach values %node;
	return;
}

$node{A}->safe_psql('qsr', 'CREATE TABLE former (id int); CREATE TABLE wide (id int)');
$node{B}->poll_query_until('qsr', q(SELECT to_regclass('wide') IS NOT NULL));
lose_a(
	qsr => q(CREATE TABLE "New one" (id int PRIMARY KEY); ALTER TABLE wide ADD more text;
		CREATE FUNCTION answer() RETURNS int LANGUAGE sql AS 'SELECT 42'; DROP TABLE former;
		CREATE INDEX ON ledger (path)),
	more => q(CREATE SCHEMA apart; CREATE VIEW apart.look AS SELECT 1 AS x),
	postgres => 'CREATE ROLE newcomer');
like($out, qr/^Site A had committed \d+ transactions that site B never got:\n  database qsr: /m, 'the list is not empty');
foreach my $line (
	'qsr: function public.answer() was made or changed',
	'qsr: role newcomer was made or changed',
	'qsr: table public."New one" was made or changed',
	'qsr: table public.ledger was made or changed',
	'qsr: table public.wide was made or changed',
	'more: schema apart was made or changed',
	'more: view apart.look was made or changed')
{
	like($out, qr/^  database \Q$line\E$/m, $line);
}
is(() = $out =~ /role newcomer/g, 1, 'a role is told once');
like($out, qr/^  database qsr: [1-9]\d* tables, indexes or the like were dropped \(.* still at site B\)$/m, 'what was dropped is counted');
unlike($out, qr/^  database (?:more: .*were dropped|qsr: (?:type|index|schema) )/m, 'and nothing else is told');
back_to_a();
lose_a(qsr => join '', map { "CREATE TABLE many_$_ ();" } 10 .. 34);
is(() = $out =~ /table public\.many_\d+ was made/g, 20, 'of many the first are told');
like($out, qr/^  database qsr: and 5 more$/m, '... and how many there are more');
back_to_a();
lose_a(qsr => q(SELECT qsrepl.set_mapping('late', 'host', 'A', 'one.a', 'B', 'one.b')));
like($out, qr/never got:\n  no rows and no definitions: statistics, sequences or tables of qsrepl, or what was undone since\n/,
	'changes that are none of these');
back_to_a();

#
# Slots
#
sub check
{
	my ($at) = @_;

	return (qsrepl('check', '--config', $conf{$at}))[1];
}

my $left = qr/^warn  slots +site B: slot "qsrepl_a" keeps \d+ \w+ of log for nobody: no site follows site B by it\n +hint: (.*)\n/m;
my $slot = q(SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'qsrepl_a');
my $kill = 4;

unlike(check('A'), qr/for nobody/, 'nothing is left');
# It is killed behind the step that makes the slot for the way back.
while ($node{B}->safe_psql('postgres', $slot) eq '0')
{
	my ($killed) = qsrepl_killed({ KILL_AT => ++$kill }, 'switchover', '--to', 'B', '--yes', '--config', $conf{A});

	die 'it was not killed' if !$killed;
	qsrepl('abort', '--config', $conf{A}) if $node{B}->safe_psql('postgres', $slot) eq '0';
}
note "killed at $kill";
unlike(check('A'), qr/for nobody/, 'the slot of a run that has not ended is not told');
my ($journal) = reverse sort glob("$conf_dir/journal_A/*.jsonl");
my $whole = slurp_file($journal);
unlink $journal;
write_private($journal, "x\n$whole");
($code, $out, $err) = qsrepl('abort', '--config', $conf{A});
is($code, 6, 'a damaged journal is exit code 6');
like($err, qr/is damaged in line 1/, '... and is told');
my ($hint) = check('A') =~ $left;
ok(defined $hint, 'then the slot is told');
like($hint // '', qr/drop it at site B, which is refused while it is in use: (SELECT pg_drop_replication_slot\('qsrepl_a'\);)$/, '... with what to do');
is((qsrepl('check', '--strict', '--config', $conf{A}))[0], 1, '... which --strict takes for a failure');
like(check('B'), $left, 'at the other machine too');
my ($statement) = ($hint // '') =~ /(SELECT .*)$/;
$node{B}->safe_psql('postgres', $statement);
unlike(check('A'), qr/for nobody/, 'what the hint says is the remedy');
$node{A}->safe_psql('postgres', q(SELECT pg_create_physical_replication_slot('qsrepl_gone', true), pg_create_physical_replication_slot('other', true)));
$out = check('A');
like($out, qr/^warn  slots +site A: slot "qsrepl_gone" keeps .* for nobody/m, 'one at the active site, for a site that is not configured');
is(() = $out =~ /"qsrepl_gone" /g, 1, '... is told once');
like($out, qr/^warn  slots +site A: slot "other" is not in use and keeps /m, 'one that is not of our names is told as before');
$_->stop foreach values %node;
done_testing();
