# What all measurements share: their arguments, clocks, and the results, which
# are lines of JSON (bench/page/Results.pm reads them; parts.ini says what is
# wanted of them). Nothing is computed here: all samples are kept.
# usage of a measurement: run.sh BINDIR RESULTS [ARGUMENT ...]; SCRATCH is a
# directory to use.
# shellcheck shell=sh disable=SC2034 # variables for who sources this
bindir=$1
results=$2
shift 2
dir=$SCRATCH
tool=$PWD/build/qsrepl

# Nanoseconds
now() { date +%s%N; }
# nanoseconds to milliseconds, three places
ms() { awk -v t="$1" 'BEGIN { printf "%.3f", t / 1e6 }'; }
complain() { echo "$*" >&2; }

# Texts in results are ours, without quotes or backslashes.
# $1 group, $2 case, $3 who, $4 unit, $5 value
sample() {
	printf '{"type":"sample","group":"%s","case":"%s","who":"%s","unit":"%s","value":%s}\n' \
		"$1" "$2" "$3" "$4" "$5" >>"$results"
	printf '  %-34s %-34s %12s %s\n' "$2" "$3" "$5" "$4"
}
# $1 what these figures are of: sizes
setup() {
	printf '{"type":"setup","text":"%s"}\n' "$1" >>"$results"
	echo "$1"
}
# $1 a peer that is not measured, $2 why
absent() {
	printf '{"type":"absent","who":"%s","why":"%s"}\n' "$1" "$2" >>"$results"
	echo "$1 is left out: $2"
}

# Whether an exit code is one of those that are allowed: codes='0 1', else 0
allowed() {
	case " ${codes:-0} " in
		*" $1 "*) return 0 ;;
	esac
	return 1
}
# $1 group, $2 case, $3 who, further: a command, whose time is a sample
timed() {
	group=$1
	case=$2
	who=$3
	shift 3
	status=0
	begun=$(now)
	"$@" >"$dir/out" 2>"$dir/err" || status=$?
	took=$(($(now) - begun))
	allowed "$status" || {
		complain "$case, $who ended with exit code $status:"
		tail -n 20 "$dir/out" "$dir/err" >&2
		exit 1
	}
	sample "$group" "$case" "$who" ms "$(ms "$took")"
}

# Until a command succeeds, at most so many seconds; $1 seconds
wait_for() {
	end=$(($(date +%s) + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$end" ] || { complain "took too long: $*"; return 1; }
		sleep 0.1
	done
}

# By id: each server, and what was started beside them ($dir/*.pid)
stop_all() {
	for pid in "$dir"/*.pid; do
		[ ! -f "$pid" ] || kill -9 "$(cat "$pid")" 2>/dev/null || true
	done
	for pid in "$dir"/*/postmaster.pid; do
		[ ! -f "$pid" ] || "$bindir/pg_ctl" -D "${pid%/*}" -m immediate -w stop >/dev/null 2>&1 || true
	done
}
trap stop_all EXIT
trap 'exit 1' INT TERM HUP
