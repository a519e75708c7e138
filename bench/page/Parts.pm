# The table of parts (bench/parts.ini), in its order.
package Parts;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';

our @EXPORT_OK = qw(read_parts parse_goal);

my $word = qr/at most|at least|less than|more than/;

# GROUP : CASE : WHO; cases may have a colon
sub selector
{
	my ($text) = @_;
	my $sum = $text =~ s/^sum of //;
	my @words = split / : /, $text;

	die "selector \"$text\" has not three parts\n" if @words != 3;
	return { group => $words[0], case => $words[1], who => $words[2], sum => $sum ? 1 : 0 };
}

# in: WHAT | SELECTOR [ over SELECTOR] | WORD NUMBER [UNIT]
# out: { what, of, over (or undef), word, wanted, unit }
sub parse_goal
{
	my ($text) = @_;
	my ($what, $which, $limit) = split /\s*\|\s*/, $text;

	die "goal \"$text\" has not three parts\n" if !defined $limit;
	my ($of, $over) = split / over /, $which;
	my ($how, $wanted, $unit) = $limit =~ /^($word) ([0-9.]+)(?: (\S+))?$/
	  or die "goal \"$text\": \"$limit\" is no limit\n";
	return {
		what => $what,
		of => selector($of),
		over => defined $over ? selector($over) : undef,
		word => $how,
		wanted => 0 + $wanted,
		unit => $unit // 'ratio' };
}

# in: the table's file; out: a list of { key, title, measured, versions, goals }
sub read_parts
{
	my ($file) = @_;
	my @parts;

	open my $handle, '<', $file or die "$file: $!\n";
	while (my $line = <$handle>)
	{
		chomp $line;
		next if $line =~ /^\s*(?:;|$)/;
		if ($line =~ /^\[(\w+)\]$/)
		{
			push @parts, { key => $1, versions => [], goals => [] };
			next;
		}
		my ($key, $value) = $line =~ /^(\w+) = (.+)$/
		  or die "$file, line $.: neither a section nor a key\n";
		die "$file, line $.: a key before the first section\n" if !@parts;
		if ($key eq 'goal') { push @{ $parts[-1]{goals} }, parse_goal($value) }
		elsif ($key eq 'versions') { $parts[-1]{versions} = [ split ' ', $value ] }
		elsif ($key =~ /^(?:title|measured)$/) { $parts[-1]{$key} = $value }
		else { die "$file, line $.: key \"$key\" is not recognized\n" }
	}
	return @parts;
}

1;
