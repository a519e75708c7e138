#!/bin/sh
# Run a measurement, a part of the whole: as a user who may run initdb, who
# perhaps can neither read what was built nor write the results, so that both go
# through a directory of that user's. Whatever becomes of it, the results get a
# last line that tells; then they are shown.
# usage: start.sh PART SCRIPT BINDIR [ARGUMENT ...]; arguments that are files
# that were built ($BENCH_BUILD/...) are copied there.
set -eu
part=$1
script=$2
bindir=$3
shift 3
build=${BENCH_BUILD:-build/bench}
results=$build/$part.jsonl
mkdir -p "$build"
rm -f "$results"
share=$(mktemp -d "${TMPDIR:-/tmp}/qsrepl-bench.XXXXXX")
trap 'rm -rf "$share"' EXIT
trap 'exit 1' INT TERM HUP
chmod 755 "$share"
mkdir "$share/out"
chmod 777 "$share/out"
n=$#
while [ "$n" -gt 0 ]; do
	argument=$1
	shift
	case $argument in
		"$build"/*)
			cp "$argument" "$share/"
			argument=$share/$(basename "$argument")
			;;
	esac
	set -- "$@" "$argument"
	n=$((n - 1))
done

# Hundredths of seconds of all processors: taken by the hypervisor's other
# guests, and in all
ticks() { awk '$1 == "cpu" { for (i = 2; i <= 9; i++) all += $i; print $9, all }' /proc/stat; }

status=0
echo "== $part"
begun=$(date +%s)
before=$(ticks)
scripts/as-postgres sh "$script" "$bindir" "$share/out/results" "$@" || status=$?
after=$(ticks)
[ ! -f "$share/out/results" ] || cat "$share/out/results" >"$results"
stolen=$(echo "$before $after" | awk '{ all = $4 - $2; printf "%.4f", all == 0 ? 0 : ($3 - $1) / all }')
printf '{"type":"end","status":%d,"seconds":%d,"stolen":%s}\n' "$status" "$(($(date +%s) - begun))" "$stolen" >>"$results"
perl bench/page/summary.pl "$results" "$part"
exit "$status"
