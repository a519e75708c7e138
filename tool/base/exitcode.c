/*
 * exitcode.c
 *		The exit codes in words.
 */
#include "base/exitcode.h"

#include <stddef.h>

const ExitCodeMeaning exitcode_meanings[] = {
	{EXIT_OK, "done"},
	{EXIT_NOT_SO, "it ran, and the answer is no: cases failed, a site is not active or not "
		"ready, the sites differ, a drill has failed, or the role has moved and "
	"something is left"},
	{EXIT_USAGE, "the command line is wrong"},
	{EXIT_INPUT, "a file's content is wrong"},
	{EXIT_SYSTEM, "a file could not be read or written"},
	{EXIT_OUT_OF_MEMORY, "out of memory"},
	{EXIT_REFUSED, "nothing was changed: nobody confirmed it, it may not be done as things are, or "
	"a run's journal is damaged"},
	{EXIT_SERVER, "a server did not answer, or answered with an error"},
	{EXIT_STOPPED, "a step failed or was interrupted; what was done is in the journal"},
	{0, NULL}
};
