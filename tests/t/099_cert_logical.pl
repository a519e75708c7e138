# Sealed certificates in logical mode, where the tool writes them at both sites.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplTest;
use QsreplTool;
use QsreplTransport;
use Test::More;

my ($code, $out, $err);

sub at
{
	($code, $out, $err) = cert_at(@_);
	return "$code $err";
}

my ($site_a, $site_b) = map { make_site($_, conf => "listen_addresses = '127.0.0.1'\n") } 'A', 'B';

my %node = (A => $site_a, B => $site_b);
create_db('qsr', $site_a, $site_b);
foreach my $site ($site_a, $site_b)
{
	define_mappings($site, 'qsr');
	$site->safe_psql('qsr', 'CREATE TABLE plain (id int PRIMARY KEY, path text)');
}
$site_a->safe_psql('qsr', 'SELECT qsrepl.localize(); CREATE PUBLICATION pub_qsr FOR ALL TABLES');
subscribe($site_a, $site_b, 'qsr');
my $recovery = recovery_key('recovery');
make_certificates("$tool_dir/store_A");
transport_conf($_, \%node, recovery => $recovery, main => "mode = logical\ndatabases = qsr\n") foreach 'A', 'B';
is(at('B', 'keys'), '0 ', 'keys of the subscriber');
is(at('A', 'sync'), '0 ', 'sealed at the publisher');
foreach my $site ($site_a, $site_b)
{
	query_is($site, 'qsr', "SELECT string_agg(site, ' ' ORDER BY site), (SELECT string_agg(site_from || site_to || counter, ' ') FROM qsrepl.sealed_set) FROM qsrepl.transport_key",
		'A B|AB1', 'both have keys and set');
}
is(at('B', 'sync'), '0 ', 'installed at the subscriber');
is(installed_keys('B'), installed_keys('A'), 'the same keys');
query_is($_, 'qsr', 'SELECT count(*) FROM qsrepl.sealed_set WHERE installed IS NOT NULL', '1', 'which both know') foreach $site_a, $site_b;
unlike(transport_findings('A') . transport_findings('B'), qr/^(warn|fail)/m, 'and check has nothing to say');

# A database that is made anew is filled again.
$site_b->safe_psql('qsr', 'DELETE FROM qsrepl.transport_key; DELETE FROM qsrepl.sealed_set');
like(transport_findings('A'), qr/^warn site B: its database has another transport key of site A than site A$/m, 'what it lacks is told');
is(at('B', 'keys'), '0 ', "B's own key");
is(at('A', 'rotate'), '0 ', "A's, a new one");
is(at('A', 'sync'), '0 ', 'and the set');
is(at('B', 'sync'), '0 ', 'are there again');
is(installed_keys('B'), installed_keys('A'), 'as A has them');
unlike(transport_findings('A') . transport_findings('B'), qr/^(warn|fail)/m, 'and check has nothing to say again');

# Where the other site is silent, nothing is sealed that it would not get.
make_certificates("$tool_dir/store_A");
$site_b->stop;
at('A', 'sync');
is($code, 7, 'without the subscriber');
like($err, qr/site "B": could not connect|connection to server/, 'which is told');
query_is($site_a, 'qsr', 'SELECT max(counter) FROM qsrepl.sealed_set', '2', 'nothing is sealed');
$site_b->start;
is(at('A', 'sync'), '0 ', 'with it, the set is');
is(at('B', 'sync'), '0 ', 'and arrives');
$_->stop foreach $site_b, $site_a;
done_testing();
