# What a stop and a start of six services on twenty nodes take; medians.
# usage: measure.pl JSON REPORT ROUNDS
use strict;
use warnings FATAL => 'all';

use IPC::Run ();
use JSON::PP ();
use QsreplNodes;
use QsreplServices;
use QsreplTool;
use Time::HiRes qw(time);

my ($json, $report, $rounds) = @ARGV;
my $services = qlik_services();
my @names = grep { $_ ne 'QlikSenseRepositoryDatabase' } sort keys %$services;
my @silent = map { "127.0.8.24$_" } 1 .. 3;
my @kept;

# What a service itself takes is not what is measured.
$_->{delay} = 0 foreach values %$services;
my $nodes = start_nodes(n => 20, net => '127.0.8', first => 201, services => $services, lsa => 1);
my $conf = bare_conf("[services]\nparallel = 20\nanswer_timeout = 5s\n" . node_sections($nodes));
open my $out, '>', $report or die "$report: $!";
open my $results, '>', $json or die "$json: $!";

sub result
{
	my ($what, $wanted, @times) = @_;

	@times = sort { $a <=> $b } @times;
	my $median = $times[ @times / 2 ];
	printf $out "%-64s %6.2f s  (%.2f to %.2f)%s\n", $what, $median, $times[0], $times[-1],
	  $wanted ? "  wanted: less than $wanted s, " . ($median < $wanted ? 'reached' : 'NOT REACHED') : '';
	print $results JSON::PP->new->canonical->encode({ case => $what, s => 0 + sprintf('%.3f', $median), wanted => $wanted }), "\n";
	return;
}

# Seconds that a command takes, and its exit code must be this one.
sub timed
{
	my ($wanted, $file, @words) = @_;
	my $begin = time;
	my ($code, $said, $err) = service($file, @words, '--site', 'A', '--yes');

	die "@words: $code\n$said$err" if $code != $wanted;
	return time - $begin;
}

my @start = ('start', '--force', '--no-probe');
my (@stops, @starts);

foreach (1 .. $rounds)
{
	push @stops, timed(0, $conf, 'stop');
	push @starts, timed(0, $conf, @start);
}
result('qsrepl service stop, 6 services on 20 nodes', 3, @stops);
result('qsrepl service start, 6 services on 20 nodes', 3, @starts);

# Three rims that do not answer.
open my $handle, '<', $conf or die;
my $text = do { local $/; <$handle> };
foreach my $number (5, 12, 20)
{
	my $address = shift @silent;
	my ($port, $socket) = silent_address($address);

	push @kept, $socket;
	$text =~ s/(\[node A$number\]\nsite = A\n)address = \S+\nsmb_port = \d+/$1address = $address\nsmb_port = $port/ or die;
}
my $gaps = write_private("$tool_dir/gaps.conf", $text);
my (@all, @others);

foreach (1 .. $rounds)
{
	my $begin = time;

	$nodes->forget;
	push @all, timed(7, $gaps, 'stop');
	my ($last) = sort { $b <=> $a } map { $_->{time} } grep { $_->{operation} eq 'stop' } $nodes->operations;
	push @others, $last - $begin;
	timed(7, $gaps, @start);
}
result('three of them silent, answer_timeout = 5s: until all others are down', 3, @others);
result('until the silent ones are told', 0, @all);

# What a script does: one after the other, without a look whether it is so.
my $begin = time;
foreach my $number (1 .. 20)
{
	foreach my $name (@names)
	{
		my $said = '';

		IPC::Run::run([ 'net', 'rpc', 'service', 'status', $name, '-S', $nodes->address($number), '-p', $nodes->port, '-A', $nodes->credentials ],
			'<', \'', '>&', \$said) or die $said;
	}
}
result('a loop over "net rpc service status", 6 services on 20 nodes', 0, time - $begin);
close $out;
close $results;
$nodes->stop;
