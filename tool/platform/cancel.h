/*
 * cancel.h
 *		The user's or the system's wish that the program ends, as a flag.
 */
#ifndef PLATFORM_CANCEL_H
#define PLATFORM_CANCEL_H

#include <stdbool.h>

/*
 * plat_cancel_install
 *		From now on SIGINT, SIGTERM and SIGHUP (Ctrl-C, Ctrl-Break and the
 *		console's closing on Windows) set the flag and do nothing else: who
 *		does something that must not be torn looks at it between two of them.
 */
extern void plat_cancel_install(void);

/* Whether the program was asked to end. */
extern bool plat_cancelled(void);

/* Forget it: the program goes on, for example to undo what it has done. */
extern void plat_cancel_clear(void);

#endif							/* PLATFORM_CANCEL_H */
