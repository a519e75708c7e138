# Medians, ratios, and what was wanted, from the lines that run.sh has written.
use strict;
use warnings;

use JSON::PP;

my (%all, %steps);

while (<>)
{
	my $line = decode_json($_);

	push @{ $all{ $line->{case} }{ $line->{who} }{$_} }, $line->{$_}
	  foreach grep { !ref $line->{$_} && /_ms$|lost|told/ } keys %$line;
	push @{ $steps{ $line->{case} }{$_} }, $line->{steps}{$_}
	  foreach keys %{ $line->{steps} // {} };
}

sub median
{
	my @sorted = sort { $a <=> $b } @_;

	return ($sorted[ $#sorted / 2 ] + $sorted[ @sorted / 2 ]) / 2;
}

sub total
{
	my $sum = 0;

	$sum += $_ foreach @_;
	return $sum;
}

sub word { return $_[0] ? 'reached' : 'NOT REACHED' }

my %wanted = (switchover => 5000, failover => 2000);

foreach my $case ('switchover', 'failover')
{
	my $who = $all{$case};
	my $own = median(@{ $who->{qsrepl}{writable_ms} });

	print "\n$case, medians of " . @{ $who->{qsrepl}{writable_ms} } . " rounds\n";
	foreach my $name (sort keys %$who)
	{
		my %m = map { $_ => median(@{ $who->{$name}{$_} }) } keys %{ $who->{$name} };

		printf "  %-8s writable after %6d ms (%.2f of qsrepl's), gap %6d ms, command %6d ms, rows lost %d\n",
		  $name, $m{writable_ms}, $m{writable_ms} / $own, $m{gap_ms}, $m{command_ms},
		  total(@{ $who->{$name}{lost} });
	}
	my %step = map { $_ => median(@{ $steps{$case}{$_} }) } keys %{ $steps{$case} };

	print '  steps of qsrepl, ms: ' . join(', ', map { "$_ $step{$_}" } sort { $step{$b} <=> $step{$a} } keys %step) . "\n";
	printf "  by its own word, writable after %d ms; wanted: at most %d ms, %s\n",
	  median(@{ $who->{qsrepl}{by_tool_ms} }), $wanted{$case},
	  word(($case eq 'failover' ? median(@{ $who->{qsrepl}{by_tool_ms} }) : $own) <= $wanted{$case});
	next if $case eq 'failover';
	# The checkpoint is the shutdown's, made before the fence.
	my $server = $step{checkpoint} + $step{stop} + $step{promote};

	printf "  PostgreSQL's checkpoint, shutdown and promotion: %d ms, %.0f %% of it; wanted: more than half, %s\n",
	  $server, 100 * $server / $own, word($server > $own / 2);
	printf "  between the fence and the first write at the other site: %d ms\n", median(@{ $who->{qsrepl}{gap_ms} });
	printf "  rows lost: %d; wanted: none, %s\n", total(@{ $who->{qsrepl}{lost} }), word(total(@{ $who->{qsrepl}{lost} }) == 0);
}

my $cut = $all{cut}{qsrepl};

print "\ncut, two seconds before the loss (with the load's transactions; the rows are the writer's)\n";
printf "  rows lost %d, told before: at most %d transactions\n", $cut->{lost}[$_], $cut->{told_transactions}[$_]
  foreach 0 .. $#{ $cut->{lost} };
