#!/bin/sh
# Rows per second of the initial copy and of streamed INSERT and UPDATE, at a
# subscriber with no trigger, with a C trigger that does nothing, with ours,
# with a table that has no rules, with a PL/pgSQL trigger, and with that
# trigger under pglogical. All in one run, in turn, medians of the rounds.
# usage: run.sh BINDIR JSON NOOP.so ROWS ROUNDS; SCRATCH is a directory to use.
set -eu
bindir=$1
json=$2
noop=$3
rows=$4
rounds=$5
dir=$SCRATCH
variants=${BENCH_VARIANTS:-none noop qsrepl norule plpgsql pglogical}
results=$dir/results

a() { "$bindir/psql" -X -q -At -v ON_ERROR_STOP=1 -h "$dir" -p 5432 -U postgres "$@"; }
b() { "$bindir/psql" -X -q -At -v ON_ERROR_STOP=1 -h "$dir" -p 5433 -U postgres "$@"; }

stop() {
	for site in a b; do
		"$bindir/pg_ctl" -D "$dir/$site" -m immediate -w stop >/dev/null 2>&1 || true
	done
}
trap stop EXIT
trap 'exit 1' INT TERM HUP

libraries=qsrepl
[ -f "$("$bindir/pg_config" --pkglibdir)/pglogical.so" ] && libraries=qsrepl,pglogical ||
	variants='none noop qsrepl norule plpgsql'

for site in a:5432:A b:5433:B; do
	name=${site%%:*}
	port=${site#*:}
	"$bindir/initdb" -D "$dir/$name" -U postgres -A trust -E UTF8 --no-locale --no-sync >/dev/null
	cat >>"$dir/$name/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$dir'
port = ${port%%:*}
wal_level = logical
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
shared_buffers = 512MB
max_wal_size = 8GB
checkpoint_timeout = 1h
logical_decoding_work_mem = 512MB
max_worker_processes = 32
max_replication_slots = 20
max_wal_senders = 20
log_line_prefix = '%m '
wal_retrieve_retry_interval = 100ms
shared_preload_libraries = '$libraries'
qsrepl.local_site = '${site##*:}'
CONF
	# Minor releases from 2026 on want output plugins to be named.
	"$bindir/postgres" --describe-config | cut -f 1 | grep -qx output_plugin_libraries &&
		echo "output_plugin_libraries = 'pgoutput, pglogical_output'" >>"$dir/$name/postgresql.conf"
	"$bindir/pg_ctl" -D "$dir/$name" -l "$dir/$name.log" -w start >/dev/null
done

table='CREATE TABLE conn (id bigint PRIMARY KEY, name text, path text, conn text, owner uuid, changed timestamp)'
columns="g, 'Connection ' || g, '\\\\CN\\QlikShare\\Data\\' || g,
	'OLEDB CONNECT TO [Provider=SQLOLEDB.1;Initial Catalog=DW' || g || ';Data Source=cn1.sitea.corp.local;Auto Translate=True;Packet Size=4096;]',
	md5(g::text)::uuid, timestamp '2020-01-01' + g * interval '1 second'"

a -c 'CREATE DATABASE bench'
a -d bench -c "$table"
[ "$libraries" = qsrepl ] || a -d bench -c 'CREATE EXTENSION pglogical' \
	-c "SELECT pglogical.create_node('a', 'host=$dir port=5432 dbname=bench user=postgres')" \
	-c "SELECT pglogical.replication_set_add_table('default', 'conn')" >/dev/null
a -d bench -c 'CREATE PUBLICATION p FOR TABLE conn'

plpgsql="CREATE FUNCTION rewrite() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN
	NEW.path := replace(replace(replace(NEW.path, '\\\\CN\\QlikShare', '\\\\FS-B\\Qlik\$'), 'cn1.sitea.corp.local', 'cn2.siteb.corp.local'), '192.168.1.101', '192.168.2.101');
	NEW.conn := replace(replace(replace(NEW.conn, '\\\\CN\\QlikShare', '\\\\FS-B\\Qlik\$'), 'cn1.sitea.corp.local', 'cn2.siteb.corp.local'), '192.168.1.101', '192.168.2.101');
	RETURN NEW; END \$\$"
ours="SELECT qsrepl.set_site('A'), qsrepl.set_site('B');
	SELECT qsrepl.set_mapping('share', 'path', 'A', '\\\\CN\\QlikShare', 'B', '\\\\FS-B\\Qlik\$');
	SELECT qsrepl.set_mapping('cn', 'host', 'A', 'cn1.sitea.corp.local', 'B', 'cn2.siteb.corp.local');
	SELECT qsrepl.set_mapping('ip', 'host', 'A', '192.168.1.101', 'B', '192.168.2.101');"

for v in $variants; do
	b -c "CREATE DATABASE $v"
	b -d "$v" -c "$table"
	case $v in
		noop)
			b -d "$v" -c "CREATE FUNCTION bench_noop() RETURNS trigger LANGUAGE C AS '$noop'" \
				-c 'CREATE TRIGGER t BEFORE INSERT OR UPDATE ON conn FOR EACH ROW EXECUTE FUNCTION bench_noop()' \
				-c 'ALTER TABLE conn ENABLE REPLICA TRIGGER t' ;;
		qsrepl)
			b -d "$v" -c 'CREATE EXTENSION qsrepl' -c "$ours" \
				-c "SELECT qsrepl.add_rule('conn', 'path', 'path'), qsrepl.add_rule('conn', 'conn', 'text')" \
				-c 'SELECT qsrepl.enable()' >/dev/null ;;
		norule)
			b -d "$v" -c 'CREATE EXTENSION qsrepl' -c "$ours" \
				-c 'CREATE TABLE other (id int PRIMARY KEY, path text)' \
				-c "SELECT qsrepl.add_rule('other', 'path', 'path')" -c 'SELECT qsrepl.enable()' >/dev/null ;;
		plpgsql | pglogical)
			b -d "$v" -c "$plpgsql" \
				-c 'CREATE TRIGGER t BEFORE INSERT OR UPDATE ON conn FOR EACH ROW EXECUTE FUNCTION rewrite()' \
				-c 'ALTER TABLE conn ENABLE REPLICA TRIGGER t' ;;
	esac
	if [ "$v" = pglogical ]; then
		b -d "$v" -c 'CREATE EXTENSION pglogical' \
			-c "SELECT pglogical.create_node('b', 'host=$dir port=5433 dbname=pglogical user=postgres')" >/dev/null
	fi
done

now() { date +%s%N; }

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

record() { echo "$1 $2 $(awk -v n="$rows" -v t="$3" 'BEGIN { printf "%.0f", n / t * 1e9 }')" >>"$results"; }

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
		CONNECTION 'host=$dir port=5432 dbname=bench user=postgres' PUBLICATION p" 2>/dev/null
	b -d "$v" -c "DO \$\$ BEGIN WHILE EXISTS (SELECT FROM pg_subscription_rel WHERE srsubstate <> 'r')
		LOOP COMMIT; PERFORM pg_sleep(0.02); END LOOP; END \$\$"
	record "$v" copy "$(copy_time)"
	a -d bench -c 'TRUNCATE conn'
	drained "s_$v" >/dev/null
	b -d "$v" -c "ALTER SUBSCRIPTION s_$v DISABLE"
	insert_rows
	b -d "$v" -c "ALTER SUBSCRIPTION s_$v ENABLE"
	record "$v" insert "$(drained "s_$v")"
	b -d "$v" -c "ALTER SUBSCRIPTION s_$v DISABLE"
	update_rows
	b -d "$v" -c "ALTER SUBSCRIPTION s_$v ENABLE"
	record "$v" update "$(drained "s_$v")"
	b -d "$v" -c "DROP SUBSCRIPTION s_$v" 2>/dev/null
}

one_pglogical() {
	slot=
	a -d bench -c 'TRUNCATE conn'
	insert_rows
	b -d pglogical -c 'TRUNCATE conn'
	begin=$(now)
	b -d pglogical -c "SELECT pglogical.create_subscription('s', 'host=$dir port=5432 dbname=bench user=postgres',
		ARRAY['default'])" >/dev/null
	b -d pglogical -c "DO \$\$ BEGIN WHILE (SELECT count(*) FROM conn) < $rows LOOP COMMIT; PERFORM pg_sleep(0.02); END LOOP; END \$\$"
	record pglogical copy "$(($(now) - begin))"
	b -d pglogical -c "SELECT pglogical.wait_for_subscription_sync_complete('s')" >/dev/null
	slot=$(a -d bench -c "SELECT slot_name FROM pg_replication_slots WHERE plugin = 'pglogical_output' LIMIT 1")
	a -d bench -c "DELETE FROM conn"
	drained "$slot" >/dev/null
	b -d pglogical -c 'TRUNCATE conn' -c "SELECT pglogical.alter_subscription_disable('s', true)" >/dev/null
	insert_rows
	b -d pglogical -c "SELECT pglogical.alter_subscription_enable('s', true)" >/dev/null
	record pglogical insert "$(drained "$slot")"
	b -d pglogical -c "SELECT pglogical.alter_subscription_disable('s', true)" >/dev/null
	update_rows
	b -d pglogical -c "SELECT pglogical.alter_subscription_enable('s', true)" >/dev/null
	record pglogical update "$(drained "$slot")"
	b -d pglogical -c "SELECT pglogical.drop_subscription('s')" >/dev/null
}

for round in $(seq "$rounds"); do
	echo "round $round of $rounds" >&2
	for v in $variants; do
		case $v in
			pglogical) one_pglogical ;;
			*) one_core "$v" ;;
		esac
	done
done

check=$(b -d qsrepl -c "SELECT count(*) FROM qsrepl.leaks()")
[ "$check" = 0 ] || { echo "foreign values were left at the subscriber" >&2; exit 1; }

median() { awk -v v="$1" -v k="$2" '$1 == v && $2 == k { print $3 }' "$results" | sort -n |
	awk '{ x[NR] = $1 } END { print NR % 2 ? x[(NR + 1) / 2] : int((x[NR / 2] + x[NR / 2 + 1]) / 2) }'; }

# Median of the ratios round by round, which a drifting machine hardly moves.
ratio() { awk -v v="$1" -v w="$2" -v k="$3" '$2 == k && $1 == v { x[++n] = $3 } $2 == k && $1 == w { y[++m] = $3 }
	END { for (i = 1; i <= n; i++) print x[i] / y[i] }' "$results" | sort -n |
	awk '{ x[NR] = $1 } END { printf "%.3f", NR % 2 ? x[(NR + 1) / 2] : (x[NR / 2] + x[NR / 2 + 1]) / 2 }'; }

printf '\n%-28s %12s %12s %12s   rows/s, median of %s rounds, %s rows\n' subscriber 'initial copy' INSERT UPDATE "$rounds" "$rows"
{
	printf '{"rows": %s, "rounds": %s, "rows_per_second": {' "$rows" "$rounds"
	comma=
	for v in $variants; do
		printf '%s"%s": {"copy": %s, "insert": %s, "update": %s}' "$comma" "$v" \
			"$(median "$v" copy)" "$(median "$v" insert)" "$(median "$v" update)"
		comma=', '
	done
} >"$json.part"
for v in $variants; do
	case $v in
		none) what='no trigger' ;;
		noop) what='C trigger doing nothing' ;;
		qsrepl) what='qsrepl, two ruled columns' ;;
		norule) what='qsrepl, table without rules' ;;
		plpgsql) what='PL/pgSQL with replace()' ;;
		pglogical) what='pglogical, PL/pgSQL' ;;
	esac
	printf '%-28s %12s %12s %12s\n' "$what" "$(median "$v" copy)" "$(median "$v" insert)" "$(median "$v" update)"
done

# $1 text, $2 ratio, $3 least
goal() {
	verdict=$(awk -v r="$2" -v g="$3" 'BEGIN { print (r >= g) ? "met" : "NOT MET" }')
	printf '%-64s %s (wanted %s): %s\n' "$1" "$2" "$3" "$verdict"
}
echo
insert=$(ratio qsrepl none insert)
copy=$(ratio qsrepl noop copy)
free=$(ratio norule none insert)
goal 'streamed INSERT, ours to no trigger' "$insert" 0.93
goal 'initial copy, ours to the trigger that does nothing' "$copy" 0.95
goal 'streamed INSERT, table without rules to no extension' "$free" 0.97
printf '}, "ratios": {"insert": %s, "copy": %s, "norule": %s}}\n' "$insert" "$copy" "$free" >>"$json.part"
mv "$json.part" "$json"
