# The extension, built by PostgreSQL's own rules (PGXS):
# make -f extension.mk.  The top Makefile does so.

MODULE_big = qsrepl
OBJS = $(patsubst %.c,%.o,$(wildcard core/*.c extension/*.c))
EXTENSION = qsrepl
DATA_built = sql/qsrepl--0.1.sql

# Debian's PostgreSQL brings most of these flags itself; others bring none.
# _FORTIFY_SOURCE cannot be defined twice.
PG_CONFIG ?= pg_config
ifeq ($(origin CC),default)
CC := $(shell $(PG_CONFIG) --cc)
endif
include hardening.mk
FORTIFY := $(if $(findstring _FORTIFY,$(shell $(PG_CONFIG) --cppflags)),, \
	$(call HARDENING_FORTIFY,$(shell $(PG_CONFIG) --cflags)))

PG_CPPFLAGS = -I$(srcdir)/core -I$(srcdir)/extension -I$(libpq_srcdir)
# The other site's server is asked by libpq.
SHLIB_LINK_INTERNAL = $(libpq)
# Not PG_LDFLAGS, for which PGXS would leave out libpq.
SHLIB_LINK = $(HARDENING_LINK)
# Most of the engine's time is spent in short loops: -O3 is measurably faster.
PG_CFLAGS = -O3 -std=gnu99 -Wall -Wextra -Wno-unused-parameter \
	-Wno-sign-compare -Wno-declaration-after-statement \
	-Wno-missing-field-initializers $(HARDENING) $(FORTIFY) $(WERROR)

# The bitcode for PostgreSQL's JIT would need clang and gain nothing: none of
# these functions is inlined.
override with_llvm = no

PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

$(OBJS): $(wildcard core/*.h extension/*.h) hardening.mk

# One file a topic; CREATE EXTENSION wants them in one script.
sql/qsrepl--0.1.sql: $(sort $(wildcard sql/0.1/*.sql))
	cat $^ > $@
