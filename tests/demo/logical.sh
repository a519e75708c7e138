#!/bin/sh
# The demonstration: two sites in a scratch directory, logical replication
# between them, and what the extension makes of it, step by step.
# usage: logical.sh BINDIR KEEP; SCRATCH is a directory to use.
set -eu
. tests/demo/common.sh

# Wait until site B has applied all that site A has written up to now.
caught_up() {
	lsn=$(a -d QSR -Atc "SELECT pg_current_wal_lsn()")
	for _ in $(seq 600); do
		[ "$(a -d QSR -Atc "SELECT count(*) FROM pg_stat_replication
			WHERE application_name = 'qsr' AND replay_lsn >= '$lsn'")" = 1 ] && return 0
		sleep 0.1
	done
	echo "site B did not catch up" >&2
	tail -n 20 "$dir/b.log" >&2
	exit 1
}

synchronized() {
	for _ in $(seq 600); do
		[ "$(b -d QSR -Atc "SELECT count(*) FROM pg_subscription_rel
			WHERE srsubstate <> 'r'")" = 0 ] && return 0
		sleep 0.1
	done
	echo "the initial copy did not end" >&2
	tail -n 20 "$dir/b.log" >&2
	exit 1
}

show() {
	printf '   site A:  %s\n' "$(a -d QSR -Atc "$1")"
	caught_up
	printf '   site B:  %s\n' "$(b -d QSR -Atc "$1")"
}

echo "qsrepl: logical replication between two Qlik Sense sites, rewritten on the way"

say "Two database servers, one a site"
create a A "$port_a"
create b B "$port_b"
for site in a b; do
	$site -d postgres -c 'CREATE DATABASE "QSR"'
	$site -d QSR -c 'CREATE EXTENSION qsrepl'
	$site -d QSR -f "$fixtures/qsr.sql" >/dev/null
done
fill a

say "What differs between the sites is told to site B"
describe b
b -d QSR -Atc 'SELECT qsrepl.enable()' >/dev/null

say "Publication at A, subscription at B, initial copy"
tables=$(a -d QSR -Atc "SELECT string_agg(format('%I.%I', schemaname, tablename), ', ')
	FROM pg_tables WHERE schemaname = 'public'")
a -d QSR -c "CREATE PUBLICATION qsr FOR TABLE $tables"
b -d QSR -c 'SET client_min_messages = error' -c "CREATE SUBSCRIPTION qsr
	CONNECTION 'host=$dir port=$port_a dbname=QSR user=postgres' PUBLICATION qsr"
synchronized
folders='SELECT "RootFolder" FROM "ServiceClusterSettingsSharedPersistenceProperties"'
show "$folders"

id=00000000-0000-4000-8000-00000000d340
say "A row inserted at site A"
a -d QSR -c "INSERT INTO \"DataConnections\" (\"ID\", \"Name\", \"ConnectionString\", \"Type\")
	VALUES ('$id', 'Apps of \\\\CN\\QlikShare', '\\\\CN\\QlikShare\\Apps', 'folder')"
row="SELECT \"ConnectionString\" FROM \"DataConnections\" WHERE \"ID\" = '$id'"
show "$row"
echo "   Its name stays as it is, since scripts refer to it:"
show "SELECT \"Name\" FROM \"DataConnections\" WHERE \"ID\" = '$id'"

say "An UPDATE at site A"
a -d QSR -c "UPDATE \"DataConnections\" SET \"ConnectionString\" =
	'CUSTOM CONNECT TO \"provider=QvOdbcConnectorPackage.exe;driver=postgres;host=CN1;port=4432;db=QSR;\"'
	WHERE \"ID\" = '$id'"
show "$row"

say "A DELETE at site A"
a -d QSR -c "DELETE FROM \"DataConnections\" WHERE \"ID\" = '$id'"
show "SELECT count(*) || ' rows' FROM \"DataConnections\" WHERE \"ID\" = '$id'"

say "Stored values of other sites at site B: qsrepl.leaks()"
leaks=$(b -d QSR -Atc 'SELECT count(*) FROM qsrepl.leaks()')
printf '   %s\n' "$leaks"

say "What the rules have done at site B: qsrepl.stat_rules"
b -d QSR -P border=1 -P footer=off -c '
	SELECT relation, "column", form, seen, rewritten, refused
	FROM qsrepl.stat_rules WHERE rewritten > 0 ORDER BY rewritten DESC, 1, 2 LIMIT 8'

say "qsrepl.check() at site B"
b -d QSR -Atc "SELECT '   ' || severity || ': ' || object || ': ' || problem FROM qsrepl.check()"
printf '   %s problems\n' "$(b -d QSR -Atc "SELECT count(*) FROM qsrepl.check() WHERE severity = 'error'")"

# The demonstration is a test too.
root=$(b -d QSR -Atc "$folders")
if [ "$leaks" != 0 ] || [ "$root" != '\\FS-B\Qlik$' ]; then
	echo "The demonstration failed: site B holds values of site A." >&2
	exit 1
fi
goodbye ''
