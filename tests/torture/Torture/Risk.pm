#
# Risk.pm
#		What an unplanned change may lose: what failover has stated, and no more.
#
package Torture::Risk;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use PostgreSQL::Test::Utils;
use Time::HiRes qw(time usleep);
use Time::Local qw(timegm);

our @EXPORT = qw(note_before note_statement judge_loss);

# s from sending a message to its time of receipt, which is what is stated.
my $on_the_way = 0.5;
# bytes of the log that a row takes, at least
my $row_bytes = 100;

# Where something that is replaced is kept: folders, files and databases.
sub kept
{
	my ($world) = @_;
	my %kept = map { $_ => 'rows' } glob "$world->{dir}/journal_*/diverged/*.jsonl";

	$kept{$_} = 'folder' foreach map { glob "$_*T*Z" } map { $_->data_dir . '.' } values %{ $world->{node} };
	foreach my $site ('A', 'B')
	{
		$kept{"$site $_"} = 'database' foreach split /\n/, $world->ask($site, q(SELECT datname FROM pg_database WHERE datname ~ '^qsr_.*T.*Z$')) // '';
	}
	return %kept;
}

=pod

=item note_before($world)

Before the active site is lost: which rows the other one has, which must not be
lost, since when that is so, and what is kept aside of faults before.

=cut

sub note_before
{
	my ($world) = @_;
	my $passive = $world->passive;
	my ($there, $since);

	for (1 .. 3)
	{
		$since = time;
		last if $world->caught_up(15) && defined($there = $world->ask($passive, 'SELECT id FROM ledger'));
	}
	if (!defined $there)
	{
		$world->problem("site $passive did not catch up before the fault");
		$there = $world->ask($passive, 'SELECT id FROM ledger') // '';
		$since = 0;
	}
	my %there = map { $_ => 1 } split /\n/, $there;
	my %at = $world->{load}->acknowledged;
	$world->{unplanned} = { lost => $world->{active}, since => $since, safe => { map { $_ => 1 } grep { $there{$_} } keys %at }, kept => { kept($world) } };
	return;
}

=pod

=item note_statement($world, $bound, $began, $code, $out, $err)

What failover has said before it began.

=cut

sub note_statement
{
	my ($world, $bound, $began, $code, $out, $err) = @_;
	my $risk = $world->{unplanned};
	my %unit = (bytes => 1, kB => 1024, MB => 1024**2, GB => 1024**3);

	# Refused, or killed before.
	return if $code == 6 || $code == 137 && $err !~ /^At risk/m;
	if ($err =~ /^At risk: (\d+) (bytes|[kMG]B) that site \w had written and not sent when it was last heard, at (\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)(\.\d+)Z\.$/m)
	{
		$risk->{heard} = timegm($8, $7, $6, $5, $4 - 1, $3) + $9;
		# Rounded, but for bytes.
		$risk->{bytes} = ($1 + ($2 eq 'bytes' ? 0 : 0.5)) * $unit{$2};
		$risk->{stated} = "$1 $2 at " . sprintf '%02d:%02d:%02d%s', $6, $7, $8, $9;
		$risk->{stated} .= ", at most $1 transactions" if $err =~ /that is at most .*, (\d+) transactions\.$/m;
	}
	elsif ($err =~ /^At risk: unknown\./m)
	{
		@{$risk}{ 'heard', 'stated' } = (undef, 'unknown');
	}
	else
	{
		$world->problem("failover does not state its risk: $code\n$err") if $code == 0 || $code == 1 || $code == 8;
		return;
	}
	$risk->{bound} = $bound;
	return if $bound eq 'unknown';
	$world->problem("failover accepts $bound for what is unknown, or has no measure") if !defined $risk->{heard} || $bound =~ /B$/;
	$risk->{after} = $began - ($bound =~ /^(\d+)min$/ ? $1 * 60 : $bound =~ /^(\d+)s$/ ? $1 : 0);
	return;
}

# Rows of a folder of data, by what is in its files: it is not to be started.
sub rows_in_folder
{
	my ($folder) = @_;
	my %found;

	# A digit may follow that belongs to something else.
	$found{$_} = $found{ substr $_, 0, -1 } = 1 foreach map { /(\d+)/ } split /\n/, `grep -rhaoE 'writer[0-9]+' $folder/base $folder/pg_wal`;
	return %found;
}

# What this fault has left aside.
sub saved
{
	my ($world) = @_;
	my %now = kept($world);
	my %saved;

	delete @now{ keys %{ $world->{unplanned}{kept} } };
	foreach my $name (keys %now)
	{
		if ($now{$name} eq 'rows')
		{
			$saved{$_} = 1 foreach slurp_file($name) =~ /"id": (\d+)/g;
		}
		elsif ($now{$name} eq 'folder')
		{
			%saved = (%saved, rows_in_folder($name));
		}
		else
		{
			my ($site, $database) = split / /, $name;
			my ($code, $out) = $world->{node}{$site}->psql($database, 'SELECT id FROM ledger', timeout => 20, timed_out => \my $late);

			$saved{$_} = 1 foreach split /\n/, $code == 0 ? $out : '';
		}
	}
	return (\%saved, join ' ', sort { $a cmp $b } map { s{.*/}{}r } keys %now);
}

# Rows that were acknowledged when the other site was heard, beyond the bytes that it is
# known not to have sent.
sub beyond
{
	my ($world, $at, @lost) = @_;
	my $risk = $world->{unplanned};

	if (defined $risk->{after} and my @wrong = grep { $at->{$_} < $risk->{after} } @lost)
	{
		$world->problem(scalar(@wrong) . " rows are lost that are older than the accepted $risk->{bound}, the first of them $wrong[0]");
	}
	if (defined $risk->{heard})
	{
		my @wrong = grep { $at->{$_} < $risk->{heard} - $on_the_way } @lost;

		$world->problem(sprintf '%d rows are lost beyond the stated risk (%s), the first of them %d, acknowledged %.3f s before', scalar @wrong, $risk->{stated}, $wrong[0], $risk->{heard} - $at->{ $wrong[0] })
		  if @wrong * $row_bytes > $risk->{bytes};
		return;
	}
	# Nothing is known: up to the proof before the cut.
	my @wrong = grep { $at->{$_} < $risk->{since} } @lost;

	$world->problem(scalar(@wrong) . " rows are lost that were acknowledged before the other site had caught up, the first of them $wrong[0]") if @wrong;
	return;
}

=pod

=item judge_loss($world, \%at, @lost)

What was lost of the acknowledged rows, whose times are in %at.

=cut

sub judge_loss
{
	my ($world, $at, @lost) = @_;
	my $risk = $world->{unplanned};

	@lost = sort { $a <=> $b } @lost;
	if (!$risk || $risk->{lost} eq $world->{active})
	{
		$world->problem(scalar(@lost) . " acknowledged rows are lost, the first of them $lost[0]" . ($risk ? ', although nobody took over' : '')) if @lost;
		return;
	}
	if (my @wrong = grep { $risk->{safe}{$_} } @lost)
	{
		$world->problem(scalar(@wrong) . " rows are lost that the other site had, the first of them $wrong[0]");
	}
	beyond($world, $at, @lost);
	my ($saved, $where) = saved($world);
	my @gone = grep { !$saved->{$_} } @lost;
	$world->problem(scalar(@gone) . " rows at risk are lost and not saved in \"$where\", the first of them $gone[0]") if @gone;
	$risk->{stated} //= 'nothing: killed before';
	$world->{risk} = { stated => $risk->{stated}, bound => $risk->{bound} // '', rows => scalar @lost, saved => @lost - @gone };
	return;
}

1;
