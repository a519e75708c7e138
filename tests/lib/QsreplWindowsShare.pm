#
# QsreplWindowsShare.pm
#		A share whose content robocopy brings from one site to the other, at a
#		stand-in Windows node, and the program that tries its parts.
#
package QsreplWindowsShare;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use File::Spec;
use IPC::Run ();
use JSON::PP ();
use PostgreSQL::Test::Utils;
use QsreplTool;
use QsreplWindows;
use Test::More;

our @EXPORT = qw(put windows_share failed_with);

my $lab = File::Spec->rel2abs('build/robocopy_lab');

=pod

=item put($root, $path, $content, $time)

Make or replace a file below a root, of a fixed time if none is given.

=cut

sub put
{
	my ($root, $path, $content, $time) = @_;

	write_file("$root/$path", $content, $time // 1_500_000_000);
	return;
}

=pod

=item windows_share($address, ssh => words)

A node with sshd, which is reached with further options of ssh if they are given, and the places of both roots: that of A is \\\\fs-a\QlikShare,
that of B is D:\Qlik Share. Members: ssh, root (of each site), address.

=cut

sub windows_share
{
	my ($address, %opt) = @_;
	my $ssh = start_windows_ssh(addresses => [$address]) or die 'no sshd';
	my %root = (
		A => "$ssh->{dir}/disks/unc/fs-a/QlikShare",
		B => "$ssh->{dir}/disks/$address/D/Qlik Share");

	return bless { ssh => $ssh, options => $opt{ssh} // '', address => $address, root => \%root }, __PACKAGE__;
}

=pod

=item $share->sections(share => lines)

The configuration of the node and the share.

=cut

sub sections
{
	my ($self, %opt) = @_;

	my ($program, @words) = $self->{ssh}->words($self->{address});

	return "[node CN-B]\nsite = B\naddress = $self->{address}\nroles = central repository\nssh_command = $program $self->{options} @words\n"
	  . "[share qlik]\nA = \\\\fs-a\\QlikShare\nB = D:\\Qlik Share\nmethod = robocopy\nnode = CN-B\n" . ($opt{share} // '');
}

=pod

=item $share->configure(share => lines)

A configuration file for the lab.

=cut

sub configure
{
	my ($self, %opt) = @_;
	my $text = "[qsrepl]\nsite = A\n";

	$text .= "[site $_]\nhost = 127.0.0.1\nport = 543" . ($_ eq 'A' ? 3 : 4) . "\nbin_directory = /usr/bin\ndata_directory = $tool_dir/$_\nsettings_file = $tool_dir/$_.conf\n" foreach 'A', 'B';
	return write_private("$tool_dir/robo.conf", $text . $self->sections(%opt));
}

=pod

=item $share->lab(\@words, lines)

Run tests/unit/robocopy_lab.c; what it says ends in "ok", "incomplete" or
"error".

=cut

sub lab
{
	my ($self, $words, @lines) = @_;
	my ($out, $err);

	IPC::Run::run([ $lab, "$tool_dir/robo.conf", 'qlik', @$words ], '<', \join('', map { "$_\n" } @lines), '>', \$out, '2>', \$err);
	is($err, '', 'nothing on standard error');
	return $out;
}

=pod

=item failed_with($out, $message, $detail, $name)

What lab() has said is this error; patterns.

=cut

sub failed_with
{
	my ($out, $message, $detail, $name) = @_;

	like($out, qr/^error\nmessage: $message\n/m, $name);
	like($out, qr/^detail: $detail/m, 'with the reason');
	return;
}

=pod

=item $share->content($site, $path), $share->robocopies

A file's content; the arguments of each call of robocopy since the last time.

=cut

sub content
{
	my ($self, $site, $path) = @_;

	return -e "$self->{root}{$site}/$path" ? slurp_file("$self->{root}{$site}/$path") : undef;
}

sub robocopies
{
	my ($self) = @_;
	my $file = "$self->{ssh}{dir}/robocopies";
	my @calls = -e $file ? map { JSON::PP::decode_json($_) } split /\n/, slurp_file($file) : ();

	unlink $file;
	return @calls;
}

1;
