#
# QsreplWindows.pm
#		Stand-in Windows nodes that are reached by ssh: a real sshd with many
#		addresses, behind which tests/nodes/powershell.py answers.
#
# Their state files are those of QsreplNodes, so that a node can be reached
# either way.
#
package QsreplWindows;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Spec;
use IPC::Run ();
use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Time::HiRes qw(usleep);

our @EXPORT = qw(start_windows_ssh);

my $programs = dirname(File::Spec->rel2abs(__FILE__)) . '/../nodes';
my $json = JSON::PP->new->canonical->pretty;
my @running;

sub _write
{
	my ($name, $text, $mode) = @_;

	open my $handle, '>', $name or die "$name: $!";
	print $handle $text;
	close $handle or die "$name: $!";
	chmod $mode // 0600, $name;
	return $name;
}

=pod

=item start_windows_ssh(addresses => [ ... ], dir => ..., port => ...)

Start an sshd; returns it when it listens, or nothing where there is none.

	addresses	of the nodes
	dir			with their state files in nodes/ADDRESS.json, as start_nodes()
				of QsreplNodes has; else one is made, with empty nodes
	port		of all of them; one that is free

=cut

sub start_windows_ssh
{
	my %opt = (addresses => ['127.0.10.1'], @_);
	my $self = bless {%opt}, __PACKAGE__;
	my ($sshd) = grep { -x } '/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/libexec/sshd';

	return if !$sshd;
	$self->{sshd} = $sshd;
	$self->{dir} //= PostgreSQL::Test::Utils::tempdir();
	$self->{port} //= PostgreSQL::Test::Cluster::get_free_port();
	$self->{own} = "$self->{dir}/ssh";
	make_path("$self->{dir}/nodes", "$self->{own}/bin");
	foreach my $address (@{ $self->{addresses} })
	{
		$self->set_state($address, {}) if !-e "$self->{dir}/nodes/$address.json";
	}
	$self->_make_files;
	$self->start;
	push @running, $self;
	return $self;
}

sub _make_files
{
	my ($self) = @_;
	my $own = $self->{own};
	my @listen = @{ $self->{addresses} };

	# sshd takes no more than 16.
	@listen = ('0.0.0.0') if @listen > 16;
	$self->{listens} = @listen;
	my $listen = join '', map { "ListenAddress $_\n" } @listen;

	foreach my $key ('host', 'user')
	{
		PostgreSQL::Test::Utils::system_or_bail('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', "$own/$key");
	}
	_write("$own/known", join '', map { "[$_]:$self->{port} " . slurp_file("$own/host.pub") } @{ $self->{addresses} });
	_write("$own/bin/powershell.exe", "#!/bin/sh\nexec /usr/bin/python3 $programs/powershell.py $self->{dir} \"\$@\"\n", 0700);
	_write("$own/sshd_config", <<"CONF");
Port $self->{port}
${listen}HostKey $own/host
AuthorizedKeysFile $own/user.pub
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
SetEnv PATH=$own/bin:/usr/bin:/bin
MaxStartups 100
CONF
	return;
}

=pod

=item $ssh->start, $ssh->stop

=cut

sub start
{
	my ($self) = @_;
	my $log = "$self->{own}/log";

	unlink $log;
	$self->{daemon} = IPC::Run::start([ $self->{sshd}, '-D', '-e', '-f', "$self->{own}/sshd_config" ], '<', \'', '>', \my $said, '2>', $log);
	for (1 .. 1000)
	{
		last if -s $log && (() = slurp_file($log) =~ /Server listening/g) == $self->{listens};
		usleep(10_000);
	}
	return;
}

sub stop
{
	my ($self) = @_;

	$self->{daemon}->kill_kill if $self->{daemon};
	delete $self->{daemon};
	return;
}

END
{
	my $status = $?;

	$_->stop foreach @running;
	$? = $status;
}

=pod

=item $ssh->words($address)

The ssh_command of a node.

=cut

sub words
{
	my ($self, $address) = @_;

	return ('ssh', '-p', $self->{port}, '-i', "$self->{own}/user", '-F', 'none', '-o', 'BatchMode=yes', '-o', 'IdentitiesOnly=yes', '-o',
		"UserKnownHostsFile=$self->{own}/known", '-o', 'StrictHostKeyChecking=yes', '-o', 'ConnectTimeout=5', '-o', 'LogLevel=ERROR', $address);
}

=pod

=item $ssh->state($address), $ssh->set_state($address, \%state)

A node's state file: see tests/nodes/scm.py and tests/nodes/powershell.py.

=cut

sub state
{
	my ($self, $address) = @_;

	return $json->decode(slurp_file("$self->{dir}/nodes/$address.json"));
}

sub set_state
{
	my ($self, $address, $state) = @_;
	my $file = "$self->{dir}/nodes/$address.json";

	_write("$file.new", $json->encode({ services => {}, %$state }));
	rename "$file.new", $file or die "$file: $!";
	return;
}

=pod

=item $ssh->seen

What powershell.exe has seen since the last call, an element a call.

=cut

sub seen
{
	my ($self) = @_;
	my $file = "$self->{dir}/seen";
	my @seen = -e $file ? map { JSON::PP::decode_json($_) } split /\n/, slurp_file($file) : ();

	unlink $file;
	return @seen;
}

1;
