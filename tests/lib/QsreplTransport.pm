#
# QsreplTransport.pm
#		Sites with certificates of Qlik Sense, which are sealed and travel.
#
package QsreplTransport;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use JSON::PP ();
use PostgreSQL::Test::Utils;
use QsreplTool;

our @EXPORT = qw(make_certificates transport_conf installed_keys cert_at
  transport_events transport_findings recovery_key set_remote);

my $made = 0;

# OpenSSL's words stay out of the test's output.
sub openssl
{
	my @words = @_;

	system("openssl @words >>$tool_dir/openssl.log 2>&1") == 0
	  or die "openssl @words\n" . slurp_file("$tool_dir/openssl.log");
	return;
}

=pod

=item make_certificates($directory, @rims)

A set as Qlik Sense exports it: root, server certificate of the node "CN" and
client, new keys each time; and in a folder each, the server certificates of
further nodes.

=cut

sub make_certificates
{
	my ($dir, @rims) = @_;
	my $marker = '-addext 1.3.6.1.5.5.7.13.3=ASN1:UTF8String:qsrepl';
	my $key = '-newkey rsa:2048 -nodes -sha256';

	$made++;
	PostgreSQL::Test::Utils::system_or_bail('rm', '-rf', $dir);
	mkdir $dir, 0700 or die $!;
	openssl("req -x509 $key -keyout $dir/root_key.pem -out $dir/root.pem -subj /CN=CN-CA-$made -days 400 $marker");
	foreach my $case ([ 'server', 'CN' ], [ 'client', 'QlikClient' ], map { [ "$_/server", $_ ] } @rims)
	{
		my ($file, $name) = @$case;

		mkdir "$dir/$name", 0700 if $file =~ m{/};
		openssl("req $key -keyout $dir/${file}_key.pem -out $dir/$file.csr -subj /CN=$name $marker");
		openssl("x509 -req -in $dir/$file.csr -CA $dir/root.pem -CAkey $dir/root_key.pem -set_serial $made -out $dir/$file.pem "
			  . '-days 400 -copy_extensions copy');
		unlink "$dir/$file.csr";
	}
	chmod 0600, glob "$dir/*.pem $dir/*/*.pem";
	return;
}

=pod

=item recovery_key($name)

A recovery key without a passphrase; returns its file.

=cut

sub recovery_key
{
	my ($name) = @_;
	my ($code, $out, $err) = qsrepl('cert', 'recovery', "$tool_dir/$name.key");

	die $err if $code != 0;
	return "$tool_dir/$name.key";
}

=pod

=item transport_conf($site, \%nodes, recovery => file, remote => { SITE => words },
main => lines)

The configuration of a site whose certificates are in $tool_dir/store_SITE, and
whose transport key is in $tool_dir/keys_SITE.

=cut

sub transport_conf
{
	my ($site, $nodes, %opt) = @_;
	my %lines = map {
		my $remote = $opt{remote}{$_};

		$_ => "certificates = directory\ncertificate_directory = $tool_dir/store_$_\n"
		  . ($remote ? "remote_command = $remote\n" : '')
	} keys %$nodes;

	return conf_file(
		$site, $nodes,
		%lines,
		main => $opt{main} // "databases = qsr more\n",
		file => "$tool_dir/transport_$site.conf",
		sections => "[certificates]\nkey_directory = $tool_dir/keys_$site\n"
		  . ($opt{recovery} ? "recovery_certificate = $opt{recovery}.crt\n" : ''));
}

=pod

=item set_remote($site)

A program that runs the tool at a site, for remote_command.

=cut

sub set_remote
{
	my ($site) = @_;
	my $file = "$tool_dir/remote_$site";

	write_private($file, "#!/bin/sh\nQSREPL_CONFIG=$tool_dir/transport_$site.conf exec $qsrepl_program \"\$@\"\n");
	chmod 0700, $file;
	return $file;
}

# "qsrepl cert ..." at a site.
sub cert_at
{
	my ($site, @words) = @_;

	return qsrepl('cert', @words, '--config', "$tool_dir/transport_$site.conf");
}

=pod

=item installed_keys($site)

The keys of the set that counts at a site, in order, whatever the form of the
files; those whose private part is not there end in "-".

=cut

sub installed_keys
{
	my ($site) = @_;
	my ($code, $out, $err) =
	  qsrepl('cert', 'list', '--json', '--config', "$tool_dir/transport_$site.conf");
	my $list = JSON::PP::decode_json($out);

	return join ' ', map { $_->{key_id} . ($_->{private_key} ? '' : '-') } @{ $list->{certificates} };
}

# What "qsrepl check" finds in transport keys and sealed sets, a line each.
sub transport_findings
{
	my ($site) = @_;
	my ($code, $out) = qsrepl('check', '--json', '--config', "$tool_dir/transport_$site.conf");

	return join '', map { "$_->{severity} $_->{object}: $_->{problem}\n" }
	  grep { $_->{concern} eq 'transport' } @{ JSON::PP::decode_json($out)->{findings} };
}

# What was noted about certificates, without numbers of transport keys.
sub transport_events
{
	my ($node, $db) = @_;

	return $node->safe_psql($db // 'qsr',
		q(SELECT regexp_replace(what, '^certificates ', '') || ' ' || coalesce(detail, '') FROM qsrepl.event
		WHERE what LIKE 'certificates %' ORDER BY id));
}

1;
