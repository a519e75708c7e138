# The whole change of a site in logical mode: databases, certificates, services on all
# nodes and the public alias; lost with one node silent, and back.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Utils;
use QsreplNamed;
use QsreplNodes;
use QsreplPair;
use QsreplServices;
use QsreplTransport;
use QsreplWhole;
use Test::More;

my ($code, $out, $err);

sub run_at
{
	($code, $out, $err) = tool(@_);
	return;
}

# Start types and recovery actions that are recorded at a site, each node's number.
sub recorded
{
	my ($site) = @_;

	return $server{$site}->safe_psql('qsr',
		"SELECT coalesce(string_agg(node || n, ' ' ORDER BY node), '') FROM (SELECT node, ' ' || count(*) || string_agg(DISTINCT start, ',') AS n FROM qsrepl.service GROUP BY node) s");
}

make_whole(net => { A => '127.0.23', B => '127.0.24' }, logical => 1);
active_is('A', 'at first');
is(recorded($_), 'CN-B 6auto P1-B 6auto', "recorded at site $_") foreach 'A', 'B';
run_at('B', 'service', 'passive', '--site', 'B', '--yes');
is(recorded($_), 'CN-B 6auto P1-B 6auto', "a second time: site $_") foreach 'A', 'B';
run_at('B', 'check');
like($out, qr/^Ready for switchover: yes\.\nReady for failover: yes\b/m, 'ready') or diag $out;

foreach my $case ([ 'B', 'A' ])
{
	my ($to, $at) = @$case;

	run_at($at, 'switchover', '--to', $to, '--yes');
	is("$code $err", '0 ', "switchover to $to at $at") or diag $out;
	active_is($to, "switchover to $to at $at");
	is(installed_keys('B'), installed_keys('A'), 'with the same certificates');
}

# ---- aborted after the services went down ----
append_to_file("$tool_dir/stop_here", '');
run_at('B', 'switchover', '--to', 'A', '--yes');
is($code, 8, 'stopped before the fence') or diag "$out$err";
all_are('B', $down, 'manual', 'stopped');
unlink "$tool_dir/stop_here";
run_at('A', 'abort');
is($code, 0, 'abort at the other machine') or diag "$out$err";
active_is('B', 'aborted');

# ---- failover, and back, with a node that is silent ----
kill_server($server{B});
$nodes{B}->stop;
run_at('A', 'failover', '--to', 'A', '--accept-data-loss', 'unknown');
is($code, 0, 'failover') or diag "$out$err";
all_are('A', $up, 'auto', 'failover');
is(record($named, 'qs', 'CNAME'), 'qs-a.company.test', 'failover: the alias');
is(recorded('A'), '', 'nothing is recorded any more');
$nodes{B} = start_nodes(n => 2, net => '127.0.24', port => $nodes{B}->port);
my $whole = slurp_file($conf{B});
write_private($conf{B}, $whole =~ s/^(\[node P1-B\]\n(?:(?!\[).*\n)*?smb_port = )\d+$/${1}1/mr);
run_at('B', 'rejoin', 'B', '--yes');
is($code, 1, 'rejoin without a rim') or diag "$out$err";
like($out, qr/^Warning: not all services of site B are known to be down .*P1-B/m, 'which is told');
is(join(' ', site_words($conf{A})), 'A active B fenced', 'its databases are back all the same');
write_private($conf{B}, $whole);
foreach my $verb ('stop', 'passive')
{
	run_at('B', 'service', $verb, '--site', 'B', '--yes');
	is($code, 0, "as it says: $verb") or diag "$out$err";
}
active_is('A', 'rejoin');
is(recorded($_), 'CN-B 6auto P1-B 6auto', "recorded at site $_ again") foreach 'A', 'B';

# ---- site B, whose databases were made anew, has all that it needs by itself ----
run_at('B', 'check');
unlike($out, qr/^(?:warn|fail)  (?:services|certificates|transport) /m, 'nothing is wrong') or diag $out;
kill_server($server{A});
$nodes{A}->stop;
run_at('B', 'failover', '--to', 'B', '--accept-data-loss', 'unknown', '--json');
is($code, 0, 'failover') or diag "$out$err";
all_are('B', $up, 'auto', 'by its own record');
$nodes{A} = start_nodes(n => 2, net => '127.0.23', port => $nodes{A}->port);
run_at('A', 'failback', 'A', '--yes', '--json');
is($code, 0, 'failback') or diag "$out$err";
is(join(' ', $out =~ /"outcome": "(.*)"/g), 'done done done', 'rejoin, set-up, switchover');
active_is('A', 'failback');
end_whole();
done_testing();
