/*
 * cancel.h
 *		The end of standard input as a wish that the program ends.
 */
#ifndef PLATFORM_POSIX_CANCEL_H
#define PLATFORM_POSIX_CANCEL_H

#include <stdbool.h>

/*
 * unix_cancel_watch_input
 *		Whether plat_cancelled() looks at standard input, too: it becomes true
 *		when nobody can write there any more.  Nothing is read.
 */
extern void unix_cancel_watch_input(bool watch);

#endif							/* PLATFORM_POSIX_CANCEL_H */
