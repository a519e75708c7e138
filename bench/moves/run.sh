#!/bin/sh
# How long the active role's move takes, seen by a client: a planned switchover
# and the loss of the active server, under load, beside repmgr and Patroni.
# usage: run.sh BINDIR RESULTS MEGABYTES APPS ROUNDS TPS; SCRATCH is a directory
# to use.
#
# writable	from the command's start (failover: too; Patroni's: from the loss,
#			as it has no command) until a client's write at the other server was
#			acknowledged
# gap		from the client's last write at the one to the first at the other
# lost		acknowledged rows that the other one does not have
#
# "cut" is a failover where the line between the sites was cut two seconds before
# the active server was lost: what is lost, beside what qsrepl told before.
set -eu
. bench/lib/common.sh
. bench/lib/pair.sh
. bench/moves/common.sh
. bench/moves/qsrepl.sh
. bench/moves/repmgr.sh
. bench/moves/patroni.sh
megabytes=$1
apps=$2
rounds=$3
rate=$4

# $1 port of the standby: it gets nothing any more
cut_line() {
	p "$1" -c "ALTER SYSTEM SET primary_conninfo = ''" -c 'SELECT pg_reload_conf()' >/dev/null
	wait_for 10 p "$1" -c 'SELECT 1 / (count(*) = 0)::int FROM pg_stat_wal_receiver'
	sleep 2
}

# $1 case, $2 who, $3 from, $4 to: servers by 1 and 2
measure() {
	eval "set -- $1 $2 $3 $4 \$${2}_ports"
	from=$([ "$3" = 1 ] && echo "$5" || echo "$6")
	to=$([ "$4" = 1 ] && echo "$5" || echo "$6")
	wait_for 120 is_following "$to" "$from"
	clients_start "$from" "$to"
	began=$(now_ms)
	[ "$1" != cut ] || cut_line "$to"
	[ "$1" = switchover ] || "$2_kill" "$3" 9>&-
	[ "$1" != cut ] || p "$to" -c 'ALTER SYSTEM RESET primary_conninfo'
	[ "$2" = patroni ] || began=$(now_ms)
	# The pipe that ends the writer is no server's.
	if [ "$1" = switchover ]; then
		"$2_switchover" "$3" "$4" 9>&-
	else
		"$2_failover" "$3" "$4" 9>&-
	fi
	command=$(($(now_ms) - began))
	clients_stop "$to"
	[ "$1" = cut ] || record "$1" "$2"
	"$2_facts" "$1"
	if [ "$1" != switchover ]; then
		[ "$2" != qsrepl ] || sed -n 's/^/    it told: /; /risk\|most\|since/p' "$dir/err"
		"$2_rejoin" "$3"
		wait_for 120 is_following "$from" "$to"
	fi
}

make_seed "$megabytes" "$apps"
setup "database of $size, $rate transactions a second of pgbench and one writer, $rounds rounds; the servers wait for the disk"
contenders=qsrepl
qsrepl_setup
for peer in repmgr patroni; do
	why=$("${peer}_missing")
	if [ -n "$why" ]; then
		absent "$peer" "$why"
	elif "${peer}_setup"; then
		contenders="$contenders $peer"
	else
		absent "$peer" 'it could not be set up'
	fi
done
rm -rf "$dir/seed"
for round in $(seq "$rounds"); do
	echo "round $round of $rounds"
	for who in $contenders; do measure switchover "$who" 1 2; done
	for who in $contenders; do measure failover "$who" 2 1; done
	measure switchover qsrepl 1 2
	measure cut qsrepl 2 1
done
