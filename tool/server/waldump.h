/*
 * waldump.h
 *		What a server committed behind a place of its log.
 */
#ifndef SERVER_WALDUMP_H
#define SERVER_WALDUMP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/config.h"
#include "pg/lsn.h"

/* A table's file, in a database. */
typedef struct WalTable
{
	const char *tablespace;		/* these are object identifiers */
	const char *database;
	const char *file;
	unsigned long inserted;		/* row versions: also of updates */
	unsigned long deleted;		/* only deletes */
} WalTable;

typedef struct WalChanges
{
	const char *transactions;	/* "{743,744}": an array for PostgreSQL */
	size_t		n_transactions;
	WalTable   *tables;
	size_t		n_tables;
} WalChanges;

/*
 * server_wal_timeline
 *		The latest timeline that a data directory has log of: that of a primary
 *		is in the control file only from its first checkpoint on.
 */
extern bool server_wal_timeline(const ConfigSite *site, PgTimeline * timeline,
								Error *error);

/*
 * server_wal_changes
 *		Read the log of a site's data directory with pg_waldump.
 *
 * in:     from: where another timeline forked off; timeline: of the log
 * out:    *changes, in the arena: of transactions that committed behind from
 * errors: the log is not there any more
 */
extern bool server_wal_changes(const ConfigSite *site, PgLsn from,
							   PgTimeline timeline, Arena *arena,
							   WalChanges *changes, Error *error);

#endif							/* SERVER_WALDUMP_H */
