# Certificates in snapshots: sealed for both sites and the recovery key, or as
# PFX files; and snapshots that are encrypted as a whole.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplSnapshot;
use QsreplTest;
use QsreplTool;
use QsreplTransport;
use Test::More;

my %node = make_tool_pair();
my ($code, $out, $err);

sub at
{
	($code, $out, $err) = snapshot(@_);
	return "$code $err";
}

# A configuration with certificates, and perhaps more of them.
sub conf_with
{
	my (%opt) = @_;
	my %lines = map { $_ => "certificates = directory\ncertificate_directory = $tool_dir/store_$_\nsnapshot_directory = $tool_dir/snapshots_$_\n" } 'A', 'B';

	return conf_file(
		$opt{site} // 'A', \%node, %lines,
		file => "$tool_dir/with_certificates_" . ($opt{site} // 'A') . '.conf',
		sections => '[certificates]'
		  . "\nkey_directory = $tool_dir/keys_" . ($opt{site} // 'A') . "\n"
		  . ($opt{recovery} ? "recovery_certificate = $opt{recovery}.crt\n" : '')
		  . ($opt{password} ? "password_file = $opt{password}\n" : ''));
}

# Who can open a sealed set: its key decrypts what is behind the clear header.
sub opens
{
	my ($file, $key) = @_;
	my ($cms) = slurp_file($file) =~ /\n\n(\x30.*)\z/s;

	unlink "$tool_dir/cms";
	append_to_file("$tool_dir/cms", $cms);
	return system("openssl cms -decrypt -inform DER -in $tool_dir/cms -inkey $key -out /dev/null >/dev/null 2>&1") == 0 ? 1 : 0;
}

mkdir "$tool_dir/store_$_", 0700 foreach 'A', 'B';
my $conf = conf_with();
like(at($conf, 'create', 'x'), qr/^4 qsrepl: error: site "A" has no certificates\nqsrepl: hint: Export them/, 'certificates that are not there');
make_certificates("$tool_dir/store_A");
like(at($conf, 'create', 'x'), qr/^4 qsrepl: error: no recovery certificate is configured\n/, 'no recovery certificate');
my $recovery = recovery_key('recovery');
$conf = conf_with(recovery => $recovery);
like(at($conf, 'create', 'x'), qr/^4 qsrepl: error: this site has no transport key to seal its certificates with\nqsrepl: hint: Run "qsrepl cert keys" here/, 'no key');
is((qsrepl('cert', 'keys', '--config', $conf))[0], 0, 'which is made');
is(at($conf, 'create', 'alone'), "0 qsrepl: warning: alone: 1 site cannot open the certificates in this snapshot\nqsrepl: detail: \"certificates\" (B).\nqsrepl: hint: Run \"qsrepl cert keys\" at both sites, then make another snapshot.\n", 'the other site has none');
is(join(' ', grep { /^cert/ } sort keys %{ files_of("$store_dir/alone") }), 'certificates/A.sealed', 'its own is there');

# Both have one.
my $conf_b = conf_with(site => 'B', recovery => $recovery);
my $lsn = $node{A}->lsn('write');
$node{B}->poll_query_until('postgres', "SELECT pg_last_wal_replay_lsn() >= '$lsn'") or die 'B does not follow';
is((qsrepl('cert', 'keys', '--config', $_))[0], 0, 'keys of both') foreach $conf_b, $conf;
is(at($conf, 'create', 'both'), '0 ', 'a snapshot with certificates');
my $dir = "$store_dir/both/certificates";
is_deeply([ problems_of("$store_dir/both") ], [], 'is whole');
is(
	join(' ', map { opens("$dir/A.sealed", $_) } "$tool_dir/keys_A/transport.pem", "$tool_dir/keys_B/transport.pem", $recovery),
	'1 0 1', "A's own key opens its set, and the recovery key");
is(
	join(' ', map { opens("$dir/B.sealed", $_) } "$tool_dir/keys_A/transport.pem", "$tool_dir/keys_B/transport.pem", $recovery),
	'0 1 1', "and B's its own");
like(slurp_file("$dir/B.sealed"), qr/^qsrepl-sealed-set 1\nfrom A\nto snapshot\n/, 'neither can be taken for one that was sent');
my $secrets = join '', map { slurp_file("$store_dir/both/$_") } grep { -f "$store_dir/both/$_" } keys %{ files_of("$store_dir/both") };
unlike($secrets, qr/PRIVATE KEY/, 'no key is in clear text');

# As the Snapshots tool has them.
like(at($conf, 'create', 'pfx', '--plain-pfx'), qr/^4 qsrepl: error: PFX files need a password\nqsrepl: hint: /, 'without a password');
$conf = conf_with(recovery => $recovery, password => write_private("$tool_dir/password", "ein langes Wort\n"));
is(at($conf, 'create', 'pfx', '--plain-pfx'), '0 ', 'PFX files');
my $files = files_of("$store_dir/pfx");
is(join(' ', grep { /^cert/ } sort keys %$files), join(' ', map { "certificates/$_.pfx" } qw(client root server)), 'have the names that the Snapshots tool gives');
is(sprintf('%o', $files->{'certificates/root.pfx'}[2] & 0777), '400', "are their owner's alone");
is(system("openssl pkcs12 -legacy -in $store_dir/pfx/certificates/root.pfx -passin file:$tool_dir/password -nodes -out /dev/null >/dev/null 2>&1"), 0, 'and can be read');
is_deeply([ problems_of("$store_dir/pfx") ], [], 'it is whole');

# All of it encrypted.
is(at($conf, 'create', 'sealed', '--encrypt-to', "$recovery.crt"), '0 ', 'an encrypted snapshot');
ok(!-e "$store_dir/sealed/manifest.json" && -e "$store_dir/sealed/sealed.json", 'has a list of encrypted files');
is_deeply([ grep { /^\./ } snapshots_in($store_dir) ], [], 'and nothing else is left');
at($conf, 'list');
like($out, qr/^sealed +A .* encrypted/m, 'list tells');
is(at($conf, 'create', 'sealed', '--encrypt-to', "$recovery.crt"), '0 ', 'it is replaced');
like(at($conf, 'create', 'other', '--encrypt-to', "$tool_dir/password"), qr/^[34] qsrepl: error: /, 'a certificate that is none');
ok(!grep({ /other/ } snapshots_in($store_dir)), 'leaves nothing');

done_testing();
