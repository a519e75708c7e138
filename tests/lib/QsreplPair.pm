#
# QsreplPair.pm
#		Pairs of sites with a configuration of the tool.
#
package QsreplPair;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;
use QsreplTool;
use Test::More;
use Time::HiRes ();

our @EXPORT = (
	@QsreplTool::EXPORT, qw(make_pair write_conf make_tool_pair make_bare_pair
	  conf setup_conf set_up_pair kill_server check_says));

=pod

=item make_pair(conf => text)

Site A with the databases "qsr" and "more", localized, and its standby B by the
slot "qsrepl_b". Returns both nodes and the configuration file.

=cut

sub make_pair
{
	my (%opt) = @_;
	my $settings = <<'CONF' . ($opt{conf} // '');
listen_addresses = '127.0.0.1'
wal_log_hints = on
max_slot_wal_keep_size = 512MB
max_prepared_transactions = 5
CONF
	my $site_a = make_site('A', conf => $settings);

	$site_a->safe_psql('postgres', <<'SQL');
CREATE ROLE qliksenserepository LOGIN;
CREATE ROLE qsrepl_replication LOGIN REPLICATION;
SELECT pg_create_physical_replication_slot('qsrepl_b', true);
SQL
	foreach my $db ('qsr', 'more')
	{
		create_db($db, $site_a);
		define_mappings($site_a, $db);
		$site_a->safe_psql($db, 'CREATE TABLE plain (id int, path text)');
		add_rules($site_a, $db, [ 'plain', 'path', 'path' ]);
		$site_a->safe_psql($db, 'SELECT qsrepl.localize()');
	}
	my $site_b = make_standby($site_a, 'B',
		conf => "primary_slot_name = 'qsrepl_b'\nprimary_conninfo = 'host="
		  . $site_a->host
		  . ' port='
		  . $site_a->port
		  . " user=qsrepl_replication application_name=site_b'\n");

	$site_a->wait_for_catchup($site_b, 'replay', $site_a->lsn('write'));
	return ($site_a, $site_b, write_conf($site_a, $site_b));
}

=pod

=item write_conf($site_a, $site_b, main => lines, a => lines, b => lines)

Another configuration file for the pair; returns its name.

=cut

my $confs = 0;

sub write_conf
{
	my ($site_a, $site_b, %opt) = @_;

	return conf_file(
		'A', { A => $site_a, B => $site_b },
		main => "databases = qsr more\n" . ($opt{main} // ''),
		A => $opt{a},
		B => $opt{b},
		file => "$tool_dir/pair_" . ++$confs . '.conf');
}

=pod

=item make_bare_pair(install_path => folder)

Two servers that were not started, for set-up in logical mode. The files of the
tool are in $tool_dir. A may be of another major.

=cut

my %bare;

sub make_bare_pair
{
	my (%opt) = @_;

	%bare = (A => bare_server('site_a', %opt), B => bare_server('site_b'));
	write_private("$tool_dir/pgpass", "*:*:*:qsrepl_replication:geheim\n");
	return @bare{qw(A B)};
}

=pod

=item conf($site, pattern => text, ...)

The configuration file of a site of make_bare_pair(), with changes.

=cut

sub conf
{
	my ($site, @change) = @_;

	return conf_file(
		$site, \%bare,
		main => "mode = logical\ndatabases = QSR SenseServices QSMQ\n"
		  . "replication_name = qsrepl\npassfile = $tool_dir/pgpass\n",
		mappings => $qlik_mappings,
		change => \@change);
}

# "qsrepl setup" of a site, which the test's object of its server then knows of.
sub set_up
{
	my ($nodes, $verb, $site, $conf, @more) = @_;
	my ($code, $out, $err) = qsrepl('setup', $verb, '--site', $site, '--config',
		$conf, @more);

	die "qsrepl setup $verb: $code\n$out$err" if $code != 0;
	$nodes->{$site}->_update_pid(1);
	return;
}

=pod

=item make_tool_pair(names => { A => name, B => name }, %options_of_conf_file)

Sites A and B as "qsrepl setup" makes them, with the databases "qsr" and "more"
and a table "ledger" with a rule in the first. Returns a hash from sites to
nodes; conf_file() gives their configurations.

=cut

sub make_tool_pair
{
	my %opt = (names => { A => 'site_a', B => 'site_b' }, @_);
	my %nodes = map { $_ => bare_server($opt{names}{$_}) } 'A', 'B';

	$nodes{A}->start;
	foreach my $db ('qsr', 'more')
	{
		$nodes{A}->safe_psql('postgres', "CREATE DATABASE $db");
	}
	$nodes{A}->safe_psql('postgres', 'CREATE ROLE qliksenserepository LOGIN');
	$nodes{A}->safe_psql('qsr', <<'SQL');
CREATE TABLE ledger (id bigint PRIMARY KEY, path text);
ALTER TABLE ledger OWNER TO qliksenserepository;
SQL
	set_up(\%nodes, 'primary', 'A', conf_file('A', \%nodes, %opt));
	add_rules($nodes{A}, 'qsr', [ 'ledger', 'path', 'path' ]);
	set_up(\%nodes, 'standby', 'B', conf_file('B', \%nodes, %opt),
		'--discard-site', 'B');
	return %nodes;
}

=pod

=item setup_conf($site, \%nodes, pattern => text, ...)

The configuration file of a site with the databases of set_up_pair(), with
changes.

=cut

sub setup_conf
{
	my ($site, $nodes, @change) = @_;

	return conf_file($site, $nodes, main => "databases = QSR Licenses\n",
		change => \@change);
}

=pod

=item set_up_pair(\%nodes)

Site A, which runs, set up as the primary, and B as its standby, of which
nothing is left.

=cut

sub set_up_pair
{
	my ($nodes) = @_;

	PostgreSQL::Test::Utils::system_or_bail('rm', '-rf', $nodes->{B}->data_dir);
	set_up($nodes, 'primary', 'A', setup_conf('A', $nodes));
	set_up($nodes, 'standby', 'B', setup_conf('B', $nodes));
	return;
}

=pod

=item kill_server($node)

All processes of a server are gone at once.

=cut

sub kill_server
{
	my ($node) = @_;
	my ($pid) =
	  PostgreSQL::Test::Utils::slurp_file($node->data_dir . '/postmaster.pid')
	  =~ /^(\d+)/;
	my @processes = ($pid, split /\n/, `pgrep -P $pid`);

	kill 9, @processes;
	foreach my $process (@processes)
	{
		for (1 .. 1000)
		{
			last if !kill 0, $process;
			Time::HiRes::usleep(10000);
		}
	}
	$node->_update_pid(-1);
	return;
}

=pod

=item check_says($conf, $pattern, $name)

Run "qsrepl check" until a line is there that should be, since servers and
workers take a moment; its exit code and output.

=cut

sub check_says
{
	my ($conf, $pattern, $name) = @_;
	my ($code, $out);

	foreach (1 .. 100)
	{
		($code, $out) = qsrepl('check', '--config', $conf);
		last if $out =~ $pattern;
		Time::HiRes::usleep(100_000);
	}
	like($out, $pattern, $name);
	return ($code, $out);
}

1;
