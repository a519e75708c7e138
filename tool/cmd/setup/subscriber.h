/*
 * subscriber.h
 *		What the files of "qsrepl setup subscriber" share.
 *
 * A database is made under a name of its own that no client knows, with its
 * schema and its subscription, which is disabled; then it takes the place of
 * the one that was there, in one transaction.  So a database that has the
 * subscription is complete, whenever the run was killed.
 */
#ifndef CMD_SETUP_SUBSCRIBER_H
#define CMD_SETUP_SUBSCRIBER_H

#include "cmd/setup/steps.h"
#include "server/logical.h"

/* What the subscriber's server has of a database. */
typedef struct SubscriberDatabase
{
	bool		exists;
	bool		ours;			/* made by this plan: complete */
} SubscriberDatabase;

/*
 * subscriber_look
 *		What there is under a name, which is the database's own one, or the one
 *		that it has while it is made.
 */
extern bool subscriber_look(Setup *setup, const char *name,
							const char *database, SubscriberDatabase *found,
							Error *error);

/* The name that a database has while it is made; in the arena. */
extern const char *subscriber_new_name(Setup *setup, const char *database);

/* The name that an own database gets; in the arena. */
extern const char *subscriber_aside_name(Setup *setup, const char *database);

/* May the databases that the site has be moved aside? */
extern bool subscriber_check_own(Setup *setup, Error *error);

/*
 * subscriber_link
 *		The subscription of a database, with a connection to the publisher's
 *		database, which the caller closes; strings are in the arena.
 */
extern bool subscriber_link(Setup *setup, PgConnection *connection,
							LogicalLink *link, Error *error);

/* The steps, in the order of the plan. */
SETUP_STEP(subscriber_fence);
SETUP_STEP(subscriber_roles);
SETUP_STEP(subscriber_lost);
SETUP_STEP(subscriber_build);
SETUP_STEP(subscriber_place);
SETUP_STEP(subscriber_rules);
SETUP_STEP(subscriber_enable);
SETUP_STEP(subscriber_begin);
SETUP_STEP(subscriber_copy);

#endif							/* CMD_SETUP_SUBSCRIBER_H */
