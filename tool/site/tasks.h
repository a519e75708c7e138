/*
 * tasks.h
 *		The tasks of Qlik Sense that run.
 */
#ifndef SITE_TASKS_H
#define SITE_TASKS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "pg/connection.h"

/*
 * site_tasks_there
 *		Whether a database has the tables of tasks as they are known to be.
 */
extern bool site_tasks_there(PgConnection *connection, bool *there,
							 Error *error);

/*
 * site_tasks_read
 *		The names of tasks that are noted as running.
 *
 * out: *there: as above; *tasks: in the arena, with commas between; NULL: none
 */
extern bool site_tasks_read(PgConnection *connection, Arena *arena,
							bool *there, const char **tasks, Error *error);

#endif							/* SITE_TASKS_H */
