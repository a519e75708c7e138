#!/bin/sh
# qsrepl share sync of many small files, of which some percent change each
# round, beside bare rsync -a --delete (alone, and with the flush to the disk
# that qsrepl does, too), each to a copy of its own. Runs are interleaved.
# usage: run.sh BINDIR RESULTS FILES PERCENT ROUNDS; SCRATCH is a directory to
# use.
set -eu
. bench/lib/common.sh
. bench/lib/servers.sh
. bench/lib/pair.sh
files=$1
percent=$2
rounds=$3

create a "$port_a" qsrepl A
p -p "$port_a" -d bench -c "$conn_table"
describe_conn "$port_a"
create_standby b "$port_b" qsrepl B "$port_a"
{
	pair_configuration A bench
	cat <<CONF
[share qlik]
A = $dir/share_a
B = $dir/share_b
mirror = Apps
CONF
} >"$dir/qsrepl.conf"
chmod 600 "$dir/qsrepl.conf"

by_qsrepl() { "$tool" share sync --config "$dir/qsrepl.conf" --yes "$@"; }
by_rsync() { rsync -a --delete "$dir/share_a/Apps/" "$dir/$1/Apps/"; }
by_flushed() { by_rsync "$1" && sync -f "$dir/$1"; }
flushed='rsync -a --delete, flushed'
bare='rsync -a --delete'

setup "$files files, $percent % changed, $rounds rounds"
# The first copies take longest: fewer of them.
i=0
while [ "$i" -lt $(((rounds + 1) / 2)) ]; do
	rm -rf "$dir/share_a" "$dir/share_b" "$dir/plain" "$dir/flushed"
	mkdir "$dir/share_b" "$dir/plain" "$dir/flushed"
	perl bench/share/files.pl make "$dir/share_a" "$files"
	sync
	timed time 'first copy' qsrepl by_qsrepl --initial
	sync
	timed time 'first copy' "$bare" by_rsync plain
	sync
	timed time 'first copy' "$flushed" by_flushed flushed
	i=$((i + 1))
done
i=1
while [ "$i" -le "$rounds" ]; do
	perl bench/share/files.pl change "$dir/share_a" "$files" "$percent" "$i"
	sync
	timed time 'some changed' qsrepl by_qsrepl
	sync
	timed time 'some changed' "$bare" by_rsync plain
	sync
	timed time 'some changed' "$flushed" by_flushed flushed
	timed time 'nothing changed' qsrepl by_qsrepl
	timed time 'nothing changed' "$bare" by_rsync plain
	i=$((i + 1))
done
diff -rq "$dir/share_a/Apps" "$dir/share_b/Apps"
