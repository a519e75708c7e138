#!/bin/sh
# How long snapshots take, and what place they take: qsrepl beside pg_dump and
# rsync by hand, beside the way of the Snapshots tool (a plain tar dump, a full
# copy), and, for the files, beside restic. One percent of the files changes
# between two snapshots. Everything is read from the cache, and what is written
# is on the disk at the end of each measurement but where "unsynced" stands.
# usage: run.sh BINDIR JSON FILES APPS ROUNDS; SCRATCH is a directory to use.
set -eu
. bench/physical/common.sh
files=$3
apps=$4
rounds=$5
tool=build/qsrepl
share=$dir/share
store=$dir/snapshots
results=$dir/results
: >"$results"

# $1 what is measured, $2... the command: its milliseconds are noted
measure() {
	title=$1
	shift
	sync -f "$dir"
	begun=$(now)
	"$@" >/dev/null
	took=$(($(now) - begun))
	echo "$title $(ms $took)" >>"$results"
	printf '%-28s %8s ms\n' "$title" "$(ms $took)"
}

# Dump and copy as one would by hand; $1: the directory
by_hand_unsynced() {
	for database in QSR SenseServices; do
		"$bindir/pg_dump" -Fd -j 2 -h "$dir" -p 6001 -U postgres -f "$1/$database" "$database"
	done
	rsync -a "$share/" "$1/share/"
}

by_hand() {
	by_hand_unsynced "$1"
	sync -f "$1"
}

# As Snapshots.cmd does
snapshots_way() {
	for database in QSR SenseServices; do
		"$bindir/pg_dump" -Ft -h "$dir" -p 6001 -U postgres -f "$1/$database.tar" "$database"
	done
	cp -R "$share" "$1/share"
	sync -f "$1"
}

qsrepl() {
	"$tool" --config "$dir/qsrepl.conf" snapshot create --quiet
}

restic_backup() {
	restic --quiet -r "$dir/restic" --no-cache backup "$share"
	sync -f "$dir/restic"
}

# $1 a directory: kB that it takes
place() { du -sk "$1" | cut -f 1; }

change() {
	perl bench/snapshot/files.pl change "$share" "$files" 1 "$1"
	# What was changed less than two seconds before it is read is read again.
	sleep 2.5
}

# $1 database, $2 its fixture
fill() {
	p -p 6001 -d postgres -c "CREATE DATABASE \"$1\""
	p -p 6001 -d "$1" -f "tests/fixtures/$2.sql"
	generate=tests/fixtures/generate.sql
	[ "$2" = qsr ] || generate=tests/fixtures/${2}_generate.sql
	p -p 6001 -d "$1" -v apps="$apps" -v seed=42 -f "$generate"
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
fill QSR qsr
fill SenseServices sense_services
configuration >"$dir/qsrepl.conf"
chmod 600 "$dir/qsrepl.conf"
perl bench/snapshot/files.pl make "$share" "$files" 1
rsync -a "$share/" "$dir/warm/"
rm -rf "$dir/warm"
sleep 2.5
share_kb=$(place "$share")
echo "$files files, $share_kb kB; databases: $(p -p 6001 -d postgres -c "SELECT pg_size_pretty(sum(pg_database_size(datname))) FROM pg_database WHERE datname IN ('QSR', 'SenseServices')")"

round=0
while [ "$round" -lt "$rounds" ]; do
	round=$((round + 1))
	mkdir "$dir/hand" "$dir/hand_unsynced" "$dir/plain"
	measure hand_first by_hand "$dir/hand"
	rm -rf "$dir/hand"
	rm -rf "$store"
	measure qsrepl_first qsrepl
	measure hand_first_unsynced by_hand_unsynced "$dir/hand_unsynced"
	rm -rf "$dir/hand_unsynced"
	measure snapshots_first snapshots_way "$dir/plain"
	plain_kb=$(place "$dir/plain")
	rm -rf "$dir/plain"
done
first_kb=$(place "$store")
if command -v restic >/dev/null; then
	RESTIC_PASSWORD=bench
	export RESTIC_PASSWORD
	restic --quiet -r "$dir/restic" init
	measure restic_first restic_backup
	restic_first_kb=$(place "$dir/restic")
fi
for number in 2 3 4 5 6 7 8 9 10; do
	change "$number"
	before_kb=$(place "$store")
	measure "qsrepl_$number" qsrepl
	next_kb=$(($(place "$store") - before_kb))
	if command -v restic >/dev/null; then
		before_kb=$(place "$dir/restic")
		measure "restic_$number" restic_backup
		restic_next_kb=$(($(place "$dir/restic") - before_kb))
	fi
done

# Medians, and what is to be reached
perl -e '
	my (%times, %kb);
	open my $in, "<", $ARGV[0] or die;
	while (<$in>) { my ($title, $ms) = split; $title =~ s/_(?:[2-9]|10)$/_next/; push @{ $times{$title} }, $ms; }
	my %median = map { my @sorted = sort { $a <=> $b } @{ $times{$_} }; ($_ => $sorted[@sorted / 2]) } keys %times;
	my ($first, $next) = @median{qw(qsrepl_first qsrepl_next)};
	printf "first: %.2f of by hand (unsynced: %.2f)\n", $first / $median{hand_first}, $first / $median{hand_first_unsynced};
	printf "one percent changed: %.3f of the first in time, %.3f in place\n", $next / $first, $ARGV[2] / $ARGV[1];
	open my $out, ">", $ARGV[3] or die;
	print $out "{", join(", ", (map { "\"${_}_ms\": $median{$_}" } sort keys %median),
		"\"qsrepl_first_kb\": $ARGV[1]", "\"qsrepl_next_kb\": $ARGV[2]", "\"snapshots_kb\": $ARGV[4]",
		"\"restic_first_kb\": $ARGV[5]", "\"restic_next_kb\": $ARGV[6]"), "}\n";
' "$results" "$first_kb" "$next_kb" "$json" "$plain_kb" "${restic_first_kb:-null}" "${restic_next_kb:-null}"
