# What the configuration says of shares and snapshots, and what it refuses.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Utils;
use QsreplTool;
use Test::More;

my ($code, $out, $err);
my $roots = "A = /srv/a\nB = /srv/b\n";
my $windows = "A = \\\\fs-a\\Qlik\nB = D:\\Qlik\nmethod = robocopy\n";
my $node = "[node W]\nsite = A\naddress = 10.1.0.11\nroles = central\nssh_command = ssh W\n";
my $linux = "[node L]\nsite = B\naddress = 10.2.0.11\nroles = central\nsystem = linux\nssh_command = ssh L\n";
my $secret = write_private("$tool_dir/secret", 'x');

sub check_conf
{
	my ($sections) = @_;
	my $head = "[qsrepl]\nsite = A\n[mapping share]\nkind = path\nA = \\\\CN\\Share\nB = \\\\FS-B\\Qlik\n[mapping name]\nkind = host\nA = a\nB = b\n";
	my $file;

	$head .= "[site $_]\nhost = db-$_\ndata_directory = $tool_dir/data_$_\nsettings_file = $tool_dir/settings_$_\n" foreach 'A', 'B';
	$file = write_private("$tool_dir/qsrepl.conf", $head . $sections);

	return ($code, $out, $err) = qsrepl('config', 'check', '--config', $file);
}

check_conf("[share qlik]\n${roots}mapping = share\nremote.B = backup\@fs-b:/srv/b\nremote.A = rsync://fs-a:873/qlik/root\nmirror = Apps \"Custom Data\"\nadd = ArchivedLogs\npassword_file = $secret\naccount = $secret\n[snapshot]\nkeep_last = 3\n");
is("$code $err", '0 ', 'what is right');
check_conf("[share qlik]\n${windows}node = W\n$node");
is("$code $err", '0 ', 'paths of Windows, for robocopy');
check_conf("[share qlik]\n${roots}mapping = share\nremote.B = backup\@fs-b:/srv/b\n");
($code, $out) = qsrepl('config', 'show', '--config', "$tool_dir/qsrepl.conf");
like($out, qr/^leave_out = "Exported Certificates".*CustomData\/\*\.log/m, 'what is left out by default');
like($out, qr/^remote\.B = backup\@fs-b:\/srv\/b/m, 'where others reach it');

foreach my $case (
	[ "A = /srv/a\n", qr/root of share "x" at site "B" is missing\n.*For example: B = \/srv\/qlik/ ],
	[ "A = srv/a\nB = /srv/b\n", qr/root "srv\/a" of share "x" is not absolute/ ],
	[ "A = /srv\nB = /srv\n", qr/share "x" has the same root at sites "A" and "B"\n.*copied over itself/ ],
	[ "A = /srv/q\nB = /srv/q/CustomData/b\n", qr/roots "\/srv\/q" and "\/srv\/q\/CustomData\/b" of share "x" overlap\n.*copied into itself/ ],
	[ "A = /srv/a\nA = /srv/c\nB = /srv/b\n", qr/share "x" has two roots at site "A"/ ],
	[ "${roots}remote.A = /srv/a\n", qr/location "\/srv\/a" of share "x" is not recognized\n.*rsync:\/\/HOST/ ],
	[ "${roots}remote.A = rsync://host\n", qr/location "rsync:\/\/host" of share "x" is not recognized/ ],
	[ "${roots}remote.A = host::module\n", qr/location "host::module" of share "x" is not recognized/ ],
	[ "${roots}remote.A = -oProxyCommand=x:/y\n", qr/location "-oProxyCommand=x:\/y" of share "x" is not recognized/ ],
	[ "${roots}remote.A = h:/x\nremote.A = h:/y\n", qr/share "x" has two locations at site "A"/ ],
	[ "${roots}C = /srv/c\n", qr/key "C" in section "\[share x\]" names no site\n.*Here, keys are mapping, .*, the name of a site, and remote\.SITE\./ ],
	[ "${roots}miror = Apps\n", qr/key "miror" in section "\[share x\]" names no site\n.*Perhaps you meant "mirror"/s ],
	[ "${roots}mirror = Apps ../x\n", qr/"\.\.\/x" of key "mirror" is not a folder's name/ ],
	[ "${roots}mirror = Apps a/../x\n", qr/"a\/\.\.\/x" of key "mirror" is not a folder's name/ ],
	[ "${roots}add = Logs\\x\n", qr/"Logs\\x" of key "add" is not a folder's name/ ],
	[ "${roots}mirror = Apps apps/x\n", qr/folders "Apps" and "apps\/x" of share "x" overlap/ ],
	[ "${roots}mirror = Apps\nadd = APPS\n", qr/folders "Apps" and "APPS" of share "x" overlap/ ],
	[ "${roots}mapping = nothing\n", qr/there is no mapping "nothing" of paths/ ],
	[ "${roots}mapping = name\n", qr/there is no mapping "name" of paths/ ],
	[ "${roots}method = robocopy\n", qr/key "node" is missing from section "\[share x\]", since method is "robocopy"/ ],
	[ "${roots}node = N\n", qr/there is no node "N"/ ],
	[ "${windows}node = L\n$linux", qr/node "L" has no robocopy, since its system is not windows/ ],
	[ "${windows}node = W\n[node W]\nsite = A\naddress = 10.1.0.11\nroles = central\n", qr/key "ssh_command" is missing from section "\[node W\]", since robocopy runs there for share "x"\n.*For example: ssh_command = ssh/ ],
	[ "A = /srv/a\nB = D:\\b\nmethod = robocopy\nnode = W\n$node", qr/root "\/srv\/a" of share "x" is no path of Windows\n.*as node "node" sees it: D:\\folder, or \\\\server\\share/ ],
	[ "A = C:relative\nB = D:\\b\nmethod = robocopy\nnode = W\n$node", qr/root "C:relative" of share "x" is not absolute/ ],
	(map { [ "A = $_\nB = D:\\b\nmethod = robocopy\nnode = W\n$node", qr/root "\Q$_\E" of share "x" is no path of Windows/ ] } '\\\\server', '\\\\?\C:\x', 'C:/x', 'C:\a\..\b', 'C:\a*', '\\\\fs\a|b'),
	[ "${windows}node = W\nremote.A = fs:/srv\n$node", qr/share "x" has a remote location, but its method is robocopy\n.*by their own paths/ ],
	[ "A = \\\\fs\\Qlik\nB = \\\\FS\\qlik\\sub\nmethod = robocopy\nnode = W\n$node", qr/roots "\\\\fs\\Qlik" and "\\\\FS\\qlik\\sub" of share "x" overlap/ ],
	[ "${roots}max_change = 101\n", qr/invalid value for key "max_change": "101"/ ],
	[ "${roots}replicated_by = dfsr\n", qr/invalid value for key "replicated_by": "dfsr"/ ],
	[ "${roots}password = x\n", qr/password/ ])
{
	check_conf("[share x]\n$case->[0]");
	is($code, 3, 'refused');
	like($err, $case->[1], 'is told');
}
chmod 0644, $secret;
check_conf("[share x]\n${roots}account = $secret\n");
like("$code $err", qr/^3 .*secret/s, 'a logon that others may read');
check_conf("[snapshot]\nkeep_last = 0\n");
like("$code $err", qr/^3 .*invalid value for key "keep_last": "0"/s, 'at least one snapshot is kept');
done_testing();
