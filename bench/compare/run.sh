#!/bin/sh
# qsrepl compare on a clean pair beside what one would do without it: pg_dump
# of the table at both sites, sorted by its key, and diff. The dump of the
# active site is of a table that holds the rewritten values already, which
# favours diff: else it would find each ruled row. Runs are interleaved.
# usage: run.sh BINDIR RESULTS ROWS ROUNDS; SCRATCH is a directory to use.
set -eu
. bench/lib/common.sh
. bench/lib/servers.sh
. bench/lib/pair.sh
rows=$1
rounds=$2

create a "$port_a" qsrepl A
p -p "$port_a" -d bench -c "$conn_table"
describe_conn "$port_a"
p -p "$port_a" -d bench -c "$(conn_rows "$rows" 100)" -c 'VACUUM ANALYZE conn'
create_standby b "$port_b" qsrepl B "$port_a"
# What a dump of A would have to be for diff to find nothing
p -p "$port_a" -d bench -c 'CREATE DATABASE spelled'
p -p "$port_a" -d spelled -c "$conn_table"
caught_up "$port_b" "$port_a"
p -p "$port_b" -d bench -c 'COPY conn TO STDOUT' | p -p "$port_a" -d spelled -c 'COPY conn FROM STDIN'
p -p "$port_a" -d spelled -c 'VACUUM ANALYZE conn'
caught_up "$port_b" "$port_a"
pair_configuration A bench >"$dir/qsrepl.conf"
chmod 600 "$dir/qsrepl.conf"

dump() { "$bindir/pg_dump" -h "$dir" -U postgres -p "$1" -t conn -a "$2" | grep -v '^.\(un\)\{0,1\}restrict ' | sort >"$3"; }
by_diff() {
	dump "$port_a" spelled "$dir/dump_a" &
	dump "$port_b" bench "$dir/dump_b"
	wait $!
	diff "$dir/dump_a" "$dir/dump_b"
}
by_compare() {
	"$tool" compare --config "$dir/qsrepl.conf" "$@" &&
		grep -q 'The sites are the same' "$dir/out"
}

setup "$rows rows, no differences, $rounds rounds"
for _ in $(seq "$rounds"); do
	timed time 'no difference' 'qsrepl compare' by_compare
	timed time 'no difference' 'pg_dump, sort, twice, diff' by_diff
	timed time 'no difference' 'qsrepl compare --chunk 1000' by_compare --chunk 1000
done
setup "what the dumps transfer: $((($(wc -c <"$dir/dump_a") + $(wc -c <"$dir/dump_b")) / 1000000)) MB"
