# Numbers with their units, and sentences about them.
package Words;

use strict;
use utf8;
use warnings FATAL => 'all';

use Exporter 'import';

our @EXPORT_OK = qw(number scale_of with_unit goal_value limit verdict state);

my %scales = (
	ns => [ [ 1e9, 's' ], [ 1e6, 'ms' ], [ 1e3, 'µs' ], [ 1, 'ns' ] ],
	ms => [ [ 1e3, 's' ], [ 1, 'ms' ] ],
	kB => [ [ 1e6, 'GB' ], [ 1e3, 'MB' ], [ 1, 'kB' ] ],
	percent => [ [ 1, '%' ] ],
	ratio => [ [ 1, '' ] ],
	count => [ [ 1, '' ] ]);

# Three digits that count, thousands apart.
sub number
{
	my ($value) = @_;
	my $size = abs $value;
	my $text = sprintf $size >= 100 || $value == int $value ? '%.0f' : $size >= 10 ? '%.1f' : $size >= 0.095 ? '%.2f' : '%.3f', $value;

	1 while $text =~ s/^(-?\d+)(\d{3})/$1,$2/;
	return $text;
}

# The unit that a value is told in: its size in the unit of the samples, name
sub scale_of
{
	my ($value, $unit) = @_;
	my $scales = $scales{$unit} // [ [ 1, $unit ] ];

	foreach my $scale (@$scales)
	{
		return @$scale if $value >= $scale->[0];
	}
	return @{ $scales->[-1] };
}

sub with_unit
{
	my ($value, $unit) = @_;
	my ($size, $name) = scale_of($value, $unit);
	my $text = number($value / $size);

	return $name eq '' ? $text : "$text $name";
}

sub goal_value
{
	my ($goal) = @_;

	return '–' if $goal->{verdict} eq 'unmeasured';
	return with_unit($goal->{median}, $goal->{unit});
}

sub limit
{
	my ($goal) = @_;

	return "$goal->{word} " . with_unit($goal->{wanted}, $goal->{unit});
}

sub verdict
{
	my ($goal) = @_;
	my %words = (reached => 'reached', missed => '**not reached**', unmeasured => '**not measured**');

	return $words{ $goal->{verdict} } . ($goal->{close} ? ', within the spread' : '');
}

# What has become of a part, where it is not complete
sub state
{
	my ($part) = @_;

	return 'This part was left out: there are no results of it.' if $part->{state} eq 'missing';
	return 'This part failed' . (defined $part->{status} ? " (exit code $part->{status})" : '')
	  . ', so that figures are missing or of fewer rounds.';
}

1;
