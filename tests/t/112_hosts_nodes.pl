# Hosts files of nodes: on a real smbd's administrative share, and through a
# real sshd, with PowerShell's part played by a program.
use strict;
use warnings FATAL => 'all';

use File::Path qw(make_path);
use IPC::Run ();
use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplNodes;
use QsreplTool;
use Test::More;
use Time::HiRes qw(time);

my ($sshd) = grep { -x } '/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/libexec/sshd';
my ($code, $out, $err);
my $begin = '# BEGIN qsrepl: kept by "qsrepl hosts apply", lines of yours go elsewhere';
my $nodes = start_nodes(n => 3, net => '127.0.9', first => 11);
my $port = PostgreSQL::Test::Cluster::get_free_port();
my %at = (linux => "$tool_dir/etc/hosts", windows => "$tool_dir/drivers/hosts's");

sub script
{
	my ($name, $text) = @_;

	unlink "$tool_dir/$name";
	append_to_file("$tool_dir/$name", $text);
	chmod 0700, "$tool_dir/$name";
	return "$tool_dir/$name";
}

# What powershell is at the stand-in for a Windows node: it takes the script
# apart as PowerShell does, and does what the two scripts say.
script('powershell', <<'SCRIPT' =~ s/DIR/$tool_dir/gr);
#!/usr/bin/python3
import base64, os, sys
assert sys.argv[1:4] == ['-NoProfile', '-NonInteractive', '-EncodedCommand'], sys.argv
script = base64.b64decode(sys.argv[4], validate=True).decode('utf-16-le')
with open('DIR/scripts', 'a') as file:
    file.write(script + '\n')
head, path, rest = script.split("$path = ")[0], *script.split("$path = ")[1].split("; ", 1)
assert "$ErrorActionPreference = 'Stop'" in head
path = path[1:-1].replace("''", "'").replace('D:\\hosts', 'DIR/drivers/hosts')
if os.path.exists('DIR/fail'):
    sys.exit('powershell says no')
if 'WriteAllBytes' in rest:
    data = base64.b64decode(sys.stdin.read().strip(), validate=True)
    with open(path + '.qsrepl-new', 'wb') as file:
        file.write(data)
    os.rename(path, path + '.qsrepl-backup')
    os.rename(path + '.qsrepl-new', path)
else:
    with open(path, 'rb') as file:
        sys.stdout.write(base64.b64encode(file.read()).decode('ascii') + ('\r\n' if os.path.exists('DIR/feed') else ''))
SCRIPT

foreach my $key ('host', 'user')
{
	PostgreSQL::Test::Utils::system_or_bail('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', "$tool_dir/$key");
}
script('known', "[127.0.0.1]:$port " . slurp_file("$tool_dir/host.pub"));
script('sshd_config', <<"CONF");
Port $port
ListenAddress 127.0.0.1
HostKey $tool_dir/host
AuthorizedKeysFile $tool_dir/user.pub
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
SetEnv PATH=$tool_dir:/usr/bin:/bin
CONF
my $daemon = IPC::Run::start([ $sshd, '-D', '-e', '-f', "$tool_dir/sshd_config" ], '<', \'', '>', \my $said, '2>', "$tool_dir/sshd.log");
for (1 .. 1000)
{
	last if -s "$tool_dir/sshd.log" && slurp_file("$tool_dir/sshd.log") =~ /Server listening/;
	Time::HiRes::usleep(10_000);
}
my $ssh = "ssh -p $port -i $tool_dir/user -F none -o BatchMode=yes -o IdentitiesOnly=yes -o UserKnownHostsFile=$tool_dir/known -o StrictHostKeyChecking=yes 127.0.0.1";

sub conf
{
	my (%opt) = @_;
	my $text = "[qsrepl]\nsite = A\nconnect_timeout = 1s\n";

	foreach my $site ('A', 'B')
	{
		my $number = $site eq 'A' ? 1 : 2;

		$text .= "[site $site]\nhost = 127.0.9.1\nport = $number\ndata_directory = $tool_dir/data_$site\nsettings_file = $tool_dir/settings_$site\n";
	}
	foreach my $number (1 .. 3)
	{
		my $credentials = $opt{credentials} // $nodes->credentials;

		$text .= "[node W$number]\nsite = A\naddress = @{[ $nodes->address($number) ]}\nhosts_access = share\nsmb_port = @{[ $nodes->port ]}\ncredentials = $credentials\n"
		  . ($opt{"W$number"} // '')
		  . ($number == 1 ? "roles = central\n" : '');
	}
	$text .= <<"CONF" . ($opt{sections} // '');
[node L]
site = B
address = 10.2.0.1
roles = central
system = linux
hosts_access = ssh
hosts_file = $at{linux}
ssh_command = @{[ $opt{ssh} // $ssh ]}
[node P]
site = B
address = 10.2.0.2
hosts_access = ssh
hosts_file = D:\\hosts's
ssh_command = @{[ $opt{ssh} // $ssh ]}
CONF
	return write_private("$tool_dir/qsrepl.conf", $text);
}

sub hosts
{
	($code, $out, $err) = qsrepl('hosts', @_, '--config', "$tool_dir/qsrepl.conf");
	return;
}

sub put
{
	my ($name, $bytes) = @_;

	open my $handle, '>:raw', $name or die "$name: $!";
	print $handle $bytes;
	close $handle;
	return;
}

sub get
{
	open my $handle, '<:raw', $_[0] or die "$_[0]: $!";
	local $/ = undef;
	return scalar <$handle>;
}

my %block = (
	A => [ (map { $nodes->address($_) . "\tW$_" } 1 .. 3) ],
	B => [ "10.2.0.1\tL", "10.2.0.2\tP" ]);

sub block
{
	my ($site, $end) = @_;

	return join '', map { "$_$end" } $begin, @{ $block{$site} }, '# END qsrepl';
}

make_path("$tool_dir/etc", "$tool_dir/drivers");
put($at{linux}, "127.0.0.1 localhost\n# f\xFCr alle");
put($at{windows}, "\xEF\xBB\xBF127.0.0.1 localhost\r\n");
chmod 0604, $at{linux};
my %before = map { $_ => get($_) } values %at, map { $nodes->hosts_file($_) } 1 .. 3;
conf();

my $began = time;
hosts('check');
note sprintf('five nodes in %.0f ms', 1000 * (time - $began));
is("$code $err", '1 ', 'all are reached');
is(scalar(() = $out =~ /^missing /mg), 5, 'and lack the block') or diag $out;
hosts('apply', '--dry-run');
is($code, 0, 'a dry run');
is(scalar(() = $out =~ /^\+# END qsrepl$/mg), 5, 'shows what would be');
is(get($_), $before{$_}, 'and changes nothing') foreach sort keys %before;
hosts('apply', '--yes');
is("$code $err", '0 ', 'applied');
is(scalar(() = $out =~ /^written /mg), 5, 'at all') or diag $out;
foreach my $number (1 .. 3)
{
	my $file = $nodes->hosts_file($number);

	is(get($file), $before{$file} . block('A', "\r\n"), 'on a share');
	is(get("$file.qsrepl-backup"), $before{$file}, 'the old one is kept');
	ok(!-e "$file.qsrepl-new", 'and nothing else');
}
is(get($at{linux}), "127.0.0.1 localhost\n" . block('B', "\n") . "# f\xFCr alle", 'by ssh, Linux');
is(get("$at{linux}.qsrepl-backup"), $before{ $at{linux} }, 'the old one is kept');
is((stat $at{linux})[2] & 07777, 0604, 'with its permissions');
is(get($at{windows}), $before{ $at{windows} } . block('B', "\r\n"), 'by ssh, Windows');
is(get("$at{windows}.qsrepl-backup"), $before{ $at{windows} }, 'the old one is kept');
like(slurp_file("$tool_dir/scripts"), qr/\$path = 'D:\\hosts''s'; .*\[IO\.File\]::Replace\(\$new, \$path, \$path \+ '\.qsrepl-backup'\)$/m, 'what PowerShell is told');
put("$tool_dir/feed", '');
hosts('check');
is($code, 0, 'all are current');
is(scalar(() = $out =~ /^current /mg), 5, 'all') or diag $out;
hosts('apply', '--yes', '--node', 'W1', '--node', 'L');
is($code, 0, 'again');
is(scalar(() = $out =~ /^current /mg), 2, 'of two only') or diag $out;
my ($check) = (qsrepl('check', '--config', "$tool_dir/qsrepl.conf"))[1];
is(scalar(() = $check =~ /^pass  hosts /mg), 5, 'check looks at them, too');

# A file that is changed between looking and writing: here by the one before.
put($at{linux}, "first\n");
put($nodes->hosts_file(1), "10.9.9.9 w2\r\n");
{
	my $late = script('late', "#!/bin/sh\ncase \"\$*\" in *cat*) n=\$(cat $tool_dir/n 2>/dev/null); echo x\$n >$tool_dir/n; [ \"\$n\" = '' ] || echo other >$at{linux};; esac\nexec $ssh \"\$@\"\n");

	conf(ssh => $late);
	hosts('apply', '--yes', '--node', 'L', '--node', 'W1');
	is($code, 1, 'changed since it was read');
	like($out, qr/^failed +node L .*: the file has changed since it was read$/m, 'is told');
	like($out, qr/^failed +node W1 .*: line 1 gives "w2" the address 10\.9\.9\.9$/m, 'as is a conflict');
	is(get($at{linux}), "other\n", 'and left alone');
	is(get($nodes->hosts_file(1)), "10.9.9.9 w2\r\n", 'both');
}
conf();
hosts('apply', '--yes', '--force');
is($code, 0, 'forced');
is(get($nodes->hosts_file(1)), block('A', "\r\n") . "10.9.9.9 w2\r\n", 'the block comes first');

# What goes wrong at nodes.
put("$tool_dir/fail", '');
hosts('check', '--node', 'P');
is($code, 7, 'PowerShell fails');
like($out, qr/^unreachable +node P .*powershell says no/m, 'is told in its words');
unlink "$tool_dir/fail";
script('powershell', "#!/bin/sh\necho Willkommen!\n");
hosts('check', '--node', 'P');
like("$code $out", qr/^7 .*node P .*what PowerShell there prints is not a file in base64/s, 'what is no file');
unlink $at{linux};
hosts('check', '--node', 'L');
like("$code $out", qr/^7 .*unreachable +node L .*No such file/s, 'no file there');
put($at{linux}, '');
chmod 0500, "$tool_dir/etc";
unlink glob("$tool_dir/etc/*-backup");
hosts('apply', '--yes', '--node', 'L');
is($code, 1, 'a directory that is closed');
like($out, qr/^failed +node L .*Permission denied/m, 'is told');
chmod 0700, "$tool_dir/etc";
conf(ssh => "ssh -p 1 -F none -o BatchMode=yes 127.0.0.1");
hosts('apply', '--yes', '--node', 'L', '--node', 'W1', '--node', 'W2');
is($code, 7, 'a node that does not answer');
like($out, qr/^unreachable +node L .*Connection refused/m, 'is told');
like($out, qr/^current +node W1 /m, 'and holds up nobody');
put($at{linux}, 'y' x 1_100_000);
conf();
hosts('check', '--node', 'L');
like("$code $out", qr/^7 .*node L .*hosts file is too large/s, 'too large');
conf(W1 => "hosts_file = E:\\hosts\n");
hosts('check', '--node', 'W1');
like("$code $out", qr/^7 .*node W1 .*NT_STATUS_BAD_NETWORK_NAME/s, 'no such share');
conf(W1 => "hosts_file = C:\\nowhere\\hosts\n");
hosts('check', '--node', 'W1');
like("$code $out", qr/^7 .*node W1 .*NT_STATUS_OBJECT_PATH_NOT_FOUND/s, 'no such file');

# A refused logon is tried once, not at each node, before an account is locked.
conf(credentials => $nodes->wrong_credentials);
my $logons = scalar $nodes->logons;
hosts('check', '--node', 'W1', '--node', 'W2', '--node', 'W3');
is($code, 7, 'a wrong password');
like($out, qr/^unreachable +node W1 .*NT_STATUS_LOGON_FAILURE/m, 'is told');
like($out, qr/^unreachable +node W$_ .*not tried: node W1 has refused the logon in /m, 'the others are not asked') foreach 2, 3;
is(scalar(grep { $_->{status} eq 'NT_STATUS_WRONG_PASSWORD' } $nodes->logons), 1, 'one logon in all');
unlike("$out$err", qr/not the password/, 'which is not shown');

# A share that cannot be written.
conf();
put($nodes->hosts_file(2), "new\r\n");
(my $etc = $nodes->hosts_file(2)) =~ s{/hosts$}{};
chmod 0500, $etc;
unlink "$etc/hosts.qsrepl-backup";
hosts('apply', '--yes', '--node', 'W2');
chmod 0700, $etc;
is($code, 1, 'a share that is closed');
like($out, qr/^failed +node W2 .*NT_STATUS_ACCESS_DENIED/m, 'is told');
is(get($nodes->hosts_file(2)), "new\r\n", 'and the file is as it was');
$daemon->kill_kill;
done_testing();
