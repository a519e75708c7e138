/*
 * trash.h
 *		The folder of a share's root that keeps what was removed or replaced.
 *
 * SHARE_TRASH/20261126T174142.123Z/Apps/...: a folder for each time.  Others
 * put folders with other names beside these; they are left alone.
 */
#ifndef SHARE_TRASH_H
#define SHARE_TRASH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "share/access.h"

/* Where files are until they are whole; below the share's root. */
#define SHARE_TRASH_NEW SHARE_TRASH "/new"

#define SHARE_STAMP_SIZE 24		/* with its NUL */

/* "20261126T174142.123Z"; out has room for SHARE_STAMP_SIZE bytes. */
extern void share_trash_stamp(int64_t ms, char *out);

/* The time of such a name in ms, -1: it is none. */
extern int64_t share_trash_time(const char *name);

/* Make the folder, and drop what a broken copy has left in it. */
extern bool share_trash_prepare(const ShareAccess *target, Error *error);

/* Drop what is older than the share's trash_days. */
extern bool share_trash_prune(const ShareAccess *target, Error *error);

#endif							/* SHARE_TRASH_H */
