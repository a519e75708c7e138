# qsrepl: the extension (extension.mk, by PGXS) and the tool.
#
#	make			build both
#	make install	install both
#	make dist		an archive of the sources, the same bytes each time
#	make deb		packages for Debian, in build/deb
#	make demo		two sites, step by step; MODE=physical, logical, tool, snapshot
#	make docs		docs/qsrepl.1 and docs/configuration.md, from the tool
#	make check		all checks and tests
#	make coverage	which lines the tests run
#	make torture	faults at pairs of sites under load
#	make check-majors	tests on other majors than this machine's
#	make bench		measurements, side by side with peers

PG_CONFIG ?= pg_config
DESTDIR ?=
MODE ?= logical snapshot
prefix ?= /usr/local
BUILD = build
VERSION = 0.1.0

CC ?= cc
CFLAGS ?= -O3 -g
STD = -std=c99
WARN = -Wall -Wextra -Werror -Wshadow -Wvla -Wformat=2 \
	-Wmissing-prototypes -Wstrict-prototypes -Wcast-qual -Wwrite-strings
include hardening.mk
# How each file of a program is compiled, and a program is linked.
COMPILE = $(CC) $(STD) $(WARN) $(CFLAGS) $(CPPFLAGS) $(HARDENING) \
	$(call HARDENING_FORTIFY,$(CFLAGS)) $(HARDENING_PROGRAM)
LINK = $(CC) $(CFLAGS) $(LDFLAGS) $(HARDENING_LINK) \
	$(if $(HARDENING_PROGRAM),-pie)
TOOL_PACKAGES = libpq inih jansson libcrypto libcurl
CORE_SRC = $(wildcard core/*.c)
TOOL_SRC = $(wildcard tool/*/*.c tool/cmd/*/*.c tool/platform/posix/*.c)
TOOL_LIB_SRC = $(filter-out tool/cli/main.c,$(TOOL_SRC))
TOOL_CPPFLAGS = -Icore -Itool -DQSREPL_VERSION='"$(VERSION)"' \
	$(shell pkg-config --cflags $(TOOL_PACKAGES))
# PowerShell scripts that the tool runs at Windows nodes.
WINDOWS_SCRIPTS = $(wildcard tool/powershell/*.ps1)
EMBEDDED = $(BUILD)/embedded/powershell.c
TOOL_LIBS = $(shell pkg-config --libs $(TOOL_PACKAGES))
TOOL_OBJ = $(patsubst %.c,$(BUILD)/%.o,$(CORE_SRC) $(TOOL_SRC)) \
	$(EMBEDDED:.c=.o)
# A program of its own, since libsmbclient is under the GPL; "make SCM=" leaves
# it out.
SCM ?= $(BUILD)/qsrepl-scm
SCM_SRC = $(wildcard tool/programs/scm/*.c)
SCM_PACKAGES = jansson libcrypto smbclient
SCM_OBJ = $(patsubst %.c,$(BUILD)/%.o,$(SCM_SRC) \
	$(wildcard core/*.c tool/base/*.c tool/platform/posix/*.c))
HEADERS = $(wildcard core/*.h tool/*/*.h tool/cmd/*/*.h tool/platform/posix/*.h \
	tool/programs/scm/*.h)

UNITS = $(wildcard packaging/systemd/*.service packaging/systemd/*.timer)

PG_BINDIR = $(shell $(PG_CONFIG) --bindir)
PG_PKGLIBDIR = $(shell $(PG_CONFIG) --pkglibdir)

.PHONY: all extension tool install install-extension install-tool \
	install-units dist deb packages bench-packages demo check check-majors bench \
	docs man hardening-flags clean

all: extension tool

extension:
	+$(MAKE) -s -f extension.mk PG_CONFIG=$(PG_CONFIG) all

tool: $(BUILD)/qsrepl $(SCM)

$(BUILD)/qsrepl: $(TOOL_OBJ)
	@echo "  LD $@"
	@$(LINK) -o $@ $^ $(TOOL_LIBS)

$(BUILD)/qsrepl-scm: $(SCM_OBJ)
	@echo "  LD $@"
	@$(LINK) -o $@ $^ $(shell pkg-config --libs $(SCM_PACKAGES))

$(BUILD)/tool/programs/scm/%.o: TOOL_CPPFLAGS += \
	$(shell pkg-config --cflags smbclient)

$(BUILD)/%.o: %.c $(HEADERS) hardening.mk
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(COMPILE) $(TOOL_CPPFLAGS) -c -o $@ $<

install-extension: extension
	+@$(MAKE) -s -f extension.mk PG_CONFIG=$(PG_CONFIG) install

# Which make would take for an intermediate file of the rule above.
$(EMBEDDED:.c=.o): $(EMBEDDED) hardening.mk
	@echo "  CC $<"
	@$(COMPILE) $(TOOL_CPPFLAGS) -c -o $@ $<

install: install-extension install-tool install-units

install-tool: tool
	install -D -m 755 $(BUILD)/qsrepl $(DESTDIR)$(prefix)/bin/qsrepl
	$(if $(SCM),install -D -m 755 $(SCM) $(DESTDIR)$(prefix)/bin/qsrepl-scm)
	install -D -m 644 docs/qsrepl.1 $(DESTDIR)$(prefix)/share/man/man1/qsrepl.1
	$(if $(SCM),install -m 644 docs/qsrepl-scm.1 \
		$(DESTDIR)$(prefix)/share/man/man1/qsrepl-scm.1)
	install -d $(DESTDIR)$(prefix)/share/qsrepl
	install -m 644 $(filter-out %/bootstrap.ps1,$(WINDOWS_SCRIPTS)) \
		$(DESTDIR)$(prefix)/share/qsrepl
	install -d $(DESTDIR)$(prefix)/share/bash-completion/completions
	$(BUILD)/qsrepl completion bash \
		> $(DESTDIR)$(prefix)/share/bash-completion/completions/qsrepl

# Services and timers for systemd, which nothing enables.
UNIT_DIRECTORY ?= $(prefix)/lib/systemd/system
install-units:
	install -d $(DESTDIR)$(UNIT_DIRECTORY)
	set -e; for unit in $(notdir $(UNITS)); do \
		sed 's|/usr/bin/|$(prefix)/bin/|' "packaging/systemd/$$unit" \
			> "$(DESTDIR)$(UNIT_DIRECTORY)/$$unit"; \
		chmod 644 "$(DESTDIR)$(UNIT_DIRECTORY)/$$unit"; done

# The sources as an archive, and packages for Debian from it.
dist:
	@scripts/dist "$(VERSION)" $(BUILD)/dist

deb: dist
	@CC="$(CC)" scripts/deb "$(VERSION)" $(BUILD)/dist/qsrepl-$(VERSION).tar.gz \
		$(BUILD)/deb "$(PG_CONFIG)"

# What is made from the tool's tables of commands and keys.
docs: man
	$(BUILD)/qsrepl docs configuration > docs/configuration.md

man: tool
	$(BUILD)/qsrepl docs man > docs/qsrepl.1

# What tests and measurements compile with, too.
hardening-flags:
	@echo $(HARDENING) $(call HARDENING_FORTIFY,$(CFLAGS)) \
		$(HARDENING_PROGRAM)

packages:
	@scripts/install-packages

bench-packages:
	@scripts/install-packages bench

demo: packages
	+@$(MAKE) -s install-extension tool
	@set -e; for mode in $(MODE); do scripts/as-postgres sh "tests/demo/$$mode.sh" \
		"$(PG_BINDIR)" "$(KEEP)"; done

check: packages
	@sh tests/check.sh

check-majors: packages
	@sh tests/check.sh majors

bench: bench-packages

include tests/tests.mk
include bench/bench.mk

clean:
	+@$(MAKE) -s -f extension.mk PG_CONFIG=$(PG_CONFIG) clean
	rm -rf $(BUILD)
