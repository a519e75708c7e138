#!/bin/sh
# How long a restore takes: qsrepl beside createdb, pg_restore and rsync by hand,
# and beside the way of the Snapshots tool (pg_restore of a plain tar, a full copy),
# at the same site (one percent of the files differs) and at an empty one; and how
# long it takes until an empty site has taken over by it, beside the promotion of
# a standby. The others verify nothing, rewrite nothing and keep no way back.
# usage: run.sh BINDIR RESULTS FILES APPS ROUNDS; SCRATCH is a directory to use.
set -eu
. bench/lib/common.sh
. bench/lib/servers.sh
. bench/lib/pair.sh
files=$1
apps=$2
rounds=$3
databases='QSR SenseServices'
by_hand='createdb, pg_restore, rsync'
snapshots_way='way of Snapshots.cmd'

# $1 site
configuration() {
	pair_configuration "$1" "$databases" 'connect_timeout = 2s' \
		"snapshot_directory = $dir/snapshots" "snapshot_directory = $dir/snapshots_b"
	cat <<CONF
[share QlikShare]
mapping = share
A = $dir/share
B = $dir/share_b
max_change = 100
CONF
}

# $1 port, $2 database
restore_database() {
	p -p "$1" -d postgres -c "DROP DATABASE IF EXISTS \"$2\"" &&
		"$bindir/createdb" -h "$dir" -p "$1" -U postgres -T template0 "$2" &&
		"$bindir/pg_restore" -j 2 -h "$dir" -p "$1" -U postgres -d "$2" --exit-on-error \
			"$snapshot/databases/$2"
}

# $1 port, $2 share
restore_by_hand() {
	restore_database "$1" QSR && restore_database "$1" SenseServices &&
		mkdir -p "$2" &&
		rsync -a --delete --chmod=u+w "$snapshot/share/QlikShare/" "$2/" &&
		sync -f "$dir"
}

# As Snapshots.cmd does: all that is there is dropped first.
# $1 port, $2 share
restore_snapshots_way() {
	for database in $databases; do
		"$bindir/dropdb" -h "$dir" -p "$1" -U postgres --if-exists "$database" &&
			"$bindir/createdb" -h "$dir" -p "$1" -U postgres -T template0 "$database" &&
			"$bindir/pg_restore" -h "$dir" -p "$1" -U postgres -d "$database" \
				"$dir/plain/$database.tar" || return
	done
	mkdir -p "$2" && cp -R "$dir/plain/share/." "$2/" && sync -f "$dir"
}

# What it restores.
make_plain() {
	mkdir "$dir/plain"
	for database in $databases; do
		"$bindir/pg_dump" -Ft -h "$dir" -p "$port_a" -U postgres \
			-f "$dir/plain/$database.tar" "$database"
	done
	cp -R "$dir/share" "$dir/plain/share"
}

# $1 site; it is done when the rows are the site's
restore() {
	"$tool" --config "$dir/qsrepl_$1.conf" snapshot restore "$snapshot" --yes --force --replace-active "$1"
}

promotion() {
	"$bindir/pg_ctl" -D "$dir/c" -w promote &&
		until [ "$(p -p 6003 -d QSR -c 'SELECT qsrepl._state_word()')" = local ]; do :; done
}

# $1 number
change() { perl bench/snapshot/files.pl change "$dir/share" "$files" 1 "$1"; }

create a "$port_a" qsrepl A
for site in A B; do
	configuration "$site" >"$dir/qsrepl_$site.conf"
	chmod 600 "$dir/qsrepl_$site.conf"
done
p -p "$port_a" -d postgres -c 'CREATE ROLE qliksenserepository LOGIN'
for database in $databases; do
	fill "$port_a" "$database" "$apps"
	describe_sites "$port_a" "$database"
	use_profile "$port_a" "$database"
done
perl bench/snapshot/files.pl make "$dir/share" "$files" 1
mkdir -p "$dir/share_b" "$dir/snapshots" "$dir/snapshots_b"
sleep 2.5
"$tool" --config "$dir/qsrepl_A.conf" snapshot create one --quiet
snapshot=$dir/snapshots/one
make_plain
setup "$files files of $(du -sh "$dir/share" | cut -f 1); databases of $(size_of "$port_a" QSR SenseServices); $rounds rounds"

for round in $(seq "$rounds"); do
	change "$((3 * round))"
	sync -f "$dir"
	timed time 'the same site' "$snapshots_way" restore_snapshots_way "$port_a" "$dir/share"
	change "$((3 * round + 1))"
	sync -f "$dir"
	timed time 'the same site' "$by_hand" restore_by_hand "$port_a" "$dir/share"
	change "$((3 * round + 2))"
	sync -f "$dir"
	timed time 'the same site' qsrepl restore A
	rm -rf "$dir/snapshots"/A-*
	create b "$port_b" qsrepl B
	p -p "$port_b" -d postgres -c 'CREATE ROLE qliksenserepository LOGIN'
	rm -rf "$dir/share_b"
	sync -f "$dir"
	timed time 'an empty site' "$snapshots_way" restore_snapshots_way "$port_b" "$dir/share_b"
	for database in $databases; do
		p -p "$port_b" -d postgres -c "DROP DATABASE \"$database\""
	done
	rm -rf "$dir/share_b"
	sync -f "$dir"
	timed time 'an empty site' "$by_hand" restore_by_hand "$port_b" "$dir/share_b"
	for database in $databases; do
		p -p "$port_b" -d postgres -c "DROP DATABASE \"$database\""
	done
	rm -rf "$dir/share_b"
	mkdir "$dir/share_b"
	sync -f "$dir"
	timed time 'an empty site' qsrepl restore B
	stop b
	rm -rf "$dir/b" "$dir/share_b"
	create_standby c 6003 qsrepl B "$port_a"
	until [ "$(p -p 6003 -d QSR -c 'SELECT 1')" = 1 ]; do :; done
	sync -f "$dir"
	timed time "a standby's promotion" qsrepl promotion
	stop c
	rm -rf "$dir/c"
done
