# qsrepl switchover: running tasks, and the user's own programs.
use strict;
use warnings FATAL => 'all';

use File::Spec;
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplTest;
use Test::More;

my $dir = File::Spec->rel2abs(PostgreSQL::Test::Utils::tempdir());
my $hook = "$dir/hook.pl";
my $fails = "$dir/fails";

# Writes down what it is told; fails where its name is in a file.
PostgreSQL::Test::Utils::append_to_file($hook, <<'PERL');
my ($dir, $name) = @ARGV;
open my $log, '>>', "$dir/hooks" or die;
print $log join(' ', $name, map { "$_=$ENV{\"QSREPL_$_\"}" } qw(PLAN PHASE WHEN FROM TO PHASE_SITE HERE)), "\n";
close $log;
open my $fails, '<', "$dir/fails" or exit 0;
exit((grep { $_ eq "$name\n" } <$fails>) ? 3 : 0);
PERL

my %hooks = (
	first => "when = before\nphase = switchover\n",
	last => "when = after\nphase = switchover\n",
	fenced => "when = after\nphase = fence\nsite = A\n",
	promoting => "when = before\nphase = promote\nsite = B\n",
	elsewhere => "when = after\nphase = promote\nsite = A\n",
	other => "when = before\nphase = failover\n",
	started => "when = after\nphase = start\non_failure = ignore\n");
my $sections = join '', map { "[hook $_]\n$hooks{$_}command = \"$^X\" \"$hook\" \"$dir\" $_\n" } sort keys %hooks;
my %node = make_tool_pair();
my %conf = map { $_ => conf_file($_, \%node, sections => $sections) } 'A', 'B';
my ($code, $out, $err);

sub hooked
{
	my $text = -e "$dir/hooks" ? slurp_file("$dir/hooks") : '';

	unlink "$dir/hooks";
	return join ' ', map { /^(\w+)/ } split /\n/, $text;
}

sub let_fail
{
	my @names = @_;

	unlink $fails;
	PostgreSQL::Test::Utils::append_to_file($fails, join '', map { "$_\n" } @names) if @names;
	return;
}

# All of them, with the facts.
($code, $out, $err) = qsrepl('switchover', '--to', 'B', '--yes', '--config', $conf{A});
is("$code $err", '0 ', 'switchover with hooks');
like(slurp_file("$dir/hooks"), qr/^fenced PLAN=switchover PHASE=fence WHEN=after FROM=A TO=B PHASE_SITE=A HERE=A$/m, 'the facts');
is(hooked(), 'first fenced promoting started last', 'each in its place');
$_->_update_pid(-1) foreach values %node;
($code, $out, $err) = qsrepl('switchover', '--to', 'A', '--yes', '--config', $conf{B});
is("$code $err", '0 ', 'and back');
is(hooked(), 'first elsewhere started last', 'only those of the site');
$_->_update_pid(-1) foreach values %node;

# One that fails stops the run, or is told.
let_fail('fenced', 'started');
($code, $out, $err) = qsrepl('switchover', '--to', 'B', '--yes', '--config', $conf{A});
is($code, 8, 'a hook that fails');
like($err, qr/step "fence" failed: hook "fenced": program ".*" failed with exit code 3/, 'stops the run');
is(hooked(), 'first fenced', 'there');
let_fail('started');
($code, $out, $err) = qsrepl('resume', '--config', $conf{A});
is("$code $err", '0 ', 'resumed');
like($out, qr/^Warning: hook "started": program ".*" failed with exit code 3\.$/m, 'one that may fail is told');
is(hooked(), 'fenced promoting started last', 'the one that had failed is called again');
$_->_update_pid(-1) foreach values %node;
let_fail('first');
($code, $out, $err) = qsrepl('switchover', '--to', 'A', '--yes', '--config', $conf{A});
is($code, 8, 'the first one fails');
($code, $out, $err) = qsrepl('abort', '--config', $conf{A});
is("$code $err", '0 ', 'aborted');
like($out, qr/^All that the run had done is undone\. Site B is active, as before\.$/m, 'nothing has moved');
let_fail();
($code, $out, $err) = qsrepl('switchover', '--to', 'A', '--yes', '--config', $conf{A});
is("$code $err", '0 ', 'back at A');
$_->_update_pid(-1) foreach values %node;

# Tasks that run at the active site, in whichever database.
$node{A}->safe_psql('more', <<'SQL');
CREATE TABLE "ReloadTasks" ("ID" int PRIMARY KEY, "Name" text);
CREATE TABLE "ExecutionResults" ("ID" int PRIMARY KEY, "Status" int, "TaskId" int);
INSERT INTO "ReloadTasks" VALUES (1, 'Sales'), (2, 'Finance');
INSERT INTO "ExecutionResults" VALUES (1, 2, 1), (2, 7, 2), (3, 3, NULL);
SQL
($code, $out, $err) = qsrepl('switchover', '--to', 'B', '--config', $conf{A});
is($code, 6, 'not confirmed');
like($err, qr/^Tasks that run at site A now: Sales, without a name\.$/m, 'the tasks are told before');
($code, $out, $err) = qsrepl('switchover', '--to', 'B', '--yes', '--drain', '1s', '--config', $conf{A});
is($code, 0, 'after the time is over');
like($out, qr/^These tasks of site A were running and have been cut: Sales, without a name\.$/m, 'what is cut is told');
$_->_update_pid(-1) foreach values %node;
my ($journals) = map { m{(.*)/} ? "$1/journal_A" : () } $conf{A};
my @before = glob("$journals/*.jsonl");
my $in = '';
my $run = IPC::Run::start([ $qsrepl_program, 'switchover', '--to', 'A', '--yes', '--drain', '2min', '--config', $conf{A} ],
	'<', \$in, '>', \$out, '2>', \$err);
for (1 .. 600)
{
	my @now = glob("$journals/*.jsonl");

	last if @now > @before && slurp_file($now[-1]) =~ /"event":"begin".*"step":"drain"/;
	Time::HiRes::usleep(50_000);
}
query_is($node{B}, 'postgres', 'SELECT pg_is_in_recovery()', 'f', 'it waits for the tasks');
$node{B}->safe_psql('more', 'UPDATE "ExecutionResults" SET "Status" = 7');
$run->finish;
is($run->result(0), 0, 'it goes on when they have ended');
unlike($out, qr/cut/, 'nothing is cut');
$_->_update_pid(-1) foreach values %node;
$_->stop foreach values %node;
done_testing();
