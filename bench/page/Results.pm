# Results of a part, read from its lines, and judged by its goals.
package Results;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use JSON::PP ();
use List::Util qw(sum);

our @EXPORT_OK = qw(read_results spread);

# in: numbers; out: { n, median, low, high (quartiles), least, most }
sub spread
{
	my @v = sort { $a <=> $b } @_;
	my $at = sub {
		my ($place) = @_;
		my $i = int $place;

		return $i + 1 > $#v ? $v[$i] : $v[$i] + ($place - $i) * ($v[ $i + 1 ] - $v[$i]);
	};

	return {
		n => scalar @v,
		median => $at->($#v / 2),
		low => $at->($#v / 4),
		high => $at->($#v * 3 / 4),
		least => $v[0],
		most => $v[-1] };
}

# in: a list that grows, members by which its element is known; the element
sub element
{
	my ($list, %by) = @_;

	foreach my $one (@$list)
	{
		return $one if !grep { $one->{$_} ne $by{$_} } keys %by;
	}
	push @$list, {%by};
	return $list->[-1];
}

sub add_sample
{
	my ($part, $line) = @_;
	my $group = element($part->{groups}, name => $line->{group}, unit => $line->{unit});
	my $row = element($group->{rows} //= [], case => $line->{case}, who => $line->{who});

	push @{ $row->{samples} }, $line->{value};
	return;
}

sub find
{
	my ($part, $selector) = @_;

	foreach my $group (grep { $_->{name} eq $selector->{group} } @{ $part->{groups} })
	{
		foreach my $row (@{ $group->{rows} })
		{
			return ($row, $group)
			  if $row->{case} eq $selector->{case} && $row->{who} eq $selector->{who};
		}
	}
	return;
}

# Ratios round by round, which a machine that slows down hardly moves; else one
# of the medians.
sub ratios
{
	my ($of, $over) = @_;

	return map { $of->{samples}[$_] / $over->{samples}[$_] } 0 .. $#{ $of->{samples} }
	  if @{ $of->{samples} } == @{ $over->{samples} };
	return $of->{median} / $over->{median};
}

sub is_reached
{
	my ($goal, $value) = @_;
	my $wanted = $goal->{wanted};

	return
	    $goal->{word} eq 'at most' ? $value <= $wanted
	  : $goal->{word} eq 'at least' ? $value >= $wanted
	  : $goal->{word} eq 'less than' ? $value < $wanted
	  : $value > $wanted;
}

# verdict: reached, missed, or unmeasured; close: the middle half of what was
# measured has the wanted figure in it, so that another run may judge otherwise
sub judge
{
	my ($part, $goal) = @_;
	my ($of, $group) = find($part, $goal->{of});
	my ($over) = $goal->{over} ? find($part, $goal->{over}) : ();

	return { %$goal, verdict => 'unmeasured' } if !$of || ($goal->{over} && !$over);
	my @values = $goal->{over} ? ratios($of, $over) : @{ $of->{samples} };
	@values = sum(@values) if $goal->{of}{sum};
	my $spread = spread(@values);
	die "a goal of $part->{key} wants $goal->{unit}, measured is $group->{unit}\n"
	  if !$goal->{over} && $goal->{unit} ne $group->{unit};
	return {
		%$goal, %$spread,
		verdict => is_reached($goal, $spread->{median}) ? 'reached' : 'missed',
		close => $spread->{low} <= $goal->{wanted} && $goal->{wanted} <= $spread->{high}
		  && $spread->{low} < $spread->{high} ? 1 : 0 };
}

# in: the lines' file, and the part of the table
# out: the same with state (complete, failed, missing), setup, absent, groups of
#      rows with samples and spread, judged goals
sub read_results
{
	my ($file, $entry) = @_;
	my $part = { %$entry, state => 'missing', setup => [], absent => [], groups => [] };
	my $json = JSON::PP->new->utf8;

	if (open my $handle, '<', $file)
	{
		$part->{state} = 'failed';
		while (my $text = <$handle>)
		{
			# The last line of a part that was killed may be torn.
			my $line = eval { $json->decode($text) } or last;

			if ($line->{type} eq 'sample') { add_sample($part, $line) }
			elsif ($line->{type} eq 'setup') { push @{ $part->{setup} }, $line->{text} }
			elsif ($line->{type} eq 'absent')
			{
				push @{ $part->{absent} }, { who => $line->{who}, why => $line->{why} };
			}
			else
			{
				@$part{qw(status seconds stolen)} = @$line{qw(status seconds stolen)};
				$part->{state} = $line->{status} == 0 ? 'complete' : 'failed';
			}
		}
	}
	foreach my $row (map { @{ $_->{rows} } } @{ $part->{groups} })
	{
		my $spread = spread(@{ $row->{samples} });

		@$row{ keys %$spread } = values %$spread;
	}
	$part->{goals} = [ map { judge($part, $_) } @{ $entry->{goals} } ];
	return $part;
}

1;
