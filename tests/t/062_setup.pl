# qsrepl setup: a primary from a bare server, a standby beside it.
use strict;
use warnings FATAL => 'all';

use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use QsreplTool;
use Test::More;

my $dir = $tool_dir;
my $site_a = bare_server('site_a');
my $site_b = bare_server('site_b');

# The configuration file of a site; changes are pairs of pattern and text.
sub conf
{
	my ($site, @change) = @_;

	return conf_file(
		$site, { A => $site_a, B => $site_b },
		main => "databases = QSR Licenses QSMQ\npassfile = $dir/pgpass\n",
		mappings => $qlik_mappings,
		change => \@change);
}

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
	my $dump = run_command([ 'pg_dumpall', '-h', '127.0.0.1', '-p', $node->port ]);

	return join "\n", $dump, (map { slurp($_) } "$data/postgresql.conf", "$data/postgresql.auto.conf",
		"$data/pg_hba.conf"), sort glob("$dir/*"), glob("$data*"), glob("$data/*"), 
	  $node->safe_psql('postgres', 'SELECT slot_name FROM pg_replication_slots');
}

my ($code, $out, $err);

write_private("$dir/pgpass", "127.0.0.1:*:*:qsrepl_replication:geheim\n");

# What is refused before anything is looked at or changed.
($code, $out, $err) = qsrepl('setup', 'primary', '--config', conf('A'));
is($code, 6, 'no site, no terminal');
like($err, qr/site "A" was not confirmed/, 'it says so');
($code, $out, $err) = qsrepl('setup', 'primary', '--site', 'B', '--config', conf('A'));
is($code, 6, 'the other site');
like($err, qr/this machine is at site "A", not "B"/, 'it says so');
($code, $out, $err) = qsrepl('setup', 'primary', '--site', 'C', '--config', conf('A'));
is($code, 2, 'an unknown site');
($code, $out, $err) = qsrepl('setup', 'primary', '--site', 'A', '--config',
	conf('A', "$dir/settings_A.conf" => $site_a->data_dir . '/settings.conf'));
is($code, 3, 'settings inside the data directory');
like($err, qr/"settings_file" names a place inside the data directory/, 'it says so');
($code, $out, $err) = qsrepl('setup', 'primary', '--site', 'A', '--config', conf('A'));
is($code, 7, 'no server');
like($err, qr/site "A": .*\n.*(?s:.*)Is the server running/, 'it says so');
ok(!-e "$dir/journal_A", 'no journal was made');

$site_a->start;
($code, $out, $err) = qsrepl('setup', 'primary', '--site', 'A', '--config', conf('A'));
is($code, 6, 'no database');
like($err, qr/site "A" has none of the configured databases/, 'it says so');
($code, $out, $err) = qsrepl('setup', 'primary', '--site', 'A', '--config',
	conf('A', $site_a->data_dir => '/nowhere'));
is($code, 6, 'another data directory');
like($err, qr/the data directory of site "A" is ".*", not "\/nowhere"/, 'it says so');

# A primary.
$site_a->safe_psql('postgres', "CREATE DATABASE \"$_\"") foreach 'QSR', 'Licenses';
load_fixture($site_a, 'QSR', 'qsr', apps => 10);
my $before = everything($site_a);
($code, $out, $err) = qsrepl('setup', 'primary', '--site', 'A', '--dry-run', '--config', conf('A'));
is("$code $err", '0 ', 'a dry run');
like($out, qr/^Set up site A as the primary\. Nothing is changed now\.\n  1\. .*By hand:/s, 'tells the steps');
($code, $out, $err) = qsrepl('setup', 'primary', '--site', 'A', '--dry-run', '--json', '--config', conf('A'));
my $document = decode_json($out);
is("$code $err $document->{plan} $document->{mode}", '0  setup-primary start', 'as a document');
is((grep { !length $_->{title} } @{ $document->{steps} }), 0, 'with all steps');
is(everything($site_a), $before, 'and changes nothing');
ok(!-e "$dir/journal_A", 'also no journal');

($code, $out, $err) = qsrepl('setup', 'primary', '--site', 'A', '--no-restart', '--config', conf('A'));
is($code, 8, 'without a restart it stops');
like($err, qr/step "restart" failed: the server needs a restart for: max_wal_senders, .*shared_preload_libraries, wal_level/,
	'and says why');
is($site_a->safe_psql('postgres', 'SHOW wal_level'), 'minimal', 'it was not restarted');
($code, $out, $err) = qsrepl('setup', 'primary', '--site', 'A', '--config', conf('A'));
$site_a->_update_pid(1);
is("$code $err", '0 ', 'run again it goes on');
like($out, qr/has no database "QSMQ"/, 'a database that is not there is told');
unlike($out, qr/Left to do/, 'replication connections are let in');
is($site_a->safe_psql('postgres', 'SHOW wal_level'), 'replica', 'it was restarted');
is($site_a->safe_psql('postgres', 'SHOW shared_preload_libraries'), 'qsrepl', 'the library is loaded');
is($site_a->safe_psql('postgres', 'SHOW qsrepl.local_site'), 'A', 'it knows its site');
isnt($site_a->safe_psql('postgres', 'SHOW max_slot_wal_keep_size'), '-1', 'slots are bounded');
is($site_a->safe_psql('postgres', q(SELECT rolcanlogin, rolreplication, rolsuper, rolcreatedb, rolcreaterole
	FROM pg_roles WHERE rolname = 'qsrepl_replication')), 't|t|f|f|f', 'the role has only its rights');
is($site_a->safe_psql('postgres', 'SELECT slot_name, slot_type FROM pg_replication_slots'),
	'qsrepl_b|physical', 'a slot for the other site');
foreach my $db ('QSR', 'Licenses')
{
	is($site_a->safe_psql($db, 'SELECT qsrepl._state_word()'), 'local', "$db is local");
	is($site_a->safe_psql($db, 'SELECT mapping, site, value, current FROM qsrepl.mapping_value ORDER BY 1, 2, 4'),
		join("\n", 'cn|A|CN|t', 'cn|B|BCN|t', 'share|A|\\\\cn.sitea.corp.local\QlikShare|f',
			'share|A|\\\\CN\QlikShare|t', 'share|B|\\\\BCN\Qlik$|t'), "$db has the mappings");
}
cmp_ok($site_a->safe_psql('QSR', 'SELECT count(*) FROM qsrepl.rule'), '>', 10, 'the profile is loaded');
$before = everything($site_a);
($code, $out, $err) = qsrepl('setup', 'primary', '--site', 'A', '--config', conf('A'));
is("$code $err", '0 ', 'a second time');
like($out, qr/^Site A: everything is done already\.\n/, 'all is done');
($code, $out, $err) = qsrepl('setup', 'primary', '--site', 'A', '--json', '--config', conf('A'));
$document = decode_json($out);
is(join(' ', $code, @{$document}{qw(plan site outcome changed_steps)}), '0 setup-primary A done 0', 'as a document');
is(everything($site_a), $before, 'and stays');

# What is there is kept, and what is new is added.
$site_a->safe_psql('postgres', "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements', 'auto_explain'");
$site_a->safe_psql('postgres', 'CREATE DATABASE "QSMQ"');
($code, $out, $err) = qsrepl('setup', 'primary', '--yes', '--config', conf('A', 'B = BCN' => 'B = B-CN'));
$site_a->_update_pid(1);
is("$code $err", '0 ', 'with a change, confirmed by --yes');
is($site_a->safe_psql('postgres', 'SHOW shared_preload_libraries'),
	'pg_stat_statements, auto_explain, qsrepl', 'libraries are added to');
is($site_a->safe_psql('QSMQ', 'SELECT qsrepl._state_word()'), 'local', 'the new database is set up');
is($site_a->safe_psql('QSR', q(SELECT value, current FROM qsrepl.mapping_value WHERE mapping = 'cn' AND site = 'B' ORDER BY 2)),
	"BCN|f\nB-CN|t", 'the new value is current');

# A role that may not log in for replication: told, with what to do.
my $hba = slurp_file($site_a->data_dir . '/pg_hba.conf');
write_private($site_a->data_dir . '/pg_hba.conf', "host all qsrepl_replication all scram-sha-256\n"
	. "host replication qsrepl_replication all scram-sha-256\n$hba");
$site_a->reload;
$site_a->safe_psql('postgres', q(ALTER ROLE qsrepl_replication PASSWORD 'anders'));
($code, $out, $err) = qsrepl('setup', 'primary', '--yes', '--config', conf('A', 'B = BCN' => 'B = B-CN'));
is("$code $err", '0 ', 'a wrong password is no error of the primary');
like($out, qr/Left to do: site "A": role "qsrepl_replication" could not connect for replication.*password authentication failed.*"host replication qsrepl_replication 127\.0\.0\.1 scram-sha-256"/s,
	'but told');
unlike("$out$err", qr/geheim|anders/, 'and no secret');


# A standby. Wrong password, primary not there: nothing is changed.
my $data_b = $site_b->data_dir;
my @b = ('setup', 'standby', '--site', 'B', '--config', conf('B'));

$site_b->append_conf('postgresql.conf', "work_mem = '7777kB'\n");
$site_b->start;
$site_b->safe_psql('postgres', 'CREATE DATABASE "Own"');
$before = everything($site_b);
($code, $out, $err) = qsrepl('setup', 'standby', '--config', conf('B'));
is($code, 6, 'a standby without a site and a terminal');
($code, $out, $err) = qsrepl(@b);
is($code, 6, 'a standby with a wrong password');
like($err, qr/role "qsrepl_replication" could not connect for replication.*password authentication failed/s, 'is told so');
unlike("$out$err", qr/geheim|anders/, 'without a secret');
$site_a->stop;
($code, $out, $err) = qsrepl(@b);
is($code, 7, 'a primary that is not there');
like($err, qr/site "A": .*Is the server running/s, 'is told');
$site_a->start;
$site_a->safe_psql('postgres', q(ALTER ROLE qsrepl_replication PASSWORD 'geheim'));

# Its own data.
($code, $out, $err) = qsrepl(@b);
is($code, 6, 'a database that the primary does not have');
like($err, qr/It has databases that the primary does not have: Own\..*--discard-site B/s, 'is told');
($code, $out, $err) = qsrepl(@b, '--discard-site', 'A');
is($code, 6, 'another site to discard');
($code, $out, $err) = qsrepl(@b, '--dry-run', '--discard-site', 'B');
is("$code $err", '0 ', 'a dry run');
like($out, qr/Move its own data aside.*pg_basebackup/s, 'tells the steps');
is(everything($site_b), $before, 'nothing was changed by all that');
ok(!-e "$dir/journal_B", 'also no journal was made');

# A step that fails: it stops before the start, and goes on where it was.
$site_b->append_conf('pg_hba.conf', "# pg_hba.conf of site B\n");
$site_b->stop;
($code, $out, $err) = qsrepl(@b);
is($code, 6, 'a server whose databases cannot be looked at');
like($err, qr/Its server must run so that its databases can be looked at/, 'is told');
$site_b->start;
$site_a->safe_psql('postgres', "ALTER SYSTEM SET port = " . $site_a->port);
($code, $out, $err) = qsrepl(@b, '--discard-site', 'B');
is($code, 8, 'a setting that came along with the copy');
like($err, qr/step "verify" failed: the server of site "B" would read port = /, 'is found before the start');
my ($aside) = glob("$data_b.2*");
ok(-e "$aside/PG_VERSION", 'its own data are aside');
ok(!-e "$data_b/postmaster.pid", 'it was not started');
$site_a->safe_psql('postgres', 'ALTER SYSTEM RESET port');
write_private("$data_b/postgresql.auto.conf",
	slurp_file("$data_b/postgresql.auto.conf") =~ s/^port.*\n//mr);
($code, $out, $err) = qsrepl(@b);
$site_b->_update_pid(1);
is($code, 0, 'run again it goes on, without another copy');
unlike($err, qr/Copy/, 'it is not copied again');
is(scalar(my @all = glob("$data_b.2*")), 1, 'one old directory');
like($out, qr/^The data that site B had are in "\Q$aside\E"\.$/m, 'where the old data are is told');
like($out, qr/^QSR: standby at site B, state foreign, timeline 1, \d+ bytes behind$/m, 'the status is shown');
query_is($site_b, 'postgres', 'SELECT pg_is_in_recovery()', 't', 'it is a standby');
query_is($site_b, 'postgres', 'SHOW qsrepl.local_site', 'B', 'it knows its site');
query_is($site_b, 'postgres', 'SHOW work_mem', '7777kB', 'its postgresql.conf was kept');
like(slurp_file("$data_b/pg_hba.conf"), qr/pg_hba\.conf of site B/, 'and its pg_hba.conf');
unlike(slurp_file("$data_b/postgresql.conf"), qr/settings_A/, 'it does not include the settings of A');
query_is($site_a, 'postgres', 'SELECT slot_name, active FROM pg_replication_slots', 'qsrepl_b|t', 'by its slot');
$site_a->safe_psql('QSR', 'CREATE TABLE fresh AS SELECT 42 AS x');
ok($site_b->poll_query_until('QSR', q(SELECT to_regclass('fresh') IS NOT NULL)), 'it follows');
query_is($site_b, 'QSR',
	q(SELECT DISTINCT "RootFolder" FROM "ServiceClusterSettingsSharedPersistenceProperties"),
	'\\\\BCN\\Qlik$', 'and shows its own values');

# Again; the standby as a primary; the primary as a standby.
($code, $out, $err) = qsrepl(@b);
is("$code $err", '0 ', 'a second time');
like($out, qr/^Site B: everything is done already\.\n/, 'all is done');
($code, $out, $err) = qsrepl('setup', 'primary', '--site', 'B', '--config', conf('B'));
is($code, 6, 'a standby is no primary');
like($err, qr/the server of site "B" is a standby/, 'it says so');
($code, $out, $err) = qsrepl('setup', 'standby', '--site', 'A', '--config', conf('A'));
is($code, 6, 'a primary whose peer is a standby stays one');
like($err, qr/no other site's server is a primary/, 'it says so');

# A former primary may hold rows that the other one lacks.
$site_b->stop;
unlink "$data_b/standby.signal";
($code, $out, $err) = qsrepl(@b);
is($code, 6, 'the same system, not a standby');
like($err, qr/it may be a former primary/, 'is refused');

# Nothing there at all: the copy's own configuration is used.
PostgreSQL::Test::Utils::system_or_bail('rm', '-rf', $data_b);
($code, $out, $err) = qsrepl(@b);
$site_b->_update_pid(1);
is($code, 0, 'an empty place');
query_is($site_b, 'postgres', 'SHOW qsrepl.local_site', 'B', 'is a standby too');
unlike(join('', map { slurp_file($_) } glob("$dir/journal_*/*.jsonl"), glob("$dir/settings_*")),
	qr/geheim|anders/, 'no secret in journals and settings');
$site_b->stop;
$site_a->stop;
done_testing();
