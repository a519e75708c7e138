# Hosts files of this machine: the block, everything else byte for byte,
# conflicts, damage, permissions, and what the configuration refuses.
use strict;
use warnings FATAL => 'all';

use Fcntl ':mode';
use JSON::PP ();
use PostgreSQL::Test::Utils;
use QsreplTool;
use Test::More;

my ($code, $out, $err);
my $file = "$tool_dir/hosts";
my $begin = '# BEGIN qsrepl: kept by "qsrepl hosts apply", lines of yours go elsewhere';
my @block = ("10.1.0.11\tCN", "10.1.0.12\tP1", "10.1.0.20\tfs.company.test");
my $nodes = <<"CONF";
[node CN-A]
site = A
alias = CN
address = 10.1.0.11
roles = central repository
hosts_access = local
hosts_file = $file
[node P1]
site = A
address = p1.company.test
hosts_address = 10.1.0.12
[node CN-B]
site = B
alias = CN
address = 10.2.0.11
roles = central repository
hosts_access = local
hosts_file = $tool_dir/elsewhere
[alias fs.company.test]
kind = file_server
A = 10.1.0.20
B = 10.2.0.20
CONF

sub conf
{
	my ($text, %opt) = @_;
	my $head = "[qsrepl]\nsite = A\nconnect_timeout = 1s\n";

	foreach my $site ('A', 'B')
	{
		my $port = $site eq 'A' ? 1 : 2;

		$head .= "[site $site]\nhost = 127.0.9.1\nport = $port\ndata_directory = $tool_dir/data_$site\nsettings_file = $tool_dir/settings_$site\n"
		  . ($opt{$site} // '');
	}
	return write_private("$tool_dir/qsrepl.conf", $head . $text);
}

sub hosts
{
	($code, $out, $err) = qsrepl('hosts', @_, '--config', "$tool_dir/qsrepl.conf");
	return;
}

sub put
{
	my ($bytes) = @_;

	open my $handle, '>:raw', $file or die;
	print $handle $bytes;
	close $handle;
	return;
}

sub get
{
	open my $handle, '<:raw', $_[0] // $file or die;
	local $/ = undef;
	return scalar <$handle>;
}

sub block
{
	my ($end) = @_;

	return join '', map { "$_$end" } $begin, @block, '# END qsrepl';
}

sub state_of
{
	my ($node) = @_;

	hosts('check', '--node', $node, '--json');
	return JSON::PP->new->utf8->decode($out)->{machines}[0]{state};
}

conf($nodes);
hosts('show');
is("$code $err$out", '0 ' . join('', map { "$_\n" } @block), 'the lines of this site');
hosts('show', '--site', 'B');
is($out, "10.2.0.11\tCN\n10.2.0.20\tfs.company.test\n", "and of the other one");
hosts('show', '--json');
is(join(' ', map { "$_->{address} $_->{name}" } @{ JSON::PP->new->utf8->decode($out)->{names} }), "@block" =~ s/\t/ /gr, 'as a document');
hosts('show', '--site', 'C');
is($code, 2, 'a site that is not there');

# Everything outside stays, whatever it is.
foreach my $case (
	[ 'no file', undef, '', "\r\n" ],
	[ 'an empty file', '', '', "\r\n" ],
	[ 'line feeds', "127.0.0.1 localhost\n\n# x\n", '', "\n" ],
	[ 'Windows', "# Copyright\r\n127.0.0.1 localhost\r\n", '', "\r\n" ],
	[ 'mixed', "a\r\nb\nc\r\n", '', "\r\n" ],
	[ 'no last end', "a\r\n", 'last', "\r\n" ],
	[ 'one line', '', 'last', "\r\n" ],
	[ 'a mark', "\xEF\xBB\xBFa\n", '', "\n" ],
	[ 'a code page', "# f\xFCr \x80\r\n", '', "\r\n" ],
	[ 'many blanks', "\t \n  \n\n", "\t", "\n" ])
{
	my ($name, $head, $tail, $end) = @$case;

	unlink $file, "$file.qsrepl-backup";
	put("$head$tail") if defined $head;
	chmod 0640, $file if defined $head;
	is(state_of('CN-A'), 'missing', "$name: the block is missing");
	hosts('apply', '--dry-run');
	is($code, 0, 'a dry run');
	like($out, qr/^--- \Q$file\E\n.*^\+10\.1\.0\.11\tCN$/ms, 'shows what would be');
	is(-e $file ? get() : undef, defined $head ? "$head$tail" : undef, 'and changes nothing');
	hosts('apply');
	is($code, 6, 'nobody confirms');
	like($err, qr/not confirmed/, 'and it says so');
	hosts('apply', '--yes');
	is("$code $err", '0 ', 'applied');
	like($out, qr/^written +node CN-A \(site A\), \Q$file\E$/m, 'says so');
	is(get(), ($head // '') . block($end) . $tail, 'the block, and the rest as it was');
	is(defined $head && "$head$tail" ne '' ? get("$file.qsrepl-backup") : '', ($head // '') . $tail, 'which is kept');
	is((stat $file)[2] & 07777, 0640, 'with its permissions') if defined $head;
	is(state_of('CN-A'), 'current', 'it is current');
	my $before = (stat $file)[1];
	hosts('apply', '--yes');
	is($code, 0, 'again');
	is((stat $file)[1], $before, 'writes nothing');

	# A block that was changed is replaced where it is.
	(my $changed = get()) =~ s/10\.1\.0\.12/10.9.9.9/;
	put($changed . "\n# behind\n");
	is(state_of('CN-A'), 'different', 'a changed block');
	hosts('apply', '--yes');
	is(get(), ($head // '') . block($end) . "$tail\n# behind\n", 'is put right');
}
ok(!-e "$tool_dir/elsewhere", "the other site's machine is left alone");
hosts('check');
like($out, qr/^skipped +node CN-B .*it is seen by qsrepl at its own machine$/m, 'and told');
like($out, qr/^skipped +node P1 .*hosts_access is none$/m, 'as is one without access');

# What Windows needs for a file server's name.
foreach my $needed (qr/OptionalNames.*DisableStrictNameChecking.*LanmanServer\\Parameters/, qr/BackConnectionHostNames.*MSV1_0/,
	qr{setspn -S cifs/fs\.company\.test COMPUTER})
{
	like($out, qr/^file server fs\.company\.test: .*$needed/m, 'what Windows needs');
}
hosts('check', '--json');
is(scalar(@{ JSON::PP->new->utf8->decode($out)->{file_servers} }), 3, 'as a document');

# Lines of somebody else.
my $theirs = "10.9.9.9 other cn # ours!\r\n::1 localhost\r\n10.1.0.12 p1\r\n";
put($theirs);
is(state_of('CN-A'), 'conflict', 'another address');
hosts('check');
is($code, 1, 'exit code');
like($out, qr/^conflict .*: line 1 gives "cn" the address 10\.9\.9\.9\n +hint: Remove the line, or .*--force/m, 'is told; the same address is none');
hosts('apply');
is($code, 1, 'nobody is asked where nothing can be written');
hosts('apply', '--yes');
is($code, 1, 'and not written over');
is(get(), $theirs, 'nothing is changed');
hosts('apply', '--yes', '--force');
is($code, 0, 'unless it is forced');
is(get(), block("\r\n") . $theirs, 'the block comes first, since the first line counts');
hosts('check');
is($code, 0, 'and does');
like($out, qr/^current .*line 6 gives "cn" the address 10\.9\.9\.9\n +hint: The block stands in front of it, and counts/m, 'the other line is told still');
put("a\r\n$theirs" . block("\r\n") . 'z');
is(state_of('CN-A'), 'conflict', 'a block behind it');
hosts('apply', '--yes', '--force', '--node', 'CN-A');
is(get(), "a\r\n" . block("\r\n") . "${theirs}z", 'is moved');

# Damage.
foreach my $case (
	[ "$begin\n# END qsrepl\n$begin\n# END qsrepl\n", qr/line 3: there is more than one block/ ],
	[ "a\n$begin\nb\n", qr/line 2: the block of qsrepl has no line "# END qsrepl"/ ],
	[ "a\n# END qsrepl\n", qr/line 2: "# END qsrepl" has no beginning/ ],
	[ "\xFF\xFEa\0\n\0", qr/line 1: it is in UTF-16, or holds a NUL byte\n +hint: Save it in ANSI or UTF-8/ ],
	[ "a\rb\r", qr/line 1: its lines end with carriage returns alone/ ])
{
	put($case->[0]);
	hosts('check');
	is($code, 1, 'damaged');
	like($out, $case->[1], 'is told');
	hosts('apply', '--yes', '--force');
	is($code, 1, 'and not touched');
	is(get(), $case->[0], 'at all');
}

# Files that cannot be read or written.
put('x' x (1024 * 1024 + 1));
hosts('check');
like("$code $out", qr/^7 .*unreachable .*could not read file .*File too large/s, 'too large');
unlink $file;
mkdir $file;
hosts('check');
like("$code $out", qr/^7 .*unreachable +node CN-A.*: could not read file/s, 'a directory');
rmdir $file;
mkdir "$tool_dir/closed";
conf($nodes =~ s/hosts_file = \Q$file\E/hosts_file = $tool_dir\/closed\/hosts/r);
chmod 0500, "$tool_dir/closed";
hosts('apply', '--yes');
is($code, 1, 'a directory that is closed');
like($out, qr/^failed +node CN-A.*could not write file "\Q$tool_dir\E\/closed\/hosts": Permission denied/m, 'is told');
chmod 0700, "$tool_dir/closed";

# The database server's machine.
conf($nodes, A => "hosts_file = $tool_dir/own\n");
hosts('apply', '--yes');
like($out, qr/^written +this machine \(site A\), \Q$tool_dir\E\/own$/m, "this machine's file");
is(get("$tool_dir/own"), block("\n"), 'has the block');
hosts('check', '--node', 'X');
like("$code $err", qr/^2 .*node "X" is not defined/s, 'a node that is not there');
my ($check) = (qsrepl('check', '--config', "$tool_dir/qsrepl.conf"))[1];
like($check, qr/^pass  hosts +this machine: its hosts file is current$/m, 'check looks, too');
put("10.1.1.1 CN\n");
conf($nodes);
($check) = (qsrepl('check', '--config', "$tool_dir/qsrepl.conf"))[1];
like($check, qr/^warn  hosts +node CN-A: hosts file: line 1 gives "CN" the address 10\.1\.1\.1$/m, 'and warns');
put('');
($check) = (qsrepl('check', '--config', "$tool_dir/qsrepl.conf"))[1];
like($check, qr/^warn  hosts +node CN-A: its hosts file lacks the aliases\n +hint: "qsrepl hosts apply" writes it/m, 'where the block is missing');

# No names, and names that cannot be written.
conf('');
hosts('show');
like("$code $err", qr/^6 .*site "A" has no names for hosts files/s, 'no names');
hosts('check');
is("$code $out", "0 No machine's hosts file is looked after.\n", 'no machines');
conf("[node N]\nsite = A\naddress = n.company.test\nroles = central\n");
hosts('show');
like("$code $err", qr/^6 .*address of node "N" is not an IP address: "n\.company\.test"\n.*hosts_address/s, 'no address');
conf("${nodes}[node N]\nsite = A\naddress = n.company.test\n");
put('');
hosts('apply', '--yes');
like("$code $out", qr/^1 damaged +node CN-A .*address of node "N" is not an IP address: "n\.company\.test"\n +hint: Give its IP address/ms, 'no lines for a node');
is(get(), '', 'and nothing is written');
foreach my $case (
	[ "[alias CN]\nA = 10.0.0.1\nB = 10.0.0.2\n", qr/alias "CN" is that of node "CN-A"/ ],
	[ "[alias FS.company.test]\nA = 10.0.0.1\nB = 10.0.0.2\n", qr/aliases "fs\.company\.test" and "FS\.company\.test" are the same name/ ],
	[ "[alias x]\nA = 10.0.0.1\n", qr/alias "x" has no address at site "B"/ ],
	[ "[alias x]\nA = 10.0.0.1\nA = 10.0.0.3\nB = 10.0.0.2\n", qr/alias "x" has two addresses at site "A"/ ],
	[ "[alias x]\nA = fs\nB = 10.0.0.2\n", qr/address of alias "x" at site "A" is not an IP address: "fs"/ ],
	[ "[alias x y]\nA = 10.0.0.1\nB = 10.0.0.2\n", qr/alias "x y" is not a host name/ ],
	[ "[alias x]\nA = 10.0.0.1\nB = 10.0.0.2\nC = 10.0.0.3\n", qr/key "C" in section "\[alias x\]" names no site\n.*Here, keys are kind and the name of a site\./ ],
	[ "[alias x]\nkind = share\nA = 10.0.0.1\nB = 10.0.0.2\n", qr/key "kind": "share"/ ],
	[ "[node N]\nsite = A\naddress = 10.0.0.9\nhosts_access = ssh\n", qr/node "N" needs key "ssh_command" for its hosts_access/ ],
	[ "[node N]\nsite = A\naddress = 10.0.0.9\nhosts_access = share\n", qr/node "N" needs key "credentials" for its hosts_access/ ],
	[ "[node N]\nsite = A\naddress = n\nhosts_access = local\n", qr/node "N" has no address that a hosts file can hold/ ],
	[ "[node N]\nsite = A\naddress = 10.0.0.9\nalias = a/b\nhosts_access = local\n", qr/invalid value for key "alias"/ ],
	[ "[node N]\nsite = A\naddress = 10.0.0.9\nalias = a+b\nhosts_access = local\n", qr/alias of node "N" is not a host name/ ],
	[ "[node N]\nsite = A\naddress = 10.0.0.9\nhosts_access = ssh\nssh_command = ssh n\nsystem = linux\nhosts_file = /etc/hosts;x\n", qr/hosts_file of node "N" holds special characters/ ],
	[ "[node N]\nsite = A\naddress = 10.0.0.9\nhosts_access = ssh\nssh_command = ssh n\nhosts_file = C:\\h\xC3\xB6sts\n", qr/hosts_file of node "N" is not in ASCII/ ],
	[ "[node N]\nsite = A\naddress = 10.0.0.9\nhosts_access = share\ncredentials = $tool_dir/qsrepl.conf\nhosts_file = /etc/hosts\n", qr/hosts_file of node "N" is not on a drive/ ])
{
	conf($nodes . $case->[0]);
	hosts('show');
	is($code, 3, 'refused');
	like($err, $case->[1], 'is told');
}
done_testing();
