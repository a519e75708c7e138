# check on a real pair, further concerns: logins, roles, settings, receivers,
# slots that fill, columns without rules, what only the standby's side shows.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplTest;
use Test::More;

my ($site_a, $site_b, $conf) = make_pair(conf => "fsync = on\nwal_sender_timeout = 0\nwal_keep_size = 0\n");
my $superuser = getpwuid($<);

sub check
{
	my (@words) = @_;
	my ($code, $out, $err) = qsrepl('check', '--config', $conf, @words);

	is($err, '', 'nothing on standard error');
	return ($code, $out);
}

sub set
{
	my ($node, $lines, $how) = @_;

	$node->append_conf('postgresql.conf', $lines);
	return $how ? $node->restart : $node->reload;
}

sub streaming
{
	$site_a->wait_for_catchup($site_b, 'replay', $site_a->lsn('write'));
	return;
}

sub sql
{
	my ($db, $statement) = @_;

	$site_a->safe_psql($db, "SET client_min_messages = error; $statement");
	streaming();
	return;
}

# Only this sets the configuration apart: a password file, for example.
sub with_conf
{
	my ($change, $look) = @_;
	my $good = $conf;
	my $text = slurp_file($conf);

	local $_ = $text;
	$change->();
	$conf = "$good.other";
	unlink $conf;
	append_to_file($conf, $_);
	chmod 0600, $conf;
	$look->();
	$conf = $good;
	return;
}

my ($code, $out) = check();
is($code, 0, 'a pair that is ready');
like($out, qr/^pass  login +site $_: role "qliksenserepository" can log in to database qsr$/m, "... Qlik logs in at $_")
  foreach 'A', 'B';
like($out, qr/^pass  replicator +site $_: replication role "qsrepl_replication" has what it needs/m, "... the replication role at $_")
  foreach 'A', 'B';
like($out, qr/^pass  senders +site A: site B replicates as role "qsrepl_replication"$/m, '... who receives');
like($out, qr/^pass  settings +site B: wal_level is "logical"/m, '... settings');
like($out, qr/^pass  keys +site A, database qsr: tables without a primary key: 1 \(public\.plain\)$/m, '... tables without a key');
like($out, qr/^pass  disk +site A: the data directory's disk has \d/m, "... this machine's disk");
like($out, qr/^pass  disk +site B: databases of \d+ [kM]B and log of \d+ [kM]B/m, "... what is known of the other's");

#
# Logins
#
my $passfile = PostgreSQL::Test::Utils::tempdir() . '/pgpass';
my $entries = sub {
	my ($password) = @_;

	unlink $passfile;
	append_to_file($passfile, "*:*:*:qliksenserepository:$password\n");
	chmod 0600, $passfile;
};
sql('postgres', q(SET password_encryption = 'scram-sha-256'; ALTER ROLE qliksenserepository PASSWORD 'right-secret'));
my $hba = slurp_file($site_b->data_dir . '/pg_hba.conf');
unlink $site_b->data_dir . '/pg_hba.conf';
$site_b->append_conf('pg_hba.conf', "host all qliksenserepository 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n$hba");
$site_b->reload;
check_says($conf, qr/^fail  login +site B: role "qliksenserepository" cannot log in to database qsr: .*no password/m,
	'a password is wanted and not there');
with_conf(sub { s/^\[qsrepl\]$/[qsrepl]\npassfile = $passfile/m }, sub {
	$entries->('wrong-secret');
	($code, $out) = check();
	is($code, 1, 'a wrong password');
	like($out, qr/^fail  login +site B: .*password authentication failed.*\n +hint: Qlik Sense at this site needs the password/m,
		'... is told');
	like($out, qr/^pass  login +site A: /m, '... where it is wrong');
	like($out, qr/^Ready for switchover: no\.\nReady for failover: no/m, '... neither way is ready');
	unlike($out, qr/secret/, '... without naming it');
	$entries->('right-secret');
	($code, $out) = check();
	is($code, 0, 'the right password');
	like($out, qr/^pass  login +site B: /m, '... logs in');
});
unlink $site_b->data_dir . '/pg_hba.conf';
$site_b->append_conf('pg_hba.conf', $hba);
$site_b->reload;
sql('postgres', 'REVOKE CONNECT ON DATABASE qsr FROM PUBLIC');
like((check())[1], qr/^fail  login +site A: .*permission denied for database/m, 'no CONNECT');
sql('postgres', 'GRANT CONNECT ON DATABASE qsr TO PUBLIC');

#
# The replication role
#
sql('postgres', 'ALTER ROLE qsrepl_replication SUPERUSER');
($code, $out) = check();
is($code, 0, 'a replication role that may too much');
like($out, qr/^warn  replicator +site A: replication role "qsrepl_replication" is a superuser\n +hint: ALTER ROLE/m, '... warns');
like($out, qr/^warn  senders +site A: site B replicates as superuser "qsrepl_replication"/m, '... and so does its use');
sql('postgres', 'ALTER ROLE qsrepl_replication NOSUPERUSER NOREPLICATION');
($code, $out) = check();
is($code, 1, 'one that may too little');
like($out, qr/^fail  replicator +site B: replication role "qsrepl_replication" may not replicate/m, '... fails');
sql('postgres', 'ALTER ROLE qsrepl_replication REPLICATION');
with_conf(sub { s/^\[qsrepl\]$/[qsrepl]\nreplication_role = nobody/m }, sub {
	like((check())[1], qr/^warn  replicator +site A: replication role "nobody" does not exist/m, 'one that does not exist');
});

#
# Who receives: a third standby, which no configuration names
#
my $site_c = make_standby($site_a, 'C', conf => "primary_conninfo = 'host="
	  . $site_a->host . ' port=' . $site_a->port . " application_name=third'\n");
($code, $out) = check_says($conf, 
	qr/^warn  senders +site A: "third" at .* receives the log as role "\Q$superuser\E", and is no site of the configuration/m,
	'a third standby is named');
is($code, 0, '... and does no harm');
like($out, qr/^pass  senders +site A: site B replicates/m, "... beside the pair's own");
$site_c->stop;

#
# Settings
#
set($site_a, "fsync = off\nsynchronous_standby_names = 'site_x'\nsynchronous_commit = local\n");
check_says($conf, qr/^warn  settings +site A: fsync is off/m, 'fsync');
set($site_a, "fsync = on\n");
check_says($conf, qr/^warn  settings +site A: synchronous_standby_names is "site_x": after a failover every commit waits/m,
	'synchronous_standby_names');
set($site_a, "synchronous_standby_names = ''\nsynchronous_commit = on\n");
set($site_b, "recovery_min_apply_delay = 2min\n");
check_says($conf, qr/^warn  settings +site B: recovery_min_apply_delay is 120000 ms/m, 'recovery_min_apply_delay');
set($site_b, "recovery_min_apply_delay = 0\n");
check_says($conf, qr/^pass  settings +site B/m, '... and without');

#
# A slot that fills: who receives is stopped, and does not know it.
#
set($site_a, "max_slot_wal_keep_size = 192MB\nmax_wal_size = 1GB\n");
streaming();
my $receiver = $site_b->safe_psql('postgres', 'SELECT pid FROM pg_stat_wal_receiver');
my $switch = 'SELECT pg_switch_wal(); CREATE TABLE w (); DROP TABLE w;';
kill 'STOP', $receiver;
$site_a->safe_psql('postgres', $switch) foreach 1 .. 8;
check_says($conf, qr/^warn  slots +site A: slot "qsrepl_b" keeps \d+ MB, [56]\d % of its limit, and may keep \d+ MB more\n +hint: Look why/m,
	'a slot that is half full');
$site_a->safe_psql('postgres', $switch) foreach 1 .. 4;
check_says($conf, qr/^warn  slots +site A: slot "qsrepl_b" is lost after \d+ MB more of log: [89]\d % of its limit is used\n +hint: Let the standby/m,
	'a slot that is nearly full');
kill 'CONT', $receiver;
streaming();
set($site_a, "max_slot_wal_keep_size = 512MB\n");
check_says($conf, qr/^pass  slots +site A/m, 'and one that has room again');

#
# Columns without rules
#
sql('qsr', q(CREATE TABLE notes (id int PRIMARY KEY, t text);
	INSERT INTO notes SELECT i, '\\\\CN\\QlikShare\\' || i FROM generate_series(1, 5) AS i));
($code, $out) = check();
is($code, 0, 'paths in a column without a rule');
like($out,
	qr/^warn  scan +site A, database qsr: columns without a rule that hold paths or hosts: 1, with 5 values \(public\.notes\.t 5\)\n +hint: SELECT/m,
	'... warn');
like($out, qr/^pass  scan +site A, database more: no column without a rule holds paths/m, '... where they are');
my $locker = $site_a->background_psql('qsr');
$locker->query_until(qr/locked/, "BEGIN; LOCK TABLE notes;\n\\echo locked\n");
($code, $out) = check();
like($out, qr/^pass  scan +site A, database qsr: qsrepl\.scan\(\) takes longer than this check may, and was cut short/m,
	'a scan that takes too long is cut short, and says so');
like($out, qr/^pass  scan +site A, database more: no column/m, '... alone');
$locker->quit;
sql('qsr', 'DROP TABLE notes');

#
# What only the standby's side shows; a rule whose column is gone.
#
sql('qsr', q(SELECT qsrepl.set_mapping('half', 'host', 'A', 'one', 'C', 'two')));
($code, $out) = check();
like($out, qr/^warn  extension +site B, database qsr: mapping "half": it has no value at site "B"/m, 'what the standby lacks');
unlike($out, qr/extension +site A, database qsr: mapping "half"/, '... and the active site does not');
sql('qsr', q(SELECT qsrepl.drop_mapping('half')));
sql('qsr', q(SET session_replication_role = replica; INSERT INTO qsrepl.rule VALUES ('public.plain', 'gone', 'text')));
($code, $out) = check();
like($out, qr/^warn  extension +site A, database qsr: rule on public\.plain: column "gone" does not exist$/m, 'a rule without its column');
unlike($out, qr/site B.*column "gone"/, '... is told once');
sql('qsr', q(DELETE FROM qsrepl.rule WHERE "column" = 'gone'));

#
# The system was upgraded under a database.
#
SKIP:
{
	skip 'databases know no version of their collation', 1 if server_major($site_a) < 15;
	skip 'built without ICU', 1
	  if $site_a->safe_psql('postgres', q(SELECT count(*) FROM pg_collation WHERE collname = 'en-x-icu')) eq '0';
	sql('postgres', q(CREATE DATABASE icu TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en' LOCALE 'C'));
	sql('icu', 'CREATE EXTENSION qsrepl');
	define_mappings($site_a, 'icu');
	sql('icu', q(SELECT qsrepl.localize(); UPDATE pg_database SET datcollversion = '1.0' WHERE datname = 'icu'));
	with_conf(sub { s/^databases = .*$/databases = qsr icu/m }, sub {
		like((check())[1],
			qr/^warn  collation +site A, database icu: it was made with collation version 1\.0, and the system has [\d.]+: indexes on text may be wrong/m,
			'a database that is older than its collation');
	});
}

#
# The active site does not answer here, but the standby still receives from it.
#
my $nowhere = PostgreSQL::Test::Cluster::get_free_port();
my $port = $site_a->port;
with_conf(sub { s/^port = $port$/port = $nowhere/m }, sub {
	($code, $out) = check();
	like($out, qr/^warn  streaming +site B: it still receives from a primary, which does not answer here: do not fail over/m,
		'a sign of life of an active site that does not answer');
	like($out, qr/^Ready for failover: yes, at risk unknown: last heard \S+, unknown since/m, '... the risk is not called 0');
});

#
# Numbers: more at the active site than at its standby
#
set($site_a, "max_prepared_transactions = 9\n", 'restart');
($code, $out) = check_says($conf, 
	qr/^fail  settings +site B: max_prepared_transactions is 5, but 9 at site A: replay stops there/m,
	'a standby that cannot follow');
is($code, 1, '... fails');
set($site_b, "max_prepared_transactions = 9\n", 'restart');
streaming();
set($site_a, "max_worker_processes = 4\n", 'restart');
# A standby does not start with fewer than it has heard of.
streaming();
set($site_b, "max_worker_processes = 4\n", 'restart');
($code, $out) = check_says($conf, qr/^fail  settings +site A: max_worker_processes is 4/m, 'no place for the localizer');
is($code, 1, '... fails');
set($_, "max_worker_processes = 8\nmax_replication_slots = 1\n", 'restart') foreach $site_b, $site_a;
check_says($conf, qr/^fail  settings +site B: max_wal_senders is \d+, max_replication_slots 1: too few/m, 'too few slots');

$site_b->stop;
$site_a->stop;
done_testing();
