#!/bin/sh
# How long a restore takes: qsrepl beside createdb, pg_restore and rsync by hand,
# at the same site (one percent of the files differs) and at an empty one; and how
# long it takes until an empty site has taken over by it, beside the promotion of
# a standby. By hand, nothing is verified, rewritten or kept as a way back.
# usage: run.sh BINDIR JSON FILES APPS ROUNDS; SCRATCH is a directory to use.
set -eu
. bench/physical/common.sh
files=$3
apps=$4
rounds=$5
tool=build/qsrepl
results=$dir/results
databases='QSR SenseServices'
: >"$results"

# $1 what is measured, $2... the command: its milliseconds are noted
measure() {
	title=$1
	shift
	sync -f "$dir"
	begun=$(now)
	"$@" >"$dir/output" 2>&1 || { cat "$dir/output" >&2; exit 1; }
	took=$(($(now) - begun))
	echo "$title $(ms $took)" >>"$results"
	printf '%-24s %8s ms\n' "$title" "$(ms $took)"
}

# $1 site
configuration() {
	cat <<CONF
[qsrepl]
site = $1
databases = $databases
journal_directory = $dir/journal_$1
connect_timeout = 2s
[site A]
host = $dir
port = 6001
user = postgres
data_directory = $dir/a
settings_file = $dir/settings_a
bin_directory = $bindir
snapshot_directory = $dir/snapshots
[site B]
host = $dir
port = 6002
user = postgres
data_directory = $dir/b
settings_file = $dir/settings_b
bin_directory = $bindir
snapshot_directory = $dir/snapshots_b
[mapping share]
kind = path
A = \\\\CN\\QlikShare
B = \\\\FS-B\\Qlik\$
[share QlikShare]
mapping = share
A = $dir/share
B = $dir/share_b
max_change = 100
CONF
}

# $1 port, $2 database, $3 its fixture
fill() {
	p -p "$1" -d postgres -c "CREATE DATABASE \"$2\""
	p -p "$1" -d "$2" -f "tests/fixtures/$3.sql"
	generate=tests/fixtures/generate.sql
	[ "$3" = qsr ] || generate=tests/fixtures/${3}_generate.sql
	p -p "$1" -d "$2" -v apps="$apps" -v seed=42 -f "$generate"
}

# $1 port, $2 share
by_hand() {
	for database in $databases; do
		p -p "$1" -d postgres -c "DROP DATABASE IF EXISTS \"$database\""
		"$bindir/createdb" -h "$dir" -p "$1" -U postgres -T template0 "$database"
		"$bindir/pg_restore" -j 2 -h "$dir" -p "$1" -U postgres -d "$database" --exit-on-error \
			"$snapshot/databases/$database"
	done
	mkdir -p "$2"
	rsync -a --delete --chmod=u+w "$snapshot/share/QlikShare/" "$2/"
	sync -f "$dir"
}

# $1 site; it is done when the rows are the site's
restore() {
	"$tool" --config "$dir/qsrepl_$1.conf" snapshot restore "$snapshot" --yes --force --replace-active "$1"
}

promotion() {
	"$bindir/pg_ctl" -D "$dir/c" -w promote >/dev/null
	until [ "$(p -p 6003 -d QSR -c 'SELECT qsrepl._state_word()')" = local ]; do :; done
}

# $1 number
change() { perl bench/snapshot/files.pl change "$dir/share" "$files" 1 "$1"; }

create a 6001 qsrepl A
fill 6001 QSR qsr
fill 6001 SenseServices sense_services
for site in A B; do
	configuration "$site" >"$dir/qsrepl_$site.conf"
	chmod 600 "$dir/qsrepl_$site.conf"
done
p -p 6001 -d postgres -c 'CREATE ROLE qliksenserepository LOGIN'
for database in $databases; do
	p -p 6001 -d "$database" -c 'CREATE EXTENSION qsrepl'
	p -p 6001 -d "$database" >/dev/null <<'SQL'
SELECT qsrepl.set_site('A', ''), qsrepl.set_site('B', '');
SELECT qsrepl.set_mapping('share', 'path', 'A', '\\CN\QlikShare', 'B', '\\FS-B\Qlik$');
SELECT qsrepl.load_profile();
SELECT qsrepl.localize();
SQL
done
perl bench/snapshot/files.pl make "$dir/share" "$files" 1
mkdir -p "$dir/share_b" "$dir/snapshots" "$dir/snapshots_b"
sleep 2.5
"$tool" --config "$dir/qsrepl_A.conf" snapshot create one --quiet
snapshot=$dir/snapshots/one
echo "$files files, $(du -sk "$dir/share" | cut -f 1) kB; databases: $(p -p 6001 -d postgres -c "SELECT pg_size_pretty(sum(pg_database_size(datname))) FROM pg_database WHERE datname IN ('QSR', 'SenseServices')")"

for round in $(seq "$rounds"); do
	change "$((2 * round))"
	measure hand_same by_hand 6001 "$dir/share"
	change "$((2 * round + 1))"
	measure qsrepl_same restore A
	rm -rf "$dir/snapshots"/A-*
	create b 6002 qsrepl B
	p -p 6002 -d postgres -c 'CREATE ROLE qliksenserepository LOGIN'
	rm -rf "$dir/share_b"
	measure hand_empty by_hand 6002 "$dir/share_b"
	for database in $databases; do
		p -p 6002 -d postgres -c "DROP DATABASE \"$database\""
	done
	rm -rf "$dir/share_b"
	mkdir "$dir/share_b"
	measure qsrepl_empty restore B
	stop b
	rm -rf "$dir/b" "$dir/share_b"
	create_standby c 6003 qsrepl B 6001
	until [ "$(p -p 6003 -d QSR -c 'SELECT 1')" = 1 ]; do :; done
	measure promotion promotion
	stop c
	rm -rf "$dir/c"
done

# Medians
perl -e '
	my %times;
	open my $in, "<", $ARGV[0] or die;
	while (<$in>) { my ($title, $ms) = split; push @{ $times{$title} }, $ms; }
	my %median = map { my @sorted = sort { $a <=> $b } @{ $times{$_} }; ($_ => $sorted[@sorted / 2]) } keys %times;
	printf "same site: %.2f of by hand; empty site: %.2f; taking over by a restore: %.0f times a promotion\n",
		$median{qsrepl_same} / $median{hand_same}, $median{qsrepl_empty} / $median{hand_empty},
		$median{qsrepl_empty} / $median{promotion};
	open my $out, ">", $ARGV[1] or die;
	print $out "{", join(", ", map { "\"${_}_ms\": $median{$_}" } sort keys %median), "}\n";
' "$results" "$json"
