# The public alias of a real pair: in check and in status, and as a sign of
# life that stops a failover, bounded in time.
use strict;
use warnings FATAL => 'all';

use IO::Socket::INET;
use IPC::Run ();
use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplNamed;
use QsreplPair;
use Test::More;
use Time::HiRes qw(time usleep);

my %node = make_tool_pair();
my $key = named_key('qsrepl-key');
my %named = map { $_ => start_named("named_$_", address => '127.0.0.1', records => "qs 60 A 127.0.0.5\n") } 'A', 'B';
my $web_port = PostgreSQL::Test::Cluster::get_free_port();
my ($code, $out, $err);

sub conf_of
{
	my ($more) = @_;

	return conf_file(
		'B', \%node,
		A => "dns_target = 127.0.0.5\ndns_servers = $named{A}{server}\n",
		B => "dns_target = 127.0.0.6\ndns_servers = $named{B}{server}\n",
		sections => "[dns]\nname = qs.company.test\nzone = company.test\ntype = A\nkey_file = $key\nprobe_port = $web_port\n" . ($more // ''));
}

sub tool
{
	my (@words) = @_;
	my $more = ref $words[-1] ? ${ pop @words } : undef;
	my $began = time;

	($code, $out, $err) = qsrepl(@words, '--config', conf_of($more));
	return time - $began;
}

# In check.
tool('check');
like($out, qr/^pass  dns +this machine: it can change the alias$/m, 'check: the programs');
like($out, qr/^pass  dns +server \Q$named{$_}{server}\E: alias "qs\.company\.test" points to 127\.0\.0\.5 \(site A\)$/m, 'check: a server') foreach 'A', 'B';
like($out, qr/^pass  dns +time to live: users learn of a switch within 60 s$/m, 'check: the time to live');
like($out, qr/^warn  dns +local resolver: could not resolve name "qs\.company\.test"/m, 'check: the local resolver');
set_record($named{A}, 'A 127.0.0.9');
set_record($named{B}, 'A 127.0.0.6');
tool('check');
like($out, qr/^fail  dns +server \Q$named{A}{server}\E: alias "qs\.company\.test" points to 127\.0\.0\.9 \(no site's\)$/m, 'check: what is no site\'s');
like($out, qr/^warn  dns +server \Q$named{B}{server}\E: .* points to 127\.0\.0\.6 \(site B\), but site "A" is active\n +hint: Run "qsrepl dns switch --to A"\.$/m, 'check: the passive site');
is($code, 1, 'check: not ready');
set_record($named{A}, '');
stop_named($named{B});
tool('check');
like($out, qr/^fail  dns +server \Q$named{A}{server}\E: alias "qs\.company\.test": it has no such record$/m, 'check: no record');
like($out, qr/^warn  dns +server \Q$named{B}{server}\E: name server does not answer$/m, 'check: a server that is down');
start_named('named_B', address => '127.0.0.1', port => $named{B}{port}, records => "qs 4000 A 127.0.0.5\n");
set_record($named{A}, 'A 127.0.0.5');
tool('check');
like($out, qr/^warn  dns +time to live: users learn of a switch only within 4000 s$/m, 'check: a long time to live');
rename $key, "$key.away";
tool('check');
like($out, qr/^fail  dns +this machine: could not read attributes of file "\Q$key\E"/m, 'check: the key is missing');
rename "$key.away", $key;

SKIP:
{
	skip 'no namespaces here', 2 if system('unshare --user --map-root-user --mount true 2>/dev/null') != 0;
	foreach my $case ([ 5, 'pass', ' \(site A\)$' ], [ 6, 'warn', ' \(site B\), but site "A" is active$' ])
	{
		my ($number, $word, $end) = @$case;

		unlink "$tool_dir/etc_hosts";
		append_to_file("$tool_dir/etc_hosts", "127.0.0.$number qs.company.test\n");
		IPC::Run::run([ 'unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', 'mount --bind "$0" /etc/hosts && exec "$@"', "$tool_dir/etc_hosts",
			$qsrepl_program, 'check', '--config', conf_of() ], '>', \$out, '2>', \$err);
		like($out, qr/^$word  dns +local resolver: alias "qs\.company\.test" points to 127\.0\.0\.$number$end/m, "check: the local resolver: $word");
	}
}

# In status.
set_record($named{B}, 'A 127.0.0.5');
tool('status');
is($code, 0, 'status');
like($out, qr/^Alias qs\.company\.test: site A\n(?!  server)/m, 'status: all as it should be');
set_record($named{B}, 'A 127.0.0.6');
tool('status');
like($out, qr/^Alias qs\.company\.test: site A\n  server \Q$named{B}{server}\E: 127\.0\.0\.6 \(site B\)$/m, 'status: a server that is behind');
set_record($named{B}, 'A 127.0.0.5');

# A sign of life.
sub serve
{
	my (@how) = @_;
	my $server = IPC::Run::start([ 'openssl', 's_server', '-accept', "127.0.0.5:$web_port", '-cert', "$tool_dir/web.pem", '-key', "$tool_dir/web.pem", '-quiet', '-www', @how ], '<', \'', '>', \my $said, '2>', \my $complaint);

	for (1 .. 500)
	{
		last if IO::Socket::INET->new(PeerAddr => '127.0.0.5', PeerPort => $web_port);
		usleep(20_000);
	}
	return $server;
}
PostgreSQL::Test::Utils::system_or_bail('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=qs.company.test', '-keyout', "$tool_dir/web.pem", '-out', "$tool_dir/web.crt");
append_to_file("$tool_dir/web.pem", slurp_file("$tool_dir/web.crt"));
kill_server($node{A});
my $web = serve();
my @failover = ('failover', '--to', 'B', '--accept-data-loss', 'unknown', '--yes');

tool(@failover);
is($code, 6, 'users still get through at A');
like($err, qr/site "A" is alive\n.*Seen from here: what the public alias points to answers\.\n.*Nothing was changed/s, 'which is told');
stop_named($named{$_}) foreach 'A', 'B';
tool('status');
like($out, qr/^Alias qs\.company\.test: no site\n  server .*: does not answer$/m, 'no name server answers');
tool(@failover, '--dry-run');
is($code, 0, 'nobody tells where the alias points: no sign');
start_named("named_$_", address => '127.0.0.1', port => $named{$_}{port}, records => "qs 60 A 127.0.0." . ($_ eq 'A' ? 5 : 6) . "\n") foreach 'A', 'B';
tool(@failover, '--dry-run');
is($code, 0, 'one server has it at B already: no sign');
set_record($named{B}, 'A 127.0.0.5');
tool(@failover, '--dry-run', \"probe = off\n");
is($code, 0, 'not asked for');
$web->kill_kill;
$web = serve('-tls1', '-cipher', 'DEFAULT@SECLEVEL=0');
tool(@failover, '--dry-run');
is($code, 6, 'an old server is a sign, too');
$web->kill_kill;
tool(@failover, '--dry-run');
is($code, 0, 'nothing listens');

# What takes connections and says nothing is no sign, unless that is enough.
my $silent = IO::Socket::INET->new(LocalAddr => '127.0.0.5', LocalPort => $web_port, Listen => 5, ReuseAddr => 1);
my $took = tool(@failover, '--dry-run');
is($code, 0, 'no handshake within the time');
note sprintf('failover --dry-run took %.1f s', $took);
cmp_ok($took, '<', 6, 'which is bounded');
tool(@failover, '--dry-run', \"probe = tcp\n");
is($code, 6, 'a connection, where that is the probe');
close $silent;

# The loss, and the switch behind it.
tool(@failover);
is($code, 0, 'failover') or diag $err;
tool('dns', 'switch', '--to', 'B', '--yes');
is("$code", '0', 'and the alias after it');
tool('status');
like($out, qr/^Alias qs\.company\.test: site B\n  server \Q$named{A}{server}\E: 127\.0\.0\.5 \(site A\)$/m, "status watches the other site's server");
tool('status', '--json');
is(JSON::PP->new->utf8->decode($out)->{alias}{servers}[0]{site}, 'A', 'as a document');
$node{B}->_update_pid(1);
$node{B}->stop('immediate');
done_testing();
