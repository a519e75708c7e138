# The tests, one target a kind; each ends with "N passed, N failed".

include tests/unit.mk

REGRESS = $(basename $(notdir $(sort $(wildcard tests/sql/*.sql))))
ISOLATION = $(basename $(notdir $(sort $(wildcard tests/specs/*.spec))))

# What major-* run on: PostgreSQL 13, 15, 17 or 18, in a chroot, which has no
# libsmbclient. 13 has no pg_isolation_regress. PUBLISHER is the other major of
# a pair. Where a test needs the tool, that is built first.
MAJOR ?= 18
PUBLISHER ?= 15
PAIR_TESTS ?= tests/t/171_majors.pl tests/t/172_majors_tool.pl

.PHONY: regress isolation tap torture static cases coverage \
	tap-extension pair reflinks major-regress major-isolation major-tap \
	major-tap-extension major-pair

regress: install-extension
	@scripts/as-postgres sh tests/regress.sh "$(PG_BINDIR)" \
		"$(PG_PKGLIBDIR)/pgxs/src/test/regress/pg_regress" $(REGRESS)

isolation: install-extension
	@scripts/as-postgres sh tests/regress.sh "$(PG_BINDIR)" \
		"$(PG_PKGLIBDIR)/pgxs/src/test/isolation/pg_isolation_regress" \
		$(ISOLATION)

# Programs that tests run beside the servers.
CLIENTS_SRC = $(wildcard tests/clients/*.c) tests/unit/random.c
CLIENTS_CPPFLAGS = -Itests/unit -I$(shell $(PG_CONFIG) --includedir)
CLIENTS_HEADERS = tests/clients/client.h tests/unit/random.h

$(BUILD)/promotion: $(CLIENTS_SRC) $(CLIENTS_HEADERS)
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CC) $(STD) $(WARN) $(CFLAGS) $(CLIENTS_CPPFLAGS) -o $@ $(CLIENTS_SRC) \
		-L$(shell $(PG_CONFIG) --libdir) -lpq -lpthread

$(BUILD)/writer: tests/clients/moves/writer.c
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CC) $(STD) $(WARN) -D_GNU_SOURCE $(CFLAGS) $(CLIENTS_CPPFLAGS) -o $@ $< \
		-L$(shell $(PG_CONFIG) --libdir) -lpq

# Libraries to be preloaded into the tool; those that count have calls.c.
$(BUILD)/killer.so $(BUILD)/steps.so: tests/preload/calls.c
$(BUILD)/%.so: tests/preload/%.c tests/preload/calls.h
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CC) $(STD) $(WARN) -D_GNU_SOURCE -fPIC -shared -o $@ $(filter %.c,$^)

# The parser of the command line alone, as the tool has it.
$(BUILD)/parse_lab: tests/unit/parse_lab.c \
		$(filter-out $(BUILD)/tool/cli/main.o,$(TOOL_OBJ))
	@echo "  CC $@"
	@$(CC) $(STD) $(WARN) -D_GNU_SOURCE $(CFLAGS) $(TOOL_CPPFLAGS) -o $@ $^ \
		$(TOOL_LIBS)

$(BUILD)/reader: tests/clients/torture/reader.c
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CC) $(STD) $(WARN) -D_GNU_SOURCE $(CFLAGS) $(CLIENTS_CPPFLAGS) -o $@ $< \
		-L$(shell $(PG_CONFIG) --libdir) -lpq

# Faults; QSREPL_FAULTS=20 is how many, QSREPL_SEED which.
torture: install-extension tool $(BUILD)/writer $(BUILD)/reader \
		$(BUILD)/killer.so $(BUILD)/steps.so
	@scripts/as-postgres sh tests/torture/run.sh "$(PG_BINDIR)" \
		"$(PG_PKGLIBDIR)/pgxs/src/test"

# PROVE_TESTS='tests/t/001_x.pl' runs some of them.
tap: install-extension tool $(BUILD)/promotion $(BUILD)/pg_lab $(BUILD)/writer \
		$(BUILD)/killer.so $(BUILD)/powershell_lab $(BUILD)/robocopy_lab \
		$(BUILD)/steps.so $(BUILD)/silent.so $(BUILD)/parse_lab
	@scripts/as-postgres sh tests/tap.sh "$(PG_BINDIR)" \
		"$(PG_PKGLIBDIR)/pgxs/src/test" $(PROVE_TESTS)

# Snapshots where files can share their content, which root mounts.
reflinks:
	@sh tests/reflinks/run.sh $(MAKE) -s tap \
		PROVE_TESTS="tests/reflinks/reflinks.pl tests/t/140_snapshot.pl"

# Of the tests those that need the extension alone: quick, since the tool need
# not be built.
tap-extension: install-extension $(BUILD)/promotion
	@scripts/as-postgres sh tests/tap.sh "$(PG_BINDIR)" \
		"$(PG_PKGLIBDIR)/pgxs/src/test" $(PROVE_TESTS)

major-regress major-isolation major-tap major-tap-extension: major-%:
	@scripts/in-major "$(MAJOR)" make -s $* SCM= WERROR=-Werror \
		PG_CONFIG="/usr/lib/postgresql/$(MAJOR)/bin/pg_config" \
		REGRESS="$(REGRESS)" ISOLATION="$(ISOLATION)" \
		PROVE_TESTS="$(PROVE_TESTS)"

# Replication from one major to another: in the chroot of MAJOR, with the one of
# PUBLISHER in it, where the extension is built as well.
major-pair:
	@scripts/in-major "$(MAJOR),$(PUBLISHER)" make -s pair WERROR=-Werror \
		MAJOR="$(MAJOR)" PUBLISHER="$(PUBLISHER)" \
		PAIR_TESTS="$(PAIR_TESTS)" \
		PG_CONFIG="/usr/lib/postgresql/$(MAJOR)/bin/pg_config"

pair:
	@$(if $(findstring tool,$(PAIR_TESTS)),$(MAKE) -s tool SCM= CFLAGS=-O0)
	@chroot "/majors/$(PUBLISHER)/root" make -s -C /qsrepl install-extension \
		WERROR=-Werror \
		PG_CONFIG="/usr/lib/postgresql/$(PUBLISHER)/bin/pg_config"
	@QSREPL_PUBLISHER="/majors/$(PUBLISHER)" \
		QSREPL_PAIR="$(PUBLISHER) to $(MAJOR)" QSREPL_CAPABILITY=sys_chroot \
		$(MAKE) -s tap-extension PROVE_TESTS="$(PAIR_TESTS)"

cases: tool
	@$(BUILD)/qsrepl rules test tests/cases/rewrite.tsv

static:
	@sh tests/static.sh

# Which lines ran, a room a line; how long each part took is told. Most of it is
# the unit tests, unoptimized. COVERAGE_TAP are the files of part tap;
# it lists the lines of room COVERAGE_FULL that did not run, and fails then.
COVERAGE ?= unit regress tap
COVERAGE_TAP ?= tests/t/001_copy.pl tests/t/030_promotion.pl \
	tests/t/060_status.pl tests/t/080_switchover.pl tests/t/140_snapshot.pl
COVERAGE_FULL ?= core

coverage: export COVERAGE_TAP := $(COVERAGE_TAP)
coverage: export COVERAGE_FULL := $(COVERAGE_FULL)
coverage:
	@sh tests/coverage.sh $(BUILD)/coverage $(COVERAGE)

# The source archive and the Debian packages, installed in a clean chroot.
.PHONY: check-deb
check-deb:
	@CC="$(CC)" sh tests/packages/check.sh "$(VERSION)" "$(PG_CONFIG)"
