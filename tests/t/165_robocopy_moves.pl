# Moves with a share that robocopy carries: the last pass of a switchover, and
# what a site that comes back alone has.
use strict;
use warnings FATAL => 'all';

use File::Path qw(make_path);
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplShare;
use QsreplTool;
use QsreplWindowsShare qw(windows_share);
use Test::More;

my $control = PostgreSQL::Test::Utils::tempdir_short() . '/%C';
my $share = windows_share('127.0.47.3', ssh => "-o ControlMaster=auto -o ControlPersist=60 -o ControlPath=$control");
my %options = (sections => $share->sections(share => "mapping = share\n"));
my %nodes = make_tool_pair(%options);
my %conf = map { $_ => conf_file($_, \%nodes, %options) } 'A', 'B';
my ($code, $out, $err);

%share_root = %{ $share->{root} };
make_path(values %share_root);

sub tool
{
	my ($site, @words) = @_;

	($code, $out, $err) = qsrepl(@words, '--config', $conf{$site});
	$_->_update_pid(-1) foreach values %nodes;
	return;
}

put($share_root{A}, "Apps/app $_", "app $_", 1_500_000_000 + $_) foreach 1 .. 20;
tool('A', 'share', 'sync', '--initial', '--yes');
is($code, 0, 'content is at B') or diag("$out$err");

# What was written just before goes along.
put($share_root{A}, 'Apps/last', 'last', 1_600_000_000);
tool('B', 'switchover', '--to', 'B', '--yes');
is($code, 0, 'switchover') or diag("$out$err");
is(get($share_root{B}, 'Apps/last'), 'last', 'what was written last has come');
is_deeply([ map { marker($_)->{role} } 'A', 'B' ], [ 'target', 'source' ], 'the markers have changed sides');

# B goes on; A takes over, and B comes back with what only it has.
put($share_root{B}, 'Apps/new at B', 'new', 1_600_000_001);
tool('A', 'share', 'sync', '--yes');
is(get($share_root{A}, 'Apps/new at B'), 'new', 'content now goes to A') or diag("$code$out$err");
put($share_root{B}, 'Apps/only at B', 'only B', time);
put($share_root{B}, 'Apps/app 1', 'newer at B', time);
kill_server($nodes{B});
tool('A', 'failover', '--to', 'A', '--yes', '--accept-data-loss', 'unknown');
is($code, 0, 'failover') or diag("$out$err");
tool('B', 'rejoin', 'B', '--yes');
is($code, 0, 'rejoin') or diag("$out$err");
my ($salvaged) = glob qq("$share_root{B}/.qsrepl-salvage"/*);
is_deeply([ map { get($salvaged // '', "Apps/$_") } 'only at B', 'app 1' ], [ 'only B', 'newer at B' ], 'what only B had is kept') or diag("$out$err");
is_deeply(tree($share_root{B}, 'Apps'), tree($share_root{A}, 'Apps'), 'and then it is as A');
$_->stop foreach values %nodes;
done_testing();
