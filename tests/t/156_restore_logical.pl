# A restore in logical mode: the subscriber is held meanwhile, and copied anew
# from what was restored; where it fails, or is undone, it follows as before.
use strict;
use warnings FATAL => 'all';

use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplRestore;
use QsreplSteps;
use QsreplTest;
use Test::More;

my ($site_a, $site_b) = make_bare_pair();
my %node = (A => $site_a, B => $site_b);
my @databases = ('QSR', 'Licenses');
my %conf = map { $_ => conf($_, 'databases = .*' => "databases = @databases", '\[site A\]\n' => "[site A]\nsnapshot_directory = $tool_dir/snapshots\n",
	'\[site B\]\n' => "[site B]\nsnapshot_directory = $tool_dir/snapshots_B\n") } 'A', 'B';
my ($code, $out, $err);
my @restore = ('snapshot', 'restore', "$tool_dir/one", '--yes', '--replace-active', 'A', '--config', $conf{A});
my $table = '"ServiceClusterSettingsSharedPersistenceProperties"';

mkdir "$tool_dir/snapshots";
foreach my $node (values %node)
{
	$node->start;
	$node->safe_psql('postgres', 'CREATE ROLE qliksenserepository LOGIN');
}
foreach my $db (@databases)
{
	$site_a->safe_psql('postgres', "CREATE DATABASE \"$db\" OWNER qliksenserepository");
	$site_a->safe_psql($db, <<"SQL");
CREATE TABLE $table ("ID" int PRIMARY KEY, "RootFolder" text);
INSERT INTO $table VALUES (1, '\\\\CN\\QlikShare');
SQL
}
foreach ([ 'A', 'publisher' ], [ 'B', 'subscriber' ])
{
	my ($site, $verb) = @$_;

	($code, $out, $err) = qsrepl('setup', $verb, '--site', $site, '--yes', '--config', $conf{$site});
	is($code, 0, "setup $verb") or diag("$out$err");
	$node{$site}->_update_pid(1);
}

sub follows
{
	my ($wanted, $name) = @_;

	foreach my $db (@databases)
	{
		$site_b->poll_query_until($db, "SELECT count(*) = $wanted FROM $table");
		is($site_b->safe_psql($db, "SELECT count(*), min(\"RootFolder\") FROM $table"), "$wanted|\\\\BCN\\Qlik\$", "$name: $db");
	}
	return;
}

follows(1, 'the subscriber follows');

# A snapshot of the subscriber has its own values.
($code, $out, $err) = qsrepl('snapshot', 'create', 'own', '--config', $conf{B});
is($code, 0, 'a snapshot of the subscriber') or diag("$out$err");
foreach my $db (@databases)
{
	IPC::Run::run([ 'pg_restore', '-f', '-', '-a', '-t', $table =~ tr/"//dr, "$tool_dir/snapshots_B/own/databases/$db" ], '>', \$out, '2>', \$err);
	like($out, qr/^1\t\\\\\\\\BCN\\\\Qlik\$$/m, "has its own values in $db");
	unlike($out, qr/\\CN\\/, 'and not the publisher\'s');
}

hand_snapshot($site_a, "$tool_dir/one", databases => \@databases);
$site_a->safe_psql($_, "INSERT INTO $table SELECT i, '\\\\CN\\QlikShare' FROM generate_series(2, 5) i; CREATE TABLE later (x int PRIMARY KEY)")
  foreach @databases;
follows(5, 'with more rows');

($code, $out, $err) = qsrepl('snapshot', 'restore', "$tool_dir/one", '--yes', '--config', $conf{B});
is($code, 6, 'not at a subscriber');
like($err, qr/site "B" is passive/, 'which is told');

# Killed and undone: as it was, and followed.
my $before = restore_state($site_a, \@databases);

my @steps = plan_steps(@restore);
my %wanted = map { $_ => 1 } source_steps();
delete @wanted{ 'stage', 'files', 'tidy' };
is_deeply(\@steps, [ grep { $wanted{$_} } source_steps() ], 'the run has all steps but those of a share');
my @no_return = ('unsubscribe', 'clean', 'publish', 'subscribe');
is_deeply([ @steps[ -@no_return .. -1 ] ], \@no_return, 'of which the last ones cannot be undone');
my @undone = ($ENV{QSREPL_SCALE} // 1) < 2 ? ('hold', 'databases', 'localize', 'swap', 'after') : @steps[ 0 .. $#steps - @no_return ];

foreach my $step (@undone)
{
	killed_in_step($step, $step eq 'swap' ? 99 : 2, @restore);
	($code, $out, $err) = qsrepl('abort', '--config', $conf{A});
	is("$code $err", '0 ', 'undone') or diag($out);
	same_lines(restore_state($site_a, \@databases), $before, 'all is as it was');
}
$site_a->safe_psql($_, "INSERT INTO $table VALUES (6, '\\\\CN\\QlikShare')") foreach @databases;
follows(6, 'undone');

# Past the point of no return it is gone on with: one run that is killed in each
# of its steps there.
my @words = @restore;
foreach my $step (@no_return)
{
	killed_in_step($step, 1, @words);
	@words = ('resume', '--config', $conf{A});
	($code, $out, $err) = qsrepl('abort', '--config', $conf{A});
	is($code, 6, "$step: it cannot be undone");
	like($err, qr/cannot be aborted any more.*safety snapshot can be restored/s, 'and what else there is, is told');
}
($code, $out, $err) = qsrepl(@words);
is($code, 0, 'restored') or diag("$out$err");
like($out, qr/Site B follows again; what it had is kept there in databases whose names end in _before_/, 'and told that it follows');
is($site_a->safe_psql('QSR', "SELECT count(*), to_regclass('later') FROM $table"), '1|', 'the snapshot is there');
follows(1, 'restored');
$site_a->safe_psql($_, "INSERT INTO $table VALUES (9, '\\\\CN\\QlikShare')") foreach @databases;
follows(2, 'and more rows arrive');
is($site_a->safe_psql('postgres', 'SELECT count(*), count(*) FILTER (WHERE active) FROM pg_replication_slots'), '2|2', 'by a slot for each database');
is($site_a->safe_psql('postgres', q(SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE NOT datistemplate)), 'Licenses QSR postgres', 'no database is left');
($code, $out, $err) = qsrepl('compare', '--config', $conf{A});
is($code, 0, 'both sites have the same') or diag("$out$err");
$_->stop foreach values %node;
done_testing();
