#
# Invariants.pm
#		What must hold after each fault, when the pair is healthy again.
#
package Torture::Invariants;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use File::Find ();
use IPC::Run ();
use PostgreSQL::Test::Utils;
use Time::HiRes qw(time usleep);
use Torture::Heal;
use Torture::Risk;
use Torture::Site;

our @EXPORT = qw(judge no_secret);

# Rows of both sites, as they read them, in one spelling.
my $sum = <<'SQL';
SELECT (SELECT md5(string_agg(id || regexp_replace(path, '^.*\\', ''), ',' ORDER BY id)) FROM ledger) || ' ' ||
	(SELECT md5(string_agg(id || host || regexp_replace(doc::text, '\\\\(CN|BCN)\\\\(QlikShare|Qlik\$)', '') , ',' ORDER BY id)) FROM (SELECT id, doc, replace(host, 'BCN', 'CN') AS host FROM things) t)
SQL

# A server that is there does answer, if not at once.
sub answer
{
	my ($world, $site, $query) = @_;

	for (1 .. 5)
	{
		my $answer = $world->ask($site, $query);

		return $answer if ($answer // '') ne '';
		usleep(500_000);
	}
	$world->problem("site $site does not answer: $query");
	return undef;
}

# Both sites have the same, and each row its own site's values.
sub content
{
	my ($world) = @_;
	my ($active, $passive) = ($world->{active}, $world->passive);
	my %sum = map { $_ => answer($world, $_, $sum) } 'A', 'B';

	return if grep { !defined } values %sum;
	$world->problem("both sites do not have the same: $sum{A}, $sum{B}") if $sum{A} ne $sum{B};
	foreach my $case ([ 'A', 'Qlik$', 'BCN' ], [ 'B', 'QlikShare', 'CN' ])
	{
		my ($site, $path, $host) = @$case;
		my $foreign = $world->ask($site, "SELECT (SELECT count(*) FROM ledger WHERE strpos(path, '$path') > 0) + (SELECT count(*) FROM things WHERE strpos(doc::text, '$path') > 0 OR host = '$host')");

		$world->problem("site $site reads foreign values: " . ($foreign // 'unanswered')) if ($foreign // '') ne '0';
	}
	my $leaks = $world->ask($active, 'SELECT count(*) FROM qsrepl.leaks()');
	$world->problem('site ' . $active . ' stores foreign values: ' . ($leaks // 'unanswered')) if ($leaks // '') ne '0';
	return;
}

# What was acknowledged is there, but for what an unplanned change may lose.
sub acknowledged
{
	my ($world) = @_;
	my $rows = answer($world, $world->{active}, 'SELECT id FROM ledger') // return;
	my %there = map { $_ => 1 } split /\n/, $rows;
	my %at = $world->{load}->acknowledged;
	my @lost = grep { !$there{$_} } keys %at;

	judge_loss($world, \%at, @lost);
	$world->{load}->forget(@lost);
	return;
}

# Nothing runs but servers, clients and this.
sub processes
{
	my ($world, @worlds) = @_;
	my $end = time + 10;
	my @left;

	while (time < $end)
	{
		my %parent;
		my %command;
		foreach my $line (split /\n/, `ps -e -o pid=,ppid=,stat=,args=`)
		{
			my ($pid, $above, $state, $args) = $line =~ /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/ or next;

			next if $state =~ /^Z/ || $args =~ /^(ps|sh -c ps) /;
			@parent{$pid} = $above;
			@command{$pid} = $args;
		}
		my %known = map { $_ => 1 } 1, $$, map { my $w = $_; ($w->{net}{pid}, $w->{load}->pids, grep { defined } map { $w->postmaster($_) } 'A', 'B') } @worlds;
		@left = grep { !$known{$_} && !$known{ $parent{$_} } } sort keys %command;
		return if !@left;
		@left = map { "$_ $command{$_}" } @left;
		usleep(100_000);
	}
	$world->problem("processes are left: @left");
	return;
}

# The active site has the slots of the passive one, and no others are anywhere.
sub slots
{
	my ($world) = @_;
	my $passive = lc $world->passive;
	my %wanted = ($world->{active} => $world->{mode} eq 'physical' ? "qsrepl_$passive" : "qsrepl_${passive}_more qsrepl_${passive}_qsr", $world->passive => '');

	foreach my $site ('A', 'B')
	{
		my $slots = $world->ask($site, q(SELECT coalesce(string_agg(slot_name, ' ' ORDER BY slot_name), '') FROM pg_replication_slots)) // 'unanswered';

		$world->problem("slots at site $site: \"$slots\", not \"$wanted{$site}\"") if $slots ne $wanted{$site};
	}
	return;
}

# What a run makes for itself and removes.
sub files
{
	my ($world) = @_;
	my @left;

	File::Find::find({ no_chdir => 1, wanted => sub {
		push @left, $_ if m{/(?:\.qsrepl-partial|[^/]*\.(?:tmp|new|partial))$} || m{/snapshots_[AB]/\.(?!lock$)[^/]+$};
	} }, grep { -d } map { ("$world->{dir}/journal_$_", "$world->{dir}/snapshots_$_", "$world->{dir}/share_$_", "$world->{dir}/store_$_") } 'A', 'B');
	push @left, glob join ' ', map { my $d = $_->data_dir; ("$d.drill*", "$d.scratch*") } values %{ $world->{node} };
	$world->problem("files are left: @left") if @left;
	return;
}

sub services
{
	my ($world) = @_;
	my %wanted = ($world->{active} => 'running', $world->passive => 'stopped');

	foreach my $site ('A', 'B')
	{
		my @states = map { slurp_file($_) } glob "$world->{dir}/services_$site/*.state";

		$world->problem("services of site $site are @states") if grep { $_ ne $wanted{$site} } @states;
	}
	return;
}

# Secrets in files that are not made for them; @places are searched.
sub no_secret
{
	my ($world, @places) = @_;
	my $patterns = "$world->{dir}/pgpass.patterns";

	my ($words, $keys) = secrets($world->{dir});
	$world->problem('no private key of Qlik was found to look for') if !@$keys;
	open my $file, '>', $patterns or die $!;
	print $file "$_\n" foreach @$words, @$keys;
	close $file;
	IPC::Run::run([ qw(grep -rlaF -D skip), '--exclude=pgpass*', '--exclude=pfx_password', '--exclude=node_logon', '--exclude=recovery.key', (map { "--exclude-dir=$_" } map { ("keys_$_", "store_$_") } 'A', 'B'),
			'-f', $patterns, @places ], '>', \my $found, '2>', \my $errors);
	unlink $patterns;
	$world->problem("a secret is in $found") if $found ne '';
	return;
}

=pod

=item judge($world, @worlds)

All of them; what is wrong is noted in the world.

=cut

sub judge
{
	my ($world, @worlds) = @_;
	my %role = roles($world);

	$world->problem("roles: A $role{A}, B $role{B}") if (grep { $_ eq 'active' } values %role) != 1;
	$world->{load}->pause;
	$world->problem('the passive site does not catch up') if !$world->caught_up(20);
	content($world);
	acknowledged($world);
	$world->{load}->go_on;
	$world->problem("clients can not $_") foreach $world->{load}->does_nothing(20);
	my $seen = $world->{load}->foreign_values;
	$world->problem("a client has read: $seen") if $seen ne '';
	slots($world);
	files($world);
	services($world);
	processes($world, @worlds);
	no_secret($world, $world->{dir}, map { $_->logfile } values %{ $world->{node} });
	if (rand() < 0.25)
	{
		my ($code, $out, $err) = $world->tool($world->{active}, 'compare');
		$world->problem("qsrepl compare: $code\n$out$err") if $code != 0;
	}
	return;
}

1;
