#!/bin/sh
# The demonstration of snapshots: site A is put into one, with the content of its
# file share; the snapshot is verified, brought to site B, and restored there with
# B's own values.  Nothing replicates here.
# usage: snapshot.sh BINDIR KEEP; SCRATCH is a directory to use.
set -eu
. tests/demo/common.sh
. tests/demo/command.sh

# $1 the site's letter: its configuration
configuration() {
	{
		sites "$1" snapshot
		cat <<CONF

[share qlik]
mapping = share
A = $dir/share-a
B = $dir/share-b

[snapshot]
keep_last = 2
CONF
	} >"$dir/$1.conf"
	chmod 600 "$dir/$1.conf"
}

# The share of site A: a file for each app, and some pictures
content() {
	mkdir -p "$dir/share-a/Apps" "$dir/share-a/StaticContent/Content" \
		"$dir/share-a/CustomData" "$dir/share-b/Apps" \
		"$dir/share-b/StaticContent" "$dir/share-b/CustomData"
	a -d QSR -Atc 'SELECT "ID" FROM "Apps"' | while read -r app; do
		head -c 4096 /dev/urandom >"$dir/share-a/Apps/$app"
	done
	for picture in 1 2 3; do
		head -c 20000 /dev/urandom \
			>"$dir/share-a/StaticContent/Content/picture $picture.png"
	done
}

echo "qsrepl: a snapshot of a site, and its restore at the other one"

say "Site A: a repository, and its file share"
create a A "$port_a"
a -d postgres -c 'CREATE ROLE qliksenserepository LOGIN' -c 'CREATE DATABASE "QSR"'
a -d QSR -f "$fixtures/qsr.sql" >/dev/null
fill a
configuration A
configuration B
content
at A setup primary --site A --yes

say "A snapshot: database, files, configuration; and another one, which costs what changed"
at A snapshot create monday
head -c 4096 /dev/urandom >"$dir/share-a/Apps/$(a -d QSR -Atc 'SELECT "ID" FROM "Apps" LIMIT 1')"
at A snapshot create tuesday
at A snapshot list

say "It is verified, and brought to site B"
mkdir "$dir/snapshot-B"
at A snapshot verify tuesday
at A snapshot copy tuesday --to B

say "Site B has an empty server; the snapshot is restored there, with B's own values"
create b B "$port_b"
at B snapshot restore tuesday --site B --yes
printf '   site A stores: %s\n' "$(a -d QSR -Atc "$folders")"
printf '   site B stores: %s\n' "$(b -d QSR -Atc "$folders")"
printf '   files of site B that differ from site A: %s\n' \
	"$(diff -rq "$dir/share-a/Apps" "$dir/share-b/Apps" | wc -l)"

goodbye " MODE=snapshot"
