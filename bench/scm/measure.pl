# What an operation of qsrepl-scm takes, beside "net rpc service".
# usage: measure.pl RESULTS ROUNDS
use strict;
use warnings FATAL => 'all';

use IPC::Run ();
use JSON::PP ();
use QsreplNodes;
use Sample qw(open_results setup timed);

my ($results, $rounds) = @ARGV;
my $services = qlik_services();
my @names = grep { $_ ne 'QlikSenseRepositoryDatabase' } sort keys %$services;
my $engine = 'QlikSenseEngineService';

# What a service itself takes is not what is measured.
$_->{delay} = 0 foreach values %$services;
my $nodes = start_nodes(n => 20, services => $services, lsa => 1);
my @first = ($nodes->address(1), $nodes->port);
my @net = ('net', 'rpc', 'service');
my @measured;
open_results($results);
setup("stand-in nodes on this machine, $rounds rounds");

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

# Where, what, who, how many operations a round has, a round; the rounds of all
# go in turn, behind one that does not count.
sub measure
{
	push @measured, [@_];
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
my ($own, $net) = ('qsrepl-scm', 'net rpc service');

sub session { my ($what, $n, @requests) = @_; return measure('in a session', $what, $own, $n, sub { $run->(@requests) }) }

session('query', 50, map { { op => 'query', service => $engine } } 1 .. 50);
session('rights', 50, map { { op => 'rights', service => $engine } } 1 .. 50);
session('config and read back', 20,
	map { { op => 'config', service => $engine, start => $_ % 2 ? 'manual' : 'delayed', recovery => 'none' } } 1 .. 20);
session('start of what runs', 50, map { { op => 'start', service => $engine } } 1 .. 50);
session('stop and start, polled each 20 ms', 20,
	map { ({ op => 'stop', service => $engine }, { op => 'start', service => $engine }) } 1 .. 10);

# The program, logon and what is asked.
measure('with logon', 'one query', $own, 1, sub { ask(1, { op => 'query', service => $engine }) });
measure('with logon', 'one query', $net, 1, sub { must(net($first[0], 'status', $engine)) });
measure('with logon', 'stop and start of 6 services', $own, 1,
	sub { ask(1, map { my $op = $_; map { { op => $op, service => $_ } } @names } qw(stop start)) });
measure('with logon', 'stop and start of 6 services', "$net, not verified", 1,
	sub { foreach my $op (qw(stop start)) { must(net($first[0], $op, $_)) foreach @names } });

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
measure('20 nodes at once', '6 services, stop or start', $own, 2, sub { all_nodes('stop'); all_nodes('start') });

$_->[4]->() foreach @measured;
foreach (1 .. $rounds)
{
	timed(@$_) foreach @measured;
}
