# Snapshots: what is in them, what they share with the ones before, names, what
# is refused, and that one of the standby is one of its own site.
use strict;
use warnings FATAL => 'all';

use Fcntl qw(:flock);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplSnapshot;
use QsreplTest;
use QsreplTool;
use Test::More;

my ($site_a, $site_b) = make_pair();
my %node = (A => $site_a, B => $site_b);
my ($code, $out, $err);

sub at
{
	($code, $out, $err) = snapshot(@_);
	return "$code $err";
}

# The text of a dump, by pg_restore.
sub text_of
{
	my ($dump) = @_;
	my ($text, $problems) = PostgreSQL::Test::Utils::run_command([ 'pg_restore', '-f', '-', $dump ]);

	is($problems, '', "pg_restore reads $dump");
	return $text;
}

$site_a->safe_psql('postgres', <<'SQL');
CREATE ROLE geheimer LOGIN PASSWORD 'streng geheim';
ALTER DATABASE qsr OWNER TO qliksenserepository;
ALTER DATABASE qsr SET work_mem = '7MB';
ALTER DATABASE qsr SET app.setting = 'a=b''c';
ALTER ROLE geheimer IN DATABASE qsr SET lock_timeout = '3s';
GRANT CONNECT ON DATABASE qsr TO geheimer;
ALTER DATABASE more CONNECTION LIMIT 17;
SQL
$site_a->safe_psql('qsr', <<'SQL');
INSERT INTO plain SELECT i, '\\CN\QlikShare\Apps\' || i FROM generate_series(1, 1000) AS i;
CREATE SCHEMA "Other One";
CREATE TABLE "Other One"."It's" AS SELECT i FROM generate_series(1, 7) AS i;
CREATE TABLE parts (i int) PARTITION BY LIST (i);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);
INSERT INTO parts SELECT 1 FROM generate_series(1, 5);
SQL
put('Apps/1.qvf', 'first');
put("Apps/\xC3\xA4 \xE6\x96\x87.qvf", 'letters');
put('Apps/' . ('n' x 250), 'long');
put('Apps/two  blanks "quotes" and \'these\'', 'quotes');
put("Apps/line\nfeed\ttab", 'control characters');
put('Apps/100% $(x) `y` *?[z]', 'patterns');
put('Apps/-dash', 'dash');
put('StaticContent/Default/a/b/c.png', 'deep');
put('StaticContent/TempContent/x', 'left out');
put('StaticContent/Exported Certificates/x', 'left out');
put('CustomData/x.log', 'left out');
put('CustomData/x/x.log', 'not left out');
put('ArchivedLogs/log', 'archived');
put('Unknown/x', 'no known folder');
mkdir "$share_dir/StaticContent/empty";

# What is not configured, or is not there.
my $conf = snapshot_conf('A', \%node, change => [ qr/^snapshot_directory.*\n/m => '', qr/^snapshot_directory.*\n/m => '' ]);
like(at($conf, $_), qr/^6 qsrepl: error: site "A" has no directory for snapshots\n/, "$_ without a directory")
  foreach qw(create list prune);
at($conf, 'create');
like($err, qr/^qsrepl: hint: Set snapshot_directory in the site's section\.$/m, 'and what to do');
$conf = snapshot_conf('A', \%node, change => [ qr/snapshots_A/ => 'share_A/Apps/x' ]);
like(
	at($conf, 'create'),
	qr/^6 qsrepl: error: snapshot_directory ".*" and share "Qlik" in ".*" are in one another\n/,
	'snapshots in the share');
$conf = snapshot_conf('A', \%node, change => [ qr/^A = .*share_A\n/m => "A = /no/such/place\n" ]);
like(
	at($conf, 'create'),
	qr/^6 qsrepl: error: share "Qlik" is not reachable at "\/no\/such\/place"\nqsrepl: hint: Mount it here/,
	'a share that is not mounted');
is(join(' ', snapshots_in($store_dir)), '', 'nothing was made');
$conf = snapshot_conf('A', \%node);
is(at($conf, 'list'), '0 ', 'a list of none');
like($out, qr/^NAME  SITE  TIME \(UTC\) +SIZE +OWN  STATE      DATABASES\n$/, 'has its heads');
foreach my $name ('', '.x', '-x', 'a/b', 'a\\b', 'a:b', 'a b ', ' a', 'a.', "a\nb", 'x' x 101, '..')
{
	next if $name eq '-x';
	like(at($conf, 'create', '--', $name), qr/^2 qsrepl: error: invalid name of a snapshot\nqsrepl: detail: It /, "name '$name'");
}
like(at($conf, 'create', '--', '-x'), qr/^2 .*dash/s, 'a dash');

# The first one.
until_not_fresh();
is(at($conf, 'create'), '0 ', 'a snapshot');
my ($first) = snapshots_in($store_dir);
like($first, qr/^A-\d{8}T\d{6}Z$/, 'has a name of site and time');
like($out, qr/^snapshot \Q$first\E of site A: 2 databases, \d+ files, .* in .*\n\Q$store_dir\/$first\E\n$/, 'which is told');
$first = "$store_dir/$first";
is_deeply([ problems_of($first) ], [], 'it is whole');
my $files = files_of($first);
my $manifest = manifest_of($first);
is(
	join("\n", sort grep { m{^share/} } keys %$files),
	join("\n",
		map { "share/Qlik/$_" }
		  sort 'Apps/1.qvf', "Apps/\xC3\xA4 \xE6\x96\x87.qvf", 'Apps/' . ('n' x 250), 'Apps/two  blanks "quotes" and \'these\'',
		"Apps/line\nfeed\ttab", 'Apps/100% $(x) `y` *?[z]', 'Apps/-dash', 'StaticContent/Default/a/b/c.png', 'CustomData/x/x.log'),
	'with the files that count');
is_deeply($manifest->{directories}, ['share/Qlik/StaticContent/empty'], 'and an empty folder');
is(slurp_file("$first/share/Qlik/Apps/line\nfeed\ttab"), 'control characters', 'and their content');
is($files->{'share/Qlik/Apps/1.qvf'}[9], (stat "$share_dir/Apps/1.qvf")[9], 'their time');
is((stat $first)[2] & 0777, 0700, 'nobody else may enter it');
is(
	join(' ', @$manifest{qw(version kind site mode role epoch)}),
	'1 dated A physical active ' . $site_a->safe_psql('qsr', 'SELECT epoch FROM qsrepl.state'),
	'the manifest says what it is');
is_deeply(
	[ sort map { "$_->{site} $_->{value}" } @{ $manifest->{values} } ],
	[ 'A \\\\CN\\QlikShare', 'B \\\\BCN\\Qlik$' ],
	'what the mappings are');
is($manifest->{shares}[0]{root}, '\\\\CN\\QlikShare', 'and the root of the share');
my ($qsr, $more) = @{ $manifest->{databases} };
is("$qsr->{name} $more->{name}", 'qsr more', 'the databases that exist');
is(
	"$qsr->{owner} $qsr->{encoding} $qsr->{provider} $qsr->{connections} $more->{connections}",
	'qliksenserepository UTF8 libc -1 17',
	'with their properties');
is(
	join('; ', map { ($_->{role} // '*') . " $_->{name}=$_->{value}" } @{ $qsr->{settings} }),
	"* app.setting=a=b'c; * work_mem=7MB; geheimer lock_timeout=3s",
	'their settings');
like($qsr->{acl}, qr/geheimer=c\/qliksenserepository/, 'their rights');
like($qsr->{lsn}, qr/^[0-9A-F]+\/[0-9A-F]+$/, 'where the log was');
is($qsr->{timeline}, 1, 'on which timeline');
is($qsr->{site}, 'A', 'for which site rows are spelled');
is(
	join('; ', sort map { "$_->{schema}.$_->{name} $_->{rows}" } @{ $qsr->{tables} }),
	"Other One.It's 7; public.parts_1 5; public.plain 1000",
	'how many rows tables have');
like(text_of("$first/databases/qsr"), qr/\\\\\\\\CN\\\\QlikShare\\\\Apps\\\\1000\n/, 'values of A');
my $roles = slurp_file("$first/databases/roles.sql");
like($roles, qr/CREATE ROLE geheimer/, 'roles');
unlike($roles, qr/SCRAM|md5|PASSWORD/, 'without passwords');
like(slurp_file("$first/server/settings.conf"), qr/^max_slot_wal_keep_size = '512'$/m, "the server's settings");
like(slurp_file("$first/server/pg_hba.conf"), qr/^host all all /m, 'rules of access');
is(slurp_file("$first/server/qsrepl.conf"), slurp_file($conf), 'the configuration');

# The next one.
put('Apps/1.qvf', 'other');
put('Apps/2.qvf', 'new');
unlink "$share_dir/Apps/-dash";
utime 1_000_000_000, 1_000_000_000, "$share_dir/CustomData/x/x.log";
chmod 0755, "$share_dir/StaticContent/Default/a/b/c.png";
$site_a->safe_psql('qsr', 'INSERT INTO "Other One"."It\'s" VALUES (8)');
is(at($conf, 'create', '--json'), '0 ', 'another one');
my $told = JSON::PP::decode_json($out);
my $second = $told->{directory};
is_deeply([ problems_of($second) ], [], 'it is whole');
my $next = files_of($second);

sub is_linked
{
	my ($path) = @_;

	return ($files->{$path}[1] == $next->{$path}[1] ? 'linked' : 'copied') . ($next->{$path}[3] > 1 ? '' : ' alone');
}
is(is_linked('share/Qlik/StaticContent/Default/a/b/c.png'), 'linked', 'a file with other rights is read, and linked');
is(is_linked("share/Qlik/Apps/\xC3\xA4 \xE6\x96\x87.qvf"), 'linked', 'a file that has not changed is linked');
is(is_linked('share/Qlik/Apps/1.qvf'), 'copied alone', 'one that has changed is not');
is(is_linked('share/Qlik/CustomData/x/x.log'), 'copied alone', 'nor one with another time');
ok(!$next->{'share/Qlik/Apps/-dash'}, 'a file that is gone is gone');
is(slurp_file("$second/share/Qlik/Apps/1.qvf") . slurp_file("$first/share/Qlik/Apps/1.qvf"), 'otherfirst', 'each has its own');
my @dumps = grep { m{^databases/qsr/.*gz$} && $next->{$_}[3] > 1 } keys %$next;
cmp_ok(scalar @dumps, '>=', 2, 'dumps of tables that have not changed are linked');
is($told->{linked_files} + 0, scalar(grep { $next->{$_}[3] > 1 } keys %$next), 'which is counted');

# A flipped bit in the former one does not spread where that shows.
chmod 0600, "$second/share/Qlik/Apps/1.qvf";
append_to_file("$second/share/Qlik/Apps/1.qvf", 'x');
until_not_fresh();
is(at($conf, 'create', 'daily'), '0 ', 'a name that is given');
is_deeply([ problems_of("$store_dir/daily") ], [], 'what is damaged is not linked');
at($conf, 'list');
is($code, 1, 'list tells by its exit code');
like($out, qr/^\S+ +A +\S+ \S+ .* broken +file "share\/Qlik\/Apps\/1.qvf" has another size$/m, 'and in words');
like($out, qr/^daily +A .* whole +qsr more$/m, 'which are whole');
at($conf, 'list', '--json');
my ($daily) = grep { $_->{name} eq 'daily' } @{ JSON::PP::decode_json($out) };
is("$daily->{state} $daily->{kind} $daily->{site} $daily->{databases}", 'whole fixed A qsr more', 'list as JSON');
cmp_ok($daily->{own_bytes}, '<', $daily->{bytes}, 'its own size is less than its size');
my $tree = "$store_dir/daily/share/Qlik/Apps/2.qvf";
chmod 0700, "$store_dir/daily/share/Qlik/Apps";
unlink $tree;
at($conf, 'list');
like($out, qr/^daily .* broken +file "share\/Qlik\/Apps\/2.qvf" is missing$/m, 'a file that is missing is told');
chmod 0600, "$first/manifest.json";
append_to_file("$first/manifest.json", ' ');
at($conf, 'list');
like($out, qr/ broken +.*does not have the checksum that is in file/, 'and a manifest that was changed');

# Replaced, silent, without a terminal, as a scheduler does.
put('Apps/3.qvf', 'newest');
my $before = (stat "$store_dir/daily")[1];
is(at($conf, 'create', 'daily', '--quiet'), '0 ', 'again, quietly');
is($out, '', 'nothing is said');
isnt((stat "$store_dir/daily")[1], $before, 'it is another one');
is_deeply([ problems_of("$store_dir/daily") ], [], 'and whole');
is(scalar(grep { /^\./ } snapshots_in($store_dir)), 0, 'nothing is left');

# Not at the same time.
open my $lock, '+<', "$store_dir/.lock" or die $!;
flock $lock, LOCK_EX or die $!;
foreach my $words ([ 'create', 'x' ], ['prune'])
{
	like(
		at($conf, @$words),
		qr/^6 qsrepl: error: could not lock file ".*\.lock"\nqsrepl: detail: It is held by .*\nqsrepl: hint: Another qsrepl makes/,
		"$words->[0] beside another run");
}
is(at($conf, 'list') =~ s/ .*//sr, '1', 'list does not wait');
close $lock;
chmod 0777, $store_dir;
like(at($conf, 'create', 'x'), qr/^6 qsrepl: error: directory ".*snapshots_A" is not trusted|^6 .*snapshots_A/, 'a directory that others may change');
chmod 0700, $store_dir;

# What cannot be put into it, and what leads elsewhere.
put('Apps/secret', 'not readable');
chmod 0, "$share_dir/Apps/secret";
put('Apps/back\\slash', 'x');
put("Apps/latin \xE4", 'not UTF-8');
put('Apps/Case.qvf', 'one');
put('Apps/CASE.QVF', 'two');
symlink '/etc/passwd', "$share_dir/Apps/link";
symlink '/etc', "$share_dir/StaticContent/etc";
POSIX::mkfifo("$share_dir/Apps/pipe", 0600);
put('ArchivedLogs/link/x', 'archived');
is(at($conf, 'create', 'odd', '--archived-logs') =~ s/ .*//sr, '1', 'what is left out is told by the exit code');
like($err, qr/warning: odd: 1 file could not be read, and is left out\nqsrepl: detail: "share\/Qlik\/Apps\/secret" \(Permission denied\)\.\nqsrepl: hint: /, 'a file that cannot be read');
like($err, qr/warning: odd: 1 name cannot be carried to another system, and is left out\nqsrepl: detail: "share\/Qlik\/Apps\/back\\slash"/, 'a backslash');
like($err, qr/warning: odd: 2 links were not followed/, 'links');
like($err, qr/warning: odd: 1 name differs from another one by case only\n.*"share\/Qlik\/Apps\/C(?:ase.qvf|ASE.QVF)" \("?Apps\/C/, 'names that Windows takes for one');
is_deeply([ problems_of("$store_dir/odd") ], [], 'it is whole otherwise');
$files = files_of("$store_dir/odd");
ok($files->{"share/Qlik/Apps/latin \xE4"}, 'a name that is not UTF-8');
ok($files->{'share/Qlik/ArchivedLogs/log'}, 'archived logs, on request');
ok(!grep({ /etc|passwd|Apps\/link|pipe|secret/ } keys %$files), 'nothing that links lead to');
is_deeply(
	[ sort map { "$_->{what} $_->{path}" } @{ manifest_of("$store_dir/odd")->{notes} } ],
	[
		sort 'no database Licenses',
		'unreadable share/Qlik/Apps/secret',
		'name share/Qlik/Apps/back\\slash',
		'link share/Qlik/Apps/link',
		'link share/Qlik/StaticContent/etc',
		'special share/Qlik/Apps/pipe',
		grep({ /^case/ } map { "$_->{what} $_->{path}" } @{ manifest_of("$store_dir/odd")->{notes} })
	],
	'the manifest tells all of it');
unlike(at($conf, 'create', 'odd', '--quiet'), qr/links/, 'quietly, what is always so is not told');
chmod 0600, "$share_dir/Apps/secret";
unlink map { "$share_dir/Apps/$_" } 'back\\slash', 'link', 'pipe', "latin \xE4", 'CASE.QVF';
unlink "$share_dir/StaticContent/etc";

# The standby's is one of its own site.
my $conf_b = snapshot_conf('B', \%node, file => "$tool_dir/snapshot_B.conf");
mkdir "$tool_dir/share_B";
$site_a->wait_for_catchup($site_b, 'replay', $site_a->lsn('write'));
is(at($conf_b, 'create', 'passive'), '0 ', 'a snapshot of the standby');
my $passive = "$tool_dir/snapshots_B/passive";
is_deeply([ problems_of($passive) ], [], 'it is whole');
$manifest = manifest_of($passive);
is("$manifest->{site} $manifest->{role} $manifest->{databases}[0]{site}", 'B passive B', 'of site B, which is passive');
ok($manifest->{databases}[0]{recovery}, 'in recovery');
my $text = text_of("$passive/databases/qsr");
is(() = $text =~ /\\\\\\\\BCN\\\\Qlik\$\\\\Apps\\\\/g, 1000, 'with all values of B');
unlike($text, qr/\\\\\\\\CN\\\\QlikShare\\\\Apps/, 'and none of A');

# A server that does not answer; databases that are not there.
$site_b->stop;
like(at($conf_b, 'create', 'x'), qr/^7 qsrepl: error: /, 'a server that is down');
$conf = snapshot_conf('A', \%node, main => "databases = none nobody\n", file => "$tool_dir/none.conf");
like(at($conf, 'create', 'x'), qr/^6 qsrepl: error: site "A" has none of the configured databases/, 'no database');
is_deeply([ grep { /^\.|^x$/ } map { snapshots_in("$tool_dir/snapshots_$_") } 'A', 'B' ], [], 'nothing is left of either');

done_testing();
