#!/bin/sh
# Run the measurement as a user who may run initdb, who perhaps can neither
# read the library here nor write the results: both go through a directory of
# that user's.
# usage: start.sh BINDIR ROWS ROUNDS, with BENCH_NOOP and BENCH_JSON set
set -eu
share=$(mktemp -d "${TMPDIR:-/tmp}/qsrepl-bench.XXXXXX")
trap 'rm -rf "$share"' EXIT
chmod 755 "$share"
cp "$BENCH_NOOP" "$share/noop.so"
mkdir "$share/out"
chmod 777 "$share/out"
scripts/as-postgres sh bench/apply/run.sh "$1" "$share/noop.so" "$share/out/apply.json" "$2" "$3"
cp "$share/out/apply.json" "$BENCH_JSON"
