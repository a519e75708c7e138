#
# QsreplPair.pm
#		A physical pair of sites with a configuration of the tool, and calls of
#		the tool.
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

our @EXPORT = qw(make_pair write_conf qsrepl);

my $qsrepl = File::Spec->rel2abs($ENV{QSREPL} || 'build/qsrepl');

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
		conf => "primary_slot_name = 'qsrepl_b'\n");

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

=item qsrepl(words)

Run the tool. Returns its exit code, standard output and standard error.

=cut

sub qsrepl
{
	my @words = @_;
	my ($out, $err);

	IPC::Run::run([ $qsrepl, @words ], '<', \'', '>', \$out, '2>', \$err);
	return ($? >> 8, $out, $err);
}

1;
