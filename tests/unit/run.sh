#!/bin/sh
# Run test programs, show those that fail, and add their last lines up.
#
#	run.sh PROGRAM...
#
# RUNNER is put before each program (valgrind).
set -u
passed=0
failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

for program; do
	started=$(date +%s)
	# shellcheck disable=SC2086 # a list of words
	if ${RUNNER-} "$program" >"$log" 2>&1 </dev/null; then
		status=0
	else
		status=$?
	fi
	line=$(grep -aE '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1)
	here=${line%% *}
	wrong=${line#*, }
	wrong=${wrong%% *}
	# A program that died, or says nothing, has failed.
	if [ -z "$line" ] || { [ "$status" -ne 0 ] && [ "$wrong" -eq 0 ]; }; then
		wrong=1
		echo "exit code $status" >>"$log"
	fi
	if [ "$wrong" -ne 0 ]; then
		cat "$log"
	else
		grep -a '^seed ' "$log"
	fi
	passed=$((passed + ${here:-0}))
	failed=$((failed + wrong))
	printf '%-18s %s passed, %s failed, %s s\n' "${program##*/}" \
		"${here:-0}" "$wrong" "$(($(date +%s) - started))"
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
