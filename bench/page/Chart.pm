# A group of results as horizontal bars, in SVG written by hand. The picture has
# a ground of its own in both colour schemes, so that it can be read wherever it
# is shown.
package Chart;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use Words qw(with_unit);

our @EXPORT_OK = qw(chart escape);

my ($width, $left, $right, $line) = (760, 232, 96, 20);
# Plain colours, not variables, which renderers outside of browsers do not have.
my $style = <<'CSS';
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 14px } .case { font-weight: 600 } .soft { fill: #59636e }
.ground { fill: #ffffff } .own { fill: #0969da } .peer { fill: #8c959f }
.grid { stroke: #d1d9e0 } .spread { stroke: #1f2328; stroke-width: 1.5 }
.wanted { stroke: #bc4c00; stroke-width: 2; stroke-dasharray: 4 2 }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc } .soft { fill: #9198a1 }
.ground { fill: #0d1117 } .own { fill: #4493f8 } .peer { fill: #656c76 }
.grid { stroke: #3d444d } .spread { stroke: #f0f6fc } .wanted { stroke: #f0883e }
}
CSS

sub escape
{
	my ($text) = @_;
	my %entities = ('&' => '&amp;', '<' => '&lt;', '>' => '&gt;', '"' => '&quot;');

	$text =~ s/([&<>"])/$entities{$1}/g;
	return $text;
}

sub text
{
	my ($x, $y, $class, $text, $anchor) = @_;

	return sprintf qq{<text x="%.1f" y="%.1f" class="%s" text-anchor="%s">%s</text>\n},
	  $x, $y, $class, $anchor // 'start', escape($text);
}

sub bar_line
{
	my ($class, $x1, $y1, $x2, $y2) = @_;

	return sprintf qq{<line class="%s" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>\n}, $class, $x1, $y1, $x2, $y2;
}

# Where a value is, and at which values lines stand: from 0, or by powers of ten
# where the values are far apart.
sub axis
{
	my ($least, $most) = @_;
	my $space = $width - $left - $right;

	if ($least > 0 && $most / $least > 100)
	{
		my $from = int(log($least) / log(10) + 1000 + 1e-9) - 1000;
		my $to = log($most) / log(10);

		return (1, sub { $_[0] > 0 ? $left + $space * (log($_[0]) / log(10) - $from) / ($to - $from) : $left },
			map { 10**$_ } $from .. int $to);
	}
	$most = 1 if $most <= 0;
	my $step = 10**(int(log($most) / log(10) + 1000 + 1e-9) - 1000);
	$step /= $most / $step < 2 ? 5 : $most / $step < 5 ? 2 : 1;
	return (0, sub { $left + $space * $_[0] / $most }, map { $_ * $step } 0 .. int($most / $step));
}

# Is this a wanted figure of the row itself?
sub wanted_of
{
	my ($goals, $group, $row) = @_;

	foreach my $goal (grep { !$_->{over} && !$_->{of}{sum} } @$goals)
	{
		my $of = $goal->{of};

		return $goal->{wanted}
		  if $of->{group} eq $group->{name} && $of->{case} eq $row->{case} && $of->{who} eq $row->{who};
	}
	return;
}

# in: a group of a part, the part's title and goals; out: the text of the picture
sub chart
{
	my ($group, $title, $goals) = @_;
	my @rows = @{ $group->{rows} };
	my @limits = grep { defined } map { wanted_of($goals, $group, $_) } @rows;
	my ($least) = sort { $a <=> $b } map { $_->{low} } @rows;
	my ($most) = sort { $b <=> $a } @limits, map { $_->{high} } @rows;
	my ($by_tens, $at, @marks) = axis($least, $most);
	my %whos = map { $_->{who} => 1 } @rows;
	my $single = keys %whos == 1;
	my ($y, $bars, $case) = (52, '', '');

	foreach my $row (@rows)
	{
		if (!$single && $case ne $row->{case})
		{
			$case = $row->{case};
			$bars .= text(12, $y + 14, 'case', $case);
			$y += $line;
		}
		my $middle = $y + $line / 2;
		my $end = $at->($row->{median});
		my $limit = wanted_of($goals, $group, $row);

		$bars .= text($left - 8, $middle + 4, 'soft', $single ? $row->{case} : $row->{who}, 'end');
		$bars .= sprintf qq{<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="12" rx="2"/>\n},
		  $row->{who} =~ /qsrepl/ ? 'own' : 'peer', $left, $middle - 6, $end > $left ? $end - $left : 1;
		$bars .= bar_line('spread', $at->($row->{low}), $middle, $at->($row->{high}), $middle) if $row->{high} > $row->{low};
		$bars .= bar_line('wanted', $at->($limit), $middle - 10, $at->($limit), $middle + 10) if defined $limit;
		# Beside the bar, its spread, and a mark that would stand in the way
		my ($beside) = sort { $b <=> $a } $end, $at->($row->{high});
		$beside = $at->($limit) if defined $limit && $at->($limit) > $beside && $at->($limit) < $beside + 60;
		$bars .= text($beside + 6, $middle + 4, 'value', with_unit($row->{median}, $group->{unit}));
		$y += $line;
	}
	my $grid = join '', map {
		my $x = $at->($_);
		bar_line('grid', $x, 44, $x, $y + 4) . text($x, $y + 18, 'soft', with_unit($_, $group->{unit}), 'middle')
	} @marks;
	my $words = "bar: median" . ((grep { $_->{high} > $_->{low} } @rows) ? ', line: middle half of the samples' : '')
	  . (@limits ? ', dashed: wanted' : '') . ($by_tens ? '; each step is ten times the one before' : '');
	my $height = $y + 30;
	my $name = escape("$title: $group->{name}");

	my $head = <<SVG;
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 $width $height" width="$width" height="$height" role="img" aria-label="$name">
<title>$name</title>
<style>
$style</style>
<rect class="ground" width="$width" height="$height"/>
SVG

	return $head . text(12, 22, 'title', $group->{name}) . text(12, 38, 'soft', $words) . $grid . $bars . "</svg>\n";
}

1;
