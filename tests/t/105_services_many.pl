# Twenty nodes: three that do not answer, a wrong password that is tried once,
# and how long it takes.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Utils;
use QsreplNodes;
use QsreplServices;
use QsreplTool;
use Test::More;
use Time::HiRes qw(time);

my $nodes = start_nodes(n => 20, net => '127.0.8', first => 21, lockout => 3);
my $running = 'Dispatcher 4 Repository 4 Proxy 4 Engine 4 Scheduler 4 Printing 4';
my $stopped = 'Dispatcher 1 Repository 1 Proxy 1 Engine 1 Scheduler 1 Printing 1';
my @names = map { "N$_" } 1 .. 20;
my $settings = "[services]\nparallel = 20\nanswer_timeout = 3s\nstop_timeout = 5s\n";
my $conf = bare_conf($settings . node_sections($nodes, names => \@names));
my ($code, $json, $err, $took);

sub timed
{
	my ($file, @words) = @_;
	my $begin = time;

	($code, $json, $err) = services_json($file, @words);
	$took = time - $begin;
	return;
}

sub answers
{
	my %count;

	$count{ $_->{answer} }++ foreach @{ $json->{nodes} };
	return join ' ', map { "$_ $count{$_}" } sort keys %count;
}

# All answer at once.
foreach my $number (1 .. 20)
{
	$nodes->set($number, $_, delay => 0) foreach keys %{ qlik_services() };
}
timed($conf, 'stop', '--site', 'A', '--yes');
note sprintf 'stop of twenty nodes: %.2f s', $took;
is($code, 0, 'stop') or diag($err);
is(answers(), 'answers 20', 'all answer');
is((grep { states($nodes, $_) ne $stopped } 1 .. 20), 0, 'all are down');
timed($conf, 'start', '--site', 'A', '--yes', '--force', '--no-probe');
note sprintf 'start of twenty nodes: %.2f s', $took;
is($code, 0, 'start') or diag($err);
is((grep { states($nodes, $_) ne $running } 1 .. 20), 0, 'all are up');

# Three do not answer, the first one among them.
my ($port, $silent) = silent_address('127.0.8.61');
my $text = slurp_file($conf);
foreach my $name ('N1', 'N7', 'N20')
{
	my $n = substr $name, 1;

	$text =~ s/(\[node $name\]\nsite = A\n)address = \S+\nsmb_port = \d+/$1address = 127.0.8.61\nsmb_port = $port/ or die;
	$port = (silent_address('127.0.8.6' . (1 + length $name)))[0] if 0;
}
