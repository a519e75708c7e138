# qsrepl-scm: each request, against nodes that behave.
use strict;
use warnings FATAL => 'all';

use IPC::Run ();
use JSON::PP ();
use MIME::Base64;
use QsreplNodes;
use Test::More;
use Time::HiRes qw(time);

my $engine = 'QlikSenseEngineService';
my $proxy = 'QlikSenseProxyService';
my $repository = 'QlikSenseRepositoryService';
my $nodes = start_nodes(n => 2);

# The second answer: the first one says that it is connected.
sub ask
{
	my @requests = @_;
	my ($code, $first, @answers) = $nodes->scm(1, @requests);

	die "not connected: " . JSON::PP::encode_json($first) if !$first->{connected};
	return wantarray ? ($code, @answers) : $answers[0];
}

# Members of an answer that are compared.
sub is_so
{
	my ($answer, $wanted, $name) = @_;

	is_deeply({ map { $_ => ref $answer->{$_} eq 'JSON::PP::Boolean' ? 0 + $answer->{$_} : $answer->{$_} } keys %$wanted }, $wanted, $name)
	  or diag explain $answer;
	return;
}

# Nothing to do, and what is connected.
my ($code, @answers) = $nodes->scm(1);
is($code, 0, 'no requests: exit code');
is_deeply(\@answers, [ { connected => JSON::PP::true } ], 'no requests: connected');

# list
$nodes->set(1, $engine, start => 'delayed');
$nodes->set(1, $proxy, start => 'disabled', state => 1);
($code, @answers) = ask({ op => 'list' });
is($code, 0, 'list: exit code');
is_so(pop @answers, { done => 'list', ok => 1 }, 'list: ends');
is(scalar @answers, 7, 'list: all services');
my %by_name = map { $_->{service} => $_ } @answers;
is_so($by_name{$engine}, { display => 'Qlik Sense Engine Service', state => 'running', start => 'delayed' }, 'list: a running one');
cmp_ok($by_name{$engine}{pid}, '>', 0, 'list: its process');
is_so($by_name{$proxy}, { state => 'stopped', start => 'disabled', pid => 0 }, 'list: a stopped one');

# More than one buffer, with characters of all planes.
$nodes->change(2, sub {
	my ($node) = @_;
	foreach my $number (1 .. 250)
	{
		$node->{services}{"Service$number"} = { display => "Dienst \x{e4}\x{4e2d}\x{1f600} " . 'x' x ($number % 120), state => 1, start => 'manual' };
	}
});
($code, undef, @answers) = $nodes->scm(2, { op => 'list', prefix => 'Service' });
is(scalar @answers, 251, 'list: by prefix, and in pieces');
is(scalar(grep { ($_->{display} // '') =~ /^Dienst \x{e4}\x{4e2d}\x{1f600} x*$/ } @answers), 250, 'list: display names');

# query
my $before = ask({ op => 'query', service => $engine });
is_so($before, { service => $engine, op => 'query', display => 'Qlik Sense Engine Service', state => 'running', start => 'delayed', recovery_set => 1, ok => 1, error => 0 }, 'query');
is(length decode_base64($before->{recovery}), 4 + 20 + 3 * 8, 'query: recovery actions');
is_so(scalar ask({ op => 'query', service => lc $engine }), { ok => 1, service => lc $engine }, 'query: names do not differ by case');
is_so(scalar ask({ op => 'query', service => 'nothing' }), { ok => 0, error => 1060, error_name => 'ERROR_SERVICE_DOES_NOT_EXIST' }, 'query: no such service');
$nodes->set(1, $repository, display => 'y' x 3000);
is(ask({ op => 'query', service => $repository })->{display}, 'y' x 3000, 'query: a configuration larger than usual');

# stop and start
$nodes->forget;
is_so(scalar ask({ op => 'stop', service => $engine, deadline_ms => 20000 }), { state => 'stopped', ok => 1, error => 0, pid => 0 }, 'stop');
is($nodes->service(1, $engine)->{state}, 1, 'stop: it is');
is_so(scalar ask({ op => 'stop', service => $engine, deadline_ms => 20000 }), { state => 'stopped', ok => 1, already => 1 }, 'stop: already there');
is_so(scalar ask({ op => 'start', service => $engine, deadline_ms => 20000 }), { state => 'running', ok => 1, error => 0 }, 'start');
is_so(scalar ask({ op => 'start', service => $engine, deadline_ms => 20000 }), { state => 'running', ok => 1, already => 1 }, 'start: already there');
is_deeply([ map { "$_->{operation} $_->{code}" } $nodes->operations(1) ], [ 'stop 0', 'start 0' ], 'the node was told twice');

# Slow ones are waited for.
$nodes->set(1, $engine, delay => 0.6);
my $answer = ask({ op => 'stop', service => $engine, deadline_ms => 20000 });
is_so($answer, { ok => 1, state => 'stopped' }, 'stop: slow');
cmp_ok($answer->{ms}, '>=', 500, 'stop: slow: how long');
cmp_ok($answer->{ms}, '<', 5000, 'stop: slow: no longer');

# One that is on its way already: a start is waited for before a stop.
$nodes->set(1, $engine, state => 2, until => time + 0.3, delay => 0.05);
is_so(scalar ask({ op => 'stop', service => $engine, deadline_ms => 20000 }), { ok => 1, state => 'stopped' }, 'stop: while it starts');
$nodes->set(1, $engine, state => 3, until => time + 0.3);
is_so(scalar ask({ op => 'start', service => $engine, deadline_ms => 20000 }), { ok => 1, state => 'running' }, 'start: while it stops');

# Hanging ones end at the deadline, and what comes after is done.
$nodes->set(1, $engine, hang_stop => 1);
($code, @answers) = ask({ op => 'stop', service => $engine, deadline_ms => 300 }, { op => 'stop', service => $repository });
is($code, 0, 'stop: hanging: exit code');
is_so($answers[0], { ok => 0, state => 'stop_pending', error => 1460, error_name => 'ERROR_TIMEOUT' }, 'stop: hanging');
cmp_ok($answers[0]{ms}, '>=', 300, 'stop: hanging: not before the deadline');
cmp_ok($answers[0]{ms}, '<', 2000, 'stop: hanging: soon after the deadline');
is_so($answers[1], { ok => 1, service => $repository }, 'stop: the next one');
$nodes->set(1, $engine, hang_stop => undef, hang_start => 1, state => 1, until => undef);
is_so(scalar ask({ op => 'start', service => $engine, deadline_ms => 200 }), { ok => 0, state => 'start_pending', error => 1460 }, 'start: hanging');
$nodes->set(1, $engine, hang_start => undef, state => 1, until => undef);

# Each refusal has its code.
is_so(scalar ask({ op => 'start', service => $proxy }), { ok => 0, error => 1058, error_name => 'ERROR_SERVICE_DISABLED', state => 'stopped' }, 'start: disabled');
$nodes->set(1, $engine, fail_start => 1069);
is_so(scalar ask({ op => 'start', service => $engine }), { ok => 0, error => 1069, error_name => 'ERROR_SERVICE_LOGON_FAILED' }, 'start: refused');
$nodes->set(1, $engine, fail_start => undef, dies => 1);
is_so(scalar ask({ op => 'start', service => $engine }), { ok => 0, error => 1067, error_name => 'ERROR_PROCESS_ABORTED', state => 'stopped' }, 'start: it dies');
$nodes->set(1, $engine, dies => undef, state => 4, fail_stop => 1052);
is_so(scalar ask({ op => 'stop', service => $engine }), { ok => 0, error => 1052, state => 'running' }, 'stop: refused');
$nodes->set(1, $engine, fail_stop => 31);
is_so(scalar ask({ op => 'stop', service => $engine }), { ok => 0, error => 31, error_name => 'ERROR' }, 'stop: a code without a name');
$nodes->set(1, $engine, fail_stop => undef);

# A paused one is left to who has paused it, but stopped.
$nodes->set(1, $engine, state => 7);
is_so(scalar ask({ op => 'start', service => $engine }), { ok => 0, error => 1056, error_name => 'ERROR_SERVICE_ALREADY_RUNNING', state => 'paused' }, 'start: paused');
is_so(scalar ask({ op => 'stop', service => $engine }), { ok => 1, state => 'stopped' }, 'stop: paused');

# Those that need it are stopped first, in order, and named.
$nodes->set(1, $_, state => 4) foreach $engine, $proxy, $repository, 'QlikSensePrintingService';
$nodes->set(1, $proxy, depends => [$engine], start => 'auto');
$nodes->set(1, 'QlikSensePrintingService', depends => [$proxy]);
$nodes->forget;
is_so(scalar ask({ op => 'stop', service => $engine, dependents => JSON::PP::false }), { ok => 0, error => 1051, error_name => 'ERROR_DEPENDENT_SERVICES_RUNNING', state => 'running' }, 'stop: without those that need it');
is_so(scalar ask({ op => 'stop', service => $engine }), { ok => 1, dependents => [ 'QlikSensePrintingService', $proxy ] }, 'stop: with those that need it');
is_deeply([ map { "$_->{service} $_->{code}" } $nodes->operations(1) ], [ "$engine 1051", 'QlikSensePrintingService 0', "$proxy 0", "$engine 0" ], 'stop: in order');
is_so(scalar ask({ op => 'start', service => 'QlikSensePrintingService' }), { ok => 1, state => 'running' }, 'start: with what it needs');
$nodes->set(1, $proxy, hang_stop => 1);
is_so(scalar ask({ op => 'stop', service => $engine, deadline_ms => 300 }), { ok => 0, error => 1460, state => 'running', dependents => ['QlikSensePrintingService'], blocked_by => $proxy }, 'stop: one that needs it hangs');
$nodes->set(1, $proxy, hang_stop => undef, state => 4, until => undef, depends => []);

# config: start types, each read back
foreach my $start (qw(manual disabled delayed auto delayed manual auto))
{
	is_so(scalar ask({ op => 'config', service => $engine, start => $start }), { ok => 1, start => $start }, "config: $start");
	is($nodes->service(1, $engine)->{start}, $start, "config: $start: it is");
}

# Recovery actions: none, and back again, whatever they were.
my %recovery = (reset => 3600, message => "Neustart \x{fc}", command => 'C:\\x.cmd /y', actions => [ [ 1, 1000 ], [ 3, 0 ] ], flag => 1);
$nodes->set(1, $engine, recovery => {%recovery});
$before = ask({ op => 'query', service => $engine });
is_so(scalar ask({ op => 'config', service => $engine, start => 'manual', recovery => 'none' }), { ok => 1, start => 'manual', recovery_set => 0 }, 'config: no recovery');
is_deeply($nodes->service(1, $engine)->{recovery}, { reset => 0, message => '', command => '', actions => [], flag => 0 }, 'config: no recovery: it is');
is_so(scalar ask({ op => 'query', service => $engine }), { recovery_set => 0 }, 'query: no recovery');
is_so(scalar ask({ op => 'config', service => $engine, recovery => $before->{recovery} }), { ok => 1, recovery_set => 1, recovery => $before->{recovery}, start => 'manual' }, 'config: recovery restored');
is_deeply($nodes->service(1, $engine)->{recovery}, \%recovery, 'config: recovery restored: it is');
$nodes->set(1, $engine, recovery => { actions => [ [ 0, 0 ] ] });
is_so(scalar ask({ op => 'query', service => $engine }), { recovery_set => 0 }, 'query: actions that do nothing');

# More than one fragment of a call.
$nodes->set(1, $engine, recovery => { reset => 1, command => 'z' x 3000, actions => [ [ 1, 5 ] ] });
$before = ask({ op => 'query', service => $engine });
ask({ op => 'config', service => $engine, recovery => 'none' });
is_so(scalar ask({ op => 'config', service => $engine, recovery => $before->{recovery} }), { ok => 1, recovery_set => 1 }, 'config: a long command');
is($nodes->service(1, $engine)->{recovery}{command}, 'z' x 3000, 'config: a long command: it is');

# What was not kept is told.
$nodes->set(1, $engine, stubborn => 1, start => 'auto');
is_so(scalar ask({ op => 'config', service => $engine, start => 'manual' }), { ok => 0, error => 13, start => 'auto', text => 'What was set was not kept.' }, 'config: not kept');
is_so(scalar ask({ op => 'config', service => $engine, recovery => 'none' }), { ok => 0, error => 13 }, 'config: recovery not kept');
$nodes->set(1, $engine, stubborn => undef);

# rights, without acting
$nodes->forget;
is_so(scalar ask({ op => 'rights', service => $engine }), { stop => 1, start => 1, config => 1, ok => 1 }, 'rights: all');
$nodes->set(1, $engine, deny => ['stop']);
is_so(scalar ask({ op => 'rights', service => $engine }), { stop => 0, start => 1, config => 1, ok => 1 }, 'rights: no stop');
is_so(scalar ask({ op => 'stop', service => $engine }), { ok => 0, error => 5, error_name => 'ERROR_ACCESS_DENIED' }, 'stop: denied');
$nodes->set(1, $engine, deny => [ 'start', 'config' ]);
is_so(scalar ask({ op => 'rights', service => $engine }), { stop => 1, start => 0, config => 0, ok => 1 }, 'rights: stop alone');
is_so(scalar ask({ op => 'config', service => $engine, start => 'manual' }), { ok => 0, error => 5 }, 'config: denied');
is_so(scalar ask({ op => 'rights', service => 'nothing' }), { ok => 0, error => 1060 }, 'rights: no such service');
$nodes->set(1, $engine, deny => ['all']);
is_so(scalar ask({ op => 'query', service => $engine }), { ok => 0, error => 5 }, 'query: denied');
($code, @answers) = ask({ op => 'list' });
%by_name = map { ($_->{service} // '') => $_ } @answers;
is_so($by_name{$engine}, { start => undef, state => 'running' }, 'list: a start type that may not be seen');
is(scalar(grep { $_->{operation} ne 'open' } $nodes->operations(1)), 0, 'rights: nothing was done');
$nodes->set(1, $engine, deny => undef);

# kill is not in the protocol.
is_so(scalar ask({ op => 'kill', service => $engine }), { ok => 0, error => 50, error_name => 'not supported', text => 'The service control manager cannot end a process.' }, 'kill');

# Requests that make no sense are answered, and others go on.
($code, @answers) = ask('nonsense', '[]', '', { op => 'dance' }, { op => 'stop' }, { op => 'stop', service => 'x' x 300 }, { op => 'config', service => $engine },
	{ op => 'config', service => $engine, start => 'boot' }, { op => 'config', service => $engine, recovery => '====' }, { op => 'config', service => $engine, recovery => 'abc' },
	{ op => 'config', service => $engine, recovery => 'AAAAAAAA' }, { op => 'query', service => $engine });
is($code, 0, 'no sense: exit code');
is_deeply([ map { $_->{error} } @answers ], [ (87) x 10, 13, 0 ], 'no sense: codes');
is_deeply([ map { $_->{text} } @answers[ 0 .. 9 ] ],
	[
		('A request needs "op".') x 3,
		'"op" is not recognized.',
		('A request of this kind needs "service".') x 2,
		'A change needs "start" or "recovery".',
		'"start" is not recognized.',
		('"recovery" is neither "none" nor base64.') x 2
	],
	'no sense: why');

# stop_on_error
($code, @answers) = ask({ op => 'stop', service => 'nothing', stop_on_error => JSON::PP::true }, { op => 'stop', service => $engine }, { op => 'list' });
is_so($answers[1], { skipped => 1, op => 'stop', service => $engine, ok => 0 }, 'stop_on_error: the rest is left out');
is_so($answers[2], { skipped => 1, op => 'list' }, 'stop_on_error: all of it');
is($nodes->service(1, $engine)->{state}, 4, 'stop_on_error: it runs on');
($code, @answers) = ask({ op => 'query', service => $engine, stop_on_error => JSON::PP::true }, { op => 'query', service => $engine });
is($answers[1]{ok}, JSON::PP::true, 'stop_on_error: without an error');

# Answers come one by one.
my ($in, $out) = ('', '');
my $run = IPC::Run::start([ 'build/qsrepl-scm', '--host', $nodes->address(1), '--port', $nodes->port, '--credentials', $nodes->credentials ], '<', \$in, '>', \$out, IPC::Run::timeout(60));
$run->pump until $out =~ /connected.*\n/;
$out = '';
$in = qq({"op":"query","service":"$engine"}\n);
$run->pump until $out =~ /"ok":true.*\n/;
$run->finish;
pass('an answer comes before the end of the input');

is(scalar(grep { $_->{status} ne 'NT_STATUS_OK' } $nodes->logons), 0, 'no logon was refused');
done_testing();
