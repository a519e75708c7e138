#!/bin/sh
# qsrepl-scm beside "net rpc service", at stand-in nodes on this machine.
# usage: run.sh BINDIR JSON PGXS_TEST_DIR ROUNDS; SCRATCH is a directory to use.
set -eu
TESTDATADIR=$SCRATCH/data
TESTLOGDIR=$SCRATCH/log
export TESTDATADIR TESTLOGDIR
perl -I "$3/perl" -I tests/lib bench/scm/measure.pl "$2" "$SCRATCH/report" "$4"
cat "$SCRATCH/report"
