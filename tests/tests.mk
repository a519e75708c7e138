# The tests, one target a kind; each ends with "N passed, N failed".

include tests/unit.mk

REGRESS = $(basename $(notdir $(sort $(wildcard tests/sql/*.sql))))
ISOLATION = $(basename $(notdir $(sort $(wildcard tests/specs/*.spec))))

# What major-* run on: PostgreSQL 13, 15, 17 or 18, in a chroot, which has no
# libsmbclient. 13 has no pg_isolation_regress.
MAJOR ?= 18

.PHONY: regress isolation tap torture static cases \
	major-regress major-isolation major-tap

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

$(BUILD)/killer.so: tests/clients/moves/killer.c
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CC) $(STD) $(WARN) -D_GNU_SOURCE -fPIC -shared -o $@ $<

$(BUILD)/steps.so: tests/clients/snapshot/steps.c
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CC) $(STD) $(WARN) -D_GNU_SOURCE -fPIC -shared -o $@ $<

$(BUILD)/silent.so: tests/clients/share/silent.c
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CC) $(STD) $(WARN) -D_GNU_SOURCE -fPIC -shared -o $@ $<

$(BUILD)/reader: tests/clients/torture/reader.c
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CC) $(STD) $(WARN) $(CFLAGS) $(CLIENTS_CPPFLAGS) -o $@ $< \
		-L$(shell $(PG_CONFIG) --libdir) -lpq

# Faults; QSREPL_FAULTS=20 is how many, QSREPL_SEED which.
torture: install-extension tool $(BUILD)/writer $(BUILD)/reader \
		$(BUILD)/killer.so $(BUILD)/steps.so
	@scripts/as-postgres sh tests/torture/run.sh "$(PG_BINDIR)" \
		"$(PG_PKGLIBDIR)/pgxs/src/test"

# PROVE_TESTS='tests/t/001_x.pl' runs some of them.
tap: install-extension tool $(BUILD)/promotion $(BUILD)/pg_lab $(BUILD)/writer \
		$(BUILD)/killer.so $(BUILD)/powershell_lab $(BUILD)/robocopy_lab \
		$(BUILD)/steps.so $(BUILD)/silent.so
	@scripts/as-postgres sh tests/tap.sh "$(PG_BINDIR)" \
		"$(PG_PKGLIBDIR)/pgxs/src/test" $(PROVE_TESTS)

major-regress major-isolation major-tap: major-%:
	@scripts/in-major "$(MAJOR)" make -s $* SCM= WERROR=-Werror \
		PG_CONFIG="/usr/lib/postgresql/$(MAJOR)/bin/pg_config" \
		REGRESS="$(REGRESS)" ISOLATION="$(ISOLATION)" \
		PROVE_TESTS="$(PROVE_TESTS)"

cases: tool
	@$(BUILD)/qsrepl rules test tests/cases/rewrite.tsv

static:
	@sh tests/static.sh
