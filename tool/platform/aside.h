/*
 * aside.h
 *		A call that might hang, made where it can be given up.
 */
#ifndef PLATFORM_ASIDE_H
#define PLATFORM_ASIDE_H

#include <stdbool.h>

/*
 * plat_aside
 *		Call a function that blocks beside the program (a process of its own
 *		here, a thread on Windows) and give it up after a deadline.  A process
 *		that cannot even be killed, as its file server is gone, is left behind.
 *
 * in:  run must not rely on changing the program's memory
 * out: whether it returned true before the deadline
 */
extern bool plat_aside(bool (*run) (void *arg), void *arg, int deadline_ms);

#endif							/* PLATFORM_ASIDE_H */
