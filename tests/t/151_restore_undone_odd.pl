# A restore that is killed at each place where it writes, and then undone: the
# site is as it was, with databases, files, certificates and services. The odd ones;
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
my @numbers = grep { $_ % 2 == 1 } 1 .. $writes;

cmp_ok(abort_rounds($world, @numbers), '>', 15, 'undone at many of them');
$world->{node}{A}->stop;
done_testing();
