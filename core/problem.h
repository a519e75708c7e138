/*
 * problem.h
 *		Wording of problems, in PostgreSQL's three parts.
 */
#ifndef RW_PROBLEM_H
#define RW_PROBLEM_H

#include "rw.h"

/*
 * rw_format
 *		Fill buffer from a template in which each %s takes the next of args,
 *		NUL-terminated strings up to a NULL.  Each is cut behind 80 bytes, at an ASCII byte,
 *		so that no character is torn in any encoding.
 */
extern void rw_format(char *buffer, size_t size, const char *format,
					  const char *const *args);

/* Set one part of *problem; the arguments behind format are strings. */
#define RW_PART(part, ...) \
	rw_format_part(part, sizeof(part), __VA_ARGS__, (const char *) NULL)
extern void rw_format_part(char *buffer, size_t size, const char *format,
						   ...);

/* Empty *problem and give it its code. */
extern void rw_problem_start(RwProblem *problem, RwProblemCode code);

#endif							/* RW_PROBLEM_H */
