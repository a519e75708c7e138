#!/bin/sh
# A measurement in Perl, at stand-in nodes on this machine.
# usage: nodes.sh BINDIR RESULTS SCRIPT PGXS_TEST_DIR [ARGUMENT ...]; SCRATCH is
# a directory to use.
set -eu
results=$2
script=$3
pgtest=$4
shift 4
TESTDATADIR=$SCRATCH/data
TESTLOGDIR=$SCRATCH/log
export TESTDATADIR TESTLOGDIR
exec perl -I "$pgtest/perl" -I tests/lib -I bench/lib "$script" "$results" "$@"
