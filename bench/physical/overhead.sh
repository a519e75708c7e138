#!/bin/sh
# What the preloaded library costs: pgbench beside a server without it, in
# turn, in many short runs, since others use the machine too; medians of the
# pairs' ratios, with the quartiles.
# usage: overhead.sh BINDIR JSON PAIRS TRANSACTIONS; SCRATCH is a directory.
#
# bare		no library				a		site A, local, rules on table conn
# b			its standby at site B, which rewrites what is read of conn
# bare_b	the bare server's standby
set -eu
. bench/physical/common.sh
rounds=$3
transactions=$4

script() { printf '\\set id random(1, 100000)\n%s;\n' "$1" >"$dir/$2.sql"; }
script 'SELECT id, path, connection FROM conn WHERE id = :id' key
script 'EXPLAIN SELECT id, path, connection FROM conn WHERE id = :id' plan
script "UPDATE conn SET name = 'n' WHERE id = :id" update
script 'SELECT abalance FROM pgbench_accounts WHERE aid = :id' other

tps() {
	# $1 port, further: options of pgbench
	port=$1
	shift
	"$bindir/pgbench" -n -h "$dir" -p "$port" -U postgres -t "$transactions" "$@" bench 2>&1 |
		sed -nE 's/^tps = ([0-9.]+) .*/\1/p'
}

# $1 name, $2 port of ours, $3 port of the bare one, $4 wanted, further: options
compare() {
	name=$1
	ours=$2
	bare=$3
	wanted=$4
	shift 4
	: >"$dir/ratios"
	for round in $(seq "$rounds"); do
		# Each goes first in turn.
		if [ $((round % 2)) -eq 0 ]; then
			x=$(tps "$ours" "$@")
			y=$(tps "$bare" "$@")
		else
			y=$(tps "$bare" "$@")
			x=$(tps "$ours" "$@")
		fi
		awk -v x="$x" -v y="$y" 'BEGIN { printf "%.4f\n", x / y }' >>"$dir/ratios"
	done
	sort -g "$dir/ratios" | awk -v name="$name" -v w="$wanted" -v json="$json" '
		{ v[NR] = $1 }
		END {
			low = v[int((NR + 3) / 4)]; ratio = v[int((NR + 1) / 2)]; high = v[int((3 * NR + 3) / 4)]
			verdict = w == "" ? "" : (ratio >= w + 0) ? "wanted " w ": reached" : "wanted " w ": NOT reached"
			printf "%-50s %.3f  (%.3f to %.3f)  %s\n", name, ratio, low, high, verdict
			printf "{\"case\":\"%s\",\"ratio\":%s,\"quartiles\":[%s,%s]}\n", name, ratio, low, high >>json }'
}

create bare 6003 '' ''
create preloaded 6005 qsrepl A
create a 6001 qsrepl A
for port in 6001 6003 6005; do
	"$bindir/pgbench" -q -i -s 5 -n -h "$dir" -p "$port" -U postgres bench >/dev/null 2>&1
	p -p "$port" -d bench -c "$table" -c "$(rows 100000 1)" -c 'VACUUM ANALYZE' -c 'CHECKPOINT'
done
describe 6001
create_standby b 6002 qsrepl B 6001
create_standby bare_b 6004 '' '' 6003

: >"$json"
compare 'no extension, select-only' 6005 6003 0.98 -S
compare 'no extension, select-only, prepared' 6005 6003 0.98 -S -M prepared
compare 'no extension, simple-update' 6005 6003 '' -N
compare 'rules on another table, select-only' 6001 6003 0.98 -S
compare 'rules on another table, select-only, prepared' 6001 6003 0.98 -S -M prepared
compare 'rules on another table, simple-update' 6001 6003 '' -N
compare 'ruled table at its site, by key' 6001 6003 '' -f "$dir/key.sql"
compare 'ruled table at its site, by key, prepared' 6001 6003 '' -f "$dir/key.sql" -M prepared
compare 'ruled table at its site, planning (EXPLAIN)' 6001 6003 '' -f "$dir/plan.sql"
compare 'ruled table at its site, update by key' 6001 6003 '' -f "$dir/update.sql"
compare 'standby, another table, by key' 6002 6004 0.98 -f "$dir/other.sql"
compare 'standby, ruled table, by key' 6002 6004 0.90 -f "$dir/key.sql"
compare 'standby, ruled table, by key, prepared' 6002 6004 0.90 -f "$dir/key.sql" -M prepared
compare 'standby, ruled table, planning (EXPLAIN)' 6002 6004 '' -f "$dir/plan.sql"
