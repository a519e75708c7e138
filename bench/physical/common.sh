# What the measurements of physical mode share.
# shellcheck shell=sh disable=SC2034 # variables for who sources this
bindir=$1
json=$2
dir=$SCRATCH

p() { "$bindir/psql" -X -q -At -v ON_ERROR_STOP=1 -h "$dir" -U postgres "$@"; }
now() { date +%s%N; }
# nanoseconds to milliseconds
ms() { awk -v t="$1" 'BEGIN { printf "%.0f", t / 1e6 }'; }

stop_all() {
	for pid in "$dir"/*/postmaster.pid; do
		[ ! -f "$pid" ] || "$bindir/pg_ctl" -D "${pid%/*}" -m immediate -w stop >/dev/null 2>&1 || true
	done
}
trap stop_all EXIT
trap 'exit 1' INT TERM HUP

# $1 directory, $2 port, $3 libraries, $4 site: settings of a server
settings() {
	cat >>"$dir/$1/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$dir'
port = $2
fsync = off
autovacuum = off
shared_buffers = 1GB
max_wal_size = 16GB
checkpoint_timeout = 1h
wal_log_hints = on
log_line_prefix = '%m '
shared_preload_libraries = '$3'
CONF
	[ -z "$4" ] || echo "qsrepl.local_site = '$4'" >>"$dir/$1/postgresql.conf"
}

start() { "$bindir/pg_ctl" -D "$dir/$1" -l "$dir/$1.log" -w start >/dev/null; }
stop() { "$bindir/pg_ctl" -D "$dir/$1" -m fast -w stop >/dev/null; }

# $1 directory, $2 port, $3 libraries, $4 site
create() {
	"$bindir/initdb" -D "$dir/$1" -U postgres -A trust -E UTF8 --no-locale --no-sync >/dev/null
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

table='CREATE TABLE conn (id int PRIMARY KEY, name text, path text, connection text, owner uuid)'
# $1 rows, $2 every how manieth row holds values of site A
rows() {
	printf '%s' "INSERT INTO conn SELECT g, 'Connection ' || g,
		CASE WHEN g % $2 = 0 THEN '\\\\CN\\QlikShare\\Data\\' || g ELSE '\\\\files\\share\\Data\\' || g END,
		CASE WHEN g % $2 = 0 THEN 'OLEDB CONNECT TO [Provider=SQLOLEDB.1;Initial Catalog=DW' || g || ';Data Source=cn1.sitea.corp.local;Packet Size=4096;]'
			ELSE 'OLEDB CONNECT TO [Provider=SQLOLEDB.1;Initial Catalog=DW' || g || ';Data Source=sql.corp.local;Packet Size=4096;]' END,
		md5(g::text)::uuid FROM generate_series(1, $1) g"
}

# $1 port: sites, mappings, rules, state
describe() {
	p -p "$1" -d bench >/dev/null <<'SQL'
CREATE EXTENSION qsrepl;
SELECT qsrepl.set_site('A'), qsrepl.set_site('B');
SELECT qsrepl.set_mapping('share', 'path', 'A', '\\CN\QlikShare', 'B', '\\FS-B\Qlik$');
SELECT qsrepl.set_mapping('cn', 'host', 'A', 'cn1.sitea.corp.local', 'B', 'cn2.siteb.corp.local');
SELECT qsrepl.add_rule('conn', 'path', 'path'), qsrepl.add_rule('conn', 'connection', 'text');
SELECT qsrepl.localize();
SQL
}
