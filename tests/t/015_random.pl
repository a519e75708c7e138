# Random transactions at site A, with values in all spellings: site B ends as
# site A rewritten, row by row.

use strict;
use warnings FATAL => 'all';

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use Test::More;

my $seed = seed_random();
my $site_a = make_site('A',
	conf => "logical_decoding_work_mem = 64kB\ndeadlock_timeout = 10ms\n");
my $site_b = make_site('B');
my $db = 'random';

# Settings of the subscription that change how rows arrive
my @with = (
	'streaming = ' . (rand() < 0.5 ? 'on' : 'off'),
	'binary = ' .    (rand() < 0.5 ? 'on' : 'off'));
@with = () if server_major($site_b) < 14;
diag 'subscription with ' . join ', ', @with;

create_db($db, $site_a, $site_b);
foreach my $node ($site_a, $site_b)
{
	$node->safe_psql($db, <<'SQL');
CREATE TABLE docs (id int PRIMARY KEY, path text, body json, data jsonb, tags text[], big text, n int);
ALTER TABLE docs ALTER big SET STORAGE EXTERNAL;
CREATE TABLE nodes (id int PRIMARY KEY, host varchar(24), code char(40), hosts varchar(30)[], n int);
CREATE TABLE conns (id int PRIMARY KEY, name text, str text, big text, n int);
ALTER TABLE conns ALTER big SET STORAGE EXTERNAL;
CREATE TABLE plain (id int PRIMARY KEY, name text, big text, n int);
SQL
}
$site_a->safe_psql($db, <<'SQL');
CREATE TABLE parts (id int PRIMARY KEY, path text, big text, n int) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (50);
CREATE TABLE parts_2 PARTITION OF parts DEFAULT;
SQL
$site_b->safe_psql($db, <<'SQL');
CREATE TABLE parts (big text, n int, path text, id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE parts_1 (path text, id int PRIMARY KEY, big text, n int);
ALTER TABLE parts ATTACH PARTITION parts_1 FOR VALUES FROM (0) TO (50);
CREATE TABLE parts_2 PARTITION OF parts DEFAULT;
SQL
define_mappings($site_b, $db);

# Each table's columns, and what is in them
my %tables = (
	docs => {
		path => \&path,
		body => \&json,
		data => \&json,
		tags => \&texts,
		big => \&big
	},
	nodes => { host => \&host, code => \&code, hosts => \&hosts },
	conns => { name => \&text, str => \&text, big => \&big },
	parts => { path => \&path, big => \&big },
	plain => { name => \&text, big => \&big });
add_rules(
	$site_b,
	$db,
	[ 'docs', 'path', 'path' ],
	[ 'docs', 'body', 'text' ],
	[ 'docs', 'data', 'text' ],
	[ 'docs', 'tags', 'text' ],
	[ 'docs', 'big', 'text' ],
	[ 'nodes', 'host', 'host' ],
	[ 'nodes', 'code', 'value' ],
	[ 'nodes', 'hosts', 'host' ],
	[ 'conns', 'str', 'text' ],
	[ 'conns', 'big', 'text' ],
	[ 'parts', 'path', 'path' ],
	[ 'parts', 'big', 'text' ]);
$site_b->safe_psql($db, 'SELECT qsrepl.enable()');

#
# Values
#
sub pick { return $_[ rand @_ ]; }

sub word
{
	return pick('Apps', 'x', 'a b', 'Größe', '100%', 'q.qvd', 'CN', '');
}

sub path
{
	my $root = pick(
		'\\\\CN\\QlikShare', '\\\\cn\\qlikshare',
		'\\\\CN\\QlikShare\\ArchivedLogs', 'D:\\QlikData',
		'\\\\fs01.sitea.corp.local\\Qlik Data', '\\\\CN\\QlikShare2',
		'\\\\CN1\\c$', '//CN/QlikShare',
		'D:/QlikData', '\\\\?\\UNC\\CN\\QlikShare',
		'file://CN/QlikShare', 'C:\\Qlik',
		'\\\\elsewhere\\QlikShare', '\\\\BCN\\Qlik$',
		'');
	return rand() < 0.3 ? $root : $root . pick('\\', '/') . word();
}

sub host
{
	return pick(
		'CN', 'cn1',
		'CN1:4242', 'cn1.sitea.corp.local',
		'192.168.1.101', 'P1',
		'CN10', 'CN1,P1',
		'localhost', 'elsewhere',
		'', 'cn1.sitea.corp.local:424');
}

sub text
{
	return join pick(' ', ';', "\n", ', '), map {
		pick(
			sub { path() },
			sub { 'https://' . host() . '/' . word() },
			sub { 'Server=' . host() . ';Database=' . word() },
			sub { (my $p = path()) =~ s/\\/\\\\/g; qq("$p") },
			sub { (my $p = path()) =~ s/\\/%5C/g;  "url=$p" },
			sub { 'LDAP://dc01/CN=Users,DC=sitea' },
			sub { word() },
			sub { 'host ' . host() })->()
	} 1 .. 1 + rand 4;
}

sub code
{
	return pick(
		'0F1E2D3C4B5A69788796A5B4C3D2E1F000112233',
		'0f1e2d3c4b5a69788796a5b4c3d2e1f000112233',
		'0F1E2D3C4B5A69788796A5B4C3D2E1F000112234',
		'',
		'x');
}

sub noise
{
	my ($length) = @_;
	return join '', map { chr 48 + rand 75 } 1 .. $length;
}

# Most are stored out of line, some are large.
sub big
{
	return
		text() . ' '
	  . noise(rand() < 0.02 ? 60000 : rand() < 0.5 ? 3000 : 10) . ' '
	  . path();
}

sub array
{
	my ($value) = @_;
	my @items = map {
		(my $v = $value->()) =~ s/(["\\])/\\$1/g;
		rand() < 0.1 ? 'NULL' : qq("$v")
	} 1 .. rand 4;
	return '{' . join(',', @items) . '}';
}
sub texts { return array(\&text); }
sub hosts { return array(\&host); }

# JSON in any spelling of its strings
sub json_string
{
	my $value = pick(\&text, \&path, \&host)->();
	my $slash = rand() < 0.3 ? '\\/' : '/';
	$value =~ s/\\/rand() < 0.2 ? '\\u005c' : '\\\\'/ge;
	$value =~ s/"/\\"/g;
	$value =~ s/\n/\\n/g;
	$value =~ s/\//$slash/g;
	return qq("$value");
}

sub json
{
	my ($depth) = @_;
	$depth //= 0;
	my $kind = rand;
	my $gap = pick('', '', ' ', "\n\t");

	return json_string() if $kind < 0.3 || $depth > 3;
	return pick('null', 'true', '1.50', '1e3', '-0', '""', '{}', '[]')
	  if $kind < 0.4;
	return
	  "[$gap"
	  . join(",$gap", map { json($depth + 1) } 1 .. 1 + rand 3) . "$gap]"
	  if $kind < 0.65;
	return "{$gap" . join(
		",$gap",
		map {
				pick('"k"', qq("k$_"), json_string())
			  . "$gap:$gap"
			  . json($depth + 1)
		} 1 .. 1 + rand 3) . "$gap}";
}

sub literal
{
	my ($value) = @_;
	return 'NULL' if rand() < 0.05;
	$value =~ s/'/''/g;
	return "'$value'";
}

#
# Statements
#
sub statement
{
	my $table = pick(sort keys %tables);
	my $values = $tables{$table};
	my @columns = sort keys %$values;
	my $id = int rand 100;
	my $kind = rand;
	my $column = pick(@columns);

	my $new = sub {
		my ($column) = @_;
		return literal($values->{$column}->());
	};
	if ($kind < 0.4)
	{
		my $list = join ', ', @columns;
		my $row = join ', ', map { $new->($_) } @columns;
		return
		  "INSERT INTO $table (id, $list, n) VALUES ($id, $row, 0) ON CONFLICT (id) DO "
		  . pick('NOTHING', "UPDATE SET $column = excluded.$column");
	}
	return
		"UPDATE $table SET $column = "
	  . $new->($column)
	  . " WHERE id = $id"
	  if $kind < 0.65;
	return "UPDATE $table SET n = n + 1 WHERE id BETWEEN $id AND $id + 3"
	  if $kind < 0.8;
	return "UPDATE $table SET $column = NULL, n = 0 WHERE id % 20 = "
	  . ($id % 20)
	  if $kind < 0.84;
	return "DELETE FROM $table WHERE id = $id" if $kind < 0.93;
	return "UPDATE $table SET id = id + 1000 WHERE id = $id" if $kind < 0.95;
	return "DELETE FROM $table WHERE id > 1000" if $kind < 0.97;
	return "TRUNCATE $table" if $kind < 0.971;
	return
		"UPDATE $table SET $column = "
	  . $new->($column)
	  . ' WHERE id % 10 = '
	  . ($id % 10);
}

sub transaction
{
	my ($statements) = @_;
	my @script = ('BEGIN');
	my @savepoints;

	foreach (1 .. $statements)
	{
		if (rand() < 0.1)
		{
			push @savepoints, 's' . @savepoints;
			push @script, "SAVEPOINT $savepoints[-1]";
		}
		push @script, statement();
		if (@savepoints && rand() < 0.05)
		{
			$#savepoints = rand @savepoints;
			push @script, "ROLLBACK TO $savepoints[-1]";
		}
	}
	return
	  join(";\n", @script, rand() < 0.15 ? 'ROLLBACK' : 'COMMIT') . ";\n";
}

my $name;
my $operations = scaled(5000);
my $done = 0;
my @scripts = ('', '');

# Write with two sessions. A statement that fails, since a value is too long at
# site A or by a deadlock, takes no more than itself along.
sub run_scripts
{
	my @runs;

	foreach my $script (@_)
	{
		my ($in, $out) = ('', '');
		my $file = PostgreSQL::Test::Utils::tempdir() . '/script';

		append_to_file($file, $script);
		push @runs,
		  IPC::Run::start(
			[
				'psql', '-X', '-q', '-v',
				'ON_ERROR_ROLLBACK=on', '-d', $site_a->connstr($db), '-f',
				$file
			],
			'<',
			\$in,
			'>',
			\$out,
			'2>&1');
	}
	$_->finish foreach @runs;
	return;
}

# Some rows are there already when the copy starts.
run_scripts(join '', map { transaction(20) } 1 .. 15);
$name = subscribe($site_a, $site_b, $db, with => join ', ', @with);
tables_equal_rewritten($site_a, $site_b, $db, 'copied');

while ($done < $operations)
{
	my $statements = rand() < 0.05 ? 100 : 1 + int rand 12;

	$scripts[ rand 2 ] .= transaction($statements);
	$done += $statements;
}
run_scripts(@scripts);
catch_up($site_a, $name);

note 'transactions sent, streamed: ',
  $site_a->safe_psql($db,
	'SELECT total_txns, stream_txns FROM pg_stat_replication_slots')
  if server_major($site_a) >= 14;
note 'rows: ',
  $site_a->safe_psql($db,
	'SELECT (SELECT count(*) FROM docs), (SELECT count(*) FROM nodes), (SELECT count(*) FROM conns), (SELECT count(*) FROM parts), (SELECT count(*) FROM plain)'
  );
tables_equal_rewritten($site_a, $site_b, $db,
	"the same after $done operations");
query_is($site_b, $db,
	q(SELECT * FROM qsrepl.leaks() WHERE reason NOT LIKE 'too long%'),
	'', 'no leaks but those too long');
query_is($site_b, $db, 'SELECT sum(rewritten) > 500 FROM qsrepl.stat_rules',
	't', 'a good part was rewritten');
is(log_errors($site_b), '', 'no error at site B');

# Nothing is left for localize().
query_is($site_b, $db,
	'SET client_min_messages = error; SELECT qsrepl.localize()',
	'0', 'nothing is left for localize()');
tables_equal_rewritten($site_a, $site_b, $db, 'which changes nothing');

$site_b->stop('fast');
$site_a->stop('fast');
done_testing();
