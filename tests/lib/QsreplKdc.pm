#
# QsreplKdc.pm
#		A Kerberos realm of a test's own: QLIKTEST.LOCAL, one KDC.
#
package QsreplKdc;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplServers ();

our @EXPORT = qw(start_kdc);

our $realm = 'QLIKTEST.LOCAL';

=pod

=item start_kdc($address)

Start a KDC; returns an object with dir, and stop(). KRB5_CONFIG is set.

=item $kdc->keytab($file, principal, ...)

Make principals with random keys, which are put into a file.

=cut

sub start_kdc
{
	my ($address) = @_;
	my $dir = PostgreSQL::Test::Utils::tempdir_short();
	my $port = PostgreSQL::Test::Cluster::get_free_port();
	my $self = bless { dir => $dir }, __PACKAGE__;

	append_to_file("$dir/krb5.conf", <<CONF);
[libdefaults]
default_realm = $realm
dns_lookup_kdc = false
dns_lookup_realm = false
dns_canonicalize_hostname = false
rdns = false
udp_preference_limit = 1
[realms]
$realm = {
	kdc = $address:$port
}
[domain_realm]
.qliktest.local = $realm
[logging]
kdc = FILE:$dir/kdc.log
CONF
	append_to_file("$dir/kdc.conf", <<CONF);
[kdcdefaults]
kdc_listen = $address:$port
kdc_tcp_listen = $address:$port
[realms]
$realm = {
	database_name = $dir/principal
	key_stash_file = $dir/stash
	acl_file = $dir/acl
	max_life = 1h
	disable_pac = true
}
CONF
	$ENV{KRB5_CONFIG} = "$dir/krb5.conf";
	$ENV{KRB5_KDC_PROFILE} = "$dir/kdc.conf";
	PostgreSQL::Test::Utils::system_or_bail('kdb5_util', 'create', '-s', '-r', $realm, '-P', 'the master key');
	$self->{servers} = QsreplServers::background($dir, 'kdc', '/usr/sbin/krb5kdc', '-n', '-P', "$dir/pid");
	$self->{servers}->until_listening($address, $port);
	return $self;
}

sub keytab
{
	my ($self, $file, @principals) = @_;

	foreach my $principal (@principals)
	{
		PostgreSQL::Test::Utils::system_or_bail('kadmin.local', '-r', $realm, '-q', "addprinc -randkey $principal");
		PostgreSQL::Test::Utils::system_or_bail('kadmin.local', '-r', $realm, '-q', "ktadd -k $file $principal");
	}
	return $file;
}

sub dir { return $_[0]{dir} }
sub stop { return $_[0]{servers}->stop }

1;
