/*
 * harness.c
 *		What the unit test programs share.
 */
#include "harness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A broken loop fails thousands of times: the first ones tell why. */
#define SHOWN 20

static unsigned long passed;
static unsigned long failed;

void
harness_passed(unsigned long n)
{
	passed += n;
}

void
harness_failed(void)
{
	failed++;
	if (failed == SHOWN + 1)
		puts("further failures are only counted");
}

bool
harness_check(bool good, const char *what, const char *file, int line)
{
	if (good)
		passed++;
	else
	{
		harness_failed();
		if (failed <= SHOWN)
			printf("%s:%d: failed: %s\n", file, line, what);
	}
	return good;
}

bool
harness_check_text(const char *got, const char *expected, const char *file,
				   int line)
{
	bool		good = strcmp(got, expected) == 0;

	harness_check(good, "texts are equal", file, line);
	if (!good && failed <= SHOWN)
	{
		harness_print("  expected", expected, strlen(expected));
		harness_print("  got", got, strlen(got));
	}
	return good;
}

unsigned long
harness_number(const char *variable, unsigned long otherwise)
{
	const char *text = getenv(variable);
	char	   *end;
	unsigned long number;

	if (text == NULL || text[0] == '\0')
		return otherwise;
	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno == 0 && *end == '\0' && text[0] >= '0' && text[0] <= '9')
		return number;
	printf("%s is no number: \"%s\"\n", variable, text);
	exit(1);
}

unsigned long
harness_rounds(const char *variable, unsigned long otherwise)
{
	return harness_number(variable,
						  otherwise * harness_number("QSREPL_SCALE", 1));
}

uint64_t
harness_seed(void)
{
	uint64_t	seed = harness_number("QSREPL_SEED",
									  (unsigned long) time(NULL));

	printf("seed %lu\n", (unsigned long) seed);
	return seed;
}

void
harness_print(const char *label, const char *bytes, size_t len)
{
	if (failed > SHOWN)
		return;
	printf("%s: \"", label);
	for (size_t i = 0; i < len; i++)
	{
		unsigned char c = (unsigned char) bytes[i];

		/* Octal, which no digit behind it can lengthen. */
		if (c < 0x20 || c > 0x7E)
			printf("\\%03o", c);
		else if (c == '"' || c == '\\')
			printf("\\%c", c);
		else
			putchar(c);
	}
	puts("\"");
}

int
harness_finish(void)
{
	printf("%lu passed, %lu failed\n", passed, failed);
	return failed == 0 && passed > 0 ? 0 : 1;
}
