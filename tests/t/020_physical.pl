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

$site_a->wait_for_catchup($site_b, 'replay', $site_a->lsn('write'));
$site_a->stop;
promote($site_b);
ok(localized($site_b, $db), 'the promoted standby is localized');
query_is($site_b, $db,
	q(SET qsrepl.raw = on; SELECT DISTINCT "RootFolder" FROM "ServiceClusterSettingsSharedPersistenceProperties"),
	'\\\\BCN\\Qlik$', 'stored are the local values now');
query_is($site_b, $db, 'SELECT count(*) FROM qsrepl.leaks()', '0', 'nothing leaks');
done_testing();
