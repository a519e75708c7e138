# Checks in turn, for scripts that end with "N passed, N failed".
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
