# What an operation of qsrepl-scm takes, and of "net rpc service": medians.
# usage: measure.pl JSON REPORT ROUNDS
use strict;
use warnings FATAL => 'all';

use IPC::Run ();
use JSON::PP ();
use QsreplNodes;
use Time::HiRes qw(time);

my ($json, $report, $rounds) = @ARGV;
my $services = qlik_services();
my @names = grep { $_ ne 'QlikSenseRepositoryDatabase' } sort keys %$services;
my $engine = 'QlikSenseEngineService';

# What a service itself takes is not what is measured.
$_->{delay} = 0 foreach values %$services;
my $nodes = start_nodes(n => 20, services => $services, lsa => 1);
my @first = ($nodes->address(1), $nodes->port);
my @net = ('net', 'rpc', 'service');
open my $out, '>', $report or die "$report: $!";
open my $results, '>', $json or die "$json: $!";

sub net
{
	my ($address, @words) = @_;

	return [ @net, @words, '-S', $address, '-p', $nodes->port, '-A', $nodes->credentials ];
}

sub must
{
	my ($command) = @_;
	my $said = '';

	IPC::Run::run($command, '<', \'', '>&', \$said) or die "@$command: $said";
	return;
}

# $1 what, $2 how many operations a round has, $3 a round, $4 the limit
sub measure
{
	my ($what, $operations, $round, $wanted) = @_;
	my @times;

	$round->();
	foreach (1 .. $rounds)
	{
		my $begin = time;
		$round->();
		push @times, (time - $begin) * 1000 / $operations;
	}
	@times = sort { $a <=> $b } @times;
	my $median = $times[ @times / 2 ];
	printf $out "%-58s %8.2f ms  (%.2f to %.2f)%s\n", $what, $median, $times[0], $times[-1],
	  $wanted ? "  wanted: less than $wanted ms, " . ($median < $wanted ? 'reached' : 'NOT REACHED') : '';
	print $results JSON::PP->new->canonical->encode({ case => $what, ms => 0 + sprintf('%.2f', $median), wanted => $wanted }), "\n";
	return;
}

sub ask
{
	my ($number, @requests) = @_;
	my ($code, @answers) = $nodes->scm($number, @requests);

	die 'qsrepl-scm: ' . JSON::PP::encode_json(\@answers)
	  if $code != 0 || grep { exists $_->{ok} && !$_->{ok} } @answers;
	return;
}

# Operations of a session, without its beginning.
my $run = do
{
	my ($in, $said) = ('', '');
	my $harness = IPC::Run::start([ 'build/qsrepl-scm', '--host', $first[0], '--port', $first[1], '--credentials', $nodes->credentials ], '<', \$in, '>', \$said);

	$harness->pump until $said =~ /connected/;
	sub {
		my @requests = @_;
		$said = '';
		$in = join '', map { JSON::PP::encode_json($_) . "\n" } @requests;
		$harness->pump until $said =~ tr/\n// == @requests;
		die $said if $said =~ /"ok":false/;
	}
};
measure('qsrepl-scm: query, in a session', 50, sub { $run->(map { { op => 'query', service => $engine } } 1 .. 50) }, 15);
measure('qsrepl-scm: rights, in a session', 50, sub { $run->(map { { op => 'rights', service => $engine } } 1 .. 50) }, 15);
measure('qsrepl-scm: config and read back, in a session', 20, sub { $run->(map { { op => 'config', service => $engine, start => $_ % 2 ? 'manual' : 'delayed', recovery => 'none' } } 1 .. 20) }, 15);
measure('qsrepl-scm: stop or start that is already so', 50, sub { $run->(map { { op => 'start', service => $engine } } 1 .. 50) }, 15);
measure('qsrepl-scm: stop and start, with polls of 20 ms, each', 20, sub { $run->(map { ({ op => 'stop', service => $engine }, { op => 'start', service => $engine }) } 1 .. 10) }, 0);

# The program, logon and one operation.
measure('qsrepl-scm: logon and one query', 1, sub { ask(1, { op => 'query', service => $engine }) }, 0);
measure('net rpc service status', 1, sub { must(net($first[0], 'status', $engine)) }, 0);
measure('qsrepl-scm: logon, stop and start of 6 services', 1, sub { ask(1, map { my $op = $_; map { { op => $op, service => $_ } } @names } qw(stop start)) }, 0);
measure('net rpc service: stop and start of 6 services, not verified', 1, sub { foreach my $op (qw(stop start)) { must(net($first[0], $op, $_)) foreach @names } }, 0);

# 20 nodes at the same time.
sub all_nodes
{
	my ($op) = @_;
	my $in = join '', map { JSON::PP::encode_json({ op => $op, service => $_ }) . "\n" } @names;
	my %said = map { $_ => '' } 1 .. 20;
	my @all = map { IPC::Run::start([ 'build/qsrepl-scm', '--host', $nodes->address($_), '--port', $nodes->port, '--credentials', $nodes->credentials ], '<', \$in, '>', \$said{$_}) } 1 .. 20;

	$_->finish foreach @all;
	die join '', values %said if grep { !/connected/ || /"ok":false/ } values %said;
	return;
}
measure('qsrepl-scm: 6 services at 20 nodes, stop or start', 2, sub { all_nodes('stop'); all_nodes('start') }, 3000);
