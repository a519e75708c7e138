#!/bin/sh
# The demonstration of the command qsrepl: two bare servers become a pair; the
# active role moves, a site is lost and comes back.
# usage: tool.sh BINDIR KEEP; SCRATCH is a directory to use.
set -eu
. tests/demo/common.sh
. tests/demo/command.sh

# $1 the site's letter, $2 directory, $3 port
bare() {
	"$bindir/initdb" -D "$dir/$2" -U postgres -A trust -E UTF8 --no-locale \
		--no-sync >/dev/null
	cat >>"$dir/$2/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$dir'
port = $3
fsync = off
CONF
	sites "$1" drill >"$dir/$1.conf"
	chmod 600 "$dir/$1.conf"
}

# Only what stands in the way, and the end
checked() {
	printf '   at %s$ qsrepl check\n' "$1"
	"$qsrepl" check --config "$dir/$1.conf" >"$dir/out" 2>&1 || true
	grep -E '^(fail|[0-9]+ passed|Ready)' "$dir/out" | sed 's/^/      /'
	grep -q '^Ready for switchover: yes' "$dir/out"
}

echo "qsrepl: the command. Two bare database servers become a pair of sites."

say "A server at each site; A has the repository of Qlik Sense"
bare A a "$port_a"
bare B b "$port_b"
start a
a -d postgres -c 'CREATE ROLE qliksenserepository LOGIN' -c 'CREATE DATABASE "QSR"'
a -d QSR -f "$fixtures/qsr.sql" >/dev/null
fill a

say "Three commands make the pair (the configuration is written already)"
at A config check
at A setup primary --site A
at B setup standby --site B --discard-site B

say "Could site B take over now?"
checked A
at B status

say "A drill: site B's takeover on a copy, which is removed again"
at B drill

say "The active role moves to site B, and nothing is lost"
at B switchover --to B --yes
printf '   site B stores: %s\n' "$(b -d QSR -Atc "$folders")"

say "Site B's server is killed; site A looks, and takes over"
wanted=6
at A failover --to A --yes
pid=$(head -n 1 "$dir/b/postmaster.pid")
kill -9 "$pid"
while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
at A failover --to A --accept-data-loss unknown

say "Site B comes back as a standby"
at B rejoin B --yes
checked A
printf '   site A stores: %s\n' "$(a -d QSR -Atc "$folders")"
printf '   site B shows:  %s\n' "$(b -d QSR -Atc "$folders")"

goodbye " MODE=tool"
