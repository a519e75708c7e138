/*
 * casefile.h
 *		Files of mappings and of worked cases of rewriting.
 *
 * Columns are separated by tabs; '#' begins a comment line:
 *
 *		mapping	NAME	KIND	SITE	VALUE [SITE VALUE ...]
 *		alias	NAME	KIND	SITE	VALUE
 *		case	ID	FORM	SITE	INPUT	EXPECTED
 *
 * alias gives a former or further value, which is rewritten to the current
 * one.
 */
#ifndef TOOL_CASEFILE_H
#define TOOL_CASEFILE_H

#include <stdbool.h>
#include <stdio.h>

#include "rw.h"

typedef struct Case
{
	char	   *id;
	char	   *site;
	RwForm		form;
	char	   *input;			/* NUL-terminated; a case holds no NUL */
	char	   *expected;
	size_t		line;			/* in the file, from 1 */
} Case;

typedef struct CaseFile
{
	RwMappings *mappings;
	Case	   *cases;
	size_t		n_cases;
	size_t		capacity;
} CaseFile;

/*
 * casefile_read
 *		Read a whole file.
 *
 * in:     name: for messages; report: whether problems are printed
 * out:    *file, to be freed with casefile_free(), also on failure
 * errors: false after all wrong lines were reported, or where the mappings
 *         contradict each other
 */
extern bool casefile_read(FILE *stream, const char *name, bool report,
						  CaseFile *file);
extern void casefile_free(CaseFile *file);

#endif							/* TOOL_CASEFILE_H */
