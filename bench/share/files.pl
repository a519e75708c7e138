# Files for the measurement of shares.
# usage: files.pl make ROOT N | files.pl change ROOT N PERCENT ROUND
use strict;
use warnings;

my ($verb, $root, $n, $percent, $round) = @ARGV;

sub name
{
	my ($i) = @_;

	return sprintf '%s/Apps/%03d/file %06d.dat', $root, $i % 250, $i;
}

sub put
{
	my ($i, $text) = @_;

	open my $handle, '>', name($i) or die "$!";
	print $handle $text x (4 + $i % 60);
	close $handle;
	return;
}

if ($verb eq 'make')
{
	mkdir $root;
	mkdir "$root/Apps";
	mkdir sprintf '%s/Apps/%03d', $root, $_ foreach 0 .. 249;
	put($_, "some text of file $_\n") foreach 1 .. $n;
}
else
{
	srand $round;
	# A tenth of the changes are removals and new files.
	foreach (1 .. $n * $percent / 100)
	{
		my $i = 1 + int rand $n;

		if (rand() < 0.05) { unlink name($i) }
		elsif (rand() < 0.05) { put($n + $i * 10 + $round, "new\n") }
		else { put($i, "other text in round $round\n") }
	}
}
