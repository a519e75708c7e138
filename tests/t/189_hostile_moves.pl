# A hostile owner of databases, whose sites change their roles: a drill, a
# switchover, a failover, a rejoin that lists what only the lost site had.
# Nothing that he has written is run with more rights than he has.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplHostile;
use QsreplPair;
use QsreplTest;
use Test::More;

my $drills = "/tmp/qsrepl_hostile_$$";
my %lines = map { $_ => "drill_directory = $drills/$_\ndrill_port = " . PostgreSQL::Test::Cluster::get_free_port() . "\n" } 'A', 'B';
mkdir $drills;
my %node = make_tool_pair(%lines);
my %conf = map { $_ => conf_file($_, \%node, %lines) } 'A', 'B';
my @nodes = @node{ 'A', 'B' };

END
{
	local $?;
	system('rm', '-rf', $drills);
}

$node{A}->safe_psql('postgres', <<'SQL');
CREATE ROLE mallory LOGIN;
ALTER DATABASE qsr OWNER TO mallory;
ALTER DATABASE more OWNER TO mallory;
SQL
as_mallory($node{A}, 'qsr', $_) foreach $weapon, $decoys, $tables, $planned, <<'SQL';
INSERT INTO public.by_index (path) VALUES ('\\CN\QlikShare\1');
INSERT INTO public.by_late_trigger VALUES (1, '\\CN\QlikShare\1');
INSERT INTO public.by_check VALUES (1, '\\CN\QlikShare\1');
INSERT INTO public.by_rule VALUES (1, '\\CN\QlikShare\1');
SQL
add_rules($node{A}, 'qsr', map { [ "public.by_$_", 'path', 'path' ] } qw(index late_trigger check rule));
add_rules($node{A}, 'qsr', [ 'public.ruled', 'path', 'path' ]);
as_mallory($node{A}, 'more', <<'SQL');
CREATE TABLE public.plain (id int PRIMARY KEY, path text);
SQL
as_mallory($node{A}, 'postgres', <<'SQL');
ALTER DATABASE qsr SET search_path = hostile, public, pg_catalog;
ALTER DATABASE qsr SET standard_conforming_strings = off;
ALTER DATABASE qsr SET quote_all_identifiers = on;
ALTER DATABASE qsr SET transform_null_equals = on;
ALTER DATABASE qsr SET default_transaction_read_only = on;
ALTER DATABASE qsr SET role = mallory;
SQL
my $written = $node{A}->lsn('write');
$node{B}->poll_query_until('postgres', "SELECT pg_last_wal_replay_lsn() >= '$written'");
run_as();
$node{A}->safe_psql('qsr', 'RESET ROLE; SET role = none; SELECT count(*) FROM public.by_index');
like(run_as(), qr/by plan_index/, 'a careless superuser is hit by a plan');

sub tool
{
	my ($site, $good, @words) = @_;

	return tool_runs_nothing($good, @words, '--config', $conf{$site});
}

sub state_of
{
	my ($site) = @_;

	return $node{$site}->safe_psql('qsr', 'SET role = none; SELECT qsrepl._state_word(), string_agg(path, \' \') FROM public.by_index');
}

tool('A', qr/^0$/, 'setup', 'primary', '--site', 'A', '--yes');
my $out = tool('A', qr/^[01]$/, 'compare');
like($out, qr/by_index.*its indexes, statistics or partitions call functions of a role that is no superuser/, 'a table that is not compared is told');
tool('A', qr/^[01]$/, 'check');
foreach my $verb ('preview', 'leaks', 'scan')
{
	tool('A', qr/^0$/, 'rules', $verb, '--database', 'qsr');
}
$out = tool('B', qr/^[01]$/, 'drill');
unlike($out, qr/could not|permission/, 'the drill reads what it has to');

# There and back.
$out = tool('A', qr/^0$/, 'switchover', '--to', 'B', '--yes');
is(state_of('B'), 'local|\\\\BCN\\Qlik$\\1', 'B has its own values');
run_as();
tool('B', qr/^0$/, 'rules', 'leaks', '--database', 'qsr');
tool('B', qr/^0$/, 'switchover', '--to', 'A', '--yes');
is(state_of('A'), 'local|\\\\CN\\QlikShare\\1', 'A has its own values');
run_as();

# A is lost, with rows that only it has.
sub lose
{
	my ($sql) = @_;

	$node{B}->safe_psql('postgres', q(ALTER SYSTEM SET primary_conninfo = ''));
	$node{B}->reload;
	$node{B}->poll_query_until('postgres', 'SELECT count(*) = 0 FROM pg_stat_wal_receiver');
	as_mallory($node{A}, 'qsr', "SET default_transaction_read_only = off; $sql");
	run_as();
	kill_server($node{A});
	$node{B}->safe_psql('postgres', 'ALTER SYSTEM RESET primary_conninfo');
	$node{B}->reload;
	return;
}
lose(<<'SQL');
INSERT INTO public.by_index (path) VALUES ('own');
INSERT INTO public.by_check VALUES (2, 'own');
INSERT INTO public.by_late_trigger VALUES (2, 'own');
UPDATE public.ruled SET path = 'own';
SQL
tool('B', qr/^0$/, 'failover', '--to', 'B', '--accept-data-loss', 'unknown');
is(state_of('B'), 'local|\\\\BCN\\Qlik$\\1', 'B is active');
run_as();
$out = tool('A', qr/^0$/, 'rejoin', 'A', '--yes');
like($out, qr/$_ rows inserted or updated/, "$_ rows are saved") foreach 'by_check: 1', 'by_index: 1', 'ruled: 2';
my ($saved) = $out =~ /saved in "(.*)"/;
like(slurp_file($saved), qr/^\{"row": \{"id": 2, "path": "own"\}, "table": "public.by_index"\}$/m, 'with what they had');

$_->stop('fast') foreach @nodes;
done_testing();
