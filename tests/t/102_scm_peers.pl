# qsrepl-scm: nodes whose answers are broken, late, or none.
use strict;
use warnings FATAL => 'all';

use QsreplNodes;
use Test::More;
use Time::HiRes qw(time);

my $engine = 'QlikSenseEngineService';
my %failure = (
	bind_nak => [ 'protocol', qr/^the bind was refused$/ ],
	garbage => [ 'protocol', qr/^the answer is not DCE\/RPC$/ ],
	wrong_call => [ 'protocol', qr/^the answer is another call's$/ ],
	short => [ 'protocol', qr/^an answer of the service control manager is cut short$/ ],
	tiny_length => [ 'protocol', qr/^an answer's length is wrong$/ ],
	huge_count => [ 'protocol', qr/^an answer of the service control manager is cut short$/ ],
	endless => [ 'protocol', qr/^the answer to a call is none$/ ],
	endless_first => [ 'protocol', qr/^an answer has no end$/ ],
	empty_fragments => [ 'protocol', qr/^an answer has no end$/ ],
	fault => [ 'protocol', qr/^the call was answered by fault 0x1c010002$/ ],
	denied_fault => [ 'denied', qr/^the call was answered by fault 0x00000005$/ ],
	other_type => [ 'protocol', qr/^the answer to a call is none$/ ],
	close => [ undef, qr/^could not read from the pipe: |^the pipe was closed$/ ],
	huge_length => [ 'unreachable', qr/^no answer in time$/ ],
	hang => [ 'unreachable', qr/^no answer in time$/ ],
	hang_bind => [ 'unreachable', qr/^no answer in time$/ ],
);
my @peers = sort keys %failure;
my $nodes = start_nodes(n => 2);

sub words
{
	my ($number) = @_;

	return [ '--host', $nodes->address($number), '--port', $nodes->port, '--credentials', $nodes->credentials, '--timeout', 1000 ];
}

foreach my $peer (@peers)
{
	my ($kind, $text) = @{ $failure{$peer} };

	# From the beginning, and in the middle.
	foreach my $late (0, 1)
	{
		next if $late && $peer =~ /bind/;
		my $begin = time;

		$nodes->set_node(1, peer => $peer, peer_after => $late ? 3 : undef);
		my ($exit, @answers) = scm(words(1), map { { op => $_, service => $engine } } qw(query rights list));
		my $name = $late ? "$peer, late" : $peer;

		is($exit, 1, "$name: exit code");
		# A handle may be any bytes: the first call cannot tell.
		is($answers[0]{connected}, $late || $peer eq 'huge_count' ? 1 : undef, "$name: connected");
		my $error = $answers[-1]{error};
		is(ref $error, 'HASH', "$name: the last answer") or next;
		is($error->{kind}, $kind, "$name: kind") if $kind;
		like($error->{text}, $text, "$name: text");
		cmp_ok(time - $begin, '<', 5, "$name: in time");
	}
}

# A node that is only slow is none of those.
$nodes->set_node(1, peer => undef, peer_after => undef, lag => 0.4);
my ($exit, @answers) = scm(words(1), { op => 'query', service => $engine });
is($exit, 0, 'slow: exit code');
ok($answers[1]{ok}, 'slow: answers');

# Nor is one that answers when its service has, within the deadline.
$nodes->set_node(1, lag => undef);
$nodes->set(1, $engine, answers_after => 1.5);
($exit, @answers) = scm(words(1), map { { op => $_, service => $engine, deadline_ms => 20000 } } qw(stop start));
is($exit, 0, 'slow service: exit code');
is_deeply([ map { $_->{state} } @answers[ 1, 2 ] ], [ 'stopped', 'running' ], 'slow service: answers');
($exit, @answers) = scm(words(1), { op => 'stop', service => $engine, deadline_ms => 100 });
is($exit, 1, 'slow service, beyond the deadline: exit code');
is($answers[-1]{error}{text}, 'no answer in time', 'slow service, beyond the deadline: why');
$nodes->set(1, $engine, answers_after => undef, state => 4, until => undef);

# One that hangs between two requests does not take the rest with it in silence.
$nodes->set_node(1, lag => undef, peer => 'hang', peer_after => 4);
($exit, @answers) = scm(words(1), { op => 'stop', service => $engine, deadline_ms => 60000 }, { op => 'list' });
is($exit, 1, 'hangs in a stop: exit code');
is_deeply([ map { $_->{error} ? ref $_->{error} : 0 + $_->{connected} } @answers ], [ 1, 'HASH' ], 'hangs in a stop: told');

# Other nodes are not hindered.
is((scm(words(2), { op => 'query', service => $engine }))[0], 0, 'the other node answers');
done_testing();
