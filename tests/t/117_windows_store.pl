# certificates = windows: a site's set in the certificate stores of its nodes,
# through a real sshd; all nodes have it or none. tests/nodes stands for the
# nodes, so what is tested is the tool, and not the script's text.
use strict;
use warnings FATAL => 'all';

use File::Path qw(make_path);
use IPC::Run ();
use PostgreSQL::Test::Utils;
use QsreplNodes qw(qlik_services);
use QsreplTool;
use QsreplWindows;
use Test::More;
use Time::HiRes qw(usleep);

my %address = (CN => '127.0.10.1', P1 => '127.0.10.2', P2 => '127.0.10.3');
my $ssh = start_windows_ssh(addresses => [ sort values %address ]) or die 'no sshd';
my $conf = "$tool_dir/windows.conf";
my ($code, $out, $err);

sub run_ok
{
	my (@words) = @_;
	my $said;

	IPC::Run::run([@words], '<', \'', '>', \$said, '2>&1') or die "@words: $said";
	return;
}

# A set as the Snapshots tool writes it, with a server certificate a node.
sub make_set
{
	my ($dir) = @_;
	my $marker = "1.3.6.1.5.5.7.13.3=ASN1:UTF8String";
	my %name = ((map { $_ => $_ } keys %address), client => 'QlikClient');

	make_path("$dir/work", "$dir/set", map { "$dir/set/$_" } 'P1', 'P2');
	my $work = "$dir/work";
	run_ok('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', "$work/root.key", '-out', "$work/root.crt", '-subj', '/CN=CN-CA', '-days', '3650', '-addext', "$marker:Root");
	foreach my $who (sort keys %name)
	{
		write_private("$work/ext", "$marker:" . ($who eq 'client' ? 'Client' : 'Server') . "\n");
		run_ok('openssl', 'req', '-newkey', 'rsa:2048', '-nodes', '-keyout', "$work/$who.key", '-out', "$work/$who.csr", '-subj', "/CN=$name{$who}");
		run_ok('openssl', 'x509', '-req', '-in', "$work/$who.csr", '-CA', "$work/root.crt", '-CAkey', "$work/root.key", '-CAcreateserial', '-days', '3000', '-out', "$work/$who.crt", '-extfile', "$work/ext");
	}
	my %file = (root => 'root.pfx', CN => 'server.pfx', client => 'client.pfx', P1 => 'P1/server.pfx', P2 => 'P2/server.pfx');
	foreach my $who (sort keys %file)
	{
		run_ok('openssl', 'pkcs12', '-export', '-inkey', "$work/$who.key", '-in', "$work/$who.crt", '-out', "$dir/set/$file{$who}", '-passout', 'pass:QlikSense');
	}
	return "$dir/set";
}

sub thumbprint
{
	my ($dir, $who) = @_;
	my $said = `openssl x509 -in $dir/../work/$who.crt -noout -fingerprint -sha1`;

	return $said =~ s/.*=|[:\n]//gr;
}

# Change a node's section: what => lines, or nothing to leave it out.
sub write_conf
{
	my (%change) = @_;
	my $text = <<"CONF";
[qsrepl]
site = B
journal_directory = $tool_dir/journal
[site A]
host = 127.0.0.1
data_directory = $tool_dir/a
settings_file = $tool_dir/a.conf
bin_directory = /usr/bin
[site B]
host = 127.0.0.1
port = 5433
data_directory = $tool_dir/b
settings_file = $tool_dir/b.conf
bin_directory = /usr/bin
certificates = windows
CONF
	foreach my $alias (sort keys %address)
	{
		my $roles = $alias eq 'CN' ? 'central repository' : 'repository proxy';
		my $way = join ' ', $ssh->words($address{$alias});

		$text .= $change{$alias} // "[node B$alias]\nsite = B\nalias = $alias\naddress = $address{$alias}\nroles = $roles\nssh_command = $way\n";
	}
	unlink $conf;
	write_private($conf, $text);
	return;
}

sub cert
{
	($code, $out, $err) = qsrepl('cert', @_, '--config', $conf);
	return;
}

# The state of a node: services stopped; what goes wrong.
sub node
{
	my ($alias, %state) = @_;

	$ssh->set_state($address{$alias}, { services => qlik_services(running => 0), %state });
	return;
}

# What is in a node's stores, as role-THUMBPRINT, with "+" where there is a key.
sub stored
{
	my ($alias) = @_;
	my $stores = "$ssh->{dir}/stores/$address{$alias}";

	return join ' ', map {
		my ($role, $thumbprint) = m{([a-z]+)/([0-9A-F]+)\.pem$};
		"$role-$thumbprint" . (slurp_file($_) =~ /PRIVATE KEY/ ? '+' : '')
	} sort glob("$stores/{client,root,server}/*.pem");
}

sub expected
{
	my ($set, $alias) = @_;

	return 'client-' . thumbprint($set, 'client') . '+ root-' . thumbprint($set, 'root') . ($alias eq 'CN' ? '+' : '') . ' server-' . thumbprint($set, $alias) . '+';
}

sub all_have
{
	my ($set, $name) = @_;

	is_deeply({ map { $_ => stored($_) } keys %address }, { map { $_ => $set ? expected($set, $_) : '' } keys %address }, $name);
	return;
}

my $first = make_set("$tool_dir/first");
my $second = make_set("$tool_dir/second");
write_conf();
node($_) foreach keys %address;

# Nothing is there yet.
cert('list');
is("$code $err", '0 ', 'stores without certificates');

# An installation, and what each node has.
cert('import', $first, '--yes');
is("$code $err", '0 ', 'a set is installed');
all_have($first, 'each node has its own, and the root key is on the central one alone');
my @seen = $ssh->seen;
my %asked;
$asked{ "$_->{parameters}{Mode} $_->{parameters}{Central}" }++ foreach @seen;
is_deeply([ map { "$_ $asked{$_}" } grep { /Install/ } sort keys %asked ], [ 'Install 0 2', 'Install 1 1' ], 'each was asked once');

# What comes back.
cert('list', '--json');
is($code, 0, 'the set is read');
is(() = $out =~ /"private_key": true/g, 5, 'with the keys of root, three servers and client') or diag($out);
cert('verify');
is($code, 0, 'and is sound') or diag($out, $err);
cert('export', "$tool_dir/out", '--format', 'pem');
is("$code $err", '0 ', 'and is exported');
cert('compare', '--folder', $first);
is($code, 0, 'and is the same as in the folder') or diag($out, $err);

# Private keys and passwords are seen nowhere on the way.
my $processes = slurp_file("$ssh->{dir}/processes");
my ($piece) = slurp_file("$tool_dir/first/work/client.key") =~ /\n(.{64})\n/;
like($processes, qr/powershell\.exe/, 'processes were looked at');
unlike($processes, qr/"password"|MII|\Q$piece\E/, 'no command line and no environment has any of it');
unlike($ssh->log, qr/password"|MII/, 'nor has the log of sshd');

# The same again, then another one, and back.
cert('import', $first, '--yes');
is("$code $err", '0 ', 'the same again');
all_have($first, 'changes nothing');
cert('import', $second, '--yes');
is("$code $err", '0 ', 'another set');
all_have($second, 'is everywhere');
cert('rollback', '--yes');
is("$code $err", '0 ', 'rollback');
all_have($first, 'brings the one before back');
cert('rollback', '--yes');
all_have($second, 'and once more, the other one');

# A node that fails: the others go back.
foreach my $case (
	[ 'P2', [ certificates => { fail => 'The disk is full.' } ], qr/script "Install-QlikCertificates" failed at node "BP2": The disk is full\./ ],
	[ 'CN', [ services => qlik_services() ], qr/failed at node "BCN": These services are not stopped: QlikSenseEngineService, / ],
	[ 'P1', [ certificates => { wrong => 'root-0' } ], qr/node "BP1" says that it has "root-0" instead of "client-[0-9A-F]{40} root-[0-9A-F]{40} server-[0-9A-F]{40}"/ ],
	[ 'P1', [ powershell => { cut => 0 } ], qr/could not run PowerShell at node "BP1"/ ])
{
	my ($alias, $state, $detail) = @$case;

	node($alias, @$state);
	cert('import', $first, '--yes');
	isnt($code, 0, "node $alias fails");
	like($err, qr/could not install the certificates at the nodes of site "B"\n/, 'says what');
	like($err, $detail, 'and why');
	unlike($err, qr/Some nodes/, 'all is as before');
	node($alias);
	all_have($second, 'at each node');
}

# One that fails, and another that then does not go back.
node('P2', certificates => { fail => 'The disk is full.' });
node('P1', certificates => { fail_back => 'The disk is on fire.' });
cert('import', $first, '--yes');
isnt($code, 0, 'two nodes in trouble');
like($err, qr/The disk is full\.\n.*could not undo that at the nodes of site "B": .*node "BP1": The disk is on fire\./s, 'both are told');
like($err, qr/Some nodes have another set than the others now: install again\./, 'and what to do');
is(stored('P1'), expected($first, 'P1'), 'this one has the new set');
node($_) foreach keys %address;
cert('import', $first, '--yes');
all_have($first, 'installed again');
node('P2', certificates => { fail_back => 'The disk is on fire.' });
cert('rollback', '--yes');
isnt($code, 0, 'a rollback that fails at a node');
like($err, qr/could not bring the certificates back at the nodes of site "B"\n/, 'says so');
all_have($first, 'and is undone at the others');
node($_) foreach keys %address;

# The tool is killed when two nodes have the new set and another is at work.
write_private("$tool_dir/hold", '');
node('P2', certificates => { hold => "$tool_dir/hold" });
my $run = IPC::Run::start([ $qsrepl_program, 'cert', 'import', $second, '--yes', '--config', $conf ], '<', \'', '>', \my $said, '2>', \my $complaint);
for (1 .. 3000)
{
	last if !grep { stored($_) ne expected($second, $_) } 'CN', 'P1';
	usleep(10_000);
}
$run->kill_kill(grace => 0);
is_deeply({ map { $_ => stored($_) } keys %address }, { CN => expected($second, 'CN'), P1 => expected($second, 'P1'), P2 => expected($first, 'P2') }, 'each node has the one set or the other');
unlink "$tool_dir/hold";
cert('import', $second, '--yes');
is("$code $err", '0 ', 'the same again');
all_have($second, 'goes on to the end');
node('P2');
cert('import', $first, '--yes');
all_have($first, 'and another one after it');

# Keys that cannot leave, and an answer that is none.
node('CN', certificates => { kept => ['root'] });
cert('verify');
is($code, 1, 'a root key that cannot be exported');
like($out, qr/root.*(key|private)/i, 'is missing for us') or diag($out);
node('CN', certificates => { broken => 1 });
cert('list');
isnt($code, 0, 'what is no PFX file');
like($err, qr/could not read the certificates at the nodes of site "B"\n/, 'is told');
node('CN');

# A set that does not have what a node needs.
unlink "$second/P2/server.pfx";
cert('import', $second, '--yes');
isnt($code, 0, 'a set without a certificate for a node');
like($err, qr/no server certificate for node "P2" in the set/, 'says so');
all_have($first, 'and nothing is changed');
cert('issue', '--node', 'P2', '--yes');
is("$code $err", '0 ', 'one that is issued');
isnt(stored('P2'), expected($first, 'P2'), 'is installed there');
is(stored('P1'), expected($first, 'P1'), 'and nowhere else');
unlink "$first/client.pfx";
cert('import', $first, '--yes', '--force');
like($err, qr/the set has no client certificate, which node "BCN" needs/, 'a set without a client certificate');
run_ok('openssl', 'pkcs12', '-export', '-nokeys', '-in', "$tool_dir/first/work/client.crt", '-out', "$first/client.pfx", '-passout', 'pass:QlikSense');
cert('import', $first, '--yes', '--force');
like($err, qr/the set has no client certificate with a private key, which node "BCN" needs/, 'and one without its key');

# A configuration that does not lead there.
write_conf(P2 => "[node BP2]\nsite = B\nalias = P2\naddress = 127.0.10.3\n");
cert('list');
like($err, qr/key "ssh_command" is missing from section "\[node BP2\]"\n.*For example: ssh_command = ssh/, 'a node without a way');
write_conf(P2 => "[node BP2]\nsite = B\nalias = P2\naddress = 127.0.10.3\nsystem = linux\nssh_command = ssh x\n");
cert('list');
like($err, qr/node "BP2" does not run Windows, and its site has certificates = windows/, 'one of another system');
write_conf(map { $_ => '' } keys %address);
cert('list');
like($err, qr/site "B" has no nodes, whose certificate stores hold its certificates/, 'and none at all');
$ssh->stop;
done_testing();
