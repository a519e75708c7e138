#
# Disk.pm
#		Nothing is left on a disk.
#
package Torture::Faults::Disk;

use strict;
use warnings FATAL => 'all';

use Time::HiRes qw(usleep);
use Torture::Faults::Tool;
use Torture::Site;

# A disk is full while something is done, and is not afterwards.
sub full
{
	my ($world, $path, $what) = @_;

	ballast($path);
	my $good = eval { $what->(); 1 };
	no_ballast($path);
	die $@ if !$good;
	return;
}

# A server's disk: data and log. It must write something to notice.
sub full_server
{
	my ($world, $site, $what) = @_;

	full($world, $world->{node}{$site}->basedir, sub {
		$world->ask($world->{active}, "SELECT pg_switch_wal()");
		$world->ask($world->{active}, q(CREATE TABLE IF NOT EXISTS filler AS SELECT repeat('x', 500) FROM generate_series(1, 40000); DROP TABLE filler)) if $world->{mode} eq 'physical';
		$what->() if $what;
		usleep(500_000);
	});
	return;
}

sub kinds
{
	my $sites = [ 'A', 'B' ];

	return (
		{ name => 'disk of the active server full', modes => 'physical logical', run => sub { full_server($_[0], $_[0]{active}) } },
		{ name => 'disk of the passive server full', modes => 'physical logical', run => sub { full_server($_[0], $_[0]->passive) } },
		{ name => 'disk of a server full, switchover', modes => 'physical logical', run => sub {
			my ($world) = @_;
			my $site = $sites->[ rand 2 ];
			$world->{detail} = $site eq $world->{active} ? 'active' : 'passive';
			full_server($world, $site, sub { $world->tool($world->{active}, 'switchover', '--yes', '--drain', '0', '--to', $world->passive) });
		} },
		{ name => "disk of the journal full, switchover", modes => 'physical logical', run => sub {
			my ($world) = @_;
			my $site = $sites->[ rand 2 ];
			full($world, "$world->{dir}/journal_$site", sub { $world->tool($site, 'switchover', '--yes', '--drain', '0', '--to', $world->passive) });
		} },
		{ name => "disk full from a tool's write on, switchover", modes => 'physical logical', run => sub {
			my ($world) = @_;
			my $n = 1 + int rand 40;
			$world->{detail} = "write $n";
			$world->tool($sites->[ rand 2 ], { LD_PRELOAD => File::Spec->rel2abs('build/killer.so'), FULL_AT => $n }, 'switchover', '--yes', '--drain', '0', '--to', $world->passive);
		} },
		{ name => 'disk of snapshots full', modes => 'physical logical', after => \&Torture::Faults::Tool::whole_snapshot, run => sub {
			my ($world) = @_;
			full($world, "$world->{dir}/snapshots_$world->{active}", sub {
				my ($code) = $world->tool($world->{active}, 'snapshot', 'create', 'full');
				$world->problem("a snapshot on a full disk: $code") if $code == 0;
			});
		} },
		{ name => 'disk of the passive share full', modes => 'physical logical', after => \&Torture::Faults::Tool::same_share, run => sub {
			my ($world) = @_;
			Torture::Faults::Tool::change_share($world);
			full($world, "$world->{dir}/share_" . $world->passive, sub {
				my ($code) = $world->tool($world->{active}, 'share', 'sync', '--yes', '--max-change', '100');
				$world->problem("a synchronization to a full disk: $code") if $code == 0;
			});
		} });
}

1;
