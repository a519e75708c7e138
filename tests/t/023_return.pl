# The active role goes to B and comes back, three times, by pg_rewind and by a
# new base backup: each site always shows its own values, and what A stores is,
# byte for byte, what it was at the start.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;

my $db = 'qsr';
my $site_a = make_site('A', conf => "wal_log_hints = on\nwal_keep_size = 512MB\n");

# What is stored, as one line a table.
sub stored
{
	my ($node) = @_;
	my @tables = split /\n/, $node->safe_psql($db, <<'SQL');
SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'qsrepl')
	-- The profile's fixups empty these.
	AND tablename NOT IN ('ServerNodeHeartbeats', 'MqChangeNotificationRegistrations')
ORDER BY 1
SQL

	return $node->safe_psql($db,
		"SET qsrepl.raw = on;\n" . join "\n",
		map { "SELECT '$_', count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM $_ t;" } @tables);
}

# How many values a reader sees that are not the node's own.
sub foreign_values
{
	my ($node) = @_;

	return $node->safe_psql($db, <<'SQL');
SELECT (SELECT count(*) FROM "DataConnections" WHERE qsrepl.rewrite("ConnectionString") <> "ConnectionString")
	+ (SELECT count(*) FROM "ServiceClusterSettingsSharedPersistenceProperties"
		WHERE qsrepl.rewrite("RootFolder", 'path') <> "RootFolder")
SQL
}

# Come back as the other's standby; what is in the data directory, the site's
# setting with it, is the other's then.
sub return_as_standby
{
	my ($node, $from, $how) = @_;
	my $conf = slurp_file($node->data_dir . '/postgresql.conf');

	# pg_control, which pg_rewind reads, has the new timeline only then.
	$from->safe_psql('postgres', 'CHECKPOINT');
	if ($how eq 'pg_rewind')
	{
		command_ok(
			[
				'pg_rewind', '--target-pgdata', $node->data_dir,
				'--source-server', $from->connstr('postgres')
			],
			'pg_rewind');
	}
	else
	{
		rename $node->data_dir, $node->data_dir . '.old' or die;
		command_ok(
			[
				'pg_basebackup', '-c', 'fast', '-X', 'stream', '-D', $node->data_dir,
				'-d', $from->connstr('postgres')
			],
			'pg_basebackup');
		PostgreSQL::Test::Utils::system_or_bail('rm', '-rf', $node->data_dir . '.old');
	}
	like(
		slurp_file($node->data_dir . '/postgresql.conf'),
		qr/local_site = '@{[ $node->name eq 'site_a' ? 'B' : 'A' ]}'/,
		"$how brings the other site's settings");
	open my $file, '>', $node->data_dir . '/postgresql.conf' or die;
	print $file $conf;
	close $file;
	$node->enable_streaming($from);
	$node->start;
	return;
}

create_db($db, $site_a);
define_mappings($site_a, $db);
load_fixture($site_a, $db, 'qsr', apps => 20);
$site_a->safe_psql($db, 'SELECT qsrepl.load_profile(); SELECT qsrepl.localize()');
# Values that are spelled otherwise than the mapping has them (\\\\cn\\qlikshare)
# come back as the mapping has them: begin with such.
$site_a->safe_psql($db, <<'SQL');
DO $$
DECLARE
	r record;
BEGIN
	FOR r IN SELECT relid::regclass, "column", form FROM qsrepl._ruled_columns LOOP
		EXECUTE format('UPDATE %s SET %I = qsrepl.rewrite(qsrepl.rewrite(%2$I, %3$L, ''B''), %3$L, ''A'')',
			r.relid, r."column", r.form);
	END LOOP;
END $$;
SQL

my $site_b = make_standby($site_a, 'B');
my $start = stored($site_a);
my $at_b;

foreach my $trip (1 .. 3)
{
	my $how = $trip == 2 ? 'pg_basebackup' : 'pg_rewind';

	is(foreign_values($site_b), '0', "trip $trip: the standby at B shows B's values");
	$site_a->wait_for_catchup($site_b, 'replay', $site_a->lsn('write'));
	promote($site_b);
	# Whatever the old primary still takes is lost, and pg_rewind has work.
	$site_a->safe_psql($db, 'CREATE TABLE lost ()');
	$site_a->stop;
	ok(localized($site_b, $db), "trip $trip: B is localized");
	$at_b //= stored($site_b);
	is(stored($site_b), $at_b, "trip $trip: B stores what it did the first time");
	isnt(stored($site_b), $start, "trip $trip: which is not what A stored");

	return_as_standby($site_a, $site_b, $how);
	$site_b->wait_for_catchup($site_a, 'replay', $site_b->lsn('insert'));
	query_is($site_a, $db, 'SELECT role, site, state, localized FROM qsrepl.status',
		'standby|A|foreign|f', "trip $trip: A is B's standby");
	is(foreign_values($site_a), '0', "trip $trip: the standby at A shows A's values");

	$site_b->wait_for_catchup($site_a, 'replay', $site_b->lsn('write'));
	promote($site_a);
	$site_b->safe_psql($db, 'CREATE TABLE lost ()');
	$site_b->stop;
	ok(localized($site_a, $db), "trip $trip: A is localized");
	is(stored($site_a), $start, "trip $trip: A stores what it did at the start, byte for byte");
	query_is($site_a, $db, 'SELECT role, timeline, epoch, localized, residue FROM qsrepl.status',
		'primary|' . (2 * $trip + 1) . '|' . 2 * $trip . '|t|{}', "trip $trip: the epoch counts the moves");
	return_as_standby($site_b, $site_a, $how);
	$site_a->wait_for_catchup($site_b, 'replay', $site_a->lsn('insert'));
}

done_testing();
