# Parts as text in Markdown.
package Markdown;

use strict;
use utf8;
use warnings FATAL => 'all';

use Exporter 'import';
use Words qw(with_unit goal_value limit verdict state);

our @EXPORT_OK = qw(machine_lines version_line goals_table overview group_table cell);

sub cell
{
	my ($text) = @_;

	$text =~ s/([|<>*_`\\])/\\$1/g;
	return $text;
}

sub row { return '| ' . join(' | ', @_) . " |\n" }

sub spread_of
{
	my ($row, $unit) = @_;

	return $row->{n} < 2 ? '' : with_unit($row->{low}, $unit) . ' to ' . with_unit($row->{high}, $unit);
}

# A list, where there is one contestant; else contestants side by side.
sub group_table
{
	my ($group) = @_;
	my (@cases, @whos, %rows);

	foreach my $row (@{ $group->{rows} })
	{
		push @cases, $row->{case} if !grep { $_ eq $row->{case} } @cases;
		push @whos, $row->{who} if !grep { $_ eq $row->{who} } @whos;
		$rows{ $row->{case} }{ $row->{who} } = $row;
	}
	my $unit = $group->{unit};

	if (@whos == 1)
	{
		return join '', row(cell($whos[0]), 'median', 'middle half', 'least', 'most', 'samples'),
		  row('---', ('--:') x 5), map {
			my $row = $rows{$_}{ $whos[0] };
			row(cell($_), with_unit($row->{median}, $unit), spread_of($row, $unit),
				with_unit($row->{least}, $unit), with_unit($row->{most}, $unit), $row->{n})
		  } @cases;
	}
	return join '', row('median (middle half)', map { cell($_) } @cases), row('---', ('--:') x @cases), map {
		my $who = $_;
		row(cell($who), map {
			my $row = $rows{$_}{$who};
			!$row ? '–' : with_unit($row->{median}, $unit) . ($row->{n} > 1 ? ' (' . spread_of($row, $unit) . ')' : '')
		} @cases)
	} @whos;
}

sub goals_table
{
	my ($part) = @_;

	return '' if !@{ $part->{goals} };
	return join '', row('wanted', '', 'measured', ''), row('---', '---', '--:', '---'), map {
		row(cell($_->{what}), limit($_), goal_value($_), verdict($_))
	} @{ $part->{goals} };
}

sub of_part
{
	my ($part) = @_;
	my @goals = @{ $part->{goals} };
	my $reached = grep { $_->{verdict} eq 'reached' } @goals;

	return '**left out**' if $part->{state} eq 'missing';
	return '**failed**' if $part->{state} eq 'failed';
	return 'nothing wanted' if !@goals;
	return $reached == @goals ? "all $reached reached" : "**$reached of " . @goals . ' reached**';
}

# A line a part
sub overview
{
	my (@parts) = @_;

	return join '', row('part', 'wanted figures', 'took'), row('---', '---', '--:'), map {
		row("[$_->{title}](#$_->{key})", of_part($_), defined $_->{seconds} ? "$_->{seconds} s" : '–')
	} @parts;
}

sub machine_lines
{
	my ($machine) = @_;

	return join '', map { "- $_->[0]: $_->[1]\n" } @{ $machine->{lines} };
}

sub version_line
{
	my ($machine, $part) = @_;
	my @known = grep { defined $machine->{versions}{$_} } @{ $part->{versions} };

	return join ', ', map { "$_ $machine->{versions}{$_}" } @known;
}

1;
