/*
 * exitcode.c
 *		The exit codes in words.
 */
#include "base/exitcode.h"

#include <stddef.h>

const ExitCodeMeaning exitcode_meanings[] = {
	{EXIT_OK, "done"},
	{EXIT_NOT_SO, "it ran, and the answer is no: cases failed, a site is not active or not "
	"ready"},
	{EXIT_USAGE, "the command line is wrong"},
	{EXIT_INPUT, "a file's content is wrong"},
	{EXIT_SYSTEM, "a file could not be read or written"},
	{EXIT_OUT_OF_MEMORY, "out of memory"},
	{EXIT_REFUSED, "it would overwrite something, and nobody confirmed it"},
	{EXIT_UNREACHABLE, "a site's server or database could not be reached"},
	{0, NULL}
};
