#
# Site.pm
#		What a world's sites consist of beside their servers: disks, shares,
#		certificates, services, secrets, and the configuration that names them.
#
package Torture::Site;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use File::Find qw(find);
use File::Path qw(make_path);
use PostgreSQL::Test::Utils;
use QsreplTool;
use QsreplTransport;

our @EXPORT = qw(make_disk ballast no_ballast make_site_files configuration secrets);

# Nobody but their own files may have these.
my %word = (replication => 'Zinnia-Harbour-Quill', certificates => 'Marmot-Velvet-Anvil', node => 'Lantern-Copper-Wren');

# A small disk of its own, which can be full.
sub make_disk
{
	my ($path, $size) = @_;

	make_path($path);
	system_or_bail(qw(mount -t tmpfs -o), "size=$size,mode=0700", 'tmpfs', $path);
	return;
}

# Nothing is left on a disk; and is again.
sub ballast
{
	my ($path) = @_;
	my $block = "\0" x 65536;

	open my $file, '>', "$path/ballast" or die "$path: $!";
	foreach my $size (65536, 4096, 1)
	{
		1 while (syswrite($file, $block, $size) // 0) == $size;
	}
	close $file;
	return;
}

sub no_ballast
{
	my ($path) = @_;

	unlink "$path/ballast" or die "$path: $!";
	return;
}

# Services by a program: a file each. It says something else where "nonsense"
# is, and nobody gets there where "lost" is.
sub service_program
{
	my ($dir, $site, $state) = @_;
	my $folder = "$dir/services_$site";

	make_path($folder);
	foreach my $service ('QlikSenseServiceDispatcher', 'QlikSenseRepositoryService')
	{
		write_private("$folder/$service.state", $state);
		write_private("$folder/$service.start", 'auto');
	}
	write_private("$folder/program", <<"SH");
#!/bin/sh
cd $folder || exit 1
line() {
	printf '{"service": "%s", "display": "%s", "state": "%s", "start": "%s"}\\n' "\$1" "\$1" "\$(cat \$1.state)" "\$(cat \$1.start)"
}
[ ! -e lost ] || { echo '{"error": {"kind": "unreachable", "text": "no route to host"}}'; exit 1; }
[ ! -e nonsense ] || { cat nonsense; exit 0; }
case \$1 in
list) for f in *.state; do line "\${f%.state}"; done ;;
query) line "\$2" ;;
stop) printf stopped >"\$2.state" ;;
start) printf running >"\$2.state" ;;
config) printf %s "\$3" >"\$2.start" ;;
rights) echo '{"stop": true, "start": true, "config": true}' ;;
run) shift; "\$@" ;;
esac
SH
	chmod 0700, "$folder/program";
	return;
}

=pod

=item make_site_files($dir)

Shares, certificates, services and secrets of both sites below a directory.

=cut

sub make_site_files
{
	my ($dir) = @_;

	make_disk("$dir/$_", '48m') foreach map { ("share_$_", "snapshots_$_", "journal_$_") } 'A', 'B';
	make_path(map { ("$dir/share_$_/Apps", "$dir/share_$_/StaticContent") } 'A', 'B');
	foreach my $n (1 .. 60)
	{
		write_private("$dir/share_A/" . ($n % 3 ? 'Apps' : 'StaticContent') . "/file$n", "content of $n " x (20 * $n));
	}
	write_private("$dir/pgpass", "*:*:*:qsrepl_replication:$word{replication}\n");
	write_private("$dir/pfx_password", "$word{certificates}\n");
	write_private("$dir/node_logon", "username = qlik\npassword = $word{node}\ndomain = COMPANY\n");
	service_program($dir, 'A', 'running');
	service_program($dir, 'B', 'stopped');
	make_certificates("$dir/store_A");
	QsreplTool::qsrepl('cert', 'recovery', "$dir/recovery.key") if !-e "$dir/recovery.key";
	return;
}

=pod

=item configuration($world, $site, sections => text, change => sub { })

Write the configuration of a site's machine; the function may change the text,
which is in $_.

=cut

sub configuration
{
	my ($world, $site, %opt) = @_;
	my ($dir, $mode) = @{$world}{ 'dir', 'mode' };
	my $main = "databases = qsr more\nreplay_timeout = 10s\nstop_timeout = 20s\npromote_timeout = 20s\nlocalize_timeout = 30s\npassfile = $tool_dir/pgpass\n";
	my %lines = map {
		$_ => "remote_command = $dir/remote_$_\ncertificates = directory\ncertificate_directory = $tool_dir/store_$_\n"
		  . "snapshot_directory = $tool_dir/snapshots_$_\n"
	} 'A', 'B';

	$main = "mode = logical\nreplication_name = qsrepl\n" . $main if $mode eq 'logical';
	local $_ = slurp_file(conf_file($site, $world->{node}, %lines, main => $main, mappings => $qlik_mappings,
			file => "$dir/conf_$site", sections => <<"CONF" . ($opt{sections} // '')));
[share qlik]
A = $tool_dir/share_A
B = $tool_dir/share_B
mapping = share
mirror = Apps StaticContent
max_change = 90
[certificates]
key_directory = $tool_dir/keys_$site
recovery_certificate = $tool_dir/recovery.key.crt
format = pfx
password_file = $tool_dir/pfx_password
[node CN-A]
site = A
alias = CN
address = 127.0.0.1
roles = central
service_control = exec
credentials = $tool_dir/node_logon
service_command = $tool_dir/services_A/program
[node CN-B]
site = B
alias = CN
address = 127.0.0.1
roles = central
service_control = exec
credentials = $tool_dir/node_logon
service_command = $tool_dir/services_B/program
[services]
answer_timeout = 3s
stop_timeout = 3s
start_timeout = 3s
state_url = off
about_url = off
alive_url = off
CONF
	s/\Q$tool_dir\E\/(?!\Q@{[ $dir =~ s{.*\/}{}r ]}\E)/$dir\//g;
	foreach my $name ('A', 'B')
	{
		s/(\[site $name\]\nhost = )127\.0\.0\.1/$1$world->{net}{address}{$name}/;
	}
	$opt{change}->() if $opt{change};
	return write_private("$dir/conf_$site", $_);
}

# A private key of Qlik's certificates in the spellings that a file could have it in; PFX
# files have a password.
my %spelled;

sub spellings
{
	my ($dir, $file) = @_;
	my $from = $file =~ /\.pfx$/ ? "openssl pkcs12 -nodes -nocerts -passin file:$dir/pfx_password -in" : 'openssl pkey -in';

	return $spelled{ join ' ', $file, (stat $file)[1, 9] } //= [
		map { (grep { length == 64 } split /\n/)[2] // () } map { scalar `$from $file 2>/dev/null | openssl pkey $_ 2>/dev/null` } '', '-traditional' ];
}

=pod

=item secrets($dir)

What no file may have that is not made for it: words, and a line of each private key;
and of the latter, those of the Qlik certificates alone. References to both.

=cut

sub secrets
{
	my ($dir) = @_;
	my @own = map { (grep { length == 64 } split /\n/)[0] // () } grep { /PRIVATE KEY/ } map { slurp_file($_) } grep { -f } glob("$dir/keys_*/*"), "$dir/recovery.key";
	my @files;

	find({ no_chdir => 1, wanted => sub { push @files, $_ if -f && /(?:key\.pem|\.pfx)$/ } }, grep { -d } glob "$dir/store_*");
	my %keys = map { $_ => 1 } map { @{ spellings($dir, $_) } } @files;
	return ([ values %word, @own ], [ sort keys %keys ]);
}

1;
