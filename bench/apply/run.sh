#!/bin/sh
# Rows per second of the initial copy and of streamed INSERT and UPDATE, at a
# subscriber with no trigger, with a C trigger that does nothing, with ours,
# with a table that has no rules, with a PL/pgSQL trigger, and with that
# trigger under pglogical. All in one run, in turn.
# usage: run.sh BINDIR RESULTS NOOP.so ROWS ROUNDS; SCRATCH is a directory to use.
set -eu
. bench/lib/common.sh
. bench/lib/servers.sh
. bench/lib/pair.sh
noop=$1
rows=$2
rounds=$3
variants=${BENCH_VARIANTS:-none noop qsrepl norule plpgsql pglogical}

a() { p -p "$port_a" "$@"; }
b() { p -p "$port_b" "$@"; }

libraries=qsrepl
if [ -f "$("$bindir/pg_config" --pkglibdir)/pglogical.so" ]; then
	libraries=qsrepl,pglogical
else
	variants='none noop qsrepl norule plpgsql'
	absent pglogical 'it is not installed'
fi
server_settings="wal_level = logical
synchronous_commit = off
full_page_writes = off
logical_decoding_work_mem = 512MB
max_worker_processes = 32
max_replication_slots = 20
max_wal_senders = 20
wal_retrieve_retry_interval = 100ms"
# Minor releases from 2026 on want output plugins to be named.
"$bindir/postgres" --describe-config | cut -f 1 | grep -qx output_plugin_libraries &&
	server_settings="$server_settings
output_plugin_libraries = 'pgoutput, pglogical_output'"
create a "$port_a" "$libraries" A
create b "$port_b" "$libraries" B
setup "$rows rows, $rounds rounds; servers do not wait for the disk"

table='CREATE TABLE conn (id bigint PRIMARY KEY, name text, path text, conn text, owner uuid, changed timestamp)'
columns="g, 'Connection ' || g, '\\\\CN\\QlikShare\\Data\\' || g,
	'OLEDB CONNECT TO [Provider=SQLOLEDB.1;Initial Catalog=DW' || g || ';Data Source=cn1.sitea.corp.local;Auto Translate=True;Packet Size=4096;]',
	md5(g::text)::uuid, timestamp '2020-01-01' + g * interval '1 second'"

a -d bench -c "$table"
[ "$libraries" = qsrepl ] || a -d bench -c 'CREATE EXTENSION pglogical' \
	-c "SELECT pglogical.create_node('a', 'host=$dir port=$port_a dbname=bench user=postgres')" \
	-c "SELECT pglogical.replication_set_add_table('default', 'conn')" >/dev/null
a -d bench -c 'CREATE PUBLICATION p FOR TABLE conn'

plpgsql="CREATE FUNCTION rewrite() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN
	NEW.path := replace(replace(replace(NEW.path, '\\\\CN\\QlikShare', '\\\\FS-B\\Qlik\$'), 'cn1.sitea.corp.local', 'cn2.siteb.corp.local'), '192.168.1.101', '192.168.2.101');
	NEW.conn := replace(replace(replace(NEW.conn, '\\\\CN\\QlikShare', '\\\\FS-B\\Qlik\$'), 'cn1.sitea.corp.local', 'cn2.siteb.corp.local'), '192.168.1.101', '192.168.2.101');
	RETURN NEW; END \$\$"

for v in $variants; do
	b -d postgres -c "CREATE DATABASE $v"
	b -d "$v" -c "$table"
	case $v in
		noop)
			b -d "$v" -c "CREATE FUNCTION bench_noop() RETURNS trigger LANGUAGE C AS '$noop'" \
				-c 'CREATE TRIGGER t BEFORE INSERT OR UPDATE ON conn FOR EACH ROW EXECUTE FUNCTION bench_noop()' \
				-c 'ALTER TABLE conn ENABLE REPLICA TRIGGER t' ;;
		qsrepl)
			describe_sites "$port_b" "$v"
			b -d "$v" -c "SELECT qsrepl.set_mapping('ip', 'host', 'A', '192.168.1.101', 'B', '192.168.2.101')" \
				-c "SELECT qsrepl.add_rule('conn', 'path', 'path'), qsrepl.add_rule('conn', 'conn', 'text')" \
				-c 'SELECT qsrepl.enable()' >/dev/null ;;
		norule)
			describe_sites "$port_b" "$v"
			b -d "$v" -c 'CREATE TABLE other (id int PRIMARY KEY, path text)' \
				-c "SELECT qsrepl.add_rule('other', 'path', 'path')" -c 'SELECT qsrepl.enable()' >/dev/null ;;
		plpgsql | pglogical)
			b -d "$v" -c "$plpgsql" \
				-c 'CREATE TRIGGER t BEFORE INSERT OR UPDATE ON conn FOR EACH ROW EXECUTE FUNCTION rewrite()' \
				-c 'ALTER TABLE conn ENABLE REPLICA TRIGGER t' ;;
	esac
	if [ "$v" = pglogical ]; then
		b -d "$v" -c 'CREATE EXTENSION pglogical' \
			-c "SELECT pglogical.create_node('b', 'host=$dir port=$port_b dbname=pglogical user=postgres')" >/dev/null
	fi
done

# Many transactions, so that decoding and applying go side by side.
insert_rows() {
	a -d bench -c "DO \$\$ BEGIN FOR i IN 0 .. $rows / 1000 - 1 LOOP
		INSERT INTO conn SELECT $columns FROM generate_series(i * 1000 + 1, i * 1000 + 1000) g; COMMIT; END LOOP; END \$\$"
}

update_rows() {
	a -d bench -c "DO \$\$ BEGIN FOR i IN 0 .. $rows / 1000 - 1 LOOP
		UPDATE conn SET path = '\\\\CN\\QlikShare\\Apps\\' || id, conn = replace(conn, 'Packet', 'packet')
		WHERE id BETWEEN i * 1000 + 1 AND i * 1000 + 1000; COMMIT; END LOOP; END \$\$"
}

# Wait until the slot $1 has been fed all that was written; prints ns taken.
drained() {
	target=$(a -d bench -c 'SELECT pg_current_wal_lsn()')
	begin=$(now)
	a -d bench -c "DO \$\$ BEGIN WHILE NOT coalesce((SELECT r.replay_lsn >= '$target' FROM pg_stat_replication r
		JOIN pg_replication_slots s ON s.active_pid = r.pid WHERE s.slot_name = '$1'), false)
		LOOP PERFORM pg_sleep(0.002), pg_stat_clear_snapshot(); END LOOP; END \$\$"
	echo $(($(now) - begin))
}

# $1 variant
title() {
	case $1 in
		none) echo 'no trigger' ;;
		noop) echo 'C trigger that does nothing' ;;
		qsrepl) echo 'qsrepl, two ruled columns' ;;
		norule) echo 'qsrepl, table without rules' ;;
		plpgsql) echo 'PL/pgSQL with replace()' ;;
		pglogical) echo 'pglogical, PL/pgSQL' ;;
	esac
}

# $1 variant, $2 case, $3 ns that all rows took
record() {
	sample throughput "$2" "$(title "$1")" rows/s \
		"$(awk -v n="$rows" -v t="$3" 'BEGIN { printf "%.0f", n / t * 1e9 }')"
}

# Seconds between the log lines of a table's synchronization, in ns.
copy_time() {
	awk '/table synchronization worker for subscription/ && /has (started|finished)/ {
		split($2, t, ":"); s = t[1] * 3600 + t[2] * 60 + t[3]
		if (/started/) begin = s; else { d = s - begin; if (d < 0) d += 86400 } }
		END { printf "%.0f", d * 1e9 }' "$dir/b.log"
}

one_core() {
	v=$1
	a -d bench -c 'TRUNCATE conn'
	insert_rows
	b -d "$v" -c 'TRUNCATE conn' -c "CREATE SUBSCRIPTION s_$v
		CONNECTION 'host=$dir port=$port_a dbname=bench user=postgres' PUBLICATION p" 2>/dev/null
	b -d "$v" -c "DO \$\$ BEGIN WHILE EXISTS (SELECT FROM pg_subscription_rel WHERE srsubstate <> 'r')
		LOOP COMMIT; PERFORM pg_sleep(0.02); END LOOP; END \$\$"
	record "$v" 'initial copy' "$(copy_time)"
	a -d bench -c 'TRUNCATE conn'
	drained "s_$v" >/dev/null
	b -d "$v" -c "ALTER SUBSCRIPTION s_$v DISABLE"
	insert_rows
	b -d "$v" -c "ALTER SUBSCRIPTION s_$v ENABLE"
	record "$v" INSERT "$(drained "s_$v")"
	b -d "$v" -c "ALTER SUBSCRIPTION s_$v DISABLE"
	update_rows
	b -d "$v" -c "ALTER SUBSCRIPTION s_$v ENABLE"
	record "$v" UPDATE "$(drained "s_$v")"
	b -d "$v" -c "DROP SUBSCRIPTION s_$v" 2>/dev/null
}

one_pglogical() {
	slot=
	a -d bench -c 'TRUNCATE conn'
	insert_rows
	b -d pglogical -c 'TRUNCATE conn'
	begin=$(now)
	b -d pglogical -c "SELECT pglogical.create_subscription('s', 'host=$dir port=$port_a dbname=bench user=postgres',
		ARRAY['default'])" >/dev/null
	b -d pglogical -c "DO \$\$ BEGIN WHILE (SELECT count(*) FROM conn) < $rows LOOP COMMIT; PERFORM pg_sleep(0.02); END LOOP; END \$\$"
	record pglogical 'initial copy' "$(($(now) - begin))"
	b -d pglogical -c "SELECT pglogical.wait_for_subscription_sync_complete('s')" >/dev/null
	slot=$(a -d bench -c "SELECT slot_name FROM pg_replication_slots WHERE plugin = 'pglogical_output' LIMIT 1")
	a -d bench -c "DELETE FROM conn"
	drained "$slot" >/dev/null
	b -d pglogical -c 'TRUNCATE conn' -c "SELECT pglogical.alter_subscription_disable('s', true)" >/dev/null
	insert_rows
	b -d pglogical -c "SELECT pglogical.alter_subscription_enable('s', true)" >/dev/null
	record pglogical INSERT "$(drained "$slot")"
	b -d pglogical -c "SELECT pglogical.alter_subscription_disable('s', true)" >/dev/null
	update_rows
	b -d pglogical -c "SELECT pglogical.alter_subscription_enable('s', true)" >/dev/null
	record pglogical UPDATE "$(drained "$slot")"
	b -d pglogical -c "SELECT pglogical.drop_subscription('s')" >/dev/null
}

for round in $(seq "$rounds"); do
	echo "round $round of $rounds"
	for v in $variants; do
		case $v in
			pglogical) one_pglogical ;;
			*) one_core "$v" ;;
		esac
	done
done

check=$(b -d qsrepl -c "SELECT count(*) FROM qsrepl.leaks()")
[ "$check" = 0 ] || { echo "foreign values were left at the subscriber" >&2; exit 1; }
