# What PostgreSQL's Perl modules for tests want to find.
# $1 the servers' bin directory, $2 PGXS's src/test; SCRATCH is a directory to use.
# shellcheck shell=sh
PATH="$1:$PATH"
PG_REGRESS="$2/regress/pg_regress"
TESTDIR=$SCRATCH
TESTDATADIR=$SCRATCH/data
TESTLOGDIR=$SCRATCH/log
PGPORT=${PGPORT:-55432}
export PATH PG_REGRESS TESTDIR TESTDATADIR TESTLOGDIR PGPORT
