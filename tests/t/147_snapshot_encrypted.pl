# Encrypted snapshots: opened by who has the key, openssl too, and by nobody else;
# whatever is exchanged, repeated, cut or changed is found.
use strict;
use warnings FATAL => 'all';

use File::Path qw(remove_tree);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplStore;
use QsreplTest;
use QsreplTool;
use Test::More;

my %store = make_store();
my ($a, $b) = @{ $store{snapshots} }{qw(A B)};
my $conf = $store{conf}{A};
my ($code, $out, $err, $found);

# More than one piece: two of 16 MB and a short one.
my $big = join '', map { pack 'N', $_ } 1 .. 2**23 + 1000;

put_file("$store{share}/Apps/big.qvf", $big);
mkdir "$tool_dir/keys", 0700;
make_certificate("$tool_dir/keys/rsa", 'rsa:3072');
make_certificate("$tool_dir/keys/curve", 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1');
make_certificate("$tool_dir/keys/other", 'rsa:2048');

sub read_raw
{
	my ($path) = @_;

	open my $handle, '<:raw', $path or die "$path: $!";
	local $/;
	return scalar <$handle>;
}

# DER objects, one behind the other.
sub pieces
{
	my ($bytes) = @_;
	my @pieces;

	while (length $bytes)
	{
		my ($tag, $first) = unpack 'CC', $bytes;
		my $more = $first & 0x80 ? $first & 0x7f : 0;
		my $length = $more ? hex(unpack 'H*', substr($bytes, 2, $more)) : $first;

		die 'no DER' if $tag != 0x30;
		push @pieces, substr $bytes, 0, 2 + $more + $length, '';
	}
	return @pieces;
}

sub by_openssl
{
	my ($file, $key, $certificate) = @_;
	my $plain = '';

	foreach my $piece (pieces(read_raw($file)))
	{
		put_file("$tool_dir/piece", $piece);
		openssl('cms', '-decrypt', '-binary', '-inform', 'DER', '-in', "$tool_dir/piece", '-inkey', $key, '-recip', $certificate, '-out', "$tool_dir/plain");
		$plain .= read_raw("$tool_dir/plain");
	}
	return $plain;
}

sub sealed
{
	return JSON::PP::decode_json(read_raw("$_[0]/sealed.json"));
}

# Who makes up a list gives it the right hashes.
sub fit_list
{
	my ($dir) = @_;
	my $list = sealed($dir);
	my $text;

	foreach my $file (@{ $list->{files} })
	{
		my $content = read_raw("$dir/$file->{path}");

		$file->{size} = length $content;
		$file->{sha256} = Digest::SHA::sha256_hex($content);
	}
	$text = JSON::PP::encode_json($list);
	unlink "$dir/sealed.json", "$dir/sealed.json.sha256";
	put_file("$dir/sealed.json", $text);
	put_file("$dir/sealed.json.sha256", Digest::SHA::sha256_hex($text) . "  sealed.json\n");
	return;
}

foreach my $kind ('rsa', 'curve')
{
	my $key = "$tool_dir/keys/$kind";
	my $dir = "$a/$kind";
	my @number;

	($code, $out, $err) = qsrepl('snapshot', 'create', $kind, '--encrypt-to', "$key.crt", '--config', $conf);
	is($code, 0, "made, encrypted to $kind") or diag($err);
	ok(!(grep { !/^(?:sealed\.json(?:\.sha256)?|manifest\.cms|\d+\/\d+\.cms)$/ } snapshot_files($dir)), 'no name tells anything');
	($code, $found) = findings($conf, $kind);
	is($code, 0, 'whole for who has no key');
	like(join("\n", @{ $found->{info} }), qr/it is encrypted to the certificate "CN=snapshots".*without its key only the encrypted files/s, 'who is told that');
	($code, $found) = findings($conf, $kind, '--key', "$key.key");
	is($code, 0, 'and for who has it') or diag(join "\n", @{ $found->{wrong} });
	($code, $found) = findings($conf, $kind, '--key', "$key.pem");
	is($code, 0, 'with its certificate beside it');
	($code, $found) = findings($conf, $kind, '--key', "$tool_dir/keys/other.pem");
	is($code, 1, 'not for another key');

	# The manifest, and each piece, by openssl alone.
	my $manifest = JSON::PP::decode_json(by_openssl("$dir/manifest.cms", "$key.key", "$key.crt"));
	is($manifest->{name}, $kind, 'openssl reads the manifest');
	@number = grep { $manifest->{files}[$_]{path} =~ /big\.qvf/ } 0 .. $#{ $manifest->{files} };
	my $path = sprintf '%s/%03d/%08d.cms', $dir, $number[0] / 1000, $number[0];
	is(scalar(pieces(read_raw($path))), 3, 'a large file has its pieces');
	ok(by_openssl($path, "$key.key", "$key.crt") eq $big, 'which openssl reads, too');
	next if $kind eq 'curve';

	# As the documentation tells it for the day on which nothing else is left.
	my ($script) = slurp_file('docs/snapshots-copy.md') =~ /```sh\n(perl -e .*?)```/s;
	my $work = "$tool_dir/by_hand";

	mkdir $work;
	$script =~ s{000/00000000\.cms}{$path};
	$script =~ s{snapshots\.(key|crt)}{$key.$1}g;
	IPC::Run::run([ 'sh', '-ec', "cd '$work'\n$script" ], '<', \'', '>', \$out, '2>', \$err);
	ok(read_raw("$work/file") eq $big, 'so do the commands of the documentation') or diag($err);

	# Pieces among each other, with a list that fits.
	my $whole = read_raw($path);
	my @pieces = pieces($whole);

	foreach my $case (
		[ 'exchanged', @pieces[ 1, 0, 2 ] ],
		[ 'repeated', @pieces[ 0, 0, 2 ] ],
		[ 'repeated at the end', @pieces[ 0, 1, 2, 2 ] ],
		[ 'left out', @pieces[ 0, 2 ] ],
		[ 'left out at the end', @pieces[ 0, 1 ] ],
		[ 'cut', @pieces[ 0, 1 ], substr($pieces[2], 0, -1) ])
	{
		my ($what, @changed) = @$case;

		unlink $path;
		put_file($path, join '', @changed);
		fit_list($dir);
		is((findings($conf, $kind))[0], 0, "pieces $what: not seen without a key");
		is((findings($conf, $kind, '--key', "$key.key"))[0], 1, 'but with it');
		($code, $out, $err) = qsrepl('snapshot', 'decrypt', $kind, '--key', "$key.key", '--output', "$tool_dir/never", '--config', $conf);
		is($code, 3, 'and it is not decrypted');
		ok(!-e "$tool_dir/never", 'to anything');
	}
	unlink $path;
	put_file($path, $whole);
	fit_list($dir);
	is((findings($conf, $kind, '--key', "$key.key"))[0], 0, 'put back, all is well');
}

# A bit anywhere is found by everybody.
{
	my $random = seed_random();
	my @files = snapshot_files("$a/curve");
	my $missed = 0;

	foreach my $file ('sealed.json', 'sealed.json.sha256', 'manifest.cms', map { $files[ rand @files ] } 1 .. scaled(5))
	{
		my $bit = int rand 2**31;

		flip_bit("$a/curve/$file", $bit);
		$missed++ if (findings($conf, 'curve'))[0] != 1;
		flip_bit("$a/curve/$file", $bit);
	}
	is($missed, 0, 'a flipped bit anywhere is found without a key');
}

# In clear text again.
($code, $out, $err) = qsrepl('snapshot', 'decrypt', 'rsa', '--key', "$tool_dir/keys/rsa.key", '--output', "$a/plain", '--config', $conf);
is("$code $err", '0 ', 'it is decrypted');
is((stat "$a/plain")[2] & 0777, 0700, 'for its owner alone');
ok(read_raw("$a/plain/share/main/Apps/big.qvf") eq $big, 'with its content');
($code, $found) = findings($conf, 'plain', '--deep');
is($code, 0, 'it is a snapshot as any other') or diag(join "\n", @{ $found->{wrong} });
($code, $out, $err) = qsrepl('snapshot', 'decrypt', 'rsa', '--key', "$tool_dir/keys/rsa.key", '--output', "$a/plain", '--config', $conf);
is($code, 3, 'not over what is there');
($code, $out, $err) = qsrepl('snapshot', 'decrypt', 'plain', '--key', "$tool_dir/keys/rsa.key", '--output', "$a/again", '--config', $conf);
like($err, qr/there is no encrypted snapshot/, 'nor what is in clear text');

# A passphrase comes from a file.
openssl('pkey', '-in', "$tool_dir/keys/rsa.key", '-aes256', '-passout', 'pass:geheim', '-out', "$tool_dir/keys/locked.key");
chmod 0600, "$tool_dir/keys/locked.key";
write_private("$tool_dir/keys/word", "geheim\n");
write_private("$tool_dir/keys/wrong", "other\n");
($code, $out, $err) = qsrepl('snapshot', 'verify', 'rsa', '--key', "$tool_dir/keys/locked.key", '--config', $conf);
is($code, 4, 'a key with a passphrase');
like($err, qr/hint: Its passphrase is needed\./, 'needs it');
($code, $out, $err) = qsrepl('snapshot', 'verify', 'rsa', '--key', "$tool_dir/keys/locked.key", '--passphrase-file', "$tool_dir/keys/wrong", '--config', $conf);
is($code, 4, 'the right one');
is((findings($conf, 'rsa', '--key', "$tool_dir/keys/locked.key", '--passphrase-file', "$tool_dir/keys/word"))[0], 0, 'from a private file');

# On the way to the other site.
is((qsrepl('snapshot', 'create', 'open', '--config', $conf))[0], 0, 'one in clear text');
($code, $out, $err) = qsrepl('snapshot', 'copy', 'open', '--to', 'B', '--encrypt-to', "$tool_dir/keys/curve.crt", '--config', $conf);
is("$code $err", '0 ', 'is encrypted on the way');
like($out, qr/, encrypted, /, 'which is told');
is(sealed("$b/open")->{name}, 'open', 'and is so there');
is((findings($conf, "$b/open", '--key', "$tool_dir/keys/curve.key"))[0], 0, 'with the same content');
ok(!(grep { /sealed-/ } glob "$a/.*"), 'what was made for it is gone');
ok(-e "$a/open/manifest.json", 'but not the snapshot');
($code, $out, $err) = qsrepl('snapshot', 'copy', 'curve', '--to', 'B', '--encrypt-to', "$tool_dir/keys/curve.crt", '--config', $conf);
is($code, 3, 'what is encrypted is not encrypted again');
($code, $out, $err) = qsrepl('snapshot', 'copy', 'curve', '--to', 'B', '--config', $conf);
is("$code $err", '0 ', 'but copied');
is_deeply([ snapshot_files("$b/curve") ], [ snapshot_files("$a/curve") ], 'as it is');

# A damaged one is not encrypted.
flip_bit("$a/open/share/main/Apps/app5.qvf", 7);
($code, $out, $err) = qsrepl('snapshot', 'copy', 'open', '--to', 'B', '--encrypt-to', "$tool_dir/keys/curve.crt", '--config', $conf);
is($code, 3, 'a damaged one');
like($err, qr/file "share\/main\/Apps\/app5\.qvf" of the snapshot has other content than when it was made/, 'is not encrypted as if it were whole');
is((findings($conf, "$b/open"))[0], 0, 'and the one there stays');
flip_bit("$a/open/share/main/Apps/app5.qvf", 7);

# Killed while it is encrypted or sent.
{
	my $killed = 0;
	my $wrong = 0;

	foreach my $round (1 .. scaled(5))
	{
		$killed += run_killed_later(10 + rand(500), 'snapshot', 'copy', 'open', '--to', 'B', '--encrypt-to', "$tool_dir/keys/rsa.crt", '--config', $conf);
		$wrong++ if (findings($conf, "$b/open"))[0] != 0;
	}
	cmp_ok($killed, '>', 0, "killed $killed times");
	is($wrong, 0, 'what can be seen is whole at all times');
	($code, $out, $err) = qsrepl('snapshot', 'copy', 'open', '--to', 'B', '--encrypt-to', "$tool_dir/keys/rsa.crt", '--config', $conf);
	is("$code $err", '0 ', 'the same command ends it');
	is((findings($conf, "$b/open", '--key', "$tool_dir/keys/rsa.key"))[0], 0, 'for the new key');
	ok(!(grep { /sealed-|incoming/ } glob("$a/.*"), glob("$b/.*")), 'nothing is left');
}

# Certificates that nothing can be encrypted to.
openssl('req', '-x509', '-newkey', 'ed25519', '-nodes', '-subj', '/CN=x', '-keyout', "$tool_dir/keys/ed.key", '-out', "$tool_dir/keys/ed.crt");
($code, $out, $err) = qsrepl('snapshot', 'copy', 'open', '--to', 'B', '--encrypt-to', "$tool_dir/keys/ed.crt", '--config', $conf);
like($err, qr/cannot encrypt to the key of certificate/, 'a key that only signs is refused');
($code, $out, $err) = qsrepl('snapshot', 'copy', 'open', '--to', 'B', '--encrypt-to', "$tool_dir/keys/rsa.key", '--config', $conf);
like($err, qr/could not read the certificate in/, 'so is what is none');

done_testing();
