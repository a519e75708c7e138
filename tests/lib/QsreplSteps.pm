#
# QsreplSteps.pm
#		The steps of a restore, and kills within each of them.
#
package QsreplSteps;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use JSON::PP ();
use PostgreSQL::Test::Utils;
use QsreplTool;
use Test::More;

our @EXPORT = qw(source_steps plan_steps step_reached step_ended killed_in_step);

my $journals = "$tool_dir/journal_A";

=pod

=item source_steps()

The names of all steps that a restore can have, in order, as the program's
source has them: a step that comes later is here without a change of tests.

=cut

sub source_steps
{
	my $source = slurp_file('tool/cmd/restore/plan.c');
	my ($choices) = $source =~ /^static const Choice choices\[\] = \{\n(.*?)^\};/ms;

	die 'the steps of a restore are elsewhere' if !$choices;
	return map { lc } grep { defined } $choices =~ /\{[A-Z]+, (?:\{"(\w+)"|MOVE_STEP_(\w+)\()/g;
}

=pod

=item plan_steps(@words)

The names of the steps of a run, as a dry run tells them.

=cut

sub plan_steps
{
	my (@words) = @_;
	my ($code, $out, $err) = qsrepl(@words, '--dry-run', '--json');

	die "$code $out$err" if $code != 0;
	return map { $_->{name} } @{ JSON::PP::decode_json($out)->{steps} };
}

sub newest_journal
{
	return (reverse sort glob "$journals/*-restore-*.jsonl")[0];
}

=pod

=item step_reached()

The step that the newest restore at site A had begun last.

=cut

sub step_reached
{
	my $journal = newest_journal();
	my @begun = $journal ? slurp_file($journal) =~ /"event":"begin".*?"step":"(\w+)"/g : ();

	return $begun[-1] // '';
}

=pod

=item step_ended()

Whether that step's end is in the journal, too.

=cut

sub step_ended
{
	my $step = step_reached();

	return slurp_file(newest_journal()) =~ /"event":"end"[^\n]*"step":"$step"[^\n]*\n(?!.*"event":"begin")/s;
}

=pod

=item killed_in_step($step, $n, @words)

Kill the tool behind the n-th write of a step, of which the first is the
journal's, or at that of its end, if that comes before; whether it was.

=cut

sub killed_in_step
{
	my ($step, $n, @words) = @_;
	my ($killed, $code, $out, $err) = qsrepl_killed({ KILL_STEP => $step, KILL_AFTER => $n }, @words);

	ok($killed, "killed in step $step, behind its write $n") or diag("$code $out$err");
	return is(step_reached(), $step, 'which it had begun') && $killed;
}

1;
