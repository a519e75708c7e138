#!/bin/sh
# What the preloaded library costs: pgbench beside a server without it, in
# turn, in many short runs, since a machine slows down and speeds up.
# usage: overhead.sh BINDIR RESULTS PAIRS TRANSACTIONS; SCRATCH is a directory.
#
# bare		no library				a		site A, local, rules on table conn
# b			its standby at site B, which rewrites what is read of conn
# bare_b	the bare server's standby
set -eu
. bench/lib/common.sh
. bench/lib/servers.sh
. bench/lib/pair.sh
rounds=$1
transactions=$2

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

# $1 group, $2 case, $3 port of ours, $4 port of the bare one, further: options
compare() {
	group=$1
	case=$2
	ours=$3
	bare=$4
	shift 4
	for round in $(seq "$rounds"); do
		# Each goes first in turn.
		if [ $((round % 2)) -eq 0 ]; then
			x=$(tps "$ours" "$@")
			y=$(tps "$bare" "$@")
		else
			y=$(tps "$bare" "$@")
			x=$(tps "$ours" "$@")
		fi
		sample "$group" "$case" 'qsrepl to no library' ratio "$(awk -v x="$x" -v y="$y" 'BEGIN { printf "%.4f", x / y }')"
	done
}

create bare 6003 '' ''
create preloaded 6005 qsrepl A
create a "$port_a" qsrepl A
for port in "$port_a" 6003 6005; do
	"$bindir/pgbench" -q -i -s 5 -n -h "$dir" -p "$port" -U postgres bench >/dev/null 2>&1
	p -p "$port" -d bench -c "$conn_table" -c "$(conn_rows 100000 1)" -c 'VACUUM ANALYZE' -c 'CHECKPOINT'
done
describe_conn "$port_a"
create_standby b "$port_b" qsrepl B "$port_a"
create_standby bare_b 6004 '' '' 6003
setup "$rounds pairs of runs, $transactions transactions each"

compare primary 'no extension: select-only' 6005 6003 -S
compare primary 'no extension: select-only, prepared' 6005 6003 -S -M prepared
compare primary 'no extension: simple-update' 6005 6003 -N
compare primary 'rules on another table: select-only' "$port_a" 6003 -S
compare primary 'rules on another table: select-only, prepared' "$port_a" 6003 -S -M prepared
compare primary 'rules on another table: simple-update' "$port_a" 6003 -N
compare primary 'ruled table: by key' "$port_a" 6003 -f "$dir/key.sql"
compare primary 'ruled table: by key, prepared' "$port_a" 6003 -f "$dir/key.sql" -M prepared
compare primary 'ruled table: planning (EXPLAIN)' "$port_a" 6003 -f "$dir/plan.sql"
compare primary 'ruled table: update by key' "$port_a" 6003 -f "$dir/update.sql"
compare standby 'another table: by key' "$port_b" 6004 -f "$dir/other.sql"
compare standby 'ruled table: by key' "$port_b" 6004 -f "$dir/key.sql"
compare standby 'ruled table: by key, prepared' "$port_b" 6004 -f "$dir/key.sql" -M prepared
compare standby 'ruled table: planning (EXPLAIN)' "$port_b" 6004 -f "$dir/plan.sql"
