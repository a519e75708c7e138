# Results of a measurement in Perl, as bench/lib/common.sh writes them.
package Sample;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use JSON::PP ();
use Time::HiRes qw(time);

our @EXPORT_OK = qw(open_results setup sample timed);

my $handle;
my $encoder = JSON::PP->new->canonical;

sub open_results
{
	my ($file) = @_;

	open $handle, '>', $file or die "$file: $!";
	$handle->autoflush;
	return;
}

sub line
{
	print $handle $encoder->encode({@_}), "\n" or die "results: $!";
	return;
}

# What these figures are of: sizes
sub setup
{
	line(type => 'setup', text => $_[0]);
	print "$_[0]\n";
	return;
}

# Where, what, who, a value and its unit
sub sample
{
	my ($group, $case, $who, $unit, $value) = @_;

	line(type => 'sample', group => $group, case => $case, who => $who, unit => $unit,
		value => 0 + sprintf('%.3f', $value));
	printf "  %-44s %-24s %10.2f %s\n", $case, $who, $value, $unit;
	return;
}

# A sample: ms that a function takes, each of so many operations in it
sub timed
{
	my ($group, $case, $who, $operations, $function) = @_;
	my $begun = time;

	$function->();
	sample($group, $case, $who, 'ms', (time - $begun) * 1000 / $operations);
	return;
}

1;
