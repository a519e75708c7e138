# Clients read and write at a standby before, through and after its promotion:
# none sees a value of the other site, none overwrites a row before it is
# localized, and nothing that was acknowledged is lost. The clients are
# tests/clients/; QSREPL_SCALE=10 makes fifty rounds.

use strict;
use warnings FATAL => 'all';

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;
use Time::HiRes qw(usleep);

my $seed = seed_random();
my %rows = (small => 300, medium => 3000, large => 9000);
my $site_a = make_site('A');

# A trigger that copies OLD copies what is stored.
my $schema = <<'SQL';
CREATE TABLE ruled (id int PRIMARY KEY, n int NOT NULL DEFAULT 0, path text, host text, doc jsonb, last text);
CREATE TABLE parts (id int, n int NOT NULL DEFAULT 0, path text, last text) PARTITION BY HASH (id);
CREATE TABLE parts_0 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE INDEX ON parts (id);
CREATE TABLE child (id bigint GENERATED ALWAYS AS IDENTITY, ruled_id int REFERENCES ruled, last text);
CREATE INDEX ON child (ruled_id);
CREATE TABLE audit (t text, op text, id int, tag text, old_path text, old_host text, new_path text, new_host text);
CREATE VIEW ruled_view AS SELECT id, n, path, last FROM ruled;
CREATE FUNCTION audit_ruled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO audit VALUES ('ruled', left(TG_OP, 1), coalesce(NEW.id, OLD.id), NEW.last,
		OLD.path, OLD.host || coalesce(OLD.doc::text, ''), NEW.path, NEW.host || coalesce(NEW.doc::text, ''));
	RETURN NULL;
END $$;
CREATE FUNCTION audit_parts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO audit VALUES ('parts', left(TG_OP, 1), NEW.id, NEW.last, OLD.path, NULL, NEW.path, NULL);
	RETURN NULL;
END $$;
CREATE FUNCTION audit_child() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO audit (t, op, tag) VALUES ('child', 'C', NEW.last);
	RETURN NULL;
END $$;
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON ruled FOR EACH ROW EXECUTE FUNCTION audit_ruled();
CREATE TRIGGER audit AFTER INSERT OR UPDATE ON parts FOR EACH ROW EXECUTE FUNCTION audit_parts();
CREATE TRIGGER audit AFTER INSERT ON child FOR EACH ROW EXECUTE FUNCTION audit_child();
CREATE FUNCTION read_plpgsql(x int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	r ruled;
	p text;
BEGIN
	SELECT * INTO r FROM ruled WHERE id = x;
	SELECT path INTO p FROM parts WHERE id = x;
	RETURN concat_ws(' ', r.path, r.host, r.doc, p);
END $$;
CREATE FUNCTION read_sql(x int) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', path, host, doc) FROM ruled WHERE id = x;
$$;
CREATE FUNCTION read_set(x int) RETURNS SETOF ruled LANGUAGE sql STABLE AS $$
	SELECT * FROM ruled WHERE id BETWEEN x AND x + 5;
$$;
CREATE FUNCTION write_plpgsql(tag text, x int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	p text;
BEGIN
	UPDATE ruled r SET n = r.n + 1, path = left(r.path, 60) || 'f', last = tag WHERE id = x RETURNING path INTO p;
	RETURN p;
END $$;
CREATE FUNCTION write_sql(tag text, x int) RETURNS text LANGUAGE sql AS $$
	UPDATE ruled r SET n = r.n + 1, path = left(r.path, 60) || 's', last = tag WHERE id = x RETURNING path;
$$;
SQL

foreach my $db (sort keys %rows)
{
	create_db($db, $site_a);
	define_mappings($site_a, $db);
	$site_a->safe_psql($db, $schema);
	$site_a->safe_psql($db, <<SQL);
INSERT INTO ruled (id, path, host, doc)
SELECT i, '\\\\CN\\QlikShare\\Apps\\' || i, 'cn1.sitea.corp.local',
	jsonb_build_object('at', 'http://cn1.sitea.corp.local/' || i, 'more', repeat('text ', 50))
FROM generate_series(1, $rows{$db}) AS i;
INSERT INTO parts (id, path)
SELECT i, '\\\\CN\\QlikShare\\Parts\\' || i FROM generate_series(1, $rows{$db}) AS i;
TRUNCATE audit;
SQL
	add_rules(
		$site_a, $db,
		[ 'ruled', 'path', 'path' ],
		[ 'ruled', 'host', 'host' ],
		[ 'ruled', 'doc', 'text' ],
		[ 'parts', 'path', 'path' ]);
	$site_a->safe_psql($db, 'SELECT qsrepl.localize()');
}
create_db('bench', $site_a);
define_mappings($site_a, 'bench');
$site_a->run_log([ 'pgbench', '-q', '-i', '-d', $site_a->connstr('bench') ]);
add_rules($site_a, 'bench', [ 'pgbench_accounts', 'filler', 'text' ]);
$site_a->safe_psql('bench', 'SELECT qsrepl.localize()');

my $site_b = make_standby($site_a, 'B');
$site_a->wait_for_catchup($site_b, 'replay', $site_a->lsn('write'));
$site_a->stop('fast');
$site_b->append_conf('postgresql.conf', "primary_conninfo = ''\n");
$site_b->stop('fast');

# Each round begins with a copy of this.
my $kept = keep_data($site_b);

my %sum = map { $_ => 0 } qw(reads writes values longest localized);
my $bad = 0;

sub campaign
{
	my ($round) = @_;
	my $db = (sort keys %rows)[ rand 3 ];
	my $clients = 8 + int rand 5;
	my $before = int rand 1_500_000;
	my ($in, $out, $err) = ('', '', '');

	from_kept($site_b, $kept);
	my $offset = -s $site_b->logfile;
	# They try to connect before the standby lets them.
	my $program = IPC::Run::start(
		[
			'build/promotion', $site_b->connstr($db),
			$seed + $round, $clients, $rows{$db},
			300 + int(rand 700), 120
		],
		'<',
		\$in,
		'>',
		\$out,
		'2>',
		\$err);
	$site_b->start;
	usleep($before);
	promote($site_b);
	my $good = $program->finish;
	note "round $round, $db, $clients clients: $out$err";
	my $errors = log_errors($site_b, $offset, qr/PANIC|XX000|cache lookup/);
	while ($out =~ /(\w+)=([0-9]+)/g)
	{
		next unless exists $sum{$1};
		$sum{$1} = $1 eq 'longest' || $1 eq 'localized'
		  ? ($sum{$1} < $2 ? $2 : $sum{$1}) : $sum{$1} + $2;
	}
	if (!$good || $errors ne '')
	{
		diag "round $round, $db, $clients clients: $out$err$errors";
		$bad++;
	}
	$site_b->stop('fast');
	return;
}

my $rounds = scaled(5);
campaign($_) foreach 1 .. $rounds;
is($bad, 0, "$rounds promotions with clients at work");
diag "$rounds rounds: $sum{reads} reads, $sum{values} values, $sum{writes} writes; "
  . "longest wait $sum{longest} ms, longest from promotion to localized $sum{localized} ms";

# pgbench goes on through the promotion; writing begins to succeed.
foreach my $mode ('simple', 'extended', 'prepared')
{
	my @pgbench = (
		'pgbench', '-n', '-M', $mode, '--random-seed', $seed, '-c', 2);
	my ($in, $out) = ('', '');
	my ($failed, $succeeded, %errors) = (0, 0);

	from_kept($site_b, $kept);
	$site_b->start;
	my $readers =
	  IPC::Run::start([ @pgbench, '-S', '-T', 3, $site_b->connstr('bench') ],
		'<', \$in, '>', \$out, '2>&1');
	usleep(500_000);
	foreach my $run (1 .. 12)
	{
		promote($site_b) if $run == 4;
		my ($stdout, $stderr) = ('', '');
		if (IPC::Run::run(
				[ @pgbench, '-t', 40, $site_b->connstr('bench') ],
				'>', \$stdout, '2>', \$stderr))
		{
			$succeeded++;
		}
		else
		{
			$failed++;
			$errors{$_}++ foreach grep { !/read-only transaction/ }
			  $stderr =~ /^.*ERROR: .*$/mg;
		}
	}
	ok($readers->finish, "pgbench -M $mode: readers have no error")
	  or diag $out;
	is(join("\n", %errors), '', 'writers have none but of a standby');
	is("$failed, $succeeded", '3, 9', 'until it was promoted');
	$site_b->stop('fast');
}

done_testing();
