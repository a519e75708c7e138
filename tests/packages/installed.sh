#!/bin/sh
# Run by root in a clean chroot with the packages in /packages: install them
# without the network, use them, remove them. Prints a line for each check.
# usage: installed.sh MAJOR VERSION
set -u
major=$1
version=$2
export DEBIAN_FRONTEND=noninteractive
server=postgresql-$major-qsrepl

# $1 what is checked; the rest: the command
check() {
	what=$1
	shift
	if "$@" >/tmp/log 2>&1; then
		echo "ok      $what"
	else
		echo "FAILED  $what"
		sed 's/^/    /' /tmp/log
	fi
}

# What starts servers at installation has no place in a chroot.
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod +x /usr/sbin/policy-rc.d

install_both() {
	apt-get install --yes --no-install-recommends \
		-o Acquire::http::Proxy=http://127.0.0.1:1 \
		"/packages/${server}_${version}"-*.deb "/packages/qsrepl_${version}"-*.deb
}
as_postgres() {
	setpriv --reuid postgres --regid postgres --init-groups "$@"
}
says_version() {
	[ "$(as_postgres qsrepl --version)" = "qsrepl $version" ]
}
start() {
	as_postgres pg_ctlcluster "$major" main start -- \
		-o "-c shared_preload_libraries=qsrepl -c qsrepl.local_site=A"
}
create() {
	[ "$(as_postgres psql -XAtq -d postgres -c 'CREATE EXTENSION qsrepl' \
		-c "SELECT qsrepl.set_site('A')" -c "SELECT qsrepl.set_site('B')" \
		-c "SELECT qsrepl.set_mapping('share', 'path', 'A', '\\\\cn\\q', 'B', '\\\\fs\\r')" \
		-c "SELECT qsrepl.rewrite('\\\\fs\\r\\x')" | tail -n 1)" = '\\cn\q\x' ]
}
# The user that the units and the documentation name may write there.
owned() {
	[ "$(stat -c '%U %a' /etc/qsrepl)" = 'postgres 750' ] &&
		[ "$(stat -c '%U %a' /var/lib/qsrepl)" = 'postgres 700' ] &&
		as_postgres qsrepl init --yes --site A >/dev/null &&
		[ -s /etc/qsrepl/qsrepl.conf ]
}
not_enabled() {
	[ -f /lib/systemd/system/qsrepl-share.service ] &&
		! find /etc/systemd -name 'qsrepl*' | grep .
}
example() {
	qsrepl config check --config /usr/share/doc/qsrepl/examples/qsrepl.conf.example
}
purge() {
	as_postgres pg_ctlcluster "$major" main stop -m fast &&
		apt-get purge --yes "$server" qsrepl
}
# Nothing is left but what the administrator has written.
gone() {
	find / -xdev \( -path /packages -o -path /qsrepl -o -path /proc -o \
		-path /sys -o -path /var/cache \) -prune -o -name '*qsrepl*' -print |
		sort >/tmp/left
	cat /tmp/left
	[ "$(tr '\n' ' ' </tmp/left)" = '/etc/qsrepl /etc/qsrepl/qsrepl.conf ' ]
}

check "both packages are installed in a clean chroot" install_both
check "qsrepl --version" says_version
check "qsrepl-scm finds its libraries" sh -c 'qsrepl-scm --help'
check "/etc/qsrepl and /var/lib/qsrepl are of postgres" owned
check "no unit is enabled" not_enabled
check "the example is a valid configuration" example
check "a server starts with the extension" start
check "CREATE EXTENSION qsrepl, and a value is rewritten" create
check "both packages are purged" purge
check "nothing else is left; the configuration is" gone
