# Certificates to the other site through the replicated database: by hand at
# both sites, by remote_command, back after a switchover, rotation of keys, a
# lost key, and the recovery key where nothing else is left.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplTest;
use QsreplTool;
use QsreplTransport;
use Test::More;
use Time::HiRes ();

my %node = make_tool_pair();
my ($code, $out, $err);

sub at
{
	($code, $out, $err) = cert_at(@_);
	return "$code $err";
}

# Which number is where, by the tool's own words.
sub number
{
	my ($site, $what) = @_;

	at($site, 'keys', '--json');
	return JSON::PP::decode_json($out)->{$what};
}

# The configuration of B, by which A is not reached.
sub without_a
{
	my ($recovery) = @_;
	my $file = transport_conf('B', \%node, recovery => $recovery);
	my $port = $node{A}->port;

	return write_private($file, slurp_file($file) =~ s/^port = $port$/port = 1/mr);
}

# What is missing is told, one after the other.
transport_conf($_, \%node) foreach 'A', 'B';
mkdir "$tool_dir/store_A", 0700;
at('A', 'trust', 'B', '--fingerprint', 'f' x 64);
is($code, 6, 'nobody to be trusted');
like($err, qr/site "B" has registered no transport key/, 'which is told');
make_certificates("$tool_dir/store_A");
at('A', 'sync');
is($code, 6, 'without a recovery certificate, nothing is sealed');
like($err, qr/^qsrepl: error: no recovery certificate is configured\n.*"qsrepl cert recovery" makes/, 'which is told');
write_private("$tool_dir/nothing.crt", "nothing\n");
transport_conf($_, \%node, recovery => "$tool_dir/nothing") foreach 'A', 'B';
at('A', 'sync');
is($code, 6, 'nor with a file that is none');
like($err, qr/invalid recovery certificate in file ".*nothing.crt"/, 'which is told');
my $recovery = recovery_key('recovery');
transport_conf($_, \%node, recovery => $recovery) foreach 'A', 'B';
at('A', 'sync');
is($code, 6, 'nor while the other site has no key');
like($err, qr/site "B" has registered no transport key\n.*Run "qsrepl cert keys" at that site/, 'which is told');
is(at('B', 'sync'), '0 ', 'the passive site has nothing to install then');
like($out, qr/^site A has sealed no certificates yet$/m, 'says so');

# What init can make with it, and where keys must not be.
($code, $out, $err) = qsrepl('init', '--config', "$tool_dir/new.conf", '--site', 'A', '--recovery-key', "$tool_dir/from_init.key", '--dry-run');
is($code, 0, 'init with a recovery key');
ok(!-e "$tool_dir/from_init.key", 'makes none in a dry run');
($code, $out, $err) = qsrepl('init', '--config', "$tool_dir/new.conf", '--site', 'A', '--recovery-key', "$tool_dir/from_init.key");
is($code, 0, 'else it does');
like($err, qr/^Wrote the recovery key to ".*from_init.key": take it off this machine\.\nCopy ".*from_init.key.crt" to the other site's\.$/m, 'says what to do with it');
like(slurp_file("$tool_dir/new.conf"), qr/^\[certificates\]\n(.*\n)*recovery_certificate = .*from_init.key.crt$/m, 'and names its certificate');
is((stat("$tool_dir/from_init.key"))[2] & 0777, 0600, 'the key is private');
($code, $out, $err) = qsrepl('init', '--yes', '--config', "$tool_dir/new.conf", '--site', 'A', '--recovery-key', "$tool_dir/from_init.key");
isnt($code, 0, 'init again does not overwrite the key');
write_private("$tool_dir/inside.conf", slurp_file("$tool_dir/transport_A.conf") =~ s/^key_directory = .*/"key_directory = " . $node{A}->data_dir . "\/keys"/mer);
($code, $out, $err) = qsrepl('cert', 'keys', '--config', "$tool_dir/inside.conf");
is($code, 3, 'keys in the data directory');
like($err, qr/key "key_directory" names a place inside the data directory of site "A"\n.*would take the key to the other site/s, 'are refused');

rename "$tool_dir/store_A", "$tool_dir/store_kept";
mkdir "$tool_dir/store_A", 0700;
at('A', 'sync');
is($code, 6, 'without certificates');
like($err, qr/site "A" has no certificates\n.*qsrepl cert import/s, 'which is told');
rmdir "$tool_dir/store_A";
rename "$tool_dir/store_kept", "$tool_dir/store_A";
($code, $out, $err) = qsrepl('do', 'certificates', '--site', 'A', '--config', "$tool_dir/transport_A.conf");
is($code, 8, 'the act at the active site');
like($err, qr/site "A" is the active one/, 'is refused');

# First contact by remote_command: what that says of its key must be in the
# database, too.
my $liar = write_private("$tool_dir/liar", "#!/bin/sh\necho '{\"fingerprint\": \"" . 'f' x 64 . "\"}'\n");
chmod 0700, $liar;
transport_conf('A', \%node, recovery => $recovery, remote => { B => $liar });
at('A', 'sync');
is($code, 6, 'a machine that has another key than the database says');
like($err, qr/the machine of site "B" has another transport key than the one that is registered\n.*Nothing was pinned/s, 'is not sealed for');
ok(!-e "$tool_dir/keys_A/site-B.json", 'nor pinned');
transport_conf('A', \%node, recovery => $recovery);

# The keys are private, and known at both sites.
is(at('B', 'keys'), '0 ', 'the keys of B');
like($out, qr/^site B: transport key 1, until 20\d\d-\d\d-\d\d, fingerprint\n  ([0-9a-f]{64})\nsite A: pinned transport key 1, /m, 'are told');
my ($of_b) = $out =~ /([0-9a-f]{64})/;
foreach my $site ('A', 'B')
{
	is((stat("$tool_dir/keys_$site"))[2] & 0777, 0700, "the key directory of $site is private");
	is((stat($_))[2] & 0777, 0600, 'and so is what is in it') foreach glob "$tool_dir/keys_$site/*";
}
chmod 0750, "$tool_dir/keys_A";
at('A', 'keys');
is($code, 4, 'one that others may enter');
like($err, qr/directory ".*keys_A" is not private\n.*u=rwx \(0700\)/s, 'is refused');
chmod 0700, "$tool_dir/keys_A";

# By hand: sealed, replicated, opened, installed.
is(at('A', 'sync', '--dry-run'), '0 ', 'a dry run');
like($out, qr/^would seal the certificates of site A for site B/, 'tells what would be done');
is(number('A', 'sealed'), 0, 'and does nothing');
is(at('A', 'sync', '--copy', "$tool_dir/copy"), '0 ', 'the active site seals');
like($out, qr/^sealed the certificates of site A for site B: number 1\nRun "qsrepl cert sync" at site B/, 'says so, and what is left');
$node{B}->poll_query_until('qsr', 'SELECT count(*) = 1 FROM qsrepl.sealed_set') or die;
is(at('B', 'sync', '--dry-run'), '0 ', 'a dry run at the passive site');
like($out, qr/^would install number 1 at site B/, 'tells what would be done');
is(at('B', 'sync'), '0 ', 'the passive site installs');
like($out, qr/^installed them at site B: number 1$/m, 'says so');
is(installed_keys('B'), installed_keys('A'), 'the same keys');
unlike(installed_keys('B'), qr/-/, 'with their private parts');
is(at('A', 'sync'), '0 ', 'sealing what was sealed');
unlike($out, qr/sealed/, 'is not done again');
is(at('B', 'sync'), '0 ', 'nor is installing');
like($out, qr/^site B has them already: number 1$/m, 'says so');
is( transport_events($node{A}),
	"sealed site A to site B: number 1\nopened site A to site B: number 1\ninstalled site A to site B: number 1",
	'all of it is noted');
query_is($node{B}, 'qsr', 'SELECT count(*), count(*) FILTER (WHERE installed IS NOT NULL) FROM qsrepl.sealed_set', '1|1', 'and at B, too');

# What was installed, and is no longer there, is installed again.
foreach my $case ([ 'lost', sub { PostgreSQL::Test::Utils::system_or_bail('rm', '-rf', "$tool_dir/store_B") } ],
	[ 'replaced', sub { make_certificates("$tool_dir/other"); at('B', 'import', "$tool_dir/other", '--yes') } ])
{
	my ($name, $do) = @$case;

	$do->();
	is(at('B', 'sync', '--dry-run'), '0 ', "a set that was $name");
	like($out, qr/^would install number 1 at site B/, 'would be installed again');
	is(at('B', 'sync'), '0 ', 'and is');
	like($out, qr/^installed them at site B: number 1$/m, 'says so');
	is(installed_keys('B'), installed_keys('A'), 'the same keys again');
}

# A is silent: what has come is installed all the same.
make_certificates("$tool_dir/store_A");
is(at('A', 'sync'), '0 ', 'one more set');
$node{B}->poll_query_until('qsr', 'SELECT count(*) = 2 FROM qsrepl.sealed_set') or die;
without_a($recovery);
at('B', 'sync');
is($code, 0, 'installed without a connection to A');
like($err, qr/warning: qsrepl.event: what happened could not be noted in the database\n.*site "A"/, 'which cannot be noted there');
is(installed_keys('B'), installed_keys('A'), 'B has it');
rename "$tool_dir/keys_B", "$tool_dir/keys_kept";
at('B', 'sync');
is($code, 7, 'but not at first contact');
like($err, qr/site "A": connection to server.*\n/, 'which needs A');
PostgreSQL::Test::Utils::system_or_bail('rm', '-rf', "$tool_dir/keys_B");
mkdir "$tool_dir/keys_B", 0700;
PostgreSQL::Test::Utils::system_or_bail('cp', "$tool_dir/keys_kept/transport.pem", "$tool_dir/keys_B");
at('B', 'sync');
is($code, 7, 'nor with a key that is known, and nothing pinned');
like($err, qr/pinned at first contact, which needs a connection/, 'says why');
PostgreSQL::Test::Utils::system_or_bail('rm', '-rf', "$tool_dir/keys_B");
rename "$tool_dir/keys_kept", "$tool_dir/keys_B";

# Others than qsrepl at the end of remote_command.
foreach my $case (
	[ 'echo hello', qr/what answers for site "B" is no qsrepl\n.*remote_command must end in the qsrepl there/s ],
	[ q(echo '{"number": 1, "installed": true}'), qr/site "B" has not installed number 2/ ],
	[ 'exit 3', qr/"certificates" could not be done at site "B"/ ])
{
	my $file = write_private("$tool_dir/other", "#!/bin/sh\n$case->[0]\n");

	chmod 0700, $file;
	transport_conf('A', \%node, recovery => $recovery, remote => { B => $file });
	at('A', 'sync');
	is($code, 6, "remote_command that does: $case->[0]");
	like($err, $case->[1], 'is told');
}

# By remote_command, in under a second.
sub with_remote
{
	foreach my $site ('A', 'B')
	{
		my ($other) = grep { $_ ne $site } 'A', 'B';

		transport_conf($site, \%node, recovery => $recovery, remote => { $other => set_remote($other) });
	}
	return;
}

with_remote();
make_certificates("$tool_dir/store_A");
isnt(installed_keys('B'), installed_keys('A'), 'another set at A');
my $begun = Time::HiRes::time();
is(at('A', 'sync', '--json'), '0 ', 'sealed and installed in one');
my $took = Time::HiRes::time() - $begun;
cmp_ok($took, '<', 1, sprintf 'end to end in %.2f s', $took);
is_deeply(
	JSON::PP::decode_json($out),
	{ site_from => 'A', site_to => 'B', number => 3, sealed => JSON::PP::true, installed => JSON::PP::true, changed => JSON::PP::true },
	'as JSON');
is(installed_keys('B'), installed_keys('A'), 'B has it');

# A replica that lags is waited for.
make_certificates("$tool_dir/store_A");
$node{B}->safe_psql('postgres', 'SELECT pg_wal_replay_pause()');
transport_conf('B', \%node, recovery => $recovery, main => "databases = qsr more\nreplay_timeout = 1s\n");
at('A', 'sync');
is($code, 6, 'a replica that does not move');
like($err, qr/"certificates" could not be done at site "B"\n.*sealed set 4 has not arrived at site "B"/s, 'is told');
$node{B}->safe_psql('postgres', 'SELECT pg_wal_replay_resume()');
is(at('A', 'sync'), '0 ', 'and goes on');
like($out, qr/^installed them at site B: number 4$/m, 'with the set that was sealed');
with_remote();

# Rotation at either side, twice in a row at one of them.
is(at('A', 'rotate'), '0 ', "A's key is rotated");
like($out, qr/^new for site A: transport key 2, fingerprint\n  [0-9a-f]{64}$/, 'says so');
is(at('A', 'rotate', '--json'), '0 ', 'and again');
is(JSON::PP::decode_json($out)->{serial}, 3, 'as JSON');
is(at('B', 'rotate'), '0 ', "B's key is rotated");
isnt((at('B', 'keys'), $out =~ /([0-9a-f]{64})/)[1], $of_b, 'it is another one');
is(at('A', 'sync'), '0 ', 'the next set');
like($out, qr/^sealed .*number 5\ninstalled them at site B: number 5$/m, 'goes by the new keys');
is(at('B', 'rotate'), '0 ', "B's key is rotated while a set is on its way");
make_certificates("$tool_dir/store_A");
is(at('A', 'sync'), '0 ', 'the next set again');
is(installed_keys('B'), installed_keys('A'), 'B has it');
query_is($node{A}, 'qsr', "SELECT string_agg(site || serial || (statement IS NOT NULL), ' ' ORDER BY site, serial) FROM qsrepl.transport_key",
	'A1false A2true A3true B1false B2true B3true', 'each has the word of the one before');

# Sealed for the key before: that is kept for it.
transport_conf('A', \%node, recovery => $recovery);
make_certificates("$tool_dir/store_A");
is(at('A', 'sync'), '0 ', 'sealed, not installed yet');
is(at('B', 'rotate'), '0 ', "B's key is rotated before it opens that");
is(at('B', 'sync'), '0 ', 'which it can still');
is(installed_keys('B'), installed_keys('A'), 'and has');

# B loses its key: nobody vouches for the new one, until it is trusted by hand.
PostgreSQL::Test::Utils::system_or_bail('mv', "$tool_dir/keys_B", "$tool_dir/keys_lost");
is((at('B', 'keys'))[0] =~ s/ .*//sr, 0, 'a new key at B');
like($err, qr/warning: site B: its transport key is another one than the one that is registered\n.*qsrepl cert trust B --fingerprint [0-9a-f]{64}/s, 'warns');
my ($lost) = $err =~ /([0-9a-f]{64})/;
at('B', 'sync');
is($code, 6, 'what is sealed for the old one');
like($err, qr/sealed for a transport key that this machine does not have\n.*Run "qsrepl cert sync" at the active site/s, 'cannot be opened');
at('A', 'sync');
is($code, 6, 'nothing is sealed for it');
like($err, qr/site "B" has another transport key than the pinned one\n.*not signed by the key before it\n.*Where it is $lost/s, 'says why and what to do');
at('A', 'trust', 'B', '--fingerprint', 'f' x 64);
is($code, 6, 'another fingerprint');
like($err, qr/site "B" has registered a transport key with the fingerprint $lost/, 'is refused');
at('A', 'trust', 'C', '--fingerprint', $lost);
like($err, qr/site "C" is not the other site, which is "B"/, 'and another site');
is(at('A', 'trust', 'B', '--fingerprint', $lost), '0 ', 'the right one is trusted');
is($out, "trusted for site B: transport key 5, fingerprint\n  $lost\n", 'says so');
is(at('A', 'sync'), '0 ', 'and sealed for');
is(at('B', 'sync'), '0 ', 'and opens it');
like(transport_events($node{A}), qr/^rotated site B: transport key 5, without a statement of the one before\n(.*\n)*trusted site A to site B: $lost$/m, 'which is noted');

# The roles change: the other direction.
with_remote();
($code, $out, $err) = qsrepl('switchover', '--to', 'B', '--yes', '--force', '--config', "$tool_dir/transport_A.conf");
is($code, 0, 'a switchover') or diag($err);
$_->_update_pid(-1) foreach values %node;
make_certificates("$tool_dir/new_set");
is((qsrepl('cert', 'import', "$tool_dir/new_set", '--yes', '--config', "$tool_dir/transport_B.conf"))[0], 0, 'B, active now, has new certificates');
is(at('B', 'sync'), '0 ', 'which go to A');
like($out, qr/^sealed the certificates of site B for site A: number 1\ninstalled them at site A: number 1$/m, 'with numbers of their own');
is(installed_keys('A'), installed_keys('B'), 'A has them');

# Everything is lost but a copy and the recovery key.
($code, $out, $err) = qsrepl('cert', 'open', "$tool_dir/copy", '--key', $recovery, '--output', "$tool_dir/opened");
is("$code $err", '0 ', 'opened by the recovery key');
like($out, qr/^opened the certificates of site A for site B, number 1, sealed at 20.*\nNothing but the set itself says.*\n.*fingerprint, ([0-9a-f]{64})\nwrote them to/, 'says whose it is');
my ($signer) = $out =~ /([0-9a-f]{64})/;
is((stat("$tool_dir/opened"))[2] & 0777, 0700, 'into a private directory');
ok(-s "$tool_dir/opened/root_key.pem", 'with keys');
foreach my $case (
	[ [ '--key', $recovery, '--output', "$tool_dir/opened" ], qr/directory ".*opened" is not empty/ ],
	[ [ '--key', $recovery, '--output', "$tool_dir/other", '--signer', 'f' x 64 ], qr/signed by the key with the fingerprint $signer/ ],
	[ [ '--output', "$tool_dir/other", '--key', "$tool_dir/keys_lost/transport.pem" ], qr/it is sealed for other keys/ ])
{
	my ($words, $expected) = @$case;

	($code, $out, $err) = qsrepl('cert', 'open', "$tool_dir/copy", @$words);
	is($code, 6, "refused: @$words[-1]");
	like($err, $expected, 'says why');
}
($code, $out, $err) = qsrepl('cert', 'recovery', $recovery);
is($code, 6, 'a recovery key is never overwritten');
like($err, qr/file ".*" exists\n.*Nothing was changed/s, 'says so');
write_private("$tool_dir/passphrase", "geheim\n");
($code, $out, $err) = qsrepl('cert', 'recovery', "$tool_dir/closed.key", '--passphrase-file', "$tool_dir/passphrase", '--json');
is_deeply(JSON::PP::decode_json($out), { key => "$tool_dir/closed.key", certificate => "$tool_dir/closed.key.crt" }, 'one with a passphrase, as JSON');
like(slurp_file("$tool_dir/closed.key"), qr/BEGIN ENCRYPTED PRIVATE KEY/, 'is encrypted');
($code, $out, $err) = qsrepl('cert', 'open', "$tool_dir/copy", '--key', "$tool_dir/closed.key", '--output', "$tool_dir/other");
like($err, qr/Its passphrase is needed/, 'and needs it');

$_->stop foreach values %node;
done_testing();
