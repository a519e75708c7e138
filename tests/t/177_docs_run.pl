# The commands of the pages are run, in their order, in labs of two sites.
# DOCS_PAGE, a pattern, chooses pages.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Utils;
use QsreplDocs;
use QsreplPages;
use Test::More;

my $only = $ENV{DOCS_PAGE} // '.';
my ($commands, $blocks) = (0, 0);

# At which sites a command is typed: its comment says so, or the block.
sub sites
{
	my ($command, $directive) = @_;

	return $command->{comment} =~ /\bat ([AB])\b/g
	  if $command->{comment} =~ /^at [AB]\b/;
	return $directive->{at} // 'A';
}

sub run_block
{
	my ($block, $mode) = @_;
	my $directive = $block->{directive};
	my @exit = split /,/, $directive->{exit} // '';

	scene($directive->{what}, $mode);
	act($_) foreach split /,/, $directive->{before} // '';
	if ($block->{language} eq 'sql')
	{
		my ($code, $out) = run_sql($block->{text}, $directive->{at} // 'A', $directive->{database} // 'QSR');

		is($code, $exit[0] // 0, "$block->{page}:$block->{line} ($mode): SQL") or diag $out;
		$commands++;
		return;
	}
	foreach my $command (commands($block->{text}))
	{
		my $expected = shift(@exit) // 0;

		foreach my $site (sites($command, $directive))
		{
			my ($code, $out) = type_command($command->{text}, $site, $directive);
			my $line = $block->{line} + $command->{line};

			is($code, $expected, "$block->{page}:$line ($mode) at $site: $command->{text}") or diag $out;
			$commands++;
		}
	}
	return;
}

# A block and those that go on where it has ended. Chains that leave a pair as it
# was come first, since it is taken again.
my @chains;
foreach my $mode ('physical', 'logical')
{
	foreach my $page (grep { /$only/ } pages())
	{
		my $chain;

		foreach my $block (blocks($page))
		{
			my $directive = $block->{directive};

			next if !$directive || $directive->{kind} ne 'run' || $block->{language} !~ /^(sh|sql)$/;
			next if ($directive->{mode} // 'physical') !~ /^(\Q$mode\E|both)$/;
			if ($directive->{what} ne 'then')
			{
				$chain = { mode => $mode, scene => $directive->{what}, blocks => [] };
				push @chains, $chain;
			}
			push @{ $chain->{blocks} }, $block;
		}
	}
}

sub place
{
	my ($chain) = @_;
	my $scene = { clean => 0, pair => 1, servers => 3, lost => 4, taken => 5 }->{ $chain->{scene} };
	my $moves = grep { ($_->{text} =~ /^\s*qsrepl (switchover|failover|setup|rejoin|maintenance|snapshot restore)(?!.*--dry-run)/m) || ($_->{directive}{before} // '') =~ /maintenance|kill/ } @{ $chain->{blocks} };

	$scene++ if $scene == 1 && $moves;
	return ($chain->{mode} eq 'physical' ? 0 : 10) + $scene;
}

foreach my $chain (sort { place($a) <=> place($b) } @chains)
{
	foreach my $block (@{ $chain->{blocks} })
	{
		$blocks++;
		next if eval { run_block($block, $chain->{mode}); 1 };
		fail("$block->{page}:$block->{line} ($chain->{mode}): the scene");
		diag $@;
		last;
	}
}
end_scene();
diag "$commands commands in $blocks blocks";
cmp_ok($commands, '>', 60, 'most commands of the pages were run') if $only eq '.';
done_testing();
