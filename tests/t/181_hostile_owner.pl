# Databases whose owner is hostile, and superusers who work on them: nothing
# that the owner has written is run with more rights than he has.
#
# The owner's functions, operators, casts, views, policies, triggers and
# constraints all leave a mark where they are run by a superuser.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplHostile;
use QsreplPair;
use QsreplSnapshot;
use QsreplTest;
use Test::More;

my ($site_a, $site_b) = make_pair();
my %node = (A => $site_a, B => $site_b);
my $db = 'qsr';

$site_a->safe_psql('postgres', <<'SQL');
CREATE ROLE mallory LOGIN;
ALTER DATABASE qsr OWNER TO mallory;
ALTER DATABASE qsr SET search_path = hostile, public, pg_catalog;
ALTER DATABASE qsr SET standard_conforming_strings = off;
SQL

$site_a->safe_psql($db, 'ALTER TABLE public.plain ADD PRIMARY KEY (id)');
as_mallory($site_a, $db, $_) foreach ($weapon, $decoys, $tables, $planned);
run_as();

# The weapons work: whoever is careless is hit.
$site_a->psql($db, 'SELECT lower(\'x\')');
like(run_as(), qr/by function_lower/, 'a careless superuser is hit by a function');
$site_a->psql($db, 'SELECT k::text FROM public.ruled');
like(run_as(), qr/by cast_to_text/, 'and by a cast');
$site_a->psql($db, 'SELECT * FROM public."Apps"');
like(run_as(), qr/by view_apps/, 'and by a view');

# The extension's functions, with the hostile path in front.
foreach my $call (
	q(qsrepl.set_site('A', 'again')),
	q(qsrepl.set_mapping('extra', 'host', 'A', 'a1', 'B', 'b1')),
	q(qsrepl.add_alias('extra', 'A', 'a2')),
	q(qsrepl.drop_mapping('extra')),
	q(qsrepl.add_rule('public.ruled', 'path', 'path')),
	q(qsrepl.preview()), q(qsrepl.leaks()), q(qsrepl.scan()),
	q(qsrepl.load_profile()), q(qsrepl.check()), q(qsrepl.localize()),
	q(qsrepl.rewrite('\\\\\\\\BCN\\\\Qlik$\\\\x', 'path')),
	q(qsrepl.drop_rule('public.ruled', 'path')), q(qsrepl.add_rule('public.ruled', 'path', 'path')),
	q(qsrepl.enable()), q(qsrepl.disable()), q(qsrepl.fence('test')), q(qsrepl.unfence()))
{
	my ($code, $out, $err) = $site_a->psql($db, "SELECT * FROM $call");

	is($code, 0, $call) or diag($err);
	nothing_run($call);
}
foreach my $view ('status', 'stat_rules', '_ruled_columns', '_rule_names', '_copies', '_row_triggers')
{
	$site_a->safe_psql($db, "TABLE qsrepl.$view");
	nothing_run("qsrepl.$view");
}
$site_a->safe_psql($db, q(UPDATE public.ruled SET path = path), extra_params => [ '-U', 'mallory' ]);
$site_a->safe_psql($db, 'ALTER TABLE public.ruled ADD COLUMN more text', extra_params => [ '-U', 'mallory' ]);
nothing_run("the owner's DDL, which rules follow");
$site_a->safe_psql($db, 'DROP EXTENSION qsrepl CASCADE; DROP SCHEMA qsrepl; CREATE EXTENSION qsrepl');
nothing_run('CREATE EXTENSION');
{
	local $ENV{PGOPTIONS} = '-c standard_conforming_strings=on';
	define_mappings($site_a, $db);
}
add_rules($site_a, $db, [ 'public.ruled', 'path', 'path' ]);
$site_a->safe_psql($db, 'SELECT qsrepl.localize()');
nothing_run('the definitions');
$site_a->wait_for_catchup($site_b, 'replay', $site_a->lsn('write'));

# The tool, as a superuser, at both sites.
put('Apps/7f1a0000-0000-4000-8000-000000000001', 'an app');
my $conf = snapshot_conf('A', \%node, main => "databases = qsr more\n");

sub tool
{
	my ($good, @words) = @_;

	return tool_runs_nothing($good, @words, '--config', $conf);
}
tool(qr/^[01]$/, 'check');
tool(qr/^0$/, 'status');
tool(qr/^[0-9]+$/, 'compare');
tool(qr/^0$/, 'rules', $_) foreach ('preview', 'leaks', 'scan');
tool(qr/^[0-9]+$/, 'share', 'verify');
tool(qr/^0$/, 'snapshot', 'create');
tool(qr/^[0-9]+$/, 'snapshot', 'verify');
tool(qr/^[0-9]+$/, 'drill');
tool(qr/^[0-9]+$/, 'switchover', 'B', '--dry-run');

# An owner who puts up a schema of his own where the extension is not.
$site_a->safe_psql('postgres', 'ALTER DATABASE more OWNER TO mallory; ALTER DATABASE more SET search_path = hostile, public, pg_catalog');
$site_a->safe_psql('more', 'DROP EXTENSION qsrepl CASCADE; DROP SCHEMA qsrepl');
as_mallory($site_a, 'more', $weapon . <<'SQL');
CREATE SCHEMA qsrepl;
CREATE FUNCTION qsrepl.field() RETURNS text LANGUAGE plpgsql AS $$
BEGIN PERFORM hostile.strike('false_extension'); RETURN NULL; END $$;
CREATE VIEW qsrepl.site AS SELECT qsrepl.field() AS name, qsrepl.field() AS description;
CREATE VIEW qsrepl.status AS SELECT qsrepl.field() AS state, qsrepl.field() AS role, qsrepl.field() AS site;
CREATE FUNCTION qsrepl.leaks(regclass DEFAULT NULL) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN PERFORM hostile.strike('false_extension'); END $$;
CREATE VIEW qsrepl.rule AS SELECT qsrepl.field() AS relation, qsrepl.field() AS "column", qsrepl.field() AS form;
CREATE VIEW qsrepl.journal AS SELECT qsrepl.field() AS run, qsrepl.field() AS line, qsrepl.field() AS entry;
CREATE VIEW qsrepl.service AS SELECT qsrepl.field() AS node, qsrepl.field() AS service;
SQL
run_as();
$site_a->psql('more', 'SELECT qsrepl.leaks()');
like(run_as(), qr/by false_extension/, 'a careless superuser is hit by it');
$site_a->wait_for_catchup($site_b, 'replay', $site_a->lsn('write'));
foreach my $words ([ 'check' ], [ 'status' ], [ 'rules', 'leaks', '--database', 'more' ],
	[ 'compare' ], [ 'setup', 'primary', '--site', 'A', '--dry-run' ], [ 'switchover', 'B', '--dry-run' ])
{
	tool(qr/^[0-9]+$/, @$words);
}
my ($code, $out, $err) = qsrepl('rules', 'leaks', '--database', 'more', '--config', $conf);
like($err, qr/schema "qsrepl" of database "more" belongs to role "mallory", which is no superuser\n/,
	'the tool refuses such a schema');
like($err, qr/detail: .*\n.*hint: Find out who has made it/s, 'with a detail and a hint');

$site_b->stop('fast');
$site_a->stop('fast');
done_testing();
