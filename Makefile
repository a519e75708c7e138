# qsrepl: the extension (extension.mk, by PGXS) and the tool.
#
#	make			build both
#	make install	install both
#	make demo		two sites, step by step; MODE=physical, logical, tool, snapshot
#	make docs		docs/qsrepl.1 and docs/configuration.md, from the tool
#	make check		all checks and tests
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
TOOL_PACKAGES = libpq inih jansson libcrypto libcurl
CORE_SRC = $(wildcard core/*.c)
TOOL_SRC = $(wildcard tool/*/*.c tool/platform/posix/*.c)
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
HEADERS = $(wildcard core/*.h tool/*/*.h tool/platform/posix/*.h \
	tool/programs/scm/*.h)

PG_BINDIR = $(shell $(PG_CONFIG) --bindir)
PG_PKGLIBDIR = $(shell $(PG_CONFIG) --pkglibdir)

.PHONY: all extension tool install packages bench-packages demo check check-majors bench \
	docs man clean

all: extension tool

extension:
	+$(MAKE) -s -f extension.mk PG_CONFIG=$(PG_CONFIG) all

tool: $(BUILD)/qsrepl $(SCM)

$(BUILD)/qsrepl: $(TOOL_OBJ)
	@echo "  LD $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -Wl,-z,relro,-z,now -o $@ $^ $(TOOL_LIBS)

$(BUILD)/qsrepl-scm: $(SCM_OBJ)
	@echo "  LD $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ \
		$(shell pkg-config --libs $(SCM_PACKAGES))

$(BUILD)/tool/programs/scm/%.o: TOOL_CPPFLAGS += \
	$(shell pkg-config --cflags smbclient)

$(BUILD)/%.o: %.c $(HEADERS)
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CC) $(STD) $(WARN) $(CFLAGS) $(TOOL_CPPFLAGS) -c -o $@ $<

install-extension: extension
	+@$(MAKE) -s -f extension.mk PG_CONFIG=$(PG_CONFIG) install

# Which make would take for an intermediate file of the rule above.
$(EMBEDDED:.c=.o): $(EMBEDDED)
	@echo "  CC $<"
	@$(CC) $(STD) $(WARN) $(CFLAGS) $(TOOL_CPPFLAGS) -c -o $@ $<

install: install-extension tool
	install -D -m 755 $(BUILD)/qsrepl $(DESTDIR)$(prefix)/bin/qsrepl
	$(if $(SCM),install -D -m 755 $(SCM) $(DESTDIR)$(prefix)/bin/qsrepl-scm)
	install -D -m 644 docs/qsrepl.1 $(DESTDIR)$(prefix)/share/man/man1/qsrepl.1
	install -d $(DESTDIR)$(prefix)/share/qsrepl
	install -m 644 $(filter-out %/bootstrap.ps1,$(WINDOWS_SCRIPTS)) \
		$(DESTDIR)$(prefix)/share/qsrepl
	install -d $(DESTDIR)$(prefix)/share/bash-completion/completions
	$(BUILD)/qsrepl completion bash \
		> $(DESTDIR)$(prefix)/share/bash-completion/completions/qsrepl

# What is made from the tool's tables of commands and keys.
docs: man
	$(BUILD)/qsrepl docs configuration > docs/configuration.md

man: tool
	$(BUILD)/qsrepl docs man > docs/qsrepl.1

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
