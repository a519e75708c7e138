# A publication FOR ALL TABLES publishes the extension's tables too: sites,
# mappings and rules of site A are taken over, its state and events are not.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;

my $site_a = make_site('A');
my $site_b = make_site('B');
my $tables =
  'CREATE TABLE t (id int PRIMARY KEY, p text); CREATE TABLE u (id int PRIMARY KEY, p text)';
my $rows =
  q(INSERT INTO t SELECT i, '\\\\CN\\QlikShare\\' || i FROM generate_series(1, 9) AS i);
my $config = <<'SQL';
SELECT 'site', name, description, NULL FROM qsrepl.site
UNION ALL SELECT 'mapping', name, kind, NULL FROM qsrepl.mapping
UNION ALL SELECT mapping, site, value, current::text FROM qsrepl.mapping_value
UNION ALL SELECT 'rule', relation, "column", form FROM qsrepl.rule
UNION ALL SELECT 'fixup', name, sql, position::text FROM qsrepl.fixup
ORDER BY 1, 2, 3, 4
SQL

#
# Site B has no configuration of its own
#
my $db = 'empty';
create_db($db, $site_a, $site_b);
$_->safe_psql($db, $tables) foreach $site_a, $site_b;
define_mappings($site_a, $db);
add_rules($site_a, $db, [ 't', 'p', 'path' ]);
$site_a->safe_psql($db, <<"SQL");
$rows;
INSERT INTO qsrepl.fixup VALUES ('clear', 10, 'DELETE FROM u');
SELECT qsrepl.localize();
INSERT INTO qsrepl.journal VALUES ('r', 0, '{"of": "A"}'), ('r', 1, '{}');
INSERT INTO qsrepl.service (node, service, start) VALUES ('CN', 's', 'auto');
CREATE PUBLICATION pub_empty FOR ALL TABLES;
SQL
$site_b->safe_psql($db, q(INSERT INTO qsrepl.journal VALUES ('r', 0, '{"of": "B"}')));
my $name = subscribe($site_a, $site_b, $db);
query_is(
	$site_b, $db, $config,
	$site_a->safe_psql($db, $config),
	'the configuration is copied');
query_is($site_b, $db, 'SELECT state FROM qsrepl.status',
	'none', "the state of site A is not");
query_is($site_b, $db, 'SELECT count(*) FROM qsrepl.event',
	'0', 'nor are its events');
query_is($site_b, $db, 'SELECT * FROM qsrepl.journal',
	'r|0|{"of": "B"}', 'nor its journal');
query_is($site_b, $db, 'SELECT count(*) FROM qsrepl.service',
	'0', 'nor the start types of services, which the tool writes at both sites');
$site_b->safe_psql($db, 'SELECT qsrepl.enable(); SELECT qsrepl.localize()');
tables_equal_rewritten($site_a, $site_b, $db, 'enabled and localized');
$site_a->safe_psql($db, <<'SQL');
UPDATE qsrepl.journal SET entry = '{"of": "A again"}' WHERE line = 0;
INSERT INTO qsrepl.journal VALUES ('r', 2, '{}');
DELETE FROM qsrepl.journal WHERE line = 0;
INSERT INTO t VALUES (10, '\\CN\QlikShare\10');
SQL
catch_up($site_a, $name);
query_is($site_b, $db, 'SELECT * FROM qsrepl.journal',
	'r|0|{"of": "B"}', "site B's journal stays as changes of site A's arrive");
tables_equal_rewritten($site_a, $site_b, $db, 'later rows are rewritten');

#
# Both sites have a configuration already; where they differ, site A's counts.
#
$db = 'both';
create_db($db, $site_a, $site_b);
$_->safe_psql($db, $tables)              foreach $site_a, $site_b;
define_mappings($_, $db)                 foreach $site_a, $site_b;
add_rules($_, $db, [ 't', 'p', 'path' ]) foreach $site_a, $site_b;
$site_b->safe_psql($db, <<'SQL');
SET client_min_messages = error;
SELECT qsrepl.set_site('B', 'described here');
SELECT qsrepl.set_site('D', 'known here only');
SELECT qsrepl.set_mapping('share', 'path', 'B', '\\other\Qlik');
SELECT qsrepl.set_mapping('mine', 'path', 'A', '\\mine\a', 'B', '\\mine\b');
SELECT qsrepl.enable();
INSERT INTO qsrepl.fixup VALUES ('clear', 20, 'SELECT 1');
SQL
$site_a->safe_psql($db, <<"SQL");
$rows;
INSERT INTO qsrepl.fixup VALUES ('clear', 10, 'DELETE FROM u');
SELECT qsrepl.localize();
CREATE PUBLICATION pub_both FOR ALL TABLES;
SQL
my $state = $site_b->safe_psql($db, 'SELECT * FROM qsrepl.state');
$name = subscribe($site_a, $site_b, $db);
my $offset = -s $site_b->logfile;
query_is(
	$site_b, $db,
	q(SELECT mapping, site, value FROM qsrepl.mapping_value WHERE current AND mapping IN ('share', 'mine') ORDER BY 1, 2),
	join("\n",
		'mine|A|\\\\mine\\a', 'mine|B|\\\\mine\\b',
		'share|A|\\\\CN\\QlikShare', 'share|B|\\\\BCN\\Qlik$',
		'share|C|\\\\CCN\\Qlik'),
	'mappings of site A replace those of the same name');
query_is($site_b, $db, 'SELECT * FROM qsrepl.state',
	$state, "the state is site B's");
$site_b->safe_psql($db, 'SELECT qsrepl.localize()');
tables_equal_rewritten($site_a, $site_b, $db,
	"rows are rewritten, those of B's former mapping too");

# A's share moves; B is told by the mapping's rows. Again and again, back to a
# former value, and with an alias.
my $id = 100;
foreach my $value (
	'\\\\moved\\Qlik', '\\\\again\\Qlik',
	'\\\\moved\\Qlik', '\\\\CN\\QlikShare')
{
	$id++;
	$site_a->safe_psql($db, <<SQL);
SET client_min_messages = error;
BEGIN;
SELECT qsrepl.set_mapping('share', 'path', 'A', '$value');
SELECT qsrepl.localize();
COMMIT;
INSERT INTO t VALUES ($id, '$value\\$id');
SQL
	is(caught_up_or_error($site_a, $site_b, $name, $offset),
		undef, "set_mapping('$value') at site A arrives");
	query_is($site_b, $db, "SELECT p FROM t WHERE id = $id",
		"\\\\BCN\\Qlik\$\\$id", 'and is used');
}
$site_a->safe_psql($db, <<'SQL');
SET client_min_messages = error;
SELECT qsrepl.add_alias('share', 'A', '\\alias\Qlik');
SELECT qsrepl.set_mapping('new', 'path', 'A', '\\new\a', 'B', '\\new\b');
SELECT qsrepl.set_site('A', 'described anew');
INSERT INTO t VALUES (201, '\\alias\Qlik\201'), (202, '\\new\a\202');
SELECT qsrepl.drop_mapping('new');
INSERT INTO t VALUES (203, '\\new\a\203');
SQL
is(caught_up_or_error($site_a, $site_b, $name, $offset),
	undef, 'alias, new and dropped mapping arrive');
query_is(
	$site_b, $db,
	'SELECT p FROM t WHERE id > 200 ORDER BY id',
	"\\\\BCN\\Qlik\$\\201\n\\\\new\\b\\202\n\\\\new\\a\\203",
	'and are used in turn');
query_is(
	$site_b,
	$db,
	q(SELECT (SELECT count(*) FROM qsrepl.mapping WHERE name = 'new'), (SELECT count(*) FROM qsrepl.mapping_value WHERE mapping = 'new')),
	'0|0',
	'nothing is left of the dropped one');

# Site A goes on with its own state and events.
$site_a->safe_psql($db, 'SELECT qsrepl.localize()');
is(caught_up_or_error($site_a, $site_b, $name, $offset),
	undef, 'localize() at site A');
query_is($site_b, $db,
	q(SELECT count(*) FROM qsrepl.event WHERE what = 'localized'),
	'1', "the events are site B's");
query_is($site_b, $db, 'SELECT state, stored_site FROM qsrepl.status',
	'local|B', "the state is site B's");

# Site B has changed the same value meanwhile: whatever counts then, apply must
# not stop.
$site_b->safe_psql($db, <<'SQL');
SET client_min_messages = error;
SELECT qsrepl.set_mapping('share', 'path', 'A', '\\at\b');
SQL
$site_a->safe_psql($db, <<'SQL');
SET client_min_messages = error;
SELECT qsrepl.set_mapping('share', 'path', 'A', '\\moved\Qlik');
INSERT INTO t VALUES (301, '\\moved\Qlik\301');
SQL
my $error = caught_up_or_error($site_a, $site_b, $name, $offset);
is($error, undef,
	'a former value becomes the current one, where site B has another: apply goes on'
);
query_is($site_b, $db, 'SELECT p FROM t WHERE id = 301',
	'\\\\BCN\\Qlik$\\301', 'and rewrites')
  unless $error;

# A rule of site A that B has no trigger for is told.
unless ($error)
{
	add_rules($site_a, $db, [ 'u', 'p', 'path' ]);
	catch_up($site_a, $name);
	query_is(
		$site_b,
		$db,
		q(SELECT object, problem FROM qsrepl.check() WHERE severity = 'error'),
		'public.u|the table has rules but no row trigger',
		'check() tells of a rule without a trigger');
	$site_b->safe_psql($db, 'SELECT qsrepl.enable()');
	$site_a->safe_psql($db,
		q(INSERT INTO u VALUES (1, '\\\\CN\\QlikShare\\u')));
	catch_up($site_a, $name);
	query_is($site_b, $db, 'SELECT p FROM u',
		'\\\\BCN\\Qlik$\\u', 'enabled again, it is rewritten');

	# Renames at both sites, at either one first
	foreach my $order ([ $site_b, $site_a, 'u', 'u2' ],
		[ $site_a, $site_b, 't', 't2' ])
	{
		my ($first, $second, $from, $to) = @$order;

		$first->safe_psql($db, "ALTER TABLE $from RENAME TO $to");
		catch_up($site_a, $name);
		$second->safe_psql($db, "ALTER TABLE $from RENAME TO $to");
		$site_a->safe_psql($db,
			"INSERT INTO $to VALUES (400, '\\\\CN\\QlikShare\\400')");
		catch_up($site_a, $name);
		query_is($site_b, $db, "SELECT p FROM $to WHERE id = 400",
			'\\\\BCN\\Qlik$\\400',
			"$from was renamed at " . $first->name . ' first');
	}
	query_is($site_b, $db, 'SELECT relation FROM qsrepl.rule ORDER BY 1',
		"public.t2\npublic.u2", 'one rule each is left');
	no_leaks($site_b, $db);
}

$site_b->stop('fast');
$site_a->stop('fast');
done_testing();
