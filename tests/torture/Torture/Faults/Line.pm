#
# Line.pm
#		The line between the sites is cut, or slow.
#
package Torture::Faults::Line;

use strict;
use warnings FATAL => 'all';

use Time::HiRes qw(usleep);
use Torture::Faults::Processes;
use Torture::Faults::Tool;
use Torture::Risk;

sub kinds
{
	my @switchover = ('switchover', '--yes', '--drain', '0', '--to');

	return (
		{ name => 'line cut for a while', modes => 'physical logical', run => sub {
			my ($world) = @_;
			$world->cut;
			usleep(500_000 + int rand 3_500_000);
		} },
		{ name => 'line cut before a switchover', modes => 'physical logical', run => sub {
			my ($world) = @_;
			$world->cut;
			$world->tool(('A', 'B')[ rand 2 ], @switchover, $world->passive);
		} },
		{ name => 'line cut in a switchover', modes => 'physical logical', run => sub {
			my ($world) = @_;
			my $run = $world->begin(('A', 'B')[ rand 2 ], {}, @switchover, $world->passive);
			my $ms = int rand 1800;
			usleep($ms * 1000);
			$world->cut;
			$world->{detail} = "after $ms ms";
			$world->end_of($run);
		} },
		{ name => 'line cut, active site lost, failover', modes => 'physical logical', run => sub {
			my ($world) = @_;
			note_before($world);
			$world->cut;
			usleep(500_000 + int rand 1_000_000);
			Torture::Faults::Processes::kill_server($world, $world->{active});
			$world->lose($world->{active});
			Torture::Faults::Processes::fail_over($world);
		} },
		{ name => 'line slow, switchover', modes => 'physical logical', run => sub {
			my ($world) = @_;
			$world->{net}->slow(my $kbit = 300 + int rand 700);
			$world->{detail} = "$kbit kbit/s";
			$world->tool(('A', 'B')[ rand 2 ], @switchover, $world->passive);
		} },
		{ name => 'line slow, then cut under load', modes => 'physical logical', run => sub {
			my ($world) = @_;
			$world->{net}->slow(100);
			usleep(1_000_000);
			$world->tool($world->{active}, 'check');
			$world->cut;
			usleep(300_000);
		} },
		{ name => 'line cut in a rejoin', modes => 'physical', run => sub {
			my ($world) = @_;
			my $lost = $world->{active};
			Torture::Faults::Processes::lose_active($world);
			my ($code) = Torture::Faults::Processes::fail_over($world);
			return Torture::Faults::Processes::missed($world, "failover: $code") if $code != 0 && $code != 1;
			$world->mend;
			my $run = $world->begin($lost, {}, 'rejoin', $lost, '--yes', rand() < 0.3 ? '--rebuild' : ());
			usleep(int rand 2_000_000);
			$world->cut;
			$world->end_of($run);
		} },
		{ name => 'line cut in a cert sync', modes => 'physical logical', after => \&Torture::Faults::Tool::same_certificates, run => sub {
			my ($world) = @_;
			my $run = $world->begin($world->{active}, {}, 'cert', 'sync');
			usleep(int rand 300_000);
			$world->cut;
			$world->end_of($run);
		} });
}

1;
