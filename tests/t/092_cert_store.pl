# A site's certificates in a directory: installed as a whole or not at all,
# whatever becomes of the run; the set before is kept; nobody else reads them.
use strict;
use warnings FATAL => 'all';

use Fcntl qw(:flock);
use File::Path qw(make_path remove_tree);
use IPC::Run ();
use JSON::PP ();
use PostgreSQL::Test::Utils;
use QsreplCert;
use QsreplTest;
use QsreplTool;
use Test::More;
use Time::HiRes qw(usleep);

umask 0;
seed_random();
my $dir = $tool_dir;
my $old = qlik_set("$dir/old", 'P1');
my $new = qlik_set("$dir/new", 'P1', 'P2');
my $file = write_private("$dir/password", "correct horse battery\n");
my %set = map { $_ => set_of('--folder', "$dir/$_") } 'old', 'new';
my $conf = cert_conf("$dir/pem", nodes => { A => [ 'CN', 'P1' ] });
my @conf = ('--config', $conf);
my $store = "$dir/pem_A";

# The tool must succeed.
sub good
{
	my ($name, @words) = @_;
	my ($code, $out, $err) = qsrepl(@words);

	is("$code$err", '0', $name);
	return $out;
}

# Everything in the store is its owner's.
sub is_private
{
	my ($name) = @_;

	is(join(' ', grep { !/^(0600 .*|0700 (\/set\.\d+(\/P\d)?)?)$/ } split /\n/, modes_of($store)) =~ s/0644 \/lock//r, '', "$name: private");
	return;
}

my ($code, $out, $err) = qsrepl('cert', 'list', @conf);
is("$code$out$err", "00 certificates\n", 'nothing is there yet');
($code, $out, $err) = qsrepl('cert', 'rollback', '--yes', @conf);
is($code, 6, 'nothing to go back to');
like($err, qr/error: there is no set of certificates to go back to in "/, 'its words');
($code, $out, $err) = qsrepl('cert', 'import', $old, @conf);
is($code, 6, 'not confirmed');
like($err, qr/error: not confirmed\n.*Nothing was changed.*--yes/s, 'its words');
like(good('dry run', 'cert', 'import', $old, '--dry-run', @conf), qr/^would have imported 4 certificates for site A$/, 'its words');
ok(!-e $store, 'nothing is there');
like(good('installed', 'cert', 'import', $old, '--yes', @conf), qr/^imported 4 certificates for site A$/, 'its words');
is(set_of(@conf), $set{old}, 'it is there');
is_private('first');
is(slurp_file("$store/current"), "current 1\nprevious 0\n", 'one generation');
good('again', 'cert', 'import', $old, '--yes', @conf);
is(slurp_file("$store/current"), "current 1\nprevious 0\n", 'the same set changes nothing');
good('another', 'cert', 'import', $new, '--yes', @conf);
is(set_of(@conf), $set{new}, 'it is there');
like(good('back', 'cert', 'rollback', '--yes', @conf), qr/^brought back the certificates of site A before/, 'its words');
is(set_of(@conf), $set{old}, 'the old one');
good('dry run', 'cert', 'rollback', '--dry-run', @conf);
is(set_of(@conf), $set{old}, 'changes nothing');
good('and forth', 'cert', 'rollback', '--yes', @conf);
is(set_of(@conf), $set{new}, 'the new one');
is_private('all');

# What is broken is not installed, or by force.
make_path("$dir/broken");
qlik_root("$dir/broken", 'CN');
($code, $out, $err) = qsrepl('cert', 'import', "$dir/broken", '--yes', @conf);
is($code, 6, 'a root alone');
like("$out$err", qr/^fail  client certificate: is missing\n.*error: certificates in ".*broken" are no set to install\n/ms, 'its words');
is(set_of(@conf), $set{new}, 'nothing was changed');
my $told;
($code, $told) = qsrepl('cert', 'import', "$dir/broken", '--yes', '--json', @conf);
$told = JSON::PP::decode_json($told);
is($told->{changed} . scalar(grep { $_->{severity} eq 'fail' } @{ $told->{findings} }), '01', 'as JSON');
$told = JSON::PP::decode_json((qsrepl('cert', 'rollback', '--dry-run', '--json', @conf))[1]);
is("$told->{changed} $told->{message}", '0 would bring back the certificates of site A before the last change', 'a dry run as JSON');
good('by force', 'cert', 'import', "$dir/broken", '--yes', '--force', @conf);
good('and back', 'cert', 'rollback', '--yes', @conf);

# A pointer that is damaged is told, and an installation mends nothing by it.
my $current = slurp_file("$store/current");
write_private("$store/current", "current x\n");
($code, $out, $err) = qsrepl('cert', 'list', @conf);
is($code, 4, 'a damaged pointer');
like($err, qr/error: file ".*current" does not name a set of certificates\n/, 'its words');
($code, $out, $err) = qsrepl('cert', 'import', $old, '--yes', @conf);
is($code, 4, 'installs nothing');
write_private("$store/current", $current);

# Files that somebody has put there are a set, and what one goes back to.
remove_tree($store);
qsrepl('cert', 'export', '--folder', $old, '--format', 'pem', $store);
is(set_of(@conf), $set{old}, 'a folder of files');
good('over it', 'cert', 'import', $new, '--yes', @conf);
is(set_of(@conf), $set{new}, 'installed');
good('back', 'cert', 'rollback', '--yes', @conf);
is(set_of(@conf), $set{old}, 'the files');

# PFX, and PEM with a password; each site's command reads them.
foreach my $format ('pfx', 'pem')
{
	my @sealed = ('--config', cert_conf("$dir/sealed_$format", lines => "format = $format\npassword_file = $file\n"));

	good("$format installed", 'cert', 'import', $old, '--yes', @sealed);
	is(set_of(@sealed), $set{old}, '... and read');
	unlike(join('', map { slurp_file($_) } grep { -f } glob "$dir/sealed_${format}_A/set.1/* $dir/sealed_${format}_A/set.1/P1/*"), qr/BEGIN (RSA )?PRIVATE/, '... no key is plain');
	good('... the same again', 'cert', 'import', $old, '--yes', @sealed);
	is(slurp_file("$dir/sealed_${format}_A/current"), "current 1\nprevious 0\n", '... changes nothing');
}
# What the Snapshots tool leaves has a password of its own.
qsrepl('cert', 'export', '--folder', $new, '--password-file', write_private("$dir/theirs", "QlikSense\n"), "$dir/snapshots");
good('as the Snapshots tool leaves it', 'cert', 'import', "$dir/snapshots", '--yes', '--config', "$dir/sealed_pfx.conf");
is(set_of('--config', "$dir/sealed_pfx.conf"), $set{new}, '... installed');
my @without = ('--config', cert_conf("$dir/without", lines => "format = pfx\n"));
($code, $out, $err) = qsrepl('cert', 'import', $old, '--yes', @without);
is($code, 4, 'PFX without a password');
like($err, qr/error: a password is needed for the files/, 'its words');
is((qsrepl('cert', 'list', @without))[1], "0 certificates\n", 'and no set is there');

# Somebody else installs.
open my $held, '>>', "$store/lock" or die "lock: $!";
flock($held, LOCK_EX) or die "lock: $!";
($code, $out, $err) = qsrepl('cert', 'import', $new, '--yes', @conf);
is($code, 4, 'locked');
like($err, qr/error: could not lock file ".*lock"/, 'its words');
($code, $out, $err) = qsrepl('cert', 'rollback', '--yes', @conf);
is($code, 6, 'going back, too');
close $held;

# Killed at each fsync, before and behind it: the old or the new set, whole;
# then it is installed.
sub reset_store
{
	remove_tree($store);
	good_silent('cert', 'import', $old, '--yes', @conf);
}
sub good_silent
{
	my ($c, $o, $e) = qsrepl(@_);
	die "@_: $e" if $c != 0;
	return;
}
reset_store();
my ($killed) = qsrepl_killed({ KILL_COUNT => "$dir/count" }, 'cert', 'import', $new, '--yes', @conf);
my $writes = slurp_file("$dir/count") + 0;
cmp_ok($writes, '>', 20, "it syncs $writes times");
my %seen;
my @wrong;
foreach my $n (1 .. $writes)
{
	foreach my $when ('KILL_AT', 'KILL_AFTER')
	{
		reset_store();
		my ($was_killed) = qsrepl_killed({ $when => $n }, 'cert', 'import', $new, '--yes', @conf);
		my $found = set_of(@conf);
		my ($which) = grep { $set{$_} eq $found } keys %set;

		push @wrong, "$when $n: not killed" if !$was_killed;
		push @wrong, "$when $n: a mixture" if !defined $which;
		$seen{$which // 'mixture'}++;
	}
}
is("@wrong", '', 'the old or the new set');
ok($seen{old} && $seen{new}, "both were there: $seen{old} and $seen{new} times");
is_private('after kills');
good('installed in the end', 'cert', 'import', $new, '--yes', @conf);
is(set_of(@conf), $set{new}, 'whole');
is(scalar(() = modes_of($store) =~ m{^0700 /set\.\d+$}mg), 2, 'what killed runs have left is removed');

# The same at random times, installing and going back.
@wrong = ();
foreach my $round (1 .. scaled(25))
{
	my $want = ('old', 'new')[ rand 2 ];
	my @words = rand(3) < 1 ? ('rollback') : ('import', "$dir/$want");
	my $run = IPC::Run::start([ $qsrepl_program, 'cert', @words, '--yes', @conf ], '<', \'', '>', \my $o, '2>', \my $e);

	usleep(rand 60000);
	$run->signal('KILL');
	$run->finish;
	my $found = set_of(@conf);
	push @wrong, "round $round" if !grep { $_ eq $found } values %set;
}
is("@wrong", '', 'killed at any time');

# A full disk leaves the set as it was.
reset_store();
foreach my $n (1, 5, 10)
{
	my ($k, $c, $o, $e) = qsrepl_killed({ FULL_AT => $n }, 'cert', 'import', $new, '--yes', @conf);

	is($c, 4, "full at $n");
	like($e, qr/No space left on device/, 'its words');
	is(set_of(@conf), $set{old}, 'the old set');
}

# A server certificate for a node that has none.
my @issue = ('--config', cert_conf("$dir/issue", nodes => { A => [ 'CN', 'P1', 'P9' ] }));
good('a set without it', 'cert', 'import', $old, '--yes', @issue);
($code, $out, $err) = qsrepl('cert', 'issue', '--node', 'P8', @issue);
is($code, 2, 'no such node');
like($err, qr/error: site "A" has no node "P8"/, 'its words');
($code, $out, $err) = qsrepl('cert', 'issue', '--node', 'P9', '--days', '0', @issue);
is($code, 2, 'no days');
like($err, qr/error: --days takes a number from 1 to 7300, not "0"/, 'its words');
($code, $out, $err) = qsrepl('cert', 'issue', '--node', 'P1', @issue);
is("$code " . ($err =~ /not confirmed/), '6 1', 'one that has one is asked for');
like(good('issued', 'cert', 'issue', '--node', 'A-P9', '--name', 'p9.company.test', '--name', '10.0.0.9', @issue),
	qr/^issued a server certificate for node "P9" of site A$/, 'its words');
my $pem = "$dir/issue_A/set.2/P9/server.pem";
like(openssl('verify', '-CAfile', "$old/root.pem", $pem), qr/: OK/, "signed by the site's root");
my $text = openssl('x509', '-in', $pem, '-noout', '-text');
like($text, qr/Subject: CN = P9\n/, 'its name');
like($text, qr/DNS:P9, DNS:p9.company.test, IP Address:10.0.0.9/, 'its further names');
like($text, qr/1\.3\.6\.1\.5\.5\.7\.13\.3: \n\s+Server/, 'the marker');
like($text, qr/Signature Algorithm: sha256WithRSAEncryption.*Public-Key: \(2048 bit\)/s, 'its strength');
is(openssl('x509', '-in', $pem, '-noout', '-pubkey'), openssl('pkey', '-in', "$dir/issue_A/set.2/P9/server_key.pem", '-pubout'), 'its key');
good('known now', 'cert', 'issue', '--node', 'P9', '--days', '1', '--yes', @issue);
is(scalar(() = set_of(@issue) =~ /^server P9 /mg), 1, 'a new one replaces it');
good('and back', 'cert', 'rollback', '--yes', @issue);

# Where nothing is configured.
my $none = slurp_file($conf) =~ s/^certificates = directory\n//mgr;
($code, $out, $err) = qsrepl('cert', 'list', '--config', write_private("$dir/none.conf", $none));
is($code, 3, 'no certificates are configured');
like($err, qr/error: no certificates are configured for site "A"/, 'its words');
($code, $out, $err) = qsrepl('config', 'check', '--config', "$dir/none.conf");
like($err, qr/warning: .*none.conf:\d+: key "certificate_directory" of site "A" is not used/, 'which is warned of');
$none = slurp_file($conf) =~ s/^certificate_directory = .*\n//mgr;
($code, $out, $err) = qsrepl('config', 'check', '--config', write_private("$dir/none.conf", $none));
like($err, qr/error: .*none.conf:\d+: key "certificate_directory" is missing from section "\[site A\]"/, 'a directory is needed');
($code, $out, $err) = qsrepl('cert', 'list', '--site', 'C', @conf);
is($code, 2, 'no such site');
like($err, qr/error: site "C" is not defined/, 'its words');

done_testing();
