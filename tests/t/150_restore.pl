# "snapshot restore": databases at the same site and at another one, whose own
# values they get, whole or not at all.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplRestore;
use QsreplTest;
use Test::More;

my %node = (A => bare_server('site_a'), B => bare_server('site_b'));
my @databases = ('QSR', 'SenseServices');
my %options = (main => "databases = @databases QSMQ\n", mappings => $qlik_mappings,
	map { $_ => "snapshot_directory = $tool_dir/snapshots\n" } 'A', 'B');
my %conf = map { $_ => conf_file($_, \%node, %options) } 'A', 'B';
my $snapshots = "$tool_dir/snapshots";
my ($code, $out, $err);

mkdir $snapshots;

sub restore
{
	my ($site, @words) = @_;

	return qsrepl('snapshot', 'restore', '--yes', '--config', $conf{$site}, @words);
}

# Site A, as Qlik Sense leaves it; its dump has all kinds of things.
foreach my $site ('A', 'B')
{
	$node{$site}->start;
	$node{$site}->safe_psql('postgres', 'CREATE ROLE qliksenserepository LOGIN');
}
$node{A}->safe_psql('postgres', <<'SQL');
CREATE ROLE "the reader" NOLOGIN;
CREATE ROLE team;
GRANT team TO "the reader";
CREATE DATABASE "QSR" OWNER qliksenserepository;
CREATE DATABASE "SenseServices" OWNER qliksenserepository;
REVOKE ALL ON DATABASE "QSR" FROM PUBLIC;
GRANT CONNECT ON DATABASE "QSR" TO "the reader";
ALTER DATABASE "QSR" SET search_path = public, "$user";
ALTER DATABASE "QSR" SET work_mem = '7MB';
ALTER ROLE team IN DATABASE "QSR" SET statement_timeout = '5min';
SQL
load_fixture($node{A}, 'QSR', 'qsr');
load_fixture($node{A}, 'SenseServices', 'sense_services');
$node{A}->safe_psql('QSR', 'GRANT SELECT ON "Users" TO "the reader"');
($code, $out, $err) = qsrepl('setup', 'primary', '--yes', '--site', 'A', '--config', $conf{A});
is("$code $err", '0 ', 'site A is set up') or diag($out);
$node{A}->_update_pid(1);
add_sense_services_rules($node{A}, 'SenseServices');
$node{A}->safe_psql($_, 'SELECT qsrepl.localize()') foreach @databases;

hand_snapshot($node{A}, "$snapshots/one", databases => \@databases);
my %first = map { $_ => rows_hash($node{A}, $_) } @databases;

# What is there is replaced, when its site is named.
$node{A}->safe_psql('QSR', 'TRUNCATE "Tags" CASCADE; CREATE TABLE later (x int)');
my $before = restore_state($node{A}, \@databases);
($code, $out, $err) = qsrepl('snapshot', 'restore', "$snapshots/one", '--yes', '--config', $conf{A});
is($code, 6, 'the active site is not replaced just so');
like($err, qr/site "A" is the active one.*Nothing follows it.*--replace-active A/s, 'and how it is, is told');
($code, $out, $err) = restore('A', "$snapshots/one", '--replace-active', 'B');
is($code, 2, 'another site is named');
like($err, qr/--replace-active names site "B", and the restore is at site "A"/, 'which is told');
($code, $out, $err) = restore('A', "$snapshots/one", '--replace-active', 'A', '--dry-run');
is("$code $err", '0 ', 'dry run');
like($out, qr/QSMQ, which the snapshot does not have.*Stop the services.*beside those that are there.*rows those of site A.*into place.*Drop the old/s, 'tells the steps');
is(restore_state($node{A}, \@databases), $before, 'which changes nothing');

my $session = $node{A}->background_psql('QSR', on_error_stop => 0);
$session->query('BEGIN; SELECT 1');
($code, $out, $err) = restore('A', "$snapshots/one", '--replace-active', 'A');
is($code, 0, 'restored at the same site') or diag("$out$err");
eval { $session->quit };
like($out, qr/Snapshot ".*one" is restored at site A/, 'which is told');
is($node{A}->safe_psql('QSR', q(SELECT to_regclass('later'), count(*) > 0 FROM "Tags")), '|t', 'rows are back');
is($node{A}->safe_psql('QSR', 'SELECT qsrepl._state_word()'), 'local', 'and they are those of the site');
no_leaks($node{A}, $_, "no leaks in $_") foreach @databases;
is($node{A}->safe_psql('postgres', q(SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE NOT datistemplate)),
	'QSR SenseServices postgres', 'no other database is left');
is($node{A}->safe_psql('postgres', <<'SQL'), 'qliksenserepository|{qliksenserepository=CTc/qliksenserepository,"\"the reader\"=c/qliksenserepository"}|{"search_path=public, \"$user\"",work_mem=7MB}|', 'its owner, rights and settings are back');
SELECT pg_get_userbyid(datdba), datacl, setconfig, shobj_description(d.oid, 'pg_database')
FROM pg_database d JOIN pg_db_role_setting s ON s.setdatabase = d.oid AND s.setrole = 0 WHERE datname = 'QSR'
SQL

# At another site, which is empty: its own values, in every column.
($code, $out, $err) = restore('A', "$snapshots/one", '--site', 'B');
is($code, 6, 'a server that was not set up');
like($err, qr/does not know that it is that site's/, 'is refused');
($code, $out, $err) = qsrepl('snapshot', 'restore', "$snapshots/one", '--yes', '--config', $conf{B});
is($code, 6, 'not before it is set up');
$node{B}->safe_psql('postgres', 'CREATE DATABASE "QSR"');
($code, $out, $err) = qsrepl('setup', 'primary', '--yes', '--site', 'B', '--config', $conf{B});
is("$code $err", '0 ', 'site B is set up as one of its own') or diag($out);
$node{B}->_update_pid(1);
($code, $out, $err) = restore('A', "$snapshots/one", '--site', 'B');
is($code, 0, 'restored at the other site') or diag("$out$err");
like($out, qr/New roles, without a password: "?team"?, "?the reader"?|New roles, without a password: the reader, team/, 'roles are made, and told');
foreach my $db (@databases)
{
	no_leaks($node{B}, $db, "no leaks at B in $db");
	is($node{B}->safe_psql($db, 'SELECT site, qsrepl._state_word() FROM qsrepl.state'), 'B|local', "$db is B's");
}
is($node{B}->safe_psql('QSR', 'SELECT DISTINCT "RootFolder" FROM "ServiceClusterSettingsSharedPersistenceProperties"'), '\\\\BCN\\Qlik$', 'with its share');
foreach my $db (@databases)
{
	$node{A}->safe_psql($db, 'SELECT 1');
}
is($node{B}->safe_psql('postgres', q(SELECT pg_has_role('the reader', 'team', 'member'))), 't', 'and the roles what they had');

# As it is in the snapshot.
($code, $out, $err) = qsrepl('snapshot', 'restore', "$snapshots/one", '--yes', '--keep-values', '--replace-active', 'B', '--config', $conf{B});
is($code, 0, 'with its values kept') or diag("$out$err");
is($node{B}->safe_psql('QSR', 'SELECT DISTINCT "RootFolder" FROM "ServiceClusterSettingsSharedPersistenceProperties"'), '\\\\CN\\QlikShare', 'A\'s share is in it');
is($node{B}->safe_psql('QSR', 'SELECT qsrepl._state_word()'), 'none', 'without a state');
($code, $out, $err) = qsrepl('check', '--config', $conf{B});
like($out . $err, qr/localize/, 'which a check warns of');

$_->stop foreach values %node;
done_testing();
