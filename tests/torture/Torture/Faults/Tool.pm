#
# Tool.pm
#		kill -9 of the tool, and of the programs that it runs, in each command that
#		changes something.
#
package Torture::Faults::Tool;

use strict;
use warnings FATAL => 'all';

use File::Spec;
use PostgreSQL::Test::Utils;
use Time::HiRes qw(time usleep);
use Torture::Faults::Processes;

# Killed at one of its writes (tests/clients).
sub killed_at
{
	my ($most) = @_;
	my $n = 1 + int rand $most;

	return { LD_PRELOAD => File::Spec->rel2abs('build/killer.so'), (rand() < 0.5 ? 'KILL_AT' : 'KILL_AFTER') => $n };
}

sub stepped
{
	my ($most) = @_;

	return { LD_PRELOAD => File::Spec->rel2abs('build/steps.so'), STEP_KILL => 1 + int rand $most };
}

sub note_kill
{
	my ($world, $code, $environment) = @_;
	my ($n) = grep { /^\d+$/ } values %$environment;

	return Torture::Faults::Processes::missed($world, "not killed at write $n, $code") if $code != 137;
	$world->{detail} = "at write $n";
	return;
}

# Killed, or one of its children, at some moment.
sub killed_sometime
{
	my ($world, $site, $most, @words) = @_;
	my $run = $world->begin($site, {}, @words);
	my $child = rand() < 0.5;

	usleep(int rand $most * 1_000_000);
	my @victims = $child ? () : $run->{pid};
	while ($child && !@victims && Torture::Faults::Processes::runs($run->{pid}))
	{
		usleep(500);
		@victims = Torture::Faults::Processes::child_pids($run->{pid});
	}
	if (@victims && Torture::Faults::Processes::runs($run->{pid}))
	{
		kill 9, $victims[ rand @victims ];
		$world->{detail} = $child ? 'a child' : 'the tool';
	}
	else
	{
		Torture::Faults::Processes::missed($world, 'the tool had ended');
	}
	return $world->end_of($run);
}

# What a command changes is changed before, and brought along at last.
sub change_share
{
	my ($world) = @_;
	my $root = "$world->{dir}/share_$world->{active}";

	foreach my $n (1 .. 25)
	{
		my $name = "$root/Apps/new" . int rand 60;

		unlink $name;
		QsreplTool::write_private($name, "changed $n " x (1 + int rand 400)) if rand() < 0.8;
	}
	return;
}

sub same_share
{
	my ($world) = @_;

	# What a killed one has left is taken along by the next one.
	$world->tool($world->{active}, 'share', 'sync', '--yes', '--max-change', '100');
	my ($code, $out) = $world->tool($world->{active}, 'share', 'verify', '--hash');
	$world->problem("both shares are not the same: $code\n$out") if $code != 0;
	return;
}

sub same_certificates
{
	my ($world) = @_;

	$world->must($world->{active}, 'cert', 'sync');
	my ($code, $out, $err) = $world->tool($world->{active}, 'cert', 'compare');
	$world->problem("certificates differ: $code\n$out$err") if $code != 0;
	return;
}

# Whatever was left is cleared up by the next one, which is whole.
my $snapshots = 0;

sub whole_snapshot
{
	my ($world) = @_;
	my $site = $world->{active};
	my $name = 'after' . ++$snapshots;

	$world->must($site, 'snapshot', 'create', $name);
	$world->must($site, 'snapshot', 'verify', $name);
	system_or_bail('rm', '-rf', glob "$world->{dir}/snapshots_$site/*");
	return;
}

sub restore
{
	my ($world, $environment) = @_;
	my $site = $world->{active};
	my $name = 'restored' . ++$snapshots;

	# Qlik's services are down in a restore: nobody writes.
	$world->{load}->pause;
	usleep(50_000);
	$world->tool($site, 'service', 'stop', '--site', $site, '--yes');
	$world->must($site, 'snapshot', 'create', $name);
	my ($code) = $world->tool($site, $environment, 'snapshot', 'restore', $name, '--yes', '--replace-active', $site, '--max-change', 100, '--force');
	note_kill($world, $code, $environment);
	return;
}

sub after_restore
{
	my ($world) = @_;

	$world->{load}->go_on;
	system_or_bail('rm', '-rf', glob "$world->{dir}/snapshots_$_/*") foreach 'A', 'B';
	return;
}

sub kinds
{
	my @switchover = ('switchover', '--yes', '--drain', '0', '--to');
	my $sites = [ 'A', 'B' ];

	return (
		{ name => 'kill tool in switchover', modes => 'physical logical', run => sub {
			my ($world) = @_;
			my $environment = killed_at(45);
			my ($code) = $world->tool($sites->[ rand 2 ], $environment, @switchover, $world->passive);
			note_kill($world, $code, $environment);
		} },
		{ name => 'kill tool or child in switchover', modes => 'physical logical', run => sub {
			my ($world) = @_;
			killed_sometime($world, $sites->[ rand 2 ], 2.5, @switchover, $world->passive);
		} },
		{ name => 'kill tool in failover', modes => 'physical logical', run => sub {
			my ($world) = @_;
			my $environment = killed_at(25);
			Torture::Faults::Processes::lose_active($world);
			my ($code) = Torture::Faults::Processes::fail_over($world, $environment);
			note_kill($world, $code, $environment);
		} },
		(map { my $rebuild = $_; { name => 'kill tool in rejoin' . ($rebuild ? ' --rebuild' : ''), modes => 'physical' . ($rebuild ? '' : ' logical'), run => sub {
			my ($world) = @_;
			my $lost = $world->{active};
			Torture::Faults::Processes::lose_active($world);
			my ($code) = Torture::Faults::Processes::fail_over($world);
			return Torture::Faults::Processes::missed($world, "failover: $code") if $code != 0 && $code != 1;
			my $environment = killed_at(45);
			$world->mend;
			($code) = $world->tool($lost, $environment, 'rejoin', $lost, '--yes', $rebuild ? '--rebuild' : ());
			note_kill($world, $code, $environment);
		} } } 0, 1),
		{ name => 'kill tool in snapshot create', modes => 'physical logical', after => \&whole_snapshot, run => sub {
			my ($world) = @_;
			my $environment = stepped(300);
			my ($code) = $world->tool($world->{active}, $environment, 'snapshot', 'create', 'one' . ++$snapshots);
			note_kill($world, $code, $environment);
		} },
		{ name => 'kill pg_dump or rsync of a snapshot', modes => 'physical logical', after => \&whole_snapshot, run => sub {
			my ($world) = @_;
			killed_sometime($world, $world->{active}, 0.8, 'snapshot', 'create', 'one' . ++$snapshots);
		} },
		{ name => 'kill tool in snapshot restore', modes => 'physical', after => \&after_restore, run => sub { restore($_[0], killed_at(70)) } },
		{ name => 'kill tool in share sync', modes => 'physical logical', after => \&same_share, run => sub {
			my ($world) = @_;
			my $environment = stepped(60);
			change_share($world);
			my ($code) = $world->tool($world->{active}, $environment, 'share', 'sync', '--yes', '--max-change', '100');
			note_kill($world, $code, $environment);
		} },
		{ name => 'kill rsync of share sync', modes => 'physical logical', after => \&same_share, run => sub {
			my ($world) = @_;
			change_share($world);
			killed_sometime($world, $world->{active}, 0.5, 'share', 'sync', '--yes', '--max-change', '100');
		} },
		{ name => 'kill tool in cert sync', modes => 'physical logical', after => \&same_certificates, run => sub {
			my ($world) = @_;
			my $environment = killed_at(12);
			my ($code) = $world->tool($world->{active}, $environment, 'cert', ('sync', 'rotate')[ rand 2 ]);
			note_kill($world, $code, $environment);
		} });
}

1;
