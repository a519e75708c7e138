# A restore of files alone at the active site of a pair: the passive site is not
# held, which is told, and gets the content by the next sync. What may be torn in
# a snapshot is told before anything is restored.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplShare;
use QsreplTest;
use Test::More;

my %node = make_tool_pair();
my %root = %share_root;
my $store = "$tool_dir/snapshots";
my ($code, $out, $err);

mkdir $store, 0700 or die $!;
share_confs(\%node);

sub conf_with
{
	my ($name, %opt) = @_;

	return conf_file('A', \%node, A => "snapshot_directory = $store\n", sections => share_section(max_change => 100, %opt), file => "$tool_dir/$name.conf");
}

my $conf = conf_with('restore');

sub restore
{
	my (@words) = @_;

	($code, $out, $err) = qsrepl('snapshot', 'restore', 'one', '--config', $conf, @words);
	return;
}

put($root{A}, "Apps/$_.qvf", "app $_", 1_500_000_000) foreach 1 .. 5;
is((sync($conf, '--initial'))[0], 0, 'both have the same');
($code, $out, $err) = qsrepl('snapshot', 'create', 'one', '--quiet', '--config', $conf);
is($code, 0, 'a snapshot') or diag $err;
put($root{A}, "Apps/$_.qvf", "later $_", 1_600_000_000) foreach 1, 2;
is((sync($conf))[0], 0, 'both have what came later');

# Told, and only where it is so.
my $not_held = qr/^Site B is not held, since no rows change: what is restored goes on to its share, by the next "qsrepl share sync" or by what else replicates it\.$/m;
restore('--files-only', '--replace-active', 'A', '--dry-run');
is($code, 0, 'a dry run') or diag $err;
like($out, $not_held, 'tells that site B is not held') or diag "$out$err";
unlike($out, qr/torn|is held/, 'and no more');
restore('--replace-active', 'A', '--dry-run');
is($code, 0, 'with databases') or diag $err;
like($out, qr/^Site B is held as it is, as the way back\.$/m, 'it is held');
unlike($out, $not_held, 'which is told');
restore('--files-only', '--yes');
is($code, 6, 'the active site has to be named');

# Files that were changing while the snapshot was made.
my $manifest = slurp_file("$store/one/manifest.json");
my $n = $manifest =~ s/("path": "share\/qlik\/Apps\/[1-4]\.qvf".*)\}/$1, "unstable": true}/g;
is($n, 4, 'files that are marked');
chmod 0700, "$store/one";
put_manifest("$store/one", $manifest);
my $torn = qr/^Warning: 4 files were changing while the snapshot was made, and may be torn: "share\/qlik\/Apps\/1\.qvf", "share\/qlik\/Apps\/2\.qvf", "share\/qlik\/Apps\/3\.qvf", \.\.\.\.$/m;
restore('--database-only', '--replace-active', 'A', '--dry-run');
is($code, 0, 'a restore of databases') or diag $err;
unlike($out, qr/torn/, 'has none of them');
restore('--replace-active', 'A', '--dry-run');
like($out, $torn, 'one of all tells them') or diag "$out$err";

# Restored: site B's databases follow all the time, and its content does not change.
my $before = tree($root{B});
restore('--files-only', '--replace-active', 'A', '--yes');
is($code, 0, 'restored') or diag "$out$err";
like($err, $torn, 'what may be torn is told before');
like($err, $not_held, 'and that site B is not held');
is(get($root{A}, "Apps/$_.qvf"), "app $_", "app $_ is as in the snapshot") foreach 1, 2;
is_deeply(tree($root{B}), $before, 'site B has what it had');
is($node{B}->safe_psql('postgres', 'SELECT pg_is_wal_replay_paused()'), 'f', 'it follows');

# As docs/restore.md says: the next sync takes it there, within its limit.
my $limited = conf_with('limited', max_change => 10);
($code, $out, $err) = sync($limited);
is($code, 6, 'more than the limit of a sync is refused') or diag "$out$err";
is_deeply(tree($root{B}), $before, 'so site B has still what it had');
is((sync($limited, '--share', 'qlik', '--accept-change', 2))[0], 0, 'accepted by number');
is_deeply(tree($root{B}, 'Apps'), tree($root{A}, 'Apps'), 'site B has what was restored');
is_deeply(trash('B'), { map { ("Apps/$_.qvf" => [ "app $_", "later $_" ]) } 1, 2 }, 'and all that it had in its trash');

# A site that is silent does not matter: nothing is held.
$node{B}->stop;
restore('--files-only', '--replace-active', 'A', '--dry-run');
is($code, 0, 'site B is silent') or diag $err;
like($out, $not_held, 'that is told all the same');
$node{A}->stop;
done_testing();
