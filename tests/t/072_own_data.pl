# qsrepl setup standby: apps and users that only the future standby has.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplTest;
use Test::More;

my %node = (A => bare_server('site_a'), B => bare_server('site_b'));
my ($code, $out, $err);
my $tables = <<'SQL';
CREATE TABLE "Users" ("ID" uuid PRIMARY KEY, "UserDirectory" text, "UserId" text, "Name" text);
CREATE TABLE "Apps" ("ID" uuid PRIMARY KEY, "Name" text);
SQL

# A uuid made of a number.
my $uuid = q(lpad(to_hex(i), 32, '0')::uuid);

foreach my $node (values %node)
{
	$node->start;
	$node->safe_psql('postgres', "CREATE DATABASE \"$_\"") foreach 'QSR', 'Licenses';
	$node->safe_psql('QSR', $tables);
}

# Both have the same rows; B's own accounts have other IDs, as after an installation.
$node{A}->safe_psql('QSR', <<SQL);
INSERT INTO "Users" SELECT $uuid, 'CORP', 'user' || i, 'User ' || i FROM generate_series(1, 100000) AS i;
INSERT INTO "Users" VALUES (gen_random_uuid(), 'INTERNAL', 'sa_repository', 'sa_repository');
INSERT INTO "Apps" SELECT $uuid, 'App ' || i FROM generate_series(1, 100000) AS i;
SQL
$node{B}->safe_psql('QSR', <<SQL);
INSERT INTO "Users" SELECT $uuid, 'CORP', 'user' || i, 'User ' || i FROM generate_series(1, 100000) AS i;
INSERT INTO "Users" VALUES (gen_random_uuid(), 'Internal', 'SA_Repository', 'sa_repository');
INSERT INTO "Apps" SELECT $uuid, 'App ' || i FROM generate_series(1, 100000) AS i;
SQL

# What B says; nothing may be changed by a refusal.
sub standby
{
	my @more = @_;

	return qsrepl('setup', 'standby', '--site', 'B', '--config', setup_conf('B', \%node), @more);
}

sub refused
{
	my ($what, $detail) = @_;

	($code, $out, $err) = standby();
	is($code, 6, $what);
	like($err, qr/the data of site "B" may not be replaced\n.*detail: .*$detail.*\n.*With --discard-site B/, 'is told, with examples');
	ok(!-e "$tool_dir/journal_B", 'and nothing was begun');
	return;
}

($code, $out, $err) = qsrepl('setup', 'primary', '--site', 'A', '--config', setup_conf('A', \%node));
$node{A}->_update_pid(1);
is("$code $err", '0 ', 'a primary');
($code, $out, $err) = standby('--dry-run');
is("$code $err", '0 ', 'the same rows may be replaced, with accounts of the same name');

$node{B}->safe_psql('QSR', q(INSERT INTO "Apps" VALUES ('99999999-0000-0000-0000-000000000000', 'Sales "EMEA"')));
refused('an app more', 'Apps of database "QSR" that the primary does not have: 1 \("Sales "EMEA""\)\.');
$node{B}->safe_psql('QSR', <<SQL);
INSERT INTO "Users" VALUES ('00000000-0000-0000-0000-0000000f0000', 'CORP', 'ann', 'Ann');
INSERT INTO "Users" VALUES ('99999999-0000-0000-0000-0000000f0000', NULL, NULL, 'Nobody');
SQL
refused('users more', 'not have: 1 .*"Sales "EMEA""\)\. Users of database "QSR" that the primary does not have: 2 \("CORP\\\\ann", "99999999-0000-0000-0000-0000000f0000"\)\.');
$node{A}->safe_psql('QSR', 'DELETE FROM "Apps" WHERE right("ID"::text, 1) = \'1\'');
refused('many apps', 'Apps of database "QSR" that the primary does not have: 6251 \("App 1", "App 17", "App 33", \.\.\.\)\.');

# Another database; other columns and types; no table at the primary.
$node{B}->safe_psql('QSR', 'DROP TABLE "Apps", "Users"');
($code, $out, $err) = standby('--dry-run');
is("$code $err", '0 ', 'no such tables at the site');
$node{B}->safe_psql('Licenses', 'CREATE TABLE "Users" ("ID" text); INSERT INTO "Users" VALUES (\'x\'), (\'y\')');
refused('a table that the primary does not have', 'Users of database "Licenses" that the primary does not have: 2 \("x", "y"\)\.');
$node{A}->safe_psql('Licenses', 'CREATE TABLE "Users" ("ID" varchar(10)); INSERT INTO "Users" VALUES (\'y\')');
refused('another type', 'Users of database "Licenses" that the primary does not have: 1 \("x"\)\.');
$node{B}->safe_psql('Licenses', 'DROP TABLE "Users"; CREATE VIEW "Users" AS SELECT 1 AS "ID"; CREATE TABLE "Apps" (id int)');
($code, $out, $err) = standby('--dry-run');
is("$code $err", '0 ', 'a view, and a table without the column');

# Said to be meant: moved aside, with all its rows.
$node{B}->safe_psql('QSR', $tables . q(INSERT INTO "Apps" SELECT gen_random_uuid(), 'Own' FROM generate_series(1, 5)));
refused('again', 'Apps of database "QSR" that the primary does not have: 5 \("Own", "Own", "Own", \.\.\.\)\.');
($code, $out, $err) = standby('--discard-site', 'B');
$node{B}->_update_pid(1);
is($code, 0, 'discarded');
query_is($node{B}, 'QSR', 'SELECT count(*) FROM "Users"', '100001', 'it has the rows of the primary');
ok(-e (glob($node{B}->data_dir . '.2*'))[0] . '/PG_VERSION', 'its own are aside');
$_->stop foreach $node{B}, $node{A};
done_testing();
