# What a site expects of its certificates: nodes, Host.cfg, thumbprints in its
# database; in "cert verify" and in "check".
use strict;
use warnings FATAL => 'all';

use File::Path qw(make_path);
use MIME::Base64 qw(encode_base64);
use PostgreSQL::Test::Utils;
use QsreplCert;
use QsreplTest;
use QsreplTool;
use Test::More;

my $dir = $tool_dir;
my %node = map { $_ => bare_server("certificates_$_") } 'A', 'B';
my $set = qlik_set("$dir/set", 'P1');
my $host = "$dir/Host.cfg";

$node{A}->start;
$node{A}->safe_psql('postgres', 'CREATE DATABASE qsr');
$node{A}->safe_psql('postgres', 'CREATE DATABASE more');
write_private($host, encode_base64('CN', ''));
my $nodes = join '', map { my ($s, $n, $r) = @$_; "[node $s-$n]\nsite = $s\nalias = $n\naddress = 10.0.0.$r\nroles = "
	. ($n eq 'CN' ? 'central ' : '') . "repository\n" } ([ 'A', 'CN', 1 ], [ 'A', 'P1', 2 ], [ 'B', 'CN', 3 ]);
my $conf = conf_file('A', \%node, A => "certificates = directory\ncertificate_directory = $dir/store\nhost_cfg = $host\n",
	B => "certificates = directory\ncertificate_directory = $dir/elsewhere\n", sections => $nodes);
my @conf = ('--config', $conf);

# Findings of "check" about certificates, as "severity object: problem".
sub found_by_check
{
	my ($code, $out) = qsrepl('check', '--json', @conf);
	require JSON::PP;
	my $data = JSON::PP::decode_json($out);

	return join "\n", map { "$_->{severity} $_->{object}: $_->{problem}" }
	  grep { $_->{concern} eq 'certificates' } @{ $data->{findings} };
}

my $elsewhere = 'pass site B: certificates are on another machine, where its own check looks at them';
is(found_by_check(), "fail site A: has no certificates\n$elsewhere", 'none yet');
my ($code, $out, $err) = qsrepl('cert', 'import', $set, '--yes', @conf);
is("$code$err", '0', 'installed');
is(found_by_check(), "pass site A: 4 certificates belong together, and have their keys\n$elsewhere", 'all is well');
($code, $out, $err) = qsrepl('cert', 'verify', @conf);
is("$code$err", '0', 'verified');
like($out, qr/^pass  Host.cfg: names "CN"$/m, 'Host.cfg');
like($out, qr/^pass  thumbprints: no table of the databases has a column for them$/m, 'a table that is not there is told');

# Host.cfg of another central node, or of none.
write_private($host, "\xef\xbb\xbf" . encode_base64('P1', '') . "\r\n");
like((qsrepl('cert', 'verify', @conf))[1], qr/^fail  Host.cfg: names "P1", but the central node's alias is "CN"$/m, 'another name');
like(found_by_check(), qr/^fail site A: Host.cfg names "P1", but/m, 'in check, too');
write_private($host, encode_base64('CN9', ''));
like((qsrepl('cert', 'verify', @conf))[1], qr/^fail  Host.cfg: names "CN9", for which there is no server certificate$/m, 'a name without certificate');
write_private($host, 'not base64!');
like((qsrepl('cert', 'verify', @conf))[1], qr/^warn  Host.cfg: file ".*Host.cfg" does not name a host$/m, 'no name');
unlink $host;
like((qsrepl('cert', 'verify', @conf))[1], qr/^warn  Host.cfg: could not read attributes of file|^warn  Host.cfg: could not open file/m, 'no file');
write_private($host, encode_base64('cn', ''));

# Thumbprints.
my $thumbprint = openssl('x509', '-in', "$set/P1/server.pem", '-noout', '-fingerprint', '-sha1') =~ s/.*=|:|\n//gr;
my $missing = '00' x 20;
$node{A}->safe_psql('qsr', <<"SQL");
CREATE TABLE "ProxyServiceSettings" ("ID" int, "SslBrowserCertificateThumbprint" text);
INSERT INTO "ProxyServiceSettings" VALUES (1, lower('$thumbprint')), (2, ''), (3, NULL);
CREATE TABLE "ServiceClusterSettingsEncryptions" ("ID" int, "EncryptionKeyThumbprint" text);
SQL
($code, $out) = qsrepl('cert', 'verify', @conf);
is($code, 0, 'a thumbprint that is there');
like($out, qr/^pass  browser certificate "$thumbprint": is named by database qsr, table public."ProxyServiceSettings"$/m, 'its words');
$node{A}->safe_psql('qsr', qq(UPDATE "ProxyServiceSettings" SET "SslBrowserCertificateThumbprint" = '$missing';
	INSERT INTO "ServiceClusterSettingsEncryptions" VALUES (1, '$missing')));
($code, $out) = qsrepl('cert', 'verify', @conf);
is($code, 1, 'some that are not');
like($out, qr/^warn  browser certificate "$missing": is named by .*, but is not there$/m, "a browser's");
like($out, qr/^fail  encryption certificate "$missing": is named by .*Encryptions", but is not there$/m, "and of encryption");
like(found_by_check(), qr/^fail site A: encryption certificate/m, 'in check, too');

# They are carried with the set, and are found then.
qlik_root("$dir/kek", 'KEK', file => 'encryption');
openssl('pkcs12', '-export', '-inkey', "$dir/kek/encryption_key.pem", '-in', "$dir/kek/encryption.pem", '-out', "$set/encryption-apps.pfx", '-passout', 'pass:QlikSense');
my $kek = openssl('x509', '-in', "$dir/kek/encryption.pem", '-noout', '-fingerprint', '-sha1') =~ s/.*=|:|\n//gr;
$node{A}->safe_psql('qsr', qq(UPDATE "ServiceClusterSettingsEncryptions" SET "EncryptionKeyThumbprint" = '$kek'; DELETE FROM "ProxyServiceSettings"));
($code, $out, $err) = qsrepl('cert', 'import', $set, '--yes', @conf);
is("$code$err", '0', 'with a certificate of encryption');
like(set_of(@conf), qr/^encryption $kek $kek private$/m, 'it is in the set');
($code, $out) = qsrepl('cert', 'verify', @conf);
is($code, 0, 'and is expected');
like($out, qr/^pass  encryption certificate "$kek": is named by/m, 'its words');

# A node without certificate, and one too many.
my $other = conf_file('A', \%node, A => "certificates = directory\ncertificate_directory = $dir/store\n", sections => $nodes =~ s/P1/P2/gr, file => "$dir/other.conf");
($code, $out) = qsrepl('cert', 'verify', '--config', $other);
is($code, 1, 'another node');
like($out, qr/^fail  server certificate "P2": is missing\n      hint: "qsrepl cert issue" makes one/m, 'one is missing');
like($out, qr/^warn  server certificate "P1": is of no node of the site$/m, 'one is too many');
($code, $out, $err) = qsrepl('cert', 'issue', '--node', 'P2', '--config', $other);
is("$code$err", '0', 'issued');
is((qsrepl('cert', 'verify', '--config', $other))[0], 0, 'and verified');

# Without the database, the rest is verified.
$node{A}->stop;
($code, $out) = qsrepl('cert', 'verify', @conf);
like($out, qr/^warn  thumbprints: could not be asked for: /m, 'a server that does not answer');
# Unreadable files are told in check.
write_private("$dir/store/current", 'x');
like(found_by_check(), qr/^fail site A: certificates: file ".*current" does not name a set of certificates$/m, 'unreadable');

done_testing();
