#!/bin/sh
# Coverage of core, extension and tool by lines: builds a copy of the tree with
# gcov's counters, runs tests in it and prints a table.
# usage: coverage.sh DIRECTORY PART ...; a part is unit, regress, isolation, or
# tap (COVERAGE_TAP: which files). The servers' extension is installed with
# counters meanwhile, and as it is in this tree at the end.
set -eu
directory=$1
shift
rm -rf "$directory"
mkdir -p "$directory/tree"
git ls-files -z --cached --others --exclude-standard |
	xargs -0 cp --parents -t "$directory/tree"
tree=$(cd "$directory/tree" && pwd)
counters=$(mktemp -d "${TMPDIR:-/tmp}/coverage.XXXXXX")
chmod 1777 "$counters"
trap 'rm -rf "$counters"' EXIT
installed=no
status=0

# Optimized code shares lines between ways that end alike.
flags='-O0 -g --coverage -fprofile-update=atomic'
for part; do
	started=$(date +%s)
	case $part in
	unit)
		make -s -C "$tree" -f tests/unit.mk unit BUILD=build WARN=-w \
			PLAIN_CFLAGS="$flags" >"$directory/$part.log" 2>&1 || status=1
		;;
	*)
		installed=yes
		GCOV_PREFIX=$counters make -s -C "$tree" "$part" WARN=-w \
			CFLAGS="$flags" COPT="$flags" PROVE_TESTS="${COVERAGE_TAP-}" \
			>"$directory/$part.log" 2>&1 || status=1
		;;
	esac
	echo "$part: $(tail -n 1 "$directory/$part.log"), $(($(date +%s) - started)) s"
done
[ "$installed" = no ] || make -s install-extension
[ ! -d "$counters$tree" ] || cp -R "$counters$tree/." "$tree/"
# shellcheck disable=SC2086 # an option with its argument
perl tests/coverage.pl ${COVERAGE_FULL:+--full $COVERAGE_FULL} "$tree" || status=1
exit "$status"
