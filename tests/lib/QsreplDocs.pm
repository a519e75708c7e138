#
# QsreplDocs.pm
#		The lab in which the commands of the pages are run: two sites with all
#		that the pages speak of, in the scenes that docs/development.md names.
#
package QsreplDocs;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use File::Path qw(make_path remove_tree);
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplContent;
use QsreplNamed;
use QsreplNodes;
use QsreplPair;
use QsreplRestore qw(legacy_snapshot);
use QsreplServices;
use QsreplTest;
use QsreplTool;
use QsreplTransport;

our @EXPORT = qw(scene act type_command run_sql end_scene);

# Two files run pages at the same time: each has networks of its own.
our %net = $0 =~ /logical/ ? (A => '127.0.63', B => '127.0.64') : (A => '127.0.61', B => '127.0.62');
my (%server, %nodes, %conf, $named, $drill_port);
my $scenes = 0;
my %kept;

# What words in capitals mean, beside those that a block tells.
my %words;

# Files that pages name by whole paths are below this directory.
my $root = "$tool_dir/root";

my @databases = qw(QSR SenseServices Licenses QSMQ);

# ---- the configuration ----
sub site_lines
{
	my ($site) = @_;

	return "certificates = directory\ncertificate_directory = $tool_dir/store_$site\nremote_command = " . set_remote($site) . "\n"
	  . 'dns_target = qs-' . lc($site) . ".company.test\ndns_servers = $named->{server}\n"
	  . "snapshot_directory = $tool_dir/snapshots_$site\ndrill_directory = $tool_dir/drill_$site\ndrill_port = $drill_port\n";
}

sub sections
{
	my ($site) = @_;
	my $text = join '', map {
		node_sections($nodes{$_}, site => $_, names => [ "CN-$_", "P1-$_" ], lines => { "CN-$_" => "alias = CN\n", "P1-$_" => "alias = P1\n" })
	} 'A', 'B';

	$text .= "[alias DB]\nkind = database\nA = 10.1.0.5\nB = 10.2.0.5\n";
	return $text . "[services]\nanswer_timeout = 5s\nstop_timeout = 5s\nstart_timeout = 5s\nstate_url = off\nabout_url = off\nalive_url = off\n"
	  . "[dns]\nname = qs.company.test\nzone = company.test\nttl = 30s\nwait = 5s\nkey_file = " . named_key('qsrepl-key') . "\n"
	  . share_section('')
	  . "[certificates]\nkey_directory = $tool_dir/keys_$site\nrecovery_certificate = $tool_dir/recovery.key.crt\n";
}

sub configure
{
	my ($mode) = @_;
	my $main = join("\n", "mode = $mode", "databases = @databases", 'replication_name = qsrepl', "passfile = $tool_dir/pgpass") . "\n";

	%conf = map {
		$_ => conf_file(
			$_, \%server,
			main => $main,
			A => site_lines('A'),
			B => site_lines('B'),
			file => "$tool_dir/transport_$_.conf",
			sections => sections($_),
			change => [ qr/^connect_timeout = 2s$/m => 'connect_timeout = 5s' ])
	} 'A', 'B';
	return;
}

# ---- scenes ----
# What rows name and no lab has: certificates, and files but for apps.
my $tidy = <<'SQL';
UPDATE "ProxyServiceSettings" SET "SslBrowserCertificateThumbprint" = NULL;
UPDATE "RepositoryServiceSettingsExternalCerts" SET "Thumbprint" = NULL;
UPDATE "ServiceClusterSettingsEncryptions" SET "EncryptionKeyThumbprint" = NULL;
SET client_min_messages = error;
TRUNCATE "StaticContentReferences", "FileReferences" CASCADE;
SQL

# What does not survive its scene: nodes, whose services are as they should be,
# and the name server.
sub start_around
{
	$scenes++;
	%nodes = (
		A => start_nodes(n => 2, net => $net{A}),
		B => start_nodes(n => 2, net => $net{B}, services => qlik_services(running => 0)));
	$named = start_named("named_$scenes", address => '127.0.0.1');
	return;
}

sub make_servers
{
	my ($mode) = @_;

	start_around();
	$drill_port //= PostgreSQL::Test::Cluster::get_free_port();
	%server = map { $_ => bare_server('docs_' . lc($_) . "_$scenes") } 'A', 'B';
	make_path("$tool_dir/snapshots_A", "$tool_dir/snapshots_B", $root, map { "$root/$_" } qw(etc/qsrepl var/lib/qsrepl/reports root srv mnt/usb));
	make_shares();
	recovery_key('recovery');
	make_certificates("$tool_dir/store_A", 'P1', 'P2');
	write_private("$tool_dir/pgpass", "*:*:*:qsrepl_replication:geheim\n");
	configure($mode);
	foreach my $node (@server{ 'A', 'B' })
	{
		$node->start;
		$node->safe_psql('postgres', 'CREATE ROLE qliksenserepository LOGIN');
	}
	$server{A}->safe_psql('postgres', qq(CREATE DATABASE "$_")) foreach @databases;
	load_fixture($server{A}, 'QSR', 'qsr', apps => 5);
	$server{A}->safe_psql('QSR', $tidy);
	put_file('A', "Apps/$_", "app $_", 3600) foreach split /\n/, $server{A}->safe_psql('QSR', 'SELECT "ID" FROM "Apps"');
	return;
}

sub called
{
	my ($at, @words) = @_;
	my ($code, $out, $err) = qsrepl(@words, '--config', $conf{$at});

	$_->_update_pid(-1) foreach values %server;
	die "@words: $code\n$out$err" if $code != 0;
	return;
}

sub make_pair_of
{
	my ($mode) = @_;

	return take_kept($mode) if $kept{$mode};
	make_servers($mode);
	if ($mode eq 'physical')
	{
		called('A', 'setup', 'primary', '--site', 'A', '--yes');
		called('B', 'setup', 'standby', '--site', 'B', '--discard-site', 'B', '--yes');
	}
	else
	{
		called('A', 'setup', 'publisher', '--site', 'A', '--yes');
		called('B', 'setup', 'subscriber', '--site', 'B', '--yes');
	}
	called(@$_)
	  foreach [ 'B', 'cert', 'keys' ], [ 'A', 'cert', 'sync' ], [ 'B', 'service', 'passive', '--site', 'B', '--yes' ],
	  [ 'A', 'share', 'sync', '--initial', '--yes' ];
	keep($mode);
	return;
}

# To copy a pair is faster than to make one.
sub keep
{
	my ($mode) = @_;
	my $place = PostgreSQL::Test::Utils::tempdir();

	$_->stop('fast') foreach @server{ 'A', 'B' };
	foreach my $site ('A', 'B')
	{
		system('cp', '-a', $server{$site}->data_dir, "$place/data_$site") == 0 or die $!;
	}
	mkdir "$place/tool";
	system('cp', '-a', (grep { !m{/named_\d+$} } glob "$tool_dir/*"), "$place/tool") == 0 or die $!;
	$_->start foreach @server{ 'A', 'B' };
	$kept{$mode} = { place => $place, server => {%server} };
	return;
}

sub take_kept
{
	my ($mode) = @_;
	my $place = $kept{$mode}{place};

	%server = %{ $kept{$mode}{server} };
	foreach my $site ('A', 'B')
	{
		my ($parent) = $server{$site}->data_dir =~ m{(.*)/};

		remove_tree(glob "$parent/pgdata*");
		system('cp', '-a', "$place/data_$site", $server{$site}->data_dir) == 0 or die $!;
	}
	system('cp', '-a', glob("$place/tool/*"), $tool_dir) == 0 or die $!;
	start_around();
	configure($mode);
	$_->start foreach @server{ 'A', 'B' };
	called('B', 'service', 'passive', '--site', 'B', '--yes');
	return;
}

sub lose
{
	kill_server($server{A});
	$nodes{A}->stop;
	return;
}

=pod

=item scene($name, $mode)

Bring a lab into this state. A pair that is still as it was made is taken again.

=cut

my $standing = '';

sub scene
{
	my ($name, $mode) = @_;

	return if $name eq 'then';
	return if $name eq 'pair' && $standing eq $mode && as_it_was();
	end_scene();
	make_path($root, "$root/etc/qsrepl", "$root/root", "$root/work");
	return if $name eq 'clean';
	if ($name eq 'servers') { make_servers($mode) }
	else { make_pair_of($mode) }
	make_path("$root/work");
	lose() if $name =~ /^(lost|taken)$/;
	if ($name eq 'taken')
	{
		called('B', 'failover', '--to', 'B', '--accept-data-loss', 'unknown');
		$nodes{A} = start_nodes(n => 2, net => $net{A}, services => qlik_services(running => 0));
		configure($mode);
	}
	$standing = $mode if $name eq 'pair';
	return;
}

# A is active, B follows, and no run has stopped; the alias is made to lead to A.
sub as_it_was
{
	qsrepl('dns', 'switch', '--to', 'A', '--yes', '--config', $conf{A});
	my ($code) = qsrepl('is-active', 'A', '--config', $conf{A});
	my ($left, $out, $err) = qsrepl('resume', '--dry-run', '--config', $conf{A});

	return $code == 0 && "$out$err" =~ /no run|nothing/i
	  && $server{A}->safe_psql('postgres', "SELECT count(*) > 0 FROM pg_stat_replication WHERE state = 'streaming'") eq 't';
}

sub end_scene
{
	$standing = '';
	$_->_update_pid(-1), $_->stop('immediate', fail_ok => 1) foreach values %server;
	$_->stop foreach values %nodes;
	stop_all_named();
	(%server, %nodes, %conf) = ();
	remove_tree($_) foreach grep { !m{/\.} } glob "$tool_dir/*";
	return;
}

=pod

=item act($name)

What happens at the sites before a block is run.

=cut

my %acts = (
	'kill-A' => \&lose,
	'start-A' => sub { system('pg_ctl', '-s', '-w', '-D', $server{A}->data_dir, '-l', $server{A}->logfile, 'start') },
	'begin-maintenance' => sub { called('A', 'maintenance', 'begin', '--yes') },
	'end-drill' => sub { qsrepl('drill', 'end', '--config', $conf{B}) },
	'stop-services-A' => sub { called('A', 'service', 'stop', '--site', 'A', '--yes') },
	'snapshot' => sub { called('A', 'snapshot', 'create', 'nightly') },
	'hold-drill' => sub { called('B', 'drill', '--hold', '10min') },
	'snapshots' => sub {
		called('A', 'snapshot', 'create', 'nightly');
		system('cp', '-r', "$tool_dir/snapshots_A/nightly", "$root/mnt/usb/old-site");
	},
	'sealed' => sub {
		make_path("$root/work");
		called('A', 'cert', 'sync', '--copy', "$root/work/sealed-set");
		system('cp', "$tool_dir/recovery.key", "$root/work/recovery.key");
	},
	'password' => sub { write_private("$root/root/password", "long enough a password\n") },
	# What the guides by hand begin with.
	'by-hand' => sub {
		$server{A}->append_conf('postgresql.conf', "shared_preload_libraries = 'qsrepl'\nqsrepl.local_site = 'A'\nwal_level = logical\nmax_wal_senders = 10\n");
		$server{A}->restart;
	},
	'snapshot-B' => sub { called('B', 'snapshot', 'create', 'nightly') },
	'export' => sub { called('A', 'cert', 'export', "$root/root/exported", '--format', 'pem') },
	'logon' => sub { system('cp', $nodes{A}->credentials, "$root/etc/qsrepl/nodes.cred") },
	# A server that replicates with none; a folder that Snapshots.cmd has made of A.
	'bare-B' => sub { $server{B}->safe_psql('postgres', 'DROP ROLE qliksenserepository') },
	'own-B' => sub {
		$conf{B} = conf_file('B', \%server, main => "databases = @databases\npassfile = $tool_dir/pgpass\n",
			B => "snapshot_directory = $tool_dir/snapshots_B\n", file => "$tool_dir/transport_B.conf", sections => share_section(''));
		$server{B}->safe_psql('postgres', qq(CREATE DATABASE "$_" OWNER qliksenserepository)) foreach @databases;
	},
	'legacy-folder' => sub {
		legacy_snapshot($server{A}, "$root/srv/from-a/nightly", databases => ['QSR'], root => '\\\\CN\\QlikShare',
			share => share_root('A'), folders => [ 'Apps', 'StaticContent' ]);
		$server{A}->stop('immediate');
	},
	'kill-switchover' => sub {
		my ($killed) = qsrepl_killed({ KILL_AT => 10 }, 'switchover', '--to', 'B', '--yes', '--drain', '0', '--config', $conf{A});

		die 'the run was not killed' if !$killed;
		$_->_update_pid(-1) foreach values %server;
	},
	'stop-A' => sub { $server{A}->_update_pid(-1), $server{A}->stop('fast') },
	'stop-B' => sub { $server{B}->_update_pid(-1), $server{B}->stop('fast') },
	# B's transport key is lost, and it has made another one.
	'new-key-B' => sub {
		PostgreSQL::Test::Utils::system_or_bail('rm', '-rf', "$tool_dir/keys_B");
		my (undef, $out) = qsrepl('cert', 'keys', '--config', $conf{B});

		($words{SHA256}) = $out =~ /^site B:.*?\b([0-9a-f]{64})\b/ms;
		die "no fingerprint: $out" if !$words{SHA256};
	},
	'documents' => sub { $server{A}->safe_psql('QSR', 'CREATE SCHEMA resources; CREATE TABLE resources.items (id int PRIMARY KEY, document text)') },
	# The schema, which the guide has copied by hand.
	'schema-B' => sub {
		my $dump = "$tool_dir/schema.sql";

		$server{B}->append_conf('postgresql.conf', "shared_preload_libraries = 'qsrepl'\nqsrepl.local_site = 'B'\n");
		$server{B}->restart;
		$server{B}->safe_psql('postgres', 'CREATE DATABASE "QSR"');
		PostgreSQL::Test::Utils::system_or_bail('pg_dump', '--schema-only', '-f', $dump, '-d', $server{A}->connstr('QSR'));
		PostgreSQL::Test::Utils::system_or_bail('psql', '-Xq', '-o', '/dev/null', '-v', 'ON_ERROR_STOP=1', '-f', $dump, '-d', $server{B}->connstr('QSR'));
	},
	'fresh-share' => sub { unlink map { share_root($_) . '/.qsrepl-share.json' } 'A', 'B' });

sub act
{
	my ($name) = @_;

	($acts{$name} // die "no such act: $name")->();
	return;
}

# ---- commands ----
# Options that lead PostgreSQL's programs to a server.
sub reached
{
	my ($node) = @_;

	return '--host ' . $node->host . ' --port ' . $node->port . ' --username ' . getpwuid $<;
}

# Words of the pages that mean something of the lab.
sub placed
{
	my ($text, $values) = @_;
	my %all = (%words, %$values);
	my $drill = $conf{B} ? "$tool_dir/drill_B" : '';

	$text =~ s/\b\Q$_\E\b/$all{$_}/g foreach grep { /^[A-Z]/ } keys %all;
	$text =~ s/--host CN --port 4432 --username postgres/reached($server{A})/e if $text =~ /^pg_dump/;
	$text =~ s{/var/lib/postgresql/15/main\.drill}{$drill}g;
	$text =~ s{/var/lib/postgresql/15/main/}{$server{A}->data_dir . '/'}ge if %server;
	$text =~ s/\b54329\b/$drill_port/g if $drill_port;
	$text =~ s{(^|[\s=<>'"])/(etc|root|srv|var|mnt)/}{$1$root/$2/}mg;
	$text =~ s/-U postgres\b/'-U ' . getpwuid $</ge;
	$text =~ s/cn\.example\.com/$net{A}.1 --port PORT/ if $text =~ /qsrepl-scm/ && %nodes;
	$text =~ s/--port PORT/'--port ' . $nodes{A}->port/e if %nodes;
	return $text;
}

=pod

=item type_command($text, $site, \%values)

Type a command at a site's machine, and "yes" to each question. Returns its exit
code and what it has printed.

=cut

sub type_command
{
	my ($text, $site, $values) = @_;
	my ($in, $out, $err) = ("yes\n" x 5, '', '');
	my $bin = "$root/bin";

	make_path($bin, "$root/work");
	symlink $qsrepl_program, "$bin/qsrepl" if !-l "$bin/qsrepl";
	symlink $qsrepl_program =~ s/qsrepl$/qsrepl-scm/r, "$bin/qsrepl-scm" if !-l "$bin/qsrepl-scm";
	local %ENV = (%ENV, PATH => "$bin:$ENV{PATH}", QSREPL_CONFIG => $conf{$site} // "$root/etc/qsrepl/qsrepl.conf", PAGER => 'cat');
	# PostgreSQL's own programs ask the server of their machine.
	local %ENV = (%ENV, PGHOST => $server{$site}->host, PGPORT => $server{$site}->port) if $text =~ /^(createuser|createdb|pg_\w+)\b/;
	# psql reads what is typed, too.
	$in = "SELECT 1;\n\\q\n" if $text =~ /^psql/;
	my $script = "cd '$root/work' && " . placed($text, $values) . "\n";
	my $handle = IPC::Run::start([ 'sh', '-c', $script ], '<pty<', \$in, '>', \$out, '2>', \$err, my $timer = IPC::Run::timeout(120));
	$handle->finish;
	my $code = $handle->result(0);
	$_->_update_pid(-1) foreach values %server;
	return ($code, "$out$err");
}

=pod

=item run_sql($text, $site, $database)

Statements in psql, which stops at the first error. Returns exit code and output.

=cut

sub run_sql
{
	my ($text, $site, $database) = @_;
	my ($out, $err);
	my $publisher = 'host=' . $server{A}->host . ' port=' . $server{A}->port . ' dbname=QSR';

	$text =~ s/host=db-a\.example\.com [^']*/$publisher/;
	IPC::Run::run([ 'psql', '-X', '-v', 'ON_ERROR_STOP=1', '-d', $server{$site}->connstr($database) ], '<', \$text, '>', \$out, '2>', \$err);
	return ($? >> 8, "$out$err");
}

1;
