# Twenty nodes: three that do not answer, a wrong password that is tried once,
# and how long it takes.
use strict;
use warnings FATAL => 'all';

use JSON::PP ();
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
my $settings = "[services]\nparallel = 20\nanswer_timeout = 5s\nstop_timeout = 5s\n";
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

# Three do not answer, the central node's first neighbour among them.
my @kept;

sub silence
{
	my ($text, %address) = @_;

	foreach my $name (sort keys %address)
	{
		my ($port, $socket) = silent_address($address{$name});

		push @kept, $socket;
		$text =~ s/(\[node $name\]\nsite = A\n)address = \S+\nsmb_port = \d+/$1address = $address{$name}\nsmb_port = $port/ or die $name;
	}
	return write_private("$tool_dir/" . join('', sort keys %address) . '.conf', $text);
}

my %silent = (N2 => '127.0.8.61', N7 => '127.0.8.62', N20 => '127.0.8.63');
my $gaps = silence(slurp_file($conf), %silent);

$nodes->forget;
my $begin = time;
timed($gaps, 'stop', '--site', 'A', '--yes');
my ($last) = sort { $b <=> $a } map { $_->{time} } grep { $_->{code} == 0 } $nodes->operations;
note sprintf 'three silent of twenty: %.2f s, the others within %.2f s', $took, $last - $begin;
is($code, 7, 'stop: three are silent');
is(answers(), 'answers 17 silent 3', 'the others answer');
is((grep { !$silent{"N$_"} && states($nodes, $_) ne $stopped } 1 .. 20), 0, 'and are down');
cmp_ok($took, '>', 4.9, 'the silent ones had their time');
cmp_ok($took, '<', 15, 'and not more than that');
cmp_ok($last - $begin, '<', 4.9, 'nobody waited for them, the central node at last included');
my ($problem) = map { $_->{problem} } grep { $_->{node} eq 'N7' } @{ $json->{nodes} };
like($problem, qr/time|answer/i, 'what is told of them');

# The first one that is tried is silent: the next one is.
timed(silence(slurp_file($conf), N1 => '127.0.8.64'), 'list');
is(answers(), 'answers 19 silent 1', 'the first one is silent');
cmp_ok($took, '<', 12, 'the others are asked meanwhile');

# A wrong password: one attempt, not twenty.
sub logons
{
	my ($status) = @_;

	return scalar grep { $_->{status} eq $status } $nodes->logons;
}

my $wrong = bare_conf($settings . node_sections($nodes, names => \@names, credentials => $nodes->wrong_credentials));
my $before = logons('NT_STATUS_WRONG_PASSWORD');
timed($wrong, 'stop', '--site', 'A', '--yes');
is($code, 7, 'a wrong password');
is(answers(), 'not_tried 19 refused 1', 'stops the others');
is(logons('NT_STATUS_WRONG_PASSWORD') - $before, 1, 'one attempt, by what smbd says');
is($nodes->bad_password_count, 1, 'by the account, too');
is($json->{nodes}[1]{answer}, 'refused', 'the first rim');
is($json->{nodes}[5]{problem}, 'was not tried, since another node has refused the same logon', 'what is told of the others');
like($err, qr/^qsrepl: error: could not stop all services of site "A"$/m, 'the error');
unlike($err . JSON::PP::encode_json($json), qr/not the password/, 'the password is nowhere');

# Nodes with another file are tried on their own.
my $halves = slurp_file($wrong);
my $good = $nodes->credentials;
$halves =~ s/(\[node N(?:1[1-9]|20)\]\n.*?credentials = )\S+/$1$good/sg;
timed(write_private("$tool_dir/halves.conf", $halves), 'list');
is(answers(), 'answers 10 not_tried 9 refused 1', 'two files');
is($nodes->bad_password_count, 0, 'the right one sets the count back');

# The first node that is tried with a wrong password is silent.
$before = logons('NT_STATUS_WRONG_PASSWORD');
timed(silence(slurp_file($wrong), N1 => '127.0.8.65'), 'list');
is(answers(), 'not_tried 18 refused 1 silent 1', 'a silent one before a wrong password');
is(logons('NT_STATUS_WRONG_PASSWORD') - $before, 1, 'still one attempt');

# An account that is locked: one attempt.
timed($wrong, 'list') foreach 1 .. 2;
$before = $nodes->logons;
timed($conf, 'list');
is($code, 7, 'a locked account');
is(answers(), 'not_tried 19 refused 1', 'stops the others');
is($nodes->logons - $before, 1, 'one attempt');
like($json->{nodes}[0]{problem}, qr/lock/i, 'says that it is locked') or diag($json->{nodes}[0]{problem});
$nodes->stop;
done_testing();
