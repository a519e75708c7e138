#!/bin/sh
# qsrepl compare on a clean pair beside what one would do without it: pg_dump
# of the table at both sites, sorted by its key, and diff. The dump of the
# active site is of a table that holds the rewritten values already, which
# favours diff: else it would find each ruled row. Runs are interleaved.
# usage: run.sh BINDIR JSON ROWS ROUNDS; SCRATCH is a directory to use.
set -eu
rows=$3
rounds=$4
# shellcheck source=bench/physical/common.sh
. bench/physical/common.sh
qsrepl=build/qsrepl
a=42811
b=42812

create a "$a" qsrepl A
describe_table() { p -p "$a" -d bench -c "$table"; }
describe_table
describe "$a"
p -p "$a" -d bench -c "$(rows "$rows" 100)" -c 'VACUUM ANALYZE conn'
create_standby b "$b" qsrepl B "$a"
# What a dump of A would have to be for diff to find nothing
p -p "$a" -d bench >/dev/null <<'SQL'
CREATE DATABASE spelled;
SQL
p -p "$a" -d spelled -c "$table"
caught_up() {
	lsn=$(p -p "$a" -d bench -c 'SELECT pg_current_wal_lsn()')
	while [ "$(p -p "$b" -d bench -c "SELECT pg_last_wal_replay_lsn() >= '$lsn'")" != t ]; do
		sleep 0.1
	done
}
caught_up
p -p "$b" -d bench -c 'COPY conn TO STDOUT' | p -p "$a" -d spelled -c 'COPY conn FROM STDIN'
p -p "$a" -d spelled -c 'VACUUM ANALYZE conn'
caught_up

cat >"$dir/qsrepl.conf" <<CONF
[qsrepl]
site = A
databases = bench
maintenance_database = postgres
[site A]
host = $dir
port = $a
user = postgres
data_directory = $dir/a
settings_file = $dir/settings_a
[site B]
host = $dir
port = $b
user = postgres
data_directory = $dir/b
settings_file = $dir/settings_b
[mapping share]
kind = path
A = \\\\CN\\QlikShare
B = \\\\FS-B\\Qlik\$
[mapping cn]
kind = host
A = cn1.sitea.corp.local
B = cn2.siteb.corp.local
CONF
chmod 600 "$dir/qsrepl.conf"

# Times in milliseconds behind each other, one file a contestant
timed() {
	name=$1
	shift
	begin=$(now)
	"$@" >"$dir/out" 2>"$dir/err" || {
		echo "$name found differences or failed:" >&2
		tail -n 20 "$dir/out" "$dir/err" >&2
		exit 1
	}
	ms $(($(now) - begin)) >>"$dir/$name"
	echo >>"$dir/$name"
}
dump() { "$bindir/pg_dump" -h "$dir" -U postgres -p "$1" -t conn -a "$2" | grep -v '^.\(un\)\{0,1\}restrict ' | sort >"$3"; }
by_diff() {
	dump "$a" spelled "$dir/dump_a" &
	dump "$b" bench "$dir/dump_b"
	wait $!
	diff "$dir/dump_a" "$dir/dump_b"
}
by_compare() { "$qsrepl" compare --config "$dir/qsrepl.conf"; }
by_small_chunks() { "$qsrepl" compare --config "$dir/qsrepl.conf" --chunk 1000; }

i=0
while [ "$i" -lt "$rounds" ]; do
	timed compare by_compare
	grep -q 'The sites are the same' "$dir/out"
	timed dump_diff by_diff
	timed compare_1000 by_small_chunks
	i=$((i + 1))
done
median() { sort -n "$dir/$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
# What the servers have sent to the client, as it counts: a run of each.
dumped=$(($(wc -c <"$dir/dump_a") + $(wc -c <"$dir/dump_b")))
compare=$(median compare)
small=$(median compare_1000)
diffed=$(median dump_diff)
awk -v c="$compare" -v s="$small" -v d="$diffed" -v n="$rows" -v bytes="$dumped" 'BEGIN {
	printf "%d rows, no differences, medians\n", n
	printf "qsrepl compare               %7d ms\n", c
	printf "qsrepl compare --chunk 1000  %7d ms\n", s
	printf "pg_dump | sort, twice, diff  %7d ms  %.2f times as long; %.0f MB transferred\n", d, d / c, bytes / 1e6
}'
printf '{"rows": %s, "compare_ms": %s, "compare_chunk_1000_ms": %s, "dump_diff_ms": %s, "dump_bytes": %s}\n' \
	"$rows" "$compare" "$small" "$diffed" "$dumped" >"$json"
