# What scripts share that end with "N passed, N failed".
# shellcheck shell=sh disable=SC2154 # log is the sourcing script's: a file
passed=0
failed=0

# $1 what is checked; the rest: the command, whose output is shown on failure
check() {
	what=$1
	shift
	if "$@" >"$log" 2>&1; then
		passed=$((passed + 1))
		echo "ok      $what"
	else
		failed=$((failed + 1))
		echo "FAILED  $what"
		sed 's/^/    /' "$log" | shown
	fi
}

# What a program's own last line says, in $log: $1 its exit code; sets here and
# wrong.  One that died, or says nothing, has failed.
last_line() {
	line=$(grep -aE '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1)
	here=${line%% *}
	here=${here:-0}
	wrong=${line#*, }
	wrong=${wrong%% *}
	if [ -z "$line" ] || { [ "$1" -ne 0 ] && [ "$wrong" -eq 0 ]; }; then
		wrong=1
		echo "exit code $1" >>"$log"
	fi
	passed=$((passed + here))
	failed=$((failed + wrong))
}
