# What keeps the localizer from its work: no worker slots, code of owners that
# fails, tables that others use. It is reported, tried again, and never a
# deadlock.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;
use Time::HiRes qw(time usleep);

my $db = 'trouble';
my $site_a = make_site('A',
	conf => "max_worker_processes = 0\nmax_prepared_transactions = 5\n");

create_db($db, $site_a);
define_mappings($site_a, $db);
$site_a->safe_psql($db, <<'SQL');
CREATE TABLE ruled (id int PRIMARY KEY, n int NOT NULL DEFAULT 0, path text);
CREATE TABLE heartbeat (id int PRIMARY KEY, at timestamptz);
INSERT INTO ruled SELECT i, 0, '\\CN\QlikShare\' || i FROM generate_series(1, 10) AS i;
INSERT INTO heartbeat VALUES (1, now());
CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.path LIKE '\\\\BCN%' THEN
		RAISE EXCEPTION 'owner''s code fails' USING ERRCODE = 'disk_full';
	END IF;
	RETURN NEW;
END $$;
SELECT qsrepl.add_rule('ruled', 'path', 'path');
INSERT INTO qsrepl.fixup VALUES ('heartbeat', 1, 'TRUNCATE public.heartbeat');
SELECT qsrepl.localize();
INSERT INTO heartbeat VALUES (1, now());
SQL
my $site_b = make_standby($site_a, 'B');
$site_a->wait_for_catchup($site_b, 'replay', $site_a->lsn('write'));
$site_b->stop('fast');
my $kept = keep_data($site_b);

sub check_says
{
	return $site_b->safe_psql($db,
		q(SELECT problem FROM qsrepl.check() WHERE object = 'localizer'));
}

#
# Too few worker slots: PostgreSQL's own launcher has the first, ours the next.
#
my %reasons = (
	0 => 'The localizer is not running.',
	1 => 'The localizer is not running.',
	2 => 'No background worker slot is free.',
	3 => '');
foreach my $slots (sort keys %reasons)
{
	from_kept($site_b, $kept);
	$site_b->append_conf('postgresql.conf', "max_worker_processes = $slots\n");
	my $offset = -s $site_b->logfile;
	$site_b->start;
	$site_b->safe_psql($db, 'SELECT 1');
	promote($site_b);
	if ($slots == 3)
	{
		ok(localized($site_b, $db), '3 slots are enough');
		unlike(slurp_file($site_b->logfile, $offset),
			qr/could not start a localizer/, 'nothing is said');
		$site_b->stop('fast');
		next;
	}
	my ($result, $stdout, $stderr) = $site_b->psql($db,
		"SET qsrepl.localize_wait = '1500ms'; UPDATE ruled SET n = 1");
	like($stderr, qr/not localized yet\n.*\Q$reasons{$slots}\E/s,
		"$slots slots: writers are told the reason");
	is( check_says(),
		$slots < 2
		? 'it is not running'
		: 'no background worker slot is free',
		'check() reports it');
	my @said =
	  slurp_file($site_b->logfile, $offset) =~
	  /(could not start a localizer|too many background workers)/g;
	is(scalar(@said), $slots == 0 ? 5 : 4,
		'the log says so, once each');
	my $writer = $site_b->background_psql($db, on_error_stop => 0);
	$writer->query_until(qr/begun/,
		"\\echo begun\nUPDATE ruled SET n = 1;\n\\echo ended\n");
	query_is($site_b, $db, 'SELECT qsrepl.localize()', '10',
		'localize() by hand works');
	$writer->query_until(qr/ended/, '');
	is($writer->{stderr} // '', '', 'and lets a waiting writer through');
	query_is($site_b, $db, q(SELECT count(*) FROM qsrepl.leaks()), '0', 'nothing leaks');
	is(check_says(), '', 'check() is content');
	$writer->quit;
	$site_b->stop('fast');
}

#
# An error of the world within an owner's code: it is reported, and tried again,
# more and more seldom.
#
$site_a->append_conf('postgresql.conf', "max_worker_processes = 8\n");
$site_a->restart;
$site_a->safe_psql($db, <<'SQL');
CREATE TRIGGER broken BEFORE UPDATE ON ruled FOR EACH ROW EXECUTE FUNCTION broken();
ALTER TABLE ruled ENABLE ALWAYS TRIGGER broken;
SQL
from_kept($site_b, $kept);
$site_b->append_conf('postgresql.conf', "max_worker_processes = 8\n");
$site_b->start;
$site_a->wait_for_catchup($site_b, 'replay', $site_a->lsn('write'));
$site_b->stop('fast');
my $broken = keep_other($site_b);

sub keep_other
{
	my ($node) = @_;
	my $kept = PostgreSQL::Test::Utils::tempdir() . '/other';

	system_or_bail('cp', '-a', $node->data_dir, $kept);
	return $kept;
}

my $offset = -s $site_b->logfile;
$site_b->start;
promote($site_b);
my $promoted = time;
ok( $site_b->poll_query_until(
		$db,
		q(SELECT count(*) = 1 FROM qsrepl.check() WHERE object = 'localizer' AND problem = 'it failed: owner''s code fails')
	),
	'check() reports the failure');
my ($result, $stdout, $stderr) = $site_b->psql($db,
	"SET qsrepl.localize_wait = '100ms'; UPDATE ruled SET n = 1");
like($stderr, qr/not localized yet\n.*owner's code fails/s,
	'writers are told');
query_is($site_b, $db, 'SELECT DISTINCT left(path, 6) FROM ruled',
	'\\\\BCN\\', 'readers see local values');
usleep(1e6 * (5 - (time - $promoted))) if time - $promoted < 5;
my @tries =
  slurp_file($site_b->logfile, $offset) =~ /ERROR:  owner's code fails/g;
cmp_ok(scalar(@tries), '>=', 2, 'it is tried again');
cmp_ok(scalar(@tries), '<=', 5, 'but not in a tight loop');
$site_b->safe_psql($db,
	q(CREATE OR REPLACE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'));
ok(localized($site_b, $db), 'and succeeds when it can');
$site_b->stop('fast');

#
# A prepared transaction holds it, so that locks can be taken before it begins.
#
$site_a->safe_psql($db, 'DROP TRIGGER broken ON ruled');
$site_a->safe_psql($db,
	"BEGIN; UPDATE ruled SET n = n WHERE id = 10; PREPARE TRANSACTION 'held'");
from_kept($site_b, $broken);
$site_b->start;
$site_a->wait_for_catchup($site_b, 'replay', $site_a->lsn('write'));
my $holder = $site_b->background_psql($db, on_error_stop => 0);
$holder->query_safe('BEGIN; LOCK TABLE ruled IN ROW EXCLUSIVE MODE');
$site_a->stop('fast');
promote($site_b);
my $writer = $site_b->background_psql($db, on_error_stop => 0);
# The fixup empties a table of which this holds a row.
$writer->query_until(qr/begun/, <<'SQL');
\echo begun
BEGIN;
UPDATE heartbeat SET at = now();
INSERT INTO heartbeat VALUES (2, now());
UPDATE ruled SET n = n + 1, path = path || 'w' WHERE id = 1;
\echo written
SQL
$holder->query_until(qr/begun/, <<'SQL');
\echo begun
SET TRANSACTION READ WRITE;
UPDATE ruled SET n = n + 1, path = path || 'h' WHERE id = 2;
COMMIT;
\echo ended
SQL
ok( $site_b->poll_query_until($db,
		q(SELECT count(*) = 2 FROM pg_stat_activity WHERE wait_event_type = 'Extension' AND backend_type = 'client backend')
	),
	'two writers wait, with locks');
my $start = time;
$site_b->safe_psql($db, q(COMMIT PREPARED 'held'));
$writer->query_until(qr/written/, '');
$holder->query_until(qr/ended/, '');
cmp_ok(time - $start, '<', 10, 'they go on soon: there is no deadlock');
is(($writer->{stderr} // '') . ($holder->{stderr} // ''), '', 'without an error');
query_is($site_b, $db, 'SELECT count(*) FROM heartbeat', '1',
	'the fixup waits for the lock');
$writer->query_safe('COMMIT');
ok( $site_b->poll_query_until($db, 'SELECT count(*) = 0 FROM heartbeat'),
	'and is run then');
ok( $site_b->poll_query_until($db, q(SELECT count(*) = 1 FROM qsrepl.event WHERE what = 'fixup run' AND detail = 'heartbeat')),
	'which is noted');
query_is($site_b, $db,
	q(SET qsrepl.raw = on; SELECT id, path FROM ruled WHERE id < 3 ORDER BY id),
	"1|\\\\BCN\\Qlik\$\\1w\n2|\\\\BCN\\Qlik\$\\2h",
	'what they wrote is local');
$_->quit foreach $writer, $holder;
$site_b->stop('fast');
done_testing();
