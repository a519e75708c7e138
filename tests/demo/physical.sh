#!/bin/sh
# The demonstration of physical replication: a streaming standby that shows its
# own site's values, is promoted under load, and gives the role back.
# usage: physical.sh BINDIR KEEP; SCRATCH is a directory to use.
set -eu
. tests/demo/common.sh

now() { date +%s%3N; }

# $1 the primary, $2 its standby: wait until it has replayed everything
caught_up() {
	lsn=$("$1" -d QSR -Atc 'SELECT pg_current_wal_insert_lsn()')
	for _ in $(seq 600); do
		[ "$("$2" -d QSR -Atc "SELECT pg_last_wal_replay_lsn() >= '$lsn'")" = t ] && return 0
		sleep 0.1
	done
	echo "the standby did not catch up" >&2
	exit 1
}

# $1 the site's function, $2 its new role, $3 whose standby it becomes
standby_of() {
	cat >"$dir/$1/postgresql.auto.conf" <<CONF
primary_conninfo = 'host=$dir port=$2 user=postgres application_name=$1'
CONF
	touch "$dir/$1/standby.signal"
}

folders='SELECT "RootFolder" FROM "ServiceClusterSettingsSharedPersistenceProperties"'
show() {
	printf '   site A:            %s\n' "$(a -d QSR -Atc "$folders")"
	printf '   site B:            %s\n' "$(b -d QSR -Atc "$folders")"
	printf '   site B, as stored: %s\n' "$(b -d QSR -Atc 'SET qsrepl.raw = on' -c "$folders")"
}

# The time between two lines of a server's log, in ms: $1 log, $2 and $3 texts
between() {
	sed -nE "s/^[^ ]+ ([0-9:.]+) .*($2|$3).*/\1/p" "$1" | tail -n 2 |
		awk -F '[:.]' '{ t[NR] = (($1 * 60 + $2) * 60 + $3) * 1000 + $4 } END { print t[2] - t[1] }'
}

echo "qsrepl: streaming replication between two Qlik Sense sites, rewritten for readers and at promotion"

say "The primary at site A"
create a A "$port_a"
a -d postgres -c 'CREATE DATABASE "QSR"'
a -d QSR -c 'CREATE EXTENSION qsrepl'
a -d QSR -f "$fixtures/qsr.sql" >/dev/null
fill a

say "What differs between the sites is told to the primary, and replicated"
describe a
a -d QSR -Atc 'SELECT qsrepl.localize()' >/dev/null

say "A standby at site B: a base backup, and another qsrepl.local_site"
"$bindir/pg_basebackup" -D "$dir/b" -h "$dir" -p "$port_a" -U postgres -c fast --no-sync
cat >>"$dir/b/postgresql.conf" <<CONF
port = $port_b
qsrepl.local_site = 'B'
CONF
standby_of b "$port_a"
start b
caught_up a b
show
b -d QSR -P border=1 -P footer=off -c 'SELECT role, site, state, timeline, lag_bytes, localized FROM qsrepl.status'

say "Promotion of site B, under load: 4 clients read all the time"
# Each transaction fails, dividing by zero, when it sees a value of site A.
cat >"$dir/reads.sql" <<'SQL'
SELECT 1 / (count(*) = 0)::int FROM "DataConnections" WHERE qsrepl.rewrite("ConnectionString") <> "ConnectionString";
SELECT 1 / ("RootFolder" = '\\FS-B\Qlik$')::int FROM "ServiceClusterSettingsSharedPersistenceProperties";
SQL
"$bindir/pgbench" -n -h "$dir" -p "$port_b" -U postgres -c 4 -T 6 -f "$dir/reads.sql" QSR >"$dir/reads.out" 2>&1 &
readers=$!
sleep 2
a -d QSR -c 'CHECKPOINT'
"$bindir/pg_ctl" -D "$dir/a" -m fast -w stop >/dev/null
started=$(now)
"$bindir/pg_ctl" -D "$dir/b" -w promote >/dev/null
promoted=$(now)
# This waits for the localizer, if it has to.
b -d QSR -Atc "UPDATE \"DataConnections\" SET \"ModifiedDate\" = now() WHERE \"ConnectionString\" LIKE '\\\\\\\\FS-B%'" >/dev/null
written=$(now)
wait "$readers" || { cat "$dir/reads.out" >&2; exit 1; }
printf '   promotion (pg_ctl promote):                 %4s ms\n' "$((promoted - started))"
printf '   a write at B, after the rows were localized: %3s ms later\n' "$((written - promoted))"
printf '   "ready to accept connections" to "localized": %2s ms\n' \
	"$(between "$dir/b.log" 'is ready to accept connections' 'database localized')"
printf '   reads meanwhile:                            %4s, none saw a value of site A\n' \
	"$(sed -n 's/^number of transactions actually processed: //p' "$dir/reads.out")"
b -d QSR -P border=1 -P footer=off -c 'SELECT role, site, state, timeline, epoch, localized, rows_changed FROM qsrepl.status'
printf '   site B, as stored: %s\n' "$(b -d QSR -Atc 'SET qsrepl.raw = on' -c "$folders")"
leaks=$(b -d QSR -Atc 'SELECT count(*) FROM qsrepl.leaks()')
printf '   stored values of site A: %s\n' "$leaks"

say "Site A comes back as the standby of site B: pg_rewind"
b -d QSR -c CHECKPOINT
cp "$dir/a/postgresql.conf" "$dir/a.conf"
"$bindir/pg_rewind" -D "$dir/a" --source-server="host=$dir port=$port_b user=postgres dbname=postgres" 2>&1 |
	sed 's/^/   /'
# Its settings lie in the data directory, and may be site B's now.
cp "$dir/a.conf" "$dir/a/postgresql.conf"
standby_of a "$port_b"
start a
caught_up b a
show
a -d QSR -P border=1 -P footer=off -c 'SELECT role, site, state, timeline, localized FROM qsrepl.status'

say "And takes the role back"
caught_up b a
"$bindir/pg_ctl" -D "$dir/b" -m fast -w stop >/dev/null
started=$(now)
"$bindir/pg_ctl" -D "$dir/a" -w promote >/dev/null
a -d QSR -Atc 'UPDATE "DataConnections" SET "ModifiedDate" = now()' >/dev/null
printf '   from promotion to the first write: %s ms\n' "$(($(now) - started))"
a -d QSR -P border=1 -P footer=off -c 'SELECT role, site, state, timeline, epoch, localized, rows_changed FROM qsrepl.status'
root=$(a -d QSR -Atc 'SET qsrepl.raw = on' -c "$folders")
printf '   site A, as stored: %s\n' "$root"

# The demonstration is a test too.
if [ "$leaks" != 0 ] || [ "$root" != '\\CN\QlikShare' ]; then
	echo "The demonstration failed: a site holds values of the other." >&2
	exit 1
fi
standby_of b "$port_a"
start b
goodbye ' MODE=physical'
