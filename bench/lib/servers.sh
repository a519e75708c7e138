# Servers for measurements: they speak by a socket in $dir, do not wait for the
# disk, and vacuum only when told. What else a measurement wants of all its
# servers is in $server_settings.
# shellcheck shell=sh disable=SC2154 # variables of who sources this
p() { "$bindir/psql" -X -q -At -v ON_ERROR_STOP=1 -h "$dir" -U postgres "$@"; }

# $1 directory, $2 port, $3 libraries, $4 site: settings of a server
settings() {
	cat >>"$dir/$1/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$dir'
port = $2
fsync = off
autovacuum = off
shared_buffers = 512MB
max_wal_size = 16GB
checkpoint_timeout = 1h
wal_log_hints = on
log_line_prefix = '%m '
shared_preload_libraries = '$3'
${server_settings:-}
CONF
	[ -z "$4" ] || echo "qsrepl.local_site = '$4'" >>"$dir/$1/postgresql.conf"
}

start() { "$bindir/pg_ctl" -D "$dir/$1" -l "$dir/$1.log" -w start >/dev/null; }
stop() { "$bindir/pg_ctl" -D "$dir/$1" -m fast -w stop >/dev/null; }

# $1 directory, $2 port, $3 libraries, $4 site
create() {
	"$bindir/initdb" -D "$dir/$1" -U postgres -A trust -E UTF8 --locale="${server_locale:-C}" --no-sync >/dev/null
	settings "$@"
	start "$1"
	p -p "$2" -d postgres -c 'CREATE DATABASE bench'
}

# $1 directory, $2 port, $3 libraries, $4 site, $5 port of the primary
create_standby() {
	"$bindir/pg_basebackup" -D "$dir/$1" -h "$dir" -p "$5" -U postgres -c fast --no-sync
	settings "$@"
	echo "primary_conninfo = 'host=$dir port=$5 user=postgres'" >>"$dir/$1/postgresql.conf"
	touch "$dir/$1/standby.signal"
	start "$1"
}

# $1 port of the standby, $2 of the primary: has it replayed what is there?
caught_up() {
	lsn=$(p -p "$2" -d postgres -c 'SELECT pg_current_wal_flush_lsn()')
	wait_for 120 p -p "$1" -d postgres -c "SELECT 1 / (pg_last_wal_replay_lsn() >= '$lsn')::int"
}
