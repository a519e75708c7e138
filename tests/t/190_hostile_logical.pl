# A hostile owner of databases in logical mode: set-up of both sites, what looks
# at them, a switchover, a failover, a rejoin. Nothing that he has written is
# run with more rights than he has, but where PostgreSQL itself applies rows.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplHostile;
use QsreplPair;
use QsreplTest;
use Test::More;

my ($site_a, $site_b) = make_bare_pair();
my %node = (A => $site_a, B => $site_b);
my $drills = "/tmp/qsrepl_hostile_$$";
my $port = PostgreSQL::Test::Cluster::get_free_port();
my %conf = map { $_ => conf($_, 'databases = .*' => 'databases = QSR QSMQ', '\[site A\]\n' => "[site A]\ndrill_directory = $drills/A\n",
	'\[site B\]\n' => "[site B]\ndrill_directory = $drills/B\ndrill_port = $port\n") } 'A', 'B';

mkdir $drills;

END
{
	local $?;
	system('rm', '-rf', $drills);
}

sub tool
{
	my ($site, $good, @words) = @_;

	return tool_runs_nothing($good, @words, '--config', $conf{$site});
}

foreach my $node ($site_a, $site_b)
{
	$node->start;
	$node->safe_psql('postgres', 'CREATE ROLE qliksenserepository LOGIN; CREATE ROLE mallory LOGIN');
}
foreach my $db ('QSR', 'QSMQ')
{
	$site_a->safe_psql('postgres', "CREATE DATABASE \"$db\" OWNER mallory");
}
as_mallory($site_a, 'QSR', $_) foreach $weapon, $decoys, $tables, $planned, <<'SQL';
ALTER DATABASE "QSR" SET search_path = hostile, public, pg_catalog;
ALTER DATABASE "QSR" SET standard_conforming_strings = off;
ALTER DATABASE "QSR" SET default_transaction_read_only = on;
ALTER DATABASE "QSR" SET role = mallory;
SQL

# His own schema in the place of the extension's is refused.
as_mallory($site_a, 'QSMQ', 'CREATE SCHEMA qsrepl');
my $out = tool('A', qr/^[1-9]$/, 'setup', 'publisher', '--site', 'A');
like($out, qr/schema "qsrepl" of database "QSMQ" belongs to role "mallory", which is no superuser/, 'his own schema is refused');
as_mallory($site_a, 'QSMQ', 'DROP SCHEMA qsrepl');

as_mallory($site_a, 'QSMQ', "$weapon$known");

# A role whose name would steer the terminal is made at B, too.
my $role = qq("mal\x1b[31mlory --help\n");

$site_a->safe_psql('postgres', "CREATE ROLE $role LOGIN");
$site_a->safe_psql('QSR', "SET role = none; SET default_transaction_read_only = off; CREATE SCHEMA odd AUTHORIZATION $role");

# Set-up.
tool('A', qr/^0$/, 'setup', 'publisher', '--site', 'A');
$site_a->_update_pid(1);
$site_a->safe_psql('QSR', 'SET role = none; SET default_transaction_read_only = off; SET search_path = pg_catalog;'
	. "SELECT qsrepl.add_rule('public.by_$_', 'path', 'path')") foreach 'index', 'late_trigger';
run_as();
$out = tool('B', qr/^0$/, 'setup', 'subscriber', '--site', 'B');
like($out, qr/Left to do: passwords.*"mal\?\[31mlory --help\n"/, 'the name of a role is told without what is in it');
$site_b->_update_pid(1);
as_mallory($site_a, 'QSR', q(SET default_transaction_read_only = off;
	INSERT INTO public.by_index (path) VALUES ('\\\\CN\\QlikShare\\1'); INSERT INTO public.by_late_trigger VALUES (1, '\\\\CN\\QlikShare\\1')));
ok($site_b->poll_query_until('QSR', 'SELECT pg_catalog.count(*) OPERATOR(pg_catalog.=) 1 FROM public.by_late_trigger'), 'rows arrive');
run_as();

tool('A', qr/^[01]$/, 'check');
tool('B', qr/^[01]$/, 'check');
tool('A', qr/^[0-9]$/, 'status');
$out = tool('A', qr/^[01]$/, 'compare');
like($out, qr/by_index: left out: its indexes, statistics or partitions call/, 'a table that is not compared is told');
$out = tool('B', qr/^[01]$/, 'drill');
unlike($out, qr/permission/, 'the drill reads what it has to');

# There, and then B is lost.
tool('A', qr/^0$/, 'switchover', '--to', 'B', '--yes');
as_mallory($site_b, 'QSR', q(SET default_transaction_read_only = off; INSERT INTO public.by_operator VALUES (7, 'x')));
run_as();
kill_server($site_b);
tool('A', qr/^0$/, 'failover', '--to', 'A', '--accept-data-loss', 'unknown');
$out = tool('B', qr/^0$/, 'rejoin', 'B', '--yes');
like($out, qr/by_operator: 1 rows inserted or updated/, 'what only B had is saved');

$_->stop('fast') foreach $site_a, $site_b;
done_testing();
