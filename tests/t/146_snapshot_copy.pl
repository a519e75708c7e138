# "snapshot copy": whole at the other site, or not there; only what is not there
# yet goes; what was killed is gone on with.
use strict;
use warnings FATAL => 'all';

use File::Path qw(remove_tree);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplSsh;
use QsreplStore;
use QsreplTest;
use QsreplTool;
use Test::More;
use Time::HiRes ();

my %store = make_store();
my ($a, $b) = @{ $store{snapshots} }{qw(A B)};
my $conf = $store{conf}{A};
my ($code, $out, $err, $found);

sub copy
{
	my ($with, @words) = @_;

	return qsrepl('snapshot', 'copy', '--to', 'B', '--config', $with, @words);
}

sub hidden
{
	my ($dir) = @_;

	opendir my $handle, $dir or die "$dir: $!";
	return join ' ', grep { /^\./ && !/^\.\.?$/ && !/lock$/ } sort readdir $handle;
}

is((qsrepl('snapshot', 'create', 'one', '--config', $conf))[0], 0, 'a snapshot is made');
($code, $out, $err) = copy($conf, 'one');
is($code, 0, 'it is copied to a directory of this machine') or diag($err);
like($out, qr/^copied snapshot "one" to site B: \d+ files, .* verified there$/, 'as is told');
is_deeply([ snapshot_files("$b/one") ], [ snapshot_files("$a/one") ], 'all files are there');
is(hidden($b), '', 'and nothing else');
($code, $found) = findings($store{conf}{B}, 'one');
is($code, 0, 'it is whole there');
ok(inode("$a/one/share/main/Apps/app1.qvf") != inode("$b/one/share/main/Apps/app1.qvf"), 'on its own');

# The second one costs what has changed, there too.
put_file("$store{share}/Apps/app1.qvf", 'other content');
is((qsrepl('snapshot', 'create', 'two', '--config', $conf))[0], 0, 'a second snapshot');
is((copy($conf, 'two'))[0], 0, 'is copied');
is(inode("$b/one/share/main/Apps/app2.qvf"), inode("$b/two/share/main/Apps/app2.qvf"), 'what is the same is linked');
isnt(inode("$b/one/share/main/Apps/app1.qvf"), inode("$b/two/share/main/Apps/app1.qvf"), 'what is not is not');

# Of one name: the old one stays until the new one is whole.
is((qsrepl('snapshot', 'create', 'one', '--config', $conf))[0], 0, 'the first is made anew');
($code, $out, $err) = copy($conf, 'one');
is("$code $err", '0 ', 'and copied over the old one');
is(slurp_file("$b/one/share/main/Apps/app1.qvf"), 'other content', 'which is replaced');
is(hidden($b), '', 'nothing of it is left');

# A file there that only looks the same.
{
	my $path = "$b/two/share/main/Apps/app3.qvf";
	my @time = (stat $path)[ 8, 9 ];
	my $length = -s $path;

	remove_tree("$b/one", "$a/one");
	is((qsrepl('snapshot', 'create', 'three', '--config', $conf))[0], 0, 'a third snapshot');
	chmod 0600, $path;
	put_file($path, 'z' x $length);
	system_or_bail('touch', '-r', "$a/two/share/main/Apps/app3.qvf", $path);
	chmod 0400, $path;
	($code, $out, $err) = copy($conf, 'three');
	is("$code $err", '0 ', 'a damaged file there does not get into a copy');
	is(slurp_file("$b/three/share/main/Apps/app3.qvf"), slurp_file("$a/three/share/main/Apps/app3.qvf"), 'which has the right one');
}

# Damaged here.
flip_bit("$a/three/share/main/Apps/app4.qvf", 5);
remove_tree("$b/two", "$b/three");
($code, $out, $err) = copy($conf, 'three');
is($code, 8, 'a damaged snapshot');
like($err, qr/what has come at site "B" is not the snapshot\n.*file "share\/main\/Apps\/app4\.qvf" has other content than when the snapshot was made/, 'is not one there');
ok(!-e "$b/three", 'nor has its name');
flip_bit("$a/three/share/main/Apps/app4.qvf", 5);
($code, $out, $err) = copy($conf, 'three');
is("$code $err", '0 ', 'mended, it goes');

# What is wrong before anything is done.
foreach my $case (
	[ 'none', qr/there is no snapshot/, 3 ],
	[ 'a/b', qr/invalid name of a snapshot/, 3 ],
	[ [ '--to', 'A', 'three' ], qr/site "A" is this machine's/, 3 ],
	[ [ '--to', 'C', 'three' ], qr/site "C"/, 2 ])
{
	my ($words, $message, $expected) = @$case;

	($code, $out, $err) = qsrepl('snapshot', 'copy', '--config', $conf, ref $words ? @$words : ('--to', 'B', $words));
	is($code, $expected, 'refused');
	like($err, $message, 'with its message');
}
put_file("$a/old/QSR_backup.tar", 'x');
($code, $out, $err) = copy($conf, 'old');
like($err, qr/is of the Snapshots tool, and is not copied/, 'a folder of the Snapshots tool is refused');

# To a machine that only ssh leads to.
my $ssh = start_ssh(dir => "$tool_dir/ssh", addresses => ['127.0.45.2']);
my @way = $ssh->words('127.0.45.2');
my $shell = join ' ', @way[ 0 .. $#way - 1 ];
my $elsewhere = "$store{dir}/elsewhere b";
my $there = store_conf('B', file => "$tool_dir/there.conf", change => [ qr/^snapshot_directory = \Q$b\E$/m => "snapshot_directory = $elsewhere" ]);
my $far = store_conf(
	'A',
	file => "$tool_dir/far.conf",
	host => { B => '127.0.45.2' },
	B => "remote_command = @way env QSREPL_CONFIG=$there $qsrepl_program\nsnapshot_ssh_command = $shell\n"
	  . "snapshot_remote = 127.0.45.2:$elsewhere\n");

mkdir $elsewhere, 0700;
($code, $out, $err) = copy($far, 'three');
is("$code $err", '0 ', 'by ssh, into a directory with a blank');
is_deeply([ snapshot_files("$elsewhere/three") ], [ snapshot_files("$a/three") ], 'all files are there');
is((copy($far, 'two'))[0], 0, 'the next one');
is(inode("$elsewhere/three/share/main/Apps/app2.qvf"), inode("$elsewhere/two/share/main/Apps/app2.qvf"), 'is linked there');
ok(!-e "$b/two", 'and nothing went elsewhere');

# Killed at random times: what is there is always whole, and it ends at last.
{
	my $rounds = scaled(6);
	my $killed = 0;
	my $wrong = 0;

	put_file("$store{share}/Apps/big.qvf", join '', map { pack 'L', rand 2**32 } 1 .. 2_000_000);
	is((qsrepl('snapshot', 'create', 'big', '--config', $conf))[0], 0, 'one that takes its time');
	seed_random();
	foreach my $round (1 .. $rounds)
	{
		$killed += run_killed_later(20 + rand(600), 'snapshot', 'copy', 'big', '--to', 'B', '--config', $far);
		if (-e "$elsewhere/big")
		{
			$wrong++ if (findings($there, 'big'))[0] != 0;
			remove_tree("$elsewhere/big") if $round < $rounds;
		}
	}
	cmp_ok($killed, '>', 0, "killed $killed times of $rounds");
	is($wrong, 0, 'nothing that can be seen is not whole');
	($code, $out, $err) = copy($far, 'big');
	is("$code $err", '0 ', 'the same command ends it');
	($code, $found) = findings($there, 'big');
	is($code, 0, 'and it is whole');
	is(hidden($elsewhere), '', 'nothing is left of the killed ones');
}

# What had come is not sent again: at first no large file gets through.
{
	my $programs = "$tool_dir/programs";
	my ($rsync) = grep { -x } map { "$_/rsync" } split /:/, $ENV{PATH};
	local $ENV{PATH} = "$programs:$ENV{PATH}";

	mkdir $programs;
	put_file("$programs/rsync", "#!/bin/sh\n$rsync --max-size=100000 \"\$@\"\nexit 23\n");
	chmod 0755, "$programs/rsync";
	remove_tree("$elsewhere/$_") foreach 'big', 'two', 'three';
	($code, $out, $err) = copy($far, 'big');
	is($code, 8, 'a copy that stops midway') or diag("$out$err");
	like($err, qr/The same command goes on with what has come/, 'which is told');
	put_file("$programs/rsync", "#!/bin/sh\nexec $rsync --log-file=$tool_dir/sent.log --log-file-format='sent %l %b %n' \"\$@\"\n");
	($code, $out, $err) = copy($far, 'big');
	is("$code $err", '0 ', 'is gone on with');
	my %sent = slurp_file("$tool_dir/sent.log") =~ /sent \d+ ([1-9]\d*) (\S+[^\/\n])$/mg;
	is(join(' ', sort values %sent), 'share/main/Apps/big.qvf', 'and sends what had not come, and nothing else');
}

# Two at the same time.
{
	my $run = IPC::Run::start([ $qsrepl_program, 'snapshot', 'copy', 'big', '--to', 'B', '--config', $far ], '<', \'', '>', \my $o, '2>', \my $e);

	for (1 .. 1000)
	{
		last if -s "$a/.copy.lock";
		Time::HiRes::usleep(2000);
	}
	($code, $out, $err) = copy($far, 'three');
	$run->finish;
	ok($code == 6 || $code == 0, 'a second copy waits for nobody');
	is(($run->full_results)[0], 0, 'the first one is not disturbed');
}

done_testing();
