#!/bin/sh
# How long "share verify" takes for two local shares of a pair of sites, with
# the rows of both databases, beside rsync and diff, which look at files alone.
# usage: run.sh BINDIR JSON FILES ROUNDS; SCRATCH is a directory to use.
set -eu
. bench/physical/common.sh
files=$3
rounds=$4
apps=$((files * 2 / 5))
pieces=$((files - apps))
tool=build/qsrepl

configuration() {
	cat <<CONF
[qsrepl]
site = A
databases = QSR
[site A]
host = $dir
port = 6001
user = postgres
data_directory = $dir/a
settings_file = /etc/qsrepl/a.conf
[site B]
host = $dir
port = 6002
user = postgres
data_directory = $dir/b
settings_file = /etc/qsrepl/b.conf
[mapping share]
kind = path
A = \\\\CN\\QlikShare
B = \\\\FS-B\\Qlik\$
[share content]
A = $dir/share/a
B = $dir/share/b
mapping = share
mirror = Apps StaticContent
CONF
}

repository() {
	p -p 6001 -d postgres -c 'CREATE DATABASE "QSR"'
	p -p 6001 -d QSR >/dev/null <<SQL
CREATE TABLE "Apps" ("ID" uuid PRIMARY KEY, "Name" text, "ModifiedDate" timestamp, "Deleted" boolean NOT NULL DEFAULT false);
CREATE TABLE "StaticContentReferences" ("ID" uuid PRIMARY KEY, "DataLocation" text);
CREATE TABLE "DataConnections" ("ID" uuid PRIMARY KEY, "Name" text NOT NULL, "ConnectionString" text NOT NULL, "Type" text, "Deleted" boolean NOT NULL DEFAULT false);
CREATE TABLE "ServiceClusterSettingsSharedPersistenceProperties" ("ID" uuid PRIMARY KEY, "RootFolder" text, "AppFolder" text, "StaticContentRootFolder" text, "ArchivedLogsRootFolder" text);
INSERT INTO "Apps" SELECT (lpad(to_hex(i), 8, '0') || '-1111-4222-8333-0123456789ab')::uuid, 'App ' || i, '2020-01-01' FROM generate_series(1, $apps) i;
INSERT INTO "StaticContentReferences" SELECT gen_random_uuid(), 'Content\\' || i % 500 || '\\' || i || '.png' FROM generate_series(1, $pieces) i;
INSERT INTO "ServiceClusterSettingsSharedPersistenceProperties" VALUES (gen_random_uuid(), '\\\\CN\\QlikShare', '\\\\CN\\QlikShare\\Apps', '\\\\CN\\QlikShare\\StaticContent', '\\\\CN\\QlikShare\\ArchivedLogs');
CREATE EXTENSION qsrepl;
SELECT qsrepl.set_site('A'), qsrepl.set_site('B');
SELECT qsrepl.set_mapping('share', 'path', 'A', '\\\\CN\\QlikShare', 'B', '\\\\FS-B\\Qlik\$');
SELECT qsrepl.load_profile();
SELECT qsrepl.localize();
VACUUM ANALYZE;
SQL
}

# $1 name, $2 wanted ms or 0, further: the command
measure() {
	name=$1
	wanted=$2
	shift 2
	for _ in $(seq "$rounds"); do
		begin=$(now)
		"$@" >"$dir/out" 2>&1 || true
		ms $(($(now) - begin))
		echo
	done | sort -n | awk -v name="$name" -v wanted="$wanted" -v json="$json" '
		{ t[NR] = $1 }
		END { median = t[int((NR + 1) / 2)]
			goal = wanted == 0 ? "" : sprintf("  wanted: less than %d ms, %s", wanted, median < wanted ? "reached" : "NOT REACHED")
			printf "%-28s %6d ms  (%d to %d)%s\n", name, median, t[1], t[NR], goal
			printf "{\"case\":\"%s\",\"ms\":%d,\"wanted\":%d}\n", name, median, wanted >>json }'
}

create a 6001 qsrepl A
p -p 6001 -d postgres -c "SELECT pg_create_physical_replication_slot('qsrepl_b', true)" >/dev/null
repository
create_standby b 6002 qsrepl B 6001
python3 bench/share_verify/files.py "$dir/share" "$apps" "$pieces"
configuration >"$dir/qsrepl.conf"
: >"$json"
for _ in $(seq 20); do
	"$tool" share verify --config "$dir/qsrepl.conf" >"$dir/out" 2>&1 && break
	sleep 0.5
done
cat "$dir/out"
a=$dir/share/a
b=$dir/share/b
measure 'share verify' 3000 "$tool" share verify --config "$dir/qsrepl.conf"
measure 'rsync -an --delete' 0 rsync -ain --delete "$a/" "$b/"
measure 'share verify --hash' 0 "$tool" share verify --hash --config "$dir/qsrepl.conf"
measure 'rsync -anc --delete' 0 rsync -ainc --delete "$a/" "$b/"
measure 'diff -rq' 0 diff -rq "$a" "$b"
# One file in a hundred is another one.
python3 - "$a/StaticContent/Content" <<'PY'
import os, sys
for folder in range(500):
    for name in os.listdir(f"{sys.argv[1]}/{folder}")[:2]:
        with open(f"{sys.argv[1]}/{folder}/{name}", "ab") as file:
            file.write(b"more")
PY
measure 'share verify, 1 % differ' 3000 "$tool" share verify --config "$dir/qsrepl.conf"
measure 'rsync -an, 1 % differ' 0 rsync -ain --delete "$a/" "$b/"
