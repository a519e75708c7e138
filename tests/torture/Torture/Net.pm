#
# Net.pm
#		The line between two sites: a network of its own for site B, and a pair of
#		virtual interfaces that is cut, slowed and mended.
#
# All of it is in namespaces (torture.pl), so that an unprivileged user may.
#
package Torture::Net;

use strict;
use warnings FATAL => 'all';

use IPC::Run ();
use PostgreSQL::Test::Utils;

my $nets = 0;

# Both addresses, and how a program is run in a site's network.
sub new
{
	my ($class) = @_;
	my $n = ++$nets;
	my %self = (
		in => '', held => '',
		address => { A => "10.83.$n.1", B => "10.83.$n.2" },
		link => { A => "veth_a$n", B => "veth_b$n" });

	system_or_bail(qw(ip link set lo up));
	$self{holder} = IPC::Run::start([ qw(unshare --net --keep-caps sh -c), 'ip link set lo up && echo there && exec cat' ], '<', \$self{in}, '>', \$self{held});
	$self{holder}->pump until $self{held} =~ /there/;
	$self{pid} = $self{holder}{KIDS}[0]{PID};
	$self{inside} = { A => [ 'nsenter', '-t', $$, '-n' ], B => [ 'nsenter', '-t', $self{pid}, '-n' ] };
	system_or_bail(qw(ip link add), $self{link}{A}, qw(type veth peer name), $self{link}{B}, 'netns', $self{pid});
	foreach my $site ('A', 'B')
	{
		system_or_bail(@{ $self{inside}{$site} }, qw(ip addr add), "$self{address}{$site}/24", 'dev', $self{link}{$site});
		system_or_bail(@{ $self{inside}{$site} }, qw(ip link set), $self{link}{$site}, 'up');
		my ($mac) = `@{ $self{inside}{$site} } ip link show $self{link}{$site}` =~ m{link/ether (\S+)};
		$self{mac}{$site} = $mac;
	}
	my $self = bless \%self, $class;
	$self->mend;
	return $self;
}

# Who is behind the other site's address: nobody, or the other site.
sub neighbours
{
	my ($self, $a, $b) = @_;

	system_or_bail(@{ $self->{inside}{A} }, qw(ip neigh replace), $self->{address}{B}, 'lladdr', $b, 'dev', $self->{link}{A}, qw(nud permanent));
	system_or_bail(@{ $self->{inside}{B} }, qw(ip neigh replace), $self->{address}{A}, 'lladdr', $a, 'dev', $self->{link}{B}, qw(nud permanent));
	return;
}

# What is sent arrives nowhere, and nobody says so.
sub cut
{
	my ($self) = @_;

	$self->neighbours('02:00:00:00:00:01', '02:00:00:00:00:02');
	$self->{is_cut} = 1;
	return;
}

# As netem does it, or, where the kernel lacks that, by a bucket of tokens.
sub slow
{
	my ($self, $kbit) = @_;

	foreach my $site ('A', 'B')
	{
		my @change = (@{ $self->{inside}{$site} }, qw(tc qdisc replace dev), $self->{link}{$site}, 'root');

		next if system(join(' ', @change, 'netem delay 80ms 20ms loss 2% rate', "${kbit}kbit", '2>/dev/null')) == 0;
		system_or_bail(@change, qw(tbf rate), "${kbit}kbit", qw(burst 8kb latency 800ms));
	}
	$self->{is_slow} = 1;
	return;
}

sub mend
{
	my ($self) = @_;

	$self->neighbours($self->{mac}{A}, $self->{mac}{B});
	if ($self->{is_slow})
	{
		system_or_bail(@{ $self->{inside}{$_} }, qw(tc qdisc del dev), $self->{link}{$_}, 'root') foreach 'A', 'B';
	}
	$self->{is_cut} = $self->{is_slow} = 0;
	return;
}

sub end
{
	my ($self) = @_;

	$self->{holder}->finish;
	return;
}

1;
