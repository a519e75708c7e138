#
# QsreplNodes.pm
#		Stand-in Windows nodes: a real smbd with many addresses, our service
#		control manager behind it (tests/nodes), an administrative share a node.
#
# A group of nodes has one smbd, and so one set of accounts, as machines of a
# domain have; an account that is locked at one node is locked at all. What the
# nodes do is in a state file each, which is changed while they run. smbd runs
# as the test's own user, by way of uid_wrapper and nss_wrapper.
#
package QsreplNodes;

use strict;
use warnings FATAL => 'all';

use parent -norequire, 'QsreplServers';

use Exporter 'import';
use Fcntl qw(:flock);
use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Spec;
use IPC::Run ();
use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplServers;

our @EXPORT = qw(start_nodes silent_address broken_address qlik_services scm);

my $programs = dirname(File::Spec->rel2abs(__FILE__)) . '/../nodes';
my $scm_program = File::Spec->rel2abs($ENV{QSREPL_SCM} || 'build/qsrepl-scm');
my $seconds = $ENV{PG_TEST_TIMEOUT_DEFAULT} || 180;
my $json = JSON::PP->new->utf8->canonical->pretty;

=pod

=item qlik_services(running => 1)

The services of a node as Qlik installs them: a hash for the state file.

=cut

sub qlik_services
{
	my %opt = (running => 1, @_);
	my %display = (
		QlikSenseRepositoryDatabase => 'Qlik Sense Repository Database',
		QlikSenseServiceDispatcher => 'Qlik Sense Service Dispatcher',
		QlikSenseRepositoryService => 'Qlik Sense Repository Service',
		QlikSenseProxyService => 'Qlik Sense Proxy Service',
		QlikSenseEngineService => 'Qlik Sense Engine Service',
		QlikSenseSchedulerService => 'Qlik Sense Scheduler Service',
		QlikSensePrintingService => 'Qlik Sense Printing Service');
	my %services = map {
		$_ => {
			display => $display{$_},
			state => $opt{running} ? 4 : 1,
			start => 'auto',
			delay => 0.05,
			depends => [],
			recovery => {
				reset => 86400,
				message => '',
				command => '',
				actions => [ [ 1, 60000 ], [ 1, 60000 ], [ 0, 0 ] ],
				flag => 0
			}
		}
	} keys %display;

	return \%services;
}

=pod

=item start_nodes(n => 1, ...)

Start a group of nodes; returns it when all answer.

	n			how many
	net			the first three numbers of their addresses; 127.0.7
	first		the fourth number of the first node's address; 1
	port		of all of them; one that is free
	services	the services of each node; qlik_services()
	nodes		a hash from a node's number (1 ...) to what its state file has
				besides, see tests/nodes/scm.py
	user, password
	lockout		how many wrong passwords lock an account; 0: none do
	lsa			also what "net rpc" asks for before anything else
	accounts	further ones: a hash from names to passwords
	folders		further shares: a hash from names to the lines of their sections,
				besides the path, which is $nodes->folder($name)
	smb_conf	further lines of its section [global]

=cut

sub start_nodes
{
	my %opt = (n => 1, net => '127.0.7', first => 1, user => 'operator', password => 'Nodes 7 secret', lockout => 0, accounts => {}, folders => {}, @_);
	my $self = bless {%opt}, __PACKAGE__;

	$self->{dir} = PostgreSQL::Test::Utils::tempdir_short();
	$self->{port} //= PostgreSQL::Test::Cluster::get_free_port();
	$self->look_after;
	$self->_make_files;
	$self->_make_account;
	$self->begin('nodes', $QsreplServers::python, "$programs/nodes.py", $self->{dir});
	$self->wait_until('nodes.py', sub { -S "$self->{dir}/ncalrpc/np/svcctl" });
	$self->begin('samba-dcerpcd', $self->_wrapped('/usr/libexec/samba/samba-dcerpcd', '-F', '--no-process-group', '-s', "$self->{dir}/smb.conf", '-l', "$self->{dir}/log", '/usr/libexec/samba/rpcd_lsad'))
	  if $self->{lsa};
	$self->begin('smbd', $self->_wrapped('smbd', '-F', '--no-process-group', '-s', "$self->{dir}/smb.conf", '-l', "$self->{dir}/log"));
	$self->until_listening($_, $self->{port}) foreach $self->addresses;
	return $self;
}

sub _wrapped
{
	my ($self, @command) = @_;

	return ("$programs/wrapped", $self->{dir}, @command);
}

sub _write
{
	my ($name, $text) = @_;

	open my $handle, '>', $name or die "$name: $!";
	print $handle $text;
	close $handle or die "$name: $!";
	chmod 0600, $name;
	return $name;
}

sub _make_files
{
	my ($self) = @_;
	my $dir = $self->{dir};
	my $addresses = join ' ', map { "$_/8" } $self->addresses;

	make_path(map { "$dir/$_" } qw(private lock_dir state cache pid ncalrpc log nodes shares));
	_write("$dir/smb.conf", <<CONF);
[global]
workgroup = QLIKTEST
netbios name = QLIKNODE
server role = standalone server
map to guest = never
interfaces = $addresses
bind interfaces only = yes
smb ports = $self->{port}
disable netbios = yes
server min protocol = SMB2
private dir = $dir/private
lock directory = $dir/lock_dir
state directory = $dir/state
cache directory = $dir/cache
pid directory = $dir/pid
ncalrpc dir = $dir/ncalrpc
log file = $dir/log/log.smbd
max log size = 0
log level = 1 auth_audit:3
passdb backend = tdbsam:$dir/private/passdb.tdb
rpc start on demand helpers = no
load printers = no
printcap name = /dev/null
disable spoolss = yes
@{[ $self->{smb_conf} // '' ]}
[C\$]
path = $dir/shares/%i
read only = no
force user = root
@{[ $self->_folder_sections ]}
CONF
	_write("$dir/passwd", <<PASSWD);
root:x:0:0::/:/bin/false
nobody:x:65534:65534::/:/bin/false
$self->{user}:x:2001:2001::/:/bin/false
@{[ $self->_further_accounts ]}
PASSWD
	_write("$dir/group", "root:x:0:\nnogroup:x:65534:\nnodes:x:2001:\n");
	_write("$dir/operations", '');
	_write("$dir/lock", '');
	$self->{credentials} = $self->credentials_file('credentials', $self->{password});
	$self->{wrong_credentials} = $self->credentials_file('wrong_credentials', 'not the password');
	foreach my $number (1 .. $self->{n})
	{
		my %node = (services => $self->{services} // qlik_services(), %{ ($self->{nodes} // {})->{$number} // {} });

		_write($self->_state_file($number), $json->encode(\%node));
		make_path($self->share($number) . '/Windows/System32/drivers/etc');
		_write($self->hosts_file($number), "# Windows\r\n127.0.0.1 localhost\r\n");
	}
	return;
}

sub _folder_sections
{
	my ($self) = @_;
	my $text = '';

	foreach my $name (sort keys %{ $self->{folders} })
	{
		make_path($self->folder($name));
		$text .= "[$name]\npath = @{[ $self->folder($name) ]}\nread only = no\nforce user = root\n$self->{folders}{$name}\n";
	}
	return $text;
}

sub _further_accounts
{
	my ($self) = @_;
	my $number = 2002;

	return join "\n", map { "$_:x:@{[ $number++ ]}:2001::/:/bin/false" } sort keys %{ $self->{accounts} };
}

sub _make_account
{
	my ($self) = @_;
	my @pdbedit = $self->_wrapped('pdbedit', '-s', "$self->{dir}/smb.conf");
	my %passwords = ($self->{user} => $self->{password}, %{ $self->{accounts} // {} });

	foreach my $user (sort keys %passwords)
	{
		my $in = "$passwords{$user}\n$passwords{$user}\n";
		my $out = '';

		IPC::Run::run([ @pdbedit, '-a', '-t', '-u', $user ], '<', \$in, '>&', \$out)
		  or die "pdbedit: $out";
	}
	$self->policy('bad lockout attempt', $self->{lockout}) if $self->{lockout};
	return;
}

sub _state_file
{
	my ($self, $number) = @_;

	return "$self->{dir}/nodes/" . $self->address($number) . '.json';
}

=pod

=item $nodes->address($number), addresses, port, user, password, dir

=item $nodes->share($number), hosts_file($number)

The directory that is C$, and the hosts file in it.

=item $nodes->folder($name)

The directory that is a share of the option folders.

=item $nodes->credentials, wrong_credentials, credentials_file($name, $password)

Files that Samba's programs and ours read.

=cut

sub address
{
	my ($self, $number) = @_;

	return "$self->{net}." . ($self->{first} + $number - 1);
}

sub addresses
{
	my ($self) = @_;

	return map { $self->address($_) } 1 .. $self->{n};
}

sub port { return $_[0]{port} }
sub dir { return $_[0]{dir} }
sub user { return $_[0]{user} }
sub password { return $_[0]{password} }
sub credentials { return $_[0]{credentials} }
sub wrong_credentials { return $_[0]{wrong_credentials} }

sub share
{
	my ($self, $number) = @_;

	return "$self->{dir}/shares/" . $self->address($number);
}

sub folder
{
	my ($self, $name) = @_;

	return "$self->{dir}/folders/$name";
}

sub hosts_file
{
	my ($self, $number) = @_;

	return $self->share($number) . '/Windows/System32/drivers/etc/hosts';
}

sub credentials_file
{
	my ($self, $name, $password, $user) = @_;

	$user //= $self->{user};
	return _write("$self->{dir}/$name", "username = $user\npassword = $password\ndomain = QLIKTEST\n");
}

=pod

=item $nodes->change($number, sub { my ($node) = @_; ... })

Change a node's state file under the lock.

=item $nodes->set($number, $service, key => value, ...), set_all($service, ...)

Change a service; undef takes a key away. set_all: at every node.

=item $nodes->set_node($number, key => value, ...)

=item $nodes->node($number), service($number, $service)

The state as it is now.

=cut

sub change
{
	my ($self, $number, $act) = @_;
	my $file = $self->_state_file($number);

	open my $lock, '>>', "$self->{dir}/lock" or die "lock: $!";
	flock $lock, LOCK_EX or die "lock: $!";
	my $node = $json->decode(QsreplServers::slurp($file));
	$act->($node);
	_write("$file.changed", $json->encode($node));
	rename "$file.changed", $file or die "$file: $!";
	close $lock;
	return;
}

sub _put
{
	my ($hash, %values) = @_;

	foreach my $key (keys %values)
	{
		$hash->{$key} = $values{$key};
		delete $hash->{$key} if !defined $values{$key};
	}
	return;
}

sub set
{
	my ($self, $number, $service, %values) = @_;

	$self->change($number, sub { _put($_[0]{services}{$service}, %values) });
	return;
}

sub set_all
{
	my ($self, $service, %values) = @_;

	$self->set($_, $service, %values) foreach 1 .. $self->{n};
	return;
}

sub set_node
{
	my ($self, $number, %values) = @_;

	$self->change($number, sub { _put($_[0], %values) });
	return;
}

sub node
{
	my ($self, $number) = @_;

	return $json->decode(QsreplServers::slurp($self->_state_file($number)));
}

sub service
{
	my ($self, $number, $service) = @_;

	return $self->node($number)->{services}{$service};
}

=pod

=item $nodes->operations($number)

What was asked of a node, or of all, in order: hashes with time (seconds since
1970), node (address), operation (open: refused ones only; start, stop, config,
delayed, recovery, recovery flag), service, code (Win32).

=item $nodes->forget()

Begin the list anew.

=item $nodes->logons($number)

Logons that were tried, by what smbd says: hashes with node, user, status.

=item $nodes->bad_password_count()

=item $nodes->account(option, ...)

Change the account by pdbedit: "-z", "-c", "[ ]" unlock it, "-c", "[D ]" disables it.

=item $nodes->policy($name, $value)

A rule for all accounts, as "bad lockout attempt" or "maximum password age" (s).

=cut

sub operations
{
	my ($self, $number) = @_;
	my @all = map { $json->decode($_) } split /\n/, QsreplServers::slurp("$self->{dir}/operations");

	return grep { !$number || $_->{node} eq $self->address($number) } @all;
}

sub forget
{
	my ($self) = @_;

	truncate "$self->{dir}/operations", 0;
	return;
}

sub logons
{
	my ($self, $number) = @_;
	my $log = QsreplServers::slurp("$self->{dir}/log/log.smbd");
	my @all;

	while ($log =~ /^\s*Auth: \[SMB.*?user \[.*?\]\\\[(.*?)\].*? status \[(.*?)\].*? local host \[ipv4:([\d.]+):/mg)
	{
		push @all, { user => $1, status => $2, node => $3 };
	}
	return grep { !$number || $_->{node} eq $self->address($number) } @all;
}

sub _pdbedit
{
	my ($self, @options) = @_;
	my $out = '';

	IPC::Run::run([ $self->_wrapped('pdbedit', '-s', "$self->{dir}/smb.conf", @options) ], '<', \'', '>&', \$out)
	  or die "pdbedit: $out";
	return $out;
}

sub account
{
	my ($self, @options) = @_;

	return $self->_pdbedit('-u', $self->{user}, @options);
}

sub policy
{
	my ($self, $name, $value) = @_;

	return $self->_pdbedit('-P', $name, '-C', $value);
}

sub bad_password_count
{
	my ($self) = @_;
	my $out = $self->account('-v');

	return $out =~ /^Bad password count\s*:\s*(\d+)/m ? $1 : die "pdbedit: $out";
}

=pod

=item $nodes->scm($number, request, ...)

Run qsrepl-scm against a node with requests, which are hashes or strings.
Returns its exit code and the answers, the first being that it is connected.

=item scm([ words ], request, ...)

The same with the words of its command line; dies where it writes anything that
is not JSON. Its standard error is the last answer where there is any.

=cut

sub scm
{
	my ($self, @requests) = @_;
	my @words = ref $self eq 'ARRAY' ? @$self
	  : ('--host', $self->address(shift @requests), '--port', $self->port, '--credentials', $self->credentials);
	my $in = join '', map { (ref $_ ? JSON::PP->new->utf8->canonical->encode($_) : $_) . "\n" } @requests;
	my ($out, $err);

	IPC::Run::run([ $scm_program, @words ], '<', \$in, '>', \$out, '2>', \$err, IPC::Run::timeout($seconds));
	my $code = $? & 127 ? "signal $?" : $? >> 8;
	my @answers = map { $json->decode($_) } split /\n/, $out;
	push @answers, $err if $err ne '';
	return ($code, @answers);
}

1;
