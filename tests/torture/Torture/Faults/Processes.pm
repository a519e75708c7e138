#
# Processes.pm
#		kill -9 of each kind of process of the servers, under load.
#
package Torture::Faults::Processes;

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Utils;
use Time::HiRes qw(time usleep);

# A postmaster's children, by what they call themselves.
sub children
{
	my ($world, $site) = @_;
	my $postmaster = $world->postmaster($site) // return ();
	my @found;

	foreach my $pid (split /\n/, `pgrep -P $postmaster`)
	{
		open my $file, '<', "/proc/$pid/cmdline" or next;
		my $name = <$file> // '';
		push @found, [ $pid, $name =~ s/\0.*//sr ];
	}
	return @found;
}

# One of them whose name matches, killed; false where there was none in time.
sub kill_child
{
	my ($world, $site, $pattern, $seconds) = @_;
	my $end = time + ($seconds // 5);

	while (time < $end)
	{
		my @found = grep { $_->[1] =~ $pattern } children($world, $site);

		if (@found)
		{
			my $chosen = $found[ rand @found ];
			$world->{detail} = $chosen->[1] =~ s/^postgres: //r =~ s/world\d+_[ab]: //r =~ s/\s+$//r;
			$world->{detail} = substr $world->{detail}, 0, 40;
			return 1 if kill 9, $chosen->[0];
		}
		usleep(1000);
	}
	$world->{detail} = 'was not there';
	return 0;
}

# All of a server at once, as when its machine is off.
sub kill_server
{
	my ($world, $site) = @_;
	my $postmaster = $world->postmaster($site) // return;
	my @all = ($postmaster, map { $_->[0] } children($world, $site));

	kill 9, @all;
	foreach my $pid (@all)
	{
		for (1 .. 1000) { last if !kill 0, $pid; usleep(5_000) }
	}
	$world->forget_pids;
	return;
}

# The active site is lost; what the other one had by then must not be.
sub lose_active
{
	my ($world) = @_;

	if ($world->caught_up(10))
	{
		my %there = map { $_ => 1 } split /\n/, $world->ask($world->passive, 'SELECT id FROM ledger') // '';
		$world->{unplanned}{safe} = [ grep { $there{$_} } $world->{load}->acknowledged ];
	}
	usleep(int rand 300_000);
	kill_server($world, $world->{active});
	$world->lose($world->{active});
	return;
}

sub fail_over
{
	my ($world, @environment) = @_;
	my $to = $world->passive;

	$world->{unplanned} //= { safe => [] };
	return $world->tool($to, @environment, 'failover', '--to', $to, '--accept-data-loss', 'unknown');
}

# While a command runs, a process is killed as soon as it is seen.
sub during
{
	my ($world, $words, $site, $pattern) = @_;
	my $run = $world->begin($world->{active}, {}, @$words);

	$run->{harness}->pump_nb;
	kill_child($world, $site, $pattern, 6);
	return $world->end_of($run);
}

sub child_of
{
	my ($name, $modes, $which, $pattern) = @_;

	return { name => "kill $name", modes => $modes, run => sub {
		my ($world) = @_;
		my $site = $which eq 'active' ? $world->{active} : $which eq 'passive' ? $world->passive : ('A', 'B')[ rand 2 ];

		kill_child($world, $site, $pattern);
		usleep(int rand 400_000);
	} };
}

sub kinds
{
	return (
		(map { my $which = $_; { name => "kill postmaster of the $which site", modes => 'physical logical', run => sub {
			my ($world) = @_;
			my $site = $which eq 'active' ? $world->{active} : $world->passive;
			my $pid = $world->postmaster($site);

			kill 9, $pid;
			usleep(int rand 500_000);
			# Its children end by themselves; a service manager waits for that.
			for (1 .. 600) { last if `pgrep -f '[w]orld$world->{n}_@{[ lc $site ]}: '` eq ''; usleep(20_000) }
		} } } 'active', 'passive'),
		{ name => 'kill both servers at once', modes => 'physical logical', run => sub { kill_server($_[0], $_) foreach 'A', 'B' } },
		{ name => 'kill server of the active site, failover', modes => 'physical logical', run => sub {
			lose_active($_[0]);
			fail_over($_[0]);
		} },
		child_of('walsender', 'physical logical', 'active', qr/walsender/),
		child_of('walreceiver', 'physical', 'passive', qr/walreceiver/),
		child_of('startup process of the standby', 'physical', 'passive', qr/startup/),
		child_of('apply worker', 'logical', 'passive', qr/logical replication worker/),
		child_of('a backend of a client', 'physical logical', 'active', qr/qliksenserepository qsr/),
		child_of('a reader of the passive site', 'physical logical', 'passive', qr/qliksenserepository qsr/),
		child_of('checkpointer or writer', 'physical logical', 'either', qr/checkpointer|writer/),
		child_of('a worker of the extension', 'physical', 'either', qr/qsrepl/),
		{ name => 'kill localizer in a switchover', modes => 'physical', run => sub {
			my ($world) = @_;
			during($world, [ 'switchover', '--to', $world->passive, '--yes', '--drain', '0' ], $world->passive, qr/qsrepl.*(?:locali|worker)/);
		} },
		{ name => 'kill walsender in a switchover', modes => 'physical logical', run => sub {
			my ($world) = @_;
			during($world, [ 'switchover', '--to', $world->passive, '--yes', '--drain', '0' ], $world->{active}, qr/walsender/);
		} },
		{ name => 'kill a process in a switchover', modes => 'physical logical', run => sub {
			my ($world) = @_;
			my $run = $world->begin($world->{active}, {}, 'switchover', '--to', $world->passive, '--yes', '--drain', '0');
			usleep(int rand 1_500_000);
			kill_child($world, ('A', 'B')[ rand 2 ], qr/./, 1);
			$world->end_of($run);
		} },
		{ name => 'kill server in a switchover', modes => 'physical logical', run => sub {
			my ($world) = @_;
			my $site = ('A', 'B')[ rand 2 ];
			my $run = $world->begin(('A', 'B')[ rand 2 ], {}, 'switchover', '--to', $world->passive, '--yes', '--drain', '0');
			usleep(int rand 1_500_000);
			kill_server($world, $site);
			$world->{detail} = "of site $site";
			$world->end_of($run);
		} });
}

1;
