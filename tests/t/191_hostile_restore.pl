# A hostile owner of databases, of which snapshots are made, verified and
# restored, and whose rows are compared with the share's files: nothing that he
# has written is run with more rights than he has, but what pg_restore runs.
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

# A restore runs constraints as pg_restore does, and nothing else.
my $restore;
{
	delete local $ENV{PGAPPNAME};
	my ($code, $stdout, $stderr) = qsrepl('snapshot', 'restore', 'one', '--yes', '--replace-active', 'A', '--config', $conf);

	is($code, 0, 'restored') or diag("$stdout$stderr");
	is(join(', ', grep { !/ by (check|plan_\w+) in client backend pg_restore$/ } split /, /, run_as()), '',
		'by which constraints are run by pg_restore, and nothing else');
	unlike("$stdout$stderr", qr/[\x00-\x08\x0b-\x1f\x7f]/, 'and no control characters are printed');
}
is($a->safe_psql('postgres', q(SELECT setconfig[1] FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase WHERE datname = 'more')),
	'search_path=hostile, public, pg_catalog', 'what he has set is set again');
tool(qr/^0$/, 'rules', 'leaks', '--database', 'qsr');
tool(qr/^0$/, 'maintenance', 'end');

$_->stop('fast') foreach values %node;
done_testing();
