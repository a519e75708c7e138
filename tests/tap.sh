#!/bin/sh
# Run the TAP tests against real clusters.
# usage: tap.sh BINDIR PGXS_TEST_DIR [TEST ...]; SCRATCH is a directory to use.
set -eu
. tests/perl_tests.sh
pgtest=$2
shift 2
# The longest ones are not to be waited for alone at the end.
if [ $# -eq 0 ]; then
	set -- tests/t/177_docs_run.pl tests/t/186_docs_run_logical.pl
	for file in tests/t/*.pl; do
		[ "$file" = "$1" ] || [ "$file" = "$2" ] || set -- "$@" "$file"
	done
fi
PG_TEST_TIMEOUT_DEFAULT=${PG_TEST_TIMEOUT_DEFAULT:-180}
export PG_TEST_TIMEOUT_DEFAULT
status=0
prove --nocolor -j "${TAP_JOBS:-3}" -I "$pgtest/perl" -I tests/lib "$@" \
	>"$SCRATCH/prove" 2>&1 || status=$?
cat "$SCRATCH/prove"
if [ "$status" -ne 0 ]; then
	for log in "$SCRATCH"/tmp_check/log/regress_log_* \
		"$SCRATCH"/log/regress_log_*; do
		[ -f "$log" ] || continue
		# Newer majors write the time before each line.
		grep -qE '^(\[.*\] ?)?(not ok|#.*(died|Failed)|error running)' "$log" ||
			continue
		echo "== $(basename "$log")"
		tail -n 60 "$log"
	done
fi
# prove counts files and tests; files that died have no failed test.
tests=$(sed -nE 's/^Files=[0-9]+, Tests=([0-9]+),.*/\1/p' "$SCRATCH/prove")
failed=$(sed -nE 's/.*Failed: ([0-9]+)\).*/\1/p' "$SCRATCH/prove" |
	awk '{ n += $1 } END { print n + 0 }')
[ "$status" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
passed=$((${tests:-0} - failed))
[ "$passed" -ge 0 ] || passed=0
echo "$passed passed, $failed failed"
exit "$status"
