# qsrepl switchover: there and back, under load, and refused.
use strict;
use warnings FATAL => 'all';

use File::Spec;
use IPC::Run ();
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplTest;
use Test::More;

my %node = make_tool_pair();
my %conf = map { $_ => conf_file($_, \%node) } 'A', 'B';
my $dir = File::Spec->rel2abs(PostgreSQL::Test::Utils::tempdir());
my $program = File::Spec->rel2abs('build/writer');
my ($code, $out, $err);

# Everything that the sites have and the tool could change.
sub everything
{
	return join "\n", map {
		my $data = $node{$_}->data_dir;

		run_command([ 'pg_dumpall', '-h', '127.0.0.1', '-p', $node{$_}->port ]) =~ s/^\\(un)?restrict .*//mgr,
		  $node{$_}->safe_psql('postgres', 'SELECT slot_name FROM pg_replication_slots ORDER BY 1'),
		  (map { slurp_file($_) } "$data/postgresql.conf", "$data/postgresql.auto.conf"),
		  sort glob("$data/*")
	} 'A', 'B';
}

# Refused, and nothing is changed.
my $before = everything();
($code, $out, $err) = qsrepl('switchover', '--config', $conf{A});
is($code, 2, 'no site');
like($err, qr/option "--to" is required|--to/, 'it says so');
($code, $out, $err) = qsrepl('switchover', '--to', 'C', '--yes', '--config', $conf{A});
is($code, 2, 'a site that is not defined');
like($err, qr/site "C" is not defined/, 'it says so');
($code, $out, $err) = qsrepl('switchover', '--to', 'A', '--yes', '--config', $conf{A});
is($code, 6, 'to the active site');
like($err, qr/site "A" is active already/, 'it says so');
($code, $out, $err) = qsrepl('switchover', '--to', 'B', '--config', $conf{A});
is($code, 6, 'without a word at a terminal');
like($err, qr/the switchover to site "B" was not confirmed/, 'it says so');
($code, $out, $err) = qsrepl('switchover', '--to', 'B', '--yes', '--drain', '5', '--config', $conf{A});
is($code, 2, 'a duration without a unit');
like($err, qr/"5" is not a duration/, 'it says so');
($code, $out, $err) = qsrepl('switchover', '--to', 'B', '--dry-run', '--config', $conf{A});
is("$code $err", '0 ', 'a dry run');
like($out, qr/^Move the active role from site A to site B\. Nothing is changed now\.\n  1\. /, 'says what');
like($out, qr/Promote site B\n     From here on there is no way back but to go on\.\n     By hand:\n       At 127\.0\.0\.1: pg_ctl/,
	'tells the steps and how they are done by hand');
($code, $out, $err) = qsrepl('switchover', '--to', 'B', '--dry-run', '--json', '--config', $conf{A});
my $document = decode_json($out);
is(join(' ', $code, @{$document}{qw(plan title outcome mode)}),
	'0 switchover Move the active role from site A to site B dry-run start', 'a dry run as a document');
is(join(' ', map { $_->{name} } grep { $_->{no_return} } @{ $document->{steps} }), 'promote', 'the point of no return');
my ($promote) = grep { $_->{name} eq 'promote' } @{ $document->{steps} };
like($promote->{manual}, qr/^At 127\.0\.0\.1: pg_ctl/, 'the way by hand');
is((grep { defined } @{$document}{qw(total_ms times_of)}, map { @{$_}{qw(ms state)} } @{ $document->{steps} }), 0,
	'no times are known yet');
($code, $out, $err) = qsrepl('resume', '--config', $conf{A});
is($code, 6, 'nothing to resume');
like($err, qr/there is no run that has not ended/, 'it says so');
($code, $out, $err) = qsrepl('abort', '--config', $conf{B});
is($code, 6, 'nothing to abort');
is(everything(), $before, 'nothing was changed by all that');

# The views of the extension, at either site.
$node{A}->safe_psql('qsr', q(INSERT INTO ledger VALUES (-1, '\\\\CN\QlikShare\x'); CREATE TABLE other (path text); INSERT INTO other SELECT path FROM ledger));
my $lsn = $node{A}->lsn('write');
$node{B}->poll_query_until('qsr', "SELECT pg_last_wal_replay_lsn() >= '$lsn'");
($code, $out, $err) = qsrepl('rules', 'preview', '--site', 'B', '--relation', 'public.ledger', '--config', $conf{A});
is("$code $err", '0 ', 'rules preview');
is($out, <<'OUT', 'what a promotion would change');
qsr
  relation: public.ledger
  key: {"id":-1}
  column: path
  before: \\CN\QlikShare\x
  after: \\BCN\Qlik$\x
1 rows
OUT
($code, $out, $err) = qsrepl('rules', 'leaks', '--config', $conf{A});
is("$code $out$err", "0 0 rows\n", 'rules leaks: A has none');
($code, $out, $err) = qsrepl('rules', 'leaks', '--site', 'B', '--database', 'qsr', '--json', '--config', $conf{A});
like($out, qr/"database": "qsr"/, 'rules leaks --json: B stores what A does');
($code, $out, $err) = qsrepl('rules', 'scan', '--config', $conf{A});
like($out, qr/^qsr\n  relation: (public\.)?other\n  column: path\n/, 'rules scan: a column without a rule');
($code, $out, $err) = qsrepl('rules', 'scan', '--database', 'nix', '--config', $conf{A});
is($code, 2, 'a database that is not configured');
like($err, qr/database "nix" is none of the configured ones/, 'says so');
($code, $out, $err) = qsrepl('rules', 'preview', '--relation', 'nix', '--config', $conf{A});
is($code, 2, 'a table that nobody has');
like($err, qr/no database has table "nix"/, 'says so');
$node{A}->safe_psql('qsr', 'DELETE FROM ledger; DROP TABLE other');

# There and back, under load; at either machine.
my ($in, $told) = ('', '');
my $writer = IPC::Run::start([ $program,
	'host=127.0.0.1,127.0.0.1 port=' . $node{A}->port . ',' . $node{B}->port
	  . ' dbname=qsr user=qliksenserepository', "$dir/acknowledged" ], '<', \$in, '>', \$told);

$node{A}->poll_query_until('qsr', 'SELECT count(*) > 100 FROM ledger');
foreach my $round (1 .. 2 * scaled(5))
{
	my ($to, $from) = $round % 2 ? ('B', 'A') : ('A', 'B');
	my $at = $round % 3 ? $to : $from;

	($code, $out, $err) = qsrepl('switchover', '--to', $to, '--yes', '--config', $conf{$at});
	$_->_update_pid(1) foreach values %node;
	is("$code $err", '0 ', "switchover to $to, at $at");
	like($out, qr/^Site $to is active\.\nClients could write there \d+\.\d\d s after the start\.\n$/, 'it says so');
	note($out);
	($code, $out, $err) = qsrepl('is-active', $to, '--config', $conf{$at});
	is($code, 0, "$to is active");
	($code, $out, $err) = qsrepl('is-active', $from, '--config', $conf{$at});
	is($out, "standby\n", "$from is a standby");
	is($node{$from}->safe_psql('postgres', 'SELECT slot_name FROM pg_replication_slots'), '', 'without a slot');
	$node{$to}->poll_query_until('qsr', "SELECT count(*) > $round * 100 FROM ledger");
}
$writer->finish;
note($told);
like($told, qr/^acknowledged \d+ lines/, 'the writer went on');
$lsn = $node{A}->lsn('write');
$node{B}->poll_query_until('qsr', "SELECT pg_last_wal_replay_lsn() >= '$lsn'");
my @acknowledged = split /\n/, slurp_file("$dir/acknowledged");
my %there = map { $_ => 1 } split /\n/, $node{A}->safe_psql('qsr', 'SELECT id FROM ledger');
cmp_ok(scalar @acknowledged, '>', 600, 'many writes were acknowledged');
is_deeply([ grep { !$there{$_} } @acknowledged ], [], 'none of them is lost');
query_is($node{A}, 'qsr', q(SELECT DISTINCT regexp_replace(path, '\d+$', '') FROM ledger), '\\\\CN\\QlikShare\\writer',
	'all rows of A are its own');
query_is($node{B}, 'qsr', q(SELECT DISTINCT regexp_replace(path, '\d+$', '') FROM ledger), '\\\\BCN\\Qlik$\\writer',
	'and B shows its own');
is($node{B}->safe_psql('qsr', "SET qsrepl.raw = on; SELECT md5(string_agg(l::text, ',' ORDER BY id)) FROM ledger l"),
	$node{A}->safe_psql('qsr', "SELECT md5(string_agg(l::text, ',' ORDER BY id)) FROM ledger l"), 'both store the same');
($code, $out, $err) = qsrepl('switchover', '--to', 'B', '--dry-run', '--config', $conf{A});
like($out, qr/\(\d+ ms\).*Times are those of the run of .*: \d+ ms together/s, 'a dry run tells times by now');

($code, $out, $err) = qsrepl('switchover', '--to', 'B', '--dry-run', '--json', '--config', $conf{A});
$document = decode_json($out);
cmp_ok($document->{total_ms}, '>', 0, 'so does its document');
like($document->{times_of}, qr/^20\d\d-/, 'and of which run');
cmp_ok((grep { $_->{name} eq 'stop' } @{ $document->{steps} })[0]{ms}, '>', 0, 'for each step');
($code, $out, $err) = qsrepl('switchover', '--to', 'B', '--yes', '--json', '--config', $conf{A});
$_->_update_pid(1) foreach values %node;
$document = decode_json($out);
is(join(' ', $code, @{$document}{qw(plan from to outcome)}), '0 switchover A B done', 'a switchover as a document');
cmp_ok($document->{writable_ms}, '>', 0, 'with its time');

$_->stop foreach values %node;
done_testing();
