#!/bin/sh
# qsrepl share sync of many small files, of which some percent change each
# round, beside bare rsync -a --delete (alone, and with the flush to the disk
# that qsrepl does, too), each to a copy of its own. Runs are interleaved.
# usage: run.sh BINDIR JSON FILES PERCENT ROUNDS; SCRATCH is a directory to use.
set -eu
files=$3
percent=$4
rounds=$5
# shellcheck source=bench/physical/common.sh
. bench/physical/common.sh
qsrepl=build/qsrepl
a=42821
b=42822

create a "$a" qsrepl A
p -p "$a" -d bench -c "$table"
describe "$a"
create_standby b "$b" qsrepl B "$a"
cat >"$dir/qsrepl.conf" <<CONF
[qsrepl]
site = A
databases = bench
maintenance_database = postgres
journal_directory = $dir/journal
[site A]
host = $dir
port = $a
user = postgres
data_directory = $dir/a
settings_file = $dir/settings_a
[site B]
host = $dir
port = $b
user = postgres
data_directory = $dir/b
settings_file = $dir/settings_b
[mapping share]
kind = path
A = \\\\CN\\QlikShare
B = \\\\FS-B\\Qlik\$
[share qlik]
A = $dir/share_a
B = $dir/share_b
mirror = Apps
CONF
chmod 600 "$dir/qsrepl.conf"
mkdir "$dir/share_b" "$dir/plain" "$dir/flushed"
perl bench/share/files.pl make "$dir/share_a" "$files"

# Times in milliseconds behind each other, one file a contestant
timed() {
	name=$1
	shift
	begin=$(now)
	"$@" >"$dir/out" 2>"$dir/err" || {
		echo "$name failed:" >&2
		tail -n 20 "$dir/out" "$dir/err" >&2
		exit 1
	}
	ms $(($(now) - begin)) >>"$dir/times_$name"
	echo >>"$dir/times_$name"
}
by_qsrepl() { "$qsrepl" share sync --config "$dir/qsrepl.conf" --yes "$@"; }
by_rsync() { rsync -a --delete "$dir/share_a/Apps/" "$dir/plain/Apps/"; }
by_flushed() {
	rsync -a --delete "$dir/share_a/Apps/" "$dir/flushed/Apps/"
	sync -f "$dir/flushed"
}
same() { diff -rq "$dir/share_a/Apps" "$dir/$1/Apps"; }

sync
timed first_qsrepl by_qsrepl --initial
sync
timed first_rsync by_rsync
sync
timed first_flushed by_flushed
i=1
while [ "$i" -le "$rounds" ]; do
	perl bench/share/files.pl change "$dir/share_a" "$files" "$percent" "$i"
	sync
	timed changed_qsrepl by_qsrepl
	timed changed_rsync by_rsync
	sync
	timed changed_flushed by_flushed
	timed same_qsrepl by_qsrepl
	timed same_rsync by_rsync
	i=$((i + 1))
done
same share_b
median() { sort -n "$dir/times_$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
{
	echo "$files files, $percent % changed, medians of $rounds; ms"
	for what in first changed same; do
		printf '%-8s qsrepl share sync %6d   rsync -a --delete %6d' "$what" \
			"$(median "${what}_qsrepl")" "$(median "${what}_rsync")"
		[ "$what" = same ] || printf '   and flushed %6d' "$(median "${what}_flushed")"
		echo
	done
}
printf '{"files": %s, "percent": %s' "$files" "$percent" >"$json"
for name in first_qsrepl first_rsync first_flushed changed_qsrepl changed_rsync changed_flushed same_qsrepl same_rsync; do
	printf ', "%s_ms": %s' "$name" "$(median "$name")" >>"$json"
done
echo '}' >>"$json"
