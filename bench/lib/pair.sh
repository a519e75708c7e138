# A pair of sites for measurements of the tool: A is in $dir/a, B in $dir/b.
# shellcheck shell=sh disable=SC2034,SC2154 # variables for, and of, who sources this
port_a=6001
port_b=6002

# $1 A or B, further lines in $2
site_section() {
	directory=a port=$port_a
	[ "$1" = A ] || directory=b port=$port_b
	cat <<CONF
[site $1]
host = ${pair_host:-$dir}
port = $port
user = postgres
data_directory = $dir/$directory
settings_file = $dir/settings_$directory
bin_directory = $bindir
${2:-}
CONF
}

# The configuration at a site; $1 A or B, $2 databases, further lines of
# [qsrepl] in $3, of [site A] in $4, of [site B] in $5; what else is there is
# added by the caller.
pair_configuration() {
	cat <<CONF
[qsrepl]
site = $1
databases = $2
journal_directory = $dir/journal_$1
${3:-}
CONF
	site_section A "${4:-}"
	site_section B "${5:-}"
	cat <<CONF
[mapping share]
kind = path
A = \\\\CN\\QlikShare
B = \\\\FS-B\\Qlik\$
[mapping cn]
kind = host
A = cn1.sitea.corp.local
B = cn2.siteb.corp.local
CONF
}

# $1 port, $2 database: the extension, the pair's mappings; rules come after
describe_sites() {
	p -p "$1" -d "$2" >/dev/null <<'SQL'
CREATE EXTENSION qsrepl;
SELECT qsrepl.set_site('A'), qsrepl.set_site('B');
SELECT qsrepl.set_mapping('share', 'path', 'A', '\\CN\QlikShare', 'B', '\\FS-B\Qlik$');
SELECT qsrepl.set_mapping('cn', 'host', 'A', 'cn1.sitea.corp.local', 'B', 'cn2.siteb.corp.local');
SQL
}

# $1 port, $2 database: rules of the profile; its rows are the site's
use_profile() {
	p -p "$1" -d "$2" >/dev/null <<'SQL'
SELECT qsrepl.load_profile();
SELECT qsrepl.localize();
VACUUM ANALYZE;
SQL
}

# $1 port, $2 database, $3 apps: made as a repository, where it is one
fill() {
	p -p "$1" -d postgres -c "CREATE DATABASE \"$2\""
	case $2 in
		QSR) fixture=qsr generate=generate ;;
		SenseServices) fixture=sense_services generate=sense_services_generate ;;
		*) return 0 ;;
	esac
	p -p "$1" -d "$2" -f "tests/fixtures/$fixture.sql"
	p -p "$1" -d "$2" -v apps="$3" -v seed=42 -f "tests/fixtures/$generate.sql"
}

# $1 port, further: databases; how big they are
size_of() {
	port=$1
	shift
	names=$(printf "'%s'," "$@")
	p -p "$port" -d postgres -c "SELECT pg_size_pretty(sum(pg_database_size(datname))) FROM pg_database WHERE datname IN (${names%,})"
}

# A table of connections with two ruled columns.
conn_table='CREATE TABLE conn (id int PRIMARY KEY, name text, path text, connection text, owner uuid)'
# $1 rows, $2 every how manieth row holds values of site A
conn_rows() {
	printf '%s' "INSERT INTO conn SELECT g, 'Connection ' || g,
		CASE WHEN g % $2 = 0 THEN '\\\\CN\\QlikShare\\Data\\' || g ELSE '\\\\files\\share\\Data\\' || g END,
		CASE WHEN g % $2 = 0 THEN 'OLEDB CONNECT TO [Provider=SQLOLEDB.1;Initial Catalog=DW' || g || ';Data Source=cn1.sitea.corp.local;Packet Size=4096;]'
			ELSE 'OLEDB CONNECT TO [Provider=SQLOLEDB.1;Initial Catalog=DW' || g || ';Data Source=sql.corp.local;Packet Size=4096;]' END,
		md5(g::text)::uuid FROM generate_series(1, $1) g"
}
# $1 port
describe_conn() {
	describe_sites "$1" bench
	p -p "$1" -d bench >/dev/null -c "SELECT qsrepl.add_rule('conn', 'path', 'path'), qsrepl.add_rule('conn', 'connection', 'text')" \
		-c 'SELECT qsrepl.localize()'
}
