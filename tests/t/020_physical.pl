# A streaming standby shows its own site's values while it is a standby, and
# stores them once it is promoted; and so back, three times.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;

my $db = 'qsr';
my $site_a = make_site('A');

create_db($db, $site_a);
define_mappings($site_a, $db);
load_fixture($site_a, $db, 'qsr', apps => 50);
$site_a->safe_psql($db, 'SELECT qsrepl.load_profile(); SELECT qsrepl.localize()');
query_is($site_a, $db, 'SELECT qsrepl._state_word()', 'local', 'the primary is the local site');

my $site_b = make_standby($site_a, 'B');

query_is($site_b, $db, 'SELECT qsrepl._state_word()', 'foreign', 'the standby holds rows of another site');
query_is($site_b, $db, 'SELECT site FROM qsrepl.state', 'B', 'the state is presented as the local site');
query_is($site_b, $db,
	q(SELECT DISTINCT "RootFolder" FROM "ServiceClusterSettingsSharedPersistenceProperties"),
	'\\\\BCN\\Qlik$', 'a reader of the standby sees its site');
query_is($site_b, $db,
	q(SET qsrepl.raw = on; SELECT DISTINCT "RootFolder" FROM "ServiceClusterSettingsSharedPersistenceProperties"),
	'\\\\CN\\QlikShare', 'stored is what was replicated');

query_is($site_b, $db, <<'SQL', "\\\\CN\\QlikShare\n\\\\BCN\\Qlik\$\n\\\\CN\\QlikShare", 'a prepared statement follows the setting');
SET plan_cache_mode = force_generic_plan;
SET qsrepl.raw = on;
PREPARE look AS SELECT DISTINCT "RootFolder" FROM "ServiceClusterSettingsSharedPersistenceProperties";
EXECUTE look;
SET qsrepl.raw = off;
EXECUTE look;
SET qsrepl.raw = on;
EXECUTE look;
SQL

$site_a->wait_for_catchup($site_b, 'replay', $site_a->lsn('write'));
$site_a->stop;
promote($site_b);
ok(localized($site_b, $db), 'the promoted standby is localized');
query_is($site_b, $db,
	q(SET qsrepl.raw = on; SELECT DISTINCT "RootFolder" FROM "ServiceClusterSettingsSharedPersistenceProperties"),
	'\\\\BCN\\Qlik$', 'stored are the local values now');
query_is($site_b, $db, 'SELECT count(*) FROM qsrepl.leaks()', '0', 'nothing leaks');

# And back, and forth.
my $former = $site_b;
foreach my $round (2, 3, 4)
{
	my $site = $round % 2 == 0 ? 'A' : 'B';
	my $share = $site eq 'A' ? '\\\\CN\\QlikShare' : '\\\\BCN\\Qlik$';
	my $next = make_standby($former, $site, name => "standby_$round");
	my $look =
	  q(SELECT DISTINCT "RootFolder" FROM "ServiceClusterSettingsSharedPersistenceProperties");

	query_is($next, $db, $look, $share, "round $round: a standby of what was a standby");
	$former->wait_for_catchup($next, 'replay', $former->lsn('write'));
	$former->stop;
	promote($next);
	ok(localized($next, $db), 'it is localized');
	query_is($next, $db, "SET qsrepl.raw = on; $look", $share, 'stored are its values');
	query_is($next, $db, 'SELECT count(*) FROM qsrepl.leaks()', '0', 'nothing leaks');
	query_is($next, $db, 'SELECT site, epoch FROM qsrepl.state', "$site|$round", 'the state says so');
	$former = $next;
}
$former->stop;
done_testing();
