# Flags that make a fault in the handling of memory harder to use: those of
# them that the compiler has for its machine.  Included by the top Makefile and
# by extension.mk; HARDENING= builds without.
#
#	HARDENING			for each file
#	HARDENING_FORTIFY	with $(call): for a file compiled with these CFLAGS;
#						glibc refuses it without optimization, and the
#						sanitizers know more than it does
#	HARDENING_PROGRAM	for each file of a program
#	HARDENING_LINK		when anything is linked
#
# "make -s hardening-flags CC=... CFLAGS=..." prints what holds for a program.

# Windows probes stacks by itself, and GCC for it cannot do both.
STACK_CLASH := $(if $(findstring mingw,$(shell $(CC) -dumpmachine)),, \
	-fstack-clash-protection)
HARDENING := $(shell for flag in -fstack-protector-strong $(STACK_CLASH) \
		-fcf-protection \
		-mbranch-protection=standard -Werror=format-security; do \
		$(CC) -Werror -Wformat $$flag -x c -c -o /dev/null /dev/null \
			2>/dev/null && echo $$flag; done)
HARDENING_FORTIFY = $(if $(HARDENING),$(if $(findstring -fsanitize,$(1)),, \
	$(if $(filter-out -O0,$(lastword $(filter -O%,$(1)))), \
		-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)))
HARDENING_PROGRAM = $(if $(HARDENING),-fPIE)
HARDENING_LINK = $(if $(HARDENING),-Xlinker -z -Xlinker relro -Xlinker -z \
	-Xlinker now)
