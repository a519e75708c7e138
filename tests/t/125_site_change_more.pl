# A pair with all that moves, on further bad days: a drill with certificates that do
# not fit, a lost site's certificates on its nodes, a name server that is lost, too.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplNamed;
use QsreplPair;
use QsreplServices;
use QsreplWhole;
use Test::More;

my ($code, $out, $err);

sub run_at
{
	($code, $out, $err) = tool(@_);
	return;
}

sub rim_gone
{
	my ($site) = @_;

	change_conf(sub { s/^(\[node P1-$site\]\n(?:(?!\[).*\n)*?smb_port = )\d+$/${1}1/m });
	return;
}

sub refused_logons
{
	return scalar grep { $_->{status} eq 'NT_STATUS_WRONG_PASSWORD' } $nodes{A}->logons;
}

# What a drill says of certificates, when site A has these nodes.
sub drilled
{
	my @names = @_;

	$server{A}->safe_psql('qsr', q(DELETE FROM "ServerNodeConfigurations"));
	$server{A}->safe_psql('qsr', qq(INSERT INTO "ServerNodeConfigurations" VALUES ('$_'))) foreach @names;
	$server{B}->poll_query_until('qsr', 'SELECT pg_last_wal_replay_lsn() >= ' . "'" . $server{A}->lsn('write') . "'");
	run_at('B', 'drill', '--site', 'B');
	return join '', $out =~ /^.*certificates: .*$/mg;
}

make_whole(net => { A => '127.0.25', B => '127.0.26' });

# ---- drill: the set is verified against the localized copy ----
my $port = PostgreSQL::Test::Cluster::get_free_port();
my $root = "/tmp/qsrepl_drill_$$";
change_conf(sub { s/^(data_directory = .*\n)/$1drill_port = $port\ndrill_directory = $root\n/mg });
$server{A}->safe_psql('qsr', q(CREATE TABLE "ServerNodeConfigurations" ("HostName" text)));
like(drilled('CN', 'P1'), qr/^passed.*4 certificates are good for 2 nodes and 0 thumbprints in the copy\./, 'drill: they fit') or diag "$out$err";
is($code, 0, 'and it passes');
like(drilled('CN', 'P1', 'P9'), qr/^failed.*"P9" is missing/, 'drill: a node without a certificate') or diag "$out$err";
is($code, 1, 'and it fails');
change_conf(sub { });

# ---- site A is lost, with its certificates on nodes that let nobody in ----
kill_server($server{A});
my ($right, $wrong) = ($nodes{A}->credentials, $nodes{A}->wrong_credentials);
change_conf(sub {
	s/^credentials = \Q$right\E$/credentials = $wrong/mg;
	s/^certificates = directory\ncertificate_directory = .*store_A$/certificates = windows/m;
	s/^(\[node \w+-A\]\n)/$1ssh_command = false\n/mg;
});
run_at('B', 'check');
like($out, qr/^fail  certificates  site A: /m, 'its certificates cannot be read');
like($out, qr/^Ready for failover: yes\b/m, 'which are not needed') or diag $out;

# ---- and so is the name server of site B ----
change_conf(sub { s/^credentials = \Q$right\E$/credentials = $wrong/mg; s/^(\[site B\]\n(?:(?!\[).*\n)*?dns_servers = 127\.0\.0\.1)#\d+$/$1#1/m or die });
my $logons = refused_logons();
run_at('B', 'failover', '--to', 'B', '--accept-data-loss', 'unknown', '--json');
is($code, 1, 'failover, but for the alias') or diag "$out$err";
like($out, qr/"outcome":\s*"incomplete"/, 'as JSON');
like($out, qr/Warning: the alias qs\.company\.test does not point to site B: .*qsrepl dns switch --to B/, 'what is to be done');
all_are('B', $up, 'auto', 'failover');
like($out, qr/Warning: not all services of site A are known to be down /, 'its nodes let nobody in, which is told');
is(refused_logons() - $logons, 2, 'and are asked twice: for a sign of life, and to be stopped');
change_conf(sub { });
run_at('B', 'dns', 'switch', '--to', 'B', '--yes');
is($code, 0, 'as it says') or diag "$out$err";
is(record($named, 'qs', 'CNAME'), 'qs-b.company.test', 'the alias');

# ---- failback where a rim of site A does not answer ----
rim_gone('A');
run_at('A', 'failback', 'A', '--yes');
is($code, 1, 'failback: a rim is not known to be down') or diag "$out$err";
like($err, qr/the switchover was not begun, since the rejoin of site "A" has left something/, 'the role does not move, which is told');
is(join(' ', site_words($conf{A})), 'A standby B active', 'site A is back as a standby');
change_conf(sub { });
foreach my $verb ('stop', 'passive')
{
	run_at('A', 'service', $verb, '--site', 'A', '--yes');
	is($code, 0, "service $verb") or diag "$out$err";
}
active_is('B', 'before');
run_at('A', 'switchover', '--to', 'A', '--yes');
is($code, 0, 'switchover') or diag "$out$err";
active_is('A', 'at the end');
end_whole();
done_testing();
