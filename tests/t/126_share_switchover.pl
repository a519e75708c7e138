# A switchover brings the content of the file share along: all that was told to be
# written before the services went down is there, while content changes until then;
# what cannot be brought stops it before anything is fenced.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Utils;
use QsreplContent;
use QsreplPair;
use QsreplServices;
use QsreplTest;
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

foreach my $to ('B', 'A', 'B', 'A')
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

# ---- what a tool at the passive site does not bring: refused, and why ----
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
is(markers(), 'A source 4, B target 4', 'the markers are as they were');

done_testing();
