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
use QsreplTool;
use QsreplTransport;
use QsreplWhole;
use Test::More;

my ($code, $out, $err);

sub run_at
{
	($code, $out, $err) = tool(@_);
	return;
}

make_whole(net => { A => '127.0.11', B => '127.0.12' });

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

all_are('B', $down, 'manual', 'passive');
active_is('A', 'at first');

# ---- switchover ----
run_at('A', 'switchover', '--to', 'B', '--dry-run');
is($code, 0, 'dry run') or diag "$out$err";
my @steps = $out =~ /^\s*\d+\.\s+(.*)$/mg;
my $words = join "\n", @steps;
like($words, qr/certificates.*Stop the services of Qlik Sense at site A.*Fence site A.*Promote site B.*Start the services of Qlik Sense at site B.*alias point to site B/s, 'the steps, in order') or diag $out;

$_->forget foreach values %nodes;
run_at('A', 'switchover', '--to', 'B', '--yes');
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
run_at('A', 'switchover', '--to', 'A', '--yes');
is($code, 8, 'stopped before the fence');
all_are('B', $down, 'manual', 'stopped');
unlink "$tool_dir/stop_here";
run_at('A', 'abort');
is($code, 0, 'abort') or diag "$out$err";
active_is('B', 'aborted');

# ---- a rim that does not come up; a central node that does not ----
$nodes{A}->set(2, 'QlikSensePrintingService', fail_start => 1069);
run_at('A', 'switchover', '--to', 'A', '--yes');
is($code, 1, 'a service of a rim does not start: the role has moved');
like($out, qr/^Warning: not all services of site A are up: .*Run "qsrepl service start --site A" when the cause is gone\.$/m, 'and what to do');
is(record($named, 'qs', 'CNAME'), 'qs-a.company.test', 'the alias has moved, too');
$nodes{A}->set(2, 'QlikSensePrintingService', fail_start => 0);
run_at('A', 'service', 'start', '--site', 'A', '--yes');
is($code, 0, 'as it says') or diag "$out$err";
active_is('A', 'mended');

$nodes{B}->set(1, 'QlikSenseRepositoryService', dies => 1);
run_at('A', 'switchover', '--to', 'B', '--yes');
is($code, 8, 'the central node does not come up: the run stops');
is(record($named, 'qs', 'CNAME'), 'qs-a.company.test', 'the alias stays');
is(states($nodes{B}, 2), $down, 'and the rims are left alone');
is(join(' ', site_words($conf{A})), 'A standby B active', 'the databases have moved, and site A is back');
$nodes{B}->set(1, 'QlikSenseRepositoryService', dies => 0);
run_at('A', 'resume');
is($code, 0, 'resume') or diag "$out$err";
active_is('B', 'resumed');

# ---- an alias that somebody else has changed ----
set_record($named, 'CNAME elsewhere.company.test.');
run_at('A', 'switchover', '--to', 'A', '--yes', '--force');
is($code, 1, 'the alias points elsewhere: the role has moved') or diag "$out$err";
like($out, qr/^Warning: the alias qs\.company\.test does not point to site A: .*qsrepl dns switch --to A/m, 'and what to do');
set_record($named, 'CNAME qs-b.company.test.');
run_at('A', 'dns', 'switch', '--to', 'A', '--yes');
is($code, 0, 'as it says') or diag "$out$err";
active_is('A', 'by hand');

# ---- failover ----
kill_server($server{A});
run_at('B', 'failover', '--to', 'B', '--accept-data-loss', 'unknown');
is($code, 6, 'services run at site A: it is alive');
like($err, qr/services of Qlik Sense run on its nodes/, 'and that is told');
$nodes{A}->stop;
$nodes{B}->forget;
run_at('B', 'failover', '--to', 'B', '--accept-data-loss', 'unknown');
is($code, 0, 'its nodes are gone: the other site takes over') or diag "$out$err";
like($out, qr/^Warning: not all services of site A are known to be down .*"qsrepl service stop --site A" and "qsrepl service passive --site A"\.$/m, 'what is not known of site A is told');
all_are('B', $up, 'auto', 'failover');
is(record($named, 'qs', 'CNAME'), 'qs-b.company.test', 'failover: the alias');

# ---- rejoin: whatever started there meanwhile goes down ----
$nodes{A} = start_nodes(n => 2, net => '127.0.11', port => $nodes{A}->port);
run_at('A', 'rejoin', 'A', '--yes');
is($code, 0, 'rejoin') or diag "$out$err";
active_is('B', 'rejoin');

# ---- failover with certificates that are not good: services stay down ----
kill_server($server{B});
$nodes{B}->set_all($_, state => 1) foreach grep { !/Database/ } keys %{ qlik_services() };
rename "$tool_dir/store_A", "$tool_dir/kept_A" or die $!;
rename "$tool_dir/keys_A", "$tool_dir/kept_keys_A" or die $!;
run_at('A', 'failover', '--to', 'A', '--accept-data-loss', 'unknown');
is($code, 8, 'no certificates: the run stops when the databases have moved') or diag "$out$err";
like($err, qr/site "A" has no certificates/, 'and says why');
is(states($nodes{A}, 1), $down, 'no service was started');
rename "$tool_dir/kept_A", "$tool_dir/store_A" or die $!;
PostgreSQL::Test::Utils::system_or_bail('rm', '-rf', "$tool_dir/keys_A");
rename "$tool_dir/kept_keys_A", "$tool_dir/keys_A" or die $!;
run_at('A', 'resume');
is($code, 0, 'resume') or diag "$out$err";
all_are('A', $up, 'auto', 'resumed');
is(record($named, 'qs', 'CNAME'), 'qs-a.company.test', 'resumed: the alias');

end_whole();
done_testing();
