# qsrepl drill at the subscriber of logical mode.
use strict;
use warnings FATAL => 'all';

use File::Spec;
use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplTest;
use Test::More;

my $dir = File::Spec->rel2abs(PostgreSQL::Test::Utils::tempdir());
my $root = "/tmp/qsrepl_drill_$$";

END
{
	local $?;
	system('rm', '-rf', $root) if $root;
}

# A tablespace must not be written to by the copy.
my $site_a = make_site('A', conf => "listen_addresses = '127.0.0.1'\n");
my $site_b = make_site('B', conf => "listen_addresses = '127.0.0.1'\n");
mkdir "$dir/space=1";
$site_b->safe_psql('postgres', "CREATE TABLESPACE space LOCATION '$dir/space=1'");
create_db('qsr', $site_a, $site_b);
$_->safe_psql('qsr', 'CREATE TABLE plain (id int PRIMARY KEY, path text)') foreach $site_a, $site_b;
define_mappings($site_b, 'qsr');
add_rules($site_b, 'qsr', [ 'plain', 'path', 'path' ]);
$site_b->safe_psql('qsr', 'SELECT qsrepl.enable()');
$site_b->safe_psql('qsr', 'CREATE TABLE elsewhere TABLESPACE space AS SELECT generate_series(1, 100) AS id');
my $subscription = subscribe($site_a, $site_b, 'qsr');

my $conf = conf_file('B', { A => $site_a, B => $site_b },
	main => "mode = logical\ndatabases = qsr more\n",
	B => "drill_port = " . PostgreSQL::Test::Cluster::get_free_port() . "\ndrill_directory = $root\n");

$site_a->safe_psql('qsr', q(INSERT INTO plain VALUES (1, '\\\\CN\QlikShare\Apps')));
catch_up($site_a, $subscription);
my ($code, $out, $err) = qsrepl('drill', '--json', '--config', $conf);
note $out . $err;
is($code, 0, 'a drill at a subscriber');
my $record = JSON::PP::decode_json($out);
is($record->{verdict}, 'passed', 'passes');
is($record->{role}, 'primary', 'its server is no standby');
my ($role) = grep { $_->{name} eq 'qsr: reads and writes' } @{ $record->{checks} };
is("$role->{result}: $role->{detail}", 'skipped: Role "qliksenserepository" does not exist.', 'no role of Qlik: skipped');
ok(!-e $root, 'nothing is left');
query_is($site_b, 'qsr', 'SELECT count(*) FROM elsewhere', '100', 'the tablespace is as it was');
$site_a->safe_psql('qsr', q(INSERT INTO plain VALUES (2, '\\\\CN\QlikShare\Apps')));
catch_up($site_a, $subscription);
query_is($site_b, 'qsr', 'SELECT count(*), min(path) FROM plain', '2|\\\\BCN\Qlik$\Apps', 'apply goes on');

# A value of another site that stays is a leak, and the drill fails.
$site_b->safe_psql('qsr', <<'SQL');
SET session_replication_role = local;
ALTER TABLE plain DISABLE TRIGGER ALL;
INSERT INTO plain VALUES (3, '\\CN\QlikShare\Leak');
SQL
($code, $out, $err) = qsrepl('drill', '--config', $conf);
note $out . $err;
is($code, 1, 'a stored value of site A');
like($out, qr/^failed   qsr: leaks: 1 values of another site are stored: .*plain, column "path", mapping "share"/m, 'is a leak');
like($out, qr/^Verdict: failed$/m, 'which is the verdict');
ok(!-e $root, 'nothing is left of it');
done_testing();
