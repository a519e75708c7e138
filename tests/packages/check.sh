#!/bin/sh
# The source archive and the Debian packages. Ends with "N passed, N failed".
# usage: check.sh VERSION PG_CONFIG
set -u
version=$1
pg_config=$2
major=$("$pg_config" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
log=$scratch/log

# The end says what went wrong.
shown() { tail -n 60; }
. tests/checks.sh

archive=build/dist/qsrepl-$version.tar.gz
server=build/deb/postgresql-$major-qsrepl_$version
tool=build/deb/qsrepl_$version

# Two clones, in folders of different names, of users with other settings.
two_clones() {
	git clone -q . "$scratch/one" && git clone -q . "$scratch/a longer name" &&
		git -C "$scratch/one" config tar.umask 0077 &&
		git -C "$scratch/a longer name" config core.autocrlf true &&
		touch "$scratch/one/not tracked" &&
		(cd "$scratch/one" && umask 077 && scripts/dist "$version" dist) &&
		(cd "$scratch/a longer name" && TZ=Asia/Tokyo scripts/dist "$version" dist) &&
		cmp "$scratch/one/dist/qsrepl-$version.tar.gz" \
			"$scratch/a longer name/dist/qsrepl-$version.tar.gz"
}
same_as_clones() {
	cmp "$archive" "$scratch/one/dist/qsrepl-$version.tar.gz"
}
only_tracked() {
	tar -tzf "$archive" | grep -v '/$' | sed "s|^qsrepl-$version/||" |
		sort >"$scratch/in"
	git ls-tree -r --name-only -z HEAD | tr '\0' '\n' | sort >"$scratch/tracked"
	cmp "$scratch/in" "$scratch/tracked"
}
one_owner() {
	times=$(tar --full-time --numeric-owner -tvzf "$archive" |
		awk '{ print $2, $4, $5 }' | sort -u)
	echo "$times"
	[ "$(echo "$times" | wc -l)" -eq 1 ] && [ "${times%% *}" = 0/0 ]
}
packages_built() {
	make -s deb PG_CONFIG="$pg_config"
}
tree_clean() {
	git status --porcelain >"$scratch/after" && cmp "$scratch/before" "$scratch/after"
}
lintian_says_nothing() {
	! grep -E '^[EW]: ' build/deb/lintian.log
}
# What is in each package, but for documents.
contents() {
	dpkg -c "$1" | awk '$1 !~ /^d/ { print $6 }' | sed 's|^\./||' |
		grep -v '^usr/share/doc/' | LC_ALL=C sort
}
server_contents() {
	sed "s/MAJOR/$major/" tests/packages/server.list >"$scratch/server.list"
	contents "$server"-*.deb | diff - "$scratch/server.list"
}
tool_contents() {
	contents "$tool"-*.deb | diff - tests/packages/tool.list
}
documents() {
	for file in docs/*.md; do
		dpkg -c "$tool"-*.deb | grep -q "usr/share/doc/qsrepl/$(basename "$file")" || return 1
	done
}
# systemd wants to see the programs: those of the package, unpacked.
units_verified() {
	dpkg -x "$tool"-*.deb "$scratch/tool" || return 1
	mkdir "$scratch/units"
	for unit in "$scratch"/tool/lib/systemd/system/*; do
		sed "s|/usr/bin/qsrepl|$scratch/tool/usr/bin/qsrepl|" "$unit" \
			>"$scratch/units/$(basename "$unit")"
	done
	systemd-analyze verify --man=no "$scratch"/units/* &&
		[ "$(find "$scratch/units" -name '*.timer' | wc -l)" -ge 4 ]
}
units_confined() {
	for unit in "$scratch"/units/*.service; do
		systemd-analyze security --offline=yes --threshold=20 "$unit" || return 1
		! grep -E '^(RemoveIPC|DynamicUser)=' "$unit" || return 1
	done
}
# Each option that a unit uses is one that the command has.
units_commands() {
	sed -n 's|^ExecStart=/usr/bin/qsrepl ||p' packaging/systemd/*.service >"$scratch/lines"
	[ -s "$scratch/lines" ] || return 1
	while read -r line; do
		words=${line%%--*}
		# shellcheck disable=SC2086 # words
		"$scratch/tool/usr/bin/qsrepl" $words --help >"$scratch/help" || return 1
		for option in $line; do
			case $option in --*) grep -q -e "$option" "$scratch/help" || return 1 ;; esac
		done
	done <"$scratch/lines"
}
# make install names its own directory.
units_elsewhere() {
	make -s install-units DESTDIR="$scratch/usr" prefix=/opt/q || return 1
	! grep -r /usr/bin "$scratch/usr" && grep -q '^ExecStart=/opt/q/bin/qsrepl' \
		"$scratch/usr/opt/q/lib/systemd/system/qsrepl-share.service"
}

git status --porcelain >"$scratch/before"
check "two clones make the same archive" two_clones
check "packages are built from the archive alone" packages_built
check "the tree's own archive is the same, too" same_as_clones
check "what is tracked is in it, and nothing else" only_tracked
check "one owner and one time" one_owner
check "the tree is as it was" tree_clean
check "lintian finds no errors and no warnings" lintian_says_nothing
check "postgresql-$major-qsrepl has what it should have" server_contents
check "qsrepl has what it should have" tool_contents
check "qsrepl has the documentation" documents
check "systemd-analyze verify" units_verified
check "systemd-analyze security" units_confined
check "units call commands that there are" units_commands
check "units of another prefix" units_elsewhere

# Chroots are root's.
if [ "$(id -u)" -eq 0 ]; then
	scripts/in-major clean sh tests/packages/installed.sh "$major" "$version" \
		>"$scratch/installed" 2>&1
	cat "$scratch/installed"
	good=$(grep -c '^ok ' "$scratch/installed")
	passed=$((passed + good))
	# All of them, or it ended early.
	failed=$((failed + $(grep -c '^check "' tests/packages/installed.sh) - good))
else
	echo 'installation: left out, only root can'
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
