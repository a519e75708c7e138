#!/bin/sh
# Start a measurement of physical mode as a user who may run initdb.
# usage: start.sh SCRIPT BINDIR JSON [ARGUMENT ...]
set -eu
script=$1
bindir=$2
json=$3
shift 3
# The scratch directory goes: the figures come back through a pipe.
fifo=$(mktemp -u)
mkfifo "$fifo"
chmod 666 "$fifo"
trap 'rm -f "$fifo"' EXIT
mkdir -p "$(dirname "$json")"
cat "$fifo" >"$json" &
scripts/as-postgres sh "$script" "$bindir" "$fifo" "$@"
wait
