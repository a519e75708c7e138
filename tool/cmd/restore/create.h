/*
 * create.h
 *		An empty database, and what belongs to it but is not in its dump.
 */
#ifndef CMD_RESTORE_CREATE_H
#define CMD_RESTORE_CREATE_H

#include "cmd/restore/work.h"

/* Make database->fresh; one that is there is dropped before. */
extern bool restore_create(Restore *restore, const RestoreDatabase *database,
						   Error *error);

/* Privileges and settings of the database, as the snapshot has them. */
extern bool restore_dress(Restore *restore, const RestoreDatabase *database,
						  Error *error);

#endif							/* CMD_RESTORE_CREATE_H */
