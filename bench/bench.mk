# What is measured, a part each (bench/parts.ini): "make bench" runs all of them
# and makes one page of it, build/bench/index.md; "make bench-NAME" runs one.
#
# All parts together take about 25 minutes on two cores. BENCH_* change sizes,
# and BENCH_PARTS chooses parts; the page tells so.

BUILD ?= build
CORE_SRC ?= $(wildcard core/*.c)
PG_CONFIG ?= pg_config

BENCH_BUILD = $(BUILD)/bench
BENCH_PARTS ?= engine apply overhead promotion check compare moves scm certs \
	services share share-verify snapshot restore

BENCH_RUN = @BENCH_BUILD=$(BENCH_BUILD) sh bench/start.sh
BENCH_NODES = bench/lib/nodes.sh "$(PG_BINDIR)"

.PHONY: bench bench-all bench-page performance bench-engine-build \
	$(addprefix bench-,$(BENCH_PARTS))

# What is not as usual, for the page.
BENCH_SIZES = $(strip $(foreach name,$(sort $(filter BENCH_%,$(.VARIABLES))),\
	$(if $(filter command environment,$(firstword $(origin $(name)))),\
	$(name)=$(subst $() ,$(comma),$($(name))))))
comma = ,

# A part that fails does not keep the others from running, but make fails.
bench:
	+@$(MAKE) -s install-extension tool
	@rm -rf $(BENCH_BUILD)/*.jsonl $(BENCH_BUILD)/*.svg $(BENCH_BUILD)/index.*
	@mkdir -p $(BENCH_BUILD)
	@perl bench/page/machine.pl "$(PG_BINDIR)" $(BENCH_SIZES) \
		>$(BENCH_BUILD)/machine.json
	+@for part in $(BENCH_PARTS); do $(MAKE) -s bench-$$part || true; done
	+@$(MAKE) -s bench-page

bench-page:
	@perl bench/page/page.pl $(BENCH_BUILD)

# Its figures into docs/performance.md, between two markers.
performance:
	@perl bench/page/performance.pl $(BENCH_BUILD)/index.json \
		docs/performance.md

# ---- the engine ----

BENCH_ENGINE_ROUNDS ?= 5
BENCH_ENGINE_SRC = $(wildcard bench/engine/*.c)
BENCH_ENGINE_LIBS = libpcre2-8 libhs libpq
BENCH_CFLAGS = -O3 -g -std=c99 -Wall -Wextra -Werror -Wshadow -Wvla \
	-Wformat=2 -Wmissing-prototypes -Wstrict-prototypes -Wcast-qual \
	-Wwrite-strings

bench-engine-build: $(BENCH_BUILD)/engine

$(BENCH_BUILD)/engine: $(BENCH_ENGINE_SRC) $(wildcard bench/engine/*.h) \
		$(CORE_SRC) $(wildcard core/*.h)
	@mkdir -p $(BENCH_BUILD)
	@echo "  CC $@"
	@$(CC) $(BENCH_CFLAGS) -Icore -Ibench/engine \
		$$(pkg-config --cflags $(BENCH_ENGINE_LIBS)) -o $@ \
		$(BENCH_ENGINE_SRC) $(CORE_SRC) \
		$$(pkg-config --libs $(BENCH_ENGINE_LIBS))

bench-engine: install-extension $(BENCH_BUILD)/engine
	$(BENCH_RUN) engine bench/engine/run.sh "$(PG_BINDIR)" \
		$(BENCH_BUILD)/engine $(BENCH_ENGINE_ROUNDS)

# ---- databases ----

BENCH_ROWS ?= 60000
BENCH_ROUNDS ?= 5

$(BENCH_BUILD)/noop.so: bench/apply/noop.c
	@mkdir -p $(BENCH_BUILD)
	@echo "  CC $@"
	@$(CC) -O2 -g -fPIC -shared -Wall -Werror \
		-I$$($(PG_CONFIG) --includedir-server) -o $@ $<

bench-apply: install-extension $(BENCH_BUILD)/noop.so
	$(BENCH_RUN) apply bench/apply/run.sh "$(PG_BINDIR)" \
		$(BENCH_BUILD)/noop.so $(BENCH_ROWS) $(BENCH_ROUNDS)

BENCH_PAIRS ?= 9
BENCH_TRANSACTIONS ?= 6000

bench-overhead: install-extension
	$(BENCH_RUN) overhead bench/physical/overhead.sh "$(PG_BINDIR)" \
		$(BENCH_PAIRS) $(BENCH_TRANSACTIONS)

# BENCH_LONG=1: all rows change, too.
BENCH_PROMOTION_ROWS ?= 1000000
BENCH_PROMOTION_ROUNDS ?= 3

bench-promotion: install-extension
	$(BENCH_RUN) promotion bench/physical/promotion.sh "$(PG_BINDIR)" \
		$(BENCH_PROMOTION_ROWS) $(BENCH_PROMOTION_ROUNDS)

# ---- the tool ----

BENCH_APPS ?= 2000
BENCH_CHECK_ROUNDS ?= 20

bench-check: install-extension tool
	$(BENCH_RUN) check bench/check/run.sh "$(PG_BINDIR)" \
		$(BENCH_APPS) $(BENCH_CHECK_ROUNDS)

BENCH_COMPARE_ROWS ?= 1000000
BENCH_COMPARE_ROUNDS ?= 3

bench-compare: install-extension tool
	$(BENCH_RUN) compare bench/compare/run.sh "$(PG_BINDIR)" \
		$(BENCH_COMPARE_ROWS) $(BENCH_COMPARE_ROUNDS)

# repmgr and Patroni as far as they are installed.
BENCH_MOVES_MB ?= 512
BENCH_MOVES_APPS ?= 2000
BENCH_MOVES_ROUNDS ?= 3
BENCH_MOVES_TPS ?= 200

bench-moves: install-extension tool $(BUILD)/writer
	$(BENCH_RUN) moves bench/moves/run.sh "$(PG_BINDIR)" \
		$(BENCH_MOVES_MB) $(BENCH_MOVES_APPS) $(BENCH_MOVES_ROUNDS) \
		$(BENCH_MOVES_TPS)

BENCH_SCM_ROUNDS ?= 15

bench-scm: tool
	$(BENCH_RUN) scm $(BENCH_NODES) bench/scm/measure.pl \
		"$(PG_PKGLIBDIR)/pgxs/src/test" $(BENCH_SCM_ROUNDS)

BENCH_CERT_NODES ?= 20
BENCH_CERT_ROUNDS ?= 20

bench-certs: install-extension tool
	$(BENCH_RUN) certs bench/certs/run.sh "$(PG_BINDIR)" \
		$(BENCH_CERT_NODES) $(BENCH_CERT_ROUNDS)

BENCH_SERVICES_ROUNDS ?= 3

bench-services: tool
	$(BENCH_RUN) services $(BENCH_NODES) bench/services/measure.pl \
		"$(PG_PKGLIBDIR)/pgxs/src/test" $(BENCH_SERVICES_ROUNDS)

# ---- shares and snapshots ----

BENCH_SHARE_FILES ?= 100000
BENCH_SHARE_PERCENT ?= 1
BENCH_SHARE_ROUNDS ?= 5

bench-share: install-extension tool
	$(BENCH_RUN) share bench/share/run.sh "$(PG_BINDIR)" \
		$(BENCH_SHARE_FILES) $(BENCH_SHARE_PERCENT) $(BENCH_SHARE_ROUNDS)

BENCH_VERIFY_FILES ?= 100000
BENCH_VERIFY_ROUNDS ?= 5

bench-share-verify: install-extension tool
	$(BENCH_RUN) share_verify bench/share_verify/run.sh "$(PG_BINDIR)" \
		$(BENCH_VERIFY_FILES) $(BENCH_VERIFY_ROUNDS)

BENCH_SNAPSHOT_FILES ?= 100000
BENCH_SNAPSHOT_APPS ?= 5000
BENCH_SNAPSHOT_ROUNDS ?= 2

bench-snapshot: tool
	$(BENCH_RUN) snapshot bench/snapshot/run.sh "$(PG_BINDIR)" \
		$(BENCH_SNAPSHOT_FILES) $(BENCH_SNAPSHOT_APPS) $(BENCH_SNAPSHOT_ROUNDS)

BENCH_RESTORE_FILES ?= 50000
BENCH_RESTORE_APPS ?= 5000
BENCH_RESTORE_ROUNDS ?= 3

bench-restore: install-extension tool
	$(BENCH_RUN) restore bench/restore/run.sh "$(PG_BINDIR)" \
		$(BENCH_RESTORE_FILES) $(BENCH_RESTORE_APPS) $(BENCH_RESTORE_ROUNDS)
