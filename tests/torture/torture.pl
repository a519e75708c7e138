# A campaign of faults on real pairs of sites under load. See docs/faults.md.
#
# QSREPL_FAULTS is how many (200), QSREPL_SEED which, QSREPL_FAULT the only one,
# QSREPL_SECONDS after which no more are begun, QSREPL_KIND a pattern of kinds, QSREPL_REPORT a file for the table.
use strict;
use warnings FATAL => 'all';

use FindBin;
use IO::Handle;
use lib $FindBin::RealBin;

# Networks, disks and processes of its own, which end with it.
BEGIN
{
	if (!$ENV{QSREPL_TEST_APART})
	{
		$ENV{QSREPL_TEST_APART} = 1;
		exec qw(unshare --user --map-current-user --net --mount --pid --fork --kill-child --mount-proc --keep-caps
		  sh -c), '"$@"; exit $?', 'sh', $^X, (map { "-I$_" } @INC), $0;
	}
}

# Before modules of the tests redirect the output, and take these for the tool's.
our (%asked, $terminal);

BEGIN
{
	%asked = map { lc s/^QSREPL_//r => $ENV{$_} } grep { /^QSREPL_/ && $ENV{$_} ne '' } keys %ENV;
	open $terminal, '>&', \*STDOUT or die $!;
	$terminal->autoflush(1);
}

use Torture::Campaign;

exit Torture::Campaign::run($terminal, \%asked);
