# A switchover brings the content of the file share along: all that was told to be
# written before the services went down is there, while content changes until then;
# what cannot be brought stops it before anything is fenced.
use strict;
use warnings FATAL => 'all';

use IPC::Run ();
use JSON::PP ();
use PostgreSQL::Test::Utils;
use QsreplContent;
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

sub other
{
	return $_[0] eq 'A' ? 'B' : 'A';
}

# What both markers say: site, role and epoch of each.
sub markers
{
	return join ', ', map { my $m = marker($_); $m ? "$m->{site} $m->{role} $m->{epoch}" : 'none' } 'A', 'B';
}

sub hooked
{
	my $text = -e "$tool_dir/share_hooks" ? slurp_file("$tool_dir/share_hooks") : '';

	unlink "$tool_dir/share_hooks";
	return $text =~ s/\n/,/gr;
}

sub is_fenced
{
	my ($site) = @_;

	return $server{$site}->safe_psql('qsr', 'SELECT fenced FROM qsrepl.status') eq 't' ? 1 : 0;
}

make_whole(net => { A => '127.0.43', B => '127.0.44' }, share => "timeout = 20s\nmax_change = 100\n");
put_file('A', "Apps/app$_", "app $_", 3600) foreach 1 .. 30;
put_file('A', 'ArchivedLogs/old', 'log', 3600);
put_file('B', 'ArchivedLogs/own', 'of site B', 3600);
run_at('A', 'share', 'sync', '--initial', '--yes');
is($code, 0, 'first synchronization') or diag "$out$err";
is(markers(), 'A source 0, B target 0', 'the markers');

# ---- there and back, while content changes until the services are down ----
run_at('A', 'switchover', '--to', 'B', '--dry-run');
like($out, qr/Bring the content of file shares to site B, while site A works.*Wait for the running tasks.*Stop the services of Qlik Sense at site A.*Bring what has changed.*Fence site A.*Promote.*Let the content of file shares come from site B.*Start the services/s,
	'the steps, in order') or diag $out;

foreach my $to ('B', 'A')
{
	my $from = other($to);
	my $epoch = marker($from)->{epoch} + 1;

	start_share_writer($from);
	run_at('A', 'switchover', '--to', $to, '--yes');
	is("$code $err", '0 ', "switchover to $to") or diag $out;
	stop_share_writer();
	my ($there, $written) = (content($to), written());
	my $n = keys %$written;
	note("$n files");
	is_deeply({ map { $_ => $there->{$_} } keys %$written }, $written, 'all that was written before the services were down');
	is_deeply(content($from), $there, 'both sites have the same') if $from eq 'B';
	is($there->{'ArchivedLogs/own'}, 'of site B', 'where nothing is deleted, nothing is') if $to eq 'B';
	is(markers(), $to eq 'B' ? "A target $epoch, B source $epoch" : "A source $epoch, B target $epoch", 'the markers follow');
	is(hooked(), "before share $to,after share $to,", 'hooks');
	run_at('A', 'share', 'sync', '--yes');
	is($code, 0, "content goes from $to to $from now") or diag "$out$err";
}

# ---- a hook before the last pass ----
put_file('A', 'Apps/late', 'late');
append_to_file("$tool_dir/stop_share", '');
run_at('A', 'switchover', '--to', 'B', '--yes');
is($code, 8, 'a hook before the last pass fails');
like($err, qr/step "share" failed: hook "share_before"/, 'and stops the run there');
is(is_fenced('A'), 0, 'nothing is fenced');
all_are('A', $down, 'manual', 'stopped');
unlink "$tool_dir/stop_share";
run_at('B', 'abort');
is($code, 0, 'abort') or diag "$out$err";
active_is('A', 'aborted');
is(markers(), 'A source 2, B target 2', 'the markers are as they were');

# ---- a file that cannot be read: stopped before the fence, or passed over by force ----
put_file('A', 'Apps/locked', 'locked');
chmod 0, share_root('A') . '/Apps/locked';
run_at('A', 'switchover', '--to', 'B', '--yes');
is($code, 8, 'a file that cannot be read');
like($err, qr/step "share_first" failed: some files of share "qlik" could not be brought to site "B"\n.*Apps\/locked.*Permission denied/s, 'stops the run while services work');
all_are('A', $up, 'auto', 'they do');
is(is_fenced('A'), 0, 'nothing is fenced');
run_at('A', 'abort');
is($code, 0, 'abort') or diag "$out$err";
active_is('A', 'aborted');

run_at('A', 'switchover', '--to', 'B', '--yes', '--force');
is($code, 1, 'forced: the role has moved') or diag "$out$err";
like($out, qr/^Warning: share "qlik" is not at site B as site A has it: some files of share "qlik" could not be brought to site "B"\..*Passed over by --force\.$/ms, 'what is left is told');
is(content('B')->{'Apps/late'}, 'late', 'the rest is there');
active_is('B', 'forced');
chmod 0600, share_root('A') . '/Apps/locked';
remove_file('A', 'Apps/locked');

# ---- a source that does not stand still; a marker that cannot be renewed ----
my $restless = IPC::Run::start([ $^X, '-e', 'while (1) { open my $f, ">", "$ARGV[0].new" or die; print $f $n++; close $f; rename "$ARGV[0].new", $ARGV[0] or die; select undef, undef, undef, 0.003 }', share_root('B') . '/Apps/restless' ], '<', \undef, '>', '/dev/null', '2>&1');
run_at('B', 'switchover', '--to', 'A', '--yes');
$restless->kill_kill;
is($code, 8, 'something writes though the services are down') or diag "$out$err";
like($err, qr/step "share" failed: share "qlik" of site "B" does not stand still\n/, 'and that is told');
is(is_fenced('B'), 0, 'nothing is fenced');
run_at('B', 'resume');
is($code, 0, 'resume when it has ended') or diag "$out$err";
active_is('A', 'resumed');

# ---- another switchover's way back: the markers are of one epoch, whatever is broken in between ----
my $root = share_root('A');
my $conf_a = slurp_file($conf{A});
write_private("$tool_dir/break.pl", 'exit 0 if !-e "$ARGV[0]/break"; rename "$ARGV[1]", "$ARGV[1].gone"; exit 0;');
write_private($conf{A}, $conf_a . "[hook break]\nwhen = after\nphase = promote\ncommand = \"$^X\" \"$tool_dir/break.pl\" \"$tool_dir\" \"$root\"\n");
append_to_file("$tool_dir/break", '');
run_at('A', 'switchover', '--to', 'B', '--yes');
is($code, 1, 'the share of site A is gone behind the promotion') or diag "$out$err";
like($out, qr/^Warning: the marker of share "qlik" at site A is not renewed: .*run "qsrepl share sync --initial"\.$/m, 'which is told');
active_is('B', 'all the same');
rename "$root.gone", $root or die $!;
unlink "$tool_dir/break";
run_at('B', 'share', 'sync', '--yes');
is($code, 6, 'it was not handed over');
run_at('B', 'share', 'sync', '--yes', '--initial');
is($code, 0, 'as it says') or diag "$out$err";

# ---- a synchronization that is at work is waited for; status tells how old it is ----
run_at('B', 'status');
like($out, qr/^Share qlik: site A has what site B had at \S+Z, \S+ (?:s|ms|min) ago$/m, 'status tells') or diag $out;
run_at('B', 'status', '--json');
my $status = JSON::PP::decode_json($out)->{shares}[0];
is("$status->{name} $status->{from} $status->{to}", 'qlik B A', 'as JSON');
run_at('B', 'status', '--format', 'prometheus');
like($out, qr/^qsrepl_share_behind_seconds\{share="qlik"\} [\d.]+$/m, 'for Prometheus');
my $sync = $server{B}->background_psql('postgres');
$sync->query_safe('SELECT pg_advisory_lock_shared(124740654428268)');
my ($told, $in) = ('', '');
my $run = IPC::Run::start([ $qsrepl_program, 'switchover', '--to', 'A', '--yes', '--config', $conf{B} ], '<', \$in, '>', \$told, '2>&1');
ok($server{B}->poll_query_until('postgres', q{SELECT count(*) >= 1 FROM pg_stat_activity WHERE query LIKE '%pg_try_advisory_lock(124740654428268%' AND pid <> pg_backend_pid()}), 'a switchover waits for a synchronization');
$sync->quit;
$run->finish;
$_->_update_pid(-1) foreach values %server;
is($run->full_result(0) >> 8, 0, 'and goes on when that has ended') or diag $told;
active_is('A', 'at the end');

end_whole();
done_testing();
