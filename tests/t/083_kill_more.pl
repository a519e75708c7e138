# Failover, rejoin, failback and maintenance, whose tool is killed at a random
# place where it writes: resumed, aborted, or begun again without its journal.
use strict;
use warnings FATAL => 'all';

use File::Path qw(remove_tree);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplTest;
use Test::More;

my %node = make_tool_pair();
my %conf = map { $_ => conf_file($_, \%node) } 'A', 'B';
my ($conf_dir) = $conf{A} =~ m{(.*)/};
my ($active, $passive) = ('A', 'B');
my $next = 1;
my (@safe, @at_risk);

# How often each plan writes, as far as known; a guess at first.
my %writes = (failover => 25, rejoin => 50, failback => 70, maintenance => 12);

seed_random();

sub update_pids
{
	$_->_update_pid(-1) foreach values %node;
	return;
}

# One site is active, the other no danger; by the servers' own word.
sub one_active
{
	my ($name, $site) = @_;
	my @words = site_words($conf{$site});
	my @active = grep { /active/ } @words;
	my @good = grep { /active|standby|fenced|unreachable/ } @words;

	update_pids();
	ok("@active" eq "$site active" && @good == 2, "$name: $site alone is active") or diag("@words");
	return;
}

sub streams
{
	my ($name) = @_;

	ok($node{$active}->poll_query_until('postgres', q(SELECT count(*) = 1 FROM pg_stat_replication WHERE state = 'streaming')),
		"$name: $passive streams");
	return;
}

sub replayed
{
	my $lsn = $node{$active}->lsn('insert');

	$node{$passive}->poll_query_until('postgres', "SELECT pg_last_wal_replay_lsn() >= '$lsn'");
	return;
}

sub write_rows
{
	my ($count) = @_;
	my @ids = ($next .. $next + $count - 1);

	$next += $count;
	$node{$active}->safe_psql('qsr', join '', map { "INSERT INTO ledger VALUES ($_, 'row $_');" } @ids);
	return @ids;
}

# Rows that the other site has.
sub write_safe
{
	push @safe, write_rows(20);
	replayed();
	return;
}

# Run a command that is killed somewhere, then bring it to its end or undo it;
# what it was done by: "done", "undone".
sub through_death
{
	my ($name, $plan, $site, $may_abort, @words) = @_;
	my ($when) = ('KILL_AT', 'KILL_AFTER')[ rand 2 ];
	my $at = 1 + int rand $writes{$plan};
	my $how = ('resume', 'resume', 'again', $may_abort ? ('abort') : ())[ rand(3 + $may_abort) ];
	my ($killed, $code, $out, $err) =
	  qsrepl_killed({ $when => $at, KILL_COUNT => "$conf_dir/count" }, @words, '--config', $conf{$site});

	$name .= ": @words, $when $at, $how";
	if (!$killed)
	{
		is($code, 0, "$name: not killed") or diag($out, $err);
		chomp($writes{$plan} = slurp_file("$conf_dir/count"));
		return 'done';
	}
	remove_tree("$conf_dir/journal_$site") if $how eq 'again' && $plan !~ /rejoin|failback/;
	if ($how ne 'again')
	{
		($code, $out, $err) = qsrepl($how, '--config', $conf{$site});
		if ($how eq 'abort' && $code == 6 && $err =~ /cannot be aborted any more|is promoted already/)
		{
			like($err, qr/qsrepl resume/, "$name: past the point of no return, it says what to do");
			($code, $out, $err) = qsrepl('resume', '--config', $conf{$site});
			$how = 'resume';
		}
		if ($code == 0)
		{
			is($err, '', "$name: nothing to complain");
			return $how eq 'abort' ? 'undone' : 'done';
		}
		like($err, qr/there is no run that has not ended|is of "setup-standby"/, "$name: or there is no run");
		is($code, 6, "$name: it is refused");
	}
	update_pids();
	# It had ended, or begins anew; a run of its own must be taken up.
	($code, $out, $err) = qsrepl(@words, '--config', $conf{$site});
	if ($code == 6 && $err =~ /has not ended/)
	{
		($code, $out, $err) = qsrepl('resume', '--config', $conf{$site});
	}
	if ($code == 6)
	{
		like($err, qr/site "$site" is active already|is not active: its server is a standby/, "$name: it had ended");
		return 'done';
	}
	is($code, 0, "$name: a second time") or diag($out, $err);
	return 'done';
}

foreach my $round (1 .. scaled(3))
{
	my $name = "round $round";
	my $site = ('A', 'B')[ rand 2 ];
	my $forced = int rand 2;
	my @words;

	# Held, and brought along.
	write_safe();
	my $held = through_death($name, 'maintenance', $site, 1, 'maintenance', 'begin');
	one_active("$name: maintenance begin", $active);
	my @held = write_rows(5);
	$node{$passive}->poll_query_until('qsr', "SELECT count(*) = 5 FROM ledger WHERE id >= $held[0]") if $held eq 'undone';
	is($node{$passive}->safe_psql('qsr', "SELECT count(*) FROM ledger WHERE id >= $held[0]"), $held eq 'done' ? 0 : 5, "$name: $held");
	through_death($name, 'maintenance', $site, 0, 'maintenance', 'end');
	streams("$name: maintenance end");
	write_safe();
	push @safe, @held;

	# Lost, or passed over.
	push @at_risk, write_rows(5);
	kill_server($node{$active}) if !$forced;
	@words = ('failover', '--to', $passive, '--accept-data-loss', 'unknown', $forced ? ('--force-active', $active) : ());
	my $moved = through_death($name, 'failover', $passive, 1, @words);
	update_pids();
	if ($moved eq 'undone')
	{
		$node{$active}->start if !$forced;
		one_active("$name: failover undone", $active);
		my ($code, $out, $err) = qsrepl('failover', '--to', $passive, '--accept-data-loss', 'unknown', '--force-active', $active, '--config',
			$conf{$passive});
		is($code, 0, "$name: failover after all") or diag($out, $err);
		update_pids();
	}
	($active, $passive) = ($passive, $active);
	$node{$passive}->start if !$node{$passive}->{_pid} && rand() < 0.5;
	one_active("$name: failover", $active);
	push @safe, write_rows(5);

	# Back as a standby.
	@words = ('rejoin', $passive, '--yes', rand() < 0.4 ? ('--rebuild') : ());
	if (through_death($name, 'rejoin', $passive, 1, @words) eq 'undone')
	{
		one_active("$name: rejoin ended", $active);
		my ($code, $out, $err) = qsrepl(@words, '--config', $conf{$passive});
		is($code, 0, "$name: rejoin after all") or diag($out, $err);
	}
	update_pids();
	one_active("$name: rejoin", $active);
	streams("$name: rejoin");
	like(slurp_file($node{$passive}->data_dir . '/postgresql.conf'), qr/settings_$passive\.conf/, "$name: the site's own configuration");
	unlike(slurp_file($node{$passive}->data_dir . '/postgresql.conf'), qr/settings_$active\.conf/, "$name: and not the other one's");

	# And active again.
	through_death($name, 'failback', $passive, 0, 'failback', $passive, '--yes');
	update_pids();
	if ((grep { $_ eq "$active active" } site_words($conf{A})) > 0)
	{
		my ($code, $out, $err) = qsrepl('failback', $passive, '--yes', '--config', $conf{$passive});
		is("$code $err", '0 ', "$name: failback after all") or diag($out);
		update_pids();
	}
	($active, $passive) = ($passive, $active);
	one_active("$name: failback", $active);
	streams("$name: failback");
}
# The active site is lost while its switchover has stopped: a failover takes
# the place of that run, and the run is not heard of any more.
write_safe();
append_to_file("$conf_dir/kill", "#!/bin/sh\nkill -9 \$PPID\n");
chmod 0755, "$conf_dir/kill";
my $hook = conf_file($active, \%node, sections => "[hook kill]\nwhen = after\nphase = fence\ncommand = $conf_dir/kill\n");
my ($code, $out, $err) = qsrepl('switchover', '--to', $passive, '--yes', '--config', $hook);
update_pids();
kill_server($node{$active});
conf_file($active, \%node);
($code, $out, $err) = qsrepl('resume', '--config', $conf{$passive});
is($code, 8, 'a switchover cannot go on without the active site');
like($err, qr/If site $active is lost, "qsrepl failover --to $passive" takes the place of this run/, 'it says what to do');
($code, $out, $err) = qsrepl('failover', '--to', $passive, '--accept-data-loss', 'unknown', '--config', $conf{$passive});
is($code, 0, 'failover in place of a switchover') or diag($out, $err);
like($err, qr/^The run of "switchover" that began at .* has not ended.*this failover takes its place\.$/m, 'it says so');
($code, $out, $err) = qsrepl('resume', '--config', $conf{$passive});
like($err, qr/there is no run that has not ended/, 'nothing is left of it');
($active, $passive) = ($passive, $active);
($code, $out, $err) = qsrepl('rejoin', $passive, '--yes', '--config', $conf{$passive});
is("$code $err", '0 ', 'rejoin, where its journal is') or diag($out);
update_pids();
foreach my $site ('A', 'B')
{
	($code, $out, $err) = qsrepl('switchover', '--to', $passive, '--yes', '--config', $conf{$site});
	is("$code $err", '0 ', "and a switchover at $site") or diag($out);
	update_pids();
	($active, $passive) = ($passive, $active);
}
one_active('after that', $active);
streams('after that');
my %there = map { $_ => 1 } split /\n/, $node{$active}->safe_psql('qsr', 'SELECT id FROM ledger');
my %saved = map { $_ => 1 } map { slurp_file($_) =~ /"id": (\d+)/g } glob("$conf_dir/journal_*/diverged/*.jsonl");
my $aside = () = glob($node{A}->data_dir . '.*Z ' . $node{B}->data_dir . '.*Z');
is_deeply([ grep { !$there{$_} } @safe ], [], 'nothing is lost that had been replicated');
is_deeply([ grep { !$there{$_} && !$saved{$_} } @at_risk ], [], 'what was at risk is there or saved') if !$aside;
replayed();
is($node{A}->safe_psql('qsr', q(SET qsrepl.raw = on; SELECT md5(string_agg(l::text, ',' ORDER BY id)) FROM ledger l)),
	$node{B}->safe_psql('qsr', q(SET qsrepl.raw = on; SELECT md5(string_agg(l::text, ',' ORDER BY id)) FROM ledger l)),
	'both store the same');
no_leaks($node{$active}, 'qsr');
$_->stop foreach values %node;
done_testing();
