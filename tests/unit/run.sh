#!/bin/sh
# Run test programs, show those that fail, and add their last lines up.
#
#	run.sh PROGRAM...
#
# RUNNER is put before each program (valgrind).
set -u
log=$(mktemp)
trap 'rm -f "$log"' EXIT
. tests/checks.sh

for program; do
	started=$(date +%s)
	# shellcheck disable=SC2086 # a list of words
	if ${RUNNER-} "$program" >"$log" 2>&1 </dev/null; then
		status=0
	else
		status=$?
	fi
	last_line "$status"
	if [ "$wrong" -ne 0 ]; then
		cat "$log"
	else
		grep -a '^seed ' "$log"
	fi
	printf '%-18s %s passed, %s failed, %s s\n' "${program##*/}" \
		"$here" "$wrong" "$(($(date +%s) - started))"
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
