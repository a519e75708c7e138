# "snapshot prune": which snapshots go, which stay and why, and that a run that
# is killed leaves nothing that looks like one.
use strict;
use warnings FATAL => 'all';

use JSON::PP ();
use PostgreSQL::Test::Utils;
use QsreplSnapshot;
use QsreplTool;
use Test::More;

my $node = bare_server('site_a');
my %node = (A => $node, B => bare_server('site_b'));
my ($code, $out, $err);

$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE qsr');
put('Apps/1.qvf', 'app');
my $conf = snapshot_conf('A', \%node, main => "databases = qsr\n", sections => "[snapshot]\nkeep_last = 2\n");

is((snapshot($conf, 'create', 'model', '--quiet'))[0], 0, 'one to copy');
rename "$store_dir/model", "$tool_dir/model" or die $!;

# A snapshot as of another time: its manifest says so.
sub make
{
	my ($name, $day, %opt) = @_;
	my $manifest = slurp_file("$tool_dir/model/manifest.json");
	my $ms = ($day * 86_400 + ($opt{hour} // 12) * 3600) * 1000;
	my $dir = $store_dir . "/$name";

	PostgreSQL::Test::Utils::system_or_bail('cp', '-Rl', "$tool_dir/model", $dir);
	$manifest =~ s/^ "begun_ms": \d+/ "begun_ms": $ms/m;
	$manifest =~ s/^ "name": "model"/ "name": "$name"/m;
	$manifest =~ s/^ "kind": "fixed"/' "kind": "' . ($opt{kind} \/\/ 'dated') . '"'/me;
	$manifest =~ s/^ "site": "A"/' "site": "' . ($opt{site} \/\/ 'A') . '"'/me;
	put_manifest($dir, $manifest);
	return;
}

# Names of those that would be removed, or were.
sub pruned
{
	($code, $out, $err) = snapshot($conf, 'prune', @_);
	return "$code $err" if $code != 0;
	return join ' ', $out =~ /^(?:would remove|removed) (\S+): /mg;
}

is(pruned(), '', 'none');
# 2026-03-02 is a Monday, and day 20514.
make("d$_", 20500 + $_) foreach 10 .. 30;
make('morning', 20530, hour => 3);
is(pruned('--dry-run'), join(' ', (map { "d$_" } 10 .. 29)), 'the last two stay, as configured');
is(scalar snapshots_in($store_dir), 22, 'a dry run removes nothing');
is(pruned('--dry-run', '--keep-last', 1, '--keep-daily', 3), join(' ', (map { "d$_" } 10 .. 27), 'morning'), 'the newest of each of three days');
is(pruned('--dry-run', '--keep-last', 1, '--keep-weekly', 3), join(' ', (map { "d$_" } grep { $_ != 20 && $_ != 27 } 10 .. 29), 'morning'), 'and of weeks from Monday to Sunday');
is(pruned('--dry-run', '--keep-last', 0, '--keep-monthly', 12), join(' ', (map { "d$_" } grep { $_ != 12 } 10 .. 29), 'morning'), 'and of months');
like($out, qr/^kept d12: the newest of its month\n/m, 'it says why it stays');
is(pruned('--dry-run', '--keep-last', 0), join(' ', (map { "d$_" } 10 .. 29), 'morning'), 'the newest stays always');
like($out, qr/^kept d30: the newest whole one\n/m, 'which is told');
like(pruned('--keep-last', $_), qr/^2 qsrepl: error: invalid value "\Q$_\E" for option --keep-last\nqsrepl: hint: It is a number from 0 to 10000/, "--keep-last $_")
  foreach '-1', 'x', '1x', '10001', '';

# Others' kinds.
make('weekly', 20000, kind => 'fixed');
make('safe1', 20001, kind => 'safety');
make('safe2', 20002, kind => 'safety');
make('of_b1', 20003, site => 'B');
make('of_b2', 20004, site => 'B');
make('of_b3', 20005, site => 'B');
make('broken', 20540);
chmod 0700, "$store_dir/broken/databases/qsr";
unlink "$store_dir/broken/databases/qsr/toc.dat";
mkdir "$store_dir/nothing";
is(pruned('--dry-run'), join(' ', 'safe1', 'of_b1', map { "d$_" } 10 .. 29), 'fixed names, the newest safety snapshot, what is broken, and two of each site stay');
like($out, qr/^kept $_$/m, "kept $_")
  foreach 'weekly: its name was given', 'safe2: the newest safety snapshot', 'broken: broken: look at it, and remove it by hand', 'of_b3: one of the last';
unlike($out, qr/nothing/, 'what is no snapshot is not told of');
unlink "$store_dir/d30/share/Qlik/Apps/1.qvf";
is(pruned('--dry-run', '--keep-last', 0, '--keep-daily', 0), join(' ', 'safe1', 'of_b1 of_b2', map({ "d$_" } 10 .. 29)), 'the newest that is whole stays, not the newest');
like($out, qr/^kept morning: the newest whole one\n/m, 'which is told');

# As JSON, and done.
($code, $out, $err) = snapshot($conf, 'prune', '--json', '--dry-run');
my %fate = map { $_->{name} => $_ } @{ JSON::PP::decode_json($out) };
is(join(' ', map { $_ ? 'true' : 'false' } @{ $fate{d10} }{qw(keep removed)}), 'false false', 'JSON: would be removed');
is($fate{weekly}{why}, 'its name was given', 'and why it stays');
my @before = snapshots_in($store_dir);
my ($killed) = snapshot_stepped({ STEP_KILL => 12 }, $conf, 'prune');
ok($killed, 'killed');
is_deeply([ map { problems_of("$store_dir/$_") } grep { !/^\.|^nothing$|^broken$|^d30$/ } snapshots_in($store_dir) ], [], 'what can be seen is whole');
unlike(pruned(), qr/^\d/, 'again');
is(join(' ', snapshots_in($store_dir)), join(' ', sort qw(broken d29 d30 morning nothing of_b2 of_b3 safe2 weekly)), 'what stays is there');
is_deeply([ map { problems_of("$store_dir/$_") } qw(morning weekly safe2 of_b3) ], [], 'and whole');

done_testing();
