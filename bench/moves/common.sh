# What the measurements of moves share: one database, copied for each contender.
# shellcheck shell=sh disable=SC2034,SC2154 # variables for, and of, who sources this
role=qliksenserepository
database=QSR
port_a=6021
port_b=6022
pair_host=127.0.0.1

now_ms() { date +%s%3N; }
# $1 port
p() {
	port=$1
	shift
	"$bindir/psql" -X -q -At -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$port" -U postgres -d "$database" "$@"
}

# $1 directory: a server is gone as by a power cut, with all its processes
kill_server() {
	leader=$(head -1 "$dir/$1/postmaster.pid")
	children=$(pgrep -P "$leader" || true)
	# shellcheck disable=SC2086 # a list
	kill -9 "$leader" $children 2>/dev/null || true
	while kill -0 "$leader" 2>/dev/null; do sleep 0.01; done
}

# $1 megabytes, $2 apps: the repository, and filler that the load changes
make_seed() {
	"$bindir/initdb" -D "$dir/seed" -U postgres -A trust -E UTF8 --no-locale --no-sync >/dev/null
	cat >>"$dir/seed/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$dir'
shared_buffers = 256MB
wal_log_hints = on
max_slot_wal_keep_size = 4GB
log_line_prefix = '%m [%p] '
CONF
	"$bindir/pg_ctl" -D "$dir/seed" -l "$dir/seed.log" -w -o '-p 6020 -c fsync=off -c max_wal_size=8GB' start >/dev/null
	"$bindir/psql" -X -q -h 127.0.0.1 -p 6020 -U postgres -d postgres -c "CREATE ROLE $role LOGIN" \
		-c "CREATE DATABASE \"$database\" OWNER $role"
	# What the clients of each site write; the contenders do not have the setting.
	p 6020 -c "ALTER DATABASE \"$database\" SET qsrepl.local_site = 'A'"
	p 6020 -c "SET ROLE $role" -f tests/fixtures/qsr.sql
	p 6020 -c "SET ROLE $role" -v apps="$2" -v seed=42 -f tests/fixtures/generate.sql
	p 6020 -c "CREATE TABLE ledger (id bigint PRIMARY KEY, path text)" -c "ALTER TABLE ledger OWNER TO $role"
	scale=$((($1 - $(p 6020 -c "SELECT pg_database_size('$database') / 1048576")) / 15))
	"$bindir/pgbench" -i -q -s "$scale" -h 127.0.0.1 -p 6020 -U "$role" "$database" >"$dir/pgbench.log" 2>&1
	p 6020 -c 'VACUUM ANALYZE'
	size=$(p 6020 -c "SELECT pg_size_pretty(pg_database_size('$database'))")
	"$bindir/pg_ctl" -D "$dir/seed" -m fast -w stop >/dev/null
}

# $1 directory, $2 further lines: a copy of the seed
plant() {
	cp -R "$dir/seed" "$dir/$1"
	printf "%s\n" "${2:-}" >>"$dir/$1/postgresql.conf"
}
# $1 directory, $2 options
start() { "$bindir/pg_ctl" -D "$dir/$1" -l "$dir/$1.log" -w -o "${2:-}" start >/dev/null 2>&1; }

# ---- clients ----

# $1, $2 ports
clients_start() {
	p "$1" -c 'TRUNCATE ledger'
	mkfifo "$dir/fifo"
	build/writer "host=127.0.0.1,127.0.0.1 port=$1,$2 dbname=$database user=$role" \
		"$dir/acknowledged" <"$dir/fifo" >"$dir/told" 2>"$dir/writer.log" &
	writer=$!
	exec 9>"$dir/fifo"
	"$bindir/pgbench" -n -c 4 -T 3600 -R "$rate" -h 127.0.0.1 -p "$1" -U "$role" "$database" >"$dir/pgbench.log" 2>&1 9>&- &
	pgbench=$!
	sleep 3
	wait_for 60 p "$1" -c 'SELECT 1 / (count(*) / 100)::int FROM ledger'
}

# $1 port where they are to write now: sets until, gap, lost
clients_stop() {
	rows=$(p "$1" -c 'SELECT count(*) FROM ledger')
	wait_for 120 p "$1" -c "SELECT 1 / (count(*) > $rows)::int FROM ledger"
	exec 9>&-
	wait "$writer"
	kill "$pgbench" 2>/dev/null || true
	wait "$pgbench" 2>/dev/null || true
	rm "$dir/fifo"
	gap=$(sed 's/.*gap \([0-9]*\) ms.*/\1/' "$dir/told")
	until=$(sed 's/.*until //' "$dir/told")
	p "$1" -c 'SELECT id FROM ledger' | sort >"$dir/there"
	lost=$(sort "$dir/acknowledged" | comm -23 - "$dir/there" | wc -l)
}

# $1 case, $2 who
record() {
	sample 'until a client can write' "$1" "$2" ms "$((until - began))"
	sample 'between two writes of a client' "$1" "$2" ms "$gap"
	sample 'until the command ends' "$1" "$2" ms "$command"
	sample 'acknowledged rows that are lost' "$1" "$2" rows "$lost"
}

# $1 a: streams from $2, and has replayed what was written
is_following() {
	[ "$(p "$2" -c 'SELECT count(*) FROM pg_stat_replication WHERE state = '"'streaming'"' AND replay_lsn >= pg_current_wal_lsn() - 1000000')" -ge 1 ] &&
		[ "$(p "$1" -c 'SELECT pg_is_in_recovery()')" = t ]
}
