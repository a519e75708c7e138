# A site's start: databases localized, bootstrap, the central node's probe, the
# rest, the rims, and what is asked over HTTP at last.
use strict;
use warnings FATAL => 'all';

use IPC::Run ();
use JSON::PP ();
use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplNodes;
use QsreplPair;
use QsreplServices;
use QsreplTest;
use QsreplWindows;
use Test::More;
use Time::HiRes qw(time usleep);

my $nodes = start_nodes(n => 2, net => '127.0.8', first => 101, services => qlik_services(running => 0));
my %node = make_tool_pair();
my ($code, $json, $err);

# Certificates: a root, the nodes', and one of nobody's trust.
sub openssl
{
	PostgreSQL::Test::Utils::system_or_bail('openssl', @_);
	return;
}

openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=root', '-keyout', "$tool_dir/root.key", '-out', "$tool_dir/root.pem");
openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=other', '-keyout', "$tool_dir/other.key", '-out', "$tool_dir/other.pem");
openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=CN', '-keyout', "$tool_dir/server.key", '-out', "$tool_dir/server.csr");
write_private("$tool_dir/names", "subjectAltName=DNS:CN,DNS:R1,DNS:qlik.example.test\n");
openssl('x509', '-req', '-days', '2', '-in', "$tool_dir/server.csr", '-CA', "$tool_dir/root.pem", '-CAkey', "$tool_dir/root.key", '-CAcreateserial', '-extfile', "$tool_dir/names", '-out', "$tool_dir/server.crt");
write_private("$tool_dir/server.pem", slurp_file("$tool_dir/server.crt") . slurp_file("$tool_dir/server.key"));

# A web server a node, on the same ports.
my @web;
my ($port, $tls) = (0, 0);

sub start_web
{
	my ($number) = @_;
	my $dir = "$tool_dir/web$number";
	my $out = '';

	mkdir $dir;
	my $server = IPC::Run::start([ 'setpriv', '--pdeathsig', 'TERM', '/usr/bin/python3', 'tests/web/qlik.py', $nodes->address($number), $port, $tls, "$tool_dir/server.pem", $dir ],
		'<', \'', '>', \$out, '2>', \my $errors);
	my $end = time + 30;
	while ($out !~ /\n/)
	{
		$server->pump_nb;
		die "no web server: $errors" if time > $end;
		usleep 10_000;
	}
	($port, $tls) = $out =~ /(\d+) (\d+)/;
	push @web, $server;
	return;
}

sub answer
{
	my ($number, $path, $text) = @_;

	write_private("$tool_dir/web$number/" . ($path =~ tr|/|_|r), $text);
	return;
}

sub asked
{
	my ($number) = @_;
	my $file = "$tool_dir/web$number/asked";
	my $text = -e $file ? slurp_file($file) : '';

	unlink $file;
	return $text;
}

start_web($_) foreach 1, 2;
foreach my $number (1, 2)
{
	answer($number, '/status/servicestate', "200\n2");
	answer($number, '/qrs/about', "403\nno certificate");
	answer($number, '/qps/alive', "200\n");
	answer($number, '/hub', "302\n");
}

# The central node can run commands by ssh.
my $ssh = start_windows_ssh(addresses => [ $nodes->address(1) ], dir => $nodes->dir);
my $bootstrap = 'C:/Qlik/Repository.exe';

sub exit_code
{
	my ($exit) = @_;

	$nodes->set_node(1, exit => $exit);
	return;
}

sub conf_of
{
	my ($name, $services, %lines) = @_;

	return conf_file('A', \%node, file => "$tool_dir/start_$name.conf",
		sections => "[services]\nanswer_timeout = 5s\nstart_timeout = 5s\nprobe_timeout = 1s\nbootstrap_timeout = 5s\n"
		  . "state_url = http://{node}:$port/status/servicestate\nabout_url = https://{node}:$tls/qrs/about?xrfkey=0123456789abcdef\n"
		  . "alive_url = https://{node}:$tls/qps/alive\n$services"
		  . node_sections($nodes, names => [ 'CN', 'R1' ], lines => \%lines));
}

my $whole = "probe_ca = $tool_dir/root.pem\nalias_url = https://qlik.example.test:$tls/hub\nalias_ca = $tool_dir/root.pem\n";
my %central = (CN => "ssh_command = @{[ $ssh->words($nodes->address(1)) ]}\nbootstrap_command = $bootstrap -bootstrap -standalone \"-restorehostname now\"\n");
my $conf = conf_of('whole', $whole, %central);

sub start
{
	my (@words) = @_;

	($code, $json, $err) = services_json($conf, 'start', '--site', 'A', '--yes', @words);
	$err =~ s/^qsrepl: service.*\n//mg;
	return;
}

sub probes
{
	return join ', ', map { "$_->{node} " . ($_->{url} =~ m{/([^/]+?)(?:\?.*)?$})[0] . ($_->{problem} ? " $_->{problem}" : '') } @{ $json->{probes} };
}

sub all_down
{
	foreach my $number (1, 2)
	{
		$nodes->set($number, $_, state => 1) foreach grep { !/Database/ } keys %{ qlik_services() };
	}
	$nodes->forget;
	asked($_) foreach 1, 2;
	return;
}

# What was run at the central node since the last call.
sub bootstrapped
{
	my @ran = @{ $nodes->node(1)->{ran} // [] };

	$nodes->set_node(1, ran => undef);
	return join "\n", map { join ' ', map { "<$_>" } @$_ } @ran;
}

my $running = 'Dispatcher 4 Repository 4 Proxy 4 Engine 4 Scheduler 4 Printing 4';
my $stopped = 'Dispatcher 1 Repository 1 Proxy 1 Engine 1 Scheduler 1 Printing 1';

# All of it.
start();
is("$code $err", '0 ', 'start') or diag(JSON::PP::encode_json($json));
is(states($nodes, $_), $running, "node $_ is up") foreach 1, 2;
is(probes(), 'CN servicestate, CN about, CN alive, R1 alive, alias hub', 'what answers');
is(bootstrapped(), "<$bootstrap> <-bootstrap> <-standalone> <-restorehostname now>", 'the central node was bootstrapped, once');
is($json->{notes}[0], 'Node CN was bootstrapped.', 'which is told');
like(asked(1), qr{^CN:$port /status/servicestate\n(?:.*\n)*CN:$tls /qrs/about\?xrfkey=0123456789abcdef$}m, 'the central node was asked under its alias');
like(asked(2), qr{^\S+:$tls /qps/alive$}m, 'and the rim');
my @order = map { ($_->{node} eq $nodes->address(1) ? 'CN ' : 'R1 ') . (($_->{service} // $_->{operation}) =~ s/QlikSense|Service//gr) } grep { ($_->{code} // 1) == 0 } $nodes->operations;
is(join(', ', @order[ 0 .. 7 ]), 'CN Dispatcher, CN run, CN Repository, CN Proxy, CN Engine, CN Scheduler, CN Printing, R1 Dispatcher', 'the order');

# Again: the same names and certificates need no bootstrap; other ones do.
all_down();
start();
is("$code $err", '0 ', 'again');
is(bootstrapped(), '', 'no bootstrap');
append_to_file("$tool_dir/root.pem", slurp_file("$tool_dir/other.pem"));
all_down();
start();
is("$code $err", '0 ', 'other certificates');
like(bootstrapped(), qr/bootstrap/, 'are a reason for it');
{
	my $text = slurp_file($conf);

	$text =~ s/^(\[node CN\]\n)/$1alias = R2\n/m;
	my $renamed = write_private("$tool_dir/renamed.conf", $text =~ s/^probe_timeout = .*/probe_timeout = 100ms/mr);
	my $old = $conf;
	$conf = $renamed;
	all_down();
	start();
	like(bootstrapped(), qr/bootstrap/, 'and so is another name');
	like(probes(), qr/CN alive SSL: no alternative certificate subject name matches target host name 'R2'/, 'which the certificate does not have');
	is($code, 7, 'an error');
	$conf = $old;
}

# A bootstrap that fails: nothing else is started.
unlink glob("$tool_dir/journal_A/bootstrap_*");
exit_code(3);
all_down();
start();
is($code, 7, 'a bootstrap that fails');
like($json->{nodes}[0]{problem}, qr/^bootstrap failed: command failed at node "CN": exit code 3$/, 'says so');
is(states($nodes, 1), $stopped =~ s/Dispatcher 1/Dispatcher 4/r, 'the repository was not started');
is(states($nodes, 2), $stopped, 'nor a rim');
like(bootstrapped(), qr/bootstrap/, 'it was tried');
exit_code(0);
start();
is($code, 0, 'it is tried again');
like(bootstrapped(), qr/bootstrap/, 'as it did not succeed');

# The repository is not ready; then it becomes ready.
answer(1, '/status/servicestate', "200\n0");
all_down();
start();
is($code, 7, 'a repository that does not become ready');
like($json->{nodes}[0]{problem}, qr{^its repository is not ready: http://CN:$port/status/servicestate: it answers "0"$}, 'says so');
like($json->{nodes}[0]{hint}, qr/is not ready: look into its own log/, 'and what to do');
is(states($nodes, 2), $stopped, 'the rims are left alone');
my $pid = fork // die;
if ($pid == 0)
{
	usleep 300_000;
	answer(1, '/status/servicestate', "200\n2");
	POSIX::_exit(0);
}
start();
waitpid $pid, 0;
is("$code $err", '0 ', 'it is waited for');

# What does not answer at last.
answer(2, '/qps/alive', "503\n");
answer(1, '/qrs/about', "500\n");
start();
is($code, 7, 'a proxy and a repository that do not answer');
is(probes(), 'CN servicestate, CN about it answers with status 500, CN alive, R1 alive it answers with status 503, alias hub', 'which ones');
like($err, qr/^qsrepl: error: could not start all services of site "A"\nqsrepl: hint: The service is there, and is not ready/m, 'the error');
is(scalar(grep { defined $_->{problem} && !defined $_->{hint} } @{ $json->{probes} }), 0, 'what to do about each');
answer(2, '/qps/alive', "200\n");
answer(1, '/qrs/about', "403\n");
$conf = conf_of('distrust', "probe_ca = $tool_dir/other.pem\nalias_url = https://qlik.example.test:$tls/hub\nalias_ca = $tool_dir/other.pem\n", %central);
start();
is($code, 7, 'certificates that nobody trusts');
like(probes(), qr/CN about SSL certificate problem.*R1 alive SSL certificate problem.*alias hub SSL certificate problem/, 'are told');
$conf = conf_of('alias', "alias_url = https://other.example.test:$tls/hub\nalias_ca = $tool_dir/root.pem\n", %central);
start();
like(probes(), qr/^CN servicestate, CN about, CN alive, R1 alive, alias hub SSL: no alternative certificate subject name matches/, 'another name than the alias; nodes are not verified without probe_ca');
$conf = conf_of('off', "alias_url = off\n", %central);
{
	my $text = slurp_file($conf);

	$text =~ s/^(state|about|alive)_url = .*/$1_url = off/mg;
	$conf = write_private("$tool_dir/all_off.conf", $text);
}
start();
is("$code " . probes(), '0 ', 'nothing is asked where that is off');

# A central node without a way to run commands.
$conf = conf_of('no_way', $whole, CN => "bootstrap_command = $bootstrap\n");
unlink glob("$tool_dir/journal_A/bootstrap_*");
all_down();
start();
is($code, 7, 'no way to run the bootstrap');
is($json->{nodes}[0]{problem}, 'bootstrap_command cannot be run: there is no way to run commands at the node', 'says so');

# Tasks that were cut are told.
$conf = conf_of('whole', $whole, %central);
$node{A}->safe_psql('qsr', <<'SQL');
CREATE TABLE "ReloadTasks" ("ID" uuid PRIMARY KEY, "Name" text);
CREATE TABLE "ExecutionResults" ("ID" uuid PRIMARY KEY, "Status" int, "TaskId" uuid);
INSERT INTO "ReloadTasks" VALUES ('00000000-0000-0000-0000-000000000001', 'Sales'), ('00000000-0000-0000-0000-000000000002', 'Stock');
INSERT INTO "ExecutionResults" VALUES ('00000000-0000-0000-0000-000000000011', 2, '00000000-0000-0000-0000-000000000001'),
	('00000000-0000-0000-0000-000000000012', 7, '00000000-0000-0000-0000-000000000002');
SQL
start();
is($code, 0, 'a task that is noted as started');
is($json->{notes}[-1], 'These tasks are still noted as started: Sales. They ran when the site was left.', 'is told');

# Not before the databases are the site's own.
all_down();
$conf = conf_file('A', \%node, file => "$tool_dir/start_b.conf", sections => "[services]\n" . node_sections($nodes, site => 'B'));
($code, $json, $err) = services_json($conf, 'start', '--site', 'B', '--yes');
is($code, 7, 'a standby\'s site');
like($err, qr/site "B": database "qsr" is a standby\n.*Nothing was started/s, 'is not started');
$conf = conf_of('whole', $whole, %central);
$node{A}->safe_psql('qsr', q(SELECT qsrepl.fence('test')));
start();
is($code, 7, 'a fenced site');
like($err, qr/site "A": database "qsr" is fenced\n.*Nothing was started/s, 'is not started');
is($nodes->operations, 0, 'nothing was asked of the nodes');
$node{A}->safe_psql('qsr', q(SELECT qsrepl.unfence()));

$_->kill_kill foreach @web;
$nodes->stop;
$_->stop foreach values %node;
done_testing();
