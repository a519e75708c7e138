#!/usr/bin/perl
# A share's content, and changes to it.
# usage: files.pl make DIRECTORY FILES SEED; files.pl change DIRECTORY FILES
# PERCENT SEED
#
# Sizes as in a real share: most files are small, some are not; the smallest has
# 200 bytes, and they are spread over QSREPL_SPREAD powers of e (6.8: half of
# them are below 6 kB, the mean is 26 kB, the largest has 180 kB). Content
# cannot be compressed, as that of apps cannot.
use strict;
use warnings FATAL => 'all';

my ($verb, $dir, $files, @more) = @ARGV;
my $block;

srand($more[-1]);
open my $random, '<', '/dev/urandom' or die "urandom: $!";
read $random, $block, 8 << 20;
close $random;

sub path
{
	my ($i) = @_;

	return sprintf '%s/%s/%03d/%05d-%08x.qvf', $dir,
	  (qw(Apps StaticContent CustomData))[ $i % 3 ], $i / 3 % 300, $i,
	  $i * 2654435761 % 4294967296;
}

sub fill
{
	my ($path) = @_;
	my $size = int 200 * exp rand($ENV{QSREPL_SPREAD} // 6.8);

	open my $file, '>', $path or die "$path: $!";
	print $file substr $block, int rand length($block) - $size, $size;
	close $file or die "$path: $!";
	return;
}

if ($verb eq 'make')
{
	foreach my $folder (qw(Apps StaticContent CustomData))
	{
		mkdir $dir if !-d $dir;
		mkdir "$dir/$folder";
		mkdir sprintf '%s/%s/%03d', $dir, $folder, $_ foreach 0 .. 299;
	}
	fill(path($_)) foreach 0 .. $files - 1;
}
else
{
	my %seen;
	my $changes = int $files * $more[0] / 100;

	while (keys %seen < $changes)
	{
		my $i = int rand $files;

		fill(path($i)) if !$seen{$i}++;
	}
}
