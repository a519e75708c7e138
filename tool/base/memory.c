/*
 * memory.c
 *		Memory that is there or ends the program.
 */
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/report.h"

static void *
checked(void *pointer)
{
	if (pointer == NULL)
	{
		report_error("out of memory", NULL, NULL);
		exit(EXIT_OUT_OF_MEMORY);
	}
	return pointer;
}

void *
mem_alloc(size_t size)
{
	return checked(malloc(size > 0 ? size : 1));
}

void *
mem_grow(void *old, size_t size)
{
	return checked(realloc(old, size));
}

char *
mem_strdup(const char *string)
{
	size_t		size = strlen(string) + 1;

	return memcpy(mem_alloc(size), string, size);
}

static void *
engine_allocate(void *arg, size_t size)
{
	(void) arg;
	return mem_alloc(size);
}

static void
engine_release(void *arg, void *pointer)
{
	(void) arg;
	free(pointer);
}

const RwMemory mem_engine = {engine_allocate, engine_release, NULL};
