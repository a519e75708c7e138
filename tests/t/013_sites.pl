# Three sites: two subscribers of one publisher, and one behind the other.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;

my $site_a = make_site('A');
my $site_b = make_site('B');
my $site_c = make_site('C');
my $db = 'sense';

# 'sense' goes from A to B and from A to C, 'chain' from A to B and on to C.
foreach my $db ('sense', 'chain')
{
	create_db($db, $site_a, $site_b, $site_c);
	load_fixture(
		$_, $db, 'sense_services',
		rows => $_ == $site_a,
		apps => 10) foreach $site_a, $site_b, $site_c;
	foreach my $node ($site_b, $site_c)
	{
		define_mappings($node, $db);
		add_sense_services_rules($node, $db);
		$node->safe_psql($db, 'SELECT qsrepl.enable()');
	}
}
my $to_b = subscribe($site_a, $site_b, 'sense');
my $to_c = subscribe($site_a, $site_c, 'sense');
my $chain = subscribe($site_a, $site_b, 'chain');
my $on = subscribe($site_b, $site_c, 'chain');

sub compare
{
	my ($when) = @_;

	catch_up($site_a, $to_b, $to_c, $chain);
	catch_up($site_b, $on);
	tables_equal_rewritten($site_a, $site_b, 'sense', "from A to B, $when");
	tables_equal_rewritten($site_a, $site_c, 'sense', "from A to C, $when");
	tables_equal_rewritten($site_a, $site_b, 'chain',
		"the chain from A to B, $when");
	tables_equal_rewritten($site_b, $site_c, 'chain',
		"the chain from B to C, $when");

	# The one end point that does not fit at B is still A's when it comes to C.
	tables_equal_rewritten($site_a, $site_c, 'chain',
		"the chain from A to C, $when: any route leads to the same");
	no_leaks($site_c, $_, "no leaks at C, $when") foreach 'sense', 'chain';
	return;
}

compare('copied');
foreach my $db ('sense', 'chain')
{
	$site_a->safe_psql($db, <<'SQL');
UPDATE "hybrid-deployment".deployments SET name = name || '!', endpoint = replace(endpoint, 'cn1.', 'CN1.');
UPDATE "app-distribution".distributions SET document = document || '{"more": "\\\\CN\\QlikShare\\more"}', source_path = source_path || '\x';
UPDATE notifier.outbox SET payload = '{"path": "D:\\QlikData", "url": "https:\/\/192.168.1.101"}' WHERE id % 2 = 0;
DELETE FROM notifier.outbox WHERE id % 3 = 0;
UPDATE precedents.documents SET version = version + 1000, terms = terms || '\\CN\QlikShare\ArchivedLogs\x'::text;
INSERT INTO hub.settings VALUES ('new', '["\\\\fs01.sitea.corp.local\\Qlik Data\\x", "P1:80"]');
SQL
}
compare('changed');
query_is(
	$site_b,
	'sense',
	q(SELECT value FROM hub.settings WHERE key = 'new'),
	'["\\\\\\\\fs02.siteb.corp.local\\\\QlikData\\\\x", "P1-B:80"]',
	'a value at B');
query_is(
	$site_c, $_,
	q(SELECT value FROM hub.settings WHERE key = 'new'),
	'["F:\\\\Qlik Data\\\\x", "P1-C:80"]',
	"the same at C, $_") foreach 'sense', 'chain';

$_->stop('fast') foreach $site_c, $site_b, $site_a;
done_testing();
