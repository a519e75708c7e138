#
# QsreplTool.pm
#		Calls of the tool, its configuration files, and the bare servers that it
#		sets up.
#
package QsreplTool;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Spec;
use Digest::SHA ();
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

our @EXPORT = qw($qsrepl_program $tool_dir $qlik_mappings qsrepl qsrepl_killed
  site_words bare_server conf_file write_private write_file
  put_manifest);

our $qsrepl_program = File::Spec->rel2abs($ENV{QSREPL} || 'build/qsrepl');

# The tool's files: configurations, journals, settings files.
our $tool_dir = File::Spec->rel2abs(PostgreSQL::Test::Utils::tempdir());

my $share = <<'CONF';
[mapping share]
kind = path
A = \\CN\QlikShare
B = \\BCN\Qlik$
CONF

# For mappings of conf_file(): an alias and a host, too.
our $qlik_mappings = <<"CONF";
${share}alias.A = \\\\cn.sitea.corp.local\\QlikShare
[mapping cn]
kind = host
A = CN
B = BCN
CONF

delete @ENV{ grep { /^QSREPL_(?!SEED|SCALE|KEEP)/ } keys %ENV };

=pod

=item qsrepl(words)

Run the tool. Returns its exit code, standard output and standard error, of
which a plan's progress is left out: it comes on slow machines only.

=cut

sub without_progress
{
	my ($err) = @_;

	return $err =~ s/^qsrepl: [A-Z].*\n//mgr;
}

sub qsrepl
{
	my @words = @_;
	my ($out, $err);

	IPC::Run::run([ $qsrepl_program, @words ], '<', \'', '>', \$out, '2>', \$err);
	return ($? >> 8, $out, without_progress($err));
}

=pod

=item qsrepl_killed(\%environment, words)

Run the tool with the library that kills it (tests/preload/killer.c).
Returns whether it was killed, its exit code, and both outputs.

=cut

sub qsrepl_killed
{
	my ($environment, @words) = @_;
	my ($out, $err);
	local %ENV = (%ENV, %$environment,
		LD_PRELOAD => File::Spec->rel2abs('build/killer.so'));

	IPC::Run::run([ $qsrepl_program, @words ], '<', \'', '>', \$out, '2>', \$err);
	return (($? & 127) == 9, $? >> 8, $out, without_progress($err));
}

=pod

=item site_words($conf)

What "qsrepl is-active" says of A and of B, as "A active", "B standby".

=cut

sub site_words
{
	my ($conf) = @_;

	return map {
		my ($code, $out) = qsrepl('is-active', $_, '--config', $conf);
		chomp $out;
		"$_ $out"
	} 'A', 'B';
}

=pod

=item bare_server($name, install_path => folder, before => sub { })

A cluster as initdb leaves it but for what tests need, not started. It may be of
another major, as for make_site(). The function gets the node before its directory is
filled.

=cut

sub bare_server
{
	my ($name, %opt) = @_;
	my @path =
	  $opt{install_path} ? (install_path => $opt{install_path}) : ();
	my $node = PostgreSQL::Test::Cluster->new($name, @path);

	$opt{before}->($node) if $opt{before};
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

=item conf_file($site, \%nodes, main => lines, A => lines, B => lines,
mappings => sections, sections => sections, change => [ pattern => text, ... ],
file => name)

The configuration of a site's machine; nodes is a hash from sites to nodes.
Returns its name, which is $tool_dir/qsrepl_SITE.conf if none is given. Journals are kept in journal_SITE
beside it.

=cut

sub conf_file
{
	my ($site, $nodes, %opt) = @_;
	my ($bin) = `pg_config --bindir` =~ /(.*)/;
	my $user = getpwuid $<;
	my @change = @{ $opt{change} // [] };
	my $text = "[qsrepl]\nsite = $site\n"
	  . "journal_directory = $tool_dir/journal_$site\n"
	  . "connect_timeout = 2s\n" . ($opt{main} // "databases = qsr more\n");

	foreach my $name (sort keys %$nodes)
	{
		my ($port, $data) = ($nodes->{$name}->port, $nodes->{$name}->data_dir);
		my $other = $nodes->{$name}{_install_path};
		my $programs = $other ? "$other/bin" : $bin;

		$text .= <<CONF . ($opt{$name} // '');
[site $name]
host = 127.0.0.1
port = $port
user = $user
data_directory = $data
bin_directory = $programs
settings_file = $tool_dir/settings_$name.conf
CONF
	}
	$text .= ($opt{mappings} // $share) . ($opt{sections} // '');
	while (my ($from, $to) = splice @change, 0, 2)
	{
		$text =~ s/$from/$to/ or die "nothing to change: $from";
	}
	return write_private($opt{file} // "$tool_dir/qsrepl_$site.conf", $text);
}

=pod

=item write_private($name, $text)

A file that is its owner's alone; returns its name.

=cut

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

=item write_file($path, $content, $time)

Make or replace a file, with the directories above it; its time is in seconds
since 1970. Returns the path.

=cut

sub write_file
{
	my ($path, $content, $time) = @_;

	make_path(dirname($path));
	open my $handle, '>:raw', $path or die "$path: $!";
	print $handle $content;
	close $handle or die "$path: $!";
	utime $time, $time, $path if defined $time;
	return $path;
}

=pod

=item put_manifest($directory, $text)

Give a snapshot another manifest, and that its checksum.

=cut

sub put_manifest
{
	my ($directory, $text) = @_;

	unlink "$directory/manifest.json", "$directory/manifest.json.sha256";
	write_file("$directory/manifest.json", $text);
	write_file("$directory/manifest.json.sha256", Digest::SHA::sha256_hex($text) . "  manifest.json\n");
	return;
}

1;
