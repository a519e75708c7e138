# Certificates in files: four other programs read what is written here, and
# what they write is read; the layouts of Qlik Sense and of the Snapshots tool.
use strict;
use warnings FATAL => 'all';

use File::Copy qw(copy);
use File::Path qw(make_path);
use PostgreSQL::Test::Utils;
use QsreplCert;
use QsreplTool;
use Test::More;

my $dir = $tool_dir;
my $a = qlik_set("$dir/a", 'P1');
my $password = 'correct horse battery';
my $file = write_private("$dir/password", "$password\r\nnot this\n");
my $csp = 'Microsoft Enhanced RSA and AES Cryptographic Provider';

sub thumbprint
{
	my ($pem) = @_;

	return openssl('x509', '-in', $pem, '-noout', '-fingerprint', '-sha1') =~ s/.*=|:|\n//gr;
}

# What the folder is, by openssl's word.
my $list = cert_json('list', '--folder', $a);
my %by = map { ($_->{role} . ($_->{name} // '')) => $_ } @{ $list->{certificates} };
is_deeply([ sort keys %by ], [qw(client root serverCN serverP1)], 'a folder as Qlik Sense exports it');
is($by{serverCN}{thumbprint}, thumbprint("$a/server.pem"), 'thumbprint');
is($by{serverP1}{thumbprint}, thumbprint("$a/P1/server.pem"), "a node's");
is_deeply([ @{ $by{client} }{qw(subject issuer digest algorithm key_bits marker)} ],
	[ 'CN=QlikClient', 'CN=CN-CA', 'SHA256', 'RSA', 2048, 'Client' ], 'what is told of it');
my ($code, $out, $err) = qsrepl('cert', 'list', '--folder', $a);
is($code, 0, 'as text');
like($out, qr/^server certificate "P1"\n  subject     CN=P1\n.*^4 certificates$/ms, 'its words');
unlike($out, qr/PRIVATE KEY/, 'no key is shown');
my $set = set_of('--folder', $a);
like($set, qr/^root  \w{40} private$/m, 'with its private key');

# Written for Windows and others; read by four programs.
foreach my $compat ('windows', 'modern')
{
	my $to = "$dir/$compat";

	($code, $out, $err) = qsrepl('cert', 'export', '--folder', $a, '--compat', $compat,
		'--password-file', $file, $to);
	is("$code$err", '0', "$compat: exported");
	is(set_of('--folder', $to, '--password-file', $file), $set, 'read again');
	is(modes_of($to), <<'MODES' =~ s/\n\z//r, 'and nobody else may read it');
0600 /P1/server.pfx
0600 /client.pfx
0600 /root.pfx
0600 /server.pfx
0700 
0700 /P1
MODES
	foreach my $name ('root', 'server', 'client', 'P1/server')
	{
		my $pfx = "$to/$name.pfx";
		my $pem = openssl('pkcs12', '-in', $pfx, '-nodes', '-password', "pass:$password");

		like($pem, qr/Microsoft CSP Name: \Q$csp\E/, "$name: openssl reads it, with the provider");
		write_private("$dir/x.pem", $pem);
		is(openssl('pkey', '-in', "$dir/x.pem"), openssl('pkey', '-in', "$a/${name}_key.pem"), 'the key');
	}
	my $info = openssl('pkcs12', '-in', "$to/server.pfx", '-info', '-noout', '-password', "pass:$password");
	($code, $out, $info) = (0, '', '');
	IPC::Run::run([ 'openssl', 'pkcs12', '-in', "$to/server.pfx", '-info', '-noout', '-password', "pass:$password" ],
		'>', \$out, '2>', \$info);
	like($info, $compat eq 'windows' ? qr/MAC: sha1,.*pbeWithSHA1And3-KeyTripleDES-CBC/s :
		  qr/MAC: sha256,.*PBES2, PBKDF2, AES-256-CBC, .*hmacWithSHA256/s, 'ciphers');
	my $names = run_program('certtool', '--p12-info', '--infile', "$to/client.pfx", '--inder', '--password', $password);
	like($names, qr/BEGIN CERTIFICATE.*BEGIN [A-Z ]*PRIVATE KEY|BEGIN [A-Z ]*PRIVATE KEY.*BEGIN CERTIFICATE/s, 'certtool');
	make_path("$dir/nss_$compat");
	run_program('certutil', '-N', '--empty-password', '-d', "sql:$dir/nss_$compat");
	run_program('pk12util', '-i', "$to/client.pfx", '-d', "sql:$dir/nss_$compat", '-W', $password);
	like(run_program('certutil', '-L', '-d', "sql:$dir/nss_$compat"), qr/u,u,u/, 'pk12util imports certificate and key');
	like(run_program('keytool', '-list', '-v', '-keystore', "$to/client.pfx", '-storetype', 'PKCS12', '-storepass', $password),
		qr/Entry type: PrivateKeyEntry.*CN=QlikClient/s, 'keytool');
}

# What others write; RC2-40, 3DES, AES, one without a provider.
my %theirs = (
	'rc2' => [ '-legacy', '-certpbe', 'PBE-SHA1-RC2-40', '-keypbe', 'PBE-SHA1-3DES', '-macalg', 'sha1' ],
	'rc2key' => [ '-legacy', '-certpbe', 'PBE-SHA1-RC2-40', '-keypbe', 'PBE-SHA1-RC2-40', '-macalg', 'sha1' ],
	'des3' => [ '-certpbe', 'PBE-SHA1-3DES', '-keypbe', 'PBE-SHA1-3DES', '-macalg', 'sha1' ],
	'aes' => [ '-macalg', 'sha256' ]);
foreach my $kind (sort keys %theirs)
{
	make_path("$dir/t_$kind");
	openssl('pkcs12', '-export', '-inkey', "$a/client_key.pem", '-in', "$a/client.pem", '-certfile', "$a/root.pem",
		'-name', 'Grüße von Qlik', '-CSP', 'Microsoft Software Key Storage Provider', '-out', "$dir/t_$kind/client.pfx",
		'-passout', "pass:$password", @{ $theirs{$kind} });
	my $data = cert_json('list', '--folder', "$dir/t_$kind", '--password-file', $file);
	my ($client) = grep { $_->{role} eq 'client' } @{ $data->{certificates} };
	is("$client->{thumbprint} $client->{private_key}", "$by{client}{thumbprint} 1", "$kind of openssl");
	is(scalar @{ $data->{certificates} }, 2, 'with the root beside it');
	ok(defined $client->{friendly_name} && $client->{friendly_name} =~ /Qlik$/, 'its friendly name');
	is($client->{provider}, 'Microsoft Software Key Storage Provider', 'its provider');
	# Both survive, here and in PEM.
	foreach my $format ('pfx', 'pem')
	{
		qsrepl('cert', 'export', '--folder', "$dir/t_$kind", '--format', $format, '--password-file', $file, "$dir/t2_$kind$format");
		my $again = cert_json('list', '--folder', "$dir/t2_$kind$format", '--password-file', $file);
		is_deeply([ map { [ @$_{qw(role friendly_name provider thumbprint private_key)} ] } @{ $again->{certificates} } ],
			[ map { [ @$_{qw(role friendly_name provider thumbprint private_key)} ] } @{ $data->{certificates} } ], "... and as $format");
	}
}
my $keys = openssl('pkcs12', '-in', "$dir/t2_rc2pfx/client.pfx", '-nodes', '-password', "pass:$password");
my ($id) = openssl('pkcs12', '-legacy', '-in', "$dir/t_rc2/client.pfx", '-nodes', '-password', "pass:$password") =~ /localKeyID: ([0-9A-F ]+)/;
like($keys, qr/localKeyID: $id/, 'the local key id survives');
run_program('certtool', '--to-p12', '--load-certificate', "$a/client.pem", '--load-privkey', "$a/client_key.pem",
	'--p12-name', 'x', '--password', $password, '--outder', '--outfile', "$dir/certtool.p12");
run_program('pk12util', '-o', "$dir/nss.p12", '-n', (run_program('certutil', '-L', '-d', "sql:$dir/nss_modern") =~ /^(\S.*?)\s+u,u,u/m)[0],
	'-d', "sql:$dir/nss_modern", '-W', $password);
run_program('keytool', '-importkeystore', '-srckeystore', "$dir/modern/client.pfx", '-srcstoretype', 'PKCS12', '-srcstorepass', $password,
	'-destkeystore', "$dir/keytool.p12", '-deststoretype', 'PKCS12', '-deststorepass', $password, '-noprompt');
foreach my $writer ('certtool', 'nss', 'keytool')
{
	my $data = cert_json('list', '--folder', "$dir/$writer.p12", '--password-file', $file);
	my ($client) = grep { $_->{role} eq 'client' } @{ $data->{certificates} };
	is("$client->{thumbprint} $client->{private_key}", "$by{client}{thumbprint} 1", "what $writer writes");
}

# PEM: PKCS#1 as Qlik Sense writes it; PKCS#8, encrypted both ways.
qsrepl('cert', 'export', '--folder', $a, '--format', 'pem', "$dir/pem");
is(set_of('--folder', "$dir/pem"), $set, 'PEM');
like(slurp_file("$dir/pem/P1/server_key.pem"), qr/^-----BEGIN RSA PRIVATE KEY-----$/m, 'in PKCS#1');
qsrepl('cert', 'export', '--folder', $a, '--format', 'pem', '--password-file', $file, "$dir/sealed");
is(set_of('--folder', "$dir/sealed", '--password-file', $file), $set, 'PEM with a password');
like(slurp_file("$dir/sealed/root_key.pem"), qr/^-----BEGIN ENCRYPTED PRIVATE KEY-----$/m, 'in PKCS#8');
openssl('pkey', '-in', "$dir/sealed/root_key.pem", '-passin', "pass:$password", '-noout');
foreach my $how ([ 'pkcs8', 'pkcs8', '-topk8', '-nocrypt' ], [ 'pkcs8e', 'pkcs8', '-topk8', '-v2', 'aes-256-cbc', '-passout', "pass:$password" ],
	[ 'pkcs8d', 'pkcs8', '-topk8', '-v1', 'PBE-SHA1-3DES', '-passout', "pass:$password" ],
	[ 'pkcs8r', 'pkcs8', '-topk8', '-v1', 'PBE-SHA1-RC2-40', '-provider', 'legacy', '-provider', 'default', '-passout', "pass:$password" ],
	[ 'pkcs1e', 'rsa', '-traditional', '-aes256', '-passout', "pass:$password" ])
{
	my ($name, $command, @words) = @$how;

	make_path("$dir/$name");
	copy("$a/client.pem", "$dir/$name");
	openssl($command, '-in', "$a/client_key.pem", '-out', "$dir/$name/client_key.pem", @words);
	like(set_of('--folder', "$dir/$name", '--password-file', $file), qr/^client  \w+ private$/, "a key as $name");
}

# As the Snapshots tool leaves them: their password is known.
make_path("$dir/snapshots");
foreach my $name ('root', 'server', 'client')
{
	openssl('pkcs12', '-legacy', '-export', '-inkey', "$a/${name}_key.pem", '-in', "$a/$name.pem",
		'-out', "$dir/snapshots/$name.pfx", '-passout', 'pass:QlikSense');
}
is(set_of('--folder', "$dir/snapshots"), join("\n", grep { !/ P1 / } split /\n/, $set), "the Snapshots tool's files");
# A root alone, in DER.
make_path("$dir/der");
openssl('x509', '-in', "$a/root.pem", '-outform', 'DER', '-out', "$dir/der/root.cer");
like(set_of('--folder', "$dir/der"), qr/^root  \w+ public$/, 'DER');
# Without a password.
openssl('pkcs12', '-export', '-inkey', "$a/client_key.pem", '-in', "$a/client.pem", '-out', "$dir/no.pfx", '-passout', 'pass:');
like(set_of('--folder', "$dir/no.pfx"), qr/^client  \w+ private/, 'an empty password');

# One encrypted file, which openssl opens, too.
($code, $out, $err) = qsrepl('cert', 'export', '--folder', $a, '--format', 'file', '--password-file', $file, "$dir/set.cms");
is("$code$err", '0', 'one file');
is(modes_of("$dir/set.cms"), '0600 ', "its owner's");
is(set_of('--folder', "$dir/set.cms", '--password-file', $file), $set, 'read again');
like(openssl('cms', '-decrypt', '-inform', 'DER', '-in', "$dir/set.cms", '-pwri_password', $password), qr/\AQSREPLCS/, 'by openssl');

# Compared by key.
($code, $out) = qsrepl('cert', 'compare', '--folder', $a, '--folder', "$dir/modern", '--password-file', $file);
is($code, 0, 'files differ, keys do not');
like($out, qr/^server certificate "P1": same\n.*: the same keys$/ms, 'its words');
make_path("$dir/renewed");
copy("$a/$_", "$dir/renewed") foreach map { ("$_.pem", "${_}_key.pem") } 'root', 'server', 'client';
qlik_certificate("$dir/renewed", 'server', 'CN', key => 1);
($code, $out) = qsrepl('cert', 'compare', '--folder', $a, '--folder', "$dir/renewed");
is($code, 1, 'one is missing');
like($out, qr/"CN": renewed\n.*"P1": missing in the second\n.*not the same keys$/ms, 'and one is renewed');
qlik_certificate("$dir/renewed", 'server', 'CN');
unlink "$dir/renewed/client_key.pem";
($code, $out) = qsrepl('cert', 'compare', '--folder', "$dir/renewed", '--folder', "$dir/snapshots");
like($out, qr/^server certificate "CN": other key$/m, 'another key');
like($out, qr/^client certificate: private key missing in the first$/m, 'a missing one');
($code, $out) = qsrepl('cert', 'compare', '--folder', "$dir/snapshots", '--folder', "$dir/renewed");
like($out, qr/^client certificate: private key missing in the second$/m, 'the other way round');
($code, $out) = qsrepl('cert', 'compare', '--folder', "$dir/snapshots", '--folder', $a, '--json');
is(JSON::PP::decode_json($out)->{same}, JSON::PP::false(), 'as JSON');
like($out, qr/missing in the first/, 'with what differs');

done_testing();
