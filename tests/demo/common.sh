# What the demonstrations share: two servers in a scratch directory.
# Sourced by them with BINDIR and KEEP as arguments; SCRATCH is a directory.
# shellcheck shell=sh disable=SC2034 # variables for who sources this
bindir=$1
keep=$2
fixtures=$(pwd)/tests/fixtures
dir=$SCRATCH

# Sockets only, so that nothing outside can interfere and no port is taken.
port_a=5432
port_b=5433
if [ -n "$keep" ]; then
	dir=$(mktemp -d "${TMPDIR:-/tmp}/qsrepl-demo.XXXXXX")
fi

a() { "$bindir/psql" -X -q -v ON_ERROR_STOP=1 -h "$dir" -p "$port_a" -U postgres "$@"; }
b() { "$bindir/psql" -X -q -v ON_ERROR_STOP=1 -h "$dir" -p "$port_b" -U postgres "$@"; }

stop() {
	for site in a b; do
		[ ! -f "$dir/$site/postmaster.pid" ] ||
			"$bindir/pg_ctl" -D "$dir/$site" -m immediate -w stop >/dev/null 2>&1 || true
	done
}
status=0
trap 'status=$?; [ -n "$keep" ] && [ "$status" -eq 0 ] || stop; exit $status' EXIT
trap 'exit 1' INT TERM HUP

step=0
say() {
	step=$((step + 1))
	printf '\n%s. %s\n' "$step" "$1"
}

# $1 directory; it has its settings
start() {
	"$bindir/pg_ctl" -D "$dir/$1" -l "$dir/$1.log" -w start >/dev/null ||
		{ cat "$dir/$1.log" >&2; exit 1; }
}

create() {
	# $1 directory, $2 site, $3 port
	"$bindir/initdb" -D "$dir/$1" -U postgres -A trust -E UTF8 --no-locale \
		--no-sync >/dev/null
	cat >>"$dir/$1/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$dir'
port = $3
wal_level = logical
wal_log_hints = on
fsync = off
shared_preload_libraries = 'qsrepl'
qsrepl.local_site = '$2'
CONF
	start "$1"
}

# $1 a or b
fill() {
	"$1" -d QSR -v apps=100 -v seed=42 -f "$fixtures/generate.sql"
	printf '   site A holds a repository of %s apps and %s data connections\n' \
		"$("$1" -d QSR -Atc 'SELECT count(*) FROM "Apps"')" \
		"$("$1" -d QSR -Atc 'SELECT count(*) FROM "DataConnections"')"
}

# $1 a or b: tell it what differs between the sites, and show it
describe() {
	"$1" -d QSR <<'SQL' >/dev/null
SELECT qsrepl.set_site('A', 'main'), qsrepl.set_site('B', 'recovery');
SELECT qsrepl.set_mapping('share', 'path', 'A', '\\CN\QlikShare', 'B', '\\FS-B\Qlik$');
SELECT qsrepl.set_mapping('logs', 'path', 'A', '\\CN\QlikShare\ArchivedLogs', 'B', '\\LOG-B\Archive');
SELECT qsrepl.set_mapping('data', 'path', 'A', 'D:\QlikData', 'B', 'E:\Qlik\Data');
SELECT qsrepl.set_mapping('files', 'path', 'A', '\\fs01.sitea.corp.local\Qlik Data', 'B', '\\fs02.siteb.corp.local\QlikData');
SELECT qsrepl.set_mapping('central', 'host', 'A', 'CN1', 'B', 'CN2');
SELECT qsrepl.set_mapping('central-fqdn', 'host', 'A', 'cn1.sitea.corp.local', 'B', 'cn2.siteb.corp.local');
SELECT qsrepl.set_mapping('central-ip', 'host', 'A', '192.168.1.101', 'B', '192.168.2.101');
SQL
	"$1" -d QSR -P border=1 -P footer=off -c "
		SELECT m.name AS mapping, m.kind, a.value AS \"site A\", b.value AS \"site B\"
		FROM qsrepl.mapping m
			JOIN qsrepl.mapping_value a ON a.mapping = m.name AND a.site = 'A'
			JOIN qsrepl.mapping_value b ON b.mapping = m.name AND b.site = 'B'
		ORDER BY 1"
	printf '   profile qlik-sense: %s columns have a rule\n' \
		"$("$1" -d QSR -Atc "SELECT count(*) FROM qsrepl.load_profile() WHERE action = 'added'")"
}

goodbye() {
	if [ -n "$keep" ]; then
		printf '\nBoth servers are up. Look around with\n'
		printf '  psql -h %s -p %s -U postgres QSR    # site A\n' "$dir" "$port_a"
		printf '  psql -h %s -p %s -U postgres QSR    # site B\n' "$dir" "$port_b"
		printf 'and stop them, as the user who started them (postgres, if you are root), with\n'
		printf '  %s/pg_ctl -D %s/a stop; %s/pg_ctl -D %s/b stop; rm -r %s\n' \
			"$bindir" "$dir" "$bindir" "$dir" "$dir"
	else
		stop
		printf '\nDone; nothing is left running. "make demo%s KEEP=1" leaves both sites up.\n' "$1"
	fi
}
