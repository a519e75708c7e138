# A change of site on the worst day: nodes that are gone at each point, a run that
# is stopped by hand or was forced, the lost site that comes back in the middle.
use strict;
use warnings FATAL => 'all';

use IPC::Run ();
use PostgreSQL::Test::Utils;
use QsreplNamed;
use QsreplNodes;
use QsreplPair;
use QsreplServices;
use QsreplWhole;
use Test::More;

my ($code, $out, $err);
my $rims = qr/^(\[node P1-(.)\]\n(?:(?!\[).*\n)*?smb_port = )(\d+)$/m;

sub run_at
{
	($code, $out, $err) = tool(@_);
	return;
}

# Both sites' configurations, changed.
sub more_conf
{
	my ($change) = @_;

	foreach my $site ('A', 'B')
	{
		local $_ = slurp_file($conf{$site});

		$change->();
		write_private($conf{$site}, $_);
	}
	return;
}

# The rims of these sites refuse connections; those of the others answer.
sub rims_gone
{
	my %gone = map { $_ => 1 } @_;

	more_conf(sub { s/$rims/$1 . ($gone{$2} ? 1 : $nodes{$2}->port)/ge });
	return;
}

# "Ready for ..." of a check at site B.
sub ready
{
	run_at('B', 'check');
	return join ' ', $out =~ /^Ready for (\w+: \w+)/mg;
}

make_whole(net => { A => '127.0.21', B => '127.0.22' });
my $hook = "$^X\" \"$tool_dir/hook.pl";
more_conf(sub { $_ .= "[hook up]\nwhen = before\nphase = services_up\ncommand = \"$hook\" \"$tool_dir/stop_up\"\n[hook end]\nwhen = after\nphase = failover\ncommand = \"$hook\" \"$tool_dir/stop_end\"\n" });

# ---- a rim of the active site is lost when its services are down ----
append_to_file("$tool_dir/stop_here", '');
run_at('A', 'switchover', '--to', 'B', '--yes');
is($code, 8, 'stopped before the fence');
rims_gone('A');
run_at('B', 'abort');
is($code, 1, 'abort at the other machine: the site is active, a rim is not') or diag "$out$err";
is(states($nodes{A}, 1), $up, 'its central node works');
like($out, qr/^Warning: not all services of site A have their start types back: .*P1-A.* Run "qsrepl service active --site A"\.$/m, 'start types of the rim');
like($out, qr/^Warning: not all services of site A are up: .*P1-A.* Run "qsrepl service start --site A" when the cause is gone\.$/m, 'its services');
rims_gone();
foreach my $verb ('active', 'start')
{
	run_at('A', 'service', $verb, '--site', 'A', '--yes');
	is($code, 0, "as it says: $verb") or diag "$out$err";
}
active_is('A', 'after the abort');

# ---- forced without a rim, stopped, and gone on with at the other machine ----
rims_gone('A');
run_at('A', 'switchover', '--to', 'B', '--yes');
is($code, 6, 'not without a rim');
run_at('A', 'switchover', '--to', 'B', '--yes', '--force');
is($code, 8, 'forced, and stopped before the fence');
like($err, qr/^Warning: not all services of site A are down: .*P1-A.* Passed over by --force\.$/m, 'what is left so far is told');
unlink "$tool_dir/stop_here";
append_to_file("$tool_dir/stop_up", '');
rename "$tool_dir/store_B", "$tool_dir/kept_B" or die $!;
run_at('A', 'resume');
is($code, 8, 'stopped before the services');
unlink "$tool_dir/stop_up";
rims_gone('B');
kill_server($server{A});
run_at('A', 'resume');
is($code, 1, 'forced it stays: its certificates are not asked for') or diag "$out$err";
like($out, qr/^Warning: not all services of site B are up: .* P1-B: .*[^.]\. Run "qsrepl service start/m, 'a rim of site B is told');
like($out, qr/^Warning: slot "qsrepl_b" at site A could not be dropped/m, 'and so is what the server of site A has left');
rename "$tool_dir/kept_B", "$tool_dir/store_B" or die $!;
rims_gone();
$server{A}->start;
run_at('B', 'service', @$_, '--yes') foreach [ 'passive', '--site', 'A' ], [ 'stop', '--site', 'A' ], [ 'active', '--site', 'B' ], [ 'start', '--site', 'B' ];
active_is('B', 'forced');

# ---- interrupted while services come up ----
$nodes{A}->set(1, 'QlikSenseRepositoryService', delay => 60);
my ($in, $told) = ('', '');
my $run = IPC::Run::start([ $qsrepl_program, 'switchover', '--to', 'A', '--yes', '--config', $conf{B} ], '<', \$in, '>', \$told, '2>&1');
for (1 .. 3000)
{
	last if $nodes{A}->service(1, 'QlikSenseRepositoryService')->{state} == 2;
	select undef, undef, undef, 0.02;
}
$run->signal('INT');
$run->finish;
$_->_update_pid(-1) foreach values %server;
is($run->full_result(0) >> 8, 8, 'Ctrl-C while services come up') or diag $told;
unlike(states($nodes{A}, 2), qr/4/, 'the rim was not begun');
is(record($named, 'qs', 'CNAME'), 'qs-b.company.test', 'nor the alias');
$nodes{A}->set(1, 'QlikSenseRepositoryService', delay => 0.05, until => 0);
run_at('A', 'resume');
is($code, 0, 'resume') or diag "$out$err";
active_is('A', 'gone on with');

# ---- the active site is lost, as a whole: is the other one ready? ----
kill_server($server{A});
more_conf(sub { s/^(\[node (?:CN|P1)-A\]\n(?:(?!\[).*\n)*?smb_port = )\d+$/${1}1/mg; s/^certificate_directory = \K(.*store_A)$/$1_lost/m });
is(ready(), 'switchover: no failover: yes', 'ready for failover, whatever site A does not answer') or diag $out;
like($out, qr/^fail  services      site A, node CN-A: /m, 'which is told');

# ---- and comes back in the middle of the failover; a rim of the other one is gone ----
rims_gone('B');
more_conf(sub { s/^(\[node (?:CN|P1)-A\]\n(?:(?!\[).*\n)*?smb_port = )\d+$/${1}1/mg; s/store_A_lost/store_A/ });
append_to_file("$tool_dir/stop_up", '');
run_at('B', 'failover', '--to', 'B', '--accept-data-loss', 'unknown');
is($code, 8, 'stopped when the databases have moved') or diag "$out$err";
unlink "$tool_dir/stop_up";
rims_gone('B');
more_conf(sub { s/^(\[node CN-A\]\n(?:(?!\[).*\n)*?smb_port = )\d+$/$1 . $nodes{A}->port/me });
append_to_file("$tool_dir/stop_end", '');
is(states($nodes{A}, 1), $up, 'services of site A run again');
run_at('B', 'resume');
is($code, 8, 'stopped at the end') or diag "$out$err";
like($err, qr/^Warning: not all services of site B are up: .*P1-B.* Run "qsrepl service start --site B" when the cause is gone\.$/m, 'and what is left of site B is told');
is(states($nodes{B}, 1), $up, 'the central node of site B');
is(states($nodes{A}, $_), $down, "node $_ of site A") foreach 1, 2;
is(record($named, 'qs', 'CNAME'), 'qs-b.company.test', 'the alias');
unlink "$tool_dir/stop_end";
run_at('B', 'resume');
is($code, 0, 'resumed') or diag "$out$err";

# ---- back by a new base backup, though a rim of it does not answer ----
rims_gone('A');
run_at('A', 'rejoin', 'A', '--rebuild', '--yes');
is($code, 1, 'rejoin without a rim') or diag "$out$err";
like($out, qr/^Warning: not all services of site A are known to be down .*P1-A.*"qsrepl service passive --site A"\.$/m, 'which is told');
is(join(' ', site_words($conf{A})), 'A standby B active', 'its databases are back all the same');
rims_gone();
foreach my $case ([ 'active', 'B' ], [ 'start', 'B' ], [ 'passive', 'A' ])
{
	run_at('B', 'service', $$case[0], '--site', $$case[1], '--yes');
	is($code, 0, "service $$case[0] at site $$case[1]") or diag "$out$err";
}
active_is('B', 'at the end');
end_whole();
done_testing();
