/*
 * work.c
 *		Counting the engine's work.
 */
#include "work.h"

/* Copying is cheap: so many bytes cost as much as a basic block. */
#define BYTES_A_STEP 16

static unsigned long work;

extern void __sanitizer_cov_trace_pc(void);

void
__sanitizer_cov_trace_pc(void)
{
	work++;
}

unsigned long
work_done(void)
{
	unsigned long done = work;

	work = 0;
	return done;
}

static void
count(size_t bytes)
{
	work += bytes / BYTES_A_STEP + 1;
}

void *
work_memchr(const void *bytes, int c, size_t len)
{
	const char *found = memchr(bytes, c, len);

	count(found != NULL ? (size_t) (found - (const char *) bytes) : len);
	return memchr(bytes, c, len);
}

int
work_memcmp(const void *a, const void *b, size_t len)
{
	count(len);
	return memcmp(a, b, len);
}

void *
work_memcpy(void *to, const void *from, size_t len)
{
	count(len);
	return memcpy(to, from, len);
}

void *
work_memset(void *to, int c, size_t len)
{
	count(len);
	return memset(to, c, len);
}

size_t
work_strlen(const char *string)
{
	size_t		len = strlen(string);

	count(len);
	return len;
}

char *
work_strchr(const char *string, int c)
{
	count(strlen(string));
	return strchr(string, c);
}

int
work_strcmp(const char *a, const char *b)
{
	count(strlen(a));
	return strcmp(a, b);
}

size_t
work_strcspn(const char *string, const char *stops)
{
	size_t		len = strcspn(string, stops);

	count(len);
	return len;
}
