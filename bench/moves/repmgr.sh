# repmgr: servers r1 (port 6023) and r2 (6024).  It calls the other node by
# ssh; both are this machine, so that a stand-in runs the words here.
# shellcheck shell=sh disable=SC2034,SC2154 # variables of, and for, who sources this
repmgr_ports='6023 6024'

repmgr_missing() {
	[ -x "$bindir/repmgr" ] || echo "no repmgr in $bindir (package postgresql-15-repmgr)"
}

# $1 number, $2 port
repmgr_conf() {
	cat <<CONF
node_id = $1
node_name = 'r$1'
conninfo = 'host=127.0.0.1 port=$2 user=postgres dbname=repmgr connect_timeout=2'
data_directory = '$dir/r$1'
pg_bindir = '$bindir'
use_replication_slots = true
ssh_options = '-q'
service_start_command = '$bindir/pg_ctl -D $dir/r$1 -l $dir/r$1.log -o "-p $2" -w start'
service_stop_command = '$bindir/pg_ctl -D $dir/r$1 -m fast -w stop'
service_restart_command = '$bindir/pg_ctl -D $dir/r$1 -l $dir/r$1.log -m fast -w restart'
service_promote_command = '$bindir/pg_ctl -D $dir/r$1 -w promote'
log_level = WARNING
CONF
}

repmgr_run() {
	node=$1
	shift
	PATH="$dir/bin:$PATH" "$bindir/repmgr" -f "$dir/repmgr$node.conf" "$@" >"$dir/out" 2>&1 || { cat "$dir/out"; return 1; }
}

repmgr_setup() {
	mkdir -p "$dir/bin"
	cat >"$dir/bin/ssh" <<'SSH'
#!/bin/sh
# Options and the host are passed over; what follows is run here.
while [ $# -gt 0 ]; do
	case $1 in
	-o) shift 2 ;;
	-*) shift ;;
	*) break ;;
	esac
done
shift
exec sh -c "$*"
SSH
	chmod 755 "$dir/bin/ssh"
	repmgr_conf 1 6023 >"$dir/repmgr1.conf"
	repmgr_conf 2 6024 >"$dir/repmgr2.conf"
	plant r1 "shared_preload_libraries = 'repmgr'"
	start r1 '-p 6023'
	p 6023 -c 'CREATE DATABASE repmgr'
	repmgr_run 1 primary register
	repmgr_run 2 -h 127.0.0.1 -p 6023 -U postgres -d repmgr standby clone -c
	start r2 '-p 6024'
	repmgr_run 2 standby register
}
repmgr_switchover() { repmgr_run "$2" standby switchover; }
repmgr_failover() { repmgr_run "$2" standby promote; }
repmgr_kill() { kill_server "r$1"; }
# It wants a server that was shut down, and pg_rewind a source whose control
# file knows of its promotion.
repmgr_rejoin() {
	p $((6025 - $1)) -c CHECKPOINT
	start "r$1" "-p $((6022 + $1))"
	"$bindir/pg_ctl" -D "$dir/r$1" -m fast -w stop >/dev/null
	repmgr_run "$1" node rejoin --force-rewind -d "host=127.0.0.1 port=$((6025 - $1)) user=postgres dbname=repmgr"
}
repmgr_facts() { :; }
