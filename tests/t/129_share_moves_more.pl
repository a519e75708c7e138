# File shares in moves in logical mode; and where something else replicates them.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Utils;
use QsreplContent;
use QsreplNodes;
use QsreplPair;
use QsreplServices;
use QsreplTest;
use QsreplTool;
use QsreplWhole;
use Test::More;

my ($code, $out, $err);

seed_random();

sub run_at
{
	($code, $out, $err) = tool(@_);
	return;
}

sub markers
{
	return join ', ', map { my $m = marker($_); $m ? "$m->{site} $m->{role} $m->{epoch}" : 'none' } 'A', 'B';
}

make_whole(net => { A => '127.0.49', B => '127.0.50' }, logical => 1, share => "timeout = 2s\nmax_change = 100\n");

# ---- logical mode ----
put_file('A', "Apps/app$_", "app $_", 3600) foreach 1 .. 20;
run_at('A', 'share', 'sync', '--initial', '--yes');
is($code, 0, 'first synchronization') or diag "$out$err";
start_share_writer('A');
run_at('B', 'switchover', '--to', 'B', '--yes');
is("$code $err", '0 ', 'switchover to B') or diag $out;
stop_share_writer();
my $there = content('B');
is_deeply({ map { $_ => $there->{$_} } grep { /\/w\d/ } keys %$there }, written(), 'all that was written before the services were down, and nothing else');
is_deeply(content('A'), $there, 'both sites have the same');
is(markers(), 'A target 1, B source 1', 'the markers follow');
my $own = slurp_file(share_root('B') . '/.qsrepl-share.json');
write_private(share_root('B') . '/.qsrepl-share.json', $own =~ s/"source"/"target"/r);
run_at('B', 'share', 'sync', '--initial', '--yes');
is($code, 6, 'a marker that contradicts the databases') or diag "$out$err";
like($err, qr/the marker of share "qlik" at site "B" says that it is the target at epoch 1$/m, 'is not passed over by --initial');
write_private(share_root('B') . '/.qsrepl-share.json', $own);
run_at('B', 'share', 'sync', '--yes');
is($code, 0, 'content goes from B to A now') or diag "$out$err";

put_file('B', 'Apps/only', 'of site B');
put_file('B', 'Apps/app1', 'saved at site B');
remove_file('B', 'Apps/app2');
kill_server($server{B});
$nodes{B}->stop;
run_at('A', 'failover', '--to', 'A', '--accept-data-loss', 'unknown');
is($code, 0, 'failover') or diag "$out$err";
like($err, qr/^Share "qlik": what site B has changed since \S+Z, for .*, is not at site A\.$/m, 'the risk is told');
is(markers(), 'A source 2, B source 1', 'the marker of site A');
put_file('A', 'Apps/later', 'of site A');
remove_file('A', 'Apps/app3');
$nodes{B} = start_nodes(n => 2, net => '127.0.50', port => $nodes{B}->port);
run_at('B', 'failback', 'B', '--yes');
is($code, 0, 'failback') or diag "$out$err";
active_is('B', 'failback');
is(markers(), 'A target 3, B source 3', 'the markers');
is_deeply(salvaged('B'), { 'Apps/only' => 'of site B', 'Apps/app1' => 'saved at site B', 'Apps/app3' => 'app 3' }, 'what only site B had is kept');
is_deeply(content('A'), content('B'), 'both have the same');
is(content('B')->{'Apps/later'}, 'of site A', 'with what came meanwhile');

# ---- something else replicates ----
my $writable = write_private("$tool_dir/writable.pl", 'open my $f, ">>", "$ARGV[0]/made_writable"; print $f "$ARGV[1]\n"; close $f; exit(-e "$ARGV[0]/stays_read_only" ? 1 : 0);');
change_conf(sub { s/^(\[share qlik\]\n)/$1replicated_by = external\nwritable_command = "$^X" "$writable" "$tool_dir"\n/m });
unlink map { share_root($_) . '/.qsrepl-share.json' } 'A', 'B';
start_replicator('B');
start_share_writer('B');
run_at('B', 'switchover', '--to', 'A', '--yes');
stop_share_writer();
stop_replicator();
is("$code $err", '0 ', 'switchover to A') or diag $out;
$there = content('A');
is_deeply({ map { $_ => $there->{$_} } keys %{ written() } }, written(), 'all that was written has arrived');
is(slurp_file("$tool_dir/made_writable"), "A\n", 'site A was made writable');
is(marker($_), undef, "no marker at site $_") foreach 'A', 'B';

# ---- and has stopped ----
my $before = content('B');
put_file('A', 'Apps/stuck', 'not at site B');
run_at('A', 'switchover', '--to', 'B', '--yes');
is($code, 8, 'replication has stopped');
like($err, qr/step "share_first" failed: /, 'and stops the run while services work');
all_are('A', $up, 'auto', 'stopped');
is($server{A}->safe_psql('qsr', 'SELECT fenced FROM qsrepl.status'), 'f', 'nothing is fenced');
is_deeply({ map { $_ => 1 } keys %{ content('B') } }, { map { $_ => 1 } keys %$before }, 'nothing was written to site B');
run_at('A', 'abort');
is($code, 0, 'abort') or diag "$out$err";
active_is('A', 'aborted');

# ---- a replica that stays read-only ----
append_to_file("$tool_dir/stays_read_only", '');
start_replicator('A');
run_at('A', 'switchover', '--to', 'B', '--yes');
stop_replicator();
is($code, 8, 'the replica of site B stays read-only') or diag "$out$err";
like($err, qr/step "share_role" failed: could not make share "qlik" writable at site "B": /, 'the run stops behind the promotion');
is(join(' ', grep { /active/ } site_words($conf{A})), 'B active', 'the role has moved');
all_are('B', $down, 'manual', 'its services wait');
unlink "$tool_dir/stays_read_only";
run_at('A', 'resume');
is($code, 0, 'resume') or diag "$out$err";
active_is('B', 'resumed');
end_whole();
done_testing();
