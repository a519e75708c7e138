# "snapshot verify": a snapshot is what it was, or it is told what is not.
use strict;
use warnings FATAL => 'all';

use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplStore;
use QsreplTest;
use QsreplTool;
use Test::More;

my %store = make_store();
my $conf = $store{conf}{A};
my $one = "$store{snapshots}{A}/one";
my ($code, $out, $err, $found);

($code, $out, $err) = qsrepl('snapshot', 'create', 'one', '--config', $conf);
is($code, 0, 'a snapshot is made') or diag("$out$err");

($code, $found) = findings($conf, 'one');
is($code, 0, 'it is whole');
is_deeply($found->{wrong}, [], 'with nothing wrong');
cmp_ok($found->{document}{files}, '>', 14, 'all files were read');
($code, $out, $err) = qsrepl('snapshot', 'verify', $one, '--config', $conf);
like($out, qr/^snapshot "\Q$one\E" is whole: \d+ files, /m, 'by its folder, in words');
($code, $out, $err) = qsrepl('snapshot', 'verify', 'none', '--config', $conf);
is($code, 3, 'one that is not there');
like($err, qr/there is no snapshot "\Q$store{snapshots}{A}\E\/none"/, 'is told');
($code, $out, $err) = qsrepl('snapshot', 'verify', '-- x', '--config', $conf);
isnt($code, 0, 'a strange name is refused');

# A bit anywhere.
{
	my $random = seed_random();
	my @files = grep { -s "$one/$_" } snapshot_files($one);
	my @chosen = map { $files[ rand @files ] } 1 .. scaled(8);
	my $missed = 0;

	foreach my $file ('manifest.json', 'manifest.json.sha256', 'databases/qsr/toc.dat', @chosen)
	{
		my $bit = int rand 2**31;

		flip_bit("$one/$file", $bit);
		($code, $found) = findings($conf, 'one');
		$missed++ if $code != 1 || !@{ $found->{wrong} };
		diag("bit $bit of $file was missed") if $code != 1;
		flip_bit("$one/$file", $bit);
	}
	is($missed, 0, 'a flipped bit anywhere is found');
	($code, $found) = findings($conf, 'one');
	is($code, 0, 'and flipped back, all is well');
}

# Something besides, and something missing.
put_file("$one/share/main/Apps/extra.qvf", 'x');
($code, $found) = findings($conf, 'one');
is_deeply($found->{wrong}, ['file "share/main/Apps/extra.qvf" does not belong to the snapshot'], 'a file besides');
unlink "$one/share/main/Apps/extra.qvf";
rename "$one/share/main/Apps/app1.qvf", "$store{dir}/app1";
symlink '/etc/passwd', "$one/share/main/Apps/app1.qvf";
($code, $found) = findings($conf, 'one');
is_deeply(
	[ sort @{ $found->{wrong} } ],
	[ '"share/main/Apps/app1.qvf" is a link, which no snapshot has', 'file "share/main/Apps/app1.qvf" is missing' ],
	'a link instead of a file');
unlink "$one/share/main/Apps/app1.qvf";
rename "$store{dir}/app1", "$one/share/main/Apps/app1.qvf";

# Manifests that somebody has made up, with their checksums.
sub with_manifest
{
	my ($change) = @_;
	my $manifest = slurp_file("$one/manifest.json");
	my $changed = $change->($manifest);
	my ($wrong, $code);

	die 'nothing was changed' if $changed eq $manifest;
	foreach my $text ($changed, $manifest)
	{
		put_manifest($one, $text);
		next if $text eq $manifest;
		($code, $found) = findings($conf, 'one');
		$wrong = join '; ', @{ $found->{wrong} };
	}
	return "$code $wrong";
}

my $line = qr/\{"path": "share\/main\/Apps\/app1\.qvf"[^\n]*/;

foreach my $path ('../../etc/passwd', '/etc/passwd', 'share/../../x', 'share//x', 'share/./x', 'share\\\\..\\\\x')
{
	like(
		with_manifest(sub { $_[0] =~ s{"share/main/Apps/app1\.qvf"}{"$path"}r }),
		qr/^1 invalid manifest: /,
		"a path as $path is refused");
}
like(with_manifest(sub { $_[0] =~ s/($line)/$1,\n$1/r =~ s/,,/,/r }), qr/^1 invalid manifest: /, 'so is one that comes twice');
like(with_manifest(sub { $_[0] =~ s/("share\/main\/Apps\/app1\.qvf", "size": )/${1}1/r }), qr/^1 file ".*app1\.qvf" has \d+ bytes, not 1/, 'a size is compared');
like(with_manifest(sub { $_[0] =~ s/"version": 1/"version": 99/r }), qr/^1 the manifest has version 99/, 'another version is refused');

# A trial restore.
($code, $found) = findings($conf, 'one', '--deep');
is($code, 0, 'it is restored for trial') or diag(join "\n", @{ $found->{wrong} });
like(join("\n", @{ $found->{info} }), qr/database "qsr" was restored for trial: \d+ tables have the rows that they had/, 'its rows are counted');
like(join("\n", @{ $found->{info} }), qr/database "qsr" was rewritten for site "A", and no value of another site is left/, 'and rewritten');
ok(!-e "$store{snapshots}{A}/.verify", 'nothing is left of it');

# Killed while its server runs: the next one removes that.
{
	my $pid_file = "$store{snapshots}{A}/.verify/data/postmaster.pid";
	my $run = IPC::Run::start([ $qsrepl_program, 'snapshot', 'verify', 'one', '--deep', '--config', $conf ], '<', \'', '>', \my $o, '2>', \my $e);
	my $pid = $run->{KIDS}[0]{PID};
	my $server;

	for (1 .. 3000)
	{
		last if -s $pid_file && slurp_file($pid_file) =~ /ready/;
		Time::HiRes::usleep(5000);
	}
	($server) = slurp_file($pid_file) =~ /^(\d+)/;
	kill 9, $pid;
	$run->finish;
	ok(kill(0, $server), 'a killed trial leaves a server');
	($code, $found) = findings($conf, 'one');
	is($code, 0, 'the next verification');
	for (1 .. 1000)
	{
		last if !kill 0, $server;
		Time::HiRes::usleep(10000);
	}
	ok(!kill(0, $server), 'ends it');
	ok(!-e "$store{snapshots}{A}/.verify", 'and removes what it had');
}

# Rows that are not those that were recorded.
like(
	with_manifest(sub { $_[0] =~ s/("ledger"[^}]*?"rows": )500/${1}501/sr }),
	qr/^0 /,
	'another number of rows is not seen by the files');
{
	my $manifest = slurp_file("$one/manifest.json");
	my $changed = $manifest =~ s/("ledger"[^}]*?"rows": )500/${1}501/sr;

	put_manifest($one, $changed);
	($code, $found) = findings($conf, 'one', '--deep');
	is("$code @{ $found->{wrong} }", '1 table "public.ledger" of database "qsr" has 500 rows after its restore, not 501', 'but by a trial');
}

# What is no plain file is not waited for.
rename "$one/manifest.json", "$store{dir}/manifest.json";
POSIX::mkfifo("$one/manifest.json", 0600) or die "mkfifo: $!";
($code, $found) = findings($conf, 'one');
is("$code @{ $found->{wrong} }", "1 \"$one/manifest.json\" is not a plain file", 'a pipe instead of the manifest');

done_testing();
