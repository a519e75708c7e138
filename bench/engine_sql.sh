#!/bin/sh
#
# engine_sql.sh PROGRAM ARGUMENT...
#	Run the engine's benchmark beside a scratch PostgreSQL server.
#
# The server listens on a socket in a new directory only, and is stopped and
# removed at the end, however that comes.  Where there is no server program,
# the benchmark runs without its SQL peers.

set -eu

pg_config=${PG_CONFIG:-pg_config}
bindir=$("$pg_config" --bindir 2>/dev/null || true)
sharedir=$("$pg_config" --sharedir 2>/dev/null || true)
if [ -z "$bindir" ] || [ ! -x "$bindir/initdb" ]
then
	echo "engine_sql.sh: no PostgreSQL server found, SQL peers are left out" >&2
	exec "$@"
fi

dir=$(mktemp -d)
program=

# A server does not run as root.
as_owner()
{
	if [ "$(id -u)" -eq 0 ]
	then
		setpriv --reuid postgres --regid postgres --clear-groups \
			env HOME="$dir" LC_ALL=C.UTF-8 "$@"
	else
		env LC_ALL=C.UTF-8 "$@"
	fi
}

clean_up()
{
	status=$?
	trap - EXIT
	if [ -n "$program" ]
	then
		kill "$program" 2>/dev/null || true
		wait "$program" || true
	fi
	if [ -f "$dir/data/postmaster.pid" ]
	then
		as_owner "$bindir/pg_ctl" -D "$dir/data" -m immediate -w stop \
			>/dev/null || true
	fi
	rm -rf "$dir"
	exit "$status"
}

trap clean_up EXIT
trap 'exit 1' HUP INT TERM

if [ "$(id -u)" -eq 0 ]
then
	chown postgres:postgres "$dir"
fi
cd_back=$(pwd)
cd "$dir"
as_owner "$bindir/initdb" -D "$dir/data" -U postgres -A trust \
	--encoding=UTF8 --locale=C.UTF-8 --no-sync >"$dir/initdb.log" 2>&1 || {
	cat "$dir/initdb.log" >&2
	exit 1
}
cat >>"$dir/data/postgresql.conf" <<SETTINGS
listen_addresses = ''
unix_socket_directories = '$dir'
fsync = off
autovacuum = off
shared_buffers = 256MB
max_stack_depth = 7MB
SETTINGS
start()
{
	as_owner "$bindir/pg_ctl" -D "$dir/data" -l "$dir/server.log" -w start \
		>/dev/null 2>&1
}

# The extension, where it is installed, wants to be loaded at the start.
if [ -e "$sharedir/extension/qsrepl.control" ]
then
	cp "$dir/data/postgresql.conf" "$dir/postgresql.conf"
	cat >>"$dir/data/postgresql.conf" <<SETTINGS
shared_preload_libraries = 'qsrepl'
qsrepl.local_site = 'B'
SETTINGS
	start || {
		echo "engine_sql.sh: the server does not start with qsrepl:" >&2
		cat "$dir/server.log" >&2
		cat "$dir/postgresql.conf" >"$dir/data/postgresql.conf"
	}
fi
if [ ! -f "$dir/data/postmaster.pid" ]
then
	start || {
		cat "$dir/server.log" >&2
		exit 1
	}
fi
cd "$cd_back"

# In the background: a signal is then dealt with at once.
"$@" --server "host=$dir user=postgres" &
program=$!
wait "$program"
program=
