# Patroni with one etcd: servers p1 (port 6025) and p2 (6026); its own times
# for noticing that the leader is lost (ttl 30 s, loop_wait 10 s).
# shellcheck shell=sh disable=SC2034,SC2154 # variables of, and for, who sources this
patroni_ports='6025 6026'

patroni_missing() {
	for program in patroni patronictl etcd; do
		command -v "$program" >/dev/null || { echo "no $program (packages patroni, python3-etcd, etcd-server)"; break; }
	done
}

# $1 number
patroni_conf() {
	cat <<CONF
scope: bench
name: p$1
restapi: {listen: '127.0.0.1:603$1', connect_address: '127.0.0.1:603$1'}
etcd3: {host: '127.0.0.1:6041'}
bootstrap:
  dcs:
    ttl: 30
    loop_wait: 10
    retry_timeout: 10
    maximum_lag_on_failover: 104857600
    postgresql: {use_pg_rewind: true, use_slots: true}
postgresql:
  listen: 127.0.0.1:$((6024 + $1))
  connect_address: 127.0.0.1:$((6024 + $1))
  data_dir: $dir/p$1
  bin_dir: $bindir
  pgpass: $dir/pgpass$1
  use_unix_socket: false
  pg_hba: ['local all all trust', 'host all all 127.0.0.1/32 trust', 'host replication all 127.0.0.1/32 trust']
  authentication:
    superuser: {username: postgres}
    replication: {username: postgres}
    rewind: {username: postgres}
CONF
}

# $1 number
patroni_start() {
	patroni "$dir/patroni$1.yml" >>"$dir/patroni$1.log" 2>&1 9>&- &
	echo $! >"$dir/patroni$1.pid"
}

# $1 number: is it the leader?
patroni_leads() { curl -sf "http://127.0.0.1:603$1/leader" >/dev/null; }

patroni_setup() {
	etcd --data-dir "$dir/etcd" --listen-client-urls http://127.0.0.1:6041 --advertise-client-urls http://127.0.0.1:6041 \
		--listen-peer-urls http://127.0.0.1:6042 --initial-advertise-peer-urls http://127.0.0.1:6042 \
		--initial-cluster default=http://127.0.0.1:6042 >"$dir/etcd.log" 2>&1 &
	echo $! >"$dir/etcd.pid"
	patroni_conf 1 >"$dir/patroni1.yml"
	patroni_conf 2 >"$dir/patroni2.yml"
	plant p1
	patroni_start 1
	wait_for 60 p 6025 -c "SELECT 1 / (NOT pg_is_in_recovery())::int"
	patroni_start 2
	wait_for 120 is_following 6026 6025
}
patroni_switchover() {
	patronictl -c "$dir/patroni$1.yml" switchover --leader "p$1" --candidate "p$2" --force bench >"$dir/out" 2>&1 || { cat "$dir/out"; return 1; }
}
# Nobody gives a command: the other one notices.
patroni_failover() { wait_for 120 p $((6024 + $2)) -c "SELECT 1 / (NOT pg_is_in_recovery())::int"; }
patroni_kill() {
	kill -9 "$(cat "$dir/patroni$1.pid")"
	kill_server "p$1"
}
patroni_rejoin() { patroni_start "$1"; }
patroni_facts() { :; }
