#!/bin/sh
# How long check and status take on a healthy pair, medians of 20 runs: four
# databases, logins with SCRAM passwords over TCP.
# usage: run.sh BINDIR JSON APPS; SCRATCH is a directory to use.
set -eu
. bench/physical/common.sh
apps=$3
runs=20
databases='QSR SenseServices Licenses QSMQ'
tool=build/qsrepl

# $1 directory, $2 port of the peer
reachable() {
	cat >>"$dir/$1/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
fsync = on
max_slot_wal_keep_size = 2GB
qsrepl.peer_conninfo = 'host=127.0.0.1 port=$2 user=postgres dbname=postgres passfile=$dir/pgpass'
qsrepl.peer_unreachable = fence
CONF
	stop "$1"
	start "$1"
}

# $1 database: its tables, rules and rows
fill() {
	p -p 6001 -d postgres -c "CREATE DATABASE \"$1\""
	case $1 in
	QSR)
		p -p 6001 -d "$1" -f tests/fixtures/qsr.sql
		p -p 6001 -d "$1" -v apps="$apps" -v seed=42 -f tests/fixtures/generate.sql
		;;
	SenseServices)
		p -p 6001 -d "$1" -f tests/fixtures/sense_services.sql
		p -p 6001 -d "$1" -v apps="$apps" -v seed=42 -f tests/fixtures/sense_services_generate.sql
		;;
	esac
	p -p 6001 -d "$1" >/dev/null <<'SQL'
CREATE EXTENSION qsrepl;
SELECT qsrepl.set_site('A'), qsrepl.set_site('B');
SELECT qsrepl.set_mapping('share', 'path', 'A', '\\CN\QlikShare', 'B', '\\FS-B\Qlik$');
SELECT qsrepl.set_mapping('cn', 'host', 'A', 'cn1.sitea.corp.local', 'B', 'cn2.siteb.corp.local');
SELECT qsrepl.load_profile();
SELECT qsrepl.localize();
VACUUM ANALYZE;
SQL
}

configuration() {
	cat <<CONF
[qsrepl]
site = A
databases = $databases
passfile = $dir/pgpass
[site A]
host = 127.0.0.1
port = 6001
user = postgres
data_directory = $dir/a
settings_file = /etc/qsrepl/a.conf
[site B]
host = 127.0.0.1
port = 6002
user = postgres
data_directory = $dir/b
settings_file = /etc/qsrepl/b.conf
[mapping share]
kind = path
A = \\\\CN\\QlikShare
B = \\\\FS-B\\Qlik\$
CONF
}

# Milliseconds of each run of a command
durations() {
	for _ in $(seq "$runs"); do
		begin=$(now)
		"$@" >"$dir/out" 2>&1 || true
		ms $(($(now) - begin))
		echo
	done | sort -n
}

# $1 name, $2 wanted, further: the command
measure() {
	name=$1
	wanted=$2
	shift 2
	durations "$@" | awk -v name="$name" -v wanted="$wanted" -v json="$json" '
		{ t[NR] = $1 }
		END { median = (t[NR / 2] + t[NR / 2 + 1]) / 2
			printf "%-8s %4d ms  (%d to %d)  wanted: less than %d ms, %s\n", name, median, t[1], t[NR],
				wanted, median < wanted ? "reached" : "NOT REACHED"
			printf "{\"case\":\"%s\",\"ms\":%d,\"wanted\":%d}\n", name, median, wanted >>json }'
}

umask 077
create a 6001 qsrepl A
p -p 6001 -d postgres >/dev/null <<'SQL'
SET password_encryption = 'scram-sha-256';
ALTER ROLE postgres PASSWORD 'bench';
CREATE ROLE qliksenserepository LOGIN PASSWORD 'bench';
CREATE ROLE qsrepl_replication LOGIN REPLICATION PASSWORD 'bench';
SELECT pg_create_physical_replication_slot('qsrepl_b', true);
SQL
for database in $databases; do fill "$database"; done
echo '127.0.0.1:*:*:*:bench' >"$dir/pgpass"
printf 'local all all trust\nlocal replication all trust\nhost all all 127.0.0.1/32 scram-sha-256\nhost replication all 127.0.0.1/32 scram-sha-256\n' >"$dir/a/pg_hba.conf"
reachable a 6002
create_standby b 6002 qsrepl B 6001
cat >>"$dir/b/postgresql.conf" <<CONF
primary_conninfo = 'host=127.0.0.1 port=6001 user=qsrepl_replication passfile=$dir/pgpass'
primary_slot_name = 'qsrepl_b'
CONF
reachable b 6001
configuration >"$dir/qsrepl.conf"
: >"$json"
# Once more until the standby has caught up.
for _ in $(seq 20); do
	"$tool" check --config "$dir/qsrepl.conf" >"$dir/out" 2>&1 && break
done
grep -E '^(fail|warn)|^[0-9]+ passed|^Ready' "$dir/out" | head -20
p -p 6001 -d QSR -c "SELECT 'QSR: ' || pg_size_pretty(pg_database_size('QSR'))"
measure check 1000 "$tool" check --config "$dir/qsrepl.conf"
measure status 300 "$tool" status --config "$dir/qsrepl.conf"
