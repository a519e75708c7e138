#!/bin/sh
# How long snapshots take, and what place they take: qsrepl beside pg_dump and
# rsync by hand, beside the way of the Snapshots tool (a plain tar dump, a full
# copy), and, for the files, beside restic. One percent of the files changes
# between two snapshots. Everything is read from the cache, and what is written
# is on the disk at the end of each measurement but where "unsynced" stands.
# usage: run.sh BINDIR RESULTS FILES APPS ROUNDS; SCRATCH is a directory to use.
set -eu
. bench/lib/common.sh
. bench/lib/servers.sh
. bench/lib/pair.sh
files=$1
apps=$2
rounds=$3
share=$dir/share
store=$dir/snapshots

# $1 case, $2 who, further: a command; what was written before is on the disk
measure() {
	sync -f "$dir"
	timed time "$@"
}

# Dump and copy as one would by hand; $1: the directory
by_hand_unsynced() {
	for database in QSR SenseServices; do
		"$bindir/pg_dump" -Fd -j 2 -h "$dir" -p 6001 -U postgres -f "$1/$database" "$database" || return
	done
	rsync -a "$share/" "$1/share/"
}

by_hand() { by_hand_unsynced "$1" && sync -f "$1"; }

# As Snapshots.cmd does
snapshots_way() {
	for database in QSR SenseServices; do
		"$bindir/pg_dump" -Ft -h "$dir" -p 6001 -U postgres -f "$1/$database.tar" "$database" || return
	done
	cp -R "$share" "$1/share" && sync -f "$1"
}

qsrepl() {
	"$tool" --config "$dir/qsrepl.conf" snapshot create --quiet
}

restic_backup() {
	restic --quiet -r "$dir/restic" --no-cache backup "$share" &&
		sync -f "$dir/restic"
}

# $1 a directory: kB that it takes
place() { du -sk "$1" | cut -f 1; }

change() {
	perl bench/snapshot/files.pl change "$share" "$files" 1 "$1"
	# What was changed less than two seconds before it is read is read again.
	sleep 2.5
}

configuration() {
	cat <<CONF
[qsrepl]
site = A
databases = QSR SenseServices
journal_directory = $dir/journal
[site A]
host = $dir
port = 6001
user = postgres
data_directory = $dir/a
settings_file = $dir/settings_a
bin_directory = $bindir
snapshot_directory = $store
[site B]
host = $dir
port = 6002
user = postgres
data_directory = $dir/b
settings_file = $dir/settings_b
[mapping share]
kind = path
A = \\\\CN\\QlikShare
B = \\\\FS-B\\Qlik\$
[share QlikShare]
mapping = share
A = $share
B = $dir/share_b
CONF
}

create a 6001 '' ''
fill 6001 QSR "$apps"
fill 6001 SenseServices "$apps"
configuration >"$dir/qsrepl.conf"
chmod 600 "$dir/qsrepl.conf"
perl bench/snapshot/files.pl make "$share" "$files" 1
rsync -a "$share/" "$dir/warm/"
rm -rf "$dir/warm"
sleep 2.5
setup "$files files of $(du -sh "$share" | cut -f 1); databases of $(size_of 6001 QSR SenseServices); $rounds first snapshots, 9 later ones, 1 % of the files changed before each"

# $1 case, $2 who, $3 kB
placed() { sample place "$1" "$2" kB "$3"; }

by_hand='pg_dump and rsync'
round=0
while [ "$round" -lt "$rounds" ]; do
	round=$((round + 1))
	mkdir "$dir/hand" "$dir/hand_unsynced" "$dir/plain"
	measure first "$by_hand" by_hand "$dir/hand"
	rm -rf "$dir/hand"
	rm -rf "$store"
	measure first qsrepl qsrepl
	measure first "$by_hand, not flushed" by_hand_unsynced "$dir/hand_unsynced"
	rm -rf "$dir/hand_unsynced"
	measure first 'way of Snapshots.cmd' snapshots_way "$dir/plain"
	plain_kb=$(place "$dir/plain")
	rm -rf "$dir/plain"
done
placed first qsrepl "$(place "$store")"
# It has no other.
placed first 'way of Snapshots.cmd' "$plain_kb"
placed later 'way of Snapshots.cmd' "$plain_kb"
if command -v restic >/dev/null; then
	RESTIC_PASSWORD=bench
	export RESTIC_PASSWORD
	restic --quiet -r "$dir/restic" init
	measure first 'restic, files alone' restic_backup
	placed first 'restic, files alone' "$(place "$dir/restic")"
else
	absent restic 'it is not installed'
fi
for number in 2 3 4 5 6 7 8 9 10; do
	change "$number"
	before_kb=$(place "$store")
	measure later qsrepl qsrepl
	placed later qsrepl "$(($(place "$store") - before_kb))"
	[ -d "$dir/restic" ] || continue
	before_kb=$(place "$dir/restic")
	measure later 'restic, files alone' restic_backup
	placed later 'restic, files alone' "$(($(place "$dir/restic") - before_kb))"
done
