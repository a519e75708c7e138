#
# Campaign.pm
#		Draw faults, run each, bring the pair to health, and judge.
#
# Each fault has its own numbers, drawn from the seed and the fault's number, so
# that it can be run alone. Faults with odd numbers are for physical mode. Kinds
# are dealt like cards, a deck a mode: each comes before any comes again. The
# decks of both modes begin at different halves of the kinds, and from the second
# on with those that the other mode has not, so that each kind comes soon and
# twice.
#
package Torture::Campaign;

use strict;
use warnings FATAL => 'all';

use List::Util qw(shuffle);
use QsreplTool;
use Time::HiRes qw(time);
use Torture::Faults;
use Torture::Heal;
use Torture::Invariants;
use Torture::Site;
use Torture::Table;
use Torture::World;

my %world;
my ($seed, %asked, $out);
my $worlds_last = 25;			# faults; then a new pair, since logs and tables grow

# The kind of the n-th fault, and whatever else rand() gives for it.
sub deal
{
	my ($n) = @_;
	my $mode = $n % 2 ? 'physical' : 'logical';
	my @all = grep { !$asked{kind} || $_->{name} =~ /$asked{kind}/ } faults();
	my $i = int(($n - 1) / 2);
	my $size = grep { $_->{modes} =~ /$mode/ } @all or die "no kind for $mode mode\n";
	my $deck = int($i / $size);

	srand($seed * 7 + $deck);
	@all = shuffle @all;
	push @all, splice @all, 0, @all / 2 if $mode eq 'logical';
	@all = ((grep { $_->{modes} !~ / / } @all), grep { $_->{modes} =~ / / } @all) if $deck > 0;
	return ($mode, (grep { $_->{modes} =~ /$mode/ } @all)[ $i % $size ]);
}

# What was found when pairs ended, which is after their last fault.
my @late;

sub end_world
{
	my ($mode) = @_;
	my $world = delete $world{$mode} or return;

	$world->{problems} = [];
	my $told = $world->end;
	no_secret($world, map { $_->basedir } values %{ $world->{node} });
	push @late, @{ $world->{problems} };
	print $out "VIOLATION at the end of a pair: $_\n" foreach @{ $world->{problems} };
	print $out "# $mode: ", $told =~ s/\n(?!\z)/, /gr;
	return;
}

# The pair for a mode, and its load; the other one rests.
sub world_for
{
	my ($mode) = @_;

	foreach my $other (grep { $_ ne $mode } keys %world)
	{
		kill 'STOP', $world{$other}{load}->pids;
	}
	end_world($mode) if $world{$mode} && $world{$mode}{faults} >= $worlds_last;
	$world{$mode} //= Torture::World->new($mode);
	kill 'CONT', $world{$mode}{load}->pids;
	$world{$mode}{faults}++;
	return $world{$mode};
}

sub outcome
{
	my ($world, @typed) = @_;

	return 'violation' if @{ $world->{problems} };
	return 'not there' if $world->{missed};
	return 'resumed' if grep { $_ ne 'start' } @typed;
	return 'refused' if grep { $_->{code} > 1 && $_->{code} < 9 } @{ $world->{refusals} };
	return 'healed';
}

sub one_fault
{
	my ($n) = @_;
	my ($mode, $kind) = deal($n);
	my $world = eval { world_for($mode) } // die "the pair could not be made: $@";
	my $active = $asked{active} // $world->{active};

	@{$world}{qw(problems done unplanned lost refusals detail missed risk)} = ([], [], undef, undef, [], '', 0, undef);
	if ($world->{active} ne $active)
	{
		$world->must($active, 'switchover', '--to', $active, '--yes', '--drain', '0');
		$world->{active} = $active;
	}
	# Whatever was done before.
	srand($seed * 1009 + $n);
	my @draws = map { rand } 1 .. 4;
	my $started = time;
	my (@typed, $row);
	my $good = eval {
		$kind->{run}->($world);
		$world->{refusals} = [ @{ $world->{done} } ];
		$world->mend;
		@typed = heal($world, how => $draws[0] < 0.5 ? 'resume' : 'abort', at => $draws[1] < 0.5 ? 'A' : 'B');
		$kind->{after}->($world) if $kind->{after};
		judge($world, values %world);
		1;
	};
	$world->problem("died: $@") if !$good;
	$row = { n => $n, mode => $mode, kind => $kind->{name}, active => $active, seconds => time - $started, detail => $world->{detail}, typed => [@typed], risk => $world->{risk},
		outcome => outcome($world, @typed), problems => [ @{ $world->{problems} } ] };
	printf $out "%3d %-8s %-38s %s %5.1f s  %-9s %s\n", $n, $mode, $kind->{name}, $active, $row->{seconds}, $row->{outcome}, join ', ', grep { $_ ne '' } $world->{detail}, ($row->{risk} ? "at risk: $row->{risk}{stated}; lost $row->{risk}{rows}" : ()), @typed;
	if ($row->{outcome} eq 'violation')
	{
		print $out "    $_\n" foreach map { substr s/\n/\n    /gr, 0, 1500 } @{ $world->{problems} };
		print $out map { ("    \$ at $_->{site}: qsrepl $_->{words}: $_->{code}\n", map { "      $_\n" } grep { !/^(pass|warn|     )/ } split /\n/, $_->{out} . $_->{err}) } @{ $world->{done} };
		# What is broken is not taken along.
		end_world($mode);
	}
	return $row;
}

sub run
{
	($out, my $wanted) = @_;
	%asked = %$wanted;
	$seed = int($asked{seed} // time);
	my $count = $asked{faults} || 200;
	my @numbers = $asked{fault} ? split ' ', $asked{fault} : 1 .. $count;
	my $began = time;
	my @rows;

	print $out "QSREPL_SEED=$seed, " . scalar(@numbers) . " faults\n";
	foreach my $n (@numbers)
	{
		last if $asked{seconds} && time - $began > $asked{seconds};
		push @rows, one_fault($n);
	}
	end_world($_) foreach 'physical', 'logical';
	my $table = table($seed, time - $began, [ $asked{kind} ? () : map { $_->{name} } faults() ], @rows);
	print $out "\n$table";
	if ($asked{report})
	{
		open my $file, '>', $asked{report} or die "$asked{report}: $!";
		print $file $table;
		close $file;
	}
	my $failed = @late + grep { $_->{outcome} eq 'violation' } @rows;
	my $missed = grep { $_->{outcome} eq 'not there' } @rows;
	printf $out "%d passed, %d failed\n", @rows + @late - $failed - $missed, $failed;
	return $failed ? 1 : 0;
}

1;
