# What is measured: bench-engine compares the engine with its peers.
#
# Included by the top Makefile; also usable alone:
#     make -f bench/bench.mk bench-engine

BUILD ?= build
CORE_SRC ?= $(wildcard core/*.c)
PG_CONFIG ?= pg_config

BENCH_BUILD = $(BUILD)/bench
BENCH_ENGINE_SRC = $(wildcard bench/engine/*.c)
BENCH_ENGINE_LIBS = libpcre2-8 libhs libpq
BENCH_ENGINE_OPTIONS ?=

# The flags that the extension and the tool are compiled with, too.
include hardening.mk
BENCH_CFLAGS = $(HARDENING) $(call HARDENING_FORTIFY,-O3) -O3 -g -std=c99 -Wall -Wextra -Werror -Wshadow -Wvla \
	-Wformat=2 -Wmissing-prototypes -Wstrict-prototypes -Wcast-qual \
	-Wwrite-strings

.PHONY: bench-engine bench-engine-build

bench-engine-build: $(BENCH_BUILD)/engine

$(BENCH_BUILD)/engine: $(BENCH_ENGINE_SRC) $(wildcard bench/engine/*.h) \
		$(CORE_SRC) $(wildcard core/*.h)
	@mkdir -p $(BENCH_BUILD)
	$(CC) $(BENCH_CFLAGS) -Icore -Ibench/engine \
		$$(pkg-config --cflags $(BENCH_ENGINE_LIBS)) -o $@ \
		$(BENCH_ENGINE_SRC) $(CORE_SRC) \
		$$(pkg-config --libs $(BENCH_ENGINE_LIBS))

bench-engine: $(BENCH_BUILD)/engine
	PG_CONFIG=$(PG_CONFIG) sh bench/engine_sql.sh $(BENCH_BUILD)/engine \
		--json $(BENCH_BUILD)/engine.json $(BENCH_ENGINE_OPTIONS)

# The apply worker: ours beside no trigger, a trigger that does nothing, a
# trigger in PL/pgSQL, and pglogical.
BENCH_ROWS ?= 200000
BENCH_ROUNDS ?= 5

.PHONY: bench-apply

$(BENCH_BUILD)/noop.so: bench/apply/noop.c
	@mkdir -p $(BENCH_BUILD)
	$(CC) -O2 -g -fPIC -shared -Wall -Werror \
		-I$$($(PG_CONFIG) --includedir-server) -o $@ $<

bench-apply: install-extension $(BENCH_BUILD)/noop.so
	@sh bench/start.sh bench/apply/run.sh "$(PG_BINDIR)" \
		$(BENCH_BUILD)/apply.json $(BENCH_BUILD)/noop.so \
		$(BENCH_ROWS) $(BENCH_ROUNDS)

# Physical mode: what the library costs beside a server without it; promotion
# to localized rows beside doing it by hand. BENCH_LONG=1: a million rows, all
# of which change, too.
BENCH_PAIRS ?= 15
BENCH_TRANSACTIONS ?= 8000

.PHONY: bench-overhead bench-promotion

bench-overhead: install-extension
	@sh bench/start.sh bench/physical/overhead.sh "$(PG_BINDIR)" \
		$(BENCH_BUILD)/overhead.json $(BENCH_PAIRS) $(BENCH_TRANSACTIONS)

bench-promotion: install-extension
	@sh bench/start.sh bench/physical/promotion.sh "$(PG_BINDIR)" \
		$(BENCH_BUILD)/promotion.json

# check and status on a healthy pair with so many apps.
BENCH_APPS ?= 2000

.PHONY: bench-check

bench-check: install-extension tool
	@sh bench/start.sh bench/check/run.sh "$(PG_BINDIR)" \
		$(BENCH_BUILD)/check.json $(BENCH_APPS)

# compare beside pg_dump of both sites and diff: a million rows.
BENCH_COMPARE_ROWS ?= 1000000
BENCH_COMPARE_ROUNDS ?= 5

.PHONY: bench-compare

bench-compare: install-extension tool
	@sh bench/start.sh bench/compare/run.sh "$(PG_BINDIR)" \
		$(BENCH_BUILD)/compare.json $(BENCH_COMPARE_ROWS) \
		$(BENCH_COMPARE_ROUNDS)

# Switchover and failover under load, beside repmgr and Patroni, as far as they
# are installed.
BENCH_MOVES_MB ?= 1024
BENCH_MOVES_APPS ?= 2000
BENCH_MOVES_ROUNDS ?= 3
BENCH_MOVES_TPS ?= 200

.PHONY: bench-moves

bench-moves: install-extension tool $(BUILD)/writer
	@sh bench/start.sh bench/moves/run.sh "$(PG_BINDIR)" \
		$(BENCH_BUILD)/moves.json $(BENCH_MOVES_MB) $(BENCH_MOVES_APPS) \
		$(BENCH_MOVES_ROUNDS) $(BENCH_MOVES_TPS)

# qsrepl-scm beside "net rpc service".
BENCH_SCM_ROUNDS ?= 15

.PHONY: bench-scm

bench-scm: tool
	@sh bench/start.sh bench/scm/run.sh "$(PG_BINDIR)" \
		$(BENCH_BUILD)/scm.json "$(PG_PKGLIBDIR)/pgxs/src/test" \
		$(BENCH_SCM_ROUNDS)

# cert sync end to end, for a site with so many nodes.
BENCH_CERT_NODES ?= 20

.PHONY: bench-certs

bench-certs: install-extension tool
	@sh bench/start.sh bench/certs/run.sh "$(PG_BINDIR)" \
		$(BENCH_BUILD)/certs.json $(BENCH_CERT_NODES)

# Services of twenty nodes, beside a loop over "net rpc service".
BENCH_SERVICES_ROUNDS ?= 7

.PHONY: bench-services

bench-services: tool
	@sh bench/start.sh bench/services/run.sh "$(PG_BINDIR)" \
		$(BENCH_BUILD)/services.json "$(PG_PKGLIBDIR)/pgxs/src/test" \
		$(BENCH_SERVICES_ROUNDS)

# share verify of two local shares, beside rsync and diff.
BENCH_VERIFY_FILES ?= 100000
BENCH_VERIFY_ROUNDS ?= 5

.PHONY: bench-share-verify

bench-share-verify: install-extension tool
	@sh bench/start.sh bench/share_verify/run.sh "$(PG_BINDIR)" \
		$(BENCH_BUILD)/share_verify.json $(BENCH_VERIFY_FILES) \
		$(BENCH_VERIFY_ROUNDS)

# Snapshots beside pg_dump and rsync by hand, the Snapshots tool's way, restic.
BENCH_SNAPSHOT_FILES ?= 100000
BENCH_SNAPSHOT_APPS ?= 5000
BENCH_SNAPSHOT_ROUNDS ?= 3

.PHONY: bench-snapshot

bench-snapshot: tool
	@sh bench/start.sh bench/snapshot/run.sh "$(PG_BINDIR)" \
		$(BENCH_BUILD)/snapshot.json $(BENCH_SNAPSHOT_FILES) \
		$(BENCH_SNAPSHOT_APPS) $(BENCH_SNAPSHOT_ROUNDS)

# share sync of many small files beside bare rsync.
BENCH_SHARE_FILES ?= 100000
BENCH_SHARE_PERCENT ?= 1
BENCH_SHARE_ROUNDS ?= 7

.PHONY: bench-share

bench-share: install-extension tool
	@sh bench/start.sh bench/share/run.sh "$(PG_BINDIR)" \
		$(BENCH_BUILD)/share.json $(BENCH_SHARE_FILES) \
		$(BENCH_SHARE_PERCENT) $(BENCH_SHARE_ROUNDS)

# A restore beside createdb, pg_restore and rsync by hand, and beside a promotion.
BENCH_RESTORE_FILES ?= 100000
BENCH_RESTORE_APPS ?= 5000
BENCH_RESTORE_ROUNDS ?= 3

.PHONY: bench-restore

bench-restore: install-extension tool
	@sh bench/start.sh bench/restore/run.sh "$(PG_BINDIR)" \
		$(BENCH_BUILD)/restore.json $(BENCH_RESTORE_FILES) \
		$(BENCH_RESTORE_APPS) $(BENCH_RESTORE_ROUNDS)

bench: bench-engine bench-apply bench-overhead bench-promotion bench-check \
	bench-compare bench-moves bench-scm bench-certs bench-services bench-share \
	bench-share-verify bench-snapshot bench-restore
