#!/bin/sh
# The static checks; each line is one check. Ends with "N passed, N failed".
set -u
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# The first errors say most.
shown() { head -n 40; }
. tests/checks.sh

warn="-Wall -Wextra -Werror -Wshadow -Wvla -Wformat=2 -Wmissing-prototypes
	-Wstrict-prototypes -Wcast-qual -Wwrite-strings"
# The quotes are the compiler's, not the shell's.
# shellcheck disable=SC2089
include='-Icore -Itool -DQSREPL_VERSION="static"'
# The libraries' headers alone: a cross compiler cannot have all of
# /usr/include.
libraries=$(mktemp -d)
trap 'rm -rf "$log" "$libraries"' EXIT
inih_include=$(pkg-config --variable=includedir inih)
pq_include=$(pkg-config --variable=includedir libpq)
json_include=$(pkg-config --variable=includedir jansson)
ssl_include=$(pkg-config --variable=includedir libcrypto)
curl_include=$(pkg-config --variable=includedir libcurl)
smb_include=$(pkg-config --variable=includedir smbclient)
multiarch=$(gcc -print-multiarch)
cp "$inih_include"/ini.h "$pq_include"/libpq-fe.h "$pq_include"/postgres_ext.h \
	"$pq_include"/pg_config_ext.h "$json_include"/jansson.h \
	"$json_include"/jansson_config.h "$smb_include"/libsmbclient.h \
	"$libraries"
mkdir "$libraries/openssl" "$libraries/curl"
for folder in "$ssl_include" "$ssl_include/$multiarch" \
	"/usr/include/$multiarch"; do
	[ ! -d "$folder/openssl" ] || cp "$folder"/openssl/*.h "$libraries/openssl"
done
for folder in "$curl_include" "$curl_include/$multiarch" \
	"/usr/include/$multiarch"; do
	[ ! -d "$folder/curl" ] || cp "$folder"/curl/*.h "$libraries/curl"
done
include="$include -isystem $libraries"
# What every system can compile, and what only one can.
anywhere=$(ls core/*.c tool/*/*.c tool/cmd/*/*.c)
# libsmbclient is for POSIX systems.
posix=$(ls tool/platform/posix/*.c tool/programs/scm/*.c)
ours="$anywhere $posix"
own_headers=$(ls core/*.h tool/*/*.h tool/cmd/*/*.h tool/platform/posix/*.h tool/programs/*/*.h)
pg_include=$("${PG_CONFIG:-pg_config}" --includedir-server)

# As many at the same time as there are processors.
jobs=$(nproc)

# shellcheck disable=SC2086,SC2090 # lists of words
compile_all() {
	printf '%s\n' $2 | xargs -P "$jobs" -n 16 \
		"$1" -std=c99 $warn $include -fsyntax-only
}

# The programs of the tests, on POSIX with libpq.
# shellcheck disable=SC2086
compile_clients() {
	for file in tests/clients/*.c tests/clients/*/*.c tests/preload/*.c; do
		"$1" -std=c99 -D_GNU_SOURCE $warn -Itests/unit -I"$pq_include" \
			-fsyntax-only "$file" || return 1
	done
}

# With the flags of hardening.mk that a compiler has, beside a sanitizer's too.
# $1 a compiler, $2 CFLAGS, $3 files
# shellcheck disable=SC2086,SC2090
compile_hardened() {
	flags=$(make -s hardening-flags CC="$1" CFLAGS="$2") && [ -n "$flags" ] &&
		printf '%s\n' $3 | xargs -P "$jobs" -n 1 \
			"$1" -std=c99 $warn $include $2 $flags -S -o /dev/null
}

# Each header compiles on its own.
# shellcheck disable=SC2086,SC2090
headers_alone() {
	for header in $own_headers; do
		printf '#include "%s"\n' "${header#*/}" >"$log.c"
		gcc -std=c99 $warn $include -I. -fsyntax-only "$log.c" || return 1
	done
	rm -f "$log.c"
}

# PostgreSQL's own flags would do; these are stricter.
# shellcheck disable=SC2086
compile_extension() {
	for file in extension/*.c; do
		"$1" -std=gnu99 -Wall -Wextra -Werror -Wno-unused-parameter \
			-Wno-sign-compare -Wno-missing-field-initializers \
			-Wno-cast-function-type -Wno-ignored-attributes -D_GNU_SOURCE -Icore -Iextension \
			-I"$pg_include" -I"$pq_include" -fsyntax-only "$file" || return 1
	done
}

# shellcheck disable=SC2086,SC2090
run_cppcheck() {
	cppcheck -j "$jobs" --quiet --std=c99 --error-exitcode=1 --inline-suppr \
		--enable=warning,performance,portability -Icore -Itool \
		--suppress=missingInclude $ours
}

# shellcheck disable=SC2016,SC2086,SC2090
run_clang_tidy() {
	printf '%s\n' $ours | FLAGS="-std=c99 $include" xargs -P "$jobs" -n 16 \
		sh -c 'clang-tidy --quiet --warnings-as-errors="*" "$@" -- $FLAGS' sh \
		2>/dev/null
}

# grep finds nothing
absent() {
	pattern=$1
	shift
	! grep -nE "$pattern" "$@"
}

# A call of crypto_error() without a hint does not compile, one with it does.
# shellcheck disable=SC2086,SC2090
hint_is_needed() {
	for hint in CRYPTO_HINT NULL; do
		printf '#include "base/crypto.h"\nextern bool f(Error *error);\nbool f(Error *error)\n{\n\treturn crypto_error(error, %s, "x");\n}\n' \
			"$hint" >"$libraries/x.c"
		status=0
		gcc -std=c99 $warn $include -fsyntax-only "$libraries/x.c" \
			2>"$libraries/log" || status=$?
		case "$hint $status" in
			"CRYPTO_HINT 0") ;;
			"NULL 1") grep -q nonnull "$libraries/log" || return 1 ;;
			*) echo "$hint: $status" && return 1 ;;
		esac
	done
}

check "gcc, all warnings" compile_all gcc "$ours"
check "clang, all warnings" compile_all clang "$ours"
check "x86_64-w64-mingw32-gcc, all warnings" compile_all x86_64-w64-mingw32-gcc "$anywhere"
check "x86_64-w64-mingw32-gcc, hardened" compile_hardened x86_64-w64-mingw32-gcc -O2 "$(echo core/*.c tool/base/*.c)"
check "clang, hardened, with a sanitizer" compile_hardened clang "-O1 -fsanitize=address,undefined" "$(echo core/*.c)"
check "clients of the tests, gcc" compile_clients gcc
check "clients of the tests, clang" compile_clients clang
check "extension, gcc" compile_extension gcc
check "extension, clang" compile_extension clang
check "headers stand alone" headers_alone
check "cppcheck" run_cppcheck
check "clang-tidy" run_clang_tidy
check "pg_bsd_indent" scripts/indent --check
check "no unsafe functions" absent \
	'\b(system|popen|strcpy|strcat|sprintf|strncpy|atoi|strtok)[[:space:]]*\(' \
	-r --include='*.[ch]' core extension tool tests bench
check "no // comments" absent '(^|[[:space:];])//[[:space:]]' \
	-r --include='*.[ch]' core extension tool tests bench
check "core knows nobody" absent \
	'#include "(postgres|base/|cli/|cmd/|rules/)|#include <(stdio|stdlib|windows|unistd)' \
	-r core
check "rooms include only what they may" sh tests/layers.sh
check "which a wrong include is shown by" sh tests/layers_fail.sh
check "version tests only in compat.h" absent 'PG_VERSION_NUM' \
	-r --include='*.[ch]' --exclude=compat.h extension
check "_WIN32 only where it belongs" absent '_WIN32|windows\.h' \
	-r --include='*.[ch]' --exclude-dir=win32 core tool
check "the system only behind tool/platform" absent \
	'#include <(unistd|fcntl|poll|signal|dirent|netdb|termios|sys/|arpa/|netinet/)' \
	-r --include='*.[ch]' --exclude-dir=platform core tool
check "PowerShell without what PSScriptAnalyzer refuses" absent \
	'Write-Host|Invoke-Expression|AsPlainText|\| *(where|foreach|select|sort|%|\?) ' \
	tool/powershell/*.ps1
check "PowerShell functions of one name are the same" \
	perl tests/powershell_functions.pl tool/powershell/*.ps1
check "what libraries say only where a hint is added" absent \
	'\b(PQerrorMessage|PQresultErrorMessage|PQresultErrorField|PQresultVerboseErrorMessage|ERR_[a-z_]*error_string(_n)?|curl_easy_strerror)\b' \
	-r --include='*.c' --exclude=error.c --exclude=crypto.c --exclude=http.c tool
check "OpenSSL's words without a hint are not compiled" hint_is_needed
# shellcheck disable=SC2046 # a list of words
check "shellcheck" shellcheck scripts/embed scripts/powershell-syntax scripts/install-packages scripts/as-postgres scripts/indent scripts/major scripts/in-major scripts/dist scripts/deb tests/nodes/wrapped $(git ls-files '*.sh' 2>/dev/null) .ci/run

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
