#!/bin/sh
# tests/layers.sh must be able to fail: one wrong include at a time.
set -eu
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
here=$(pwd)

# $1 a file, $2 what it includes
refused() {
	rm -rf "$tree/core" "$tree/tool"
	cp -R core tool "$tree"
	mkdir -p "$(dirname "$tree/$1")"
	printf '#include "%s"\n' "$2" >>"$tree/$1"
	if sh "$here/tests/layers.sh" "$tree" >"$tree/log"; then
		echo "$1 may include \"$2\""
		exit 1
	fi
	grep -qF "$1: " "$tree/log" || { cat "$tree/log"; exit 1; }
}

refused core/key.c base/text.h
refused tool/base/text.c pg/query.h
refused tool/share/sync.c snapshot/snapshot.h
refused tool/pg/query.c cmd/cmd.h
refused tool/cli/main.c snapshot/snapshot.h
refused tool/cmd/check.c check/internal.h
refused tool/cmd/check.c platform/posix/files.h
refused tool/programs/scm/main.c service/service.h
refused tool/nowhere/new.c base/text.h
