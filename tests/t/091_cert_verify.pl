# Certificates that are not well: each is told, and what cannot be read is an
# error in words.
use strict;
use warnings FATAL => 'all';

use File::Copy qw(copy);
use File::Path qw(make_path remove_tree);
use PostgreSQL::Test::Utils;
use QsreplCert;
use QsreplTool;
use Test::More;

my $dir = $tool_dir;
my $good = qlik_set("$dir/good", 'P1');
my $file = write_private("$dir/password", "correct horse battery\n");
my $n = 0;

# A folder like the good one.
sub copied
{
	my $to = "$dir/c" . ++$n;

	make_path("$to/P1");
	copy("$good/$_", "$to/$_") or die "$_: $!"
	  foreach map { ("$_.pem", "${_}_key.pem") } 'root', 'server', 'client', 'P1/server';
	return $to;
}

# "qsrepl cert verify" of a folder says so, with this exit code.
sub verify
{
	my ($name, $folder, $expected, @lines) = @_;
	my ($code, $out, $err) = qsrepl('cert', 'verify', '--folder', $folder);

	is("$code$err", $expected, "$name: exit code");
	like($out, $_, "$name: $_") foreach @lines;
	return;
}

# What cannot be read is told so.
sub refused
{
	my ($name, $folder, $pattern, @words) = @_;
	my ($code, $out, $err) = qsrepl('cert', 'verify', '--folder', $folder, @words);

	is("$code$out", '3', "$name: exit code");
	like($err, $pattern, "$name: words");
	return;
}

verify('good', $good, 0, qr/^pass  root certificate: [0-9A-F]{40}, valid to 20/m, qr/^4 passed, 0 warnings, 0 failed$/m);

my $folder = copied();
qlik_certificate($folder, 'client', 'QlikClient', days => 30);
verify('soon', $folder, 0, qr/^warn  client certificate: expires on 20\d\d-\d\d-\d\d, in (29|30) days\n      hint: Renew/m);
$folder = copied();
qlik_certificate($folder, 'server', 'CN', days => -1);
verify('expired', $folder, 1, qr/^fail  server certificate "CN": has expired on 20/m);
$folder = copied();
qlik_root("$dir/other", 'CN');
qlik_certificate($folder, 'server', 'CN', from => "$dir/other");
verify('wrong root', $folder, 1, qr/^fail  server certificate "CN": is not signed by the root/m);
copy("$dir/other/root$_.pem", "$folder/root2$_.pem") foreach '', '_key';
verify('two roots', $folder, 1, qr/^fail  root certificate: is there 2 times\n.*Qlik Sense does not start/m);
$folder = copied();
unlink "$folder/server_key.pem";
verify('without key', $folder, 1, qr/^fail  server certificate "CN": has no private key/m);
$folder = copied();
copy("$good/P1/server_key.pem", "$folder/server_key.pem");
copy("$good/server_key.pem", "$folder/P1/server_key.pem");
verify('keys swapped between nodes', $folder, 0, qr/0 failed/);
copy("$dir/other/root_key.pem", "$folder/P1/server_key.pem");
verify('key of another', $folder, 1, qr/^fail  server certificate "CN": has no private key/m,
	qr{^fail  file "P1/server_key.pem": has a private key of no certificate there}m);
$folder = copied();
unlink "$folder/root_key.pem";
verify("a root for others", $folder, 0, qr/^warn  root certificate: has no private key/m);
$folder = copied();
unlink "$folder/client.pem", "$folder/client_key.pem";
verify('no client', $folder, 1, qr/^fail  client certificate: is missing/m);
$folder = copied();
unlink "$folder/root.pem", "$folder/root_key.pem";
verify('no root', $folder, 1, qr/^fail  root certificate: is missing/m);
$folder = copied();
qlik_certificate($folder, 'client2', 'QlikClient', marker => 'Client');
verify('two clients', $folder, 1, qr/^fail  client certificate: is there 2 times/m);
$folder = copied();
qlik_certificate($folder, 'server2', 'CN');
verify('two of a node', $folder, 1, qr/^fail  server certificate "CN": is there 2 times/m);
$folder = copied();
qlik_certificate($folder, 'client', 'QlikClient', marker => undef);
verify('no marker', $folder, 1, qr/^fail  client certificate: lacks the extension 1\.3\.6\.1\.5\.5\.7\.13\.3 /m);
$folder = copied();
qlik_certificate($folder, 'client', 'QlikClient', bits => 1024, digest => 'sha1');
verify('weak', $folder, 0, qr/^warn  client certificate: has a weak key: RSA of 1024 bits/m,
	qr/^warn  client certificate: is signed with a weak digest: SHA1/m);
qlik_certificate($folder, 'client', 'QlikClient', digest => 'md5');
verify('MD5', $folder, 0, qr/^warn  client certificate: is signed with a weak digest: MD5/m);

# PEM files against PFX files.
$folder = copied();
foreach my $name ('server', 'client')
{
	openssl('pkcs12', '-export', '-inkey', "$folder/${name}_key.pem", '-in', "$folder/$name.pem",
		'-out', "$folder/$name.pfx", '-passout', 'pass:QlikSense');
}
verify('both kinds', $folder, 0, qr/^pass  files: PEM and PFX files have the same 2 certificates/m);
qlik_certificate($folder, 'client', 'QlikClient', key => 1);
verify('renewed in one of both', $folder, 1, qr/^warn  client certificate: is another one in PEM and in PFX files, of the same key/m);
qlik_certificate($folder, 'client', 'QlikClient');
verify('another key', $folder, 1, qr/^fail  client certificate: has other keys in PEM and in PFX files/m);
my ($code, $out) = qsrepl('cert', 'verify', '--folder', $folder, '--json');
my $data = JSON::PP::decode_json((require JSON::PP) && $out);
is($code . $data->{good}, '10', 'as JSON');
ok((grep { $_->{severity} eq 'fail' && $_->{object} eq 'client certificate' && $_->{hint} } @{ $data->{findings} }), 'its findings');

# What cannot be read.
refused('nothing there', "$dir/nowhere", qr/^qsrepl: error: folder or file ".*nowhere" is not there$/m);
my $pfx = slurp_file("$folder/client.pfx");
$folder = "$dir/bad";
sub bad
{
	my ($name, $bytes) = @_;

	remove_tree($folder);
	make_path($folder);
	open my $handle, '>:raw', "$folder/$name" or die;
	print $handle $bytes;
	close $handle;
	return $folder;
}
refused('truncated PFX', bad('client.pfx', substr($pfx, 0, length($pfx) / 2)), qr/^qsrepl: error: could not read PFX file "client.pfx"\n.*OpenSSL says/m);
refused('changed PFX', bad('client.pfx', substr($pfx, 0, 300) . chr(255 ^ ord substr($pfx, 300, 1)) . substr($pfx, 301)),
	qr/error: PFX file "client.pfx" needs a password\n.*--password-file/);
verify('the Snapshots tool\'s password', bad('client.pfx', $pfx), 1, qr/^fail  root certificate: is missing/m);
openssl('pkcs12', '-export', '-inkey', "$good/client_key.pem", '-in', "$good/client.pem", '-out', "$dir/x", '-passout', 'pass:another', '-nomac');
refused('no checksum', bad('client.pfx', slurp_file("$dir/x")), qr/error: cannot read PFX file "client.pfx"\n.*no checksum/);
openssl('pkcs12', '-export', '-inkey', "$good/client_key.pem", '-in', "$good/client.pem", '-out', "$dir/x", '-passout', 'pass:another');
refused('another password', bad('client.pfx', slurp_file("$dir/x")), qr/error: PFX file "client.pfx" needs a password/);
refused('a wrong one', $folder, qr/error: could not open PFX file "client.pfx"\n.*The password is wrong, or the file is damaged/, '--password-file', $file);
my $iterations = slurp_file("$dir/x");
$iterations =~ s/\x02\x02\x08\x00\z/\x02\x02\x7f\xff/ or die;
refused('its checksum', bad('client.pfx', $iterations), qr/needs a password/);
refused('empty', bad('client.pem', ''), qr/error: file "client.pem" is empty/);
refused('no PEM', bad('client.pem', "hello\n"), qr/error: no certificate or key in PEM file "client.pem"/);
my $pem = slurp_file("$good/client.pem");
refused('cut PEM', bad('client.pem', substr($pem, 0, 400)), qr/error: could not read a block in PEM file "client.pem"/);
$pem =~ s/\n..../\nAAAA/;
refused('changed PEM', bad('client.pem', $pem), qr/error: could not read a certificate in PEM file "client.pem"/);
my $key = openssl('pkcs8', '-topk8', '-nocrypt', '-in', "$good/client_key.pem");
$key =~ s/\n..../\nAAAA/;
refused('changed key', bad('client_key.pem', $key), qr/error: could not read a private key in PEM file "client_key.pem"/);
openssl('rsa', '-traditional', '-aes256', '-passout', 'pass:another', '-in', "$good/client_key.pem", '-out', "$dir/x");
refused('encrypted key', bad('client_key.pem', slurp_file("$dir/x")), qr/error: PEM file "client_key.pem" needs a password/);
refused('wrong password of it', $folder, qr/error: could not open PEM file "client_key.pem"\n.*password is wrong/, '--password-file', $file);
openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', "$dir/k", '-out', "$dir/x", '-subj', '/O=nobody', '-CA', "$good/root.pem", '-CAkey', "$good/root_key.pem");
refused('no name', bad('server.pem', slurp_file("$dir/x")), qr/error: a server certificate has no common name/);
qsrepl('cert', 'export', '--folder', $good, '--format', 'file', '--password-file', $file, "$dir/set.cms");
refused('one file without its password', "$dir/set.cms", qr/error: file ".*set.cms" needs a password/);
my $other = write_private("$dir/other_password", "another password\n");
refused('with another one', "$dir/set.cms", qr/error: could not open encrypted set of certificates\n.*password is wrong, or/, '--password-file', $other);

# Password files.
foreach my $case ([ "$dir/none", qr/could not open file/ ], [ do { chmod 0644, $other; $other }, qr/is not private/ ],
	[ write_private("$dir/empty", "\nx\n"), qr/error: file ".*" has no password\n/ ])
{
	my ($name, $words) = @$case;
	my ($c, $o, $e) = qsrepl('cert', 'list', '--folder', $good, '--password-file', $name);

	is($c, 4, "password file $name");
	like($e, $words, '... its words');
}

# Exports that cannot be.
foreach my $case ([ 4, qr/error: a password is needed for the files/ ], [ 4, qr/error: a password is needed for the file\n/, '--format', 'file' ],
	[ 4, qr/error: a password of 12 to 1024 bytes is needed/, '--format', 'file', '--password-file', write_private("$dir/short", "short\n") ])
{
	my ($expected, $words, @words) = @$case;
	my ($c, $o, $e) = qsrepl('cert', 'export', '--folder', $good, @words, "$dir/to");

	is($c, $expected, "export @words");
	like($e, $words, '... its words');
	ok(!-e "$dir/to", '... and nothing is left');
}
my ($c, $o, $e) = qsrepl('cert', 'export', '--folder', $good, '--format', 'pem', $good);
is($c, 6, 'export to what is there');
like($e, qr/error: ".*good" is there already/, 'its words');
mkdir "$dir/hollow";
($c, $o, $e) = qsrepl('cert', 'export', '--folder', "$dir/hollow", '--format', 'pem', "$dir/to");
is($c, 1, 'export of nothing');
like($e, qr/error: .*hollow has no certificates/, 'its words');
($c, $o, $e) = qsrepl('cert', 'export', '--folder', $good, '--format', 'pem', '--dry-run', "$dir/to");
is("$c$e" . (-e "$dir/to" ? 'there' : ''), '0', 'dry run');
like($o, qr/^would export 4 certificates of .* to "/, 'its words');
($c, $o, $e) = qsrepl('cert', 'export', '--folder', $good, '--format', 'pem', "$dir/hollow");
is("$c$e", '0', 'an empty folder is none');
($c, $o, $e) = qsrepl('cert', 'compare', ('--folder', $good) x 3);
is($c, 2, 'three folders');
like($e, qr/only two sites or folders can be given/, 'its words');

done_testing();
