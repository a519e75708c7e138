# A restore with all that there can be: a standby that is held, a role that is
# missing, a snapshot of what is replaced, files, certificates and services. It
# is killed in each of its steps, and undone: the site is as it was, and the
# standby follows; and in each of them, and gone on with. With QSREPL_SCALE of 2
# or more behind each of its writes.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplRestore;
use QsreplSteps;
use QsreplTest;
use QsreplTool;
use QsreplTransport;
use Test::More;

my $recovery = recovery_key('recovery');
my $world = make_world(
	standby => 1,
	role => 'lost',
	sections => "[certificates]\nkey_directory = $tool_dir/keys_A\nrecovery_certificate = $recovery.crt\n",
	main => "replay_timeout = 20s\n",
	A => "snapshot_directory = $tool_dir/kept\n");
my %node = %{ $world->{node} };
my @restore = ('snapshot', 'restore', $world->{snapshot}, '--yes', '--replace-active', 'A', '--config', $world->{conf}{A});
my ($code, $out, $err);
my $beats = 0;

mkdir "$tool_dir/kept", 0700;
qsrepl('cert', 'keys', '--config', $world->{conf}{A});
$node{A}->safe_psql('postgres', 'CREATE TABLE beats (n int)');
seed_random();

# The site with its roles, and who is a member of which.
sub state_now
{
	return join "\n", QsreplRestore::world_state($world), $node{A}->safe_psql('postgres', <<'SQL');
SELECT r.rolname, r.rolsuper, r.rolcanlogin, ARRAY(SELECT roleid::regrole FROM pg_auth_members m WHERE m.member = r.oid)
FROM pg_roles r ORDER BY 1
SQL
}

# In a database that no restore is about.
sub standby_follows
{
	my ($name) = @_;

	$beats++;
	$node{A}->safe_psql('postgres', "INSERT INTO beats VALUES ($beats)");
	return ok($node{B}->poll_query_until('postgres', "SELECT max(n) = $beats FROM beats"), "$name: the standby follows");
}

sub kept
{
	return grep { -e "$_/manifest.json" } glob "$tool_dir/kept/*";
}

dirty_world($world);
my @steps = plan_steps(@restore);
is_deeply(\@steps, [ grep { !/^(?:un)?subscribe$|^publish$/ } source_steps() ], 'the run has all steps but those of logical mode');
my $before = state_now();
my (%undone, %resumed);

# Undone, after a write of the step; whether there was such a write.
sub undone_in
{
	my ($step, $n) = @_;
	my $name = "$step, write $n";

	killed_in_step($step, $n, @restore) or return 0;
	my $ended = step_ended();
	($code, $out, $err) = qsrepl('abort', '--config', $world->{conf}{A});
	is("$code $err", '0 ', "$name: undone") or diag($out);
	same_lines(state_now(), $before, "$name: as it was") or return 0;
	standby_follows($name) or return 0;
	$undone{$step}++;
	return !$ended;
}

my @no_return = ('clean', 'tidy');
my @other = grep { my $step = $_; !grep { $_ eq $step } @no_return } @steps;
my @writes = (1, 2, 4, 9, 99);

foreach my $step (@other)
{
	my $n = 1;

	if (($ENV{QSREPL_SCALE} // 1) < 2)
	{
		undone_in($step, $writes[ rand @writes ]);
		next;
	}
	$n++ while undone_in($step, $n);
}
is_deeply([ grep { !$undone{$_} } @other ], [], 'undone in each step before the point of no return');

# One run that is killed in each of its steps, and gone on with each time.
my @kept = kept();
my @words = @restore;
foreach my $step (@steps)
{
	killed_in_step($step, $writes[ rand @writes ], @words) or last;
	$resumed{$step}++;
	@words = ('resume', '--config', $world->{conf}{A});
	next if !grep { $_ eq $step } @no_return;
	($code, $out, $err) = qsrepl('abort', '--config', $world->{conf}{A});
	is($code, 6, "$step: not undone any more");
	like($err, qr/cannot be aborted any more.*The safety snapshot can be restored/s, "$step: which is told");
}
is_deeply([ grep { !$resumed{$_} } @steps ], [], 'killed in each step of one run');
($code, $out, $err) = qsrepl(@words);
is("$code $err", '0 ', 'and gone on with to its end') or diag($out);
like($out, qr/Site B is held.*"qsrepl maintenance end"/s, 'it tells that the standby is held');
is(($out =~ m{What was there is in the snapshot "(.*?)"})[0], (kept())[-1], 'and where the old content is');
is_restored($world, 'all of it is restored');
is($node{A}->safe_psql('qsr', q(SELECT has_table_privilege('lost', 'ledger', 'SELECT'))), 't', 'with the role that was missing');
is(scalar(kept()), @kept + 1, 'one snapshot was made of what was replaced, however often it went on');
is($node{B}->safe_psql('qsr', q(SELECT count(*), max(id), to_regclass('extra') FROM ledger)), '44|1001|extra', 'the standby has what was there');
($code, $out, $err) = qsrepl('maintenance', 'end', '--config', $world->{conf}{A});
is("$code $err", '0 ', 'it follows again') or diag($out);
standby_follows('restored');
is($node{B}->safe_psql('qsr', q(SELECT count(*), max(id), to_regclass('extra') FROM ledger)), '50|50|', 'and has what was restored');
$_->stop foreach values %node;
done_testing();
