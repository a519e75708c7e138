#!/bin/sh
# The engine beside its peers, those in SQL in a server.
# usage: run.sh BINDIR RESULTS PROGRAM ROUNDS; SCRATCH is a directory to use.
set -eu
. bench/lib/common.sh
. bench/lib/servers.sh
program=$1
rounds=$2
server_locale=C.UTF-8
server_settings='max_stack_depth = 7MB'
create b 6001 qsrepl B
setup "generated values, $rounds rounds; processor time"
"$program" --rounds "$rounds" --results "$results" --server "host=$dir port=6001 user=postgres"
