# Other ways to a node's services: PowerShell and systemctl through a real sshd,
# this machine's systemctl, a command of one's own; an engine that is killed.
use strict;
use warnings FATAL => 'all';

use JSON::PP ();
use List::Util qw(first);
use PostgreSQL::Test::Utils;
use QsreplNodes;
use QsreplServices;
use QsreplTool;
use QsreplWindows;
use Test::More;

my $nodes = start_nodes(n => 2, net => '127.0.8', first => 121);
my $ssh = start_windows_ssh(addresses => [ $nodes->addresses, '127.0.8.123' ], dir => $nodes->dir);
my $running = 'Dispatcher 4 Repository 4 Proxy 4 Engine 4 Scheduler 4 Printing 4';
my $stopped = 'Dispatcher 1 Repository 1 Proxy 1 Engine 1 Scheduler 1 Printing 1';
my $settings = "[services]\nanswer_timeout = 20s\nstop_timeout = 1s\nstart_timeout = 5s\n";
my ($code, $json, $err, $conf);

sub call
{
	($code, $json, $err) = services_json($conf, @_);
	$err =~ s/^qsrepl: service.*\n//mg;
	return;
}

sub row
{
	my ($node, $kind) = @_;
	my $found = first { $_->{node} eq $node } @{ $json->{nodes} };

	return first { $_->{kind} eq $kind } @{ $found->{services} };
}

# Words for the shell of the machine itself, as ssh would hand them on.
sub program
{
	my ($name, $text) = @_;

	chmod 0755, write_private("$tool_dir/$name", $text);
	return "$tool_dir/$name";
}

# Windows by ssh.
my %lines = map { my $n = $_; "W$n" => "ssh_command = @{[ $ssh->words($nodes->address($n)) ]}\n" } 1, 2;
$conf = bare_conf($settings . node_sections($nodes, control => 'ssh', names => [ 'W1', 'W2' ], lines => \%lines));
call('list');
is("$code $err", '0 ', 'ssh to Windows: list') or diag(JSON::PP::encode_json($json));
is(row('W2', 'engine')->{now} . ' ' . row('W2', 'engine')->{start}, 'running auto', 'a service');
$nodes->set(2, 'QlikSensePrintingService', start => 'disabled', state => 1);
call('stop', '--site', 'A', '--yes');
is("$code $err", '0 ', 'stop') or diag(JSON::PP::encode_json($json));
is(states($nodes, $_), $stopped, "node $_ is down") foreach 1, 2;
call('start', '--site', 'A', '--yes', '--force', '--no-probe');
is("$code $err", '0 ', 'start') or diag(JSON::PP::encode_json($json));
is(states($nodes, 1), $running, 'node 1 is up');
is(states($nodes, 2), $running =~ s/Printing 4/Printing 1/r, 'and node 2, but for what is disabled');
$nodes->set(1, 'QlikSenseProxyService', deny => ['config']);
call('status');
is($code, 1, 'rights');
is(join(' ', map { $_ ? 1 : 0 } @{ row('W1', 'proxy') }{qw(may_stop may_start may_configure)}), '1 1 0', 'one is missing');

# An engine that hangs: killed only where that is allowed.
my $way = "ssh_command = @{[ $ssh->words($nodes->address(1)) ]}\n";
foreach my $case ([ 'scm', 'off' ], [ 'scm', 'on' ], [ 'ssh', 'on' ])
{
	my ($control, $kill) = @$case;

	$nodes->set(1, $_, state => 4) foreach keys %{ qlik_services() };
	$nodes->set(1, 'QlikSenseEngineService', state => 4, hang_stop => JSON::PP::true(), until => undef);
	$conf = bare_conf($settings . "kill_engine = $kill\n" . node_sections($nodes, control => $control, names => ['W1'], lines => { W1 => $way }));
	call('stop', '--site', 'A', '--yes');
	is($code, $kill eq 'on' ? 0 : 7, "$control: a hanging engine, kill_engine = $kill") or diag(JSON::PP::encode_json($json));
	is(states($nodes, 1), $kill eq 'on' ? $stopped : $stopped =~ s/Engine 1/Engine 3/r, 'is killed, or not');
	is_deeply($json->{notes}, $kill eq 'on' ? ['The engine of node W1 did not stop and was killed.'] : [], 'which is told');
}
$nodes->set(1, 'QlikSenseEngineService', hang_stop => undef, until => undef, state => 4);

# No way there, and one that ends in something else.
$conf = bare_conf($settings . node_sections($nodes, control => 'ssh', names => [ 'W1', 'W2' ],
	lines => { W1 => "ssh_command = /bin/echo hello\n", W2 => 'ssh_command = ssh -o BatchMode=yes -o ConnectTimeout=2 -F none -p 1 127.0.8.122' . "\n" }));
call('list');
is($code, 7, 'no PowerShell there');
is($json->{nodes}[0]{answer}, 'broken', 'what is no PowerShell');
is($json->{nodes}[1]{answer}, 'silent', 'nobody there');
like($json->{nodes}[1]{problem}, qr/Connection refused/, 'with the words of ssh') or diag($json->{nodes}[1]{problem});

# systemctl, by ssh and here. A stand-in keeps a file a unit: its state, then
# what is-enabled says.
my $units = "$tool_dir/units";
mkdir $units;
my $systemctl = <<"SH";
#!/bin/sh
verb=\$1
shift
echo "\$verb \$*" >>$units/.log
while [ "\${1#-}" != "\$1" ] && [ "\$1" != -- ]; do shift; done
[ "\$1" = -- ] && shift
[ -e $units/.refuse ] && { echo "Access denied by policy." >&2; exit 4; }
set_unit() { echo "\$2 \$3" >$units/\$1; }
first=yes
for unit in "\$@"; do
	active= enabled=
	[ ! -e $units/\$unit ] || read -r active enabled <$units/\$unit
	case \$verb in
	show)
		[ \$first = yes ] || echo
		first=no
		if [ -z "\$active" ]; then
			printf 'LoadState=not-found\\nActiveState=inactive\\nUnitFileState=\\nDescription=%s\\n' \$unit
		else
			load=loaded
			[ \$enabled != masked ] || load=masked
			printf 'LoadState=%s\\nActiveState=%s\\nUnitFileState=%s\\nDescription=Qlik %s\\n' \$load \$active \$enabled \$unit
		fi ;;
	stop)
		[ ! -e $units/.hang_\$unit ] || { set_unit \$unit deactivating \$enabled; continue; }
		set_unit \$unit inactive \$enabled ;;
	start)
		[ ! -e $units/.fail_\$unit ] || { set_unit \$unit failed \$enabled; continue; }
		set_unit \$unit active \$enabled ;;
	kill) set_unit \$unit failed \$enabled ;;
	enable) set_unit \$unit \$active enabled ;;
	disable) set_unit \$unit \$active disabled ;;
	mask) set_unit \$unit \$active masked ;;
	esac
done
SH
program('systemctl', $systemctl);
program('id', "#!/bin/sh\n[ -e $units/.root ] && echo 0 || echo 1000\n");
my %unit = map { $_ => "qlik-$_" } qw(dispatcher repository proxy engine scheduler printing database);

sub units
{
	return join ' ', map { chomp(my $line = slurp_file("$units/$unit{$_}")); "$_ $line" } qw(dispatcher repository proxy engine scheduler printing);
}

sub reset_units
{
	my ($state) = @_;

	unlink glob "$units/.[a-z]*";
	write_private("$units/$unit{$_}", $_ eq 'database' ? "active enabled\n" : $_ eq 'printing' ? "inactive masked\n" : "$state enabled\n") foreach keys %unit;
	return;
}

my $names = join ' ', map { "$_=$unit{$_}" } sort keys %unit;
my $local = program('local_shell', "#!/bin/sh\nPATH=$tool_dir:\$PATH\nexec sh -c \"\$*\"\n");
my @here = $ssh->words('127.0.8.123');
my %linux = (
	systemd => '',
	ssh => "ssh_command = @here $local\n");
foreach my $control ('systemd', 'ssh')
{
	local $ENV{PATH} = $control eq 'systemd' ? "$tool_dir:$ENV{PATH}" : $ENV{PATH};

	$conf = bare_conf($settings . "kill_engine = on\n[node L1]\nsite = A\naddress = 127.0.8.123\nroles = central\nsystem = linux\nservices = $names\nservice_control = $control\n$linux{$control}");
	reset_units('active');
	call('list');
	is("$code $err", '0 ', "$control: list") or diag(JSON::PP::encode_json($json));
	is(row('L1', 'printing')->{start}, 'disabled', 'a masked unit');
	is(row('L1', 'engine')->{now} . ' ' . row('L1', 'engine')->{start}, 'running auto', 'one that is enabled');
	call('stop', '--site', 'A', '--yes');
	is("$code $err", '0 ', 'stop') or diag(JSON::PP::encode_json($json));
	is(units(), 'dispatcher inactive enabled repository inactive enabled proxy inactive enabled engine inactive enabled scheduler inactive enabled printing inactive masked', 'all are down');
	is(slurp_file("$units/$unit{database}"), "active enabled\n", 'but the database');
	is(join(' ', slurp_file("$units/.log") =~ /^stop --no-block -- qlik-(\w+)/mg), 'engine scheduler proxy dispatcher repository', 'in order');
	call('start', '--site', 'A', '--yes', '--force', '--no-probe');
	is("$code $err", '0 ', 'start') or diag(JSON::PP::encode_json($json));
	is(units(), 'dispatcher active enabled repository active enabled proxy active enabled engine active enabled scheduler active enabled printing inactive masked', 'all are up but the masked one');

	# One that fails, one that hangs, nobody who may: the same by either way.
	next if $control eq 'ssh';
	reset_units('inactive');
	write_private("$units/.fail_qlik-repository", '');
	call('start', '--site', 'A', '--yes', '--force', '--no-probe');
	is($code, 7, 'a unit that fails');
	is(row('L1', 'repository')->{problem}, 'could not start: it has failed', 'says so');
	reset_units('active');
	write_private("$units/.hang_qlik-engine", '');
	call('stop', '--site', 'A', '--yes');
	is($code, 0, 'an engine that hangs is killed') or diag(JSON::PP::encode_json($json));
	like(slurp_file("$units/.log"), qr/^kill --signal=KILL qlik-engine$/m, 'by systemctl');
	reset_units('active');
	call('status');
	is($code, 1, 'not root: it may not be allowed');
	write_private("$units/.root", '');
	call('status');
	is($code, 0, 'root may');
	write_private("$units/.refuse", '');
	call('list');
	is($code, 7, 'systemctl refuses');
	like($json->{nodes}[0]{problem}, qr/exit code 4: Access denied by policy\.$/, 'its words');
}

# A command of one's own.
my $state = "$tool_dir/state";
my $own = program('own', <<"SH");
#!/bin/sh
echo "\$*" >>$state.log
[ ! -e $state.logon ] || { echo '{"error": {"kind": "logon", "text": "go away"}}'; exit 1; }
word=\$(cat $state)
line() { printf '{"service": "%s", "display": "%s", "state": "%s", "start": "auto", "recovery": "restart"}\\n' "\$1" "\$1" "\$word"; }
case \$1 in
list) line QlikSenseEngineService; line QlikSenseProxyService; line Other; echo no JSON ;;
query) line "\$2" ;;
stop) [ "\$2" != QlikSenseProxyService ] || [ ! -e $state.stuck ] || { echo "it is stuck" >&2; exit 3; }
	echo stopped >$state ;;
start) echo running >$state ;;
config) : ;;
rights) echo '{"stop": true, "start": true, "config": false}' ;;
run) shift; "\$@" ;;
esac
SH
write_private($state, 'running');
$conf = bare_conf($settings . "[node E1]\nsite = A\naddress = 127.0.8.124\nroles = central\nservice_control = exec\nservice_command = $own \"with blank\"\n");
call('list');
is($code, 7, 'exec: words of the command come first');
like(slurp_file("$state.log"), qr/^with blank list$/m, 'as they are');
$conf = bare_conf($settings . "[node E1]\nsite = A\naddress = 127.0.8.124\nroles = central\nservice_control = exec\nservice_command = $own\n");
unlink "$state.log";
call('list');
is("$code $err", '0 ', 'exec: list') or diag(JSON::PP::encode_json($json));
is(join(' ', map { $_->{service} } @{ $json->{nodes}[0]{services} }), 'QlikSenseProxyService QlikSenseEngineService', 'what is of Qlik Sense');
call('stop', '--site', 'A', '--yes');
is("$code $err", '0 ', 'stop') or diag(JSON::PP::encode_json($json));
like(slurp_file("$state.log"), qr/^stop QlikSenseEngineService$/m, 'was called');
unlike(slurp_file("$state.log"), qr/Printing/, 'and not for what it has not listed');
call('start', '--site', 'A', '--yes', '--force', '--no-probe');
is("$code $err", '0 ', 'start') or diag(JSON::PP::encode_json($json));
call('status');
is($code, 1, 'rights');
ok(row('E1', 'proxy')->{may_stop} && !row('E1', 'proxy')->{may_configure}, 'as the command says');
write_private("$state.stuck", '');
write_private($state, 'running');
$conf = bare_conf($settings . "[node E1]\nsite = A\naddress = 127.0.8.124\nroles = central\nservice_control = exec\nservice_command = $own\nservices = engine=Nothing\n");
call('stop', '--site', 'A', '--yes');
is($code, 7, 'one that fails');
is(row('E1', 'proxy')->{problem}, 'could not stop: it is stuck', 'with its words');
write_private("$state.logon", '');
call('list');
is($json->{nodes}[0]{answer} . ' ' . $json->{nodes}[0]{problem}, 'refused program "' . $own . '" failed with exit code 1', 'a refused logon');

# The worker is for the program itself.
my $out;
($code, $out, $err) = qsrepl('service', 'work', '--node', 'nobody', '--config', $conf);
is($code, 2, 'a worker for a node that is not there');
$nodes->stop;
done_testing();
