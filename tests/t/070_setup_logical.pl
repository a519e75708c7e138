# qsrepl setup: a publisher and its subscriber, in logical mode.
use strict;
use warnings FATAL => 'all';

use IPC::Run qw(run start);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplTest;
use Test::More;
use Time::HiRes qw(usleep);

my ($site_a, $site_b) = make_bare_pair();
my $dir = $tool_dir;

# Exit code and both outputs.
sub tool
{
	my @words = @_;
	my ($code, $out, $err) = qsrepl(@words);

	note("qsrepl @words\n$out$err");
	$err =~ s/^qsrepl: [A-Z][^:]*: .*\n//mg;	# progress
	return ($code, $out, $err);
}

sub publisher { return tool('setup', 'publisher', '--site', 'A', '--config', conf('A'), @_); }
sub subscriber { return tool('setup', 'subscriber', '--site', 'B', '--config', conf('B'), @_); }

sub slurp
{
	my ($name) = @_;

	return -e $name ? slurp_file($name) : 'none';
}

# Catalogs and files, as far as the tool could change them.
sub everything
{
	my ($node) = @_;
	my $data = $node->data_dir;

	my ($dump) = run_command([ 'pg_dumpall', '-h', '127.0.0.1', '-p', $node->port ]);

	$dump =~ s/^\\(?:un)?restrict .*//mg;
	return join "\n", $dump,
	  (map { slurp($_) } "$data/postgresql.conf", "$data/postgresql.auto.conf"),
	  sort(glob("$dir/*")), sort(glob("$data/*")),
	  $node->safe_psql('postgres', 'SELECT slot_name FROM pg_replication_slots');
}

# As it was, or the lines that differ.
sub same
{
	my ($now, $then, $name) = @_;
	my %then = map { $_ => 1 } split /\n/, $then;
	my %now = map { $_ => 1 } split /\n/, $now;

	return is(join("\n", grep({ !$now{$_} } keys %then), grep({ !$then{$_} } keys %now)), '', $name);
}

sub equal
{
	my ($name) = @_;

	foreach my $db ('QSR', 'SenseServices')
	{
		$site_a->wait_for_catchup('qsrepl_b_' . lc $db);
		tables_equal_rewritten($site_a, $site_b, $db, "$name: $db");
	}
	return;
}

my ($code, $out, $err);

# What is refused before anything is changed.
($code, $out, $err) = tool('setup', 'primary', '--site', 'A', '--config', conf('A'));
is($code, 6, 'a verb of physical mode');
like($err, qr/mode is logical.*hint: Use "qsrepl setup publisher"/s, 'it says so');
($code, $out, $err) = tool('setup', 'publisher', '--site', 'A', '--config', conf('A', 'mode = logical' => 'mode = physical'));
is($code, 6, 'a verb of logical mode');
like($err, qr/mode is physical.*hint: Use "qsrepl setup primary"/s, 'it says so');
($code, $out, $err) = tool('setup', 'publisher', '--config', conf('A'));
is($code, 6, 'no site, no terminal');
($code, $out, $err) = tool('setup', 'subscriber', '--config', conf('B'));
is($code, 6, 'no site, no terminal');
($code, $out, $err) = publisher();
is($code, 7, 'no server');
($code, $out, $err) = subscriber();
is($code, 7, 'no publisher');
like($err, qr/site "A": .*Is the server running/s, 'it says which');

# A publisher.
$site_a->start;
$site_a->safe_psql('postgres', 'CREATE ROLE qliksenserepository LOGIN; CREATE ROLE reports NOLOGIN;
	GRANT reports TO qliksenserepository');
$site_a->safe_psql('postgres', "CREATE DATABASE \"$_\" OWNER qliksenserepository")
  foreach 'QSR', 'SenseServices', 'QSMQ';
load_fixture($site_a, 'QSR', 'qsr', apps => 20);
load_fixture($site_a, 'SenseServices', 'sense_services', apps => 10);
$site_a->safe_psql('QSR', <<'SQL');
CREATE TABLE keyless (a int, b text);
INSERT INTO keyless VALUES (1, 'one'), (2, '\\CN\QlikShare');
CREATE TABLE parted (id int PRIMARY KEY, path text) PARTITION BY RANGE (id);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (100);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (100) TO (200);
INSERT INTO parted SELECT i, '\\CN\QlikShare\' || i FROM generate_series(0, 199) i;
CREATE UNLOGGED TABLE passing (a int);
CREATE SCHEMA "My Schema";
CREATE TABLE "My Schema"."A ""Table" (id int PRIMARY KEY, b text);
ALTER TABLE "My Schema"."A ""Table" OWNER TO qliksenserepository;
GRANT SELECT ON keyless TO reports;
INSERT INTO "My Schema"."A ""Table" VALUES (1, 'x');
GRANT ALL ON ALL TABLES IN SCHEMA public TO qliksenserepository;
SQL
$site_a->safe_psql('QSMQ', 'CREATE TABLE queue (id int PRIMARY KEY, message text);
	INSERT INTO queue VALUES (1, $$of the moment$$)');
my $before = everything($site_a);
($code, $out, $err) = publisher('--dry-run');
is("$code $err", '0 ', 'a dry run');
like($out, qr/^Set up site A as the publisher\. Nothing is changed now\.\n  1\. .*CREATE PUBLICATION qsrepl /s, 'tells the steps');
same(everything($site_a), $before, 'and changes nothing');
($code, $out, $err) = publisher('--no-restart');
is($code, 8, 'without a restart it stops');
like($err, qr/step "restart" failed: the server needs a restart for: .*max_logical_replication_workers.*wal_level/, 'and says why');
($code, $out, $err) = publisher();
$site_a->_update_pid(1);
is("$code $err", '0 ', 'run again it goes on');
unlike($out, qr/Left to do/, 'the role is let in');
is($site_a->safe_psql('postgres', 'SHOW wal_level'), 'logical', 'it was restarted');
cmp_ok($site_a->safe_psql('postgres', 'SHOW max_replication_slots'), '>=', 15, 'there are slots enough');
cmp_ok($site_a->safe_psql('postgres', 'SHOW max_worker_processes'), '>=', 26, 'and workers');
is($site_a->safe_psql('postgres', q(SELECT rolcanlogin, rolreplication, rolsuper, rolcreatedb, rolcreaterole
	FROM pg_roles WHERE rolname = 'qsrepl_replication')), 't|t|f|f|f', 'the role has only its rights');
is($site_a->safe_psql('QSR', q(SELECT DISTINCT privilege_type FROM information_schema.role_table_grants
	WHERE grantee = 'qsrepl_replication')), 'SELECT', '... and SELECT on tables');
is($site_a->safe_psql('QSR', 'SELECT qsrepl._state_word()'), 'local', 'the rows are those of A');
is($site_a->safe_psql('QSR', q(SELECT relreplident FROM pg_class WHERE oid = 'keyless'::regclass)), 'f', 'a table without a key');
is($site_a->safe_psql('QSR', q(SELECT pubname, puballtables, pubviaroot FROM pg_publication)), 'qsrepl|f|t', 'the publication');
is($site_a->safe_psql('QSR', q(SELECT count(*) FROM pg_publication_tables
	WHERE schemaname = 'qsrepl' OR tablename IN ('passing', 'parted_1'))), '0', '... without what is not to be replicated');
is($site_a->safe_psql('QSR', q(SELECT count(*) FROM pg_publication_tables WHERE tablename IN ('Apps', 'parted', 'keyless', 'A "Table'))),
	'4', '... with all else');
is($site_a->safe_psql('QSMQ', 'SELECT count(*) FROM pg_publication'), '0', 'QSMQ is not published');
unlike(slurp_file("$dir/settings_A.conf"), qr/peer|primary/, 'no settings of physical mode');
$before = everything($site_a);
($code, $out, $err) = publisher();
is("$code $err", '0 ', 'a second time');
like($out, qr/^Site A: everything is done already\.\n/, 'all is done');
same(everything($site_a), $before, 'and stays');

# A new table; one with rules and without a key.
$site_a->safe_psql('QSR', q(CREATE TABLE fresh (id int PRIMARY KEY); CREATE TABLE ruled (path text);
	SELECT qsrepl.add_rule('ruled', 'path', 'path')));
($code, $out, $err) = publisher();
is($code, 8, 'a table with a rule and without a key');
like($err, qr/step "identity" failed: tables with rules have no primary key: public\.ruled.*hint: Add a primary key, or drop the rules/s, 'is told');
$site_a->safe_psql('QSR', 'DROP TABLE ruled');
($code, $out, $err) = publisher();
is("$code $err", '0 ', 'without it, it goes on');
is($site_a->safe_psql('QSR', q(SELECT count(*) FROM pg_publication_tables WHERE tablename = 'fresh')), '1', 'the new table is published');

# A role that may not log in: told, with what to do.
my $hba = slurp_file($site_a->data_dir . '/pg_hba.conf');
write_private($site_a->data_dir . '/pg_hba.conf', "host all qsrepl_replication all scram-sha-256\n$hba");
$site_a->reload;
$site_a->safe_psql('postgres', q(ALTER ROLE qsrepl_replication PASSWORD 'anders'));
($code, $out, $err) = publisher();
is("$code $err", '0 ', 'a wrong password is no error of the publisher');
like($out, qr/Left to do: site "A": role "qsrepl_replication" could not connect for replication.*password authentication failed.*"host "QSR" qsrepl_replication 127\.0\.0\.1 scram-sha-256" and "host "SenseServices" /s,
	'but told');
unlike("$out$err", qr/geheim|anders/, 'and no secret');

# The subscriber: refusals change nothing.
$site_b->start;
$site_b->safe_psql('postgres', 'CREATE ROLE qliksenserepository LOGIN');
$site_b->safe_psql('postgres', "CREATE DATABASE \"QSR\" OWNER qliksenserepository");
load_fixture($site_b, 'QSR', 'qsr', rows => 0);
$site_b->safe_psql('QSR', 'CREATE TABLE own (a int); INSERT INTO own VALUES (42)');
$before = everything($site_b);
($code, $out, $err) = subscriber();
is($code, 6, 'a wrong password');
like($err, qr/role "qsrepl_replication" could not connect for replication.*password authentication failed/s, 'is told');
unlike("$out$err", qr/geheim|anders/, 'without a secret');
$site_a->safe_psql('postgres', q(ALTER ROLE qsrepl_replication PASSWORD 'geheim'));
($code, $out, $err) = tool('setup', 'subscriber', '--site', 'B', '--config',
	conf('B', 'replication_name = qsrepl' => 'replication_name = other'));
is($code, 6, 'no publication of that name');
like($err, qr/the server of site "A" is not set up as a publisher.*Run "qsrepl setup publisher --site A"/s, 'is told');
($code, $out, $err) = tool('setup', 'subscriber', '--site', 'B', '--config', conf('B',
	'host = 127.0.0.1(?=\nport = ' . $site_a->port . ')' => 'host = 127.0.0.2',
	'(?<=\nport = )' . $site_a->port => $site_b->port));
is($code, 6, 'both sites are one server');
like($err, qr/the servers of sites "B" and "A" are one and the same/, 'is told');
($code, $out, $err) = subscriber('--discard-site', 'A');
is($code, 6, 'another site to discard');
($code, $out, $err) = subscriber('--dry-run');
is("$code $err", '0 ', 'a dry run');
like($out, qr/Fence the server.*CREATE SUBSCRIPTION.*pg_subscription_rel/s, 'tells the steps');
same(everything($site_b), $before, 'nothing was changed by all that');
$site_b->safe_psql('QSR', q(INSERT INTO "Users" ("ID") VALUES ('00000000-0000-0000-0000-00000000abcd')));
($code, $out, $err) = subscriber();
is($code, 6, 'a user that A does not have');
like($err, qr/the data of site "B" may not be replaced.*Its database "QSR" has rows that site "A" does not have: "Users" 00000000-0000-0000-0000-00000000abcd\..*--discard-site B/s,
	'is told');

# It works. Meanwhile A is written to.
$site_b->safe_psql('QSR', 'ALTER DATABASE "QSR" SET work_mem = 5000');
($code, $out, $err) = subscriber('--discard-site', 'B', '--no-restart');
is($code, 8, 'without a restart it stops');
($code, $out, $err) = subscriber();
$site_b->_update_pid(1);
is("$code $err", '0 ', 'and goes on, without --discard-site');
like($out, qr/^The database "QSR" that site B had is "(QSR_\d{8}T\d{6})" now\.$/m, 'where the old one is');
my ($aside) = $out =~ /"(QSR_\d{8}T\d{6})"/;
is($site_b->safe_psql($aside, 'SELECT a FROM own'), '42', 'it is complete');
like($out, qr/passwords for these new roles at site B.*qsrepl_replication/, 'new roles need passwords');
unlike($out, qr/qliksenserepository/, '... but not those that were there');
is($site_b->safe_psql('postgres', q(SELECT count(*) FROM pg_roles WHERE rolname IN ('reports', 'qsrepl_replication'))), 2, 'roles of the schema');
equal('after the copy');
is($site_b->safe_psql('QSR', q(SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 'A "Table')), 'qliksenserepository', 'owners');
is($site_b->safe_psql('QSMQ', 'SELECT count(*) FROM queue'), '0', 'QSMQ is empty');
is($site_b->safe_psql('postgres', 'SELECT subname, subenabled, subslotname, subdisableonerr FROM pg_subscription ORDER BY 1'),
	"qsrepl_b_qsr|t|qsrepl_b_qsr|f\nqsrepl_b_senseservices|t|qsrepl_b_senseservices|f", 'the subscriptions');
is($site_b->safe_psql('QSR', q(SELECT DISTINCT path LIKE '\\\\\\\\BCN\\\\Qlik$\\\\%' FROM parted)), 'f', 'columns without a rule stay');
is($site_b->safe_psql('QSR', 'SELECT DISTINCT "RootFolder" FROM "ServiceClusterSettingsSharedPersistenceProperties"'),
	'\\\\BCN\\Qlik$', 'those with one are of site B');

# The fence: Qlik's role does not write, apply does.
my ($ret, $stdout, $stderr) = $site_b->psql('QSR', q(UPDATE keyless SET b = 'x'), connstr => $site_b->connstr('QSR') . ' user=qliksenserepository');
isnt($ret, 0, 'Qlik cannot write at B');
like($stderr, qr/read-only transaction/, '... by the fence');
$site_a->safe_psql('QSR', q(UPDATE keyless SET b = 'changed' WHERE a = 1; DELETE FROM parted WHERE id = 7; INSERT INTO fresh VALUES (1)));
equal('while fenced');

# Again.
$before = everything($site_b);
($code, $out, $err) = subscriber();
is("$code $err", '0 ', 'a second time');
like($out, qr/^Site B: everything is done already\.\n/, 'all is done');
same(everything($site_b), $before, 'and stays');
($code, $out, $err) = tool('setup', 'publisher', '--site', 'B', '--config', conf('B'));
is($code, 6, 'a subscriber is no publisher');
like($err, qr/the server of site "B" is a subscriber/, 'it says so');

# What is not as it should be is put right.
$site_b->safe_psql('QSR', 'SELECT qsrepl.unfence()');
$site_b->safe_psql('QSR', 'ALTER SUBSCRIPTION qsrepl_b_qsr DISABLE');
$site_a->safe_psql('QSR', 'CREATE TABLE later (id int PRIMARY KEY); INSERT INTO later VALUES (1)');
$site_b->safe_psql('QSR', 'CREATE TABLE later (id int PRIMARY KEY)');
publisher();
($code, $out, $err) = tool('setup', 'subscriber', '--site', 'B', '--config',
	conf('B', 'mode = logical' => "mode = logical\ndisable_on_error = on"));
is("$code $err", '0 ', 'a third time');
is($site_b->safe_psql('postgres', q(SELECT subenabled, subdisableonerr FROM pg_subscription WHERE subname = 'qsrepl_b_qsr')), 't|t', 'it is enabled');
is($site_b->safe_psql('QSR', 'SELECT fenced FROM qsrepl.status'), 't', 'it is fenced');
equal('with a new table');

# A lost slot.
$site_b->safe_psql('QSR', 'ALTER SUBSCRIPTION qsrepl_b_qsr DISABLE');
$site_a->poll_query_until('QSR', q(SELECT NOT active FROM pg_replication_slots WHERE slot_name = 'qsrepl_b_qsr'));
$site_a->safe_psql('QSR', q(SELECT pg_drop_replication_slot('qsrepl_b_qsr'); DELETE FROM keyless WHERE a = 1));
($code, $out, $err) = subscriber();
is("$code $err", '0 ', 'a lost slot');
like($out, qr/^Slot "qsrepl_b_qsr" at site A was lost: database "QSR" was made anew\.$/m, 'is told');
equal('after a lost slot');

# Killed at any time, it goes on. The subscriptions are taken away first.
my $seed = seed_random();
foreach my $round (1 .. scaled(2))
{
	my $delay = 20_000 + int(rand 900_000);
	my ($o, $e) = ('', '');

	foreach my $db ('QSR', 'SenseServices')
	{
		my $name = 'qsrepl_b_' . lc $db;

		$site_b->safe_psql($db, "ALTER SUBSCRIPTION $name DISABLE; ALTER SUBSCRIPTION $name SET (slot_name = NONE); DROP SUBSCRIPTION $name");
		$site_a->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_replication_slots WHERE active AND slot_name = '$name'");
		$site_a->safe_psql($db, "SELECT pg_drop_replication_slot('$name')") if $round % 2;
	}
	$site_b->safe_psql('QSR', 'SELECT qsrepl.unfence()') if $round % 2;
	my $killed = start([ $qsrepl_program, 'setup', 'subscriber', '--site', 'B', '--discard-site', 'B', '--config', conf('B') ],
		'<', \'', '>', \$o, '2>', \$e);
	usleep($delay);
	$killed->signal('KILL');
	eval { $killed->finish };
	note("killed after $delay us (seed $seed)");
	$site_a->safe_psql('QSR', "INSERT INTO keyless VALUES ($round, 'round $round'); INSERT INTO fresh VALUES (100 + $round)");
	($code, $out, $err) = subscriber('--discard-site', 'B');
	is($code, 0, "round $round: killed, and gone on with");
	is($site_b->safe_psql('postgres', q(SELECT count(*) FROM pg_database WHERE datname LIKE '%qsrepl_new' OR NOT (datallowconn OR datname = 'template0'))), '0',
		'... leaving nothing');
	is($site_b->safe_psql('QSR', 'SELECT fenced FROM qsrepl.status'), 't', '... but the fence');
	equal("round $round");
	# These are copies.
	$site_b->safe_psql('postgres', "DROP DATABASE \"$_\"")
	  foreach split /\n/, $site_b->safe_psql('postgres', q(SELECT datname FROM pg_database WHERE datname ~ '_\d{8}T\d{6}$'));
}
unlike(join('', map { slurp_file($_) } glob("$dir/journal_*/*.jsonl"), glob("$dir/settings_*")),
	qr/geheim|anders/, 'no secret in journals and settings');
is_deeply([ glob("$dir/journal_B/schema/*") ], [], 'no dump is left');
$site_b->stop;
$site_a->stop;
done_testing();
