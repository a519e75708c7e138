#
# Load.pm
#		Clients of a pair: one writes wherever the active site is, and knows what
#		was acknowledged; one reads both sites and looks for foreign values.
#
package Torture::Load;

use strict;
use warnings FATAL => 'all';

use File::Spec;
use IPC::Run ();
use PostgreSQL::Test::Utils;
use Time::HiRes qw(time usleep);

sub new
{
	my ($class, $dir, $node, $db) = @_;
	my $self = bless {
		in => '', told => '', acknowledged => "$dir/acknowledged", foreign => "$dir/foreign", forgotten => {}
	}, $class;
	my %at = map {
		$_ => 'host=' . $node->{$_}->host . ' port=' . $node->{$_}->port . " dbname=$db user=qliksenserepository connect_timeout=2"
	} 'A', 'B';

	$self->{writer} = IPC::Run::start([ File::Spec->rel2abs('build/writer'), $at{A},
		$self->{acknowledged}, 1, 10, $at{B} ], '<', \$self->{in}, '>', \$self->{told});
	$self->{reader} = IPC::Run::start([ File::Spec->rel2abs('build/reader'), @at{ 'A', 'B' }, $self->{foreign} ], '<', \$self->{in}, '>', \$self->{told});
	return $self;
}

sub pids
{
	my ($self) = @_;

	return map { $_->{KIDS}[0]{PID} } @{$self}{ 'writer', 'reader' };
}

# The writer stops for a moment: what was sent may still be committed.
sub pause
{
	my ($self) = @_;

	kill 'STOP', $self->{writer}{KIDS}[0]{PID};
	return;
}

sub go_on
{
	my ($self) = @_;

	kill 'CONT', $self->{writer}{KIDS}[0]{PID};
	return;
}

# The numbers of all acknowledged rows that nobody may lose, each with its time.
sub acknowledged
{
	my ($self) = @_;
	my %at = slurp_file($self->{acknowledged}) =~ /^(\d+) (\d+)\n/mg;

	delete @at{ keys %{ $self->{forgotten} } };
	$_ /= 1000 foreach values %at;
	return %at;
}

# Rows whose loss was stated and accepted.
sub forget
{
	my ($self, @ids) = @_;

	$self->{forgotten}{$_} = 1 foreach @ids;
	return;
}

# Clients can write, and read both sites, from now on; or what they cannot.
sub does_nothing
{
	my ($self, $seconds) = @_;
	my $now = time;
	my %old = map { $_ => (Time::HiRes::stat($_))[9] } @{$self}{ 'acknowledged', 'foreign' };

	while (time < $now + $seconds)
	{
		delete @old{ grep { (Time::HiRes::stat($_))[9] > $old{$_} } keys %old };
		return () if !%old;
		usleep(20_000);
	}
	return map { $_ eq $self->{foreign} ? 'read both sites' : 'write' } sort keys %old;
}

# What the reader has seen since it was asked last.
sub foreign_values
{
	my ($self) = @_;
	my $text = slurp_file($self->{foreign});
	my $new = substr $text, $self->{seen} // 0;

	$self->{seen} = length $text;
	return $new;
}

# What both tell, and which of them has failed or done nothing.
sub end
{
	my ($self) = @_;
	my @wrong;

	kill 'CONT', $self->pids;
	foreach my $client ('writer', 'reader')
	{
		push @wrong, "the $client has failed" if !$self->{$client}->finish;
	}
	push @wrong, 'the writer has written nothing' if $self->{told} !~ /^acknowledged [1-9]/m;
	push @wrong, 'the reader has not read both sites' if $self->{told} !~ /^read [1-9]\d* times at A, [1-9]/m;
	return ($self->{told}, @wrong);
}

1;
