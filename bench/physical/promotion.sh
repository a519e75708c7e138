#!/bin/sh
# From promotion to localized rows, beside the ways to do it by hand.
# usage: promotion.sh BINDIR RESULTS ROWS ROUNDS; SCRATCH is a directory to use.
#
# by hand		UPDATE conn SET path = replace(...), connection = replace(...)
# by hand, WHERE	the same, of the rows that hold the values
# snapshot		pg_dump, drop, pg_restore, UPDATE by hand, WHERE
set -eu
. bench/lib/common.sh
. bench/lib/servers.sh
. bench/lib/pair.sh
most=$1
rounds=$2

set_clause="path = replace(path, '\\\\CN\\QlikShare', '\\\\FS-B\\Qlik\$'),
	connection = replace(connection, 'cn1.sitea.corp.local', 'cn2.siteb.corp.local')"
where="path LIKE '%\\\\\\\\CN\\\\QlikShare%' OR connection LIKE '%cn1.sitea.corp.local%'"

# $1 port, $2 statement
statement() { p -p "$1" -d bench -c "$2"; }
promote() { "$bindir/pg_ctl" -D "$dir/$1" -w promote; }

# $1 log: ms between the two lines
to_localized() {
	wait_for 600 grep -q 'database localized' "$1"
	awk '/ready to accept connections|database localized/ {
			split($2, t, ":"); at[n++] = (t[1] * 60 + t[2]) * 60 + t[3] }
		END { printf "%.0f", (at[n - 1] - at[n - 2]) * 1000 }' "$1"
}

by_snapshot() {
	"$bindir/pg_dump" -h "$dir" -p 6003 -U postgres -F c -f "$dir/dump" bench &&
		p -p 6003 -d postgres -c 'DROP DATABASE bench' -c 'CREATE DATABASE bench' &&
		"$bindir/pg_restore" -h "$dir" -p 6003 -U postgres -d bench "$dir/dump" &&
		statement 6003 "UPDATE conn SET $set_clause WHERE $where"
}

# $1 rows, $2 every how manieth changes, $3 the case
measure() {
	create a "$port_a" qsrepl A
	p -p "$port_a" -d bench -c "$conn_table" -c "$(conn_rows "$1" "$2")" -c 'VACUUM ANALYZE conn'
	describe_conn "$port_a"
	create_standby b "$port_b" qsrepl B "$port_a"
	# The same data on servers without the library.
	create bare 6003 '' ''
	p -p 6003 -d bench -c "$conn_table" -c "$(conn_rows "$1" "$2")" -c 'VACUUM ANALYZE conn'
	create_standby bare_b 6004 '' '' 6003
	caught_up "$port_b" "$port_a"
	caught_up 6004 6003
	stop a

	timed promotion "$3" qsrepl promote b
	timed promotion "$3" 'without the library' promote bare_b
	sample rewriting "$3" 'qsrepl, after the promotion' ms "$(to_localized "$dir/b.log")"
	timed rewriting "$3" 'UPDATE by hand' statement 6004 "BEGIN; UPDATE conn SET $set_clause; ROLLBACK"
	timed rewriting "$3" 'UPDATE by hand, WHERE' statement 6003 "BEGIN; UPDATE conn SET $set_clause WHERE $where; ROLLBACK"
	timed rewriting "$3" 'dump, restore, UPDATE' by_snapshot
	stop_all
	rm -rf "$dir/a" "$dir/b" "$dir/bare" "$dir/bare_b" "$dir"/*.log "$dir/dump"
}

setup "a table of $((most / 100)) and of $most rows, $rounds rounds; servers do not wait for the disk"
for _ in $(seq "$rounds"); do
	measure "$((most / 100))" 1 'few rows, all change'
	measure "$most" 100 'most rows, 1 % change'
	[ -z "${BENCH_LONG:-}" ] || measure "$most" 1 'most rows, all change'
done
