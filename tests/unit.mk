# The unit, property and fuzz tests of the engine and of the tool's parsers.
#
#	unit			all of them at -O2
#	unit-sanitize	the same with ASan and UBSan, fewer random trials
#	unit-valgrind	some of them under valgrind
#	fuzz			each libFuzzer target for FUZZ_SECONDS
#
# Included by the top Makefile; also usable alone:
#	make -f tests/unit.mk unit
# Random tests print their seed; QSREPL_SEED repeats it, QSREPL_SCALE makes
# them longer.

BUILD ?= build
TOOL_PACKAGES ?= libpq inih jansson libcrypto libcurl
CORE_SRC ?= $(wildcard core/*.c)
WINDOWS_SCRIPTS ?= $(wildcard tool/powershell/*.ps1)
EMBEDDED ?= $(BUILD)/embedded/powershell.c
STD ?= -std=c99
WARN ?= -Wall -Wextra -Werror -Wshadow -Wvla -Wformat=2 \
	-Wmissing-prototypes -Wstrict-prototypes -Wcast-qual -Wwrite-strings
FUZZ_CC ?= clang
FUZZ_SECONDS ?= 5
FUZZ_SEED ?= 1

# Objects of two compilers do not mix.
UNIT_BUILD = $(BUILD)/unit/$(notdir $(firstword $(CC)))
FUZZ_BUILD = $(BUILD)/fuzz
UNIT_CPPFLAGS = -Icore -Itool -Itests/unit -MMD -MP \
	-DQSREPL_VERSION='"unit"' $(shell pkg-config --cflags $(TOOL_PACKAGES))
UNIT_LIBS = $(shell pkg-config --libs $(TOOL_PACKAGES))
UNIT_CC = $(CC) $(STD) $(WARN) $(UNIT_CPPFLAGS)

UNIT_TOOL_SRC = tool/rules/casefile.c \
	$(wildcard tool/base/*.c tool/platform/posix/*.c tool/config/*.c \
		tool/pg/*.c tool/plan/*.c tool/site/*.c tool/progress/*.c \
		tool/powershell/*.c tool/dns/*.c tool/hosts/*.c tool/cert/*.c \
		tool/seal/*.c tool/server/*.c tool/service/*.c tool/share/*.c \
		tool/snapshot/*.c tool/exchange/*.c) \
	$(EMBEDDED) \
	$(filter-out %/main.c %/smb.c,$(wildcard tool/programs/scm/*.c))
UNIT_TEST_SRC = $(sort $(wildcard tests/unit/test_*.c))
UNIT_LIB_SRC = $(filter-out $(UNIT_TEST_SRC) tests/unit/work.c \
	tests/unit/pg_lab.c tests/unit/powershell_lab.c \
	tests/unit/robocopy_lab.c tests/unit/parse_lab.c, \
	$(wildcard tests/unit/*.c))
UNIT_TESTS = $(patsubst tests/unit/%.c,%,$(UNIT_TEST_SRC))
FUZZ_TARGETS = $(patsubst tests/fuzz/%.c,%, \
	$(sort $(wildcard tests/fuzz/fuzz_*.c)))

PLAIN_CFLAGS = -O2 -g
SANITIZE_CFLAGS = -O1 -g -fno-omit-frame-pointer -DARENA_BLOCK_SIZE=0 \
	-fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_CFLAGS = -O1 -g -fno-omit-frame-pointer -DARENA_BLOCK_SIZE=0 \
	-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all

# What all programs of a variant are linked with: $(call unit_objects,DIR)
unit_objects = $(patsubst %.c,$(1)/%.o,$(UNIT_LIB_SRC) $(CORE_SRC) \
	$(UNIT_TOOL_SRC))
PLAIN_OBJ = $(call unit_objects,$(UNIT_BUILD)/plain)
SANITIZE_OBJ = $(call unit_objects,$(UNIT_BUILD)/sanitize)
FUZZ_OBJ = $(call unit_objects,$(FUZZ_BUILD))

# test_linear counts the engine's work, which takes an engine of its own.
COUNTED_OBJ = $(patsubst %.c,$(UNIT_BUILD)/counted/%.o,$(CORE_SRC)) \
	$(patsubst %,$(UNIT_BUILD)/plain/tests/unit/%.o, \
		harness memory random sets work)

PLAIN_TESTS = $(addprefix $(UNIT_BUILD)/plain/,$(UNIT_TESTS))
SANITIZE_TESTS = $(addprefix $(UNIT_BUILD)/sanitize/, \
	$(filter-out test_linear test_cert_wipe,$(UNIT_TESTS)))
VALGRIND_TESTS = $(addprefix $(UNIT_BUILD)/plain/, \
	test_cases test_config test_forms test_memory)
FUZZ_PROGRAMS = $(addprefix $(FUZZ_BUILD)/,$(FUZZ_TARGETS))

.PHONY: unit unit-sanitize unit-valgrind fuzz
.SECONDARY:

unit: $(PLAIN_TESTS)
	@sh tests/unit/run.sh $(PLAIN_TESTS)

unit-sanitize: $(SANITIZE_TESTS)
	@QSREPL_LAWS=$${QSREPL_LAWS:-200000} \
		QSREPL_BYTES=$${QSREPL_BYTES:-1000000} \
		sh tests/unit/run.sh $(SANITIZE_TESTS)

unit-valgrind: $(VALGRIND_TESTS)
	@QSREPL_BYTES=$${QSREPL_BYTES:-20000} \
		QSREPL_CONFIGS=$${QSREPL_CONFIGS:-200} \
		RUNNER="valgrind --quiet --error-exitcode=1 --leak-check=full" \
		sh tests/unit/run.sh $(VALGRIND_TESTS)

fuzz: $(FUZZ_PROGRAMS)
	@FUZZ_SECONDS=$(FUZZ_SECONDS) FUZZ_SEED=$(FUZZ_SEED) \
		sh tests/fuzz/run.sh $(FUZZ_BUILD) $(FUZZ_TARGETS)

$(UNIT_BUILD)/plain/%.o: %.c
	@mkdir -p $(@D)
	$(UNIT_CC) $(PLAIN_CFLAGS) -c -o $@ $<

$(UNIT_BUILD)/sanitize/%.o: %.c
	@mkdir -p $(@D)
	$(UNIT_CC) $(SANITIZE_CFLAGS) -c -o $@ $<

$(UNIT_BUILD)/counted/%.o: %.c tests/unit/work.h
	@mkdir -p $(@D)
	$(UNIT_CC) $(PLAIN_CFLAGS) -fsanitize-coverage=trace-pc \
		-DWORK_COUNTED -include tests/unit/work.h -c -o $@ $<

$(FUZZ_BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(FUZZ_CC) $(STD) $(WARN) $(UNIT_CPPFLAGS) $(FUZZ_CFLAGS) -c -o $@ $<

$(UNIT_BUILD)/plain/test_linear: \
		$(UNIT_BUILD)/plain/tests/unit/test_linear.o $(COUNTED_OBJ)
	$(CC) $(PLAIN_CFLAGS) -o $@ $^ $(UNIT_LIBS)

$(EMBEDDED): scripts/embed $(WINDOWS_SCRIPTS)
	@mkdir -p $(@D)
	@scripts/embed $(WINDOWS_SCRIPTS) > $@.new
	@mv $@.new $@

# Not tests by themselves: tests/t/116_powershell.pl runs this one,
$(BUILD)/powershell_lab: \
		$(UNIT_BUILD)/sanitize/tests/unit/powershell_lab.o $(SANITIZE_OBJ)
	$(CC) $(SANITIZE_CFLAGS) -o $@ $^ $(UNIT_LIBS)

# tests/t/160_robocopy.pl this one,
$(BUILD)/robocopy_lab: \
		$(UNIT_BUILD)/sanitize/tests/unit/robocopy_lab.o $(SANITIZE_OBJ)
	$(CC) $(SANITIZE_CFLAGS) -o $@ $^ $(UNIT_LIBS)

# and tests/t/057_pg.pl this, with the sanitizers.
$(BUILD)/pg_lab: $(UNIT_BUILD)/sanitize/tests/unit/pg_lab.o $(SANITIZE_OBJ)
	$(CC) $(SANITIZE_CFLAGS) -o $@ $^ $(UNIT_LIBS)

# test_plan_kill kills itself in the middle of the journal's writes.
%/test_plan_kill: UNIT_LIBS += -Wl,--wrap=plat_log_append

# A function that is looked up at its first call has all registers saved on the
# stack, with what they hold of keys; the tool is linked so, too.
%/test_cert_wipe: UNIT_LIBS += -Wl,-z,now

$(UNIT_BUILD)/plain/test_%: $(UNIT_BUILD)/plain/tests/unit/test_%.o \
		$(PLAIN_OBJ)
	$(CC) $(PLAIN_CFLAGS) -o $@ $^ $(UNIT_LIBS)

$(UNIT_BUILD)/sanitize/test_%: $(UNIT_BUILD)/sanitize/tests/unit/test_%.o \
		$(SANITIZE_OBJ)
	$(CC) $(SANITIZE_CFLAGS) -o $@ $^ $(UNIT_LIBS)

$(FUZZ_BUILD)/fuzz_%: $(FUZZ_BUILD)/tests/fuzz/fuzz_%.o $(FUZZ_OBJ)
	$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $^ $(UNIT_LIBS)

-include $(shell find $(UNIT_BUILD) $(FUZZ_BUILD) -name '*.d' 2>/dev/null)
