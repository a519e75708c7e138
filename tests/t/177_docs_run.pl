# The commands of the pages are run, in their order, in labs of two sites in
# physical mode; 186_docs_run_logical.pl runs those of the other one. How a page
# says what is run is told at the top of docs/development.md.
use strict;
use warnings FATAL => 'all';

use QsreplDocsRun;
use Test::More;

# What is printed is compared, and the comparison can fail.
is(join('|', lacks("71 passed, 5 warnings, 0 failed\n", "at first\n112 passed, 0 warnings, 0 failed\n")), '', 'numbers may differ');
is(join('|', lacks("Site B is active.\nDone\n", "Done\nSite B is active.\n")), 'Done', 'the order may not');
is(join('|', lacks("is active since 3 s ...\n", "is active since 0.5 s \"x\"\n")), '', 'the beginning of a line');
is(join('|', lacks("2 rows lost\n", "2 files lost\n")), 'N rows lost', 'another word');

cmp_ok(run_docs('physical'), '>', 90, 'most commands of the pages were run');
done_testing();
