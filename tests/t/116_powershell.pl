# Scripts at Windows nodes through a real sshd: they arrive as they are, what
# they need stays out of sight, answers come in order, and each way in which
# that can go wrong is told. tests/nodes/powershell.py stands for PowerShell.
use strict;
use warnings FATAL => 'all';

use Digest::SHA qw(sha256_hex);
use File::Spec;
use IPC::Run ();
use JSON::PP ();
use PostgreSQL::Test::Utils;
use QsreplNodes qw(qlik_services);
use QsreplWindows;
use Test::More;
use Time::HiRes qw(time);

my $lab = File::Spec->rel2abs('build/powershell_lab');
my $node = '127.0.10.1';
my $ssh = start_windows_ssh(addresses => [$node]) or die 'no sshd';
my $json = JSON::PP->new->canonical;
my ($out, $err);

sub lines
{
	return map { $json->decode($_) } grep { /^\{/ } split /\n/, $out;
}

# Run a script there; sets $out, which says "ok" or "error" at its end.
sub at
{
	my ($script, $lines, %opt) = @_;
	my $began = time;

	IPC::Run::run([ $lab, $script, $opt{deadline} // 20000, $opt{parameters} // '{}', @{ $opt{way} // [ $ssh->words($node) ] } ], '<', \join('', map { "$_\n" } @$lines), '>', \$out, '2>', \$err);
	is($err, '', 'nothing on standard error');
	return time - $began;
}

sub requests
{
	return at('Invoke-QlikServiceRequest', [ map { ref ? $json->encode($_) : $_ } @_ ]);
}

# The node's state: services as Qlik has them, changed.
sub services
{
	my (%change) = @_;
	my $state = { services => qlik_services() };

	$state->{services}{$_} = { %{ $state->{services}{$_} // {} }, %{ $change{$_} } } foreach keys %change;
	$ssh->set_state($node, $state);
	return;
}

sub faults
{
	my (%fault) = @_;

	$ssh->set_state($node, { services => qlik_services(), powershell => \%fault });
	return;
}

sub fails_with
{
	my ($message, $detail, $hint, $name) = @_;

	like($out, qr/^error\nmessage: $message\n/m, $name);
	like($out, qr/^detail: $detail/m, 'with the reason');
	like($out, qr/^hint: $hint/m, 'and what to do');
	return;
}

# What goes there.
services();
requests({ op => 'query', service => 'QlikSenseProxyService' });
like($out, qr/^ok$/m, 'a request is answered');
my ($seen) = $ssh->seen;
is($seen->{digest}, sha256_hex(slurp_file('tool/powershell/Invoke-QlikServiceRequest.ps1')), 'the script has arrived as it is');
is($seen->{lines}, 1, 'with its input');
cmp_ok(length("powershell.exe @{ $seen->{words} }"), '<', 6000, 'a command line that cmd.exe takes, with room for an account');
at('Install-QlikCertificates', [], parameters => '{"Mode":"Get","Name":"äöü"}');
($seen) = $ssh->seen;
is($seen->{digest}, sha256_hex(slurp_file('tool/powershell/Install-QlikCertificates.ps1')), 'the other one, too');
is($seen->{parameters}{Name}, "\x{e4}\x{f6}\x{fc}", 'its parameters, whatever they are made of');

# What nobody sees but the script.
requests('{"op":"start","service":"Passwort-äöü-7361"}', ('{"op":"list"}') x 3);
($seen) = $ssh->seen;
is($seen->{lines}, 4, 'all lines have come');
my $processes = slurp_file("$ssh->{dir}/processes");
like($processes, qr/powershell\.exe/, 'processes were looked at');
unlike($processes, qr/7361/, 'and none has its input on a command line or in its environment');
unlike($ssh->log, qr/7361/, 'nor sshd in its log');

# Answers.
services(
	QlikSenseEngineService => { hang_stop => 1 },
	QlikSensePrintingService => { start => 'disabled', state => 1 },
	QlikSenseSchedulerService => { deny => ['stop'] },
	QlikSenseProxyService => { display => 'Qlik Sense Pröxy ☃' });
requests({ op => 'list' });
my @answers = lines();
is($answers[0]{connected}, JSON::PP::true, 'first, that it is connected');
is($answers[-1]{done}, 'list', 'last, that the list is complete');
is(scalar(@answers), 9, 'all services');
like($out, qr/Qlik Sense Pröxy ☃/, 'with names of any letters');
requests(
	{ op => 'stop', service => 'QlikSenseProxyService', deadline_ms => 5000 },
	{ op => 'stop', service => 'QlikSenseProxyService', deadline_ms => 5000 },
	{ op => 'stop', service => 'QlikSenseEngineService', deadline_ms => 200 },
	{ op => 'kill', service => 'QlikSenseEngineService' },
	{ op => 'start', service => 'QlikSensePrintingService', deadline_ms => 5000 },
	{ op => 'stop', service => 'QlikSenseSchedulerService', deadline_ms => 5000 },
	{ op => 'rights', service => 'QlikSenseSchedulerService' },
	{ op => 'stop', service => 'Other' },
	{ op => 'config', service => 'QlikSenseRepositoryService', start => 'manual', recovery => 'none' },
	{ op => 'query', service => 'QlikSenseRepositoryService' },
	{ op => 'run', command => [ 'C:\\Program Files\\x.exe', '-bootstrap' ], deadline_ms => 5000 },
	{ op => 'nonsense' },
	'not JSON');
@answers = lines();
shift @answers;
is_deeply(
	[ map { $_->{ok} ? 1 : 0 } @answers[ 0 .. 8 ] ],
	[ 1, 1, 0, 1, 0, 0, 0, 0, 1 ], 'each in its place');
is(scalar(@answers), 13, 'none is missing');
ok(!$answers[0]{already} && $answers[1]{already}, 'what was so already is told');
is($answers[2]{state}, 'stop_pending', 'one that hangs, at its deadline');
is($answers[4]{error_name}, 'ERROR_SERVICE_DISABLED', 'one that is disabled');
is("$answers[5]{error} $answers[5]{error_name}", '5 ERROR_ACCESS_DENIED', 'one that may not be stopped');
ok($answers[6]{start} && !$answers[6]{stop}, 'which its rights have told');
is($answers[7]{error}, 1060, 'one that is not there');
is($answers[9]{start}, 'manual', 'a start type was set');
is($answers[9]{recovery_set}, JSON::PP::false, 'and what follows a failure taken away');
is_deeply($ssh->state($node)->{ran}, [ [ 'C:\\Program Files\\x.exe', '-bootstrap' ] ], 'a program has run');
is($answers[11]{error_name}, 'ERROR_INVALID_PARAMETER', 'what is no request');
ok(!$answers[12]{ok}, 'and what is no JSON');

# What else a session may print.
faults(banner => 'Welcome to P1. {', noise => 1);
requests({ op => 'query', service => 'QlikSenseProxyService' });
is(scalar(lines()), 2, 'what is no answer is passed over');
like($out, qr/^ok$/m, 'and no error');

# No way there.
at('Invoke-QlikServiceRequest', [], way => []);
fails_with('no ssh_command leads to node "P1"', '', 'Set ssh_command in its section', 'a node without a way');
at('Invoke-QlikServiceRequest', [], way => [ 'echo', 'Hello' ]);
fails_with('what answers at node "P1" is no PowerShell', 'Hello powershell\.exe ', 'ssh_command of the node must end where', 'a way to something else');
at('Invoke-QlikServiceRequest', [], way => [ '/bin/sh', '-c', 'echo no banner; echo no such shell >&2; exit 7' ]);
fails_with('could not run PowerShell at node "P1"', 'program "/bin/sh" failed with exit code 7: no such shell\n(.*\n)*no banner', 'Try its ssh_command by hand', 'a way that fails');

# What is lost on the way is not run.
my $in_part = 'The input has not come as a whole\.';
my $changed = 'The input has been changed on the way\.';

foreach my $case ([ short => 10, $changed ], [ short => 1000, $in_part ], [ short => 100_000, $in_part ], [ wrong => 1, $changed ])
{
	my ($fault, $bytes, $detail) = @$case;

	faults($fault => $bytes);
	requests({ op => 'stop', service => 'QlikSenseProxyService' });
	fails_with('script "Invoke-QlikServiceRequest" failed at node "P1"', $detail, '', "$bytes bytes $fault");
	is($ssh->state($node)->{services}{QlikSenseProxyService}{state}, 4, 'and nothing is done');
}

# A script that fails, that says nothing, a connection that is cut.
faults(throw => 'Zugriff verweigert: größe');
requests({ op => 'list' });
fails_with('script "Invoke-QlikServiceRequest" failed at node "P1"', 'Zugriff verweigert: größe', '', 'a script that fails');
faults(silent => 1);
my $took = at('Invoke-QlikServiceRequest', [], deadline => 700);
fails_with('node "P1" did not answer within \d+ ms', '', '', 'one that says nothing');
cmp_ok($took, '<', 5, 'at its deadline');
services(QlikSenseEngineService => { hang_stop => 1 });
$took = at('Invoke-QlikServiceRequest', ['{"op":"stop","service":"QlikSenseEngineService","deadline_ms":60000}'], deadline => 2000);
fails_with('script "Invoke-QlikServiceRequest" at node "P1" did not end within 2000 ms', '', '', 'one that does not come to an end');
is(scalar(lines()), 1, 'what it had said is there');
foreach my $case ([ 0, 'could not run PowerShell at node "P1"', 0 ], [ 3, 'the connection to node "P1" ended before script "Invoke-QlikServiceRequest" did', 2 ])
{
	faults(cut => $case->[0]);
	requests({ op => 'list' });
	fails_with($case->[1], '.*Connection to 127\.0\.10\.1 closed', $case->[2] ? 'It may go on there' : 'Try its', "a connection that is cut after $case->[0] lines");
	is(scalar(lines()), $case->[2], 'what had come is there');
}
$ssh->stop;
requests({ op => 'list' });
fails_with('could not run PowerShell at node "P1"', '.*Connection refused', 'Try its ssh_command', 'no sshd');
done_testing();
