# What a stop and a start of six services on twenty nodes take, beside a loop over
# "net rpc service".
# usage: measure.pl RESULTS ROUNDS
use strict;
use warnings FATAL => 'all';

use IPC::Run ();
use JSON::PP ();
use QsreplNodes;
use QsreplServices;
use QsreplTool;
use Sample qw(open_results setup sample);
use Time::HiRes qw(time);

my ($results, $rounds) = @ARGV;
my $services = qlik_services();
my @names = grep { $_ ne 'QlikSenseRepositoryDatabase' } sort keys %$services;
my @silent = map { "127.0.8.24$_" } 1 .. 3;
my @kept;

# What a service itself takes is not what is measured.
$_->{delay} = 0 foreach values %$services;
my $nodes = start_nodes(n => 20, net => '127.0.8', first => 201, services => $services, lsa => 1);
my $conf = bare_conf("[services]\nparallel = 20\nanswer_timeout = 5s\n" . node_sections($nodes));
open_results($results);
setup("6 services on each of 20 stand-in nodes on this machine, $rounds rounds");
my ($own, $net) = ('qsrepl', 'loop over net rpc service status');

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
foreach (1 .. $rounds)
{
	sample('all answer', 'stop', $own, 's', timed(0, $conf, 'stop'));
	sample('all answer', 'start', $own, 's', timed(0, $conf, @start));
}

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
foreach (1 .. $rounds)
{
	my $begin = time;

	$nodes->forget;
	my $all = timed(7, $gaps, 'stop');
	my ($last) = sort { $b <=> $a } map { $_->{time} } grep { $_->{operation} eq 'stop' } $nodes->operations;
	sample('three are silent', 'until all others are down', $own, 's', $last - $begin);
	sample('three are silent', 'until the silent ones are told', $own, 's', $all);
	timed(7, $gaps, @start);
}

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
sample('all answer', 'only asked', $net, 's', time - $begin);
$nodes->stop;
