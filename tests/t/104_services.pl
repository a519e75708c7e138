# Services on nodes behind a real smbd, by qsrepl-scm and by "net rpc": order,
# what is so already, disabled, slow, hanging, failing and forbidden services.
use strict;
use warnings FATAL => 'all';

use JSON::PP ();
use List::Util qw(first);
use PostgreSQL::Test::Utils;
use QsreplNodes;
use QsreplServices;
use QsreplTool;
use Test::More;
use Time::HiRes qw(time);

my $nodes = start_nodes(n => 3, net => '127.0.8', lsa => 1);
my $quick = "[services]\nstop_timeout = 1s\nstart_timeout = 2s\nanswer_timeout = 4s\n";
my %conf = map { $_ => bare_conf($quick . node_sections($nodes, control => $_, names => [ $_ eq "scm" ? qw(CN R1 R2) : qw(CN R1) ])) } qw(scm rpc);
my $conf = $conf{scm};
my ($code, $out, $err, $json);

my $running = 'Dispatcher 4 Repository 4 Proxy 4 Engine 4 Scheduler 4 Printing 4';
my $stopped = 'Dispatcher 1 Repository 1 Proxy 1 Engine 1 Scheduler 1 Printing 1';

sub name_of
{
	my ($kind) = @_;

	return 'QlikSense' . ($kind eq 'Dispatcher' ? 'ServiceDispatcher' : "${kind}Service");
}

sub all_are
{
	my ($wanted, $what) = @_;

	is(states($nodes, $_), $wanted, "$what: node $_") foreach 1 .. 3;
	return;
}

# All services of all nodes, in the state and with the lines given.
sub reset_to
{
	my ($state, %lines) = @_;

	foreach my $number (1 .. 3)
	{
		$nodes->change($number, sub {
			my $services = qlik_services(running => 1);
			$_[0]{services} = $services;
			foreach my $name (keys %$services)
			{
				$services->{$name}{state} = $name =~ /Database/ ? 4 : $state;
				%{ $services->{$name} } = (%{ $services->{$name} }, %{ ($lines{$number} // {})->{$name} // {} });
			}
		});
	}
	$nodes->forget;
	return;
}

# The row of a service in a report.
sub row
{
	my ($node, $kind) = @_;
	my $found = first { $_->{node} eq $node } @{ $json->{nodes} };

	return first { $_->{service} eq name_of($kind) } @{ $found->{services} };
}

reset_to(4);
($code, $out, $err) = service($conf, 'list');
is("$code $err", '0 ', "list");
like($out, qr/^node +site +service +before +now +start +time +problem\n/, 'a table');
like($out, qr/^R2 +A +QlikSenseEngineService +running +running +auto +-$/m, 'with a row a service');
is(() = $out =~ /^\w+ +A/mg, 21, 'all of them');
is($nodes->operations, 0, 'nothing was changed');

# Down: rims first, the central node last; each in the order of Qlik Sense.
my $begin = time;
($code, $json, $err) = services_json($conf, 'stop', '--site', 'A', '--yes');
note sprintf 'stop took %.2f s', time - $begin;
is("$code $err", '0 ', "stop");
all_are($stopped, 'stopped');
is($nodes->service(1, 'QlikSenseRepositoryDatabase')->{state}, 4, 'the database stays up');
is($json->{error}, undef, 'no error');
is(row('R1', 'Proxy')->{before} . row('R1', 'Proxy')->{now}, 'runningstopped', 'before and now');
cmp_ok(row('R1', 'Proxy')->{ms}, '>=', 30, 'and how long it took');
my @asked = grep { $_->{code} == 0 } $nodes->operations;
is(join(' ', map { $_->{service} =~ /^QlikSense(?:Service)?(\w+?)(?:Service)?$/ } grep { $_->{code} == 0 } $nodes->operations(2)),
	'Printing Engine Scheduler Proxy Dispatcher Repository', 'the order of a node');
my ($central) = grep { $asked[$_]{node} eq $nodes->address(1) } 0 .. $#asked;
is($central, 12, 'the central node is the last one');

# Once more: nothing to do.
$nodes->forget;
($code, $json, $err) = services_json($conf, 'stop', '--site', 'A', '--yes');
is("$code $err", '0 ', "stop once more");
is(row('CN', 'Proxy')->{ms}, undef, 'nothing took time');

# Up: the central node first.
$nodes->set(2, 'QlikSensePrintingService', start => 'disabled');
$nodes->set(3, 'QlikSenseServiceDispatcher', state => 4);
$nodes->forget;
($code, $json, $err) = services_json($conf, 'start', '--site', 'A', '--yes', '--force', '--no-probe');
is("$code " . ($err =~ s/^qsrepl: service.*\n//mgr), '0 ', "start");
is(states($nodes, 1), $running, 'the central node is up');
is(states($nodes, 2), $running =~ s/Printing 4/Printing 1/r, 'a disabled service is left alone');
is(row('R1', 'Printing')->{start}, 'disabled', 'and shown as such');
is(row('R1', 'Printing')->{problem}, undef, 'without a problem');
is(states($nodes, 3), $running, 'what is up already is no problem');
@asked = grep { $_->{code} == 0 } $nodes->operations;
is(join(' ', map { $_->{service} =~ /^QlikSense(?:Service)?(\w+?)(?:Service)?$/ } grep { $_->{node} eq $nodes->address(1) } @asked),
	'Dispatcher Repository Proxy Engine Scheduler Printing', 'the order of the central node');
is((grep { $_->{node} ne $nodes->address(1) } @asked[ 0 .. 5 ]), 0, 'before any rim');

# What goes wrong on a rim does not keep the others from stopping.
reset_to(4,
	2 => {
		QlikSenseEngineService => { hang_stop => JSON::PP::true() },
		QlikSenseProxyService => { deny => ['stop'] },
		QlikSenseSchedulerService => { fail_stop => 1061 } });
($code, $json, $err) = services_json($conf, 'stop', '--site', 'A', '--yes');
is($code, 7, "stop with a hanging and a forbidden service");
like($err, qr/^qsrepl: error: could not stop all services of site "A"\nqsrepl: hint: Look into the event log of the node/m, 'says so');
is(states($nodes, $_), $stopped, "node $_ is down all the same") foreach 1, 3;
is(states($nodes, 2), 'Dispatcher 1 Repository 1 Proxy 4 Engine 3 Scheduler 4 Printing 1', 'and what can be on that node');
like(row('R1', 'Engine')->{problem}, qr/^could not stop (?:in time: it is stop_pending|: )|^could not stop: /, 'the hanging one');
is(row('R1', 'Engine')->{now}, 'stop_pending', 'its state');
is(row('R1', 'Proxy')->{problem}, 'could not stop: ERROR_ACCESS_DENIED (5)', 'the forbidden one');
like(row('R1', 'Scheduler')->{problem}, qr/^could not stop: /, 'the one that refuses');

# A central node that does not come up: the rims are left alone.
reset_to(1, 1 => { QlikSenseRepositoryService => { dies => JSON::PP::true() } });
($code, $json, $err) = services_json($conf, 'start', '--site', 'A', '--yes', '--force', '--no-probe');
is($code, 7, "a repository that dies");
is(row('CN', 'Repository')->{now}, 'stopped', 'it is stopped');
like(row('CN', 'Repository')->{problem}, qr/^could not start/, 'the problem');
is($json->{nodes}[1]{problem}, 'was left alone, since the central node is not up', 'the rims are left alone');
is(states($nodes, 2), $stopped, 'in fact');
is(states($nodes, 1), $stopped =~ s/Dispatcher 1/Dispatcher 4/r, 'and so is the rest of the central node');

# A rim alone.
reset_to(1);
($code, $json, $err) = services_json($conf, 'start', '--site', 'A', '--node', 'R2', '--yes', '--force', '--no-probe');
is("$code " . ($err =~ s/^qsrepl: service.*\n//mgr), '0 ', "one node");
is(join(', ', map { states($nodes, $_) } 1 .. 3), "$stopped, $stopped, $running", 'that one only');

# The same by "net rpc", as far as it goes.
$conf = $conf{rpc};
reset_to(4, 2 => { QlikSenseEngineService => { hang_stop => JSON::PP::true() }, QlikSenseProxyService => { deny => ['stop'] } });
($code, $json, $err) = services_json($conf, 'stop', '--site', 'A', '--yes');
is($code, 7, 'rpc: stop with a hanging and a forbidden service');
like($err, qr/^qsrepl: error: could not stop all services of site "A"$/m, 'says so');
is(states($nodes, 1), $stopped, 'the central node is down all the same');
is(states($nodes, 2), 'Dispatcher 1 Repository 1 Proxy 4 Engine 3 Scheduler 1 Printing 1', 'and what can be on that node');
like(row('R1', 'Engine')->{problem}, qr/^could not stop in time: it is stop_pending|^could not stop: /, 'the hanging one');
is(row('R1', 'Engine')->{now}, 'stop_pending', 'its state');
is(row('R1', 'Proxy')->{problem}, 'could not stop: ERROR_ACCESS_DENIED (5)', 'the forbidden one');
is(row('CN', 'Printing')->{before} . row('CN', 'Printing')->{now}, 'runningstopped', 'before and now');
is(row('CN', 'Printing')->{start}, 'auto', 'start types are known');

reset_to(1, 2 => { QlikSensePrintingService => { start => 'disabled' } });
($code, $json, $err) = services_json($conf, 'start', '--site', 'A', '--yes', '--force', '--no-probe');
is("$code " . ($err =~ s/^qsrepl: service.*\n//mgr), '0 ', 'rpc: start');
is(states($nodes, 1), $running, 'the central node is up');
is(states($nodes, 2), $running =~ s/Printing 4/Printing 1/r, 'a disabled service is left alone');
$nodes->forget;
($code, $json, $err) = services_json($conf, 'start', '--site', 'A', '--node', 'CN', '--yes', '--force', '--no-probe');
is("$code " . ($err =~ s/^qsrepl: service.*\n//mgr), '0 ', 'rpc: once more');
is($nodes->operations, 0, 'nothing is asked of what is so already') or diag(JSON::PP::encode_json([ $nodes->operations ]));
($code, $out, $err) = service($conf, 'status');
is($code, 0, 'rpc: rights are not known, and none lacks');

$conf = $conf{scm};
# Services that are slow, but not too slow.
reset_to(4, 2 => { QlikSenseEngineService => { delay => 1 } });
($code, $json, $err) = services_json($conf, 'stop', '--site', 'A', '--yes');
is($code, 0, 'a slow one is waited for');
cmp_ok(row('R1', 'Engine')->{ms}, '>=', 900, 'for as long as it takes');

# Rights, without stopping anything.
reset_to(4, 2 => { QlikSenseEngineService => { deny => [ 'stop', 'config' ] } });
($code, $out, $err) = service($conf, 'status');
is($code, 1, 'status: a right is missing');
like($out, qr/^R1 +A +QlikSenseEngineService .* no right to stop configure$/m, 'which one');
is(() = $out =~ /no right/g, 1, 'only that');
all_are($running, 'nothing was stopped');
reset_to(4);
($code, $json, $err) = services_json($conf, 'status', '--site', 'A');
is("$code $err", '0 ', 'all rights are there');
ok(row('CN', 'Engine')->{may_stop} && row('CN', 'Engine')->{may_start} && row('CN', 'Engine')->{may_configure}, 'in JSON');

# Not the right machine; not let in by the manager.
$nodes->change(3, sub { $_[0]{services} = {} });
$nodes->set_node(2, deny => JSON::PP::true());
($code, $json, $err) = services_json($conf, 'list');
is($code, 7, 'list: a node without services, and one that denies');
is($json->{nodes}[2]{problem}, 'has no services of Qlik Sense', 'the first');
is($json->{nodes}[1]{answer}, 'refused', 'the second');
is($json->{nodes}[0]{answer}, 'answers', 'the others are listed');
like($err, qr/^qsrepl: error: could not list services on all nodes$/m, 'the error');
$nodes->set_node(2, deny => undef);
($code, $json, $err) = services_json($conf, 'stop', '--site', 'A', '--yes');
is($json->{nodes}[2]{problem}, undef, 'where nothing is, nothing is to be stopped');

# Dry run, no answer to the question, words that lead nowhere.
reset_to(4);
($code, $out, $err) = service($conf, 'stop', '--site', 'A', '--dry-run');
is("$code $err", '0 ', 'a dry run');
like($out, qr/^Nothing was changed\.$/m, 'says so');
all_are($running, 'nothing was stopped');
($code, $out, $err) = service($conf, 'stop', '--site', 'A');
is($code, 6, 'not confirmed');
like($err, qr/^qsrepl: error: "service stop" of site "A" was not confirmed\nqsrepl: hint: Give --yes, or answer "yes"\.$/m, 'says so');
all_are($running, 'nothing was stopped');
($code, $out, $err) = service($conf, 'stop', '--site', 'C', '--yes');
is($code, 2, 'a site that is not there');
like($err, qr/site "C" does not exist/, 'says so');
($code, $out, $err) = service($conf, 'list', '--node', 'X');
is($code, 2, 'a node that is not there');
like($err, qr/node "X" does not exist$/m, 'says so');
($code, $out, $err) = service($conf, 'list', '--site', 'B', '--node', 'CN');
like($err, qr/node "CN" does not exist at that site/, 'or not there');
($code, $out, $err) = service($conf, 'list', '--site', 'B');
is($code, 6, 'a site without nodes');
like($err, qr/there is no node whose services are controlled/, 'says so');

# The databases must be the site's own.
reset_to(1);
($code, $out, $err) = service($conf, 'start', '--site', 'A', '--yes');
is($code, 7, 'start: the databases do not answer');
like($err, qr/site "A": its databases do not answer\n.*Nothing was started/s, 'says so');
all_are($stopped, 'nothing was started');

# What is wrong in a configuration.
foreach my $case (
	[ "service_control = scm\n", qr/node "X" has service_control = scm, which needs a logon/ ],
	[ "service_control = rpc\nkeytab = \/k\nprincipal = p\n", qr/service_control = rpc, which needs a logon/ ],
	[ "service_control = ssh\n", qr/service_control = ssh, which needs ssh_command/ ],
	[ "service_control = exec\n", qr/service_control = exec, which needs service_command/ ],
	[ "service_control = systemd\n", qr/service_control = systemd, which needs system = linux/ ],
	[ "system = linux\nservice_control = scm\nkerberos = on\n", qr/service_control = scm, which needs a Windows node/ ],
	[ "keytab = \/k\n", qr/node "X" has one of keytab and principal/ ],
	[ "services = motor=x\n", qr/node "X": invalid name of a service: "motor=x"/ ],
	[ "bootstrap_command = x\n", qr/node "X" has bootstrap_command, but is not central/ ],
	[ "[services]\nalias_url = ftp:\/\/x\n", qr/invalid value for "alias_url": "ftp:\/\/x"/ ],
	[ "[services]\nparallel = 0\n", qr/parallel/ ],
	[ "[services]\nparallel = 257\n", qr/parallel/ ],
	[ "[services]\nanswer_timeout = 99ms\n", qr/answer_timeout/ ],
	[ "[services]\nkill_engine = perhaps\n", qr/kill_engine/ ])
{
	($code, $out, $err) = qsrepl('config', 'check', '--config',
		bare_conf("[node C]\nsite = A\naddress = 10.0.0.1\nroles = central\n[node X]\nsite = A\naddress = 10.0.0.2\n$case->[0]"));
	is($code, 3, 'a configuration that is wrong');
	like($out . $err, $case->[1], 'says what');
}

# The program beside the tool is the one that is started, with the node's logon.
mkdir "$tool_dir/bin";
PostgreSQL::Test::Utils::system_or_bail('cp', $qsrepl_program, "$tool_dir/bin/qsrepl");
chmod 0755, write_private("$tool_dir/bin/qsrepl-scm", <<"SH");
#!/bin/sh
echo "\$*" >>$tool_dir/called
echo '{"connected":true}'
echo '{"service":"QlikSenseProxyService","display":"p","state":"running","start":"auto","pid":1}'
echo '{"done":"list"}'
SH
foreach my $case (
	[ "kerberos = on\n", '--kerberos' ],
	[ "keytab = $tool_dir/keytab\nprincipal = p\@EXAMPLE\n", "--keytab $tool_dir/keytab --principal p\@EXAMPLE" ],
	[ "credentials = $tool_dir/logon\n", "--credentials $tool_dir/logon" ])
{
	local $QsreplTool::qsrepl_program = "$tool_dir/bin/qsrepl";

	($code, $json, $err) = services_json(
		bare_conf("[services]\nanswer_timeout = 7s\n[node K]\nsite = A\naddress = 10.0.0.9\nroles = central\nservice_control = scm\n$case->[0]"), 'list');
	is("$code $err", '0 ', 'a logon');
	is(slurp_file("$tool_dir/called"), "--host 10.0.0.9 --port 445 --timeout 7000 $case->[1]\n", 'is handed on');
	unlink "$tool_dir/called";
}

# One that ends in the middle, or says what is no answer.
foreach my $case ([ "echo '{\"connected\":true}'; echo dying >&2; exit 9", qr/^was lost: program ".*" failed with exit code 9: dying$/ ],
	[ "echo hello", qr/^gave no answer$/ ],
	[ "echo '{\"connected\":true}'", qr/^gave fewer answers than it was asked for$/ ],
	[ q(printf '%s\n' '{"error":{"kind":"protocol","text":"two\nlines\u001b"}}'; exit 1), qr/^two; lines\?$/ ])
{
	local $QsreplTool::qsrepl_program = "$tool_dir/bin/qsrepl";

	chmod 0755, write_private("$tool_dir/bin/qsrepl-scm", "#!/bin/sh\n$case->[0]\n");
	($code, $json, $err) = services_json(bare_conf("[node K]\nsite = A\naddress = 10.0.0.9\nroles = central\nservice_control = scm\nkerberos = on\n"), 'list');
	is($code, 7, 'a strange answer');
	like($json->{nodes}[0]{problem}, $case->[1], 'is told');
}

# Files with keys are their owner's alone.
my $open = write_private("$tool_dir/open.key", 'key');
chmod 0644, $open;
foreach my $line ("[node C]\nsite = A\naddress = 10.0.0.1\nroles = central\nkeytab = $open\nprincipal = p\n", "[services]\nprobe_certificate = $open\n")
{
	($code, $out, $err) = qsrepl('config', 'check', '--config', bare_conf($line));
	is($code, 3, 'a key that others may read');
	like($out . $err, qr/open\.key/, 'is told');
}
$nodes->stop;
done_testing();
