# check in logical mode: healthy, and everything that can be wrong.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplTest;
use Test::More;

my ($site_a, $site_b) = make_bare_pair();
my $config = conf('A');

$_->start foreach $site_a, $site_b;
$site_a->safe_psql('postgres', 'CREATE ROLE qliksenserepository LOGIN');
$site_a->safe_psql('postgres', "CREATE DATABASE \"$_\"") foreach 'QSR', 'SenseServices', 'QSMQ';
$site_a->safe_psql('QSR', <<'SQL');
CREATE TABLE items (id serial PRIMARY KEY, name text NOT NULL UNIQUE, path text);
CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (100);
CREATE TABLE keyless (a int);
CREATE TABLE "__MigrationHistory" ("MigrationId" text PRIMARY KEY, "Model" bytea);
INSERT INTO "__MigrationHistory" VALUES ('20260101_Initial', '\x00');
INSERT INTO items (name) VALUES ('one'), ('two');
SQL
foreach ([ 'A', 'publisher', $site_a ], [ 'B', 'subscriber', $site_b ])
{
	my ($site, $verb, $node) = @$_;
	my ($code, $out, $err) = qsrepl('setup', $verb, '--site', $site, '--config', conf($site));

	is($code, 0, "setup $verb") or diag("$out$err");
	$node->_update_pid(1);
}
$config = conf('A');

sub check
{
	my ($code, $out, $err) = qsrepl('check', '--config', $config, @_);

	is($err, '', 'nothing on standard error');
	note($out);
	return ($code, $out);
}

sub fails
{
	my ($pattern, $name) = @_;
	my ($code, $out) = check_says($config, qr/^fail  $pattern/m, $name);

	is($code, 1, '... is not ready');
	return $out;
}

my $healthy = qr/^Ready for switchover: yes\.\nReady for failover: yes, at risk \d+ (?:bytes|B|kB|MB) \/ /m;
my ($code, $out) = check_says($config, $healthy, 'a healthy pair is ready');
is($code, 0, '... by the exit code');
unlike($out, qr/^(?:fail|warn)  (?!slots|disk|clock|settings)/m, 'nothing fails or warns') or diag($out);
like($out, qr/^pass  roles +site A: the active site, a primary$/m, 'A is active');
like($out, qr/^pass  fence +site B: fenced, as a passive site should be$/m, 'B is fenced');
like($out, qr/^pass  subscription +site B, database QSR: subscription "qsrepl_b_qsr" is at work$/m, 'the subscription');
like($out, qr/^pass  lag +site B, database QSR: \d+ \w+ \/ .* behind$/m, 'lag');
like($out, qr/^pass  tables +site B, database QSR: 4 tables are replicated$/m, 'tables');
like($out, qr/^pass  schema +site B, database QSMQ: 0 tables are as at site A$/m, 'schemas, of QSMQ too');
unlike($out, qr/(?:subscription|tables) +site B, database QSMQ/, '... which is not replicated');
like($out, qr/^pass  migrations +site B, database QSR: the rows of "__MigrationHistory" are those of site A$/m, 'migrations');
like($out, qr/^pass  sequences +site B, database QSR: 1 of 1 sequences are behind those of site A: a switchover sets them$/m, 'sequences');
like($out, qr/^pass  extension +site B, database QSR: /m, 'the extension at B too');
$site_b->safe_psql('QSR', q(SELECT setval('items_id_seq', 100)));
like((check())[1], qr/^pass  sequences +site B, database QSR: 1 sequences are as far/m, 'sequences that are ahead');
($code, $out) = check('--json');
like($out, qr/"concern": "schema"/, 'JSON');

# The fence
$site_b->safe_psql('QSR', 'SELECT qsrepl.unfence()');
($code, $out) = check();
is($code, 0, 'a subscriber that is not fenced');
like($out, qr/^warn  fence +site B: not fenced: clients may write/m, '... is warned of');
$site_b->safe_psql('QSR', q(SELECT qsrepl.fence('passive site', true)));

# Tables
$site_a->safe_psql('QSR', 'CREATE TABLE fresh (id int PRIMARY KEY)');
$out = fails(qr/tables +site A, database QSR: tables that are not published: public\.fresh$/m, 'a table that is not published');
like($out, qr/^fail  schema +site B, database QSR: tables of site A that are missing: public\.fresh$/m, '... nor at B');
qsrepl('setup', 'publisher', '--site', 'A', '--config', conf('A'));
fails(qr/tables +site B, database QSR: published tables that are not subscribed to: public\.fresh$/m, 'a table that is not subscribed to');
$site_b->safe_psql('QSR', 'CREATE TABLE fresh (id int PRIMARY KEY, more text); CREATE TABLE own (); CREATE TABLE own2 ()');
fails(qr/schema +site B, database QSR: tables with other columns or keys than at site A: public\.fresh$/m, 'other columns');
fails(qr/schema +site B, database QSR: tables that site A does not have: public\.own, public\.own2$/m, 'tables that A does not have');
$site_b->safe_psql('QSR', 'DROP TABLE own, own2; ALTER TABLE fresh DROP more');
is((qsrepl('setup', 'subscriber', '--site', 'B', '--config', conf('B')))[0], 0, 'set up again');
$config = conf('A');
check_says($config, $healthy, 'ready again');
foreach (
	[ 'ALTER TABLE items ALTER name DROP NOT NULL', 'ALTER TABLE items ALTER name SET NOT NULL', 'not null' ],
	[ 'ALTER TABLE items ALTER path TYPE varchar(10)', 'ALTER TABLE items ALTER path TYPE text', 'a type' ],
	[ 'ALTER TABLE items DROP CONSTRAINT items_name_key', 'ALTER TABLE items ADD CONSTRAINT items_name_key UNIQUE (name)', 'a key' ],
	[ 'CREATE UNIQUE INDEX extra ON items (path)', 'DROP INDEX extra', 'a unique index' ])
{
	my ($there, $back, $name) = @$_;

	$site_b->safe_psql('QSR', $there);
	fails(qr/schema +site B, database QSR: tables with other columns or keys than at site A: public\.items$/m, "schema: $name");
	$site_b->safe_psql('QSR', $back);
}
$site_a->safe_psql('QSR', 'ALTER TABLE keyless REPLICA IDENTITY DEFAULT');
fails(qr/tables +site A, database QSR: published tables without a replica identity: public\.keyless$/m, 'a table without a key');
$site_a->safe_psql('QSR', 'ALTER TABLE keyless REPLICA IDENTITY FULL');
$site_b->safe_psql('QSR', q(INSERT INTO "__MigrationHistory" VALUES ('20260202_More')));
fails(qr/migrations +site B, database QSR: the rows of "__MigrationHistory" differ from those of site A$/m, 'another release of Qlik Sense');
$site_b->safe_psql('QSR', q(DELETE FROM "__MigrationHistory" WHERE "MigrationId" = '20260202_More'));

# Both sites are asked for what the extension finds.
$site_b->safe_psql('QSR', q(SELECT qsrepl.add_rule('items', 'path', 'path'); UPDATE items SET path = '\\\\CN\\QlikShare' WHERE id = 1));
($code, $out) = check();
like($out, qr/^warn  leaks +site B, database QSR: values of other sites are stored: 1$/m, 'a leak at B');
$site_b->safe_psql('QSR', q(UPDATE items SET path = NULL WHERE id = 1; SELECT qsrepl.drop_rule('items', 'path')));

# disable_on_error
$site_b->safe_psql('QSR', 'ALTER SUBSCRIPTION qsrepl_b_qsr SET (disable_on_error = on)');
like((check())[1], qr/^warn  subscription +site B, database QSR: subscription "qsrepl_b_qsr" has disable_on_error = on$/m, 'disable_on_error');
$config = conf('A', 'mode = logical' => "mode = logical\ndisable_on_error = on");
check_says($config, qr/^pass  subscription +site B, database QSR: subscription "qsrepl_b_qsr" is at work, and disabled at an error$/m,
	'... as configured');
$config = conf('A');
$site_b->safe_psql('QSR', 'ALTER SUBSCRIPTION qsrepl_b_qsr SET (disable_on_error = off)');

# Apply stops at a row, and is behind.
$site_b->safe_psql('QSR', 'INSERT INTO fresh VALUES (7)');
$site_a->safe_psql('QSR', 'INSERT INTO fresh VALUES (7)');
fails(qr/subscription +site B, database QSR: no worker applies for subscription "qsrepl_b_qsr"$/m, 'no worker');
check_says($config, qr/^warn  lag +site B, database QSR: \d+ \w+ behind, for an unknown time$/m, 'lag without a worker');
$site_b->safe_psql('QSR', 'DELETE FROM fresh');
check_says($config, $healthy, 'ready again');

# Disabled; without a slot; without a subscription
$site_b->safe_psql('QSR', 'ALTER SUBSCRIPTION qsrepl_b_qsr DISABLE');
fails(qr/subscription +site B, database QSR: subscription "qsrepl_b_qsr" is disabled$/m, 'disabled');
$site_a->poll_query_until('QSR', q(SELECT NOT active FROM pg_replication_slots WHERE slot_name = 'qsrepl_b_qsr'));
$site_a->safe_psql('QSR', q(SELECT pg_drop_replication_slot('qsrepl_b_qsr')));
fails(qr/lag +site B, database QSR: slot "qsrepl_b_qsr" is not there at site A$/m, 'no slot');
$site_b->safe_psql('QSR', 'ALTER SUBSCRIPTION qsrepl_b_qsr SET (slot_name = NONE); DROP SUBSCRIPTION qsrepl_b_qsr');
fails(qr/subscription +site B, database QSR: there is no subscription "qsrepl_b_qsr"$/m, 'no subscription');
is((qsrepl('setup', 'subscriber', '--site', 'B', '--discard-site', 'B', '--config', conf('B')))[0], 0, 'set up again');
$config = conf('A');
check_says($config, $healthy, 'ready again');

# The active site is silent.
$site_a->stop('immediate');
($code, $out) = check();
is($code, 1, 'A is down');
like($out, qr/^Ready for switchover: no\.$/m, 'no switchover');
like($out, qr/^Ready for failover: yes, at risk unknown(?:: last heard 20\d\d-[\d:.T-]+Z)?\.$/m, 'the risk is not called 0');
$site_b->stop;
done_testing();
