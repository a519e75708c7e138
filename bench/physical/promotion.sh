#!/bin/sh
# From promotion to localized rows, beside the ways to do it by hand.
# usage: promotion.sh BINDIR JSON; SCRATCH is a directory to use.
#
# by hand		UPDATE conn SET path = replace(...), connection = replace(...)
# by hand, WHERE	the same, of the rows that hold the values
# snapshot		pg_dump, drop, pg_restore, UPDATE by hand, WHERE
set -eu
. bench/physical/common.sh

set_clause="path = replace(path, '\\\\CN\\QlikShare', '\\\\FS-B\\Qlik\$'),
	connection = replace(connection, 'cn1.sitea.corp.local', 'cn2.siteb.corp.local')"
where="path LIKE '%\\\\\\\\CN\\\\QlikShare%' OR connection LIKE '%cn1.sitea.corp.local%'"

# $1 port, $2 statement: ms
timed() {
	begin=$(now)
	p -p "$1" -d bench -c "$2" >/dev/null
	ms $(($(now) - begin))
}

# $1 log: ms between the two lines
to_localized() {
	for _ in $(seq 600); do
		grep -q 'database localized' "$1" && break
		sleep 0.1
	done
	awk '/ready to accept connections|database localized/ {
			split($2, t, ":"); at[n++] = (t[1] * 60 + t[2]) * 60 + t[3] }
		END { printf "%.0f", (at[n - 1] - at[n - 2]) * 1000 }' "$1"
}

# $1 rows, $2 every how manieth changes
measure() {
	create a 6001 qsrepl A
	p -p 6001 -d bench -c "$table" -c "$(rows "$1" "$2")" -c 'VACUUM ANALYZE conn'
	describe 6001
	create_standby b 6002 qsrepl B 6001
	# The same data on servers without the library.
	create bare 6003 '' ''
	p -p 6003 -d bench -c "$table" -c "$(rows "$1" "$2")" -c 'VACUUM ANALYZE conn'
	create_standby bare_b 6004 '' '' 6003
	stop a

	begin=$(now)
	"$bindir/pg_ctl" -D "$dir/b" -w promote >/dev/null
	promoted=$(ms $(($(now) - begin)))
	localized=$(to_localized "$dir/b.log")
	begin=$(now)
	"$bindir/pg_ctl" -D "$dir/bare_b" -w promote >/dev/null
	bare=$(ms $(($(now) - begin)))
	hand=$(timed 6004 "BEGIN; UPDATE conn SET $set_clause; ROLLBACK")
	hand_where=$(timed 6003 "BEGIN; UPDATE conn SET $set_clause WHERE $where; ROLLBACK")
	begin=$(now)
	"$bindir/pg_dump" -h "$dir" -p 6003 -U postgres -F c -f "$dir/dump" bench
	p -p 6003 -d postgres -c 'DROP DATABASE bench' -c 'CREATE DATABASE bench'
	"$bindir/pg_restore" -h "$dir" -p 6003 -U postgres -d bench "$dir/dump"
	p -p 6003 -d bench -c "UPDATE conn SET $set_clause WHERE $where"
	snapshot=$(ms $(($(now) - begin)))
	printf '%9s rows, %9s change: promote %4s ms (bare server %4s), localized %5s ms later; by hand %6s ms, by hand WHERE %5s ms, snapshot %6s ms\n' \
		"$1" "$(($1 / $2))" "$promoted" "$bare" "$localized" "$hand" "$hand_where" "$snapshot"
	printf '{"rows":%s,"changed":%s,"promote_ms":%s,"bare_promote_ms":%s,"localized_ms":%s,"by_hand_ms":%s,"by_hand_where_ms":%s,"snapshot_ms":%s}\n' \
		"$1" "$(($1 / $2))" "$promoted" "$bare" "$localized" "$hand" "$hand_where" "$snapshot" >>"$json"
	[ "$1" -ne 10000 ] || [ "$2" -ne 1 ] ||
		printf '   10,000 rows localized within 300 ms: %s\n' "$([ "$localized" -le 300 ] && echo reached || echo NOT reached)"
	[ "$1" -ne 1000000 ] || [ "$2" -ne 100 ] ||
		printf '   1,000,000 rows, 1 %% changed, faster than by hand: %s\n' "$([ "$localized" -lt "$hand" ] && echo reached || echo NOT reached)"
	stop_all
	rm -rf "$dir/a" "$dir/b" "$dir/bare" "$dir/bare_b" "$dir"/*.log "$dir/dump"
}

: >"$json"
measure 10000 1
measure 100000 1
measure 100000 100
measure 1000000 100
[ -z "${BENCH_LONG:-}" ] || measure 1000000 1
