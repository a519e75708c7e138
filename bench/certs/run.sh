#!/bin/sh
# How long certificates take to the other site: "cert sync" at the active site,
# which seals a set that has changed, stores it, and has it opened and installed
# at the passive site once it has come there.
# usage: run.sh BINDIR RESULTS NODES ROUNDS; SCRATCH is a directory to use.
set -eu
. bench/lib/common.sh
. bench/lib/servers.sh
. bench/lib/pair.sh
nodes=$1
rounds=$2
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

# $1 site, $2 store's directory: lines of its section
store() {
	printf 'certificates = directory\ncertificate_directory = %s\n' "$dir/store_$1"
	[ "$1" = "$2" ] || echo "remote_command = $dir/remote_$1"
}
# $1 site
configuration() {
	pair_configuration "$1" bench '' "$(store A "$1")" "$(store B "$1")"
	cat <<CONF
[certificates]
key_directory = $dir/keys_$1
recovery_certificate = $dir/recovery.key.crt
CONF
}

cert_sync() {
	"$tool" cert sync --config "$dir/A.conf" &&
		grep -q '^installed them at site B' "$dir/out"
}

umask 077
create a "$port_a" qsrepl A
p -p "$port_a" -d bench -c 'CREATE EXTENSION qsrepl'
create_standby b "$port_b" qsrepl B "$port_a"
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
for round in $(seq "$rounds"); do
	rm -rf "$dir/store_A"
	cp -R "$dir/set_$((round % 2))" "$dir/store_A"
	timed 'cert sync' "$nodes nodes" qsrepl cert_sync
done
size=$(p -p "$port_a" -d bench -c "SELECT pg_size_pretty(max(octet_length(sealed))::bigint) FROM qsrepl.sealed_set")
setup "certificates of $nodes nodes, $size sealed, $rounds rounds"
