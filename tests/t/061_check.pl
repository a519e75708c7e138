# check on a real pair: healthy, and everything that can be wrong with it.
use strict;
use warnings FATAL => 'all';

use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplTest;
use Test::More;
use Time::HiRes qw(time);

my ($site_a, $site_b, $conf) = make_pair(conf => "listen_addresses = '127.0.0.1, 127.0.0.2'\nfsync = on\n");

# The settings that are set last count.
sub set
{
	my ($node, $lines, $how) = @_;

	$node->append_conf('postgresql.conf', $lines);
	return $how && $how eq 'restart' ? $node->restart : $node->reload;
}

sub check
{
	my ($code, $out, $err) = qsrepl('check', '--config', $conf, @_);

	is($err, '', 'nothing on standard error');
	return ($code, $out);
}

sub streaming
{
	$site_a->wait_for_catchup($site_b, 'replay', $site_a->lsn('write'));
	return;
}

# The first configuration warns only.
my ($code, $out) = check();
is($code, 0, 'a pair without a peer check is ready');
like($out, qr/^warn  peer +site A: qsrepl\.peer_conninfo is not set.*\n +hint: /m, 'a warning has a hint');
unlike($out, qr/^fail /m, 'nothing fails');
($code, $out) = check('--strict');
is($code, 1, '--strict makes warnings fail');
like($out, qr/^Ready for switchover: no\.\nReady for failover: no, at risk /m, '... and says so');

foreach my $pair ([ $site_a, $site_b ], [ $site_b, $site_a ])
{
	my ($node, $peer) = @$pair;

	set($node, "qsrepl.peer_conninfo = 'host=127.0.0.1 port="
		  . $peer->port . " dbname=postgres'\nqsrepl.peer_unreachable = allow\n");
}
($code, $out) = check_says($conf, qr/split-brain/, 'peer_unreachable = allow is a risk');
is($code, 0, '... but no more');
set($_, "qsrepl.peer_unreachable = fence\nqsrepl.peer_wait = 10s\n") foreach $site_a, $site_b;

# Healthy
check_says($conf, qr/^0*\d+ passed, 0 warnings, 0 failed$/m, 'a healthy pair');
my $fastest = 60;
foreach (1 .. 5)
{
	my $begin = time;

	($code, $out) = qsrepl('check', '--strict', '--config', $conf);
	my $took = time - $begin;
	$fastest = $took if $took < $fastest;
}
note $out;
note sprintf('check took %.3f s', $fastest);
cmp_ok($fastest, '<', 1, 'in less than a second');
is($code, 0, '... is ready, strictly');
like($out, qr/^Ready for switchover: yes\.\nReady for failover: yes, at risk \d+ \S+ \/ [\d.]+ \S+\.\n\z/m,
	'it ends with the two lines');
like($out, qr/^pass  $_ +site/m, "a line about $_")
  foreach 'reachable', 'databases', 'roles', 'fence', 'system', 'version', 'collation', 'streaming', 'lag',
  'slots', 'senders', 'local site', 'preload', 'settings', 'rewind', 'peer', 'state', 'extension', 'leaks', 'mappings',
  'scan', 'keys', 'prepared', 'role', 'login', 'replicator', 'clock', 'disk';

($code, $out) = check('--json');
my $json = JSON::PP::decode_json($out);
is($json->{active}, 'A', '--json: the active site');
ok($json->{ready_for_switchover} && $json->{ready_for_failover}, '... ready');
like($json->{at_risk}{bytes}, qr/^\d+$/, '... the risk is a number');
is($json->{failures}, 0, '... no failures');
is($json->{findings}[0]{severity}, 'pass', '... findings');

# Paused and lagging
$site_b->safe_psql('postgres', 'SELECT pg_wal_replay_pause()');
$site_a->safe_psql('qsr', 'CREATE TABLE later AS SELECT generate_series(1, 1000) AS x');
($code, $out) = check_says($conf, qr/^fail  lag +site B: replay is paused, \d/m, 'paused replay');
is($code, 1, '... fails');
like($out, qr/^Ready for switchover: no\.\nReady for failover: yes, /m, '... is in the way of switchover only');
$site_b->safe_psql('postgres', 'SELECT pg_wal_replay_resume()');
streaming();

set($site_b, "recovery_min_apply_delay = 1h\n");
$site_a->safe_psql('qsr', 'INSERT INTO later VALUES (0)');
my $patient = $conf;
{
	my $text = slurp_file($conf);

	$text =~ s/^\[qsrepl\]$/[qsrepl]\nlag_warning = 1s/m;
	$conf .= '.short';
	append_to_file($conf, $text);
	chmod 0600, $conf;
}
($code, $out) = check_says($conf, qr/^warn  lag +site B: .* behind, of lag_warning 1 s/m, 'a lag');
is($code, 0, '... warns');
$conf = $patient;
set($site_b, "recovery_min_apply_delay = 0\n");
streaming();

# What the extension and the roles say
$site_a->safe_psql('postgres', 'ALTER ROLE qliksenserepository SUPERUSER');
streaming();
($code, $out) = check();
is($code, 1, 'a superuser role');
like($out, qr/^fail  role +site A: role "qliksenserepository" is a superuser, whom a fence does not stop/m, '... is named');
$site_a->safe_psql('postgres', 'ALTER ROLE qliksenserepository RENAME TO other; ALTER ROLE other NOSUPERUSER');
like((check())[1], qr/^fail  role +site A: role "qliksenserepository" does not exist/m, 'a role that is missing');
$site_a->safe_psql('postgres', 'ALTER ROLE other RENAME TO qliksenserepository');

$site_a->safe_psql('qsr', q(INSERT INTO plain VALUES (1, '\\\\BCN\\Qlik$\\x')));
($code, $out) = check();
is($code, 0, 'a leak');
like($out, qr/^warn  leaks +site A, database qsr: values of other sites are stored: 1$/m, '... warns');
$site_a->safe_psql('qsr', 'DELETE FROM plain');

$site_a->safe_psql('more', q(SELECT qsrepl.set_mapping('same', 'host', 'A', 'one', 'B', 'one', 'C', 'one')));
like((check())[1], qr/^warn  mappings +site A, database more: needless mappings, equal at all sites: same$/m,
	'a needless mapping');
$site_a->safe_psql('more', q(SELECT qsrepl.drop_mapping('same')));

# What a mistyped configuration says of a mapping is not what rows are rewritten by.
like((check())[1], qr/^pass  mappings +site A, database qsr: each mapping differs/m, 'mappings as configured');
$site_a->safe_psql('qsr', q(SELECT qsrepl.set_mapping('share', 'path', 'A', '\\\\CN\\QlikShare2', 'B', '\\\\BCN\\Qlik$')));
like((check())[1], qr/^warn  mappings +site A, database qsr: mappings that are not as the configuration has them: share\n +hint: The database's values count for rewriting\./m,
	'a mapping that is not as configured');
$site_a->safe_psql('qsr', q(SELECT qsrepl.set_mapping('share', 'path', 'A', '\\\\CN\\QlikShare', 'B', '\\\\BCN\\Qlik$')));
$site_a->safe_psql('qsr', q(DELETE FROM qsrepl.mapping_value WHERE value = '\\\\CN\\QlikShare2'));

$site_a->safe_psql('qsr', q(BEGIN; INSERT INTO later VALUES (7); PREPARE TRANSACTION 'left'));
like((check())[1], qr/^warn  prepared +site A, database qsr: transaction "left" is prepared since/m,
	'a prepared transaction');
$site_a->safe_psql('qsr', q(ROLLBACK PREPARED 'left'));

$site_a->safe_psql('qsr', 'ALTER EVENT TRIGGER qsrepl_follow_ddl DISABLE');
like((check())[1], qr/^warn  extension +site A, database qsr: event trigger/m, 'what qsrepl.check() finds');
$site_a->safe_psql('qsr', 'ALTER EVENT TRIGGER qsrepl_follow_ddl ENABLE');

$site_a->safe_psql('more', 'DELETE FROM qsrepl.state');
streaming();
($code, $out) = check();
is($code, 1, 'rows of nobody');
like($out, qr/^fail  state +site A, database more: the active site's rows are not its own: state "none"/m, '... at A');
like($out, qr/^fail  state +site B, database more: the reader is off/m, '... and at B');
$site_a->safe_psql('more', 'SELECT qsrepl.localize()');

# Fenced
$site_a->safe_psql('qsr', q(SELECT qsrepl.fence('of a test')));
($code, $out) = check();
is($code, 1, 'a fenced active site');
like($out, qr/^fail  fence +site A: the server is fenced: of a test$/m, '... is told');
$site_a->safe_psql('qsr', 'SELECT qsrepl.unfence()');

# Settings
streaming();
set($site_b, "qsrepl.local_site = 'A'\n", 'restart');
($code, $out) = check();
is($code, 1, 'a wrong local_site');
like($out, qr/^fail  local site +site B: qsrepl\.local_site is "A" instead of "B"/m, '... is told');
set($site_b, "qsrepl.local_site = 'B'\n", 'restart');
set($site_a, "full_page_writes = off\nmax_slot_wal_keep_size = -1\n");
($code, $out) = check_says($conf, qr/^warn  rewind +site A: full_page_writes is off/m, 'full_page_writes');
like($out, qr/^warn  slots +site A: slot "qsrepl_b" keeps log without a limit/m, 'a slot without a limit');
set($site_a, "full_page_writes = on\nmax_slot_wal_keep_size = 512MB\n");

# Both sites are one server
{
	my $other = write_conf($site_a, $site_a);
	my $good = $conf;

	$conf = $other;
	($code, $out) = qsrepl('check', '--config', $conf);
	is($code, 3, 'the same port twice is refused with the configuration');

	my $text = slurp_file($good);
	my ($port_a, $port_b) = ($site_a->port, $site_b->port);

	$text =~ s/^host = 127\.0\.0\.1\nport = $port_b$/host = 127.0.0.2\nport = $port_a/m;
	$conf = "$good.twins";
	append_to_file($conf, $text);
	chmod 0600, $conf;
	($code, $out) = check();
	is($code, 1, 'both sites are one server');
	like($out, qr/^fail  roles +site B: it is the same server as site A/m, '... is told');
	$conf = $good;
}

# No slot
set($site_b, "primary_slot_name = ''\n");
check_says($conf, qr/^warn  slots +site B: it uses no slot/m, 'no slot');
set($site_b, "primary_slot_name = 'qsrepl_b'\n");
check_says($conf, qr/^pass  slots +site A: slot "qsrepl_b" keeps/m, 'a slot again');

# The standby is down, then its slot is lost.
$site_b->stop;
($code, $out) = check();
is($code, 1, 'a standby that is down');
like($out, qr/^fail  reachable +site B: site "B": /m, '... is told');
like($out, qr/^warn  slots +site A: slot "qsrepl_b" is not in use/m, '... and its slot');
like($out, qr/^Ready for switchover: no\.\nReady for failover: no, at risk unknown\.$/m, '... is not ready');
set($site_a, "max_slot_wal_keep_size = 1MB\nmin_wal_size = 32MB\nmax_wal_size = 32MB\n");
foreach (1 .. 6)
{
	$site_a->safe_psql('postgres', 'SELECT pg_switch_wal(); CREATE TABLE w (); DROP TABLE w; CHECKPOINT');
}
$site_b->start;
($code, $out) = check_says($conf, qr/^fail  slots +site A: slot "qsrepl_b" is lost.*\n +hint: SELECT pg_drop_replication_slot/m, 'a lost slot');
# Its receiver is started again and again.
(undef, $out) = check_says($conf, qr/^fail  streaming +site B: it does not receive what site A writes/m, '... nothing arrives');
like($out, qr/^Ready for failover: no, at risk \d+ (?:kB|MB) \/ /m, '... and what is at risk is known');

# The primary is down.
$site_a->stop('immediate');
($code, $out) = check();
is($code, 1, 'a primary that is down');
like($out, qr/^fail  roles +all sites: no site that answers is active$/m, '... is told');
like($out, qr/^Ready for switchover: no\.\nReady for failover: yes, at risk (?:unknown|\d+ \S+ and more): last heard 20\d\d-[\d:.T-]+Z, unknown since(?: \(about .*\))?\.$/m,
	'... failover is possible, and the risk is not called 0');

# Two primaries
promote($site_b);
localized($site_b, $_) foreach 'qsr', 'more';
set($site_b, "qsrepl.peer_conninfo = ''\nqsrepl.peer_unreachable = allow\n");
$site_a->append_conf('postgresql.conf', "qsrepl.peer_conninfo = ''\n");
$site_a->start;
($code, $out) = check_says($conf, qr/^fail  roles +site [AB]: it is a primary on timeline \d, and so is site [AB] on timeline \d$/m, 'two primaries');
is($code, 1, '... are not ready');
$site_a->stop;
$site_b->stop;
done_testing();
