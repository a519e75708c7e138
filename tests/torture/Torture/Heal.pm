#
# Heal.pm
#		Bring a pair to health by nothing but what the runbook says.
#
package Torture::Heal;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use Time::HiRes qw(time usleep);

our @EXPORT = qw(heal roles ready);

# What each site's server says of itself.
sub roles
{
	my ($world) = @_;

	return map {
		my ($code, $out) = QsreplTool::qsrepl('is-active', $_, '--config', "$world->{dir}/conf_$_");
		chomp $out;
		$_ => $out
	} 'A', 'B';
}

sub ready
{
	my ($world, $seconds) = @_;
	my $end = time + $seconds;

	while (1)
	{
		my ($code, $out) = $world->tool($world->{active}, 'check');
		return 1 if $code == 0;
		return 0 if time > $end;
		usleep(200_000);
	}
}

# "A run has stopped": it is gone on with, or undone, at either machine.
sub end_run
{
	my ($world, $how, $site) = @_;
	my ($code, $out, $err) = $world->tool($site, $how);

	return () if $code == 6 && $err =~ /there is no run/;
	($code, $out, $err) = $world->tool($site, $how = 'resume') if $how eq 'abort' && $err =~ /cannot be aborted any more|is promoted already|is active already/;
	($code, $out, $err) = $world->tool($site, $how = 'abort') if $how eq 'resume' && $err =~ /is being aborted|qsrepl abort|site "?[AB]"? is alive/;
	if ($err =~ /another run of qsrepl is at work/)
	{
		usleep(700_000);
		return ('-', end_run($world, $how, $site));
	}
	return ($how, $err =~ /(qsrepl setup \w+)/ ? $1 : ());
}

# Start what does not run: as a service manager does it. A server that was lost is kept
# stopped where the other site is active: that is rejoin's.
sub start_servers
{
	my ($world) = @_;
	my @done;
	my %role = $world->{lost} ? roles($world) : ();

	foreach my $site ('A', 'B')
	{
		next if $world->postmaster($site);
		next if %role && $site eq $world->{lost} && $role{ $world->other($site) } eq 'active' && !$world->{tried}++;
		# In logical mode it does not learn that the other one is active: rejoin starts it.
		next if $world->{mode} eq 'logical' && %role && $site eq $world->{lost} && $role{ $world->other($site) } eq 'active'
		  && !grep { $_->{words} =~ /^rejoin/ && $_->{code} <= 1 } @{ $world->{done} };
		$world->start_server($site);
		push @done, 'start';
	}
	return @done;
}

# A site that was lost comes back by rejoin, also where its server follows by itself.
sub must_rejoin
{
	my ($world, %role) = @_;
	my $lost = $world->{lost} // return 0;
	my $begun = 0;

	return 0 if $world->{active} eq $lost || $role{ $world->{active} } ne 'active';
	foreach my $run (@{ $world->{done} })
	{
		$begun = 1 if $run->{words} =~ /^rejoin/;
		return 0 if $begun && $run->{words} =~ /^(?:rejoin|resume)/ && ($run->{code} == 0 || $run->{code} == 1);
	}
	return 1;
}

# The site that is active by the servers' word, if it is one.
sub look
{
	my ($world) = @_;
	my %role = roles($world);
	my @active = grep { $role{$_} eq 'active' } 'A', 'B';

	$world->{active} = $active[0] if @active == 1;
	return %role;
}

=pod

=item heal($world, how => 'resume', at => 'A')

Returns the words of what had to be typed, none where nothing had to.

=cut

sub heal
{
	my ($world, %opt) = @_;
	my $physical = $world->{mode} eq 'physical';
	$world->{tried} = -2;
	my @done = start_servers($world);

	for my $round (1 .. 6)
	{
		my %role = look($world);
		my $passive = $world->passive;
		my $at = $round % 2 ? $opt{at} : $world->other($opt{at});
		my @run = end_run($world, $opt{how}, $at);

		# A failover's is known at its own machine only: the other one was lost.
		@run = end_run($world, $opt{how}, $world->other($at)) if !@run;
		push @done, grep { $_ ne '-' } @run;
		push @done, start_servers($world);
		%role = look($world);
		$passive = $world->passive;
		for (1 .. 3)
		{
			last if !must_rejoin($world, %role);
			my ($code, $out, $err) = $world->tool($passive, 'rejoin', $passive, '--yes');
			push @done, 'rejoin';
			last if $err !~ /has not ended/;
			push @done, grep { $_ ne '-' } end_run($world, $opt{how}, $passive);
		}
		return @done if ready($world, @run ? 5 : 8);
		my $said = $world->{done}[-1]{out};
		if ($said =~ /^fail  share/m)
		{
			$world->tool($world->{active}, 'share', 'sync', '--yes', '--initial');
			push @done, 'share sync';
		}
		elsif ($said =~ /^fail  (?:transport|certificates)/m)
		{
			$world->tool($world->{active}, 'cert', 'sync');
			push @done, 'cert sync';
		}
		elsif ($said =~ /^fail  services .*is running at a passive site/m)
		{
			# As failover has said: when its machines are back.
			$world->tool($passive, 'service', 'stop', '--site', $passive, '--yes');
			$world->tool($passive, 'service', 'passive', '--site', $passive, '--yes');
			push @done, 'service passive';
		}
		elsif ($said =~ /^fail  services/m)
		{
			$world->tool($world->{active}, 'service', 'start', '--site', $world->{active}, '--yes');
			push @done, 'service start';
		}
		elsif ($said =~ /maintenance end/)
		{
			$world->tool($world->{active}, 'maintenance', 'end');
			push @done, 'maintenance end';
		}
		elsif ($said =~ /^fail  /m)
		{
			my @again = $round > 2 && $physical ? ('--rebuild') : ();

			if ($said =~ /setup (standby|subscriber)/ && $round <= 3)
			{
				$world->tool($passive, 'setup', $1, '--site', $passive, '--yes');
				push @done, "setup $1";
				next;
			}
			$world->tool($passive, 'rejoin', $passive, '--yes', @again);
			push @done, join ' ', 'rejoin', @again;
		}
	}
	$world->problem("the pair is not ready again:\n$world->{done}[-1]{out}$world->{done}[-1]{err}");
	return @done;
}

1;
