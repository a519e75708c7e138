/*
 * guard.h
 *		What a dump's owner has written is run with his rights while it is
 *		restored, and not with the superuser's who restores it.
 */
#ifndef CMD_RESTORE_GUARD_H
#define CMD_RESTORE_GUARD_H

#include "pg/connection.h"

/*
 * restore_guard_begin
 *		In an empty database: from now on each function that comes in is one that
 *		runs with its owner's rights.
 */
extern bool restore_guard_begin(PgConnection *database, Error *error);

/*
 * restore_guard_check
 *		Before rows come: is there a constraint that calls what has its caller's
 *		rights, whoever owns it?
 */
extern bool restore_guard_check(PgConnection *database, Error *error);

/* Everything was restored: functions become what they were. */
extern bool restore_guard_end(PgConnection *database, Error *error);

#endif							/* CMD_RESTORE_GUARD_H */
