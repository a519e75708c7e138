# The tool with a pair of two majors (see 171_majors.pl): set-up copies the
# schema to the newer one, and both sites are compared.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplPair;
use QsreplTest;
use Test::More;

my ($site_a, $site_b) = make_bare_pair(install_path => $ENV{QSREPL_PUBLISHER});
my %node = (A => $site_a, B => $site_b);
my %conf = map { $_ => conf($_, 'databases = .*' => 'databases = QSR') } 'A', 'B';

$_->start foreach values %node;
$_->safe_psql('postgres', 'CREATE ROLE qliksenserepository LOGIN') foreach values %node;
my $majors = server_major($site_a) . ' to ' . server_major($site_b);
is($majors, $ENV{QSREPL_PAIR}, 'the majors are those asked for')
  if $ENV{QSREPL_PAIR};
$site_a->safe_psql('postgres', 'CREATE DATABASE "QSR"');
load_fixture($site_a, 'QSR', 'qsr', apps => 5);

foreach my $setup ([ 'publisher', 'A' ], [ 'subscriber', 'B' ])
{
	my ($verb, $site) = @$setup;
	my ($code, $out, $err) = qsrepl('setup', $verb, '--site', $site, '--config', $conf{$site});

	is($code, 0, "setup $verb") or diag("$out$err");
	$node{$site}->_update_pid(1);
}
$site_a->wait_for_catchup('qsrepl_b_qsr');
tables_equal_rewritten($site_a, $site_b, 'QSR', "$majors: the copy");

$site_a->safe_psql('QSR', <<'SQL');
UPDATE "DataConnections" SET "ConnectionString" = 'CUSTOM CONNECT TO "provider=x;root=\\CN\QlikShare\new;"'
SQL
$site_a->wait_for_catchup('qsrepl_b_qsr');
tables_equal_rewritten($site_a, $site_b, 'QSR', "$majors: a change");
no_leaks($site_b, 'QSR');

my ($code, $out, $err) = qsrepl('compare', '--config', $conf{B});
is($code, 0, 'compare finds no difference') or diag("$out$err");
($code, $out, $err) = qsrepl('status', '--config', $conf{B});
is($code, 0, 'status') or diag("$out$err");

$_->stop('fast') foreach values %node;
done_testing();
