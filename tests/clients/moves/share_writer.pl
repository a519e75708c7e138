# A service of Qlik Sense, as far as files are concerned: goes on writing, changing,
# renaming and removing files below a folder until it is stopped, and notes each thing
# when it is done.
# usage: share_writer.pl ROOT NOTES STOP SEED
# Ends where the file STOP is, and makes NOTES.end then.
use strict;
use warnings FATAL => 'all';

my ($root, $notes, $stop, $seed) = @ARGV;
my @names;
my $n = 0;

srand $seed;
open my $log, '>>', $notes or die "$notes: $!";
$log->autoflush(1);

sub put
{
	my ($path) = @_;
	my $text = "$n " . 'x' x int rand 40;

	open my $file, '>', "$root/$path.new" or die "$path: $!";
	print $file $text;
	close $file or die "$path: $!";
	rename "$root/$path.new", "$root/$path" or die "$path: $!";
	print $log "put $path $text\n";
	return;
}

while (!-e $stop)
{
	my $what = rand;
	my $i = int rand @names;

	$n++;
	if (!@names || $what < 0.5)
	{
		my $path = ('Apps', 'StaticContent', "StaticContent/b \xc3\xa9 'c'")[ rand 3 ] . "/w$n";

		put($path);
		push @names, $path;
	}
	elsif ($what < 0.8)
	{
		put($names[$i]);
	}
	elsif ($what < 0.9)
	{
		rename "$root/$names[$i]", "$root/$names[$i]r" or die "$names[$i]: $!";
		print $log "move $names[$i] $names[$i]r\n";
		$names[$i] .= 'r';
	}
	else
	{
		unlink "$root/$names[$i]" or die "$names[$i]: $!";
		print $log "gone $names[$i]\n";
		splice @names, $i, 1;
	}
	select undef, undef, undef, 0.002;
}
close $log;
open my $end, '>', "$notes.end" or die;
close $end;
