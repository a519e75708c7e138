# A restore that is killed at each place where it writes its journal, and then
# undone: the site is as it was, with databases, files, certificates, services.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplRestore;
use QsreplTest;
use QsreplTool;
use Test::More;

my $world = make_world();
my @restore = (
	'snapshot', 'restore', $world->{snapshot}, '--yes', '--force', '--replace-active', 'A', '--config', $world->{conf}{A});
my ($code, $out, $err, $killed);

# How often it writes; it comes to its end.
dirty_world($world);
($killed, $code, $out, $err) = qsrepl_killed({ KILL_COUNT => "$tool_dir/count" }, @restore);
is("$killed $code", ' 0', 'restored');
note("$? $out$err");
is_restored($world, 'all of it');
chomp(my $writes = slurp_file("$tool_dir/count"));
cmp_ok($writes, '>', 30, "it writes $writes times");

# Undone at each of them: nothing is changed.
dirty_world($world);
my $before = world_state($world);
my %how;

foreach my $n (28 .. $writes)
{
	my $name = "killed behind write $n";

	($killed, $code, $out, $err) = qsrepl_killed({ KILL_AFTER => $n }, @restore);
	if (!$killed)
	{
		fail("$name: $code $out$err");
		last;
	}
	($code, $out, $err) = qsrepl('abort', '--config', $world->{conf}{A});
	if ($code == 6 && $err =~ /there is no run/)
	{
		$how{none}++;
	}
	elsif ($code == 6 && $err =~ /cannot be aborted any more/)
	{
		($code, $out, $err) = qsrepl('resume', '--config', $world->{conf}{A});
		is("$code $err", '0 ', "$name: past no return, gone on with");
		is_restored($world, "$name: restored");
		dirty_world($world);
		$before = world_state($world);
		$how{resumed}++;
		next;
	}
	else
	{
		is("$code $err", '0 ', "$name: undone");
		$how{undone}++;
	}
	same_lines(world_state($world), $before, "$name: as it was") or last;
}
cmp_ok($how{undone} // 0, '>', 25, 'undone at many of them');
note(join ', ', map { "$_ $how{$_}" } sort keys %how);
$world->{node}{A}->stop;
done_testing();
