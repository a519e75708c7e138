# Changes of the public alias that are signed by Kerberos (gssapi = on), as Active
# Directory wants them: a real KDC, and a real named with a keytab.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Utils;
use QsreplKdc;
use QsreplNamed;
use QsreplTool;
use Test::More;

my $kdc = start_kdc('127.0.9.90');
my $dir = $kdc->dir;
my $keytab = $kdc->keytab("$dir/named.keytab", 'DNS/ns.qliktest.local');
my $own = $kdc->keytab("$dir/qsrepl.keytab", 'qsrepl', 'stranger');
my $named = start_named('named_gss', address => '127.0.0.1', keytab => $keytab, who => 'qsrepl@QLIKTEST.LOCAL');
my ($code, $out, $err);

$ENV{KRB5CCNAME} = "FILE:$dir/cache";
my $text = "[qsrepl]\nsite = A\nconnect_timeout = 3s\n";
foreach my $site ('A', 'B')
{
	$text .= <<"CONF";
[site $site]
host = 127.0.9.1
port = @{[ $site eq 'A' ? 1 : 2 ]}
data_directory = $tool_dir/data_$site
settings_file = $tool_dir/settings_$site
dns_target = qs-@{[ lc $site ]}.company.test
dns_servers = $named->{server}
CONF
}
write_private("$tool_dir/qsrepl.conf", "$text\n[dns]\nname = qs.company.test\nzone = company.test\ngssapi = on\n");

sub switch_to
{
	($code, $out, $err) = qsrepl('dns', 'switch', '--to', $_[0], '--yes', '--config', "$tool_dir/qsrepl.conf");
	return;
}

switch_to('B');
is($code, 6, 'no ticket');
like($err, qr/no name server takes the change of alias.*GSSAPI error/s, 'is told in its words');
system_or_bail('kinit', '-k', '-t', $own, 'stranger');
switch_to('B');
is($code, 6, 'somebody who may not change the record');
like($err, qr/no name server takes the change of alias.*REFUSED/s, 'is told');
is(record($named, 'qs', 'CNAME'), 'qs-a.company.test', 'nothing is changed');
system_or_bail('kinit', '-k', '-t', $own, 'qsrepl');
switch_to('B');
is($code, 0, 'who may') or diag $err;
like($out, qr/points to site B now/, 'changes it');
is(record($named, 'qs', 'CNAME'), 'qs-b.company.test', 'at the server');
switch_to('A');
is("$code " . record($named, 'qs', 'CNAME'), '0 qs-a.company.test', 'and back');
$kdc->stop;
done_testing();
