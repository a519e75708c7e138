#!/bin/sh
# How long certificates take to the other site, median of 20 runs: "cert sync"
# at the active site, which seals a set that has changed, stores it, and has it
# opened and installed at the passive site once it has come there.
# usage: run.sh BINDIR JSON NODES; SCRATCH is a directory to use.
set -eu
. bench/physical/common.sh
nodes=$3
runs=20
wanted=1000
tool=$PWD/build/qsrepl
marker=1.3.6.1.5.5.7.13.3=ASN1:UTF8String:bench

# $1 directory, $2 name, $3 file: a certificate of the set's root
issue() {
	openssl req -newkey rsa:2048 -nodes -keyout "$1/$3_key.pem" -out "$1/csr" -subj "/CN=$2" -addext "$marker"
	openssl x509 -req -in "$1/csr" -CA "$1/root.pem" -CAkey "$1/root_key.pem" -out "$1/$3.pem" -days 400 -copy_extensions copy
	rm "$1/csr"
}

# $1 directory: a set of a site with so many nodes
make_set() {
	mkdir "$1"
	{
		openssl req -x509 -newkey rsa:2048 -nodes -keyout "$1/root_key.pem" -out "$1/root.pem" -subj /CN=CN-CA -days 400 -addext "$marker"
		issue "$1" QlikClient client
		issue "$1" CN server
		for node in $(seq 2 "$nodes"); do
			mkdir "$1/N$node"
			cp "$1/root.pem" "$1/root_key.pem" "$1/N$node"
			issue "$1/N$node" "N$node" server
			rm "$1/N$node"/root*
		done
	} >"$dir/openssl.log" 2>&1
}

# $1 site, $2 the other one
configuration() {
	cat <<CONF
[qsrepl]
site = $1
databases = bench
[certificates]
key_directory = $dir/keys_$1
recovery_certificate = $dir/recovery.key.crt
[mapping share]
kind = path
A = \\\\CN\\QlikShare
B = \\\\FS-B\\Qlik\$
CONF
	for site in A B; do
		port=6001
		[ "$site" = A ] || port=6002
		cat <<CONF
[site $site]
host = $dir
port = $port
user = postgres
data_directory = $dir/$site
settings_file = /etc/qsrepl/$site.conf
certificates = directory
certificate_directory = $dir/store_$site
CONF
		[ "$site" = "$1" ] || echo "remote_command = $dir/remote_$site"
	done
}

umask 077
create A 6001 qsrepl A
p -p 6001 -d bench -c 'CREATE EXTENSION qsrepl'
create_standby B 6002 qsrepl B 6001
"$tool" cert recovery "$dir/recovery.key" >"$dir/out"
for site in A B; do
	configuration "$site" >"$dir/$site.conf"
	printf '#!/bin/sh\nQSREPL_CONFIG=%s exec %s "$@"\n' "$dir/$site.conf" "$tool" >"$dir/remote_$site"
	chmod 700 "$dir/remote_$site"
done
make_set "$dir/set_0"
make_set "$dir/set_1"
cp -R "$dir/set_0" "$dir/store_A"
"$tool" cert sync --config "$dir/A.conf" >"$dir/out"
for run in $(seq "$runs"); do
	rm -rf "$dir/store_A"
	cp -R "$dir/set_$((run % 2))" "$dir/store_A"
	begin=$(now)
	"$tool" cert sync --config "$dir/A.conf" >"$dir/out"
	ms $(($(now) - begin))
	echo
	grep -q '^installed them at site B' "$dir/out"
done >"$dir/times"
size=$(p -p 6001 -d bench -c "SELECT pg_size_pretty(max(octet_length(sealed))::bigint) FROM qsrepl.sealed_set")
sort -n "$dir/times" | awk -v nodes="$nodes" -v size="$size" -v wanted="$wanted" -v json="$json" '
	{ t[NR] = $1 }
	END { median = (t[NR / 2] + t[NR / 2 + 1]) / 2
		printf "cert sync, %d nodes, %s sealed: %d ms  (%d to %d)  wanted: less than %d ms, %s\n", nodes, size, median,
			t[1], t[NR], wanted, median < wanted ? "reached" : "NOT REACHED"
		printf "{\"case\":\"cert sync\",\"ms\":%d,\"wanted\":%d}\n", median, wanted >json }'
