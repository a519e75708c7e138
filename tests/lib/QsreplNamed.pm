#
# QsreplNamed.pm
#		Name servers for tests: real named, with a key that may change one
#		record of a zone.
#
package QsreplNamed;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use File::Spec;
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplTool;
use Time::HiRes ();

our @EXPORT = qw(start_named stop_named stop_all_named named_key record set_record);

my $named = (grep { -x } '/usr/sbin/named', '/usr/bin/named')[0];
my ($nsupdate) = grep { -x } map { "$_/nsupdate" } split /:/, $ENV{PATH};
my %running;

=pod

=item named_key($name)

The file of a TSIG key with this name; only the key "qsrepl-key" may change
anything.

=cut

sub named_key
{
	my ($name) = @_;
	my $file = "$tool_dir/$name.key";

	return -e $file ? $file : write_private($file, scalar `tsig-keygen -a hmac-sha256 $name`);
}

=pod

=item start_named($name, address => '127.0.0.1', port => number, of => server, notify => servers, fixed => 1, records => lines, keytab => file, who => principal)

Start a server for the zone company.test: a primary, or a secondary of another
one. A fixed one takes no
changes. Returns its hash, with "server" as the tool's
configuration has it. With a keytab, which has the key of
DNS/ns.qliktest.local, the principal may change the record, too.

=cut

sub start_named
{
	my ($name, %opt) = @_;
	my $dir = "$tool_dir/$name";
	my $address = $opt{address};
	my $port = $opt{port} // PostgreSQL::Test::Cluster::get_free_port();
	my $key = named_key('qsrepl-key');
	my $grant = $opt{keytab} ? "grant $opt{who} name qs.company.test. ANY; " : '';
	my $gss = $opt{keytab} ? "tkey-gssapi-keytab \"$opt{keytab}\";" : '';
	my $mname = $opt{keytab} ? 'ns.qliktest.local.' : 'ns.company.test.';
	my $also = join ' ', map { "$_->{address} port $_->{port};" } @{ $opt{notify} // [] };
	my $zone = $opt{of}
	  ? "type secondary; primaries { $opt{of}{address} port $opt{of}{port}; };"
	  : 'type primary; file "zone"; ' . ($opt{fixed} ? '' : 'update-policy { grant qsrepl-key name qs.company.test. ANY; ' . $grant . '}; ')
	  . "allow-transfer { any; }; notify explicit; also-notify { $also }; notify-delay 0;";

	mkdir $dir;
	unlink glob("$dir/zone*");
	append_to_file("$dir/zone", <<"ZONE" . ($opt{records} // "qs 60 CNAME qs-a\n"));
\$ORIGIN company.test.
\@ 300 SOA $mname admin.company.test. 1 86400 86400 864000 60
\@ 300 NS ns
ns 300 A 127.0.0.1
qs-a 300 A 127.0.0.3
qs-b 300 A 127.0.0.4
ZONE
	unlink "$dir/named.conf";
	append_to_file("$dir/named.conf", <<"CONF");
include "$key";
options {
	directory "$dir";
	pid-file none;
	session-keyfile none;
	$gss
	managed-keys-directory "$dir";
	listen-on port $port { $address; };
	listen-on-v6 { none; };
	query-source address $address;
	notify-source $address;
	transfer-source $address;
	recursion no;
	dnssec-validation no;
};
controls { };
zone "company.test" { $zone };
CONF
	$running{$name} = IPC::Run::start([ $named, '-f', '-n', '1', '-c', "$dir/named.conf", '-L', "$dir/log" ],
		'<', \'', '>', \my $out, '2>', \my $err);
	my $server = { name => $name, address => $address, port => $port, server => "$address#$port" };
	for (1 .. 500)
	{
		return $server if defined record($server, 'ns', 'A');
		Time::HiRes::usleep(20_000);
	}
	stop_all_named();
	die "named does not answer: " . slurp_file("$dir/log");
}

sub stop_named
{
	my ($server) = @_;
	my $daemon = delete $running{ $server->{name} };

	$daemon->kill_kill if $daemon;
	return;
}

sub stop_all_named
{
	stop_named({ name => $_ }) foreach keys %running;
	return;
}

=pod

=item record($server, $name, $type)

What a server has for a name in the zone; undef where it has nothing.

=cut

sub record
{
	my ($server, $name, $type) = @_;
	my ($answer) = `dig -r +short +norecurse +time=1 +tries=1 \@$server->{address} -p $server->{port} $name.company.test. $type` =~ /^(\S+?)\.?$/m;

	return defined $answer && $answer !~ /^;/ ? $answer : undef;
}

=pod

=item set_record($server, $data)

Somebody else changes qs.company.test: "CNAME x.company.test.", or nothing.

=cut

sub set_record
{
	my ($server, $data) = @_;
	my $script = "server $server->{address} $server->{port}\nzone company.test.\nupdate delete qs.company.test.\n"
	  . ($data ne '' ? "update add qs.company.test. 60 $data\n" : '') . "send\n";

	IPC::Run::run([ $nsupdate, '-k', named_key('qsrepl-key') ], '<', \$script) or die 'nsupdate';
	return;
}

END
{
	my $code = $?;

	stop_all_named();
	$? = $code;
}

1;
