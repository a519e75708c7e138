/*
 * child.h
 *		Programs run as children: never through a shell.
 */
#ifndef PLATFORM_CHILD_H
#define PLATFORM_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

typedef enum PlatStream
{
	PLAT_STDOUT,
	PLAT_STDERR
} PlatStream;

/*
 * What to run.  All that points is the caller's and read during the call.
 *
 * The argument vector can be seen by all users of the machine: secrets go
 * through environment, input, or a file of mode 0600.
 */
typedef struct PlatChild
{
	const char *const *argv;	/* NULL ends it; argv[0] is looked up in PATH
								 * unless it holds a separator */
	const char *const *environment; /* NAME=value on top of the program's own,
									 * NULL ends it; NULL: none */
	const char *directory;		/* to run in; NULL: the program's own */
	const char *input;			/* for its standard input; NULL: no input */
	size_t		input_len;		/* bytes */
	void		(*on_line) (void *arg, PlatStream stream, const char *line);
	void	   *arg;			/* for on_line, which may be NULL */
	size_t		output_limit;	/* bytes of standard output that are kept; 0:
								 * a megabyte */
	int			deadline_ms;	/* 0: none */
	int			answer_ms;		/* deadline for the first bytes of its
								 * standard output; 0: none */
	int			grace_ms;		/* between asking it to end and killing it; 0:
								 * two seconds */
	bool		cancellable;	/* plat_cancelled() ends it */
} PlatChild;

typedef enum PlatChildEnd
{
	PLAT_CHILD_NOT_STARTED,
	PLAT_CHILD_EXITED,
	PLAT_CHILD_SIGNALED,
	PLAT_CHILD_TIMED_OUT,
	PLAT_CHILD_CANCELLED
} PlatChildEnd;

typedef struct PlatChildResult
{
	PlatChildEnd end;
	int			code;			/* exit code, signal, or the system's error */
	int64_t		ms;				/* how long it ran */
	char	   *output;			/* its standard output, from the beginning */
	size_t		output_len;
	bool		output_cut;		/* there was more than output_limit */
	char	   *errors;			/* the end of its standard error: at most 16
								 * kB */
} PlatChildResult;

/*
 * plat_child_run
 *		Run a program and wait for its end.
 *
 * It has no terminal, so that it cannot ask there, and a process group of its
 * own, which is ended as a whole on a deadline or cancel: asked first, killed
 * after grace_ms.  What it leaves in the background otherwise (a server that
 * pg_ctl starts) is not waited for.  It is killed where this program is.
 * Lines end with a line feed or a carriage return (progress); longer ones
 * than 64 kB come in pieces.
 *
 * out:    true where it exited with code 0; result: always filled, and freed
 *         with plat_child_free()
 * errors: what went wrong, with the end of its standard error as the detail
 */
extern bool plat_child_run(const PlatChild *child, PlatChildResult *result,
						   Error *error);
extern void plat_child_free(PlatChildResult *result);

/* A child that runs beside the program. */
typedef struct PlatChildRunning PlatChildRunning;

/*
 * plat_child_begin, plat_child_end
 *		The two halves of plat_child_run(): between them the caller does
 *		something else.  Meanwhile the child's output stays in its pipes, where
 *		it waits once they are full, and neither deadline nor cancel is looked
 *		for: for programs that say little.
 *
 * in:     child: copied; what points in it is read until the end
 *         stop: it is asked to end, and killed after grace_ms
 * out:    *running: to be given to plat_child_end(), which frees it
 * errors: begin: it could not be started; end: as plat_child_run()
 */
extern bool plat_child_begin(const PlatChild *child,
							 PlatChildRunning **running, Error *error);
extern bool plat_child_end(PlatChildRunning *running, bool stop,
						   PlatChildResult *result, Error *error);

#endif							/* PLATFORM_CHILD_H */
