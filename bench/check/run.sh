#!/bin/sh
# How long check and status take on a healthy pair: four databases, logins with
# SCRAM passwords over TCP.
# usage: run.sh BINDIR RESULTS APPS ROUNDS; SCRATCH is a directory to use.
set -eu
. bench/lib/common.sh
. bench/lib/servers.sh
. bench/lib/pair.sh
apps=$1
rounds=$2
databases='QSR SenseServices Licenses QSMQ'
pair_host=127.0.0.1

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

umask 077
create a "$port_a" qsrepl A
p -p "$port_a" -d postgres >/dev/null <<'SQL'
SET password_encryption = 'scram-sha-256';
ALTER ROLE postgres PASSWORD 'bench';
CREATE ROLE qliksenserepository LOGIN PASSWORD 'bench';
CREATE ROLE qsrepl_replication LOGIN REPLICATION PASSWORD 'bench';
SELECT pg_create_physical_replication_slot('qsrepl_b', true);
SQL
for database in $databases; do
	fill "$port_a" "$database" "$apps"
	describe_sites "$port_a" "$database"
	use_profile "$port_a" "$database"
done
echo '127.0.0.1:*:*:*:bench' >"$dir/pgpass"
printf 'local all all trust\nlocal replication all trust\nhost all all 127.0.0.1/32 scram-sha-256\nhost replication all 127.0.0.1/32 scram-sha-256\n' >"$dir/a/pg_hba.conf"
reachable a "$port_b"
create_standby b "$port_b" qsrepl B "$port_a"
cat >>"$dir/b/postgresql.conf" <<CONF
primary_conninfo = 'host=127.0.0.1 port=$port_a user=qsrepl_replication passfile=$dir/pgpass'
primary_slot_name = 'qsrepl_b'
CONF
reachable b "$port_a"
pair_configuration A "$databases" "passfile = $dir/pgpass" >"$dir/qsrepl.conf"
# Once more until the standby has caught up.
for _ in $(seq 20); do
	"$tool" check --config "$dir/qsrepl.conf" >"$dir/out" 2>&1 && break
done
grep -E '^(fail|warn)|^[0-9]+ passed|^Ready' "$dir/out" | head -20
setup "$apps apps; QSR of $(size_of "$port_a" QSR), four databases; $rounds rounds"
codes='0 1'
for _ in $(seq "$rounds"); do
	timed time check qsrepl "$tool" check --config "$dir/qsrepl.conf"
	timed time status qsrepl "$tool" status --config "$dir/qsrepl.conf"
done
