#!/bin/sh
# Run the campaign of faults.
# usage: run.sh BINDIR PGXS_TEST_DIR; SCRATCH is a directory to use.
set -eu
PATH="$1:$PATH"
PG_REGRESS="$2/regress/pg_regress"
TESTDIR=$SCRATCH
TESTDATADIR=$SCRATCH/data
TESTLOGDIR=$SCRATCH/log
PGPORT=${PGPORT:-55432}
PG_TEST_TIMEOUT_DEFAULT=${PG_TEST_TIMEOUT_DEFAULT:-60}
export PATH PG_REGRESS TESTDIR TESTDATADIR TESTLOGDIR PGPORT \
	PG_TEST_TIMEOUT_DEFAULT
exec perl -I "$2/perl" -I tests/lib tests/torture/torture.pl
