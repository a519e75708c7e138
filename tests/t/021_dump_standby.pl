# A dump of a standby is a dump of its own site, in each of pg_dump's forms; it
# is restored without an error, never kept waiting, and is that site's, or the
# other one's, after localize().

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;

my $db = 'sense';
my $dir = PostgreSQL::Test::Utils::tempdir();
my $site_a = make_site('A');
my $site_b = make_site('B');

create_db($db, $site_a);
define_mappings($site_a, $db);
$site_a->safe_psql($db, <<'SQL');
CREATE SCHEMA "Other Schema";
CREATE TABLE "Other Schema"."Hosts" ("Name" varchar(60) PRIMARY KEY, made text GENERATED ALWAYS AS ("Name" || '!') STORED);
CREATE TABLE "Other Schema"."Nodes" ("ID" int PRIMARY KEY, "Host" varchar(60) REFERENCES "Other Schema"."Hosts",
	"Path" text, CHECK ("Path" LIKE '\\\\%'));
INSERT INTO "Other Schema"."Hosts" VALUES ('CN'), ('cn1.sitea.corp.local'), ('other');
INSERT INTO "Other Schema"."Nodes" SELECT i, CASE i % 3 WHEN 0 THEN 'CN' WHEN 1 THEN 'cn1.sitea.corp.local' END,
	'\\CN\QlikShare\' || i FROM generate_series(1, 50) i;
CREATE UNIQUE INDEX ON "Other Schema"."Nodes" (lower("Path"));
-- No key: --clean cannot drop those of partitions
CREATE TABLE parts (id int, p text) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
CREATE TABLE parts_2 (p text, gone int, id int);
ALTER TABLE parts_2 DROP COLUMN gone;
ALTER TABLE parts ATTACH PARTITION parts_2 FOR VALUES FROM (10) TO (20);
INSERT INTO parts SELECT i, '\\CN\QlikShare\' || i FROM generate_series(1, 19) AS i;
CREATE TABLE docs (id int PRIMARY KEY, j json, b jsonb, a text[], c char(40), v varchar(200), long text);
INSERT INTO docs SELECT i, json_build_object('url', 'https://cn1.sitea.corp.local/' || i, 'n', i),
	jsonb_build_object('path', '\\CN\QlikShare\' || i, 'list', jsonb_build_array('CN1:4242', i)), ARRAY['\\CN\QlikShare\' || i, NULL],
	'\\CN\QlikShare', CASE i % 3 WHEN 0 THEN '0F1E2D3C4B5A69788796A5B4C3D2E1F000112233' END,
	repeat(md5(i::text), 200) || ' https://CN1:80/ ' || repeat('x', 5000) FROM generate_series(1, 300) i;
CREATE MATERIALIZED VIEW paths AS SELECT "Path" FROM "Other Schema"."Nodes";
CREATE VIEW some_paths AS SELECT "Path" FROM "Other Schema"."Nodes" WHERE "Path" LIKE '%1';
SQL
add_rules(
	$site_a, $db,
	[ '"Other Schema"."Hosts"', 'Name', 'host' ],
	[ '"Other Schema"."Nodes"', 'Host', 'host' ],
	[ '"Other Schema"."Nodes"', 'Path', 'path' ],
	[ 'parts', 'p', 'path' ], [ 'docs', 'j', 'text' ], [ 'docs', 'b', 'text' ], [ 'docs', 'a', 'path' ],
	[ 'docs', 'c', 'path' ], [ 'docs', 'v', 'value' ], [ 'docs', 'long', 'text' ]);
$site_a->safe_psql($db, 'SELECT qsrepl.localize()');

my $standby = make_standby($site_a, 'B', name => 'standby_b');
$site_a->wait_for_catchup($standby, 'replay', $site_a->lsn('write'));

# The application's rows, sorted, as pg_dump has them. What generated columns
# and materialized views keep follows from them.
sub rows_of
{
	my ($node, $database) = @_;
	my ($stdout, $stderr) = PostgreSQL::Test::Utils::run_command(
		[
			'pg_dump', '--data-only', '--column-inserts', '--exclude-schema=qsrepl',
			'-d', $node->connstr($database)
		]);
	return join "\n", sort grep { /^INSERT INTO (?!qsrepl)/ } split /\n/,
	  $stdout;
}

my $rows_a = rows_of($site_a, $db);
my $rows_b = rows_of($standby, $db);
isnt($rows_b, $rows_a, 'the standby shows other rows');
unlike($rows_b, qr/\\\\CN\\|cn1\.sitea|CN1:|0F1E2D/i, 'none of them is of site A');
is(($rows_a =~ tr/\n//), ($rows_b =~ tr/\n//), 'and as many');

my @forms = (
	[ 'custom', '-Fc' ],
	[ 'tar', '-Ft' ],
	[ 'directory', '-Fd', '-j', '2' ],
	[ 'plain' ],
	[ 'inserts', '--inserts' ],
	[ 'column-inserts', '-Fc', '--column-inserts' ],
	[ 'rows-per-insert', '--rows-per-insert=7' ],
	[ 'quoted', '-Fc', '--quote-all-identifiers' ],
	[ 'clean', '--clean', '--if-exists' ]);

# 13's pg_dump writes rows for generated columns with this option, which no
# server takes.
@forms = grep { $_->[0] ne 'rows-per-insert' } @forms
  if server_major($site_a) < 14;

sub restore_ok
{
	my ($node, $database, $file, $name, @options) = @_;
	my @command =
	  (-d $file || $file =~ /\.(custom|tar)$/)
	  ? ('pg_restore', @options, '-d', $node->connstr($database), $file)
	  : (
		'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d',
		$node->connstr($database), '-f', $file);

	return $node->command_checks_all(\@command, 0, [qr/^/], [qr/^$/],
		"$name: restored without an error");
}

# Restored: free to be written, and then the node's site's.
sub restored_ok
{
	my ($node, $database, $rows, $name) = @_;

	query_is($node, $database, 'SELECT qsrepl._state_word()', 'restored',
		"$name: it knows that it was restored");
	$node->safe_psql($database,
		q(SET qsrepl.localize_wait = 0; UPDATE parts SET id = id WHERE id = 1));
	$node->safe_psql($database,
		'SET client_min_messages = error; SELECT qsrepl.localize()');
	query_is($node, $database, 'SELECT state, stored_site FROM qsrepl.status',
		'local|' . $node->safe_psql('postgres', 'SHOW qsrepl.local_site'),
		"$name: localized");
	ok(rows_of($node, $database) eq $rows, "$name: the rows are the site's");
	no_leaks($node, $database, "$name: nothing leaks");
	return;
}

foreach my $form (@forms)
{
	my ($name, @options) = @$form;
	my $type = "@options" =~ /-F([ctd])/ ? $1 : 'p';
	my $file = "$dir/$name"
	  . { c => '.custom', t => '.tar', d => '', p => '.sql' }->{$type};
	my $database = "restored_$name";

	$standby->command_ok(
		[ 'pg_dump', @options, '-f', $file, '-d', $standby->connstr($db) ],
		"$name: dump of the standby");
	if ($type eq 'p')
	{
		unlike(slurp_file($file) =~ s/^COPY qsrepl\..*?^\\\.$|^INSERT INTO qsrepl.*?;$//gmsr,
			qr/\\CN\\|cn1\.sitea/i, "$name: nothing of site A is in it");
	}
	foreach my $node ($site_b, $site_a)
	{
		my $rows = $node == $site_a ? $rows_a : $rows_b;
		my $where = "$name at " . $node->name;

		# Some forms at the other site too
		next if $node == $site_a && $name !~ /custom|directory|inserts/;
		$node->safe_psql('postgres', qq(CREATE DATABASE "$database"));
		restore_ok($node, $database, $file, $where,
			$type eq 'c' || $type eq 'd' ? ('-j', '2') : ());
		restored_ok($node, $database, $rows, $where);
		$node->safe_psql('postgres', qq(DROP DATABASE "$database"));
	}
}

# One table, and the rows alone
$standby->command_like(
	[
		'pg_dump', '--table', '"Other Schema"."Nodes"', '--inserts', '-d',
		$standby->connstr($db)
	],
	qr/VALUES \(3, 'BCN', '\\\\BCN\\Qlik\$\\3'\)/,
	'--table');
my ($schema, $data) = ("$dir/schema.custom", "$dir/data.custom");
$standby->command_ok([ 'pg_dump', '-Fc', '--schema-only', '-f', $schema, '-d', $standby->connstr($db) ], '--schema-only');
$standby->command_ok([ 'pg_dump', '-Fc', '--data-only', '--disable-triggers', '-f', $data, '-d', $standby->connstr($db) ],
	'--data-only');
$site_b->safe_psql('postgres', 'CREATE DATABASE rows_alone');
restore_ok($site_b, 'rows_alone', $schema, '--schema-only');
restore_ok($site_b, 'rows_alone', $data, '--data-only', '--disable-triggers', '-j', '2');
restored_ok($site_b, 'rows_alone', $rows_b, '--data-only');
query_is(
	$site_b,
	'rows_alone',
	q(SELECT string_agg(DISTINCT tgname || ' ' || tgenabled::text, ', ' ORDER BY tgname || ' ' || tgenabled::text) FROM pg_trigger t
		JOIN pg_class c ON c.oid = t.tgrelid WHERE relnamespace = 'qsrepl'::regnamespace AND NOT tgisinternal),
	'invalidate A, invalidate_all A, keep_local R, mark_restored O, replace_row R',
	'--data-only: triggers of the extension are as they were');

# In place: into the very database that it was taken from, at site A, and at
# site B after it was promoted.
restore_ok($site_a, $db, "$dir/custom.custom", 'in place at site A', '--clean', '--if-exists');
restored_ok($site_a, $db, $rows_a, 'in place at site A');
$site_a->wait_for_catchup($standby, 'replay', $site_a->lsn('write'));
ok(rows_of($standby, $db) eq $rows_b, 'the standby goes on showing its own rows');
$site_a->stop;
promote($standby);
ok(localized($standby, $db), 'the promoted standby is localized');
restore_ok($standby, $db, "$dir/directory", 'in place at site B', '--clean', '--if-exists', '-j', '2');
restored_ok($standby, $db, $rows_b, 'in place at site B');

done_testing();
