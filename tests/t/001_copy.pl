# Initial copy: what is copied arrives rewritten, and nothing else changes.

use strict;
use warnings FATAL => 'all';

use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;

my $site_a = make_site('A');
my $site_b = make_site('B');

#
# QSR with the shipped profile
#
create_db('QSR', $site_a, $site_b);
load_fixture($site_a, 'QSR', 'qsr', apps => 10);
load_fixture($site_b, 'QSR', 'qsr', rows => 0);
define_mappings($site_b, 'QSR');
query_is(
	$site_b,
	'QSR',
	'SELECT action, count(*) FROM qsrepl.load_profile() GROUP BY 1 ORDER BY 1',
	"added|28",
	'all columns of the profile exist');
$site_b->safe_psql('QSR', 'SELECT qsrepl.enable()');
query_is($site_b, 'QSR',
	'SELECT state, logical, rules, triggers FROM qsrepl.status',
	'local|t|28|11', 'site B is ready');
query_is($site_b, 'QSR',
	'SELECT severity, object, problem FROM qsrepl.check()',
	'', 'nothing is wrong with it');

subscribe($site_a, $site_b, 'QSR');
tables_equal_rewritten($site_a, $site_b, 'QSR',
	'QSR: each table holds what it should');
no_leaks($site_b, 'QSR');

query_is(
	$site_b, 'QSR',
	'SELECT "RootFolder", "AppFolder", "StaticContentRootFolder", "ArchivedLogsRootFolder", "DatabaseHost"
	FROM "ServiceClusterSettingsSharedPersistenceProperties"',
	'\\\\BCN\\Qlik$|\\\\BCN\\Qlik$\\Apps|\\\\BCN\\Qlik$\\StaticContent|\\\\BCN\\Archive|CN2',
	'the folders of the share, spelled out');
query_is($site_b, 'QSR',
	'SELECT "HostName" FROM "ServerNodeConfigurations" ORDER BY "Name"',
	"BCN\nP1-B\nP2", 'the nodes, spelled out');

# Said once more without the oracle: these are the same bytes on both sides.
foreach my $column (
	'"DataConnections"."Name"',
	'"DataConnections"."Password"',
	'"UserDirectorySettings"."SecretValue"',
	'"VirtualProxyConfigs"."SamlEntityId"',
	'"VirtualProxyConfigs"."OidcClientSecret"',
	'"ServerNodeConfigurations"."Name"',
	'"ExecutionResults"."Details"',
	'"ExecutionResults"."ScriptLogLocation"',
	'"Users"."UserDirectory"')
{
	my ($table, $name) = split /\./, $column;
	my $query =
	  qq(SELECT count($name) > 0, md5(string_agg($name, ',' ORDER BY "ID")) FROM $table);

	query_is(
		$site_b, 'QSR', $query,
		$site_a->safe_psql('QSR', $query),
		"$column is left alone");
}

my $rewritten = $site_b->safe_psql('QSR', <<'SQL');
SELECT count(*) FROM "DataConnections" WHERE "ConnectionString" LIKE '%BCN%'
SQL
cmp_ok($rewritten, '>', 5, 'connections were rewritten');

# A rule has seen each value that is not null, and rewritten the changed ones.
query_is(
	$site_b, 'QSR', 'SELECT seen, refused, last_at IS NOT NULL
	FROM qsrepl.stat_rules WHERE relation LIKE \'%"DataConnections"\'',
	$site_a->safe_psql('QSR',
		'SELECT count("ConnectionString") FROM "DataConnections"')
	  . '|0|t',
	'stat_rules counts the values seen');
my $strings = $site_a->safe_psql('QSR',
	'SELECT json_agg("ConnectionString") FROM "DataConnections"');
query_is(
	$site_b, 'QSR',
	qq(SELECT rewritten = (SELECT count(*) FROM json_array_elements_text(\$json\$$strings\$json\$) AS c
			WHERE qsrepl.rewrite(c) <> c)
		FROM qsrepl.stat_rules WHERE relation LIKE '%"DataConnections"'),
	't', 'and those rewritten');
query_is(
	$site_b,
	'QSR',
	'SELECT relation, "column" FROM qsrepl.stat_rules WHERE seen < rewritten OR refused > 0 OR (seen > 0) <> (seen > 0 AND form IS NOT NULL)',
	'',
	'no rule has rewritten more than it saw, or refused');

# Nothing is left for localize() to do.
query_is($site_b, 'QSR', 'SELECT count(*) FROM qsrepl.preview()',
	'0', 'nothing left to preview');

#
# SenseServices: documents and arrays
#
create_db('SenseServices', $site_a, $site_b);
load_fixture($site_a, 'SenseServices', 'sense_services', apps => 10);
load_fixture($site_b, 'SenseServices', 'sense_services', rows => 0);
define_mappings($site_b, 'SenseServices');
add_sense_services_rules($site_b, 'SenseServices');
$site_b->safe_psql('SenseServices', 'SELECT qsrepl.enable()');
subscribe($site_a, $site_b, 'SenseServices');
tables_equal_rewritten($site_a, $site_b, 'SenseServices',
	'SenseServices: each table holds what it should');

# An end point of 64 characters does not fit with the longer name of B's node.
query_is(
	$site_b,
	'SenseServices',
	'SELECT relation, "column", mapping, site, reason FROM qsrepl.leaks()',
	'"hybrid-deployment".deployments|endpoint|cnfq|A|too long for character varying(64)',
	'the only leak is a value that does not fit');
query_is($site_b, 'SenseServices',
	'SELECT "column", refused FROM qsrepl.stat_rules WHERE refused > 0',
	'endpoint|1', 'it is counted as refused');
query_is(
	$site_b,
	'SenseServices',
	q(SELECT severity, object, problem FROM qsrepl.check()),
	'warning|column "endpoint" of "hybrid-deployment".deployments|1 rewritten values could not be stored since the server started',
	'check() says so');

# json keeps its spelling; compared without any of the extension's code for it.
foreach my $column (
	[ '"resource-distribution".resources', 'document', 'id' ],
	[ 'hub.settings', 'value', 'key' ],
	[ 'notifier.outbox', 'payload', 'id' ],
	[ 'precedents.documents', 'body', 'app_id, version' ])
{
	my ($table, $name, $key) = @$column;
	# As JSON strings, since a text may hold newlines; not decoded, so that
	# bytes are compared.
	my $query =
	  "SELECT json_agg($name\::text ORDER BY $key) FROM $table WHERE $name IS NOT NULL";
	my ($before, $after) =
	  map { JSON::PP->new->decode($_->safe_psql('SenseServices', $query)) }
	  ($site_a, $site_b);

	is(json_rewritten($site_b, 'SenseServices', $before, $after) // '',
		'', "$table.$name keeps its spelling");
}

$site_b->stop('fast');
$site_a->stop('fast');
done_testing();
