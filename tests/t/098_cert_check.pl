# What "qsrepl check" says of transport keys and sealed certificates.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplTest;
use QsreplTool;
use QsreplTransport;
use Test::More;

my ($code, $out, $err);

sub at
{
	($code, $out, $err) = cert_at(@_);
	return "$code $err";
}

my $recovery = recovery_key('recovery');
my %node;

@node{qw(A B)} = make_pair();
transport_conf($_, \%node) foreach 'A', 'B';
make_certificates("$tool_dir/store_A");
is(transport_findings('A'), <<'TEXT', 'nothing is there yet');
warn site A: no recovery_certificate is named
warn site A: it has registered no transport key
warn site B: it has registered no transport key
warn site B: site A has sealed no certificates for it
TEXT
transport_conf($_, \%node, recovery => $recovery) foreach 'A', 'B';
transport_conf('A', \%node, recovery => $recovery, main => "databases = postgres\n");
at('A', 'keys');
is($code, 7, 'a database without the extension');
like($err, qr/Certificates travel in the first database of the configuration, which needs a current extension/, 'is told');
transport_conf('A', \%node, recovery => $recovery);
is(at('B', 'keys'), '0 ', 'keys');
is(at('A', 'sync'), '0 ', 'sealed');
$node{A}->wait_for_catchup($node{B}, 'replay', $node{A}->lsn('write'));
like(transport_findings('A'), qr/^fail site B: it has not installed the certificates that site A has sealed at 20.*, number 1$/m, 'sealed, but not installed');
like(transport_findings('A'), qr/^pass site A: its certificates are those that were sealed$/m, 'those that there are');
is(at('B', 'sync'), '0 ', 'installed');
my $lines = transport_findings('B');
unlike($lines, qr/^(warn|fail)/m, 'all is well at B') or diag($lines);
like($lines, qr/^pass site B: it has the certificates that site A has sealed at 20.*, number 1$/m, 'which says so');
like($lines, qr/^pass site B: its certificates are those of site A, number 1$/m, 'and has looked');
like($lines, qr/^pass site B: recovery certificate until 20.*$/m, 'at the recovery certificate too');
like($lines, qr/^pass site $_: transport key until 20.*$/m, "and at the key of $_") foreach 'A', 'B';
unlike(transport_findings('A'), qr/^(warn|fail)/m, 'nor does A complain');
make_certificates("$tool_dir/store_A");
like(transport_findings('A'), qr/^warn site A: its certificates, or a key, have changed since they were sealed$/m, 'a change at A is told');
make_certificates("$tool_dir/other");
is((qsrepl('cert', 'import', "$tool_dir/other", '--yes', '--config', "$tool_dir/transport_B.conf"))[0], 0, 'others at B');
like(transport_findings('B'), qr/^fail site B: its certificates are others than those that site A has sealed, number 1$/m, 'are told');
write_private("$recovery.crt", "nothing\n");
like(transport_findings('A'), qr/^fail site A: recovery certificate: invalid certificate$/m, 'a recovery certificate that is none');
unlink "$recovery.crt";
like(transport_findings('A'), qr/^warn site A: recovery certificate: could not open file/m, 'or not there');
write_private("$tool_dir/keys_A/site-B.json", '[]');
like(transport_findings('A'), qr/^warn site A: transport: file ".*site-B.json" is damaged$/m, 'and what A has kept, damaged');

# A key that ends soon, or has ended.
foreach my $case ([ '-days 30', 'warn site B: transport key ends on' ], [ '-not_before 20200101000000Z -not_after 20210101000000Z', 'warn site B: transport key has ended on 2021-01-01' ])
{
	my ($days, $expected) = @$case;
	my $words = "openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -out $tool_dir/short.pem -subj /CN=short $days";

	if (system("$words >$tool_dir/openssl.log 2>&1") != 0)
	{
		# OpenSSL 3.0 cannot make one of the past but by a request.
		system("openssl genrsa -out $tool_dir/short.key 2048 2>/dev/null && openssl req -new -key $tool_dir/short.key -subj /CN=short -out $tool_dir/short.csr"
			  . " && openssl x509 -req -in $tool_dir/short.csr -signkey $tool_dir/short.key -days -1 -out $tool_dir/short.pem 2>/dev/null") == 0 or die;
		$expected = 'warn site B: transport key has ended on';
	}
	my $pem = slurp_file("$tool_dir/short.pem");

	$node{A}->safe_psql('qsr', "UPDATE qsrepl.transport_key SET certificate = '$pem' WHERE site = 'B'");
	like(transport_findings('A'), qr/^$expected/m, $expected);
}
$node{A}->safe_psql('qsr', "UPDATE qsrepl.transport_key SET certificate = 'x' WHERE site = 'B'");
like(transport_findings('A'), qr/^fail site B: transport key: invalid certificate$/m, 'one that is no certificate');
$_->stop foreach values %node;

done_testing();
