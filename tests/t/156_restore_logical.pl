# A restore in logical mode: the subscriber is held meanwhile, and copied anew
# from what was restored; where it fails, or is undone, it follows as before.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplRestore;
use QsreplTest;
use Test::More;

my ($site_a, $site_b) = make_bare_pair();
my %node = (A => $site_a, B => $site_b);
my @databases = ('QSR', 'Licenses');
my %conf = map { $_ => conf($_, 'databases = .*' => "databases = @databases", '\[site A\]\n' => "[site A]\nsnapshot_directory = $tool_dir/snapshots\n") } 'A', 'B';
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
hand_snapshot($site_a, "$tool_dir/one", databases => \@databases);
$site_a->safe_psql($_, "INSERT INTO $table SELECT i, '\\\\CN\\QlikShare' FROM generate_series(2, 5) i; CREATE TABLE later (x int PRIMARY KEY)")
  foreach @databases;
follows(5, 'with more rows');

($code, $out, $err) = qsrepl('snapshot', 'restore', "$tool_dir/one", '--yes', '--config', $conf{B});
is($code, 6, 'not at a subscriber');
like($err, qr/site "B" is passive/, 'which is told');

# Killed and undone: as it was, and followed.
my $before = restore_state($site_a, \@databases);
my $killed;

foreach my $n (16, 20, 24, 28, 30)
{
	($killed, $code, $out, $err) = qsrepl_killed({ KILL_AFTER => $n }, @restore);
	ok($killed, "killed behind write $n") or diag("$code $out$err");
	($code, $out, $err) = qsrepl('abort', '--config', $conf{A});
	is("$code $err", '0 ', 'undone') or diag($out);
	same_lines(restore_state($site_a, \@databases), $before, 'all is as it was');
}
$site_a->safe_psql($_, "INSERT INTO $table VALUES (6, '\\\\CN\\QlikShare')") foreach @databases;
follows(6, 'undone');

# Past the point of no return it is gone on with.
($killed, $code, $out, $err) = qsrepl_killed({ KILL_AFTER => 37 }, @restore);
ok($killed, 'killed once more') or diag("$code $out$err");
($code, $out, $err) = qsrepl('abort', '--config', $conf{A});
is($code, 6, 'it cannot be undone');
like($err, qr/cannot be aborted any more.*safety snapshot can be restored/s, 'and what else there is, is told');
($code, $out, $err) = qsrepl('resume', '--config', $conf{A});
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
