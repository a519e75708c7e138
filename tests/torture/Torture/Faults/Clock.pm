#
# Clock.pm
#		A clock that is wrong, or jumps, of a server or of the tool (libfaketime).
#
package Torture::Faults::Clock;

use strict;
use warnings FATAL => 'all';

use QsreplTool;
use Time::HiRes qw(usleep);
use Torture::Faults::Tool;

my ($library) = glob '/usr/lib/*/faketime/libfaketimeMT.so.1';

# Seconds from some minutes to a day and more.
sub offset
{
	my ($sign) = @_;

	return $sign . int(60 * 10**(rand 3.5));
}

# The environment that moves a program's clock; with a file, it can jump meanwhile.
sub moved
{
	my ($offset) = @_;

	return (LD_PRELOAD => $library, FAKETIME => $offset, FAKETIME_DONT_FAKE_MONOTONIC => 1, DONT_FAKE_MONOTONIC => 1);
}

sub restart
{
	my ($world, $site, %environment) = @_;
	my $pid = $world->postmaster($site);

	kill 'INT', $pid if $pid;
	for (1 .. 1000) { last if !$world->postmaster($site); usleep(20_000) }
	return $world->start_server($site, %environment);
}

# A server's clock is wrong while something is done.
sub server
{
	my ($name, $sign, $what) = @_;

	return { name => "clock of a server $name", modes => 'physical logical', run => sub {
		my ($world) = @_;
		my $site = ('A', 'B')[ rand 2 ];
		my $offset = offset($sign);

		die 'libfaketime is missing' if !$library;
		$world->{detail} = "site $site by $offset s";
		$world->problem('the server does not start') if !restart($world, $site, moved($offset));
		$what->($world, $site);
		restart($world, $site);
	} };
}

sub switchover
{
	my ($world) = @_;

	$world->wait_for($world->{active}, 'SELECT NOT pg_is_in_recovery()', 5);
	return $world->tool($world->{active}, 'switchover', '--yes', '--drain', '0', '--to', $world->passive);
}

sub kinds
{
	return (
		server('set back, switchover', '-', \&switchover),
		server('set forward, switchover', '+', \&switchover),
		{ name => 'clock of a server jumps back under load', modes => 'physical logical', run => sub {
			my ($world) = @_;
			my $site = ('A', 'B')[ rand 2 ];
			my $file = write_private("$world->{dir}/clock", "+0\n");

			die 'libfaketime is missing' if !$library;
			my %environment = (moved('+0'), FAKETIME_TIMESTAMP_FILE => $file, FAKETIME_CACHE_DURATION => 1);
			delete $environment{FAKETIME};
			restart($world, $site, %environment);
			usleep(500_000);
			my $offset = offset('-');
			write_private($file, "$offset\n");
			$world->{detail} = "site $site by $offset s";
			usleep(1_300_000);
			$world->tool($world->{active}, 'check');
			restart($world, $site);
		} },
		(map { my $sign = $_; { name => 'clock of the tool set ' . ($sign eq '-' ? 'back' : 'forward'), modes => 'physical logical', after => \&Torture::Faults::Tool::same_share, run => sub {
			my ($world) = @_;
			my $offset = offset($sign);
			my %environment = moved($offset);
			my @do = ([ 'switchover', '--yes', '--drain', '0', '--to', $world->passive ], [ 'share', 'sync', '--yes' ], [ 'cert', 'sync' ], ['check']);
			my $words = $do[ rand @do ];

			$world->{detail} = "$words->[0] by $offset s";
			$world->tool($world->{active}, \%environment, @$words);
		} } } '-', '+'));
}

1;
