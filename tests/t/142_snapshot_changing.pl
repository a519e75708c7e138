# A share that changes while a snapshot is made of it, and many files: 10,000,
# with QSREPL_SCALE of 2 or more 100,000.
use strict;
use warnings FATAL => 'all';

use File::Basename qw(basename);
use PostgreSQL::Test::Utils;
use QsreplSnapshot;
use QsreplTool;
use Test::More;
use Time::HiRes ();

my $node = bare_server('site_a');
my %node = (A => $node, B => bare_server('site_b'));
my $files = ($ENV{QSREPL_SCALE} // 1) < 2 ? 10_000 : 100_000;
my ($killed, $code, $out, $err);

$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE qsr');
put('Apps/quiet.qvf', 'quiet');
put('Apps/gone.qvf', 'gone');
put('Apps/busy.qvf', 'busy');
put('Apps/changed/link.qvf', 'to be a link');
my $conf = snapshot_conf('A', \%node, main => "databases = qsr\n");

# It is removed between the list and its copy.
($killed, $code, $out, $err) = snapshot_stepped({ STEP_VANISH => 'gone.qvf' }, $conf, 'create', 'vanished');
is($code, 0, 'a file that vanishes is no error');
is($err, "qsrepl: warning: vanished: 1 file vanished while the snapshot was made\nqsrepl: detail: \"share/Qlik/Apps/gone.qvf\".\n", 'it is told');
is_deeply([ problems_of("$store_dir/vanished") ], [], 'the rest is whole');
ok(!-e "$store_dir/vanished/share/Qlik/Apps/gone.qvf", 'and without it');
put('Apps/gone.qvf', 'gone');

# Somebody puts a link in its place, which leads out of the share.
($killed, $code, $out, $err) = snapshot_stepped({ STEP_REPLACE => 'link.qvf' }, $conf, 'create', 'replaced');
is($code, 0, 'a file that becomes a link');
like($err, qr/1 file vanished/, 'is gone');
is_deeply([ problems_of("$store_dir/replaced"), grep { /link/ } keys %{ files_of("$store_dir/replaced") } ], [], 'the link is not followed');

# A folder becomes a link, between the list and the copy of what is in it.
unlink "$share_dir/Apps/changed/link.qvf";
mkdir "$tool_dir/outside";
append_to_file("$tool_dir/outside/secret.qvf", 'outside of the share');
rmdir "$share_dir/Apps/changed";
symlink "$tool_dir/outside", "$share_dir/Apps/changed";
($code, $out, $err) = snapshot($conf, 'create', 'folder');
is($code, 0, 'a folder that is a link');
is_deeply([ grep { /secret|changed/ } keys %{ files_of("$store_dir/folder") } ], [], 'is not entered');
unlink "$share_dir/Apps/changed";

# It grows each time that it is read.
put('Apps/busy.qvf', 'busy again');
until_not_fresh();
($killed, $code, $out, $err) = snapshot_stepped({ STEP_CHANGE => 'busy.qvf' }, $conf, 'create', 'unstable', '--quiet');
is($code, 0, 'a file that changes while it is read is no error');
like($err, qr/^qsrepl: warning: unstable: 1 file changed each time that it was read\nqsrepl: detail: "share\/Qlik\/Apps\/busy.qvf"\.\nqsrepl: hint: What is in the snapshot may be torn/, 'it is told, quietly too');
my ($busy) = grep { $_->{path} =~ /busy/ } @{ manifest_of("$store_dir/unstable")->{files} };
ok($busy->{unstable}, 'the manifest says so');
is_deeply([ problems_of("$store_dir/unstable") ], [], 'and has what was copied');
until_not_fresh();
($code, $out, $err) = snapshot($conf, 'create', 'stable');
is("$code $err", '0 ', 'the next one reads it again');
is(
	slurp_file("$store_dir/stable/share/Qlik/Apps/busy.qvf"),
	slurp_file("$share_dir/Apps/busy.qvf"),
	'and has all of it');

# Another content of the same size and time: seen by when it was changed in
# any way, which nobody can set.
my ($read, $changed) = (Time::HiRes::stat "$share_dir/Apps/quiet.qvf")[ 8, 9 ];
put('Apps/quiet.qvf', 'QUIET');
Time::HiRes::utime $read, $changed, "$share_dir/Apps/quiet.qvf";
is((snapshot($conf, 'create', 'disguised'))[0], 0, 'another content of the same size and time');
is(slurp_file("$store_dir/disguised/share/Qlik/Apps/quiet.qvf"), 'QUIET', 'is copied');

# pg_dump makes the directory of its dump itself, and refuses one that somebody
# else makes meanwhile: here it takes its time, while the share is long done.
my $real = (PostgreSQL::Test::Utils::run_command([ 'pg_config', '--bindir' ]))[0];
my $slow = "$tool_dir/slow";
mkdir $slow or die "$slow: $!";
symlink $_, "$slow/" . basename($_) or die "$_: $!" foreach grep { !/\/pg_dump$/ } glob "$real/*";
write_file("$slow/pg_dump", <<"SH");
#!/bin/sh
for word; do
	case \$word in --file=*) directory=\${word#--file=} ;; esac
done
sleep 1
[ ! -e "\$directory" ] || { echo "could not create directory: File exists" >&2; exit 1; }
exec "$real/pg_dump" "\$@"
SH
chmod 0755, "$slow/pg_dump";
my $slowly = "$tool_dir/slowly.conf";
write_file($slowly, slurp_file($conf) =~ s/^bin_directory = .*$/bin_directory = $slow/mgr);
chmod 0600, $slowly;
($code, $out, $err) = snapshot($slowly, 'create', 'slowly');
is("$code $err", '0 ', 'a dump that begins late has its directory for itself');

# Many files; one of a hundred changes.
put(sprintf('StaticContent/%02d/%06d.png', $_ % 50, $_), 'x' x ($_ % 3000)) foreach 1 .. $files;
until_not_fresh();
my $began = Time::HiRes::time();
is((snapshot($conf, 'create', 'many'))[0], 0, "$files files");
note sprintf 'first: %.2f s', Time::HiRes::time() - $began;
foreach my $i (map { $_ * 100 } 1 .. $files / 100)
{
	put(sprintf('StaticContent/%02d/%06d.png', $i % 50, $i), 'y' x ($i % 2000 + 1));
}
$began = Time::HiRes::time();
($code, $out, $err) = snapshot($conf, 'create', '--json');
note sprintf 'next: %.2f s', Time::HiRes::time() - $began;
is($code, 0, 'of which one in a hundred has changed');
my $told = JSON::PP::decode_json($out);
my $found = files_of($told->{directory});
my @alone = grep { m{StaticContent/} && $found->{$_}[3] == 1 } keys %$found;
is(scalar @alone, $files / 100, 'what has changed takes its own place, the rest takes none');
is_deeply([ problems_of($told->{directory}), problems_of("$store_dir/many") ], [], 'both are whole');

done_testing();
