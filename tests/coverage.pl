#!/usr/bin/perl
# Lines that ran, a room a line, from what gcov's counters say.
# usage: coverage.pl [--full ROOM] FOLDER ...; with counters (.gcda) beside the
# notes (.gcno). A line counts once, whichever program has run it. With --full
# the room's lines that did not run are listed, and it fails where there are any.
use strict;
use warnings;

use File::Find;
use JSON::PP ();

my $full = '';
if (@ARGV && $ARGV[0] eq '--full')
{
	shift;
	$full = shift;
}
die "usage: coverage.pl [--full ROOM] FOLDER ...\n" if !@ARGV;

my @counters;
find({ no_chdir => 1, wanted => sub { push @counters, $File::Find::name if /\.gcda$/ } }, @ARGV);
die "no counters in @ARGV\n" if !@counters;

# {file}{line}: how often
my %lines;
my $json = JSON::PP->new->utf8;
while (my @some = splice @counters, 0, 50)
{
	my @documents;

	open my $gcov, '-|', 'gcov', '-j', '-t', @some or die "gcov: $!";
	@documents = <$gcov>;
	close $gcov or die "gcov failed\n";
	foreach my $document (map { $json->decode($_) } grep { /^\{/ } @documents)
	{
		foreach my $file (@{ $document->{files} })
		{
			next if $file->{file} !~ m{(?:^|/)((?:core|extension|tool)/[^.]*\.[ch])$};
			my $name = $1;

			$lines{$name}{ $_->{line_number} } += $_->{count} foreach @{ $file->{lines} };
		}
	}
}

my (%ran, %all);
foreach my $name (sort keys %lines)
{
	my ($room) = $name =~ m{^(core|extension|tool/programs/[^/]+|tool/[^/]+)/};
	my @missed = grep { !$lines{$name}{$_} } sort { $a <=> $b } keys %{ $lines{$name} };

	$all{$room} += keys %{ $lines{$name} };
	$ran{$room} += keys(%{ $lines{$name} }) - @missed;
	print "$name:$_ did not run\n" foreach $room eq $full ? @missed : ();
}
printf "%-20s %7s %7s %7s\n", 'room', 'lines', 'ran', '%';
my ($ran, $all) = (0, 0);
foreach my $room (sort keys %all)
{
	printf "%-20s %7d %7d %7.2f\n", $room, $all{$room}, $ran{$room}, 100 * $ran{$room} / $all{$room};
	$ran += $ran{$room};
	$all += $all{$room};
}
printf "%-20s %7d %7d %7.2f\n", 'all', $all, $ran, 100 * $ran / $all;
exit($full ne '' && ($ran{$full} // 0) < ($all{$full} // 1));
