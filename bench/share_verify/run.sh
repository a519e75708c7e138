#!/bin/sh
# How long "share verify" takes for two local shares of a pair of sites, with
# the rows of both databases, beside rsync and diff, which look at files alone.
# usage: run.sh BINDIR RESULTS FILES ROUNDS; SCRATCH is a directory to use.
set -eu
. bench/lib/common.sh
. bench/lib/servers.sh
. bench/lib/pair.sh
files=$1
rounds=$2
apps=$((files * 2 / 5))
pieces=$((files - apps))
a=$dir/share/a
b=$dir/share/b

configuration() {
	pair_configuration A QSR
	cat <<CONF
[share content]
A = $a
B = $b
mapping = share
mirror = Apps StaticContent
CONF
}

repository() {
	p -p "$port_a" -d postgres -c 'CREATE DATABASE "QSR"'
	p -p "$port_a" -d QSR >/dev/null <<SQL
CREATE TABLE "Apps" ("ID" uuid PRIMARY KEY, "Name" text, "ModifiedDate" timestamp, "Deleted" boolean NOT NULL DEFAULT false);
CREATE TABLE "StaticContentReferences" ("ID" uuid PRIMARY KEY, "DataLocation" text);
CREATE TABLE "DataConnections" ("ID" uuid PRIMARY KEY, "Name" text NOT NULL, "ConnectionString" text NOT NULL, "Type" text, "Deleted" boolean NOT NULL DEFAULT false);
CREATE TABLE "ServiceClusterSettingsSharedPersistenceProperties" ("ID" uuid PRIMARY KEY, "RootFolder" text, "AppFolder" text, "StaticContentRootFolder" text, "ArchivedLogsRootFolder" text);
INSERT INTO "Apps" SELECT (lpad(to_hex(i), 8, '0') || '-1111-4222-8333-0123456789ab')::uuid, 'App ' || i, '2020-01-01' FROM generate_series(1, $apps) i;
INSERT INTO "StaticContentReferences" SELECT gen_random_uuid(), 'Content\\' || i % 500 || '\\' || i || '.png' FROM generate_series(1, $pieces) i;
INSERT INTO "ServiceClusterSettingsSharedPersistenceProperties" VALUES (gen_random_uuid(), '\\\\CN\\QlikShare', '\\\\CN\\QlikShare\\Apps', '\\\\CN\\QlikShare\\StaticContent', '\\\\CN\\QlikShare\\ArchivedLogs');
SQL
	describe_sites "$port_a" QSR
	use_profile "$port_a" QSR
}

verify() { "$tool" share verify "$@" --config "$dir/qsrepl.conf"; }

create a "$port_a" qsrepl A
p -p "$port_a" -d postgres -c "SELECT pg_create_physical_replication_slot('qsrepl_b', true)" >/dev/null
repository
create_standby b "$port_b" qsrepl B "$port_a"
python3 bench/share_verify/files.py "$dir/share" "$apps" "$pieces"
configuration >"$dir/qsrepl.conf"
setup "$files files of 1 to 4 kB at each site, and their rows; $rounds rounds"
wait_for 60 verify
for _ in $(seq "$rounds"); do
	timed names 'nothing differs' qsrepl verify
	timed names 'nothing differs' 'rsync -an --delete' rsync -ain --delete "$a/" "$b/"
	timed content 'nothing differs' 'qsrepl --hash' verify --hash
	timed content 'nothing differs' 'rsync -anc --delete' rsync -ainc --delete "$a/" "$b/"
	timed content 'nothing differs' 'diff -rq' diff -rq "$a" "$b"
done
# One file in a hundred is another one.
python3 - "$a/StaticContent/Content" <<'PY'
import os, sys
for folder in range(500):
    for name in os.listdir(f"{sys.argv[1]}/{folder}")[:2]:
        with open(f"{sys.argv[1]}/{folder}/{name}", "ab") as file:
            file.write(b"more")
PY
codes='0 1'
for _ in $(seq "$rounds"); do
	timed names '1 % differ' qsrepl verify
	timed names '1 % differ' 'rsync -an --delete' rsync -ain --delete "$a/" "$b/"
done
