# The tool, qsrepl-scm and the extension are built with flags that make a fault
# in the handling of memory harder to use (hardening.mk), in each of their
# files.  A program that is built without them shows that this can fail.
use strict;
use warnings FATAL => 'all';

use IPC::Run ();
use POSIX ();
use PostgreSQL::Test::Utils;
use Test::More;

my $directory = PostgreSQL::Test::Utils::tempdir();
my $machine = (POSIX::uname())[4];

# What the compiler has for this machine.
my @flags = ('-fstack-protector-strong', '-fstack-clash-protection');
push @flags, '-fcf-protection' if $machine eq 'x86_64';
push @flags, '-mbranch-protection' if $machine eq 'aarch64';

sub output
{
	my ($out, $err) = ('', '');

	IPC::Run::run([@_], '<', \'', '>', \$out, '2>', \$err) or die "@_: $err";
	return $out;
}

# What is wrong with a file: a list of words, which is best empty.  GCC writes
# its options beside what a debugger needs, for each file that was compiled.
sub faults
{
	my ($file, %expected) = @_;
	my $headers = output('readelf', '-W', '-h', '-l', '-d', $file);
	my $symbols = output('readelf', '-W', '--dyn-syms', $file);
	my @units = grep { /GNU C/ } grep { /DW_AT_producer/ } split /\n/,
	  output('readelf', '-W', '--debug-dump=info', '--dwarf-depth=1', $file);
	my @faults;

	push @faults, 'no debug information' unless @units;
	foreach my $flag (@flags)
	{
		push @faults, "without $flag" if grep { !/\Q$flag\E/ } @units;
	}
	push @faults, 'not position independent'
	  unless $headers =~ /Type:\s+DYN/ && ($expected{library} || $headers =~ /Flags:.*\bPIE\b/);
	push @faults, 'no RELRO' unless $headers =~ /GNU_RELRO/;
	push @faults, 'lazy binding' unless $headers =~ /BIND_NOW/;
	push @faults, 'executable stack' if $headers !~ /GNU_STACK.* RW / || $headers =~ /GNU_STACK.* RWE /;
	push @faults, 'a path to libraries' if $headers =~ /\((?:RPATH|RUNPATH)\)/;
	push @faults, 'no stack protector' unless $symbols =~ /__stack_chk_fail/;
	push @faults, 'no fortified function' unless $symbols =~ /UND __(?!stack)\w+_chk\b/;
	return @faults;
}

my $lib = output('pg_config', '--pkglibdir');
chomp $lib;
is_deeply([ faults('build/qsrepl') ], [], 'qsrepl is hardened');
is_deeply([ faults('build/qsrepl-scm') ], [], 'qsrepl-scm is hardened');
is_deeply([ faults("$lib/qsrepl.so", library => 1) ], [], 'the extension is hardened');
like(output('readelf', '-W', '-d', "$lib/qsrepl.so"), qr/NEEDED.*libpq/, 'the extension is linked with libpq');

# Without them
append_to_file("$directory/soft.c", <<'C');
#include <string.h>
int		main(int argc, char **argv) { char text[8]; memcpy(text, argv[0], argc); return text[0]; }
C
output('cc', '-g', '-O2', '-o', "$directory/soft", "$directory/soft.c", '-U_FORTIFY_SOURCE',
	'-fno-stack-protector', '-fno-stack-clash-protection', '-fno-pie', '-no-pie',
	'-Wl,-z,norelro,-z,lazy,-z,execstack,-rpath,/nowhere');
my @soft = faults("$directory/soft");
foreach my $fault ('without -fstack-protector-strong', 'not position independent', 'no RELRO', 'lazy binding',
	'executable stack', 'a path to libraries', 'no stack protector', 'no fortified function')
{
	ok((grep { $_ eq $fault } @soft), "found where it is so: $fault");
}

done_testing();
