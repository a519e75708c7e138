# What the demonstrations of the command qsrepl share, beside common.sh.
# shellcheck shell=sh disable=SC2034,SC2154 # variables of who sources this
qsrepl=$(pwd)/build/qsrepl
[ -x "$qsrepl" ] || { echo "make tool first" >&2; exit 1; }

# $1 the site's letter, $2 a key for a directory of each site's own: the
# beginning of a configuration, with both sites and two mappings
sites() {
	cat <<CONF
[qsrepl]
site = $1
databases = QSR
journal_directory = $dir/journal-$1
CONF
	for site in A:a:$port_a B:b:$port_b; do
		name=${site%%:*}
		rest=${site#*:}
		cat <<CONF

[site $name]
host = $dir
port = ${rest#*:}
data_directory = $dir/${rest%%:*}
bin_directory = $bindir
settings_file = $dir/settings-$name.conf
${2}_directory = $dir/$2-$name
CONF
	done
	cat <<'CONF'

[mapping share]
kind = path
A = \\CN\QlikShare
B = \\FS-B\Qlik$

[mapping central]
kind = host
A = CN1
B = CN2
CONF
}

# Show a command as it is typed, and run it: $1 the site it is run at
at() {
	site=$1
	shift
	printf '   at %s$ qsrepl %s\n' "$site" "$*"
	code=0
	"$qsrepl" "$@" --config "$dir/$site.conf" >"$dir/out" 2>&1 || code=$?
	sed 's/^/      /' "$dir/out"
	[ "$code" -eq "${wanted:-0}" ] || { echo "   exit code $code" >&2; exit 1; }
	wanted=0
}

# A query for a value that differs between the sites
folders='SELECT "RootFolder" FROM "ServiceClusterSettingsSharedPersistenceProperties"'
