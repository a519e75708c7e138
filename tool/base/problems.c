/*
 * problems.c
 *		What is wrong with a file, collected so that all of it is told at once.
 */
#include "base/problems.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Where a problem of this line goes: behind those of lines up to it. */
static size_t
place(const Problems *problems, size_t line)
{
	size_t		i = problems->n;

	while (line > 0 && i > 0 && (problems->list[i - 1].line == 0 ||
								 problems->list[i - 1].line > line))
		i--;
	return i;
}

static Problem *
insert(Problems *problems, size_t line)
{
	size_t		at = place(problems, line);
	Problem    *added;

	if (problems->n == problems->capacity)
	{
		problems->capacity = problems->capacity > 0 ?
			problems->capacity * 2 : 16;
		problems->list = mem_grow(problems->list,
								  problems->capacity * sizeof(Problem));
	}
	added = &problems->list[at];
	memmove(added + 1, added, (problems->n - at) * sizeof(Problem));
	problems->n++;
	return added;
}

static void
			add(Problems *problems, Problem problem, const char *format, va_list args)
			TEXT_PRINTF(3, 0);

static void
add(Problems *problems, Problem problem, const char *format, va_list args)
{
	char		message[1024];

	vsnprintf(message, sizeof(message), format, args);
	problem.message = arena_strdup(&problems->arena, message);
	problem.detail = arena_strdup(&problems->arena,
								  problem.detail != NULL ? problem.detail : "");
	problem.hint = arena_strdup(&problems->arena,
								problem.hint != NULL ? problem.hint : "");
	*insert(problems, problem.line) = problem;
	if (problem.severity == REPORT_WARNING)
		problems->warnings++;
	else
		problems->errors++;
	if (problem.missing)
		problems->missing++;
}

void
problems_error(Problems *problems, size_t line, const char *detail,
			   const char *hint, const char *format,...)
{
	Problem		problem = {REPORT_ERROR, line, false, NULL, detail, hint};
	va_list		args;

	va_start(args, format);
	add(problems, problem, format, args);
	va_end(args);
}

void
problems_warning(Problems *problems, size_t line, const char *detail,
				 const char *hint, const char *format,...)
{
	Problem		problem = {REPORT_WARNING, line, false, NULL, detail, hint};
	va_list		args;

	va_start(args, format);
	add(problems, problem, format, args);
	va_end(args);
}

void
problems_missing(Problems *problems, size_t line, const char *hint,
				 const char *format,...)
{
	Problem		problem = {REPORT_ERROR, line, true, NULL, NULL, hint};
	va_list		args;

	va_start(args, format);
	add(problems, problem, format, args);
	va_end(args);
}

void
problems_print(const Problems *problems, const char *file)
{
	for (size_t i = 0; i < problems->n; i++)
	{
		const Problem *problem = &problems->list[i];

		report_at(problem->severity, file, problem->line, problem->message,
				  problem->detail, problem->hint);
	}
}

void
problems_free(Problems *problems)
{
	free(problems->list);
	arena_free(&problems->arena);
	memset(problems, 0, sizeof(*problems));
}
