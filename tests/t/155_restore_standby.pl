# A restore at the active site: its standby is held as it is, as the way back,
# and takes over with the old content, or follows again. At a standby there is
# no restore.
use strict;
use warnings FATAL => 'all';

use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplRestore;
use QsreplTest;
use Test::More;

my %options = (A => "snapshot_directory = $tool_dir/snapshots\n", main => "databases = qsr more\nreplay_timeout = 20s\n");
my %node = make_tool_pair(%options);
my %conf = map { $_ => conf_file($_, \%node, %options) } 'A', 'B';
my ($code, $out, $err);
my @restore = ('snapshot', 'restore', "$tool_dir/one", '--yes', '--database-only', '--config', $conf{A});

mkdir "$tool_dir/snapshots";
$node{A}->safe_psql('qsr', q(INSERT INTO ledger SELECT i, '\\\\CN\\QlikShare\\' || i FROM generate_series(1, 100) i));
hand_snapshot($node{A}, "$tool_dir/one", databases => [ 'qsr', 'more' ]);
$node{A}->safe_psql('qsr', q(INSERT INTO ledger SELECT i, '\\\\CN\\QlikShare\\' || i FROM generate_series(101, 150) i));

($code, $out, $err) = qsrepl('snapshot', 'restore', "$tool_dir/one", '--yes', '--config', $conf{B});
is($code, 6, 'not at a standby');
like($err, qr/site "B" is passive.*"qsrepl drill".*"qsrepl failover"/s, 'which tells what else there is');
# Another one follows, too, of which the configuration knows nothing.
mkdir "$tool_dir/received";
my $third = IPC::Run::start([ 'pg_receivewal', '-D', "$tool_dir/received", '-d', $node{A}->connstr('postgres') . ' application_name=third' ], '<', \'', '>', \my $o, '2>', \my $e);
$node{A}->poll_query_until('postgres', 'SELECT count(*) = 2 FROM pg_stat_replication');
($code, $out, $err) = qsrepl(@restore);
is($code, 6, 'not at the active site just so');
like($err, qr/These follow it, and would get what is restored: \S*b\b[^\n]*, third\b.*--replace-active A/s, 'which tells who follows, in the configuration or not');
($code, $out, $err) = qsrepl(@restore, '--replace-active', 'A', '--dry-run');
like("$out$err", qr/^These follow site A: \S*b\b[^\n]*, third\b/m, 'as it does when it goes on');
$third->signal('INT');
$third->finish;

# The standby does not answer: nothing is done.
$node{B}->stop;
($code, $out, $err) = qsrepl(@restore, '--replace-active', 'A');
is($code, 6, 'not without the way back');
like($err, qr/site "B" follows, and cannot be held as the way back.*--force/s, 'but by force');
$node{B}->start;

($code, $out, $err) = qsrepl(@restore, '--replace-active', 'A');
is($code, 0, 'restored') or diag("$out$err");
like($out, qr/Site B is held at .*It is the way back.*"qsrepl maintenance end"/s, 'and told that the standby is held');
like($out, qr/What was there is in the snapshot ".*snapshots/, 'and where the old content is');
is($node{A}->safe_psql('qsr', 'SELECT count(*) FROM ledger'), 100, 'the snapshot is there');
is($node{B}->safe_psql('qsr', 'SELECT count(*) FROM ledger'), 150, 'the standby is as it was');
is($node{A}->safe_psql('qsr', 'SELECT qsrepl._state_word(), epoch FROM qsrepl.state'), 'local|0', 'the rows are the site\'s');

# It follows again: with what was restored.
($code, $out, $err) = qsrepl('maintenance', 'end', '--config', $conf{A});
is("$code $err", '0 ', 'the standby follows again') or diag($out);
is($node{B}->safe_psql('qsr', 'SELECT count(*) FROM ledger'), 100, 'with the snapshot');
is($node{B}->safe_psql('qsr', q(SELECT min(path) FROM ledger)), '\\\\BCN\\Qlik$\\1', 'which it reads as its own');
is($node{B}->safe_psql('postgres', q(SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE NOT datistemplate)), 'more postgres qsr', 'and no other database');

# A restore that fails releases it again.
$node{A}->safe_psql('qsr', q(INSERT INTO ledger SELECT i, '\\\\CN\\QlikShare\\' || i FROM generate_series(101, 160) i));
$node{A}->safe_psql('qsr', 'CREATE ROLE lost; ALTER TABLE ledger OWNER TO lost');
hand_snapshot($node{A}, "$tool_dir/two", databases => [ 'qsr', 'more' ]);
unlink "$tool_dir/two/databases/roles.sql";
hand_seal("$tool_dir/two");
$node{A}->safe_psql('qsr', 'ALTER TABLE ledger OWNER TO qliksenserepository; DROP ROLE lost');
my $before = restore_state($node{A}, [ 'qsr', 'more' ]);
($code, $out, $err) = qsrepl('snapshot', 'restore', "$tool_dir/two", '--yes', '--database-only', '--replace-active', 'A', '--config', $conf{A});
is($code, 1, 'a role that is nowhere');
like($err, qr/step "databases" failed: .*database "qsr".*role "lost" does not exist.*Everything is as it was before/s, 'is told, and undone');
same_lines(restore_state($node{A}, [ 'qsr', 'more' ]), $before, 'all is as it was');
ok($node{B}->poll_query_until('qsr', 'SELECT count(*) = 160 FROM ledger'), 'and the standby follows');

# Undone while the held standby is away: the site does not wait for it.
my ($killed) = qsrepl_killed({ KILL_AFTER => 22 }, @restore, '--replace-active', 'A');
ok($killed, 'killed');
$node{B}->stop;
($code, $out, $err) = qsrepl('abort', '--config', $conf{A});
is($code, 1, 'undone without the standby') or diag("$out$err");
like($out, qr/Warning: site B does not follow yet.*"qsrepl maintenance end"/s, 'which is told');
same_lines(restore_state($node{A}, [ 'qsr', 'more' ]), $before, 'all is as it was');
$node{B}->start;
($code, $out, $err) = qsrepl('maintenance', 'end', '--config', $conf{A});
is("$code $err", '0 ', 'and it follows again') or diag($out);

# The way back: the held standby takes over as it is.
($code, $out, $err) = qsrepl(@restore, '--replace-active', 'A');
is($code, 0, 'restored once more') or diag("$out$err");
($code, $out, $err) = qsrepl('failover', '--to', 'B', '--force-active', 'A', '--accept-data-loss', 'unknown', '--yes', '--config', $conf{B});
is($code, 0, 'the held site takes over') or diag("$out$err");
$node{B}->_update_pid(-1);
is($node{B}->safe_psql('qsr', 'SELECT count(*), min(path) FROM ledger'), '160|\\\\BCN\\Qlik$\\1', 'with what was there before the restore');
$_->stop('fast', fail_ok => 1) foreach values %node;
done_testing();
