# What a restore does with hard names, links, newer files and a lack of room; a
# whole folder of the Snapshots tool; and the bootstrap of the central node.
use strict;
use warnings FATAL => 'all';

use File::Path qw(make_path remove_tree);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplRestore;
use QsreplTest;
use QsreplTool;
use QsreplTransport;
use Test::More;

my $recovery = recovery_key('recovery');
my $ran = "$tool_dir/bootstrapped";
write_file("$tool_dir/Host.cfg", 'Q04=');
write_file("$tool_dir/bootstrap", "#!/bin/sh\ncd $tool_dir/services\n" . "echo \"\$*: \$(cat QlikSenseServiceDispatcher.state) \$(cat QlikSenseRepositoryService.state)\" >>$ran\n");
chmod 0755, "$tool_dir/bootstrap";
my $world = make_world(
	node => "bootstrap_command = $tool_dir/bootstrap -bootstrap -standalone\n",
	sections => "[certificates]\nkey_directory = $tool_dir/keys_A\nrecovery_certificate = $recovery.crt\n",
	A => "snapshot_directory = $tool_dir/snapshots\nhost_cfg = $tool_dir/Host.cfg\n");
my $node = $world->{node}{A};
my $share = $world->{share};
my @at = ('--yes', '--replace-active', 'A', '--config', $world->{conf}{A});
my ($code, $out, $err, $killed);

$node->safe_psql('postgres', 'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots');
qsrepl('cert', 'keys', '--config', $world->{conf}{A});

sub restore
{
	($code, $out, $err) = qsrepl('snapshot', 'restore', @_, @at);
	return;
}

sub contents
{
	return { map { $_ => -e "$share/Apps/$_" ? slurp_file("$share/Apps/$_") : undef } @_ };
}

# Names that are hard: new, and in the place of others.
my @names = ('a b', q(it's), 'say "x"', "new\nline", "cr\rtab\t", '-rf', '*', '[x]', "d\xc3\xa9j\xc3\xa0", "bad\xff\xfe", 'n' x 250,
	' lead', 'trail ', '$HOME `id`', 'twin', 'TWIN');
write_file("$share/Apps/$_", "content of $_", 1_500_000_000) foreach @names;
($code, $out, $err) = qsrepl('snapshot', 'create', 'hard', '--config', $world->{conf}{A});
is($code, 0, 'a snapshot with hard names') or diag("$out$err");
my $was = contents(@names);
unlink map { "$share/Apps/$_" } @names;
restore('hard', '--files-only');
is($code, 0, 'is restored where they are gone') or diag("$out$err");
is_deeply(contents(@names), $was, 'all of them');
write_file("$share/Apps/$_", "other content of $_", 1_400_000_000) foreach @names;
restore('hard', '--files-only');
is($code, 0, 'and where there are others') or diag("$out$err");
is_deeply(contents(@names), $was, 'which it replaces');

# The name of the central node goes with it.
is(slurp_file("$tool_dir/snapshots/hard/server/Host.cfg"), 'Q04=', 'the snapshot has Host.cfg');

# Newer files count.
write_file("$share/Apps/$_", 'newer', 1_900_000_000) foreach 'one.qvf', 'two.qvf';
my $before = tree($share);
restore('hard', '--files-only', '--max-change', 0);
is($code, 6, 'newer files are not replaced just so');
like($err, qr/0 files would be removed, and 2 replaced by older ones, of \d+; 0 are in order/, 'they are counted');
restore('hard', '--files-only', '--max-change', 0, '--accept-change', 1);
is($code, 6, 'nor are more than accepted');
is(tree($share), $before, 'all is as it was');

# No room: for files, and for databases.
foreach my $case ([ 'share_A', '--files-only', qr/share "content" needs .* of space, and has 0/ ], [ 'site_a_data', '--database-only', qr/the databases need about .* of space in "[^"]*site_a_data[^"]*", which has 0/ ])
{
	my ($directory, $part, $message) = @$case;

	($killed, $code, $out, $err) = qsrepl_killed({ NO_ROOM => $directory }, 'snapshot', 'restore', 'hard', $part, '--max-change', 100, @at);
	is($code, 6, "$part without room");
	like($err, $message, 'is refused');
	like($err, qr/Make room.*Nothing was changed\./s, 'before anything is changed');
	is(tree($share), $before, 'all is as it was');
}
restore('hard', '--files-only', '--max-change', 0, '--accept-change', 2);
is($code, 0, 'newer ones that are accepted') or diag("$out$err");
is(slurp_file("$share/Apps/one.qvf"), 'Apps/one.qvf in the snapshot', 'are replaced');

# Links that lead out of the share: in a folder's place, and in a root's.
make_path("$tool_dir/outside/er");
write_file("$tool_dir/outside/er/three.qvf", 'outside');
remove_tree("$share/Apps/deep");
symlink "$tool_dir/outside", "$share/Apps/deep";
$before = tree($share) . tree("$tool_dir/outside");
restore('hard', '--files-only', '--max-change', 100);
is($code, 6, 'a folder that is a link by now');
like($err, qr/share "content": 1 names are a file in the snapshot and a folder or link at the site.*Nothing was changed/s, 'is refused');
is(tree($share) . tree("$tool_dir/outside"), $before, 'and nothing goes through it');
unlink "$share/Apps/deep";
rename "$share/Apps", "$tool_dir/apps_outside";
symlink "$tool_dir/apps_outside", "$share/Apps";
$before = tree("$tool_dir/apps_outside");
restore('hard', '--files-only', '--max-change', 100);
isnt($code, 0, 'a folder of the share that is a link');
like($err, qr/"Apps" below "[^"]*share_A" is not a folder but a link or a file.*Nothing was changed/s, 'is told');
is(tree("$tool_dir/apps_outside"), $before, 'and nothing goes through it');
unlink "$share/Apps";
rename "$tool_dir/apps_outside", "$share/Apps";

# A whole folder of the Snapshots tool. Its databases have other names here.
my @databases = ('QSR', 'SenseServices', 'Licenses');
my $conf = write_private("$tool_dir/legacy.conf", slurp_file($world->{conf}{A}) =~ s/^databases = .*/databases = @databases/mr);
foreach my $db (@databases)
{
	$node->safe_psql('postgres', "CREATE DATABASE \"$db\" OWNER qliksenserepository");
	$node->safe_psql($db, "CREATE TABLE mark AS SELECT '$db'::text AS was; ALTER TABLE mark OWNER TO qliksenserepository");
}
is((qsrepl('setup', 'primary', '--yes', '--site', 'A', '--config', $conf))[0], 0, 'other databases are set up');
$node->_update_pid(1);
$node->safe_psql('postgres', 'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots');
my $folder = legacy_snapshot($node, "$tool_dir/legacy", databases => \@databases, root => q(\\\\CN\\QlikShare), share => $share, folders => [ 'Apps', 'StaticContent' ]);
foreach my $name ('root', 'server', 'client')
{
	PostgreSQL::Test::Utils::system_or_bail('openssl', 'pkcs12', '-export', '-in', "$tool_dir/certificates_old/$name.pem",
		'-inkey', "$tool_dir/certificates_old/${name}_key.pem", '-out', "$folder/$name.pfx", '-passout', 'pass:QlikSense');
}
$node->safe_psql($_, q(UPDATE mark SET was = 'changed')) foreach @databases;
write_file("$share/Apps/one.qvf", 'changed', 1_600_000_000);
unlink $ran;
@at = ('--yes', '--replace-active', 'A', '--config', $conf);
restore($folder, '--max-change', 100);
is($code, 0, 'a whole folder of the Snapshots tool') or diag("$out$err");
is(join(' ', map { $node->safe_psql($_, 'SELECT was, qsrepl._state_word() FROM mark') } @databases), join(' ', map { "$_|local" } @databases), 'its three databases');
is(slurp_file("$share/Apps/one.qvf"), 'Apps/one.qvf in the snapshot', 'its files');
is((qsrepl('cert', 'compare', '--folder', "$tool_dir/certificates_old", '--site', 'A', '--config', $conf))[0], 0, 'and its certificates, with the password that everybody knows');
is(slurp_file($ran), "-bootstrap -standalone: running stopped\n", 'the central node was bootstrapped, before its repository started');
$node->stop;
done_testing();
