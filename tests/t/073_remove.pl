# qsrepl setup remove: everything goes again, wherever it is interrupted.
use strict;
use warnings FATAL => 'all';

use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplTest;
use Test::More;
use Time::HiRes qw(usleep);

my %node = (A => bare_server('site_a'), B => bare_server('site_b'));
my $dir = $tool_dir;
my ($code, $out, $err);

sub removal
{
	my ($site, @more) = @_;
	my @result = qsrepl('setup', 'remove', '--site', $site, '--config', setup_conf($site, \%node), @more);

	$node{$site}->_update_pid(1) if -e $node{$site}->data_dir . '/postmaster.pid';
	return @result;
}

# Catalogs, rows, and files that the tool could change. The role is kept by
# the tool, so it is left out here.
sub everything
{
	my ($node) = @_;
	my $data = $node->data_dir;
	my $dump = run_command([ 'pg_dumpall', '-h', '127.0.0.1', '-p', $node->port ]);

	$dump =~ s/^.*qsrepl_replication.*\n//mg;
	$dump =~ s/^\\(un)?restrict .*\n//mg;
	return join "\n", $dump, slurp_file("$data/postgresql.conf"), slurp_file("$data/pg_hba.conf"),
	  glob("$dir/settings_A*"),
	  $node->safe_psql('postgres', 'SELECT slot_name FROM pg_replication_slots ORDER BY 1'),
	  grep { /qsrepl|port|preload/ } split /\n/, slurp_file("$data/postgresql.auto.conf");
}

$node{A}->append_conf('postgresql.conf', "wal_level = replica\nmax_wal_senders = 10\nmax_replication_slots = 10");
$node{A}->start;
$node{A}->safe_psql('postgres', "CREATE DATABASE \"$_\"") foreach 'QSR', 'Licenses', 'other';
load_fixture($node{A}, 'QSR', 'qsr', apps => 10);
$node{A}->safe_psql('postgres', q(SELECT pg_create_physical_replication_slot('third')));
my $before = everything($node{A});

# Where nothing was set up there is nothing to do.
($code, $out, $err) = removal('A');
is("$code $err", '0 ', 'nothing to remove');
like($out, qr/^Site A: everything is done already\./, 'it says so');
is(everything($node{A}), $before, 'and changes nothing');

# What is refused before anything is changed.
set_up_pair(\%node);
my $set_up = everything($node{A});

sub refused
{
	my ($what, $like, $site, @more) = @_;

	($code, $out, $err) = removal($site, @more);
	is($code, 6, $what);
	like($err, $like, 'is told');
	like($err, qr/Nothing was changed/, 'nothing was changed');
	return;
}

($code, $out, $err) = qsrepl('setup', 'remove', '--config', setup_conf('A', \%node));
is($code, 6, 'no site, no terminal');
like($err, qr/site "A" was not confirmed/, 'it says so');
refused('a standby', qr/the server of site "B" is a standby\n.*come from its primary/, 'B');
refused('a primary with a standby', qr/another site still replicates from site "A"\n.*Slots in use: qsrepl_b\./, 'A');
$node{B}->stop;
ok($node{A}->poll_query_until('postgres', 'SELECT NOT active FROM pg_replication_slots WHERE slot_name = \'qsrepl_b\''),
	'its slot is free');
$node{A}->safe_psql('other', 'CREATE EXTENSION qsrepl');
refused('a database that is not configured', qr/database "other" has the extension, but is not configured/, 'A');
$node{A}->safe_psql('other', 'DROP EXTENSION qsrepl');
$node{A}->safe_psql('QSR', q(UPDATE qsrepl.state SET site = 'B'));
refused('rows of another site', qr/database "QSR" of site "A" still has rows with the values of another site\n.*Wait for the localizer/, 'A');
$node{A}->safe_psql('QSR', q(UPDATE qsrepl.state SET site = 'A', system_identifier = 1));
refused('a restored database', qr/database "QSR" .*another site\n.*Call qsrepl\.localize/, 'A');
$node{A}->safe_psql('QSR', q(UPDATE qsrepl.state SET system_identifier = (SELECT system_identifier FROM pg_control_system()), residue = '{x.y}'));
refused('rows that could not be rewritten', qr/database "QSR" .*another site\n.*qsrepl\.leaks\(\) lists them/, 'A');
$node{A}->safe_psql('QSR', q(UPDATE qsrepl.state SET residue = '{}'));
$node{A}->safe_psql('QSR', q(SELECT qsrepl.fence('test')));
refused('a fenced server', qr/the server of site "A" is fenced\n.*Give --unfence/, 'A');
($code, $out, $err) = removal('A', '--dry-run', '--unfence');
is("$code $err", '0 ', 'a dry run');
like($out, qr/^Take qsrepl away from the server of site A\. Nothing is changed now\.\n.*DROP EXTENSION qsrepl;.*pg_ctl -D/s, 'tells the steps');
is(everything($node{A}), $set_up, 'nothing was changed by all that');

# Objects that need the extension stop it; it goes on when they are gone.
$node{A}->safe_psql('Licenses', 'CREATE VIEW mine AS SELECT * FROM qsrepl.site');
($code, $out, $err) = removal('A', '--unfence');
is($code, 8, 'a view of the user');
like($err, qr/step "extension" failed: .*cannot drop extension qsrepl.*view public\.mine depends/s, 'is told');
$node{A}->restart;
is($node{A}->safe_psql('postgres', 'SHOW shared_preload_libraries'), 'qsrepl', 'the server starts in between');
$node{A}->safe_psql('Licenses', 'DROP VIEW mine');
($code, $out, $err) = removal('A', '--no-restart');
is($code, 8, 'without a restart it stops');
like($err, qr/step "restart" failed: the server needs a restart to run without the library/, 'and says why');
($code, $out, $err) = removal('A');
is("$code $err", '0 ', 'run again it goes on');
like($out, qr/^Role "qsrepl_replication" stays.*DROP ROLE "qsrepl_replication"; removes it/m, 'the role is told');
like($out, qr/^wal_level, .* stay as they are/m, 'and the settings that stay');
is(everything($node{A}), $before, 'everything is as before');
is($node{A}->safe_psql('postgres', q(SHOW shared_preload_libraries)), '', 'the library is not loaded');
$node{A}->safe_psql('postgres', 'DROP ROLE qsrepl_replication');
$node{A}->restart;
($code, $out, $err) = removal('A');
is("$code $err", '0 ', 'again');
like($out, qr/^Site A: everything is done already\./, 'all is done');

# Set up again; libraries of others stay, also where postgresql.conf names them.
my $rows = $node{A}->safe_psql('QSR', 'SELECT * FROM "ServiceClusterSettingsSharedPersistenceProperties"');
$node{A}->append_conf('postgresql.conf', "shared_preload_libraries = 'pg_stat_statements'");
$node{A}->safe_psql('postgres', q(ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements', 'auto_explain'));
$node{A}->restart;
($code, $out, $err) = qsrepl('setup', 'standby', '--site', 'B', '--config', setup_conf('B', \%node));
is($code, 6, 'the other site cannot be set up before');
set_up_pair(\%node);
is($node{A}->safe_psql('postgres', 'SHOW shared_preload_libraries'), 'pg_stat_statements, auto_explain, qsrepl', 'set up again');
$node{A}->safe_psql('postgres', q(ALTER SYSTEM SET qsrepl.localize_wait = '11s'));

# The other site, promoted, is a server of its own: there the settings file
# alone may tell the port, since postgresql.conf came from A.
$node{B}->promote;
ok(localized($node{B}, 'QSR') && localized($node{B}, 'Licenses'), 'site B is localized');
my $conf_b = $node{B}->data_dir . '/postgresql.conf';
write_private($conf_b, slurp_file($conf_b) =~ s/^port\s*=.*\n//mgr);
($code, $out, $err) = removal('B');
is("$code $err", '0 ', 'removed at site B');
is($node{B}->safe_psql('QSR', 'SELECT DISTINCT "RootFolder" FROM "ServiceClusterSettingsSharedPersistenceProperties"'),
	'\\\\BCN\\Qlik$', 'its rows stay its own');
is($node{B}->safe_psql('postgres', 'SHOW shared_preload_libraries'), 'pg_stat_statements, auto_explain', 'libraries of others stay');

# Killed anywhere, it goes on; the server starts at any time. It is fenced
# then, since site B is on a later timeline.
my $kills = 0;
my $restarts = 0;
my $ended = 0;
seed_random();
for (my $delay = 10_000 + int(rand(30_000)); !$ended && $kills < 40; $delay += int(rand(120_000)))
{
	my $run = IPC::Run::start(
		[
			$qsrepl_program, 'setup', 'remove', '--site', 'A', '--unfence',
			'--config', setup_conf('A', \%node)
		],
		'<', \'', '>', \$out, '2>', \$err);

	usleep($delay);
	$run->signal('KILL');
	$run->finish;
	$ended = $out =~ /^Site A: /m;
	next if $ended;
	$kills++;
	next if $restarts >= 3 || !-e $node{A}->data_dir . '/postmaster.pid';
	$restarts++;
	PostgreSQL::Test::Utils::run_log([ 'pg_ctl', '-w', '-m', 'immediate', '-D', $node{A}->data_dir, 'stop' ]);
	PostgreSQL::Test::Utils::system_or_bail('pg_ctl', '-w', '-D', $node{A}->data_dir, '-l', $node{A}->logfile, 'start');
}
note("killed $kills times");
cmp_ok($kills, '>', 0, 'it was killed');
($code, $out, $err) = removal('A', '--unfence');
is("$code $err", '0 ', 'to the end');
is($node{A}->safe_psql('postgres', 'SHOW shared_preload_libraries'), 'pg_stat_statements, auto_explain', 'libraries of others stay');
is($node{A}->safe_psql('postgres', q(SELECT count(*) FROM pg_file_settings WHERE name LIKE 'qsrepl%')), '0', 'no setting is left');
is($node{A}->safe_psql('QSR', 'SELECT * FROM "ServiceClusterSettingsSharedPersistenceProperties"'), $rows, 'the rows are as before');
foreach my $db ('QSR', 'Licenses')
{
	is($node{A}->safe_psql($db, q(SELECT count(*) FROM pg_extension WHERE extname = 'qsrepl')), '0', "$db is without the extension");
}
is($node{A}->safe_psql('postgres', 'SELECT slot_name FROM pg_replication_slots'), 'third', 'the third slot was left alone');
$_->stop foreach $node{B}, $node{A};
done_testing();
