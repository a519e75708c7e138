/*
 * roles.h
 *		The statements of databases/roles.sql that a restore may run.
 */
#ifndef SNAPSHOT_ROLES_H
#define SNAPSHOT_ROLES_H

#include <stdbool.h>

#include "base/arena.h"

typedef enum SnapshotRoleAct
{
	SNAPSHOT_ROLE_CREATE,		/* CREATE ROLE role; */
	SNAPSHOT_ROLE_ALTER,		/* ALTER ROLE role WITH ...; */
	SNAPSHOT_ROLE_GRANT			/* GRANT another TO role ...; */
} SnapshotRoleAct;

typedef struct SnapshotRole
{
	SnapshotRoleAct act;
	const char *role;			/* without quotes */
	const char *sql;			/* the whole statement */
} SnapshotRole;

/*
 * snapshot_roles_next
 *		The next statement of one of these kinds, as pg_dumpall writes them,
 *		each in a line.
 *
 * All others are passed over, and so is what looks like one but is a part of a
 * text in quotes: any user may have given a setting of several lines to his
 * own role.  A password is none of what pg_dumpall was asked for: a statement
 * that has one is passed over, too.
 *
 * in/out: *at: where to go on
 * out:    *role: its strings in the arena
 */
extern bool snapshot_roles_next(const char **at, Arena *arena,
								SnapshotRole *role);

#endif							/* SNAPSHOT_ROLES_H */
