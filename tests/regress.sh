#!/bin/sh
# Run pg_regress or pg_isolation_regress in a temporary instance.
# usage: regress.sh BINDIR PROGRAM TEST ...; SCRATCH is a directory to use.
set -eu
bindir=$1
program=$2
shift 2
here=$(pwd)
mkdir -p "$SCRATCH/out"
cat >"$SCRATCH/server.conf" <<CONF
shared_preload_libraries = 'qsrepl'
qsrepl.local_site = 'B'
wal_level = logical
fsync = off
autovacuum = off
CONF
status=0
PATH="$bindir:$PATH" "$program" --bindir="$bindir" --inputdir="$here/tests" \
	--outputdir="$SCRATCH/out" --temp-instance="$SCRATCH/instance" \
	--temp-config="$SCRATCH/server.conf" --encoding=UTF8 --no-locale \
	"$@" >"$SCRATCH/log" 2>&1 || status=$?
cat "$SCRATCH/log"
[ "$status" -eq 0 ] || cat "$SCRATCH/out/regression.diffs" 2>/dev/null || true
failed=$(grep -cE '(FAILED|^not ok)' "$SCRATCH/log" || true)
passed=$(grep -cE '(\.\.\. ok|^ok )' "$SCRATCH/log" || true)
[ "$status" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
echo "$passed passed, $failed failed"
exit "$status"
