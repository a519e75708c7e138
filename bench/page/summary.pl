# One part's results, to read at once.
# usage: summary.pl RESULTS PART [TABLE]
use strict;
use utf8;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::Bin;
use Parts qw(read_parts);
use Results qw(read_results);
use Words qw(with_unit goal_value limit verdict state);

my ($results, $name, $table) = @ARGV;
my ($entry) = grep { $_->{key} eq $name } read_parts($table // "$FindBin::Bin/../parts.ini");

die "summary: \"$name\" is no part\n" if !$entry;
binmode STDOUT, ':encoding(UTF-8)';
my $part = read_results($results, $entry);
print "\n$part->{title}\n";
print state($part) . "\n" if $part->{state} ne 'complete';
foreach my $group (@{ $part->{groups} })
{
	print "$group->{name}\n";
	foreach my $row (@{ $group->{rows} })
	{
		printf "  %-42s %-38s %10s", $row->{case}, $row->{who}, with_unit($row->{median}, $group->{unit});
		print '  (' . with_unit($row->{low}, $group->{unit}) . ' to ' . with_unit($row->{high}, $group->{unit}) . ')' if $row->{n} > 1;
		print "\n";
	}
}
print "not measured: $_->{who}: $_->{why}\n" foreach @{ $part->{absent} };
foreach my $goal (@{ $part->{goals} })
{
	my $verdict = verdict($goal);

	$verdict =~ tr/*//d;
	printf "wanted: %s: %s; %s, %s\n", $goal->{what}, limit($goal), goal_value($goal), $verdict;
}
