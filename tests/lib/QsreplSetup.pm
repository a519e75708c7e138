#
# QsreplSetup.pm
#		Bare servers for two sites, and configuration files of the tool for
#		"qsrepl setup".
#
package QsreplSetup;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use File::Spec;
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(bare_server setup_directory setup_conf write_file qsrepl set_up_pair);

my $qsrepl = File::Spec->rel2abs($ENV{QSREPL} || 'build/qsrepl');
my $user = getpwuid $<;
my ($bin) = `pg_config --bindir` =~ /(.*)/;
my $dir = File::Spec->rel2abs(PostgreSQL::Test::Utils::tempdir());

delete @ENV{ grep { /^QSREPL_(?!SEED|SCALE|KEEP)/ } keys %ENV };

sub setup_directory { return $dir }

=pod

=item bare_server($name)

A server as an installation leaves it, not started.

=cut

sub bare_server
{
	my ($name) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(extra => [ '--encoding=UTF8', '--no-locale' ]);
	$node->append_conf('postgresql.conf', <<CONF);
listen_addresses = '127.0.0.1'
fsync = off
shared_buffers = 32MB
wal_retrieve_retry_interval = 50ms
CONF
	return $node;
}

sub write_file
{
	my ($name, $text) = @_;

	open my $handle, '>', $name or die "$name: $!";
	print $handle $text;
	close $handle;
	chmod 0600, $name;
	return $name;
}

=pod

=item setup_conf($site, \%nodes, pattern => text, ...)

The configuration file of a site, with changes; returns its name.

=cut

sub setup_conf
{
	my ($site, $nodes, %change) = @_;
	my $text = <<CONF;
[qsrepl]
site = $site
databases = QSR Licenses
journal_directory = $dir/journal_$site
connect_timeout = 2s
CONF

	foreach my $name (sort keys %$nodes)
	{
		my ($port, $data) = ($nodes->{$name}->port, $nodes->{$name}->data_dir);

		$text .= <<CONF;
[site $name]
host = 127.0.0.1
port = $port
user = $user
data_directory = $data
bin_directory = $bin
settings_file = $dir/settings_$name.conf
CONF
	}
	$text .= "[mapping share]\nkind = path\nA = \\\\CN\\QlikShare\nB = \\\\BCN\\Qlik\$\n";
	foreach my $from (sort keys %change)
	{
		$text =~ s/$from/$change{$from}/ or die "nothing to change: $from";
	}
	return write_file("$dir/qsrepl_$site.conf", $text);
}

# Exit code and both outputs.
sub qsrepl
{
	my @words = @_;
	my ($out, $err);

	IPC::Run::run([ $qsrepl, @words ], '<', \'', '>', \$out, '2>', \$err);
	note("qsrepl @words\n$out$err");
	return ($? >> 8, $out, $err);
}

=pod

=item set_up_pair(\%nodes)

Site A, which runs, set up as the primary, and B as its standby, of which
nothing is left.

=cut

sub set_up_pair
{
	my ($nodes) = @_;
	my ($code, $out, $err) = qsrepl('setup', 'primary', '--site', 'A',
		'--config', setup_conf('A', $nodes));

	die $err if $code != 0;
	$nodes->{A}->_update_pid(1);
	PostgreSQL::Test::Utils::system_or_bail('rm', '-rf', $nodes->{B}->data_dir);
	($code, $out, $err) = qsrepl('setup', 'standby', '--site', 'B',
		'--config', setup_conf('B', $nodes));
	die $err if $code != 0;
	$nodes->{B}->_update_pid(1);
	return;
}

1;
