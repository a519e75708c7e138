/*
 * problems.c
 *		Comparing a problem word for word.
 */
#include "problems.h"

#include "harness.h"

void
check_problem(const RwProblem *problem, RwProblemCode code,
			  const char *message, const char *detail, const char *hint)
{
	check(problem->code == code);
	check_text(problem->message, message);
	check_text(problem->detail, detail);
	check_text(problem->hint, hint);
}
