# The old primary returns, unaware, in the moment between the other's promotion
# and its rows being localized: it is superseded all the same, and a fence that
# it has set does not come to the other site with what is replicated.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;

my $db = 'window';
my $site_a = make_site('A', conf => "max_prepared_transactions = 5\nwal_keep_size = 512MB\nwal_log_hints = on\n");

create_db($db, $site_a);
define_mappings($site_a, $db);
$site_a->safe_psql($db, <<'SQL');
CREATE ROLE app LOGIN;
CREATE TABLE ruled (id int PRIMARY KEY, path text);
GRANT ALL ON ruled TO app;
SELECT qsrepl.add_rule('ruled', 'path', 'path');
INSERT INTO ruled SELECT g, '\\CN\QlikShare\' || g FROM generate_series(1, 10) g;
SELECT qsrepl.localize();
SQL

my $site_b = make_standby($site_a, 'B');

# What holds the localizer up.
$site_a->safe_psql($db, q(BEGIN; UPDATE ruled SET path = path || '!' WHERE id = 1; PREPARE TRANSACTION 'held';));
$site_a->wait_for_catchup($site_b, 'replay', $site_a->lsn('insert'));
$site_a->stop('immediate');
promote($site_b);
ok( $site_b->poll_query_until($db, q(SELECT localizer LIKE 'blocked%held%' FROM qsrepl.status)),
	'B is promoted, and not localized');
query_is($site_b, $db, 'SELECT path FROM ruled WHERE id = 2', '\\\\BCN\\Qlik$\\2', 'its readers see its values');

$site_a->append_conf('postgresql.conf',
	"qsrepl.peer_conninfo = '" . $site_b->connstr('postgres') =~ s/'/''/gr . "'\n");
$site_a->start;
my ($result, $stdout, $stderr) =
  $site_a->psql($db, q(INSERT INTO ruled VALUES (99, 'x')), extra_params => [ '-U', 'app' ]);
isnt($result, 0, 'A returns: its first write is refused');
ok($site_a->poll_query_until($db, q(SELECT fenced AND peer = 'superseded by timeline 2' FROM qsrepl.status)),
	'A has fenced itself');
query_is($site_b, $db, 'SELECT fenced FROM qsrepl.status', 'f', 'B has not');

$site_b->safe_psql($db, q(COMMIT PREPARED 'held'));
ok(localized($site_b, $db), 'B is localized when the transaction has ended');
query_is($site_b, $db,
	q(SET qsrepl.raw = on; SELECT string_agg(path, ' ' ORDER BY id) FROM ruled WHERE id < 3),
	'\\\\BCN\\Qlik$\\1! \\\\BCN\\Qlik$\\2', 'what it had written too');

# A comes back as B's standby: its fence is its own and of another timeline.
my $conf = slurp_file($site_a->data_dir . '/postgresql.conf');
$site_a->stop;
$site_b->safe_psql('postgres', 'CHECKPOINT');
command_ok([ 'pg_rewind', '--target-pgdata', $site_a->data_dir, '--source-server', $site_b->connstr('postgres') ],
	'pg_rewind');
open my $file, '>', $site_a->data_dir . '/postgresql.conf' or die;
print $file $conf;
close $file;
$site_a->enable_streaming($site_b);
$site_a->start;
$site_b->wait_for_catchup($site_a, 'replay', $site_b->lsn('insert'));
query_is($site_a, $db, 'SELECT role, site, fenced FROM qsrepl.status', 'standby|A|f', 'A is a standby, and not fenced');
query_is($site_a, $db, 'SELECT path FROM ruled WHERE id = 1', '\\\\CN\\QlikShare\\1!', 'and shows its own values');
$site_b->stop;
promote($site_a);
ok(localized($site_a, $db), 'A takes the role back');
is($site_a->psql($db, q(INSERT INTO ruled VALUES (99, 'x')), extra_params => [ '-U', 'app' ]), 0, 'and can be written');

done_testing();
