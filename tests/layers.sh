#!/bin/sh
# Which room's headers a room may include; docs/development.md says why.
# Prints each include that is not allowed, and fails.
# usage: layers.sh [DIRECTORY] (of the tree)
set -eu
cd "${1:-.}"

# A room, and those whose headers it may include besides its own: each stands
# above in this list, so that no two rooms need one another. All but core may
# use "base" and "platform" once these stand above. The headers of core have no
# folder in their names.
rooms='
core:
base: core
platform: base
progress: base platform
programs: base platform
rules: base platform core
exchange: base platform
config: base platform core
plan: base platform progress
pg: base platform
powershell: base platform config
dns: base platform config
hosts: base platform config powershell
cert: base platform config powershell
seal: base platform pg
site: base platform core config pg
server: base platform config pg
service: base platform config pg site powershell
share: base platform core config site powershell progress
snapshot: base platform config pg server seal share
scratch: base platform config pg server
compare: base platform config pg site progress
check: base platform config pg site server cert seal service share dns hosts
drill: base platform config pg site server cert check
cmd: base platform core config rules plan progress pg dns hosts cert seal site server service share snapshot scratch compare check drill exchange
cli: base platform config cmd server
'

# Every include of ours: file, room, header's room, header.
includes() {
	grep -HE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' \
		core/*.[ch] tool/*/*.[ch] tool/*/*/*.[ch] |
		sed -E 's/^([^:]+):[^"]*"([^"]+)".*/\1 \2/' |
		awk '{
			n = split($1, path, "/")
			room = path[1] == "core" ? "core" : path[2]
			slash = index($2, "/")
			header = slash > 0 ? substr($2, 1, slash - 1) : "core"
			print $1, room, header, $2
		}'
}

list=$(mktemp)
trap 'rm -f "$list"' EXIT
includes >"$list"
wrong=$(printf '%s\n' "$rooms" | awk '
	NR == FNR {
		if ($0 == "")
			next
		room = $1
		sub(":", "", room)
		for (i = 2; i <= NF; i++) {
			if (!($i in known))
				print "table: " room " names " $i ", which does not stand above it"
			allowed[room, $i] = 1
		}
		known[room] = allowed[room, room] = 1
		next
	}
	!($2 in known) {
		print $1 ": the room " $2 " is not in the table of tests/layers.sh"
		next
	}
	!(($2, $3) in allowed) {
		print $1 ": " $2 " may not include \"" $4 "\""
	}
	# What only the files of a room may know.
	$4 ~ /(^|\/)internal\.h$/ && $2 != $3 {
		print $1 ": \"" $4 "\" is private to " $3
	}
	# Only platform knows which system it is.
	$4 ~ /^platform\/(posix|win32)\// && $2 != "platform" {
		print $1 ": \"" $4 "\" is private to platform"
	}
	{ seen[$2] = 1 }
	END {
		for (room in known)
			if (!(room in seen) && room != "core")
				print "table: there is no room " room
	}' - "$list")
if [ -n "$wrong" ]; then
	printf '%s\n' "$wrong"
	exit 1
fi
