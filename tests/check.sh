#!/bin/sh
# All checks and tests; sums up their closing lines into one.
# "check.sh majors": the extension's tests on all majors that Debian has.
# QSREPL_SCALE makes the random campaigns longer, FUZZ_SECONDS the fuzzing.
set -u
log=$(mktemp)
trap 'rm -f "$log"' EXIT
. tests/checks.sh

# One seed for all, so that a change is judged by the same trials as the one
# before; another is tried with QSREPL_SEED=$RANDOM make check.
QSREPL_SEED=${QSREPL_SEED:-20261}
export QSREPL_SEED

# A target of the Makefile that ends with "N passed, N failed", and variables
part() {
	printf '== %s\n' "$*"
	started=$(date +%s)
	if make -s -j "$(nproc)" "$@" >"$log" 2>&1 </dev/null; then
		status=0
	else
		status=$?
	fi
	last_line "$status"
	[ "$wrong" -eq 0 ] || cat "$log"
	printf '   %s passed, %s failed, %s s\n' "$here" "$wrong" \
		"$(($(date +%s) - started))"
}

# A demonstration counts as one test.
# $1 its mode
demonstration() {
	printf '== demo %s\n' "$1"
	if make -s demo MODE="$1" >"$log" 2>&1 </dev/null; then
		passed=$((passed + 1))
	else
		cat "$log"
		failed=$((failed + 1))
	fi
}

# What depends on the server's major most, in few tests: values that are not
# sent, and what physical mode is about.
few='tests/t/004_toast.pl tests/t/170_subscription_options.pl tests/t/020_physical.pl tests/t/021_dump_standby.pl tests/t/022_snapshots.pl tests/t/030_promotion.pl'

# All that need no tool.
extension='tests/t/0[0-3]*.pl tests/t/170_subscription_options.pl'

everything() {
	part static
	part cases
	part unit
	part unit-sanitize
	part unit-valgrind
	part fuzz
	part regress
	part isolation
	part tap
	# A sample; it needs namespaces, as the test of the network does.
	part torture QSREPL_FAULTS=12 QSREPL_SECONDS=60
	# Chroots and mounts are root's.
	if [ "$(id -u)" -eq 0 ]; then
		part reflinks
		part major-regress MAJOR=18
		part major-tap-extension MAJOR=18 PROVE_TESTS="$few"
		# Compiling is most of it, so that is not optimized here.
		part check-deb DEB_BUILD_OPTIONS='noopt noautodbgsym'
	else
		echo '== reflinks, major-regress, check-deb: left out, only root can'
	fi
	demonstration logical
	demonstration physical
	demonstration tool
	demonstration snapshot
}

majors() {
	for major in 13 15 17 18; do
		part major-regress MAJOR="$major"
		# Debian's packages of 13 lack pg_isolation_regress.
		[ "$major" -eq 13 ] || part major-isolation MAJOR="$major"
		part major-tap-extension MAJOR="$major" PROVE_TESTS="$extension"
	done
	part major-pair PUBLISHER=15 MAJOR=17
	part major-pair PUBLISHER=13 MAJOR=18 PAIR_TESTS=tests/t/171_majors.pl
}

"${1:-everything}"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
