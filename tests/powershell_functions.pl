# Each script for Windows nodes is whole by itself, so that an administrator can
# run it there: what two of them need stands in both. Prints the functions of one
# name that are not the same everywhere, and fails.
# usage: powershell_functions.pl SCRIPT.ps1 ...
use strict;
use warnings;

my (%text, %first);
my $wrong = 0;

foreach my $file (@ARGV)
{
	local $/ = undef;
	open my $handle, '<', $file or die "$file: $!\n";
	my $script = <$handle>;

	close $handle;
	# With the comment above it.
	while ($script =~ /((?:^\t#[^\n]*\n)*^\tfunction ([\w-]+) \{\n.*?^\t\}\n)/msg)
	{
		my ($body, $name) = ($1, $2);

		if (!exists $text{$name})
		{
			($text{$name}, $first{$name}) = ($body, $file);
		}
		elsif ($text{$name} ne $body)
		{
			print "$name of $file is not that of $first{$name}\n";
			$wrong = 1;
		}
	}
}
die "no function at all\n" if !%text;
exit $wrong;
