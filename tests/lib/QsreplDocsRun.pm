#
# QsreplDocsRun.pm
#		Runs the commands of the pages in one mode, in their order, in the labs of
#		QsreplDocs.pm; compares the form of what they print with what the pages
#		say. DOCS_PAGE, a pattern, chooses pages; DOCS_TIMES=1 tells how long each
#		command took.
#
package QsreplDocsRun;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use PostgreSQL::Test::Utils;
use QsreplDocs;
use QsreplPages;
use Test::More;
use Time::HiRes qw(time);

our @EXPORT = qw(run_docs lacks);

my $only = $ENV{DOCS_PAGE} // '.';
my $mode;

# What the block before has printed.
my $printed = '';

# At which sites a command is typed: its comment says so, or the block.
sub sites
{
	my ($command, $directive) = @_;

	return $command->{comment} =~ /\bat ([AB])\b/g
	  if $command->{comment} =~ /^at [AB]\b/;
	return $directive->{at} // 'A';
}

# A text without what differs from run to run: names, numbers, times.
sub form
{
	my ($text) = @_;

	$text =~ s/"[^"\n]*"/""/g;
	$text =~ s/\b\d{4}-\d\d-\d\dT[\d:.]+Z?/N/g;
	$text =~ s{\b[0-9A-F]+/[0-9A-F]+\b}{N}g;
	$text =~ s/\b\d[\d.,:]*(?<![,:.])(?: (?:bytes|[kMGT]B|ms|s|min|h)\b)?/N/g;
	# What follows a question, which was answered without an echo.
	$text =~ s/((?:to go on|Type ""): )/$1\n/g;
	$text =~ s/[ \t]+/ /g;
	return $text;
}

=pod

=item lacks($page, $printed)

The lines of a page's output whose form was not printed, in this order. A line
that ends in "..." is the beginning of one.

=cut

sub lacks
{
	my ($page, $text) = @_;
	my @there = split /\n/, form($text);
	my @lacking;

	foreach my $line (split /\n/, form($page))
	{
		my $begins = $line =~ s/\s*\.\.\.$//;
		my $i = 0;

		$i++ while $i < @there && ($begins ? index($there[$i], $line) != 0 : $there[$i] ne $line);
		if ($i < @there) { splice @there, 0, $i + 1 }
		else { push @lacking, $line }
	}
	return @lacking;
}

sub run_commands
{
	my ($block) = @_;
	my $directive = $block->{directive};
	my @exit = split /,/, $directive->{exit} // '';
	my $count = 0;

	foreach my $command (commands($block->{text}))
	{
		my $expected = shift(@exit) // 0;

		foreach my $site (sites($command, $directive))
		{
			my $begun = time;
			my ($code, $out) = type_command($command->{text}, $site, $directive);
			my $name = "$block->{page}:" . ($block->{line} + $command->{line}) . " ($mode) at $site: $command->{text}";

			is($code, $expected, $name) or diag $out;
			diag sprintf('%.1f s %s', time - $begun, $name) if $ENV{DOCS_TIMES};
			$printed .= $out =~ s/\r//gr;
			$count++;
		}
	}
	return $count;
}

sub run_block
{
	my ($block) = @_;
	my $directive = $block->{directive};

	# What stands in the pages is of physical mode.
	if ($directive->{kind} eq 'output')
	{
		return 0 if $mode ne 'physical';
		is(join("\n", lacks($block->{text}, $printed)), '', "$block->{page}:$block->{line} ($mode): what is printed") or diag form($printed);
		return 0;
	}
	scene($directive->{what}, $mode);
	act($_) foreach split /,/, $directive->{before} // '';
	$printed = '';
	return run_commands($block) if $block->{language} ne 'sql';

	my ($code, $out) = run_sql($block->{text}, $directive->{at} // 'A', $directive->{database} // 'QSR');

	is($code, $directive->{exit} // 0, "$block->{page}:$block->{line} ($mode): SQL") or diag $out;
	return 1;
}

# A block and those that go on where it has ended.
sub chains
{
	my @chains;

	foreach my $page (grep { /$only/ } pages())
	{
		my $wanted;

		foreach my $block (blocks($page))
		{
			my $directive = $block->{directive} // next;

			if ($directive->{kind} eq 'run')
			{
				$wanted = ($directive->{mode} // 'physical') =~ /^(\Q$mode\E|both)$/;
				push @chains, { scene => $directive->{what}, blocks => [] } if $wanted && $directive->{what} ne 'then';
			}
			elsif ($directive->{kind} ne 'output') { next }
			push @{ $chains[-1]{blocks} }, $block if $wanted;
		}
	}
	return @chains;
}

# Chains that leave a pair as it was come first, since it is taken again.
sub place
{
	my ($chain) = @_;
	my $scene = { clean => 0, pair => 1, servers => 3, lost => 4, taken => 5 }->{ $chain->{scene} };
	my $moves = grep { ($_->{text} =~ /^\s*qsrepl (switchover|failover|setup|rejoin|resume|maintenance|snapshot restore)(?!.*--dry-run)|pg_promote/m)
		  || ($_->{directive}{before} // '') =~ /maintenance|kill|promote/ } @{ $chain->{blocks} };

	$scene++ if $scene == 1 && $moves;
	return $scene;
}

=pod

=item run_docs($mode)

All blocks of that mode; returns how many commands they had.

=cut

sub run_docs
{
	my ($commands, $blocks) = (0, 0);

	($mode) = @_;
	foreach my $chain (sort { place($a) <=> place($b) } chains())
	{
		foreach my $block (@{ $chain->{blocks} })
		{
			$blocks++;
			next if eval { $commands += run_block($block); 1 };
			fail("$block->{page}:$block->{line} ($mode): the scene");
			diag $@;
			last;
		}
	}
	end_scene();
	diag "$commands commands in $blocks blocks";
	return $only eq '.' ? $commands : 1_000;
}

1;
