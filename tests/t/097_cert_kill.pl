# "cert sync" and "cert rotate", killed at each place where they write: the old
# or the new set is there, whole, and the same command once more comes to its
# end. And what other processes of the same user learn of one that holds keys.
use strict;
use warnings FATAL => 'all';

use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplTest;
use QsreplTool;
use QsreplTransport;
use Test::More;
use Time::HiRes qw(usleep);

my %node;
my ($code, $out, $err);

@node{qw(A B)} = make_pair();
my $recovery = recovery_key('recovery');

transport_conf($_, \%node, recovery => $recovery) foreach 'A', 'B';
make_certificates("$tool_dir/first");
make_certificates("$tool_dir/second");

sub at
{
	($code, $out, $err) = cert_at(@_);
	return "$code $err";
}

sub copy_tree
{
	my ($from, $to) = @_;

	PostgreSQL::Test::Utils::system_or_bail('rm', '-rf', $to);
	PostgreSQL::Test::Utils::system_or_bail('cp', '-a', $from, $to);
	return;
}

sub replayed
{
	$node{A}->wait_for_catchup($node{B}, 'replay', $node{A}->lsn('write'));
	return;
}

# The places of a command, and it killed at each of them in front and behind.
sub at_each_place
{
	my ($site, $verb, $before, $after) = @_;
	my @words = ('cert', $verb, '--config', "$tool_dir/transport_$site.conf");
	my ($killed, $count, $tried) = (0, 0, 0);

	$before->();
	qsrepl_killed({ KILL_COUNT => "$tool_dir/count" }, @words);
	($count) = slurp_file("$tool_dir/count") =~ /(\d+)/;
	cmp_ok($count, '>=', 2, "$verb at $site writes at $count places");
	foreach my $place (map { ([ 'KILL_AT', $_ ], [ 'KILL_AFTER', $_ ]) } 1 .. $count)
	{
		# Behind one is nearly in front of the next; QSREPL_SCALE tries both.
		next if ($place->[0] eq 'KILL_AT') != ($place->[1] % 2) && !$ENV{QSREPL_SCALE};
		$tried++;
		$before->();
		my ($dead) = qsrepl_killed({ $place->[0] => $place->[1] }, @words);

		$killed += $dead;
		$after->("@$place");
	}
	is($killed, $tried, "$verb at $site is killed at each of them");
	return;
}

copy_tree("$tool_dir/first", "$tool_dir/store_A");
is(at('B', 'keys'), '0 ', 'keys');
is(at('A', 'sync'), '0 ', 'sealed');
replayed();
is(at('B', 'sync'), '0 ', 'installed');
my $old = installed_keys('A');
copy_tree("$tool_dir/second", "$tool_dir/store_A");
my $new = installed_keys('A');
is(at('A', 'sync'), '0 ', 'another set is sealed');
replayed();
copy_tree("$tool_dir/store_B", "$tool_dir/kept_store");
copy_tree("$tool_dir/keys_B", "$tool_dir/kept_keys");

# Installing.
my %seen;
my $wrong = '';
at_each_place(
	'B', 'sync',
	sub {
		copy_tree("$tool_dir/kept_store", "$tool_dir/store_B");
		copy_tree("$tool_dir/kept_keys", "$tool_dir/keys_B");
	},
	sub {
		my ($place) = @_;
		my $found = installed_keys('B');

		$seen{ $found eq $old ? 'old' : $found eq $new ? 'new' : 'mixed' } = 1;
		$wrong .= "$place: $code $err\n" if at('B', 'sync') ne '0 ' || installed_keys('B') ne $new;
	});
is(join(' ', sort keys %seen), 'new old', 'the old set or the new one is there, never a mixture');
is($wrong, '', 'and the same command again installs it');

# Sealing: no number is used twice, and what is stored can be installed.
my $turn = 1;
at_each_place(
	'A', 'sync',
	sub { copy_tree("$tool_dir/" . ($turn++ % 2 ? 'first' : 'second'), "$tool_dir/store_A") },
	sub {
		my ($place) = @_;

		$wrong .= "$place: $code $err\n" if at('A', 'sync') ne '0 ';
	});
replayed();
is($wrong, '', 'a sealing that was killed is done again');
is(at('B', 'sync'), '0 ', 'and what is stored then is good');
is(installed_keys('B'), installed_keys('A'), 'and the last one');

# Rotation: the other site follows, whatever came of it.
foreach my $site ('A', 'B')
{
	at_each_place($site, 'rotate', sub { },
		sub {
			my ($place) = @_;

			replayed();
			copy_tree("$tool_dir/" . ($turn++ % 2 ? 'first' : 'second'), "$tool_dir/store_A");
			$wrong .= "$site $place: $code $err\n" if at('A', 'sync') ne '0 ';
			replayed();
			$wrong .= "$site $place, B: $code $err\n" if at('B', 'sync') ne '0 ' || installed_keys('B') ne installed_keys('A');
		});
	is($wrong, '', "a rotation at $site that was killed leaves keys that fit");
}

# A process that holds keys: no core dump, and its memory is its own.
copy_tree("$tool_dir/first", "$tool_dir/store_A");
at('A', 'sync');
copy_tree("$tool_dir/second", "$tool_dir/store_A");
$node{B}->safe_psql('postgres', 'SELECT pg_wal_replay_pause()');
at('A', 'sync');
my $waiting = IPC::Run::start([ 'sh', '-c', 'ulimit -c unlimited; exec "$@"', 'sh', $qsrepl_program, 'cert', 'sync', '--config', "$tool_dir/transport_B.conf" ], '<', \'', '>', \my $said, '2>', \my $complained);
my $process = $waiting->{KIDS}[0]{PID};
my $there = 0;
for (1 .. 500)
{
	$there = $node{B}->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%sealed_set s%' AND pid <> pg_backend_pid()");
	last if $there;
	usleep(20_000);
}
ok($there, 'one waits for the replica, with its keys in memory');
like(slurp_file("/proc/$process/limits"), qr/^Max core file size +0 +\S+ /m, 'it leaves no core dump');
ok(!open(my $memory, '<', "/proc/$process/mem"), 'nobody of the same user reads its memory');
unlike(slurp_file("/proc/$process/cmdline"), qr/PRIVATE|geheim/, 'its arguments hold no secret');
kill 'ABRT', $process;
eval { $waiting->finish };
is(`find $tool_dir . -maxdepth 1 -type f -name 'core*'`, '', 'and none is there when it is aborted');
$node{B}->safe_psql('postgres', 'SELECT pg_wal_replay_resume()');
is(at('B', 'sync'), '0 ', 'the next one goes on');
$_->stop foreach values %node;
done_testing();
