#
# QsreplSsh.pm
#		A real sshd of a test's own, with keys that are made for it.
#
package QsreplSsh;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use File::Path qw(make_path);
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Time::HiRes qw(usleep);

our @EXPORT = qw(start_ssh write_anew);

my @running;

=pod

=item write_anew($name, $text, $mode)

A file that is its owner's, or has the mode; returns its name.

=cut

sub write_anew
{
	my ($name, $text, $mode) = @_;

	open my $handle, '>', $name or die "$name: $!";
	print $handle $text;
	close $handle or die "$name: $!";
	chmod $mode // 0600, $name;
	return $name;
}

=pod

=item start_ssh(dir => ..., addresses => [ ... ], port => ..., settings => lines)

Start an sshd; returns it when it listens, or nothing where there is none.

	dir			for its files, is made; the log is DIR/log
	addresses	where it listens; 127.0.0.1
	port		one that is free
	settings	for its configuration

=cut

sub start_ssh
{
	my %opt = (addresses => ['127.0.0.1'], settings => '', @_);
	my $self = bless {%opt}, __PACKAGE__;
	my ($sshd) = grep { -x } '/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/libexec/sshd';

	return if !$sshd;
	$self->{sshd} = $sshd;
	$self->{port} //= PostgreSQL::Test::Cluster::get_free_port();
	make_path($self->{dir});
	$self->_make_files;
	$self->start;
	push @running, $self;
	return $self;
}

sub _make_files
{
	my ($self) = @_;
	my $dir = $self->{dir};
	my @listen = @{ $self->{addresses} };

	foreach my $key ('host', 'user')
	{
		PostgreSQL::Test::Utils::system_or_bail('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', "$dir/$key");
	}
	write_anew("$dir/known", join '', map { "[$_]:$self->{port} " . slurp_file("$dir/host.pub") } @listen);

	# sshd takes no more than 16.
	@listen = ('0.0.0.0') if @listen > 16;
	$self->{listens} = @listen;
	my $listen = join '', map { "ListenAddress $_\n" } @listen;

	write_anew("$dir/sshd_config", <<"CONF");
Port $self->{port}
${listen}HostKey $dir/host
AuthorizedKeysFile $dir/user.pub
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
$self->{settings}
CONF
	return;
}

=pod

=item $ssh->start, $ssh->stop, $ssh->pid

=cut

sub start
{
	my ($self) = @_;
	my $log = "$self->{dir}/log";

	# -D stays in the foreground, as our child.
	unlink $log;
	$self->{daemon} = IPC::Run::start([ $self->{sshd}, '-D', '-e', '-f', "$self->{dir}/sshd_config" ], '<', \'', '>', \my $said, '2>', $log);
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

sub pid
{
	my ($self) = @_;

	return $self->{daemon}{KIDS}[0]{PID};
}

END
{
	my $status = $?;

	$_->stop foreach @running;
	$? = $status;
}

=pod

=item $ssh->words($address)

What runs a command there.

=cut

sub words
{
	my ($self, $address) = @_;
	my $dir = $self->{dir};

	return ('ssh', '-p', $self->{port}, '-i', "$dir/user", '-F', 'none', '-o', 'BatchMode=yes', '-o', 'IdentitiesOnly=yes', '-o',
		"UserKnownHostsFile=$dir/known", '-o', 'StrictHostKeyChecking=yes', '-o', 'ConnectTimeout=5', '-o', 'LogLevel=ERROR', $address);
}

1;
