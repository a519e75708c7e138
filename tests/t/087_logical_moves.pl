# Logical mode: switchover there and back under load, failover, rejoin,
# maintenance, and a tool that is killed on the way.
use strict;
use warnings FATAL => 'all';

use File::Path qw(remove_tree);
use File::Spec;
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplTest;
use Test::More;

my ($site_a, $site_b) = make_bare_pair();
my %node = (A => $site_a, B => $site_b);
my %conf = map { $_ => conf($_, 'databases = .*' => 'databases = QSR QSMQ') } 'A', 'B';
my $dir = File::Spec->rel2abs(PostgreSQL::Test::Utils::tempdir());
my ($code, $out, $err);

seed_random();
$_->start foreach values %node;
foreach my $node (values %node)
{
	$node->safe_psql('postgres', 'CREATE ROLE qliksenserepository LOGIN');
}
$site_a->safe_psql('postgres', "CREATE DATABASE \"$_\"") foreach 'QSR', 'QSMQ';
$site_a->safe_psql('QSR', <<'SQL');
CREATE TABLE ledger (id bigint PRIMARY KEY, path text);
CREATE TABLE items (id serial PRIMARY KEY, name text);
INSERT INTO items (name) SELECT 'i' || n FROM generate_series(1, 20) n;
CREATE SEQUENCE loose;
SELECT nextval('loose') FROM generate_series(1, 7);
ALTER TABLE ledger OWNER TO qliksenserepository;
ALTER TABLE items OWNER TO qliksenserepository;
SQL
foreach ([ 'A', 'publisher' ], [ 'B', 'subscriber' ])
{
	my ($site, $verb) = @$_;

	if ($verb eq 'subscriber')
	{
		add_rules($site_a, 'QSR', [ 'public.ledger', 'path', 'path' ]);
	}
	($code, $out, $err) = qsrepl('setup', $verb, '--site', $site, '--config', $conf{$site});
	is($code, 0, "setup $verb") or diag("$out$err");
	$node{$site}->_update_pid(1);
}
add_rules($site_b, 'QSR', [ 'public.ledger', 'path', 'path' ]);
$site_b->safe_psql('QSR', 'SELECT qsrepl.enable()');

sub other
{
	return $_[0] eq 'A' ? 'B' : 'A';
}

sub roles
{
	return join ' ', map {
		my ($exit, $word) = qsrepl('is-active', $_, '--config', $conf{A});
		chomp $word;
		"$_ $word"
	} 'A', 'B';
}

# All of the ledger, as the sites have it.
sub equal
{
	my ($name) = @_;
	my %rows;

	foreach my $site ('A', 'B')
	{
		$rows{$site} = $node{$site}->safe_psql('QSR', q(SELECT count(*), md5(string_agg(id::text, ',' ORDER BY id)) FROM ledger));
	}
	return is($rows{A}, $rows{B}, $name);
}

# The epoch counts the moves, and is the same at both sites.
my $epoch = 0;

sub epochs
{
	return join ' ', map { $node{$_}->safe_psql('QSR', 'SELECT epoch FROM qsrepl.status') } 'A', 'B';
}

sub caught_up
{
	my ($active) = @_;
	my $lsn = $node{$active}->lsn('write');

	return $node{$active}->poll_query_until('QSR',
		"SELECT count(*) > 0 AND bool_and(confirmed_flush_lsn >= '$lsn') FROM pg_replication_slots WHERE slot_type = 'logical'");
}

is(roles(), 'A active B fenced', 'A is active');
($code, $out, $err) = qsrepl('switchover', '--to', 'A', '--yes', '--config', $conf{A});
is($code, 6, 'to the active site');
like($err, qr/site "A" is active already/, 'it says so');
($code, $out, $err) = qsrepl('switchover', '--to', 'B', '--dry-run', '--config', $conf{A});
is("$code $err", '0 ', 'a dry run');
like($out, qr/Set the sequences of site B.*Drop the subscriptions of site B, and open it\n     From here on/s, 'tells the steps');

my ($in, $told) = ('', '');
# A fenced server says that it takes writes: who is refused tries the other one.
my @ways = map { 'host=127.0.0.1 port=' . $_->port . ' dbname=QSR user=qliksenserepository' } $site_a, $site_b;
is($site_b->psql('QSR', 'SELECT 1', connstr => "$ways[1] target_session_attrs=read-write"), 0,
	'libpq does not see the fence, as docs/limits.md says');
my $writer = IPC::Run::start([ File::Spec->rel2abs('build/writer'), $ways[0], "$dir/acknowledged", 1, 0, $ways[1] ],
	'<', \$in, '>', \$told);

$site_a->poll_query_until('QSR', 'SELECT count(*) > 50 FROM ledger');
foreach my $to ('B', 'A', 'B', 'A')
{
	my $from = other($to);
	my $value = $node{$from}->safe_psql('QSR', q(SELECT nextval('loose') + nextval('items_id_seq') * 0));

	($code, $out, $err) = qsrepl('switchover', '--to', $to, '--yes', '--config', $conf{$to});
	is("$code $err", '0 ', "switchover to $to");
	like($out, qr/^Site $to is active\.\nClients could write there \d\.\d\d s after the start\.\n$/, 'it says so');
	note($out);
	is(roles(), $to eq 'B' ? 'A fenced B active' : 'A active B fenced', "$to is active");
	is($node{$to}->safe_psql('QSR', q(SELECT nextval('loose'))), $value + 1, 'sequences go on');
	cmp_ok($node{$to}->safe_psql('QSR', q(INSERT INTO items (name) VALUES ('x') RETURNING id)), '>', 20, 'columns with sequences too');
	my ($exit, undef, $why) = $node{$from}->psql('QSR', 'INSERT INTO ledger VALUES (-1, 0)',
		extra_params => [ '-U', 'qliksenserepository' ]);
	isnt($exit, 0, "nothing is written at $from");
	# Nothing replicates to the active site: what comes there was written there.
	my $rows = $node{$to}->safe_psql('QSR', 'SELECT count(*) FROM ledger');
	ok($node{$to}->poll_query_until('QSR', "SELECT count(*) > $rows + 50 FROM ledger"), 'the writer goes on');
	ok(caught_up($to), "$from follows");
	$epoch++;
	is(epochs(), "$epoch $epoch", 'the epoch counts moves');
}
($code, $out, $err) = qsrepl('check', '--config', $conf{A});
like($out, qr/^Ready for switchover: yes\.$/m, 'ready again') or diag($out);

# Killed at some place, and resumed or aborted, here or there.
my $active = 'A';
foreach my $round (1 .. scaled(4))
{
	my $how = ('resume', 'abort')[ rand 2 ];
	my $at = ('A', 'B')[ rand 2 ];
	my $there = int rand 2;
	my $end = $there ? other($at) : $at;
	my $kill = 4 + int rand 28;
	my $name = "$round: to " . other($active) . " at $at, killed at $kill, $how at $end";
	my $killed;

	{
		local %ENV = (%ENV, KILL_AT => $kill, LD_PRELOAD => File::Spec->rel2abs('build/killer.so'));
		IPC::Run::run([ $qsrepl_program, 'switchover', '--to', other($active), '--yes', '--drain', '0', '--config', $conf{$at} ],
			'<', \'', '>', \$out, '2>', \$err);
		$killed = ($? & 127) == 9;
		is("$? $err", '0 ', "$name: not killed, it comes to its end") if !$killed;
	}
	remove_tree("$tool_dir/journal_$at") if $there;
	($code, $out, $err) = $killed ? qsrepl($how, '--config', $conf{$end}) : (0, '', '');
	$how = 'resume' if !$killed;
	if ($code == 6 && $err =~ /cannot be aborted any more|is active already/)
	{
		$how = 'resume';
		($code, $out, $err) = qsrepl($how, '--config', $conf{$end});
	}
	if ($code == 6 && $err =~ /there is no run/)
	{
		($code, $err, $how) = (0, '', roles() =~ /\Q@{[ other($active) ]}\E active/ ? 'resume' : 'abort');
	}
	note($out);
	is("$code $err", '0 ', "$name: $how");
	$active = other($active) if $how eq 'resume';
	is(roles(), $active eq 'B' ? 'A fenced B active' : 'A active B fenced', "$name: $active is active");
	ok(caught_up($active), "$name: the other one follows");
	like(epochs(), qr/^(\d+) \1$/, "$name: both have the same epoch");
}
if ($active eq 'B')
{
	($code, $out, $err) = qsrepl('switchover', '--to', 'A', '--yes', '--config', $conf{A});
	is("$code $err", '0 ', 'back to A');
}
$writer->finish;
note($told);
my %there = map { $_ => 1 } split /\n/, $site_a->safe_psql('QSR', 'SELECT id FROM ledger');
is_deeply([ grep { !$there{$_} } split /\n/, slurp_file("$dir/acknowledged") ], [], 'no acknowledged write is lost');
caught_up('A');
equal('both have the same rows');
query_is($site_a, 'QSR', q(SELECT DISTINCT regexp_replace(path, '\d+$', '') FROM ledger WHERE id > 0), '\\\\CN\\QlikShare\\writer',
	'A has its own values');
query_is($site_b, 'QSR', q(SELECT DISTINCT regexp_replace(path, '\d+$', '') FROM ledger WHERE id > 0), '\\\\BCN\\Qlik$\\writer',
	'B has its own');

# Maintenance: the schema must be the same before it goes on.
($code, $out, $err) = qsrepl('maintenance', 'begin', '--config', $conf{B});
is("$code $err", '0 ', 'maintenance begin');
like($out, qr/^Site B is held\. It is the way back/, 'says so');
$site_a->safe_psql('QSR', q(CREATE TABLE upgraded (id int PRIMARY KEY); INSERT INTO upgraded VALUES (1)));
($code, $out, $err) = qsrepl('maintenance', 'end', '--config', $conf{B});
is($code, 8, 'schemas that differ');
like($err, qr/the sites do not have the same schema\n.*They differ in: QSR: public\.upgraded/s, 'are told');
($code, $out, $err) = qsrepl('abort', '--config', $conf{B});
is("$code $err", '0 ', 'aborted');
$site_b->safe_psql('QSR', 'CREATE TABLE upgraded (id int PRIMARY KEY)');
($code, $out, $err) = qsrepl('maintenance', 'end', '--config', $conf{B});
is("$code $err", '0 ', 'maintenance end');
ok($site_b->poll_query_until('QSR', 'SELECT count(*) = 1 FROM upgraded'), 'the new table is replicated');

# Lost, with rows that never arrived.
($epoch) = split / /, epochs();
$site_b->safe_psql('QSR', 'ALTER SUBSCRIPTION qsrepl_b_qsr DISABLE');
$site_a->poll_query_until('QSR', q(SELECT NOT active FROM pg_replication_slots WHERE slot_name = 'qsrepl_b_qsr'));
$site_a->safe_psql('QSR', q(INSERT INTO ledger VALUES (-5, '\\\\CN\\QlikShare\\lost'); INSERT INTO items (name) VALUES ('lost')));
$site_a->stop('immediate');
$site_b->safe_psql('QSR', 'ALTER SUBSCRIPTION qsrepl_b_qsr ENABLE');
($code, $out, $err) = qsrepl('failover', '--to', 'B', '--yes', '--config', $conf{B});
is($code, 6, 'a loss that is not accepted');
($code, $out, $err) = qsrepl('failover', '--to', 'B', '--accept-data-loss', 'unknown', '--config', $conf{B});
is($code, 0, 'failover') or diag($err);
like($out, qr/^Site B is active\.$/m, 'says so');
like($out, qr/set them by hand: (public\.)?loose/, 'a sequence without a column is told');
like($out, qr/^Site A is fenced; "qsrepl rejoin A" brings it back\.$/m, 'A is fenced');
my $most = $site_b->safe_psql('QSR', 'SELECT max(id) FROM items');
cmp_ok($site_b->safe_psql('QSR', q(INSERT INTO items (name) VALUES ('b') RETURNING id)), '>', $most, 'sequences go on');
is($site_b->safe_psql('QSR', 'SELECT epoch FROM qsrepl.status'), ++$epoch, 'the epoch counts a failover');
$site_a->start;
($code, $out) = qsrepl('is-active', 'A', '--config', $conf{A});
is($out, "fenced\n", 'A comes back fenced');
($code, $out, $err) = qsrepl('rejoin', 'A', '--yes', '--config', $conf{A});
is($code, 0, 'rejoin') or diag($err);
$site_a->_update_pid(1);
like($out, qr/^Site A, database QSR: committed after what site B has confirmed:\n(  .*\n)*  public\.ledger: 1 rows/m, 'what only A had');
is(roles(), 'A fenced B active', 'A is a subscriber');
ok(caught_up('B'), 'and follows');
equal('with the same rows');
query_is($site_a, 'QSR', q(SELECT DISTINCT regexp_replace(path, '\d+$', '') FROM ledger WHERE id > 0), '\\\\CN\\QlikShare\\writer',
	'in its own spelling, by a rule of no profile');
is(epochs(), "$epoch $epoch", 'and the same epoch');
like($site_a->safe_psql('postgres', 'SELECT string_agg(datname, $$ $$ ORDER BY 1) FROM pg_database'), qr/QSR_\d+T\d+/,
	'its former databases are kept');
query_is($site_a, 'postgres', q(SELECT count(*) FROM pg_replication_slots), '0', 'without old slots');
($code, $out, $err) = qsrepl('failback', 'A', '--yes', '--config', $conf{A});
is("$code", '0', 'failback') or diag("$out$err");
is(roles(), 'A active B fenced', 'A is active again');
$_->stop foreach values %node;
done_testing();
