# Put the figures of a run into a page of the documentation, between two lines.
# usage: performance.pl INDEX.JSON PAGE
use strict;
use utf8;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::Bin;
use JSON::PP ();
use Markdown qw(machine_lines version_line goals_table group_table);
use Words qw(state);

my ($index, $page) = @ARGV;
my ($begin, $end) = ('<!-- figures: made by "make performance" -->', '<!-- figures: end -->');

sub slurp
{
	my ($file, $layer) = @_;

	open my $handle, "<$layer", $file or die "$file: $!\n";
	local $/;
	return scalar <$handle>;
}

my $all = JSON::PP->new->utf8->decode(slurp($index, ''));
my $text = slurp($page, ':encoding(UTF-8)');
my ($machine, $figures) = ($all->{machine}, '');

die "performance: these are not figures of the usual sizes: @{ $machine->{sizes} }\n" if @{ $machine->{sizes} };
# The load is of the run, not of the machine.
$machine->{lines} = [ grep { $_->[0] ne 'load before' } @{ $machine->{lines} } ];
$figures = machine_lines($machine) . "- versions: "
  . join(', ', map { "$_ $machine->{versions}{$_}" } sort keys %{ $machine->{versions} }) . "\n";
foreach my $part (@{ $all->{parts} })
{
	$figures .= "\n### $part->{title}\n\n";
	$figures .= state($part) . "\n\n" if $part->{state} ne 'complete';
	$figures .= goals_table($part) . "\n" if @{ $part->{goals} };
	# Of the engine, what is wanted says enough.
	next if $part->{key} eq 'engine';
	$figures .= "$_->{name}:\n\n" . group_table($_) . "\n" foreach @{ $part->{groups} };
	$figures =~ s/\n+\z/\n/;
}
$text =~ s/^\Q$begin\E\n.*^\Q$end\E\n/$begin\n\n$figures\n$end\n/ms or die "performance: \"$page\" has no place for figures\n";
open my $handle, '>:encoding(UTF-8)', "$page.part" or die "$page.part: $!\n";
print $handle $text;
close $handle or die "$page.part: $!\n";
rename "$page.part", $page or die "$page: $!\n";
