/*
 * logical.h
 *		What a database's tables, sequences and subscription are, for checks in
 *		logical mode.
 */
#ifndef SITE_LOGICAL_H
#define SITE_LOGICAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "config/config.h"

typedef struct SiteTable
{
	const char *name;			/* public."Apps" */
	const char *shape;			/* a hash of columns and keys */
	bool		published;
	bool		keyless;		/* updates cannot be replicated */
	const char *copy;			/* pg_subscription_rel's state; or NULL */
} SiteTable;

typedef struct SiteSequence
{
	const char *name;
	int64_t		value;			/* -1: it was never called */
} SiteSequence;

/* What to read. */
typedef struct SiteLogicalQuery
{
	const Config *config;
	const ConfigSite *site;
	const char *database;
	const char *subscription;
} SiteLogicalQuery;

typedef struct SiteLogical
{
	const char *error;			/* NULL: it was read, else nothing below */
	SiteTable  *tables;			/* by name; partitions are left out */
	size_t		n_tables;
	SiteSequence *sequences;	/* by name */
	size_t		n_sequences;
	const char *migrations;		/* a hash of the rows' names; NULL: no such
								 * table */
	/* the subscription */
	bool		subscribed;
	bool		enabled;
	bool		disable_on_error;	/* false before PostgreSQL 15 */
	bool		worker;			/* that applies is at work */
	double		heard;			/* from the publisher, in seconds since 1970;
								 * -1: unknown */
} SiteLogical;

/*
 * site_logical_read
 *		Ask a database.
 *
 * out:    *logical, in the arena
 */
extern void site_logical_read(const SiteLogicalQuery *query, Arena *arena,
							  SiteLogical *logical);

#endif							/* SITE_LOGICAL_H */
