# One page of all parts: index.md, index.json and a picture a group of results.
# usage: page.pl DIRECTORY [TABLE]; it has the results and machine.json
#
# Ends with 1 where a part failed or is missing, after the page is written; a
# figure that was not reached is no error.
use strict;
use utf8;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::Bin;
use Chart qw(chart);
use JSON::PP ();
use Markdown qw(machine_lines version_line goals_table overview group_table cell);
use Parts qw(read_parts);
use Results qw(read_results);
use Words qw(state);

my ($directory, $table) = @ARGV;
my $json = JSON::PP->new->utf8->canonical->pretty;

sub put
{
	my ($name, $layer, $text) = @_;

	open my $handle, ">$layer", "$directory/$name" or die "$directory/$name: $!\n";
	print $handle $text;
	close $handle or die "$directory/$name: $!\n";
	return;
}

sub load_machine
{
	open my $handle, '<', "$directory/machine.json"
	  or return { lines => [], versions => {}, sizes => [], load => 0, time => 'not known' };
	local $/;
	return $json->decode(<$handle>);
}

sub notes_of_machine
{
	my ($machine) = @_;
	my $text = '';

	$text .= "\n**Not the usual sizes:** " . join(', ', map { "`$_`" } @{ $machine->{sizes} })
	  . ". The wanted figures are meant for the usual ones.\n" if @{ $machine->{sizes} };
	$text .= "\n**The machine was at work already** (load $machine->{load}), so that times are not to be trusted.\n"
	  if $machine->{load} > 0.5;
	return $text;
}

# Text of a part; its pictures are written.
sub part_text
{
	my ($machine, $part) = @_;
	my $versions = version_line($machine, $part);
	my $text = "\n<a id=\"$part->{key}\"></a>\n## $part->{title}\n\n$part->{measured}\n";

	$text .= "\n**" . state($part) . "**\n" if $part->{state} ne 'complete';
	$text .= "\n" . join('', map { '- ' . cell($_) . "\n" } @{ $part->{setup} }) if @{ $part->{setup} };
	$text .= "\nVersions: $versions.\n" if $versions ne '';
	$text .= sprintf "\nOther guests of the hypervisor took %.1f %% of the processors' time meanwhile.\n", 100 * $part->{stolen}
	  if ($part->{stolen} // 0) > 0.01;
	$text .= "\n" . goals_table($part) if @{ $part->{goals} };
	my $number = 0;
	foreach my $group (@{ $part->{groups} })
	{
		my $name = "$part->{key}-" . ++$number . '.svg';

		$group->{chart} = $name;
		put($name, ':encoding(UTF-8)', chart($group, $part->{title}, $part->{goals}));
		$text .= "\n### $group->{name}\n\n![$part->{title}: $group->{name}]($name)\n\n" . group_table($group);
	}
	$text .= "\nNot measured:\n\n" . join '', map { '- ' . cell("$_->{who}: $_->{why}") . "\n" } @{ $part->{absent} }
	  if @{ $part->{absent} };
	return $text;
}

my $machine = load_machine();
my @parts = map { read_results("$directory/$_->{key}.jsonl", $_) } read_parts($table // "$FindBin::Bin/../parts.ini");
my @bad = grep { $_->{state} ne 'complete' } @parts;
my $text = "# Figures of qsrepl\n\nMade by `make bench`, $machine->{time}. Medians; in brackets the middle half of the samples.\n\n"
  . machine_lines($machine) . notes_of_machine($machine) . "\n" . overview(@parts);

$text .= part_text($machine, $_) foreach @parts;
put('index.md', ':encoding(UTF-8)', $text);
put('index.json', '', $json->encode({ machine => $machine, parts => \@parts }));
print "$directory/index.md\n";
print STDERR 'bench: ' . ($_->{state} eq 'missing' ? 'left out' : 'failed') . ": $_->{key}\n" foreach @bad;
exit(@bad ? 1 : 0);
