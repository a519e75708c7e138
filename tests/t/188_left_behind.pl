# What is left where nobody looks: a site that comes back with changes to its
# schema alone.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplTest;
use Test::More;

my %node = make_tool_pair();
my %conf = map { $_ => conf_file($_, \%node) } 'A', 'B';
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
$_->stop foreach values %node;
done_testing();
