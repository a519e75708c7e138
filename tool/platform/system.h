/*
 * system.h
 *		Where and as what the program runs.
 */
#ifndef PLATFORM_SYSTEM_H
#define PLATFORM_SYSTEM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

/* Whether a stream of the program is a terminal. */
extern bool plat_is_terminal(FILE *stream);

/* The program's own file, with its path; freed by the caller. */
extern bool plat_own_path(char **path, Error *error);

/* This machine's name, or "localhost" where it has none; freed by the caller. */
extern char *plat_host_name(void);

/*
 * plat_whole_path
 *		The whole path of something that is there, without links; freed by the
 *		caller.
 */
extern bool plat_whole_path(const char *path, char **whole, Error *error);

/* This process. */
extern int64_t plat_process(void);

/* Whether there is a process of this number, whosoever it is. */
extern bool plat_process_runs(int64_t process);

/*
 * plat_process_is_in
 *		Whether a process runs, with this directory as its working directory:
 *		the number alone may be another process's by now.
 */
extern bool plat_process_is_in(int64_t process, const char *directory);

#endif							/* PLATFORM_SYSTEM_H */
