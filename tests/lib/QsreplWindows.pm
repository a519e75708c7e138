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
use JSON::PP ();
use PostgreSQL::Test::Utils;
use QsreplSsh;

our @EXPORT = qw(start_windows_ssh);

my $programs = dirname(File::Spec->rel2abs(__FILE__)) . '/../nodes';
my $json = JSON::PP->new->canonical->pretty;

=pod

=item start_windows_ssh(addresses => [ ... ], dir => ..., port => ...)

Start the nodes' sshd; returns it when it listens, or nothing where there is
none.

	addresses	of the nodes
	dir			with their state files in nodes/ADDRESS.json, as start_nodes()
				of QsreplNodes has; else one is made, with empty nodes
	port		of all of them; one that is free

=cut

sub start_windows_ssh
{
	my %opt = (addresses => ['127.0.10.1'], @_);
	my $self = bless {%opt}, __PACKAGE__;

	$self->{dir} //= PostgreSQL::Test::Utils::tempdir();
	my $bin = "$self->{dir}/bin";

	make_path("$self->{dir}/nodes", $bin);
	foreach my $address (@{ $self->{addresses} })
	{
		$self->set_state($address, {}) if !-e "$self->{dir}/nodes/$address.json";
	}
	write_anew("$bin/powershell.exe", "#!/bin/sh\nexec /usr/bin/python3 $programs/powershell.py $self->{dir} \"\$@\"\n", 0700);
	$self->{ssh} = start_ssh(
		dir => "$self->{dir}/ssh",
		addresses => $self->{addresses},
		port => $self->{port},
		settings => "SetEnv PATH=$bin:/usr/bin:/bin\nMaxStartups 100") or return;
	return $self;
}

=pod

=item $ssh->start, $ssh->stop, $ssh->words($address), $ssh->log

As in QsreplSsh; what sshd has logged.

=cut

sub start
{
	my ($self) = @_;

	return $self->{ssh}->start;
}

sub stop
{
	my ($self) = @_;

	return $self->{ssh}->stop;
}

sub words
{
	my ($self, $address) = @_;

	return $self->{ssh}->words($address);
}

sub log
{
	my ($self) = @_;

	return slurp_file("$self->{ssh}{dir}/log");
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

	write_anew("$file.new", $json->encode({ services => {}, %$state }));
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
