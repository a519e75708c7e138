# qsrepl compare: a pair under load, and everything that can differ.
use strict;
use warnings FATAL => 'all';

use File::Spec;
use IPC::Run ();
use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplTest;
use Test::More;

my $qsrepl = File::Spec->rel2abs($ENV{QSREPL} || 'build/qsrepl');
my ($site_a, $site_b, $conf) = make_pair();

sub compare
{
	my @words = @_;

	return qsrepl('compare', '--config', $conf, @words);
}

# Its document, the database's tables by name, and the exit code.
sub compare_json
{
	my @words = @_;
	my ($code, $out, $err) = compare('--json', '--database', 'qsr', @words);

	is($err =~ s/^qsrepl: comparing .*\n//mgr, '', 'nothing on standard error but progress');
	my $json = JSON::PP::decode_json($out);
	return ($json, { map { $_->{name} => $_ } @{ $json->{databases}[0]{tables} } }, $code);
}

# A row of a table's list by a value of its key.
sub row_of
{
	my ($table, $column, $value) = @_;

	return (grep { defined $_->{key} && $_->{key}{$column} eq $value } @{ $table->{rows} })[0];
}

sub caught_up
{
	$site_a->wait_for_catchup($site_b, 'replay', $site_a->lsn('write'));
	return;
}

# Tables of all kinds
my $schema = <<'SQL';
CREATE TABLE apps (id uuid PRIMARY KEY, name text, path text, doc jsonb, at timestamptz, size float8);
CREATE TABLE comp (a int, "b c" text, v bytea, PRIMARY KEY ("b c", a));
CREATE TABLE nokey (v text, path text, n int);
CREATE TABLE gen (id int PRIMARY KEY, path text, up text GENERATED ALWAYS AS (upper(path)) STORED);
CREATE TABLE gen_plain (id int PRIMARY KEY, n int, twice int GENERATED ALWAYS AS (n * 2) STORED);
CREATE TABLE parts (id int PRIMARY KEY, path text) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (500);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (500) TO (1000);
CREATE TABLE elders (id int PRIMARY KEY, paths text[]);
CREATE TABLE children (more text, PRIMARY KEY (id)) INHERITS (elders);
CREATE TABLE fixed (code char(6) PRIMARY KEY, at date, gap interval, cost money);
CREATE TABLE uniq (a int NOT NULL, b text NOT NULL, v text);
CREATE UNIQUE INDEX ON uniq (a, b);
CREATE UNLOGGED TABLE quick (id int PRIMARY KEY);
CREATE MATERIALIZED VIEW seen AS SELECT 1 AS one;
CREATE TABLE empty_one (id int PRIMARY KEY);
CREATE TABLE no_columns ();
CREATE SCHEMA "Odd ""one";
CREATE TABLE "Odd ""one"."Table 'x'" ("key'1" text PRIMARY KEY, "%s" text);
SQL
my @rules = (
	[ 'apps', 'path', 'path' ],
	[ 'apps', 'doc', 'text' ],
	[ 'nokey', 'path', 'path' ],
	[ 'gen', 'path', 'path' ],
	[ 'parts_1', 'path', 'path' ],
	[ 'elders', 'paths', 'path' ]);
my $rows = <<'SQL';
INSERT INTO apps SELECT md5(g::text)::uuid, 'Äpp ' || g, '\\CN\QlikShare\Apps\' || g,
	jsonb_build_object('at', 'http://cn1.sitea.corp.local/' || g, 'n', g), timestamptz '2026-01-01' + g * interval '1 h', g / 7.0
	FROM generate_series(1, 1500) g;
INSERT INTO comp SELECT g % 7, (ARRAY['a', 'B', 'ä', 'Z', 'z', 'ß', '日本', '', ' ', '"', '\', '{,}'])[g % 12 + 1] || g,
	decode(md5(g::text), 'hex') FROM generate_series(1, 700) g;
INSERT INTO nokey SELECT nullif('v' || g % 50, 'v7'), '\\CN\QlikShare\' || g % 3, g % 10 FROM generate_series(1, 400) g;
INSERT INTO gen SELECT g, '\\cn\qlikshare\g' || g FROM generate_series(1, 50) g;
INSERT INTO gen_plain SELECT g, g FROM generate_series(1, 50) g;
INSERT INTO parts SELECT g, '\\CN\QlikShare\' || g FROM generate_series(0, 999) g;
INSERT INTO elders SELECT g, ARRAY['\\CN\QlikShare\' || g, NULL, 'x'] FROM generate_series(1, 20) g;
INSERT INTO children SELECT g, ARRAY['\\CN\QlikShare\' || g], 'more' FROM generate_series(1, 20) g;
INSERT INTO fixed SELECT g, '2026-01-01', '1 day 2 h', 3.5 FROM generate_series(1, 300) g;
INSERT INTO uniq SELECT g, 'b', 'v' FROM generate_series(1, 300) g;
INSERT INTO no_columns DEFAULT VALUES;
INSERT INTO no_columns DEFAULT VALUES;
INSERT INTO "Odd ""one"."Table 'x'" VALUES ('k', 'v');
SQL
$site_a->safe_psql('qsr', $schema);
add_rules($site_a, 'qsr', @rules);
$site_a->safe_psql('qsr', $rows);
# Keys with rules are for physical mode only.
$site_a->safe_psql('qsr', <<'SQL');
CREATE TABLE byname (path text PRIMARY KEY, n int);
INSERT INTO byname SELECT '\\CN\QlikShare\' || g, g FROM generate_series(1, 300) g;
CREATE TABLE hot (id int PRIMARY KEY, n bigint, path text);
INSERT INTO hot SELECT g, 0, '\\CN\QlikShare\' || g FROM generate_series(1, 2000) g;
CREATE TABLE grown (id int PRIMARY KEY, path text);
SQL
add_rules($site_a, 'qsr', [ 'byname', 'path', 'path' ], [ 'hot', 'path', 'path' ], [ 'grown', 'path', 'path' ]);
caught_up();

#
# A clean pair
#
my ($code, $out, $err) = compare('--chunk', '100');
is($err, '', 'nothing on standard error');
is($code, 0, 'a clean pair');
like($out, qr/^A is the active site; B is compared with it\.\ndatabase qsr \(replication: physical\)\n/m,
	'the sites are named');
like($out, qr/^  at the beginning: A at [0-9A-F]+\/[0-9A-F]+, B at [0-9A-F]+\/[0-9A-F]+, .* behind$/m,
	'how far replay was at the beginning');
like($out, qr/^  at the end: +A at [0-9A-F]+\/[0-9A-F]+, B at /m, '... and at the end');
like($out, qr/^  public\.quick: left out: unlogged$/m, 'an unlogged table is left out');
like($out, qr/^  public\.seen: left out: a materialized view$/m, '... and a materialized view');
like($out, qr/^database more .*\n.*\n.*\n  1 tables, 0 rows: no differences\nThe sites are the same\.\n\z/m,
	'all databases are compared');
unlike($out, qr/qsrepl\./, 'not the schema of the extension');

my ($json, $table) = compare_json('--chunk', '70');
is($json->{differs}, JSON::PP::false, '--json: no difference');
is("$json->{active} $json->{passive}", 'A B', '... the sites');
is($json->{databases}[0]{caught_up}, JSON::PP::true, '... it has caught up');
like($json->{databases}[0]{begin}{active_lsn}, qr/^[0-9A-F]+\/[0-9A-F]+$/, '... how far replay was');
is($table->{'public.apps'}{active_rows}, 1500, '... rows at the active site');
is($table->{'public.apps'}{passive_rows}, 1500, '... and at the passive one');
is($table->{'public.parts'}{active_rows}, 1000, 'a partitioned table is one');
ok(!exists $table->{'public.parts_1'}, '... without its partitions');
is($table->{'public.elders'}{active_rows}, 20, 'a parent is compared without its children');
is($table->{'public.no_columns'}{active_rows}, 2, 'a table without columns has rows');
is($table->{'public.quick'}{left_out}, 'unlogged', 'why a table is left out');
is($table->{"public.$_->[0]"}{method}, $_->[1], "$_->[0] is compared by $_->[1]")
  foreach [ apps => 'ranges' ], [ comp => 'ranges' ], [ uniq => 'ranges' ], [ parts => 'ranges' ],
  [ nokey => 'rows' ], [ byname => 'buckets' ];
is($table->{'public.byname'}{why}, 'a rule is on the key', '... and why');

# Options
(undef, $table, $code) = compare_json('--table', 'public.apps', '--table', q(Odd "one.Table 'x'));
is(join(' ', sort keys %$table), q("Odd ""one"."Table 'x'" public.apps), 'only some tables');
is($code, 0, '... which are the same');
($code, $out, $err) = compare('--table', 'public.apps', '--table', 'public.none');
is($code, 2, 'a table that does not exist');
like($err, qr/error: table "public\.none" does not exist\nqsrepl: hint: Write it as SCHEMA\.TABLE; a partitioned/,
	'... is named');
($code, $out, $err) = compare('--database', 'none');
is($code, 2, 'a database that is not configured');
like($err, qr/database "none" is not in the configuration\nqsrepl: hint: "qsrepl config show"/, '... is named');
foreach ([ '--chunk', '0' ], [ '--chunk', '5x' ], [ '--limit', '-1' ], [ '--chunk', '' ])
{
	($code, $out, $err) = compare(@$_);
	is($code, 2, "@$_ is refused");
	like($err, qr/error: $_->[0] takes a number from \d to 10000000, not "\Q$_->[1]\E"/, '... with what is allowed');
}

#
# Under load: what is on its way is no difference.
#
sub start_writer
{
	my ($sql) = @_;

	return IPC::Run::start(
		[ 'psql', '-X', '-q', '-d', $site_a->connstr('qsr') . ' application_name=writer', '-c', $sql ],
		'<', \'', '>', \my $stdout, '2>', \my $stderr);
}

sub end_writer
{
	my ($writer) = @_;

	$site_a->safe_psql('postgres',
		"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'writer'");
	IPC::Run::finish($writer);
	return;
}

my $writer = start_writer(<<'SQL');
DO $$
BEGIN
	FOR i IN 1 .. 100000000 LOOP
		UPDATE hot SET n = n + 1 WHERE id = 1 + i % 2000;
		INSERT INTO grown VALUES (i, '\\CN\QlikShare\' || i);
		DELETE FROM grown WHERE id = i - 500;
		UPDATE apps SET name = 'Äpp ' || i, size = i WHERE id = md5((1 + i % 1500)::text)::uuid;
		INSERT INTO nokey VALUES ('w', '\\CN\QlikShare\w', i % 10);
		IF i % 20 = 0 THEN DELETE FROM nokey WHERE v = 'w'; END IF;
		COMMIT;
	END LOOP;
END $$
SQL
$site_a->poll_query_until('qsr', 'SELECT sum(n) > 500 FROM hot');
foreach my $chunk (50, 333, 10000)
{
	($json, $table, $code) = compare_json('--chunk', $chunk);
	is($code, 0, "under load, chunks of $chunk");
	diag explain [ grep { $_->{differs} } values %$table ] if $code;
}
end_writer($writer);

# A conflict with recovery: the range is read again.
$site_b->append_conf('postgresql.conf', "max_standby_streaming_delay = 100ms\n");
$site_b->reload;
my $cleaner = start_writer(<<'SQL');
DO $$ BEGIN FOR i IN 1 .. 100000000 LOOP UPDATE hot SET n = n + 1 WHERE id < 200; COMMIT; END LOOP; END $$
SQL
foreach (1 .. 30)
{
	my $vacuum = start_writer('VACUUM hot');

	($code, $out, $err) = compare('--verbose', '--database', 'qsr', '--chunk', '10', '--table', 'public.hot');
	IPC::Run::finish($vacuum);
	is($code, 0, 'beside VACUUM') or diag "$out$err";
	last if $err =~ /reading again after/;
}
like($err, qr/info: reading again after: .*(?:conflict with recovery|terminat|connection)/i, 'ranges that recovery cuts off are read again');
end_writer($cleaner);
$site_b->append_conf('postgresql.conf', "max_standby_streaming_delay = 30s\n");
$site_b->reload;

# Replay that does not go on
my $impatient = write_conf($site_a, $site_b, main => "replay_timeout = 1s\n");
caught_up();
$site_b->safe_psql('postgres', 'SELECT pg_wal_replay_pause()');
$site_a->safe_psql('qsr', "UPDATE gen_plain SET n = n + 1 WHERE id = 3");
($code, $out, $err) = qsrepl('compare', '--config', $impatient, '--database', 'qsr');
is($code, 1, 'with replay paused the sites differ');
like($out, qr/^  public\.gen_plain: 0 missing, 0 extra, 1 differing; 50 rows at A, 50 at B\n    differing  \{"id": 3\}\n +n: "4" at A, "3" at B\n +twice: "8" at A, "6" at B\n/m,
	'... the row is listed');
like($out, qr/^  B did not catch up within replay_timeout: what differs may only be on its way\.$/m, '... with that warning');
like($out, qr/^  at the end: .* [1-9]\d* \S+ \/ \S+ \S+ behind$/m, '... and how far behind it is');
$site_b->safe_psql('postgres', 'SELECT pg_wal_replay_resume()');
caught_up();

# Progress, and Ctrl-C
sub start_compare
{
	my ($stderr) = @_;

	return IPC::Run::start([ $qsrepl, 'compare', '--config', $conf, '--database', 'qsr', '--table', 'public.apps', '--chunk', '500' ],
		'<', \'', '>', \my $stdout, '2>', $stderr);
}

my $waiting = q(SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = 'qsr' AND wait_event_type = 'Lock');
my $locked = q(SELECT count(*) = 1 FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation IS NOT NULL);
my $locker = start_writer('BEGIN; LOCK TABLE apps; SELECT pg_sleep(600)');
$site_a->poll_query_until('postgres', $locked);
my $run = start_compare(\$err);
# It tells nothing of what takes less than two seconds.
$site_a->poll_query_until('postgres', "$waiting AND query_start < clock_timestamp() - interval '2 s'");
end_writer($locker);
IPC::Run::finish($run);
like($err, qr/^qsrepl: comparing qsr: \d+ of \d+ rows \(\d+ %\), \d+ s left$/m, 'progress in rows');
my ($took) = $err =~ /^qsrepl: comparing qsr: (\d+\.\d) s$/m;
cmp_ok($took // 0, '>=', 2, '... and the time it took');

$locker = start_writer('BEGIN; LOCK TABLE apps; SELECT pg_sleep(600)');
$site_a->poll_query_until('postgres', $locked);
$run = start_compare(\$err);
$site_a->poll_query_until('postgres', $waiting);
$run->signal('INT');
IPC::Run::finish($run);
is($run->result(0), 7, 'Ctrl-C ends it');
like($err, qr/error: the comparison was interrupted\n/, '... and it says so');
is($site_a->safe_psql('postgres', $waiting), 'f', '... the statement at the server, too');
end_writer($locker);

#
# A promoted standby that is edited
#
promote($site_b);
localized($site_b, 'qsr');
localized($site_b, 'more');
($json, $table, $code) = compare_json();
is($code, 0, 'a promoted site stores what it should');
diag explain [ grep { $_->{differs} } values %$table ] if $code;
is($json->{databases}[0]{replication}, 'none', '... replication is over');
is($json->{databases}[0]{begin}{lag_bytes}, undef, '... so there is no lag');

$site_b->safe_psql('qsr', <<'SQL');
DELETE FROM apps WHERE id = md5('7')::uuid;
INSERT INTO apps (id, name) VALUES ('00000000-0000-0000-0000-000000000000', 'new'), ('ffffffff-ffff-ffff-ffff-ffffffffffff', 'new');
UPDATE apps SET path = '\\CN\QlikShare\Apps\8' WHERE id = md5('8')::uuid;
UPDATE apps SET doc = jsonb_set(doc, '{n}', '"9"'), name = NULL WHERE id = md5('9')::uuid;
UPDATE comp SET v = '\x00' WHERE "b c" = '日本6';
DELETE FROM comp WHERE "b c" IN ('"9', '\10', '{,}11');
UPDATE nokey SET v = '' WHERE ctid IN (SELECT ctid FROM nokey WHERE v IS NULL LIMIT 2);
UPDATE gen_plain SET n = 1000 WHERE id = 5;
UPDATE parts SET path = 'x' WHERE id IN (1, 600);
UPDATE elders SET paths = ARRAY['a', 'NULL'] WHERE id = 1;
UPDATE children SET paths = NULL WHERE id = 2;
UPDATE fixed SET gap = '26 h' WHERE code = '1';
DELETE FROM uniq WHERE a > 290;
INSERT INTO empty_one SELECT generate_series(1, 5000);
INSERT INTO no_columns DEFAULT VALUES;
UPDATE "Odd ""one"."Table 'x'" SET "%s" = '%d';
UPDATE byname SET n = -1 WHERE path = '\\BCN\Qlik$\5';
INSERT INTO byname VALUES ('\\BCN\Qlik$\new', 1);
TRUNCATE gen;
UPDATE hot SET path = repeat('x', 500) || 'y' WHERE id = 1;
SQL
$site_a->safe_psql('qsr', "UPDATE hot SET path = repeat('x', 500) || 'z' WHERE id = 1");
($json, $table, $code) = compare_json('--chunk', '64');
is($code, 1, 'the sites differ');
is($json->{differs}, JSON::PP::true, '... and --json says so');

sub totals
{
	my ($name) = @_;

	return join ' ', @{ $table->{$name} }{qw(missing extra differing changing)};
}
my %want = (
	'public.apps' => '1 2 2 0',
	'public.comp' => '3 0 1 0',
	'public.nokey' => '2 2 0 0',
	'public.gen_plain' => '0 0 1 0',
	'public.parts' => '0 0 2 0',
	'public.elders' => '0 0 1 0',
	'public.children' => '0 0 2 0',
	'public.fixed' => '0 0 1 0',
	'public.uniq' => '10 0 0 0',
	'public.empty_one' => '0 5000 0 0',
	'public.no_columns' => '0 1 0 0',
	q("Odd ""one"."Table 'x'") => '0 0 1 0',
	'public.byname' => '0 1 1 0',
	'public.gen' => '50 0 0 0',
	'public.hot' => '0 0 1 0',
	'public.grown' => '0 0 0 0');
is(totals($_), $want{$_}, "$_: missing, extra, differing, changing") foreach sort keys %want;
is(scalar @{ $table->{'public.empty_one'}{rows} }, 100, 'a hundred rows are listed');
is($table->{'public.empty_one'}{passive_rows}, 5000, '... of those that are there');

my $id8 = $site_a->safe_psql('qsr', q(SELECT md5('8')::uuid));
is_deeply(
	row_of($table->{'public.apps'}, 'id', $id8),
	{
		kind => 'differing',
		key => { id => $id8 },
		columns => [ { column => 'path', active => '\\\\BCN\\Qlik$\\Apps\\8', passive => '\\\\CN\\QlikShare\\Apps\\8' } ]
	},
	'the column with both values, the active one rewritten');
my $id9 = $site_a->safe_psql('qsr', q(SELECT md5('9')::uuid));
is_deeply(
	[ map { [ @{$_}{qw(column passive)} ] } @{ row_of($table->{'public.apps'}, 'id', $id9)->{columns} } ],
	[ [ 'name', undef ], [ 'doc', '{"n": "9", "at": "http://cn2.site-b.corp.local/9"}' ] ],
	'null and jsonb');
is(row_of($table->{'public.apps'}, 'id', $site_a->safe_psql('qsr', q(SELECT md5('7')::uuid)))->{kind}, 'missing', 'a missing row');
is(row_of($table->{'public.apps'}, 'id', $_ x 8 . "-$_$_$_$_" x 3 . '-' . $_ x 12)->{kind}, 'extra', "an extra row at the end $_") foreach '0', 'f';
is_deeply(row_of($table->{'public.comp'}, 'b c', "\x{65e5}\x{672c}6")->{key}, { a => 6, 'b c' => "\x{65e5}\x{672c}6" },
	'a key of several columns, not of ASCII only');
is_deeply([ sort map { $_->{key}{'b c'} } grep { $_->{kind} eq 'missing' } @{ $table->{'public.comp'}{rows} } ],
	[ '"9', '\\10', '{,}11' ], 'keys with what quotes');
my ($empty) = grep { $_->{kind} eq 'extra' } @{ $table->{'public.nokey'}{rows} };
like($empty->{row}, qr/^\("",/, q('' is not null));
is($empty->{key}, undef, '... and there is no key');
is_deeply([ map { $_->{column} } @{ row_of($table->{'public.gen_plain'}, 'id', 5)->{columns} } ],
	[ 'n', 'twice' ], 'generated columns of a table without rules');
is($table->{q("Odd ""one"."Table 'x'")}{rows}[0]{columns}[0]{passive}, '%d', 'odd names');
is(row_of($table->{'public.byname'}, 'path', '\\\\BCN\\Qlik$\\5')->{kind}, 'differing', 'a key with a rule is the rewritten one');
like($table->{'public.hot'}{rows}[0]{columns}[0]{active}, qr/^\.\.\.x{20}z$/, 'long values are shown where they differ');

($code, $out) = compare('--database', 'qsr', '--limit', '3');
is($code, 1, 'the same for people');
like($out, qr/^  public\.uniq: 10 missing, 0 extra, 0 differing; 300 rows at A, 290 at B\n(?:    missing    \{"a": \d+, "b": "b"\}\n){3}    The first 3 are listed \(--limit\)\.\n/m,
	'--limit, and the true totals');
like($out, qr/^    extra      \("",.*\) \(2 times\)$|^    extra      \("",/m, 'a row without key');
like($out, qr/: null at A, |: "[^"]*" at A, null at B/, 'a null');
like($out, qr/^The sites differ\.\n\z/m, '... the last line');
($code, $out) = compare('--database', 'qsr', '--limit', '0', '--table', 'public.uniq');
like($out, qr/^  public\.uniq: 10 missing, .*\n    The first 0 are listed/m, '--limit 0');

# Tables and columns
$site_b->safe_psql('qsr', <<'SQL');
DROP TABLE fixed;
CREATE TABLE only_b (id int PRIMARY KEY);
ALTER TABLE uniq DROP COLUMN v, ADD COLUMN w text;
INSERT INTO uniq SELECT g, 'b' FROM generate_series(291, 300) g;
ALTER TABLE gen_plain DROP COLUMN twice, ALTER COLUMN n TYPE bigint, ADD COLUMN twice int;
UPDATE gen_plain SET n = id WHERE id <> 3;
UPDATE gen_plain SET n = 4 WHERE id = 3;
UPDATE gen_plain SET twice = n * 2;
ALTER TABLE gen ALTER COLUMN id TYPE bigint;
ALTER TABLE parts DROP CONSTRAINT parts_pkey;
INSERT INTO parts VALUES (5, '\\BCN\Qlik$\5');
SQL
($json, $table, $code) = compare_json();
is($code, 1, 'tables and columns differ');
is($table->{'public.fixed'}{absent_at}, 'passive', 'a table that B does not have');
is($table->{'public.only_b'}{absent_at}, 'active', '... or A does not have');
is_deeply($table->{'public.uniq'}{columns}, [ 'column "v" is missing at site B', 'column "w" is missing at site A' ],
	'columns that are missing');
is(totals('public.uniq'), '0 0 0 0', '... the others are compared');
is_deeply($table->{'public.gen_plain'}{columns}, ['column "n" is integer at site A and bigint at site B'],
	'a column of another type');
is(totals('public.gen_plain'), '0 0 0 0', '... is compared as text');
is($table->{'public.gen'}{why}, 'the key has not the same type at both sites', 'a key of another type');
is($table->{'public.parts'}{why}, 'the sites do not have the same key', 'a key that is none at B');
is(totals('public.parts'), '0 0 3 0', '... where a row is there twice');
($code, $out) = compare('--database', 'qsr');
like($out, qr/^  public\.fixed: the table is missing at B\n/m, 'the same for people');
like($out, qr/^    column "v" is missing at site B\n/m, '... and columns');

#
# Logical mode, in another database
#
foreach my $node ($site_a, $site_b)
{
	create_db('logi', $node);
	define_mappings($node, 'logi');
	$node->safe_psql('logi', "$schema CREATE TABLE unpublished (id int PRIMARY KEY); INSERT INTO unpublished VALUES (" . $node->port . ')');
	$node->safe_psql('logi', "ALTER TABLE $_ REPLICA IDENTITY FULL") foreach 'nokey', 'uniq';
	add_rules($node, 'logi', grep { $_->[0] ne 'nokey' } @rules);
	$node->safe_psql('logi', 'SELECT qsrepl.localize()');
}
$site_b->safe_psql('logi', 'SELECT qsrepl.enable()');
$site_a->safe_psql('logi', $rows);
publish($site_a, 'logi', 'pub_logi', with => 'publish_via_partition_root = true');
$site_a->safe_psql('logi', 'ALTER PUBLICATION pub_logi DROP TABLE unpublished, no_columns');
my $subscription = subscribe($site_a, $site_b, 'logi');
my $logical = write_conf($site_a, $site_b);
{
	my $text = slurp_file($logical);

	$text =~ s/databases = qsr more/databases = logi\nmode = logical/;
	open my $handle, '>', $logical or die;
	print $handle $text;
	close $handle;
}

sub compare_logical
{
	my @words = @_;
	my ($exit, $document, $errors) = qsrepl('compare', '--config', $logical, '--json', @words);

	is($errors =~ s/^qsrepl: comparing .*\n//mgr, '', 'nothing on standard error but progress');
	$json = JSON::PP::decode_json($document);
	$table = { map { $_->{name} => $_ } @{ $json->{databases}[0]{tables} } };
	return $exit;
}
is(compare_logical('--chunk', '100'), 0, 'logical replication: no differences');
diag explain $json->{databases}[0]{error}, [ grep { $_->{differs} } values %$table ] if $json->{differs} || $json->{databases}[0]{error};
is($json->{databases}[0]{replication}, 'logical', '... it is found');
like($json->{databases}[0]{end}{passive_lsn} // '', qr/^[0-9A-F]+\/[0-9A-F]+$/, '... with its position');
is($table->{'public.unpublished'}{left_out}, 'not published', 'what is not published is left out');
is($table->{'public.gen'}{active_rows}, 50, 'a generated copy of a ruled column is no difference');
is(compare_logical('--table', 'public.unpublished'), 1, '... unless it was asked for');
is("$table->{'public.unpublished'}{missing} $table->{'public.unpublished'}{extra}", '1 1', '... and differs');

my $writing = IPC::Run::start(
	[ 'psql', '-X', '-q', '-d', $site_a->connstr('logi') . ' application_name=writer', '-c', <<'SQL'], '<', \'', '>', \my $o, '2>', \my $e);
DO $$ BEGIN FOR i IN 1 .. 100000000 LOOP
	UPDATE apps SET name = 'Äpp ' || i, path = '\\CN\QlikShare\' || i WHERE id = md5((1 + i % 1500)::text)::uuid;
	UPDATE parts SET path = '\\CN\QlikShare\u' || i WHERE id = i % 1000;
	COMMIT;
END LOOP; END $$
SQL
$site_a->poll_query_until('logi', q(SELECT count(*) > 100 FROM parts WHERE path LIKE '%\\u%'));
is(compare_logical('--chunk', '200'), 0, 'logical replication under load');
diag explain $json->{databases}[0]{error}, [ grep { $_->{differs} } values %$table ] if $json->{differs} || $json->{databases}[0]{error};
end_writer($writing);

$site_b->safe_psql('logi', q(UPDATE apps SET name = 'edited' WHERE id = md5('5')::uuid; DELETE FROM comp WHERE a = 3; UPDATE parts SET path = '\\CN\QlikShare\3' WHERE id = 3));
is(compare_logical(), 1, 'rows that were edited at B');
is(totals('public.apps'), '0 0 1 0', '... differing');
is(totals('public.comp'), '100 0 0 0', '... missing');
is(totals('public.parts'), '0 0 1 0', '... with the other site\'s value');
$site_a->safe_psql('logi', q(SELECT qsrepl.drop_rule('public.gen', 'path')));
($code, $out, $err) = qsrepl('compare', '--config', $logical);
is($code, 7, 'other rules at the sites');
like($out, qr/^database logi: the sites do not have the same rules and mappings: The active site's definitions tell/m, '... are refused');
like($out, qr/^Not everything could be compared\.\n\z/m, '... and the end says so');

# Servers that do not answer, or are others
$site_b->safe_psql('postgres', 'DROP DATABASE more');
($code, $out, $err) = compare('--database', 'more');
is($code, 7, 'a database that is missing');
like($out, qr/^database more: .*"more" does not exist/m, '... is told');
$site_b->append_conf('postgresql.conf', "qsrepl.local_site = 'C'\n");
$site_b->restart;
($code, $out, $err) = compare('--database', 'qsr');
is($code, 7, 'a server of another site');
like($out, qr/site "B": the server says that it is site "C"/, '... is told');
$site_b->stop;
($code, $out, $err) = compare();
is($code, 7, 'a server that is down');
like($err, qr/error: .*site "B": .*\nqsrepl: hint: A comparison needs both sites\.\n/, '... is told');
is($out, '', '... and nothing is printed');

done_testing();
