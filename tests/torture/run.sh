#!/bin/sh
# Run the campaign of faults.
# usage: run.sh BINDIR PGXS_TEST_DIR; SCRATCH is a directory to use.
set -eu
. tests/perl_tests.sh
PG_TEST_TIMEOUT_DEFAULT=${PG_TEST_TIMEOUT_DEFAULT:-60}
export PG_TEST_TIMEOUT_DEFAULT
exec perl -I "$2/perl" -I tests/lib tests/torture/torture.pl
