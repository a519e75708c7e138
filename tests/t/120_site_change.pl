# The whole change of a site: databases, certificates, services on all nodes and
# the public alias move together; and what goes wrong with one of them.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplNamed;
use QsreplNodes;
use QsreplPair;
use QsreplServices;
use QsreplTest;
use QsreplTool;
use QsreplTransport;
use Test::More;

my $up = 'Dispatcher 4 Repository 4 Proxy 4 Engine 4 Scheduler 4 Printing 4';
my $down = 'Dispatcher 1 Repository 1 Proxy 1 Engine 1 Scheduler 1 Printing 1';
my $down_services = qlik_services(running => 0);
my %nodes = (
	A => start_nodes(n => 2, net => '127.0.11'),
	B => start_nodes(n => 2, net => '127.0.12', services => $down_services));
my $named = start_named('named_a', address => '127.0.0.1');
my $hook = write_private("$tool_dir/hook.pl", 'exit(-e $ARGV[0] ? 1 : 0);');
my ($code, $out, $err);

# The central nodes of both sites have one alias, and so have the rims.
my $sections = join '', map {
	node_sections($nodes{$_}, site => $_, names => [ "CN-$_", "P1-$_" ], lines => { "CN-$_" => "alias = CN\n", "P1-$_" => "alias = P1\n" })
} 'A', 'B';
$sections .= "[services]\nanswer_timeout = 5s\nstop_timeout = 5s\nstart_timeout = 5s\nstate_url = off\nabout_url = off\nalive_url = off\n"
  . "[dns]\nname = qs.company.test\nzone = company.test\nttl = 30s\nwait = 5s\nkey_file = " . named_key('qsrepl-key') . "\n"
  . "[hook stop]\nwhen = before\nphase = fence\ncommand = \"$^X\" \"$hook\" \"$tool_dir/stop_here\"\n";

sub options
{
	my ($site) = @_;
	my %lines = map {
		$_ => "certificates = directory\ncertificate_directory = $tool_dir/store_$_\nremote_command = " . set_remote($_) . "\n"
		  . 'dns_target = qs-' . lc($_) . ".company.test\ndns_servers = $named->{server}\n"
	} 'A', 'B';

	return (%lines, file => "$tool_dir/transport_$site.conf", sections => $sections . "[certificates]\nkey_directory = $tool_dir/keys_$site\nrecovery_certificate = $tool_dir/recovery.key.crt\n");
}

recovery_key('recovery');
make_certificates("$tool_dir/store_A", 'P1');
my %server = make_tool_pair(options('A'));
my %conf = map { $_ => conf_file($_, \%server, options($_)) } 'A', 'B';

sub tool
{
	my ($at, @words) = @_;

	($code, $out, $err) = qsrepl(@words, '--config', $conf{$at});
	$_->_update_pid(-1) foreach values %server;
	return;
}

# The start types that a node has, each once.
sub start_types
{
	my ($site, $number) = @_;
	my $services = $nodes{$site}->node($number)->{services};
	my %types = map { $services->{$_}{start} => 1 } grep { !/Database/ } keys %$services;

	return join ' ', sort keys %types;
}

sub all_are
{
	my ($site, $states, $start, $name) = @_;

	foreach my $number (1, 2)
	{
		is(states($nodes{$site}, $number), $states, "$name: services of node $number of site $site");
		is(start_types($site, $number), $start, "$name: their start types");
	}
	return;
}

sub active_is
{
	my ($site, $name) = @_;
	my $other = $site eq 'A' ? 'B' : 'A';

	all_are($site, $up, 'auto', $name);
	all_are($other, $down, 'manual', $name);
	is(record($named, 'qs', 'CNAME'), 'qs-' . lc($site) . '.company.test', "$name: the alias");
	is(join(' ', sort grep { /active/ } site_words($conf{A})), "$site active", "$name: the databases");
	return;
}

# When something was done at a site's nodes, as seconds since 1970.
sub op_times
{
	my ($site, $operation, $number) = @_;

	return sort { $a <=> $b } map { $_->{time} } grep { $_->{operation} eq $operation && $_->{code} == 0 } $nodes{$site}->operations($number);
}

sub event_time
{
	my ($site, $event) = @_;

	return $server{$site}->safe_psql('qsr', "SELECT extract(epoch FROM max(at)) FROM qsrepl.event WHERE what = '$event'");
}

# Site B is made what a passive site is.
tool('B', 'cert', 'keys');
tool('A', 'cert', 'sync');
is("$code $err", '0 ', 'certificates are sealed') or diag $out;
tool('B', 'service', 'passive', '--site', 'B', '--yes');
is("$code $err", '0 ', 'site B is set passive') or diag $out;
all_are('B', $down, 'manual', 'passive');
active_is('A', 'at first');

# ---- switchover ----
tool('A', 'switchover', '--to', 'B', '--dry-run');
is($code, 0, 'dry run') or diag "$out$err";
my @steps = $out =~ /^\s*\d+\.\s+(.*)$/mg;
my $words = join "\n", @steps;
like($words, qr/certificates.*Stop the services of Qlik Sense at site A.*Fence site A.*Promote site B.*Start the services of Qlik Sense at site B.*alias point to site B/s, 'the steps, in order') or diag $out;

$_->forget foreach values %nodes;
tool('A', 'switchover', '--to', 'B', '--yes');
is("$code $err", '0 ', 'switchover') or diag $out;
active_is('B', 'switchover');
like($out, qr/^The alias qs\.company\.test points to site B; who has asked for it before may take up to 60 s to notice\.$/m, 'tells what users need');
my $fenced = event_time('B', 'fenced');
my @stops = op_times('A', 'stop');
cmp_ok($stops[-1], '<', $fenced, 'the services were down before the fence');
cmp_ok((op_times('A', 'stop', 2))[-1], '<', (op_times('A', 'stop', 1))[0], 'the rim before the central node');
cmp_ok((op_times('B', 'start'))[0], '>', event_time('B', 'localized'), 'services came up when the rows were site B\'s');
cmp_ok((op_times('B', 'start', 1))[-1], '<', (op_times('B', 'start', 2))[0], 'the central node before the rim');
is_deeply([ installed_keys('B') ], [ installed_keys('A') ], 'with the certificates of site A');

# ---- certificates that are not good hold it up before anything is touched ----
rename "$tool_dir/store_A", "$tool_dir/kept_A" or die $!;
make_certificates("$tool_dir/store_A", 'P1');
unlink "$tool_dir/store_A/root.pem", "$tool_dir/store_A/root_key.pem";
write_private("$tool_dir/no_keys.conf", slurp_file($conf{B}) =~ s/^key_directory.*\n|^recovery_certificate.*\n//mgr);
$_->forget foreach values %nodes;
($code, $out, $err) = qsrepl('switchover', '--to', 'A', '--yes', '--config', "$tool_dir/no_keys.conf");
is($code, 6, 'without a root: refused');
like($err, qr/pair is not ready for a switchover.*root/s, 'and why');
is_deeply([ op_times('B', 'stop') ], [], 'nothing was stopped');
PostgreSQL::Test::Utils::system_or_bail('rm', '-rf', "$tool_dir/store_A");
rename "$tool_dir/kept_A", "$tool_dir/store_A" or die $!;

# ---- aborted after the services went down ----
append_to_file("$tool_dir/stop_here", '');
tool('A', 'switchover', '--to', 'A', '--yes');
is($code, 8, 'stopped before the fence');
all_are('B', $down, 'manual', 'stopped');
unlink "$tool_dir/stop_here";
tool('A', 'abort');
is($code, 0, 'abort') or diag "$out$err";
active_is('B', 'aborted');

# ---- a rim that does not come up; a central node that does not ----
$nodes{A}->set(2, 'QlikSensePrintingService', fail_start => 1069);
tool('A', 'switchover', '--to', 'A', '--yes');
is($code, 1, 'a service of a rim does not start: the role has moved');
like($out, qr/^Warning: not all services of site A are up: .*Run "qsrepl service start --site A" when the cause is gone\.$/m, 'and what to do');
is(record($named, 'qs', 'CNAME'), 'qs-a.company.test', 'the alias has moved, too');
$nodes{A}->set(2, 'QlikSensePrintingService', fail_start => 0);
tool('A', 'service', 'start', '--site', 'A', '--yes');
is($code, 0, 'as it says') or diag "$out$err";
active_is('A', 'mended');

$nodes{B}->set(1, 'QlikSenseRepositoryService', dies => 1);
tool('A', 'switchover', '--to', 'B', '--yes');
is($code, 8, 'the central node does not come up: the run stops');
is(record($named, 'qs', 'CNAME'), 'qs-a.company.test', 'the alias stays');
is(states($nodes{B}, 2), $down, 'and the rims are left alone');
is(join(' ', site_words($conf{A})), 'A standby B active', 'the databases have moved, and site A is back');
$nodes{B}->set(1, 'QlikSenseRepositoryService', dies => 0);
tool('A', 'resume');
is($code, 0, 'resume') or diag "$out$err";
active_is('B', 'resumed');

# ---- an alias that somebody else has changed ----
set_record($named, 'CNAME elsewhere.company.test.');
tool('A', 'switchover', '--to', 'A', '--yes', '--force');
is($code, 1, 'the alias points elsewhere: the role has moved') or diag "$out$err";
like($out, qr/^Warning: the alias qs\.company\.test does not point to site A: .*qsrepl dns switch --to A/m, 'and what to do');
set_record($named, 'CNAME qs-b.company.test.');
tool('A', 'dns', 'switch', '--to', 'A', '--yes');
is($code, 0, 'as it says') or diag "$out$err";
active_is('A', 'by hand');

# ---- failover ----
kill_server($server{A});
tool('B', 'failover', '--to', 'B', '--accept-data-loss', 'unknown');
is($code, 6, 'services run at site A: it is alive');
like($err, qr/services of Qlik Sense run on its nodes/, 'and that is told');
$nodes{A}->stop;
$nodes{B}->forget;
tool('B', 'failover', '--to', 'B', '--accept-data-loss', 'unknown');
is($code, 0, 'its nodes are gone: the other site takes over') or diag "$out$err";
like($out, qr/^Warning: not all services of site A are known to be down .*"qsrepl service stop --site A" and "qsrepl service passive --site A"\.$/m, 'what is not known of site A is told');
all_are('B', $up, 'auto', 'failover');
is(record($named, 'qs', 'CNAME'), 'qs-b.company.test', 'failover: the alias');

# ---- rejoin: whatever started there meanwhile goes down ----
$nodes{A} = start_nodes(n => 2, net => '127.0.11', port => $nodes{A}->port);
tool('A', 'rejoin', 'A', '--yes');
is($code, 0, 'rejoin') or diag "$out$err";
active_is('B', 'rejoin');

# ---- failover with certificates that are not good: services stay down ----
kill_server($server{B});
$nodes{B}->set_all($_, state => 1) foreach grep { !/Database/ } keys %{ qlik_services() };
rename "$tool_dir/store_A", "$tool_dir/kept_A" or die $!;
rename "$tool_dir/keys_A", "$tool_dir/kept_keys_A" or die $!;
tool('A', 'failover', '--to', 'A', '--accept-data-loss', 'unknown');
is($code, 8, 'no certificates: the run stops when the databases have moved') or diag "$out$err";
like($err, qr/site "A" has no certificates/, 'and says why');
is(states($nodes{A}, 1), $down, 'no service was started');
rename "$tool_dir/kept_A", "$tool_dir/store_A" or die $!;
PostgreSQL::Test::Utils::system_or_bail('rm', '-rf', "$tool_dir/keys_A");
rename "$tool_dir/kept_keys_A", "$tool_dir/keys_A" or die $!;
tool('A', 'resume');
is($code, 0, 'resume') or diag "$out$err";
all_are('A', $up, 'auto', 'resumed');
is(record($named, 'qs', 'CNAME'), 'qs-a.company.test', 'resumed: the alias');

$_->stop foreach values %nodes;
stop_all_named();
done_testing();
