#
# Table.pm
#		What became of the faults, as a table in Markdown.
#
package Torture::Table;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';

our @EXPORT = qw(table);

my @outcomes = ('healed', 'refused', 'resumed', 'not there', 'violation');

# What each failover has stated, and what was lost.
sub risks
{
	my @rows = grep { $_->{risk} } @_;

	return '' if !@rows;
	return "\n| failover | mode | stated as at risk | accepted | rows lost | saved |\n|---|---|---|---|---|---|\n"
	  . join '', map { sprintf "| fault %d | %s | %s | %s | %d | %d |\n", $_->{n}, $_->{mode}, @{ $_->{risk} }{qw(stated bound rows saved)} } @rows;
}

sub table
{
	my ($seed, $seconds, $kinds, @rows) = @_;
	my (%of, @kinds, %sum);
	my $text = "| fault | times | healed by itself | refused cleanly | resumed | not there | violation | s, median |\n|---|---|---|---|---|---|---|---|\n";

	foreach my $row (@rows)
	{
		push @{ $of{ $row->{kind} } }, $row;
		$sum{ $row->{outcome} }++;
	}
	foreach my $kind (sort keys %of)
	{
		my @all = @{ $of{$kind} };
		my @times = sort { $a <=> $b } map { $_->{seconds} } @all;
		my @counts = map { my $o = $_; scalar grep { $_->{outcome} eq $o } @all } @outcomes;

		$text .= sprintf "| %s | %d | %s | %.1f |\n", $kind, scalar @all, join(' | ', map { $_ || '' } @counts), $times[ @times / 2 ];
	}
	$text .= sprintf "| **all** | %d | %s | |\n\n", scalar @rows, join ' | ', map { $sum{$_} // 0 } @outcomes;
	$text .= sprintf "Seed %d, %d faults, %d s.\n", $seed, scalar @rows, $seconds;
	my @none = grep { !$of{$_} } sort @$kinds;
	$text .= 'Did not come: ' . join(', ', @none) . ".\n" if @none;
	$text .= risks(@rows);
	foreach my $row (grep { $_->{outcome} eq 'violation' } @rows)
	{
		$text .= "\nFault $row->{n} ($row->{mode}, $row->{kind}), alone:\n\n    QSREPL_SEED=$seed QSREPL_FAULT=$row->{n} QSREPL_ACTIVE=$row->{active} make torture\n\n"
		  . join '', map { '- ' . (split /\n/)[0] . "\n" } @{ $row->{problems} };
	}
	return $text;
}

1;
