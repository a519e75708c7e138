# Hosts files of nodes: on a real smbd's administrative share, and through a
# real sshd, with PowerShell's part played by tests/nodes/powershell.py.
use strict;
use warnings FATAL => 'all';

use File::Path qw(make_path);
use IPC::Run ();
use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplNodes;
use QsreplTool;
use QsreplWindows;
use Test::More;
use Time::HiRes qw(time);

my ($code, $out, $err);
my $begin = '# BEGIN qsrepl: kept by "qsrepl hosts apply", lines of yours go elsewhere';
my $nodes = start_nodes(n => 3, net => '127.0.9', first => 11);
my ($linux, $windows) = ('127.0.9.21', '127.0.9.22');
my %at = (linux => "$tool_dir/etc/hosts", windows => $nodes->dir . "/shares/$windows/hosts's");

sub script
{
	my ($name, $text) = @_;

	unlink "$tool_dir/$name";
	append_to_file("$tool_dir/$name", $text);
	chmod 0700, "$tool_dir/$name";
	return "$tool_dir/$name";
}

my $sshd = start_windows_ssh(addresses => [ $linux, $windows ], dir => $nodes->dir) or die 'no sshd';
my $ssh = join ' ', $sshd->words($linux);
my $ssh_windows = join ' ', $sshd->words($windows);

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
ssh_command = @{[ $opt{ssh} // $ssh_windows ]}
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

make_path("$tool_dir/etc", $nodes->dir . "/shares/$windows");
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
$sshd->set_state($windows, { powershell => { throw => 'Zugriff verweigert' } });
hosts('check', '--node', 'P');
is($code, 7, 'the script fails');
like($out, qr/^unreachable +node P .*script "Set-QlikHostsFile" failed at node "P": Zugriff verweigert/m, 'is told in its words');
$sshd->set_state($windows, {});
put($at{windows}, join '', map { "10.0.0.$_ n$_\r\n" x 100 } 1 .. 50);
hosts('apply', '--yes', '--node', 'P');
is($code, 0, 'a long file, in pieces');
is(get($at{windows}), join('', map { "10.0.0.$_ n$_\r\n" x 100 } 1 .. 50) . block('B', "\r\n"), 'arrives as it is');
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

# A node that is silent holds up nobody, the first one with a logon neither.
my ($silent_port, $silent) = silent_address('127.0.9.31');
my ($first_port, $first) = silent_address('127.0.9.32');
conf(sections => "[node S]\nsite = B\naddress = 127.0.9.31\nhosts_access = share\nsmb_port = $silent_port\ncredentials = @{[ $nodes->credentials ]}\n");
my $text = slurp_file("$tool_dir/qsrepl.conf");
$text =~ s/^(\[node W1\]\n(?:(?!\[).*\n)*?)address = .*\n((?:(?!\[).*\n)*?)smb_port = .*$/$1address = 127.0.9.32\n$2smb_port = $first_port/m or die;
write_private("$tool_dir/qsrepl.conf", $text);
$began = time;
hosts('check');
cmp_ok(time - $began, '<', 9, 'silent nodes are given up');
is($code, 7, 'and is no success');
like($out, qr/^unreachable +node $_ /m, 'which is told') foreach 'S', 'W1';
like($out, qr/^different +node W3 /m, 'others are read');

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
done_testing();
