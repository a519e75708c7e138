#
# QsreplCert.pm
#		Certificates as Qlik Sense makes them, by openssl, and configurations
#		of sites that have some.
#
package QsreplCert;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use File::Path qw(make_path);
use IPC::Run ();
use QsreplTool;

our @EXPORT = qw(run_program openssl qlik_root qlik_certificate qlik_set
  cert_conf cert_json modes_of set_of);

my $serial = 1000;

=pod

=item run_program(words)

Run a program that must succeed; returns its standard output.

=cut

sub run_program
{
	my @words = @_;
	my ($out, $err);

	IPC::Run::run([@words], '<', \'', '>', \$out, '2>', \$err)
	  or die "@words: $err";
	return $out;
}

sub openssl
{
	return run_program('openssl', @_);
}

sub write_config
{
	my ($name, $lines) = @_;

	return write_private($name, "[req]\ndistinguished_name = dn\n[dn]\n[ext]\n$lines");
}

=pod

=item qlik_root($folder, $central, %opt)

Make root.pem and root_key.pem; options: bits, digest, days, file.

=cut

sub qlik_root
{
	my ($folder, $central, %opt) = @_;
	my $file = $opt{file} // 'root';

	make_path($folder);
	my $config = write_config("$folder/x.cnf",
		"basicConstraints = critical, CA:TRUE\n1.3.6.1.5.5.7.13.3 = DER:526f6f74\n");
	openssl('req', '-x509', '-newkey', 'rsa:' . ($opt{bits} // 2048), '-nodes',
		'-keyout', "$folder/${file}_key.pem", '-out', "$folder/$file.pem",
		'-subj', "/CN=$central-CA", '-days', $opt{days} // 3650,
		'-' . ($opt{digest} // 'sha256'), '-config', $config, '-extensions', 'ext');
	unlink $config;
	return;
}

=pod

=item qlik_certificate($folder, $file, $name, %opt)

Make FILE.pem and FILE_key.pem, signed by the folder's root; options: from (a
folder whose root signs), bits, digest, days, marker (undef: none), key (an
old one is kept).

=cut

sub qlik_certificate
{
	my ($folder, $file, $name, %opt) = @_;
	my $from = $opt{from} // $folder;
	my $marker = exists $opt{marker} ? $opt{marker} : 'Server';
	my $lines = "subjectAltName = DNS:$name\n";
	my @key = $opt{key} ? ('-key', "$folder/${file}_key.pem") :
	  ('-newkey', 'rsa:' . ($opt{bits} // 2048), '-nodes', '-keyout', "$folder/${file}_key.pem");

	$lines .= '1.3.6.1.5.5.7.13.3 = DER:' . unpack('H*', $marker) . "\n" if defined $marker;
	my $config = write_config("$folder/x.cnf", $lines);
	openssl('req', '-new', @key, '-out', "$folder/x.csr", '-subj', "/CN=$name", '-config', $config);
	openssl('x509', '-req', '-in', "$folder/x.csr", '-CA', "$from/root.pem",
		'-CAkey', "$from/root_key.pem", '-set_serial', ++$serial,
		'-days', $opt{days} // 1000, '-' . ($opt{digest} // 'sha256'),
		'-extfile', $config, '-extensions', 'ext', '-out', "$folder/$file.pem");
	unlink $config, "$folder/x.csr";
	return;
}

=pod

=item qlik_set($folder, @rims)

A whole set as in ".Local Certificates", of the central node CN; each rim's is
in a folder of its own.

=cut

sub qlik_set
{
	my ($folder, @rims) = @_;

	qlik_root($folder, 'CN');
	qlik_certificate($folder, 'server', 'CN');
	qlik_certificate($folder, 'client', 'QlikClient', marker => 'Client');
	foreach my $rim (@rims)
	{
		make_path("$folder/$rim");
		qlik_certificate("$folder/$rim", 'server', $rim, from => $folder);
	}
	return $folder;
}

=pod

=item cert_conf($name, %opt)

A configuration in which both sites keep their certificates in a directory:
NAME_A and NAME_B. Options: nodes (site => [ alias, ... ], the first is
central), lines (of [certificates]), A, B (further lines of a site).

=cut

sub cert_conf
{
	my ($name, %opt) = @_;
	my $text = "[qsrepl]\nsite = A\njournal_directory = ${name}_journal\nconnect_timeout = 1s\n";
	my $host = 1;

	foreach my $site ('A', 'B')
	{
		my $role = 'central ';

		$text .= "[site $site]\nhost = 127.0.0.$host\nport = 21099\ndata_directory = /nowhere/$site\n"
		  . "settings_file = /nowhere/settings_$site\ncertificates = directory\n"
		  . "certificate_directory = ${name}_$site\n" . ($opt{$site} // '');
		foreach my $node (@{ $opt{nodes}{$site} // [] })
		{
			$text .= "[node $site-$node]\nsite = $site\nalias = $node\naddress = 10.0.0.$host\n"
			  . "roles = ${role}repository engine proxy scheduler printing\n";
			$role = '';
			$host++;
		}
		$host++;
	}
	$text .= "[mapping share]\nkind = path\nA = \\\\CN\\QlikShare\nB = \\\\BCN\\Qlik\$\n"
	  . "[certificates]\n" . ($opt{lines} // '');
	return write_private("$name.conf", $text);
}

=pod

=item cert_json(words)

"qsrepl cert WORDS --json" as data.

=cut

sub cert_json
{
	my @words = @_;
	my ($code, $out, $err) = qsrepl('cert', @words, '--json');

	die "cert @words: $code $err" if $out eq '';
	require JSON::PP;
	return JSON::PP::decode_json($out);
}

# The certificates of a folder or site: "root KEY_ID private", sorted.
sub set_of
{
	my $data = cert_json('list', @_);

	return join "\n", sort map {
		join ' ', $_->{role}, $_->{name} // '', $_->{thumbprint}, $_->{private_key} ? 'private' : 'public'
	} @{ $data->{certificates} };
}

# What is in a folder with its mode: "0600 root.pem", sorted.
sub modes_of
{
	my ($folder) = @_;
	my @found;

	require File::Find;
	File::Find::find({ no_chdir => 1, wanted => sub {
		my $mode = (stat $_)[2] & 07777;
		push @found, sprintf '%04o %s', $mode, substr($_, length $folder);
	} }, $folder);
	return join "\n", sort @found;
}

1;
