# The machine and the versions of what is measured, as JSON.
# usage: machine.pl BINDIR [NAME=VALUE ...]: sizes that are not the usual ones
use strict;
use warnings FATAL => 'all';

use JSON::PP ();
use POSIX qw(strftime);

my ($bindir, @sizes) = @ARGV;

sub slurp
{
	my ($file) = @_;

	open my $handle, '<', $file or return '';
	local $/;
	return scalar <$handle> // '';
}

# What a program says, without a shell; '' where there is none
sub said
{
	my (@command) = @_;
	my $pid = open my $handle, '-|' // return '';

	if (!$pid)
	{
		open STDERR, '>&', \*STDOUT;
		no warnings;
		exec { $command[0] } @command or exit 127;
	}
	local $/;
	my $text = <$handle> // '';
	return close $handle ? $text : '';
}

# The first number of a program's version, or undef
sub version
{
	my (@command) = @_;
	my ($number) = said(@command) =~ /(\d+(?:\.\d+)+\S*)/;

	$number =~ s/[,;)]+$// if defined $number;
	return $number;
}

my $cpu = slurp('/proc/cpuinfo');
my ($model) = $cpu =~ /^model name\s*:\s*(.+)$/m;
my $cores = () = $cpu =~ /^processor\s*:/mg;
my ($memory) = slurp('/proc/meminfo') =~ /^MemTotal:\s*(\d+)/m;
my ($system) = slurp('/etc/os-release') =~ /^PRETTY_NAME="?([^"\n]+)/m;
my ($release) = slurp('/proc/sys/kernel/osrelease') =~ /([\d.]+)/;
my ($load) = slurp('/proc/loadavg') =~ /^(\S+)/;
my (undef, $type) = split /\n/, said('df', '--output=fstype', $ENV{TMPDIR} // '/tmp');

my @lines = (
	[ processor => ($model // 'not named') . ', ' . $cores . ($cores == 1 ? ' core' : ' cores')
		  . ($cpu =~ /^flags.*\bhypervisor\b/m ? ', a virtual machine' : '') ],
	[ memory => sprintf '%.0f GB', ($memory // 0) / 1048576 ],
	[ 'operating system' => ($system // 'Linux') . ', kernel ' . ($release // '?') ],
	[ 'file system' => $type // '?' ],
	[ 'load before' => $load // '?' ]);

my %versions = (
	qsrepl => version('build/qsrepl', '--version'),
	postgresql => version("$bindir/postgres", '--version'),
	pglogical => scalar(slurp(said("$bindir/pg_config", '--sharedir') =~ /(\S+)/ ? "$1/extension/pglogical.control" : '/none')
		  =~ /default_version\s*=\s*'([^']+)'/ ? $1 : undef),
	repmgr => version("$bindir/repmgr", '--version'),
	patroni => version('patroni', '--version'),
	etcd => version('etcd', '--version'),
	rsync => version('rsync', '--version'),
	restic => version('restic', 'version'),
	openssl => version('openssl', 'version'),
	samba => version('net', '--version'),
	vectorscan => version('pkg-config', '--modversion', 'libhs'),
	pcre2 => version('pkg-config', '--modversion', 'libpcre2-8'),
	compiler => version('cc', '-dumpfullversion'));

delete @versions{ grep { !defined $versions{$_} } keys %versions };
print JSON::PP->new->utf8->canonical->pretty->encode({
	lines => \@lines, versions => \%versions, sizes => \@sizes,
	load => 0 + ($load // 0), time => strftime('%Y-%m-%d %H:%M UTC', gmtime) });
