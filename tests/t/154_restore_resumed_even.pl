# A restore that is killed at each place where it writes, and gone on with:
# everything is restored. The even ones;
# the others are in a test of their own, since they take their time.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use QsreplRestore;
use QsreplTest;
use QsreplTool;
use Test::More;

my $world = make_world();

dirty_world($world);
my $writes = count_writes($world);
my @numbers = grep { $_ % 2 == 0 } 1 .. $writes;

resume_rounds($world, @numbers);
$world->{node}{A}->stop;
done_testing();
