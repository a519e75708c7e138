# A share and its snapshots on one file system that lets files share their
# content: nothing is copied, and what is written later into one is not in the
# other one. "make reflinks" runs it where there is such a file system.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplSnapshot;
use QsreplTest;
use QsreplTool;
use Test::More;

my $mib = 1 << 20;
my $size = 160;						# MiB; servers write some beside it
my ($site_a, $site_b) = make_pair();
my $conf = snapshot_conf('A', { A => $site_a, B => $site_b });
my $big = 'Apps/big.qvf';
my ($code, $out, $err);

# Content that no file system makes smaller
sub noise
{
	my ($bytes_wanted) = @_;

	open my $random, '<:raw', '/dev/urandom' or die "urandom: $!";
	read($random, my $bytes, $bytes_wanted) == $bytes_wanted or die "urandom: $!";
	return $bytes;
}

# How many of a file's extents belong to another file, too, and how many it has
sub extents
{
	my ($path) = @_;
	my ($text) = run_command([ 'filefrag', '-s', '-v', $path ]);
	my @extents = $text =~ /^ *\d+: .*$/mg;

	return (scalar(grep { /shared/ } @extents), scalar @extents);
}

sub used
{
	my ($text) = run_command([ 'df', '--output=used', '-B', $mib, $tool_dir ]);

	$text =~ /(\d+)\s*$/ or die $text;
	return $1;
}

my ($shared, $all);
my $before = noise($size * $mib);

put($big, $before);
put('Apps/small.qvf', 'small');
put('CustomData/empty', '');
run_command([ 'cp', '--reflink=always', "$share_dir/$big", "$share_dir/../clone" ]);
($shared, $all) = extents("$share_dir/../clone");
cmp_ok($shared, '>', 0, 'this file system lets files share their content');
unlink "$share_dir/../clone" or die "clone: $!";
system('sync', '-f', $tool_dir) == 0 or die 'sync';

my $used = used();
($code, $out, $err) = snapshot($conf, 'create', 'one');
is("$code $err", '0 ', 'a snapshot is made');
cmp_ok(used() - $used, '<', $size / 2, "it takes no place for $size MiB");
my $copy = "$store_dir/one/share/Qlik/$big";
($shared, $all) = extents($copy);
cmp_ok($shared, '>', 0, 'the copy has the share\'s blocks');
is($shared, $all, 'all of them');
isnt((stat $copy)[1], (stat "$share_dir/$big")[1], 'and is a file of its own');
is((stat $copy)[2] & 0222, 0, 'that nobody writes');
is(slurp_file("$store_dir/one/share/Qlik/CustomData/empty"), '', 'an empty file, too');
($code, $out, $err) = snapshot($conf, 'verify', 'one');
is("$code $err", '0 ', 'all is what the manifest says');

# Written in its midst, in place
open my $file, '+<', "$share_dir/$big" or die "$big: $!";
seek $file, 10 * $mib, 0;
print $file 'changed at the active site';
close $file or die "$big: $!";
ok(slurp_file($copy) eq $before, 'what is written into the share is not in the snapshot');
($code, $out, $err) = snapshot($conf, 'verify', 'one');
is("$code $err", '0 ', 'which is still whole');
system('sync', '-f', $tool_dir) == 0 or die 'sync';

until_not_fresh();
$used = used();
($code, $out, $err) = snapshot($conf, 'create', 'two');
is("$code $err", '0 ', 'another one');
cmp_ok(used() - $used, '<', $size / 2, "costs no $size MiB, though the file has changed");
ok(slurp_file("$store_dir/two/share/Qlik/$big") eq slurp_file("$share_dir/$big"),
	'it has what is in the share now');
is((stat "$store_dir/two/share/Qlik/Apps/small.qvf")[1],
	(stat "$store_dir/one/share/Qlik/Apps/small.qvf")[1],
	'what has not changed is a further name of the former one\'s');
($code, $out, $err) = snapshot($conf, 'verify', 'two');
is("$code $err", '0 ', 'it is whole');

done_testing();
