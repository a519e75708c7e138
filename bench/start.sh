#!/bin/sh
# Run a measurement as a user who may run initdb, who perhaps can neither read
# a library here nor write the results: both go through a directory of that
# user's.
# usage: start.sh SCRIPT BINDIR JSON [ARGUMENT ...]; arguments that are
# libraries (*.so) are copied there.
set -eu
script=$1
bindir=$2
json=$3
shift 3
share=$(mktemp -d "${TMPDIR:-/tmp}/qsrepl-bench.XXXXXX")
trap 'rm -rf "$share"' EXIT
chmod 755 "$share"
mkdir "$share/out"
chmod 777 "$share/out"
n=$#
while [ "$n" -gt 0 ]; do
	argument=$1
	shift
	case $argument in
		*.so)
			cp "$argument" "$share/"
			argument=$share/$(basename "$argument")
			;;
	esac
	set -- "$@" "$argument"
	n=$((n - 1))
done
scripts/as-postgres sh "$script" "$bindir" "$share/out/json" "$@"
mkdir -p "$(dirname "$json")"
cp "$share/out/json" "$json"
