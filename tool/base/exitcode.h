/*
 * exitcode.h
 *		What the tool's exit codes mean: fixed, and told in docs/reference.md.
 */
#ifndef TOOL_EXITCODE_H
#define TOOL_EXITCODE_H

enum ExitCode
{
	EXIT_OK = 0,
	EXIT_NOT_SO = 1,			/* it ran; the answer is no, or cases failed */
	EXIT_USAGE = 2,				/* the command line is wrong */
	EXIT_INPUT = 3,				/* a file's content is wrong */
	EXIT_SYSTEM = 4,			/* a file could not be read or written */
	EXIT_OUT_OF_MEMORY = 5,
	EXIT_REFUSED = 6,			/* nothing was changed: not confirmed, or
								 * things are not so that it may be done */
	EXIT_SERVER = 7,			/* a server did not answer, or with an error */
	EXIT_STOPPED = 8			/* a plan has stopped: to be gone on with */
};

/* The same in words, for the manual; a NULL meaning ends it. */
typedef struct ExitCodeMeaning
{
	int			code;
	const char *meaning;
} ExitCodeMeaning;

extern const ExitCodeMeaning exitcode_meanings[];

#endif							/* TOOL_EXITCODE_H */
