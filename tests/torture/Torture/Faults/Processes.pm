#
# Processes.pm
#		kill -9 of each kind of process of the servers, under load.
#
package Torture::Faults::Processes;

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Utils;
use Time::HiRes qw(time usleep);
use Torture::Risk;

# A process's children at this moment, without asking a program, which takes longer than
# some of them live.
sub child_pids
{
	my ($pid) = @_;

	open my $file, '<', "/proc/$pid/task/$pid/children" or return ();
	return split ' ', <$file> // '';
}

# Also one that nobody has waited for has ended.
sub runs
{
	my ($pid) = @_;

	open my $file, '<', "/proc/$pid/stat" or return 0;
	return (<$file> // '') !~ /\) [ZX] /;
}

# The fault did not happen: what it is about was not there.
sub missed
{
	my ($world, $why) = @_;

	@{$world}{ 'missed', 'detail' } = (1, $why);
	return;
}

# A postmaster's children, by what they call themselves.
sub children
{
	my ($world, $site) = @_;
	my $postmaster = $world->postmaster($site) // return ();
	my @found;

	foreach my $pid (child_pids($postmaster))
	{
		open my $file, '<', "/proc/$pid/cmdline" or next;
		my $name = <$file> // '';
		push @found, [ $pid, $name =~ s/\0.*//sr ];
	}
	return @found;
}

# One of them whose name matches, killed; false where there was none in time, or before a
# command of the tool has ended.
sub kill_child
{
	my ($world, $site, $pattern, $seconds, $run) = @_;
	my $end = time + ($seconds // 20);

	while (time < $end && (!$run || runs($run->{pid})))
	{
		my @found = grep { $_->[1] =~ $pattern } children($world, $site);

		if (@found)
		{
			my $chosen = $found[ rand @found ];
			$world->{detail} = $chosen->[1] =~ s/^postgres: //r =~ s/world\d+_[ab]: //r =~ s/\s+$//r;
			$world->{detail} = substr $world->{detail}, 0, 40;
			$world->{missed} = 0;
			return 1 if kill 9, $chosen->[0];
		}
		usleep(500);
	}
	missed($world, 'was not there');
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

	note_before($world);
	usleep(int rand 300_000);
	kill_server($world, $world->{active});
	$world->lose($world->{active});
	return;
}

# With a bound now and then: where more may be lost, nothing must happen.
sub fail_over
{
	my ($world, @environment) = @_;
	my $to = $world->passive;
	my @result;

	foreach my $bound (('3s', '10min', '64MB', 'unknown')[ int rand 4 ], 'unknown')
	{
		my $end = time + 15;
		my $began;

		# A line that is cut in silence is only known to be after wal_receiver_timeout.
		do
		{
			$began = time;
			@result = $world->tool($to, @environment, 'failover', '--to', $to, '--accept-data-loss', $bound);
		} while ($result[0] == 6 && $result[2] =~ /Seen from here: the standby receives what it writes\.$/m && time < $end);
		note_statement($world, $bound, $began, @result);
		last if $result[0] != 6 || $bound eq 'unknown' || $result[2] !~ /more may be lost|does not cover/;
	}
	return @result;
}

# While a switchover runs, a process is killed as soon as it is seen; if none was, another
# switchover is made.
sub during_switchover
{
	my ($world, $which, $pattern, $wait) = @_;

	for (1 .. 3)
	{
		my $run = $world->begin($world->{active}, {}, 'switchover', '--to', $world->passive, '--yes', '--drain', '0');

		usleep($wait) if $wait;
		my $hit = kill_child($world, $which eq 'active' ? $world->{active} : $world->passive, $pattern, 30, $run);
		my ($code) = $world->end_of($run);
		return if $hit || $code != 0;
		$world->{active} = $world->passive;
		last if !$world->caught_up(20);
	}
	return;
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
			during_switchover($world, 'passive', qr/qsrepl localizer/);
		} },
		{ name => 'kill walsender in a switchover', modes => 'physical logical', run => sub {
			my ($world) = @_;
			during_switchover($world, 'active', qr/walsender/, int rand 600_000);
		} },
		{ name => 'kill a process in a switchover', modes => 'physical logical', run => sub {
			my ($world) = @_;
			my $run = $world->begin($world->{active}, {}, 'switchover', '--to', $world->passive, '--yes', '--drain', '0');
			usleep(int rand 1_500_000);
			my $site = ('A', 'B')[ rand 2 ];
			kill_child($world, $site, qr/./, 1) or kill_child($world, $world->other($site), qr/./, 5);
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
