#!/bin/sh
# Services of twenty nodes stopped and started, at stand-in nodes on this
# machine, beside a loop over "net rpc service".
# usage: run.sh BINDIR JSON PGXS_TEST_DIR ROUNDS; SCRATCH is a directory to use.
set -eu
TESTDATADIR=$SCRATCH/data
TESTLOGDIR=$SCRATCH/log
export TESTDATADIR TESTLOGDIR
perl -I "$3/perl" -I tests/lib bench/services/measure.pl "$2" "$SCRATCH/report" "$4"
cat "$SCRATCH/report"
