# qsrepl-scm: logons that are refused, nodes that cannot be reached, and what it
# must not tell anybody.
use strict;
use warnings FATAL => 'all';

use IPC::Run ();
use PostgreSQL::Test::Utils;
use QsreplNodes;
use Test::More;
use Time::HiRes qw(time usleep);

my $engine = 'QlikSenseEngineService';
my $started = time;
my $nodes = start_nodes(n => 3, lockout => 2, nodes => { 3 => { deny => 1 } });
my @to = ('--host', $nodes->address(1), '--port', $nodes->port);

sub failure_is
{
	my ($name, $words, $kind, $code, $text) = @_;
	my ($exit, @answers) = scm($words, { op => 'list' });

	is($exit, 1, "$name: exit code");
	is(scalar @answers, 1, "$name: one answer") or diag explain \@answers;
	my $error = $answers[0]{error} // {};
	is($error->{kind}, $kind, "$name: kind");
	is($error->{code}, $code, "$name: code") if defined $code;
	like($error->{text}, $text, "$name: text");
	return;
}

# One logon each, and what it is refused for.
failure_is('wrong password', [ @to, '--credentials', $nodes->wrong_credentials ], 'logon', 0xc000006d, qr/^NT_STATUS_LOGON_FAILURE$/);
is(scalar $nodes->logons, 1, 'wrong password: one logon');
is($nodes->bad_password_count, 1, 'wrong password: counted once');
failure_is('no such user', [ @to, '--credentials', $nodes->credentials_file('nobody', 'x', 'somebody') ], 'logon', 0xc000006d, qr/^NT_STATUS_LOGON_FAILURE$/);
failure_is('wrong password again', [ @to, '--credentials', $nodes->wrong_credentials ], 'logon', undef, qr/^NT_STATUS_/);
failure_is('locked', [ @to, '--credentials', $nodes->credentials ], 'logon', 0xc0000234, qr/^NT_STATUS_ACCOUNT_LOCKED_OUT$/);
is(scalar $nodes->logons, 4, 'locked: one logon each');

# The account in other states.
$nodes->account('-z', '-c', '[ ]');
is((scm([ @to, '--credentials', $nodes->credentials ]))[0], 0, 'unlocked');
$nodes->account('-c', '[D ]');
failure_is('disabled', [ @to, '--credentials', $nodes->credentials ], 'logon', 0xc0000072, qr/^NT_STATUS_ACCOUNT_DISABLED$/);
$nodes->account('-c', '[ ]', '--kickoff-time', '1000');
failure_is('expired', [ @to, '--credentials', $nodes->credentials ], 'logon', 0xc0000193, qr/^NT_STATUS_ACCOUNT_EXPIRED$/);
$nodes->account('--kickoff-time', 'never');
$nodes->policy('maximum password age', 1);
usleep(10_000) until time > $started + 2;
failure_is('password expired', [ @to, '--credentials', $nodes->credentials ], 'logon', 0xc0000071, qr/^NT_STATUS_PASSWORD_EXPIRED$/);
$nodes->policy('maximum password age', -1);

# A user with the domain before it.
my $file = $nodes->credentials_file('with_domain', $nodes->password, 'QLIKTEST\\' . $nodes->user);
is((scm([ @to, '--credentials', $file ]))[0], 0, 'domain before the user');

# Logged on, but not allowed
failure_is('denied', [ '--host', $nodes->address(3), '--port', $nodes->port, '--credentials', $nodes->credentials ], 'denied', 5, qr/^could not open the service control manager: ERROR_ACCESS_DENIED$/);

# Not even to the pipe; and a machine whose pipe is not there
my $closed = start_nodes(smb_conf => "[IPC\$]\nhosts deny = ALL\n");
failure_is('IPC denied', [ '--host', $closed->address(1), '--port', $closed->port, '--credentials', $closed->credentials ], 'denied', undef, qr/^could not open the pipe of the service control manager: Permission denied$/);
$closed->stop;
my $without = start_nodes();
unlink $without->dir . '/ncalrpc/np/svcctl';
failure_is('no manager', [ '--host', $without->address(1), '--port', $without->port, '--credentials', $without->credentials ], 'protocol', undef, qr/^could not open the pipe of the service control manager: No such file or directory$/);
$without->stop;

# Nobody there, or nobody who answers: at the deadline, not later
failure_is('refused', [ '--host', $nodes->address(1), '--port', PostgreSQL::Test::Cluster::get_free_port(), '--credentials', $nodes->credentials ], 'unreachable', 111, qr/Connection refused$/);
failure_is('no such host', [ '--host', 'nothing.invalid', '--credentials', $nodes->credentials, '--timeout', '5000' ], 'unreachable', undef, qr/^could not find the address of host "nothing.invalid"$/);

sub in_time
{
	my ($name, $kind, @words) = @_;
	my $begin = time;

	failure_is($name, [ @words, '--credentials', $nodes->credentials, '--timeout', 700 ], $kind, undef, qr/./);
	cmp_ok(time - $begin, '<', 5, "$name: in time");
	return;
}
my ($port, $socket) = silent_address('127.0.7.77');
in_time('silent', 'unreachable', '--host', '127.0.7.77', '--port', $port);
foreach my $how (qw(mute half))
{
	my ($broken, $server) = broken_address('127.0.7.78', $how);

	in_time($how, 'unreachable', '--host', '127.0.7.78', '--port', $broken);
	$server->stop;
}
foreach my $how (qw(close noise smb1))
{
	my ($broken, $server) = broken_address('127.0.7.78', $how);
	my ($exit, @answers) = scm([ '--host', '127.0.7.78', '--port', $broken, '--credentials', $nodes->credentials, '--timeout', 700 ]);

	is($exit, 1, "$how: exit code");
	like($answers[0]{error}{kind}, qr/^(unreachable|protocol)$/, "$how: kind");
	$server->stop;
}

# The file with the password
my $open = $nodes->credentials_file('open', 'secret word');
chmod 0644, $open;
my $logons = $nodes->logons;
failure_is('readable by others', [ @to, '--credentials', $open ], 'logon', 0, qr/"\Q$open\E"/);
failure_is('not there', [ @to, '--credentials', '/nothing/there' ], 'logon', 0, qr{/nothing/there});
my $empty = $nodes->credentials_file('empty', 'secret word', '');
failure_is('without a user', [ @to, '--credentials', $empty ], 'logon', 0, qr/^invalid credentials file "\Q$empty\E": A line/);
my $long = $nodes->credentials_file('long', 'x' x 600);
failure_is('too long', [ @to, '--credentials', $long ], 'logon', 0, qr/^invalid credentials file "\Q$long\E"/);
is(scalar $nodes->logons, $logons, 'the file: nobody was asked');

# Kerberos without a ticket, or with a keytab that is none
{
	local $ENV{KRB5CCNAME} = 'FILE:/nothing/there';
	failure_is('no ticket', [ @to, '--kerberos' ], 'logon', undef, qr/./);
}
failure_is('no keytab', [ @to, '--keytab', '/nothing/there', '--principal', 'x@Y' ], 'logon', 0, qr/kinit/);
is(scalar $nodes->logons, $logons, 'Kerberos: no password was tried');

# The command line
sub wrong_words
{
	my ($text, @words) = @_;
	my ($exit, @answers) = scm(\@words);

	is($exit, 2, "@words: exit code");
	like($answers[-1] // '', $text, "@words: message");
	return;
}
wrong_words(qr/invalid value of --host ""/);
wrong_words(qr/exactly one of --credentials, --kerberos, and --keytab with --principal must be given/, '--host', 'x');
wrong_words(qr/exactly one of/, '--host', 'x', '--kerberos', '--credentials', 'y');
wrong_words(qr/exactly one of/, '--host', 'x', '--keytab', 'y');
wrong_words(qr/invalid value of --host "a\/b"/, '--host', 'a/b', '--kerberos');
wrong_words(qr/invalid value of --host "::1"/, '--host', '::1', '--kerberos');
wrong_words(qr/invalid number "0"/, '--port', '0');
wrong_words(qr/invalid number "99999"/, '--port', '99999');
wrong_words(qr/invalid number "x"/, '--timeout', 'x');
wrong_words(qr/unrecognized option "--hast"/, '--hast', 'x');
wrong_words(qr/missing value of option "--host"/, '--host');
my ($out) = run_command([ 'build/qsrepl-scm', '--help' ]);
like($out, qr/^usage: qsrepl-scm --host ADDRESS --credentials FILE/m, 'help');
($out) = run_command([ 'build/qsrepl-scm', '--version' ]);
like($out, qr/^qsrepl-scm \d/, 'version');

# What a run tells: neither its words nor its environment nor its output have
# the password, nobody may read its memory, and no core is left.
my $in = '';
$out = '';
my $run = IPC::Run::start([ 'build/qsrepl-scm', @to, '--credentials', $nodes->credentials ], '<', \$in, '>&', \$out, IPC::Run::timeout(60));
$run->pump until $out =~ /connected/;
my $pid = $run->{KIDS}[0]{PID};
my $seen = '';
foreach my $name ('cmdline', 'environ')
{
	next if !open my $handle, '<', "/proc/$pid/$name";
	local $/;
	$seen .= <$handle> // '';
}
unlike($seen . $out, qr/\Q@{[ $nodes->password ]}\E/, 'the password cannot be seen');
ok(!open(my $memory, '<', "/proc/$pid/mem"), 'nor the memory read') if $> != 0;
my ($limits) = run_command([ 'cat', "/proc/$pid/limits" ]);
like($limits, qr/^Max core file size\s+0\s/m, 'no core is left') if $limits ne '';
kill 'SEGV', $pid;
eval { $run->finish };
is($run->full_result(0) & 128, 0, 'no core was left');
done_testing();
