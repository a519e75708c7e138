/*
 * roles.h
 *		Roles of a snapshot that a server lacks.
 */
#ifndef CMD_RESTORE_ROLES_H
#define CMD_RESTORE_ROLES_H

#include "cmd/restore/work.h"

/* Names are in the arena. */
typedef struct RestoreRoles
{
	const char **names;
	size_t		n;
} RestoreRoles;

/* The roles of the snapshot that the server lacks. */
extern bool restore_missing_roles(Restore *restore, RestoreRoles *roles,
								  Error *error);

#endif							/* CMD_RESTORE_ROLES_H */
