/*
 * work.h
 *		What the files of "qsrepl drill" share.
 */
#ifndef CMD_DRILL_WORK_H
#define CMD_DRILL_WORK_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/config.h"
#include "drill/drill.h"
#include "platform/lock.h"

#define DRILL_HOLD_MAX (7 * 86400000L)

/* What the keeper's lines begin with. */
#define DRILL_SAYS_PHASE "phase "
#define DRILL_SAYS_PROGRESS "progress "
#define DRILL_SAYS_RECORD "record "
#define DRILL_SAYS_ERROR "error "

/* What it is answered when its copy may stay open. */
#define DRILL_ANSWER_HOLD "hold"

/* Begin a drill's facts: nothing is asked yet.  Freed by drill_end(). */
extern void drill_begin(Drill *drill, const Config *config,
						const ConfigSite *site);
extern void drill_end(Drill *drill);

/*
 * drill_take_lock
 *		The lock that the keeper has as long as it lives.
 */
extern bool drill_take_lock(const Config *config, Arena *arena,
							PlatLock **lock, Error *error);

/* Print what a drill would do, with the times of the last one. */
extern void drill_print_plan(const Drill *drill);

/* Print a record for people. */
extern void drill_print_text(const json_t * record);

/*
 * drill_write_page
 *		Write a record as a page into a directory, which is made if missing.
 *
 * out: *path: the page's; in the arena
 */
extern bool drill_write_page(const json_t * record, const char *directory,
							 Arena *arena, const char **path, Error *error);

/* A member of a record; "" where it is null. */
extern const char *drill_member(const json_t * object, const char *name);

#endif							/* CMD_DRILL_WORK_H */
