# What happens to the sites while a run has stopped: a lost one comes back, the
# one that was stopped is started or crashes, a machine is lost.
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

# A hook that fails stops the run behind a step that is chosen.
my $hook = "$dir/hook.pl";
PostgreSQL::Test::Utils::append_to_file($hook, 'exit(-e $ARGV[0] ? 1 : 0);');
my $sections = join '', map {
	"[hook before_$_]\nwhen = before\nphase = $_\ncommand = \"$^X\" \"$hook\" \"$dir/before_$_\"\n"
	  . "[hook after_$_]\nwhen = after\nphase = $_\ncommand = \"$^X\" \"$hook\" \"$dir/after_$_\"\n"
} 'fence', 'stop', 'promote', 'localize';
my %node = make_tool_pair(sections => $sections);
my %conf = map { $_ => conf_file($_, \%node, sections => $sections) } 'A', 'B';
my ($code, $out, $err);

sub stop_at
{
	my ($what) = @_;

	PostgreSQL::Test::Utils::append_to_file("$dir/$what", '');
	return;
}

sub go_on
{
	unlink glob "$dir/before_* $dir/after_*";
	$_->_update_pid(-1) foreach values %node;
	return;
}

sub words_are
{
	my ($expected, $name) = @_;

	go_on();
	return is(join(' ', site_words($conf{A})), $expected, $name);
}

sub tool
{
	my ($how, $at, @words) = @_;

	return qsrepl($how, @words, '--config', $conf{$at});
}

# Stopped behind the fence, A crashes: abort starts it again.
stop_at('after_fence');
($code, $out, $err) = tool('switchover', 'A', '--to', 'B', '--yes');
is($code, 8, 'stopped behind the fence');
kill_server($node{A});
go_on();
($code, $out, $err) = tool('abort', 'A');
is("$code $err", '0 ', 'abort after a crash');
words_are('A active B standby', 'A is active again');
is($node{A}->safe_psql('qsr', q(INSERT INTO ledger VALUES (1, '\\\\CN\QlikShare\1') RETURNING id)), 1, 'and takes writes');

# Stopped before the promotion, A is started, as the standby that it is to be.
foreach my $how ('abort', 'resume')
{
	stop_at('before_promote');
	($code, $out, $err) = tool('switchover', 'B', '--to', 'B', '--yes');
	is($code, 8, 'stopped before the promotion');
	$node{A}->_update_pid(-1);
	$node{A}->start;
	query_is($node{A}, 'postgres', 'SELECT pg_is_in_recovery()', 't', 'A starts as a standby');
	go_on();
	($code, $out, $err) = tool($how, 'A');
	is("$code $err", '0 ', $how);
	words_are($how eq 'abort' ? 'A active B standby' : 'A standby B active', "after $how");
}

# Stopped behind the promotion, the other machine is lost.
stop_at('after_promote');
($code, $out, $err) = tool('switchover', 'A', '--to', 'A', '--yes');
is($code, 8, 'stopped behind the promotion');
go_on();
my $lost = conf_file('A', \%node, sections => $sections, B => "remote_command = false\n");
($code, $out, $err) = tool('resume', 'A');
is($code, 1, 'resumed without that machine');
like($out, qr/^Site A is active\.\n(.*\n)*Warning: site B is not back as a standby/m, 'it says what is left');
%conf = map { $_ => conf_file($_, \%node, sections => $sections) } 'A', 'B';
go_on();
($code, $out, $err) = tool('rejoin', 'B', 'B', '--yes');
is("$code $err", '0 ', 'rejoin');
words_are('A active B standby', 'all is well again');

# A failover that was stopped, and the lost site comes back.
kill_server($node{A});
stop_at('before_promote');
($code, $out, $err) = tool('failover', 'B', '--to', 'B', '--accept-data-loss', 'unknown');
is($code, 8, 'a failover that has stopped');
go_on();
$node{A}->start;
$node{A}->safe_psql('qsr', 'INSERT INTO ledger VALUES (2, 0)');
($code, $out, $err) = tool('resume', 'B');
is($code, 6, 'is not resumed when the site is back');
like($err, qr/site "A" is alive.*"qsrepl abort" undoes.*stop the server of site A, run "qsrepl resume"/s, 'says why, and what to do');
($code, $out, $err) = tool('abort', 'B');
is("$code $err", '0 ', 'but aborted');
words_are('A active B standby', 'nothing has moved');

# A transaction that began before the link was cut, and committed behind it.
my $session = $node{A}->background_psql('qsr');
$session->query_safe(q(BEGIN; INSERT INTO ledger VALUES (10, 'early')));
$node{A}->safe_psql('qsr', 'CREATE TABLE other (x int)');
my $lsn = $node{A}->lsn('write');
$node{B}->poll_query_until('qsr', "SELECT pg_last_wal_replay_lsn() >= '$lsn'");
$node{B}->safe_psql('postgres', q(ALTER SYSTEM SET primary_conninfo = ''));
$node{B}->reload;
$node{B}->poll_query_until('postgres', 'SELECT count(*) = 0 FROM pg_stat_wal_receiver');
$session->query_safe('INSERT INTO other VALUES (11); COMMIT');
$session->quit;
kill_server($node{A});
$node{B}->safe_psql('postgres', 'ALTER SYSTEM RESET primary_conninfo');
$node{B}->reload;
($code, $out, $err) = tool('failover', 'B', '--to', 'B', '--accept-data-loss', 'unknown');
is($code, 0, 'failover');
go_on();
($code, $out, $err) = tool('rejoin', 'A', 'A', '--yes');
is("$code $err", '0 ', 'rejoin');
like($out, qr/^  public\.ledger: 1 rows inserted/m, 'what it wrote before is saved');
like($out, qr/^  public\.other: 1 rows inserted/m, 'and what it wrote behind');
words_are('A standby B active', 'all is well again');
is($node{B}->safe_psql('qsr', 'SELECT count(*) FROM ledger WHERE id = 10'), 0, 'at B it is not');

$_->stop foreach values %node;
done_testing();
