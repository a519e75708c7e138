# The commands of the pages that are for logical mode, or for both, as
# 177_docs_run.pl does it.
use strict;
use warnings FATAL => 'all';

use QsreplDocsRun;
use Test::More;

cmp_ok(run_docs('logical'), '>', 20, 'commands of the pages were run');
done_testing();
