/*
 * logical.h
 *		Logical mode: publications, slots, subscriptions and the fence of a
 *		passive site, one database at a time.
 *
 * A publication has the name that the configuration gives, replication_name;
 * a subscription and its slot have that of server_subscription().  Each
 * function may be called again when it was interrupted.
 */
#ifndef SERVER_LOGICAL_H
#define SERVER_LOGICAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "config/config.h"
#include "pg/connection.h"

/* Are a database's rows replicated?  QSMQ's are where copy_qsmq says so. */
extern bool logical_replicates(const Config *config, const char *database);

/*
 * logical_publish
 *		Publish all tables of the connection's database by name, partitioned
 *		ones as a whole, and let the replication role read them; what is
 *		published already stays.  The role must be there.
 *
 * logical_is_published
 *		Whether that has nothing to do.
 */
extern bool logical_publish(PgConnection *publisher, const Config *config,
							Error *error);
extern bool logical_is_published(PgConnection *publisher,
								 const Config *config, bool *is,
								 Error *error);

/*
 * logical_identify
 *		Give tables without a key REPLICA IDENTITY FULL, or their updates and
 *		deletes would fail as soon as they are published.
 *
 * errors: such a table with a rule: the rows at the other site differ, so
 *         they would not be found
 */
extern bool logical_identify(PgConnection *publisher, Error *error);
extern bool logical_is_identified(PgConnection *publisher, bool *is,
								  Error *error);

/* A subscription, as both sides tell. */
typedef struct LogicalState
{
	bool		exists;			/* in the subscriber's database */
	bool		enabled;
	bool		begun;			/* it has tables, so rows were copied */
	bool		slot;			/* at the publisher, and not lost */
	bool		complete;		/* it has all tables of the publication */
	bool		current;		/* its connection and options are those wanted */
} LogicalState;

/* A subscription and its ends; everything is the caller's. */
typedef struct LogicalLink
{
	const Config *config;
	const char *name;			/* server_subscription() */
	const char *conninfo;		/* to the publisher, as the subscriber's
								 * server uses it; server_conninfo_of() */
	PgConnection *publisher;	/* to the database there; may be NULL in
								 * logical_subscribe() */
	PgConnection *subscriber;	/* to the database here */
} LogicalLink;

/* What the subscriber has of the subscription, and the publisher of its slot. */
extern bool logical_state(const LogicalLink *link, LogicalState *state,
						  Error *error);

/*
 * logical_subscribe
 *		Make the subscription, disabled, without a slot or tables: nothing is
 *		replicated yet.
 *
 * logical_begin
 *		Make its slot, where it has not begun, enable it, and have the tables
 *		copied that it does not have yet.  A subscription that has begun must
 *		have its slot: a new one would leave out what was written meanwhile.
 *
 * logical_unsubscribe
 *		Drop it with its slots, as far as the publisher has them.
 */
extern bool logical_subscribe(const LogicalLink *link, Error *error);
extern bool logical_begin(const LogicalLink *link, Error *error);
extern bool logical_unsubscribe(const LogicalLink *link, Error *error);

/*
 * logical_prepare
 *		Make a slot and a disabled subscription between databases that are equal
 *		at this moment, while neither takes writes: nothing is copied.  What has
 *		these names already is replaced.
 *
 * logical_drop_slot
 *		Drop a slot of whichever database; one that is in use for longer than a
 *		moment is an error.
 */
extern bool logical_prepare(const LogicalLink *link, Error *error);
extern bool logical_drop_slot(PgConnection *publisher, const char *name,
							  Error *error);

/*
 * logical_epoch_set
 *		Raise the epoch of a database; where it is as high, it stays.
 *
 * logical_epoch_follow
 *		Give the subscriber's database the epoch of the publisher's.
 */
extern bool logical_epoch_set(PgConnection *database, const char *epoch,
							  Error *error);
extern bool logical_epoch_follow(const LogicalLink *link, Error *error);

/* How far the initial copy is. */
typedef struct LogicalCopy
{
	bool		enabled;
	size_t		tables;
	size_t		ready;
	unsigned long long bytes;	/* of the tables as they are now */
} LogicalCopy;

/* Added to *copy, so that several databases can be told as one. */
extern bool logical_copied(PgConnection *subscriber, const char *name,
						   LogicalCopy *copy, Error *error);

/* The size of what is published, in bytes, added to *bytes. */
extern bool logical_published_size(PgConnection *publisher,
								   const Config *config,
								   unsigned long long *bytes, Error *error);

/*
 * logical_fence
 *		Close a server for all but superusers and apply.  The extension's
 *		library must be loaded with it; the extension need not be in the
 *		connection's database.
 */
extern bool logical_fence(PgConnection *server, Error *error);
extern bool logical_is_fenced(PgConnection *server, bool *fenced,
							  Error *error);

#endif							/* SERVER_LOGICAL_H */
