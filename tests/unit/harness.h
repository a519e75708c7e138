/*
 * harness.h
 *		What the unit test programs share: checks, their count, and settings
 *		from the environment.
 *
 * A program checks as often as it likes and ends with harness_finish(), which
 * prints "N passed, N failed" as its last line; tests/unit/run.sh adds these
 * lines up.
 */
#ifndef UNIT_HARNESS_H
#define UNIT_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Each counts as one; a failure is reported with its place. */
#define check(condition) \
	harness_check((condition), #condition, __FILE__, __LINE__)
#define check_text(got, expected) \
	harness_check_text(got, expected, __FILE__, __LINE__)

extern bool harness_check(bool good, const char *what, const char *file,
						  int line);
extern bool harness_check_text(const char *got, const char *expected,
							   const char *file, int line);

/* Count what was checked without a check() of its own. */
extern void harness_passed(unsigned long n);
extern void harness_failed(void);

/*
 * harness_number
 *		A number from the environment, or the default; a value that is no
 *		number ends the program, since a mistyped size would test nothing.
 */
extern unsigned long harness_number(const char *variable,
									unsigned long otherwise);

/*
 * harness_rounds
 *		The same for the length of a random campaign: the default is
 *		multiplied by QSREPL_SCALE.
 */
extern unsigned long harness_rounds(const char *variable,
									unsigned long otherwise);

/* The seed of a random campaign: QSREPL_SEED or the time; printed. */
extern uint64_t harness_seed(void);

/*
 * Print bytes so that they can be read, and taken over into a C string; not
 * any more where failures are only counted.
 */
extern void harness_print(const char *label, const char *bytes, size_t len);

/* Print the last line; returns the exit code of the program. */
extern int	harness_finish(void);

#endif							/* UNIT_HARNESS_H */
