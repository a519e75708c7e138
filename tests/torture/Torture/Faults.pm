#
# Faults.pm
#		The table of faults: a file each family.
#
# A kind is a hash: name, modes ("physical logical"), run, which gets the world and lets
# the fault happen, and perhaps after, which is called when the pair is healthy again.
#
package Torture::Faults;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use Torture::Faults::Answers;
use Torture::Faults::Clock;
use Torture::Faults::Damage;
use Torture::Faults::Disk;
use Torture::Faults::Line;
use Torture::Faults::Processes;
use Torture::Faults::Tool;

our @EXPORT = qw(faults);

sub faults
{
	return (
		Torture::Faults::Processes::kinds(),
		Torture::Faults::Tool::kinds(),
		Torture::Faults::Line::kinds(),
		Torture::Faults::Disk::kinds(),
		Torture::Faults::Clock::kinds(),
		Torture::Faults::Damage::kinds(),
		Torture::Faults::Answers::kinds());
}

1;
