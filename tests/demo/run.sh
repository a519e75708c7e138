#!/bin/sh
# The demonstration: two sites in a scratch directory, logical replication
# between them, and what the extension makes of it, step by step.
# usage: run.sh BINDIR KEEP; SCRATCH is a directory to use.
set -eu
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

start() {
	# $1 directory, $2 site, $3 port
	"$bindir/initdb" -D "$dir/$1" -U postgres -A trust -E UTF8 --no-locale \
		--no-sync >/dev/null
	cat >>"$dir/$1/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$dir'
port = $3
wal_level = logical
fsync = off
shared_preload_libraries = 'qsrepl'
qsrepl.local_site = '$2'
CONF
	"$bindir/pg_ctl" -D "$dir/$1" -l "$dir/$1.log" -w start >/dev/null ||
		{ cat "$dir/$1.log" >&2; exit 1; }
}

# Wait until site B has applied all that site A has written up to now.
caught_up() {
	lsn=$(a -d QSR -Atc "SELECT pg_current_wal_lsn()")
	for _ in $(seq 600); do
		[ "$(a -d QSR -Atc "SELECT count(*) FROM pg_stat_replication
			WHERE application_name = 'qsr' AND replay_lsn >= '$lsn'")" = 1 ] && return 0
		sleep 0.1
	done
	echo "site B did not catch up" >&2
	tail -n 20 "$dir/b.log" >&2
	exit 1
}

synchronized() {
	for _ in $(seq 600); do
		[ "$(b -d QSR -Atc "SELECT count(*) FROM pg_subscription_rel
			WHERE srsubstate <> 'r'")" = 0 ] && return 0
		sleep 0.1
	done
	echo "the initial copy did not end" >&2
	tail -n 20 "$dir/b.log" >&2
	exit 1
}

show() {
	printf '   site A:  %s\n' "$(a -d QSR -Atc "$1")"
	caught_up
	printf '   site B:  %s\n' "$(b -d QSR -Atc "$1")"
}

echo "qsrepl: logical replication between two Qlik Sense sites, rewritten on the way"

say "Two database servers, one a site"
start a A "$port_a"
start b B "$port_b"
for site in a b; do
	$site -d postgres -c 'CREATE DATABASE "QSR"'
	$site -d QSR -c 'CREATE EXTENSION qsrepl'
	$site -d QSR -f "$fixtures/qsr.sql" >/dev/null
done
a -d QSR -v apps=100 -v seed=42 -f "$fixtures/generate.sql"
printf '   site A holds a repository of %s apps and %s data connections\n' \
	"$(a -d QSR -Atc 'SELECT count(*) FROM "Apps"')" \
	"$(a -d QSR -Atc 'SELECT count(*) FROM "DataConnections"')"

say "What differs between the sites is told to site B"
b -d QSR <<'SQL' >/dev/null
SELECT qsrepl.set_site('A', 'main'), qsrepl.set_site('B', 'recovery');
SELECT qsrepl.set_mapping('share', 'path', 'A', '\\CN\QlikShare', 'B', '\\FS-B\Qlik$');
SELECT qsrepl.set_mapping('logs', 'path', 'A', '\\CN\QlikShare\ArchivedLogs', 'B', '\\LOG-B\Archive');
SELECT qsrepl.set_mapping('data', 'path', 'A', 'D:\QlikData', 'B', 'E:\Qlik\Data');
SELECT qsrepl.set_mapping('files', 'path', 'A', '\\fs01.sitea.corp.local\Qlik Data', 'B', '\\fs02.siteb.corp.local\QlikData');
SELECT qsrepl.set_mapping('central', 'host', 'A', 'CN1', 'B', 'CN2');
SELECT qsrepl.set_mapping('central-fqdn', 'host', 'A', 'cn1.sitea.corp.local', 'B', 'cn2.siteb.corp.local');
SELECT qsrepl.set_mapping('central-ip', 'host', 'A', '192.168.1.101', 'B', '192.168.2.101');
SQL
b -d QSR -P border=1 -P footer=off -c "
	SELECT m.name AS mapping, m.kind, a.value AS \"site A\", b.value AS \"site B\"
	FROM qsrepl.mapping m
		JOIN qsrepl.mapping_value a ON a.mapping = m.name AND a.site = 'A'
		JOIN qsrepl.mapping_value b ON b.mapping = m.name AND b.site = 'B'
	ORDER BY 1"
printf '   profile qlik-sense: %s columns have a rule\n' \
	"$(b -d QSR -Atc "SELECT count(*) FROM qsrepl.load_profile() WHERE action = 'added'")"
b -d QSR -Atc 'SELECT qsrepl.enable()' >/dev/null

say "Publication at A, subscription at B, initial copy"
tables=$(a -d QSR -Atc "SELECT string_agg(format('%I.%I', schemaname, tablename), ', ')
	FROM pg_tables WHERE schemaname = 'public'")
a -d QSR -c "CREATE PUBLICATION qsr FOR TABLE $tables"
b -d QSR -c 'SET client_min_messages = error' -c "CREATE SUBSCRIPTION qsr
	CONNECTION 'host=$dir port=$port_a dbname=QSR user=postgres' PUBLICATION qsr"
synchronized
folders='SELECT "RootFolder" FROM "ServiceClusterSettingsSharedPersistenceProperties"'
show "$folders"

id=00000000-0000-4000-8000-00000000d340
say "A row inserted at site A"
a -d QSR -c "INSERT INTO \"DataConnections\" (\"ID\", \"Name\", \"ConnectionString\", \"Type\")
	VALUES ('$id', 'Apps of \\\\CN\\QlikShare', '\\\\CN\\QlikShare\\Apps', 'folder')"
row="SELECT \"ConnectionString\" FROM \"DataConnections\" WHERE \"ID\" = '$id'"
show "$row"
echo "   Its name stays as it is, since scripts refer to it:"
show "SELECT \"Name\" FROM \"DataConnections\" WHERE \"ID\" = '$id'"

say "An UPDATE at site A"
a -d QSR -c "UPDATE \"DataConnections\" SET \"ConnectionString\" =
	'CUSTOM CONNECT TO \"provider=QvOdbcConnectorPackage.exe;driver=postgres;host=CN1;port=4432;db=QSR;\"'
	WHERE \"ID\" = '$id'"
show "$row"

say "A DELETE at site A"
a -d QSR -c "DELETE FROM \"DataConnections\" WHERE \"ID\" = '$id'"
show "SELECT count(*) || ' rows' FROM \"DataConnections\" WHERE \"ID\" = '$id'"

say "Stored values of other sites at site B: qsrepl.leaks()"
leaks=$(b -d QSR -Atc 'SELECT count(*) FROM qsrepl.leaks()')
printf '   %s\n' "$leaks"

say "What the rules have done at site B: qsrepl.stat_rules"
b -d QSR -P border=1 -P footer=off -c '
	SELECT relation, "column", form, seen, rewritten, refused
	FROM qsrepl.stat_rules WHERE rewritten > 0 ORDER BY rewritten DESC, 1, 2 LIMIT 8'

say "qsrepl.check() at site B"
b -d QSR -Atc "SELECT '   ' || severity || ': ' || object || ': ' || problem FROM qsrepl.check()"
printf '   %s problems\n' "$(b -d QSR -Atc "SELECT count(*) FROM qsrepl.check() WHERE severity = 'error'")"

# The demonstration is a test too.
root=$(b -d QSR -Atc "$folders")
if [ "$leaks" != 0 ] || [ "$root" != '\\FS-B\Qlik$' ]; then
	echo "The demonstration failed: site B holds values of site A." >&2
	exit 1
fi
if [ -n "$keep" ]; then
	printf '\nBoth servers are up. Look around with\n'
	printf '  psql -h %s -p %s -U postgres QSR    # site A\n' "$dir" "$port_a"
	printf '  psql -h %s -p %s -U postgres QSR    # site B\n' "$dir" "$port_b"
	printf 'and stop them, as the user who started them (postgres, if you are root), with\n'
	printf '  %s/pg_ctl -D %s/a stop; %s/pg_ctl -D %s/b stop; rm -r %s\n' \
		"$bindir" "$dir" "$bindir" "$dir" "$dir"
else
	stop
	printf '\nDone; nothing is left running. "make demo KEEP=1" leaves both sites up.\n'
fi
