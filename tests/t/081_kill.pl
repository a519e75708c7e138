# A switchover whose tool is killed at each place where it writes: resumed or
# aborted, at its own machine or, its journal lost, at the other one.
use strict;
use warnings FATAL => 'all';

use File::Path qw(remove_tree);
use File::Spec;
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplTest;
use Test::More;

my %node = make_tool_pair();
my %conf = map { $_ => conf_file($_, \%node) } 'A', 'B';
my ($conf_dir) = $conf{A} =~ m{(.*)/};
my $dir = File::Spec->rel2abs(PostgreSQL::Test::Utils::tempdir());
my $qsrepl = File::Spec->rel2abs('build/qsrepl');
my $active = 'A';

seed_random();

sub other
{
	return $_[0] eq 'A' ? 'B' : 'A';
}

# Run the tool with the library that kills it; true where it was killed. Else
# it must have come to its end.
sub run_killed
{
	my ($environment, @words) = @_;
	my ($out, $err);
	local %ENV = (%ENV, %$environment, LD_PRELOAD => File::Spec->rel2abs('build/killer.so'));

	IPC::Run::run([ $qsrepl, @words ], '<', \'', '>', \$out, '2>', \$err);
	return 1 if ($? & 127) == 9;
	is("$? $err", '0 ', 'a run that is not killed comes to its end');
	return 0;
}

# Roles, by the servers' own word.
sub roles
{
	$_->_update_pid(-1) foreach values %node;
	return map {
		my ($code, $out) = qsrepl('is-active', $_, '--config', $conf{A});
		chomp $out;
		"$_ $out"
	} 'A', 'B';
}

sub switchover_words
{
	my ($at) = @_;

	return ('switchover', '--to', other($active), '--yes', '--drain', '0', '--config', $conf{$at});
}

my ($in, $told) = ('', '');
my $writer = IPC::Run::start([ File::Spec->rel2abs('build/writer'),
	'host=127.0.0.1,127.0.0.1 port=' . $node{A}->port . ',' . $node{B}->port
	  . ' dbname=qsr user=qliksenserepository', "$dir/acknowledged" ], '<', \$in, '>', \$told);

# How often it writes.
ok(!run_killed({ KILL_COUNT => "$dir/count" }, switchover_words('A')), 'counted');
$active = other($active);
chomp(my $writes = slurp_file("$dir/count"));
cmp_ok($writes, '>', 30, "it writes $writes times");

foreach my $round (1 .. scaled(10))
{
	my $how = ('resume', 'abort')[ rand 2 ];
	my $there = int rand 2;
	my $at = ('A', 'B')[ rand 2 ];
	my $end = $there ? other($at) : $at;
	my $kill = 1 + int rand $writes;
	my $when = ('KILL_AT', 'KILL_AFTER')[ rand 2 ];
	my $name = "$round: to " . other($active) . " at $at, $when $kill, $how at $end";
	my ($code, $out, $err);

	if (!run_killed({ $when => $kill }, switchover_words($at)))
	{
		$active = other($active);
		next;
	}
	remove_tree("$conf_dir/journal_$at") if $there;
	($code, $out, $err) = qsrepl($how, '--config', $conf{$end});
	# Past the point of no return, or not far enough to be known elsewhere.
	if ($code == 6 && $err =~ /cannot be aborted any more|is promoted already/)
	{
		$how = 'resume';
		($code, $out, $err) = qsrepl($how, '--config', $conf{$end});
	}
	if ($code == 6 && $err =~ /there is no run/)
	{
		$how = 'nothing';
		$code = 0;
		$err = '';
	}
	is("$code $err", '0 ', "$name: $how");
	my @roles = roles();
	# A run that had just ended is not known any more.
	$how = 'resume' if $how eq 'nothing' && "@roles" =~ /\Q@{[ other($active) ]}\E active/;
	$active = other($active) if $how eq 'resume';
	is_deeply(\@roles, [ map { "$_ " . ($_ eq $active ? 'active' : 'standby') } 'A', 'B' ], "$name: $active is active")
	  or diag($out);
	ok($node{$active}->poll_query_until('postgres', q(SELECT count(*) = 1 FROM pg_stat_replication WHERE state = 'streaming')),
		"$name: the other one streams");
	my ($n) = `wc -l < $dir/acknowledged` =~ /(\d+)/;
	ok($node{$active}->poll_query_until('qsr', "SELECT max(id) > $n + 50 FROM ledger"), "$name: it takes writes");
}
$writer->finish;
note($told);
$_->_update_pid(-1) foreach values %node;
my %there = map { $_ => 1 } split /\n/, $node{$active}->safe_psql('qsr', 'SELECT id FROM ledger');
is_deeply([ grep { !$there{$_} } split /\n/, slurp_file("$dir/acknowledged") ], [], 'no acknowledged write is lost');
$node{$active}->poll_query_until('postgres', 'SELECT bool_and(replay_lsn >= pg_current_wal_lsn()) FROM pg_stat_replication');
is($node{A}->safe_psql('qsr', q(SET qsrepl.raw = on; SELECT md5(string_agg(l::text, ',' ORDER BY id)) FROM ledger l)),
	$node{B}->safe_psql('qsr', q(SET qsrepl.raw = on; SELECT md5(string_agg(l::text, ',' ORDER BY id)) FROM ledger l)),
	'both store the same');
no_leaks($node{$active}, 'qsr');
$_->stop foreach values %node;
done_testing();
