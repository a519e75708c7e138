# Start types and recovery actions: manual at a passive site, as they were at an
# active one; recorded where both sites have it.
use strict;
use warnings FATAL => 'all';

use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplNodes;
use QsreplPair;
use QsreplServices;
use QsreplTest;
use Test::More;
use Time::HiRes ();

my $nodes = start_nodes(n => 2, net => '127.0.8', first => 81, lsa => 1);
my %node = make_tool_pair();
my ($code, $out, $err);

sub conf_of
{
	my (%opt) = @_;

	return conf_file('A', \%node, file => "$tool_dir/types" . ($opt{control} // '') . '.conf',
		sections => "[services]\nanswer_timeout = 3s\n" . node_sections($nodes, names => [ 'CN', 'R1' ], %opt));
}

my $conf = conf_of();

# "Dispatcher auto + ...": start types, and whether there are recovery actions.
sub types
{
	my ($number) = @_;
	my %services = %{ $nodes->node($number)->{services} };

	return join ' ', map {
		my ($kind) = /^QlikSense(?:Service)?(\w+?)(?:Service)?$/;
		"$kind $services{$_}{start}" . (grep({ $_->[0] } @{ ($services{$_}{recovery} // {})->{actions} // [] }) ? '+' : '')
	} grep { !/Database/ } sort keys %services;
}

sub records
{
	my ($node) = @_;

	return $node->safe_psql('qsr',
		q(SELECT string_agg(node || ' ' || service || ' ' || start || ' ' || (recovery IS NOT NULL), ', ' ORDER BY node COLLATE "C", service COLLATE "C") FROM qsrepl.service));
}

sub caught_up
{
	my $lsn = $node{A}->lsn('write');

	$node{B}->poll_query_until('qsr', "SELECT pg_last_wal_replay_lsn() >= '$lsn'")
	  or die 'B does not catch up';
	return;
}

sub run_is
{
	my ($wanted, $what, @words) = @_;

	($code, $out, $err) = service($conf, @words);
	is("$code " . ($err =~ s/^qsrepl: service.*\n//mgr), $wanted, $what) or diag($out);
	return;
}

$nodes->set(1, 'QlikSenseEngineService', start => 'delayed');
$nodes->set(1, 'QlikSensePrintingService', start => 'disabled');
$nodes->set(2, 'QlikSenseProxyService', start => 'manual', recovery => undef);
my @original = map { types($_) } 1, 2;
is($original[0], 'Engine delayed+ Printing disabled+ Proxy auto+ Repository auto+ Scheduler auto+ Dispatcher auto+', 'what they have');

# To manual, once and again.
foreach my $time ('passive', 'once more')
{
	run_is('0 ', $time, 'passive', '--site', 'A', '--yes');
	is(types(1), 'Engine manual Printing disabled+ Proxy manual Repository manual Scheduler manual Dispatcher manual', 'manual, without recovery actions; the disabled one is left alone');
	is(types(2), 'Engine manual Printing manual Proxy manual Repository manual Scheduler manual Dispatcher manual', 'on both nodes');
	is((grep { states($nodes, $_) ne 'Dispatcher 4 Repository 4 Proxy 4 Engine 4 Scheduler 4 Printing 4' } 1, 2), 0, 'nothing was stopped');
}
is($nodes->service(1, 'QlikSenseRepositoryDatabase')->{start}, 'auto', 'the database is left alone');
my $recorded = records($node{A});
is($recorded, 'CN QlikSenseEngineService delayed true, CN QlikSenseProxyService auto true, CN QlikSenseRepositoryService auto true, '
	. 'CN QlikSenseSchedulerService auto true, CN QlikSenseServiceDispatcher auto true, R1 QlikSenseEngineService auto true, '
	. 'R1 QlikSensePrintingService auto true, R1 QlikSenseProxyService manual false, R1 QlikSenseRepositoryService auto true, '
	. 'R1 QlikSenseSchedulerService auto true, R1 QlikSenseServiceDispatcher auto true', 'the originals are recorded');
caught_up();
is(records($node{B}), $recorded, 'and replicated');

# One that somebody has set back meanwhile is recorded anew, with what it has.
$nodes->set(1, 'QlikSenseProxyService', start => 'delayed');
run_is('0 ', 'passive', 'passive', '--site', 'A', '--yes');
like(records($node{A}), qr/CN QlikSenseProxyService delayed true/, 'its start type is new, its recovery actions are the known ones');
$original[0] =~ s/Proxy auto/Proxy delayed/;

# The site that wrote it is lost: the other one has it.
caught_up();
$node{A}->stop;
($code, $out, $err) = service($conf, 'passive', '--site', 'A', '--yes');
is($code, 0, 'a standby has what is known already: nothing is to be stored');
$nodes->set(2, 'QlikSenseEngineService', start => 'delayed');
($code, $out, $err) = service($conf, 'passive', '--site', 'A', '--yes');
is($code, 7, 'nothing can be recorded');
like($err, qr/^qsrepl: error: start types that services had could not be stored$/m, 'says so');
is($nodes->service(2, 'QlikSenseEngineService')->{start}, 'delayed', 'and so nothing was changed');
$original[1] =~ s/Engine auto/Engine delayed/;
$node{B}->promote;
run_is('0 ', 'recorded at B', 'passive', '--site', 'A', '--yes');

# Back to what they were.
$nodes->forget;
run_is('0 ', 'active', 'active', '--site', 'A', '--yes');
is(types($_), $original[ $_ - 1 ], "node $_ is as before") foreach 1, 2;
is($nodes->service(1, 'QlikSenseRepositoryService')->{recovery}{reset}, 86400, 'recovery actions in full');
is(records($node{B}), '', 'the records have served');
run_is('0 ', 'once more', 'active', '--site', 'A', '--yes');
like($out, qr/^Node CN, QlikSenseEngineService: no start type is recorded; it is left as it is: delayed\.$/m, 'says what is not known');
is(types($_), $original[ $_ - 1 ], "node $_ is as before") foreach 1, 2;

# What is set to manual at an active site stays so.
$nodes->set(1, 'QlikSenseSchedulerService', start => 'manual');
run_is('0 ', 'passive', 'passive', '--site', 'A', '--yes');
run_is('0 ', 'active', 'active', '--site', 'A', '--yes');
is($nodes->service(1, 'QlikSenseSchedulerService')->{start}, 'manual', 'manual is manual');

# Killed at any moment: the next run records and gives back what was there at
# first.
my $seed = $ENV{QSREPL_SEED} // int(rand(1 << 31));
srand $seed;
note "QSREPL_SEED=$seed";
my $first = types(1);
foreach my $round (1 .. 4 * ($ENV{QSREPL_SCALE} // 1))
{
	my $pid = fork // die;
	if ($pid == 0)
	{
		open STDOUT, '>', '/dev/null';
		open STDERR, '>', '/dev/null';
		exec $qsrepl_program, 'service', 'passive', '--site', 'A', '--yes', '--config', $conf;
	}
	Time::HiRes::usleep(int(rand(400_000)));
	kill 9, $pid;
	waitpid $pid, 0;
	note 'killed with: ' . types(1);
	run_is('0 ', 'passive', 'passive', '--site', 'A', '--yes');
	run_is('0 ', 'active', 'active', '--site', 'A', '--yes');
	is(types(1), $first, 'as at first');
}

# A service that refuses, one that forgets; the others are set.
$nodes->set(1, 'QlikSenseProxyService', deny => ['config']);
$nodes->set(2, 'QlikSenseProxyService', start => 'auto', stubborn => JSON::PP::true());
($code, $out, $err) = service($conf, 'passive', '--site', 'A', '--yes');
is($code, 7, 'one that refuses');
like($err, qr/^qsrepl: error: could not set all start types of site "A" to manual$/m, 'says so');
like($out, qr/^CN +A +QlikSenseProxyService .*could not config: ERROR_ACCESS_DENIED \(5\)$/m, 'which one');
like($out, qr/^R1 +A +QlikSenseProxyService .*(?:its start type is still auto|could not config: .*)$/m, 'and the one that forgets') or diag($out);
is($nodes->service(1, 'QlikSenseEngineService')->{start}, 'manual', 'the others are manual');
$nodes->set(1, 'QlikSenseProxyService', deny => undef);
$nodes->set(2, 'QlikSenseProxyService', stubborn => undef);

# A way that cannot do it.
my $scm = $conf;
$conf = conf_of(control => 'rpc');
($code, $out, $err) = service($conf, 'passive', '--site', 'A', '--yes');
is($code, 7, 'rpc cannot set start types');
like($out, qr/^CN .*its service_control cannot set start types$/m, 'says so');
$conf = $scm;

# No database at all.
$node{B}->stop;
($code, $out, $err) = service($conf, 'active', '--site', 'A', '--yes');
is($code, 7, 'no database');
like($err, qr/^qsrepl: error: start types that services had could not be read\n.*one of them must answer/ms, 'says so');
$nodes->stop;
done_testing();
