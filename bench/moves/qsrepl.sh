# The tool: sites A (directory a, port 6021) and B (b, 6022).
# shellcheck shell=sh disable=SC2034,SC2154 # variables of, and for, who sources this
qsrepl_ports='6021 6022'

# $1 site of the machine, further: words
qsrepl() {
	at=$1
	shift
	"$tool" "$@" --config "$dir/qsrepl_$at.conf"
}

qsrepl_setup() {
	plant a "port = 6021"
	start a
	p 6021 -c "ALTER DATABASE \"$database\" RESET qsrepl.local_site"
	"$bindir/initdb" -D "$dir/b" -U postgres -A trust -E UTF8 --no-locale --no-sync >/dev/null
	printf "listen_addresses = '127.0.0.1'\nunix_socket_directories = '%s'\nport = 6022\nshared_buffers = 256MB\nwal_log_hints = on\n" \
		"$dir" >>"$dir/b/postgresql.conf"
	for site in A B; do
		(umask 077 && pair_configuration "$site" "$database" >"$dir/qsrepl_$site.conf")
	done
	qsrepl A setup primary --site A --yes >"$dir/out"
	p 6021 -c "SELECT qsrepl.add_rule('ledger', 'path', 'path')" >/dev/null
	qsrepl B setup standby --site B --discard-site B --yes >"$dir/out"
}

# $1 from, $2 to: sites by 1 and 2
qsrepl_site() { [ "$1" = 1 ] && echo A || echo B; }
qsrepl_directory() { [ "$1" = 1 ] && echo a || echo b; }

qsrepl_switchover() {
	target=$(qsrepl_site "$2")
	qsrepl "$target" switchover --to "$target" --yes --drain 0ms --json >"$dir/told_by_tool" 2>"$dir/err" || { cat "$dir/err"; return 1; }
}
qsrepl_failover() {
	target=$(qsrepl_site "$2")
	qsrepl "$target" failover --to "$target" --yes --accept-data-loss unknown --json >"$dir/told_by_tool" 2>"$dir/err" || { cat "$dir/err"; return 1; }
}
qsrepl_kill() { kill_server "$(qsrepl_directory "$1")"; }
qsrepl_rejoin() {
	qsrepl "$(qsrepl_site "$1")" rejoin "$(qsrepl_site "$1")" --yes >"$dir/out" 2>"$dir/err" || { cat "$dir/err"; return 1; }
}

# What the journal of the newest run says: a line a step, "NAME MS"
qsrepl_steps() {
	# shellcheck disable=SC2012 # names of our own
	newest=$(ls -t "$dir"/journal_*/*.jsonl | head -1)
	sed -n 's/.*"event":"end".*/&/p' "$newest" | perl -ne '
		my ($step) = /"step":"(\w+)"/; my ($ms) = /"ms":(\d+)/;
		print "$step $ms\n" if defined $ms;'
}

# $1 case: what the tool itself says of the move that is over
qsrepl_facts() {
	sample 'by its own word' "$1" qsrepl ms "$(sed -n 's/.*"writable_ms": *\([0-9]*\).*/\1/p' "$dir/told_by_tool")"
	case $1 in
		switchover)
			qsrepl_steps >"$dir/steps"
			while read -r step took; do
				sample 'steps of a switchover' "$step" qsrepl ms "$took"
			done <"$dir/steps"
			# The checkpoint is the shutdown's, made before the fence.
			sample 'part of PostgreSQL itself' switchover 'checkpoint, shutdown, promotion' percent "$(awk -v all="$((until - began))" '
				$1 ~ /^(checkpoint|stop|promote)$/ { ms += $2 } END { printf "%.1f", 100 * ms / all }' "$dir/steps")"
			;;
		cut)
			sample 'a line that was cut' "two seconds before the loss" 'told before (transactions at most)' count \
				"$(sed -n 's/.*at most .*, \([0-9]*\) transactions.*/\1/p' "$dir/err")"
			sample 'a line that was cut' "two seconds before the loss" "lost (the writer's rows)" count "$lost"
			;;
	esac
}
