#
# QsreplServers.pm
#		Servers that a test starts beside PostgreSQL's, which end with it; and
#		addresses where no server, or none that is one, answers.
#
package QsreplServers;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Spec;
use IO::Socket::INET;
use PostgreSQL::Test::Utils;
use POSIX ();
use Time::HiRes qw(time usleep);

our @EXPORT = qw(silent_address broken_address);

our $python = '/usr/bin/python3';
my $programs = dirname(File::Spec->rel2abs(__FILE__)) . '/../nodes';
my $seconds = $ENV{PG_TEST_TIMEOUT_DEFAULT} || 180;
my @running;

=pod

=item silent_address($address)

A socket that never answers to a connection, as a machine that is off: returns
the port and the socket, which must be kept.

=item broken_address($address, $how)

A server that takes connections and is no node (tests/nodes/broken.py): returns
the port, and an object to call stop() of.

=item background($dir, $name, command, ...)

Start a server that does not go to the background by itself; its output is in
$dir/log. Returns an object with these methods:

	begin($name, command, ...)		one more
	wait_until($what, sub { ... })		wait; what they have said is told if in vain
	until_listening($address, $port)
	said($name)						what is in $dir/log of one
	stop()

=cut

# Objects of other classes, which have "dir" set, become such.
sub look_after
{
	my ($self) = @_;

	$self->{pids} = [];
	push @running, $self;
	return;
}

sub slurp
{
	my ($name) = @_;

	open my $handle, '<', $name or return '';
	local $/;
	return scalar <$handle>;
}

# A server in the background, which ends with this process.
sub begin
{
	my ($self, $name, @command) = @_;
	my $pid = fork // die "fork: $!";

	if ($pid == 0)
	{
		POSIX::setsid();
		open STDIN, '<', '/dev/null';
		open STDOUT, '>', "$self->{dir}/log/$name.out";
		open STDERR, '>&', \*STDOUT;
		$ENV{PYTHONDONTWRITEBYTECODE} = 1;
		exec 'setpriv', '--pdeathsig', 'TERM', @command or POSIX::_exit(127);
	}
	push @{ $self->{pids} }, $pid;
	return $pid;
}

sub said
{
	my ($self, $name) = @_;

	return slurp("$self->{dir}/log/$name.out");
}

sub wait_until
{
	my ($self, $what, $done) = @_;
	my $end = time + $seconds;

	while (!$done->())
	{
		die "$what does not come up:\n" . join('', map { slurp($_) } glob "$self->{dir}/log/*.out $self->{dir}/log/log.smbd")
		  if time > $end;
		usleep(10_000);
	}
	return;
}

sub stop
{
	my ($self) = @_;
	my @left = @{ $self->{pids} };
	my $end = time + 10;

	$self->{pids} = [];
	kill 'TERM', map { -$_ } @left;
	while (@left)
	{
		@left = grep { waitpid($_, POSIX::WNOHANG()) == 0 } @left;
		kill 'KILL', map { -$_ } @left if time > $end;
		usleep(5_000) if @left;
	}
	return;
}

sub silent_address
{
	my ($address) = @_;
	my $listener = IO::Socket::INET->new(LocalAddr => $address, Listen => 1, Proto => 'tcp')
	  or die "$address: $!";
	my @filling;

	# The kernel drops what comes once the queue is full.
	listen $listener, 0;
	foreach (1 .. 4)
	{
		push @filling, IO::Socket::INET->new(PeerAddr => $address, PeerPort => $listener->sockport, Blocking => 0);
	}
	return ($listener->sockport, [ $listener, @filling ]);
}

sub broken_address
{
	my ($address, $how) = @_;
	my $self = background(PostgreSQL::Test::Utils::tempdir_short(), 'broken', $python, "$programs/broken.py", $address, $how);
	my $port;

	$self->wait_until('broken.py', sub { ($port) = $self->said('broken') =~ /^(\d+)$/m });
	return ($port, $self);
}

sub background
{
	my ($dir, $name, @command) = @_;
	my $self = bless { dir => $dir }, __PACKAGE__;

	make_path("$dir/log");
	$self->look_after;
	$self->begin($name, @command);
	return $self;
}

sub until_listening
{
	my ($self, $address, $port) = @_;

	$self->wait_until("$address:$port", sub { IO::Socket::INET->new(PeerAddr => $address, PeerPort => $port) });
	return;
}

END
{
	my $code = $?;

	$_->stop foreach @running;
	$? = $code;
}

1;
