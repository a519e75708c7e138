/*
 * problems.h
 *		Comparing a problem word for word.
 */
#ifndef UNIT_PROBLEMS_H
#define UNIT_PROBLEMS_H

#include "rw.h"

/* Check its code and its three parts. */
extern void check_problem(const RwProblem *problem, RwProblemCode code,
						  const char *message, const char *detail,
						  const char *hint);

#endif							/* UNIT_PROBLEMS_H */
