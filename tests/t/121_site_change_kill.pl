# The whole change of a site by a tool that is killed: resumed or aborted, services,
# alias and databases are of one site again.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Utils;
use QsreplTest;
use QsreplTool;
use QsreplWhole;
use Test::More;

my $active = 'A';

seed_random();
make_whole(net => { A => '127.0.13', B => '127.0.14' });

sub other
{
	return $_[0] eq 'A' ? 'B' : 'A';
}

# Run a switchover that is killed; whether it was.
sub switchover_killed
{
	my ($environment, $at) = @_;
	my ($killed, $code, $out, $err) = qsrepl_killed($environment, 'switchover', '--to', other($active), '--yes', '--drain', '0', '--config', $conf{$at});

	$_->_update_pid(-1) foreach values %server;
	is("$code $err", '0 ', 'a run that is not killed comes to its end') if !$killed;
	return $killed;
}

# How often it writes.
ok(!switchover_killed({ KILL_COUNT => "$tool_dir/count" }, 'A'), 'counted');
$active = other($active);
active_is($active, 'counted');
chomp(my $writes = slurp_file("$tool_dir/count"));
cmp_ok($writes, '>', 30, "it writes $writes times");

foreach my $round (1 .. scaled(5))
{
	my $how = ('resume', 'abort')[ rand 2 ];
	my $at = ('A', 'B')[ rand 2 ];
	my $kill = 1 + int rand $writes;
	my $when = ('KILL_AT', 'KILL_AFTER')[ rand 2 ];
	my $name = "$round: to " . other($active) . " at $at, $when $kill, $how";

	if (!switchover_killed({ $when => $kill }, $at))
	{
		$active = other($active);
		active_is($active, "$name: not killed");
		next;
	}
	my ($code, $out, $err) = tool($at, $how);
	if ($code == 6 && $err =~ /cannot be aborted any more|is promoted already/)
	{
		$how = 'resume';
		($code, $out, $err) = tool($at, $how);
	}
	if ($code == 6 && $err =~ /there is no run/)
	{
		# It had not begun, or just ended.
		$how = join(' ', site_words($conf{A})) =~ /$active active/ ? 'abort' : 'resume';
		($code, $err) = (0, '');
	}
	is("$code $err", '0 ', "$name: $how");
	$active = other($active) if $how eq 'resume';
	active_is($active, $name);
}
end_whole();
done_testing();
