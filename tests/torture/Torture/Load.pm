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

# The numbers of all acknowledged rows that nobody may lose.
sub acknowledged
{
	my ($self) = @_;

	return grep { !$self->{forgotten}{$_} } slurp_file($self->{acknowledged}) =~ /^(\d+)\n/mg;
}

# Rows whose loss was stated and accepted.
sub forget
{
	my ($self, @ids) = @_;

	$self->{forgotten}{$_} = 1 foreach @ids;
	return;
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

sub end
{
	my ($self) = @_;

	kill 'CONT', $self->pids;
	$_->finish foreach @{$self}{ 'writer', 'reader' };
	return $self->{told};
}

1;
