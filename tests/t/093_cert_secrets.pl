# Secrets stay secret: not in output, arguments, environment, nor in a core
# dump or in the sight of another process of the same user.
use strict;
use warnings FATAL => 'all';

use IPC::Run ();
use POSIX qw(mkfifo WNOHANG);
use PostgreSQL::Test::Utils;
use QsreplCert;
use QsreplTool;
use Test::More;
use Time::HiRes qw(usleep);

my $dir = $tool_dir;
my $set = qlik_set("$dir/set");
my $password = 'Trombone-Kettle-Marmot';
my $file = write_private("$dir/password", "$password\n");
my @conf = ('--config', cert_conf("$dir/site", lines => "password_file = $file\n"));
my @keys = map { /^([A-Za-z0-9+\/]{64})$/mg } map { slurp_file($_) } glob "$set/*_key.pem";

cmp_ok(scalar @keys, '>', 50, 'lines of keys to look for');
my %secret = map { $_ => 1 } $password, @keys;

# None of them is in a text.
sub no_secret
{
	my ($name, $text) = @_;

	is(join(' ', grep { index($text, $_) >= 0 } sort keys %secret), '', "$name: no secret");
	return;
}

# All that is said, also where things go wrong.
foreach my $words ([ 'import', $set, '--yes' ], [ 'list' ], [ 'list', '--json' ], [ 'verify' ], [ 'verify', '--json' ],
	[ 'compare', '--folder', $set ], [ 'export', "$dir/pfx" ], [ 'export', '--format', 'pem', "$dir/pem" ],
	[ 'export', '--format', 'file', "$dir/file" ], [ 'import', $set, '--dry-run' ], [ 'rollback', '--yes' ],
	[ 'list', '--folder', "$dir/pfx/client.pfx" ], [ 'export', "$dir/nowhere/pfx" ])
{
	my @config = (@conf, (grep { $_ eq '--folder' } @$words) ? ('--password-file', $file) : ());
	my ($code, $out, $err) = qsrepl('cert', @$words, '--verbose', @config);

	no_secret("cert @$words", $out . $err);
	is($code, 0, '... succeeds') if "@$words" !~ m{rollback|nowhere|verify};
	next if $words->[-1] ne "$dir/nowhere/pfx";
	is($code, 4, 'an export that fails');
}
no_secret('config show', (qsrepl('config', 'show', @conf))[1]);
foreach my $name (glob("$dir/pfx/* $dir/file $dir/pem/*_key.pem $dir/site_A/set.1/*"))
{
	next if -d $name;
	no_secret($name, slurp_file($name));
}

# A process that holds the password, and waits for a file.
sub waiting
{
	my ($fifo) = @_;
	my ($in, $out, $err) = ('', '', '');

	mkfifo($fifo, 0600) or die "$fifo: $!";
	my $pid = fork // die "fork: $!";
	if ($pid == 0)
	{
		open STDIN, '<', '/dev/null';
		open STDOUT, '>', '/dev/null';
		open STDERR, '>', '/dev/null';
		exec 'sh', '-c', 'ulimit -c unlimited 2>/dev/null; cd "$1" && shift && exec "$@"', 'sh', $dir,
		  $qsrepl_program, 'cert', 'list', '--folder', $fifo, '--password-file', $file, '--verbose';
		die;
	}
	# It waits in open() of the pipe.
	foreach (1 .. 500)
	{
		last if ((slurp_file("/proc/$pid/stat") =~ /^\d+ \(qsrepl\) S/));
		usleep(20000);
	}
	return $pid;
}

my $pid = waiting("$dir/fifo");
like(slurp_file("/proc/$pid/stat"), qr/^\d+ \(qsrepl\) S/, 'it waits');
no_secret('arguments', slurp_file("/proc/$pid/cmdline"));
like(slurp_file("/proc/$pid/limits"), qr/^Max core file size +0 +\S+ /m, 'it may not dump core');
ok(!open(my $memory, '<', "/proc/$pid/mem"), 'its memory cannot be read');
ok(!open(my $environment, '<', "/proc/$pid/environ"), 'nor its environment');
kill 'ABRT', $pid;
waitpid $pid, 0;
is($? & 127, 6, 'aborted');
is($? & 128, 0, 'without a core dump');
is(join(' ', glob "$dir/core*"), '', 'nor a file');

done_testing();
