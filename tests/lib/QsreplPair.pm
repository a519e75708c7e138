#
# QsreplPair.pm
#		Pairs of sites with a configuration of the tool, and calls of the tool.
#
package QsreplPair;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use File::Spec;
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTest;

our @EXPORT = qw(make_pair write_conf qsrepl bare_server make_tool_pair conf_file
  make_bare_pair $pair_dir conf write_private $qsrepl_program);

our $qsrepl_program = File::Spec->rel2abs($ENV{QSREPL} || 'build/qsrepl');

delete @ENV{ grep { /^QSREPL_(?!SEED|SCALE|KEEP)/ } keys %ENV };

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

A configuration file for the pair; returns its name.

=cut

sub write_conf
{
	my ($site_a, $site_b, %opt) = @_;
	my $file = PostgreSQL::Test::Utils::tempdir() . '/qsrepl.conf';
	my $text = "[qsrepl]\nsite = A\ndatabases = qsr more\n"
	  . "connect_timeout = 2s\n" . ($opt{main} // '');

	foreach ([ 'A', $site_a, $opt{a} ], [ 'B', $site_b, $opt{b} ])
	{
		my ($site, $node, $lines) = @$_;
		my $lc = lc $site;

		$text .=
			"[site $site]\nhost = 127.0.0.1\nport = "
		  . $node->port
		  . "\nuser = "
		  . getpwuid($<)
		  . "\ndata_directory = "
		  . $node->data_dir
		  . "\nsettings_file = /etc/qsrepl/$lc.conf\n"
		  . ($lines // '');
	}
	$text .= "[mapping share]\nkind = path\nA = \\\\CN\\QlikShare\n"
	  . "B = \\\\BCN\\Qlik\$\n";
	PostgreSQL::Test::Utils::append_to_file($file, $text);
	chmod 0600, $file;
	return $file;
}

=pod

=item make_bare_pair()

Two servers that were not started, for set-up in logical mode. The files of the
tool are in $pair_dir.

=cut

our $pair_dir;
my %bare;

sub make_bare_pair
{
	$pair_dir = File::Spec->rel2abs(PostgreSQL::Test::Utils::tempdir());
	%bare = (A => bare_server('site_a'), B => bare_server('site_b'));
	write_private("$pair_dir/pgpass", "*:*:*:qsrepl_replication:geheim\n");
	return @bare{qw(A B)};
}

=pod

=item conf($site, pattern => text, ...)

The configuration file of a site of make_bare_pair(), with changes.

=cut

sub conf
{
	my ($site, @change) = @_;
	my ($bin) = `pg_config --bindir` =~ /(.*)/;
	my $user = getpwuid $<;
	my $text = <<CONF;
[qsrepl]
site = $site
mode = logical
databases = QSR SenseServices QSMQ
replication_name = qsrepl
passfile = $pair_dir/pgpass
journal_directory = $pair_dir/journal_$site
connect_timeout = 2s
CONF

	foreach my $name ('A', 'B')
	{
		my ($port, $data) = ($bare{$name}->port, $bare{$name}->data_dir);

		$text .= <<CONF;
[site $name]
host = 127.0.0.1
port = $port
user = $user
data_directory = $data
bin_directory = $bin
settings_file = $pair_dir/settings_$name.conf
CONF
	}
	$text .= <<'CONF';
[mapping share]
kind = path
A = \\CN\QlikShare
alias.A = \\cn.sitea.corp.local\QlikShare
B = \\BCN\Qlik$
[mapping cn]
kind = host
A = CN
B = BCN
CONF
	while (my ($from, $to) = splice @change, 0, 2)
	{
		$text =~ s/$from/$to/ or die "nothing to change: $from";
	}
	return write_private("$pair_dir/qsrepl_$site.conf", $text);
}

sub write_private
{
	my ($name, $text) = @_;

	open my $handle, '>', $name or die "$name: $!";
	print $handle $text;
	close $handle;
	chmod 0600, $name;
	return $name;
}

=pod

=item bare_server($name)

A cluster as initdb leaves it but for what tests need, not started.

=cut

sub bare_server
{
	my ($name) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(extra => [ '--encoding=UTF8', '--no-locale' ]);
	$node->append_conf('postgresql.conf', <<'CONF');
listen_addresses = '127.0.0.1, 127.0.0.2'
fsync = off
shared_buffers = 32MB
wal_retrieve_retry_interval = 50ms
autovacuum_naptime = 10min
CONF
	return $node;
}

=pod

=item conf_file($site, $nodes, main => lines, A => lines, B => lines)

The configuration of a site's machine; nodes is a reference to a hash from
sites to nodes. Returns its name. Journals are kept in journal_SITE beside it.

=cut

my $conf_dir = File::Spec->rel2abs(PostgreSQL::Test::Utils::tempdir());

sub conf_file
{
	my ($site, $nodes, %opt) = @_;
	my $file = "$conf_dir/qsrepl_$site.conf";
	my ($bin) = `pg_config --bindir` =~ /(.*)/;
	my $text = "[qsrepl]\nsite = $site\n"
	  . "journal_directory = $conf_dir/journal_$site\n"
	  . "connect_timeout = 2s\n" . ($opt{main} // "databases = qsr more\n");

	foreach my $name (sort keys %$nodes)
	{
		my $node = $nodes->{$name};

		$text .= "[site $name]\nhost = 127.0.0.1\nport = " . $node->port
		  . "\nuser = " . getpwuid($<)
		  . "\ndata_directory = " . $node->data_dir
		  . "\nbin_directory = $bin\n"
		  . "settings_file = $conf_dir/settings_$name.conf\n"
		  . ($opt{$name} // '');
	}
	$text .= "[mapping share]\nkind = path\nA = \\\\CN\\QlikShare\n"
	  . "B = \\\\BCN\\Qlik\$\n" . ($opt{sections} // '');
	unlink $file;
	PostgreSQL::Test::Utils::append_to_file($file, $text);
	chmod 0600, $file;
	return $file;
}

=pod

=item make_tool_pair(%options_of_conf_file)

Sites A and B as "qsrepl setup" makes them, with the databases "qsr" and "more"
and a table "ledger" with a rule in the first. Returns a hash from sites to
nodes; conf_file() gives their configurations.

=cut

sub make_tool_pair
{
	my %opt = @_;
	my %nodes = (A => bare_server('site_a'), B => bare_server('site_b'));
	my ($code, $out, $err);

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
	foreach my $words ([ 'setup', 'primary', '--site', 'A' ],
		[ 'setup', 'standby', '--site', 'B', '--discard-site', 'B' ])
	{
		($code, $out, $err) = qsrepl(@$words, '--config',
			conf_file($words->[3], \%nodes, %opt));
		die "qsrepl @$words: $code\n$out$err" if $code != 0;
		$nodes{ $words->[3] }->_update_pid(1);
		add_rules($nodes{A}, 'qsr', [ 'ledger', 'path', 'path' ])
		  if $words->[1] eq 'primary';
	}
	return %nodes;
}

=pod

=item qsrepl(words)

Run the tool. Returns its exit code, standard output and standard error.

=cut

sub qsrepl
{
	my @words = @_;
	my ($out, $err);

	IPC::Run::run([ $qsrepl_program, @words ], '<', \'', '>', \$out, '2>', \$err);
	$err =~ s/^qsrepl: [A-Z][^:]*: .*\n//mg;	# progress of what took two seconds
	return ($? >> 8, $out, $err);
}

1;
