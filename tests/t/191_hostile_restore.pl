# A hostile owner of databases, of which snapshots are made, verified and
# restored, and whose rows are compared with the share's files: nothing that he
# has written is run with more rights than he has.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplHostile;
use QsreplPair;
use QsreplSnapshot;
use QsreplTest;
use Test::More;

my %node = make_tool_pair();
my $conf = snapshot_conf('A', \%node, main => "databases = qsr more\n");
my $a = $node{A};

sub tool
{
	my ($good, @words) = @_;

	return tool_runs_nothing($good, @words, '--config', $conf);
}

$a->safe_psql('postgres', <<'SQL');
CREATE ROLE mallory LOGIN;
ALTER DATABASE qsr OWNER TO mallory;
ALTER DATABASE more OWNER TO mallory;
SQL
as_mallory($a, 'qsr', $_) foreach $weapon, $decoys, $tables, $planned;
as_mallory($a, 'more', $_) foreach $weapon, $known, <<'SQL';
CREATE SCHEMA "qsrepl x";
CREATE TABLE "qsrepl x".forged (id int CHECK (hostile.constant('forged') AND id > 0));
INSERT INTO "qsrepl x".forged VALUES (1);
CREATE TYPE public.text AS ENUM ('x');
ALTER DATABASE more SET search_path = hostile, public, pg_catalog;
ALTER DATABASE more SET standard_conforming_strings = off;
SQL
# In the database of which all may create things, as before version 15.
$a->safe_psql('postgres', 'GRANT CREATE ON SCHEMA public TO PUBLIC');
my $in_public = $weapon =~ s/^.*SCHEMA hostile.*$//gmr =~ s/hostile\./public./gr;
as_mallory($a, 'postgres', $in_public . <<'SQL');
CREATE FUNCTION public.check_row(pg_catalog.text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN PERFORM public.strike('domain'); RETURN true; END $$;
CREATE DOMAIN public.text AS pg_catalog.text CHECK (public.check_row(VALUE));
SQL
add_rules($a, 'qsr', map { [ "public.by_$_", 'path', 'path' ] } qw(index late_trigger check rule));
add_rules($a, 'qsr', [ 'public.ruled', 'path', 'path' ]);
put('Apps/7f1a0000-0000-4000-8000-000000000001', 'an app');
run_as();

my $out = tool(qr/^[0-9]$/, 'share', 'verify');
like($out, qr/table "Apps"/, 'the rows that are not read are told');
tool(qr/^[01]$/, 'check');
tool(qr/^0$/, 'snapshot', 'create', 'one');
tool(qr/^0$/, 'snapshot', 'verify', 'one');
$out = tool(qr/^0$/, 'snapshot', 'verify', 'one', '--deep');
like($out, qr/database "$_" was rewritten for site "A", and no value of another site is left/, "$_ was restored for trial") foreach 'qsr', 'more';

# What constraints call while rows come in is run with its owner's rights.
my $security = q(SELECT pg_catalog.string_agg(p.proname::pg_catalog.text, ' ') FROM pg_catalog.pg_proc p WHERE p.prosecdef AND p.pronamespace IN
	(SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = 'hostile'));
tool(qr/^0$/, 'snapshot', 'restore', 'one', '--yes', '--replace-active', 'A');
is($a->safe_psql($_, $security), '', "functions of $_ are what they were") foreach 'qsr', 'more';
is($a->safe_psql('postgres', q(SELECT count(*) FROM pg_event_trigger; SELECT to_regnamespace('qsrepl_guard'))), "0\n", 'nothing of the guard is left');
is($a->safe_psql('postgres', q(SELECT setconfig[1] FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase WHERE datname = 'more')),
	'search_path=hostile, public, pg_catalog', 'what he has set is set again');
tool(qr/^0$/, 'rules', 'leaks', '--database', 'qsr');
tool(qr/^0$/, 'maintenance', 'end');

# What PostgreSQL's own functions do with a superuser's rights has no owner.
as_mallory($a, 'more', q(CREATE TABLE public.own (x pg_catalog.text CHECK (pg_catalog.set_config('work_mem', '1MB', false) IS NOT NULL));
	CREATE DOMAIN public.shown AS pg_catalog.text CHECK (pg_catalog.current_setting('hba_file') IS NOT NULL);
	CREATE TABLE public.times (x timestamptz CHECK (x <= pg_catalog.clock_timestamp()))));
tool(qr/^0$/, 'snapshot', 'create', 'two');
my $before = $a->safe_psql('postgres', 'SELECT string_agg(datname::pg_catalog.text, \' \' ORDER BY oid) FROM pg_database');
$out = tool(qr/^1$/, 'snapshot', 'restore', 'two', '--yes', '--replace-active', 'A', '--database-only');
like($out, qr/database "more": constraints of the dump call functions that are not to be run by a superuser.*detail: own_check calls set_config\(text,text,boolean\), shown_check calls current_setting\(text\)\n/s,
	'a restore with such constraints is refused, and which they are');
is($a->safe_psql('postgres', 'SELECT string_agg(datname::pg_catalog.text, \' \' ORDER BY oid) FROM pg_database'), $before, 'all is as it was');

$_->stop('fast') foreach values %node;
done_testing();
