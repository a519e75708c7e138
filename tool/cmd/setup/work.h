/*
 * work.h
 *		What the files of "qsrepl setup" share.
 */
#ifndef CMD_SETUP_WORK_H
#define CMD_SETUP_WORK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "cmd/setup/setup.h"
#include "config/config.h"
#include "pg/connection.h"
#include "pg/query.h"
#include "plan/plan.h"

#define SETUP_FILE_LIMIT (4 * 1024 * 1024)

/* The context of the steps. */
typedef struct Setup
{
	const SetupRequest *request;
	Config		config;
	const ConfigSite *site;		/* the one that is set up */
	const ConfigSite *peer;		/* the other one; for a standby its primary */
	PgConnection *server;		/* site's, or the primary's for a standby */
	PgConnection *source;		/* the publisher's, for a subscriber */
	const char *config_file;	/* postgresql.conf, or NULL: not known yet */
	const char *system_identifier;
	const char *aside;			/* where the standby's old data goes; of a
								 * subscriber the end of the databases' names */
	const char *database;		/* in setup_each(): the one at hand */
	const char **databases;		/* of the configured ones, those that exist */
	size_t		n_databases;
	bool		unfinished;		/* a run of this plan is taken up */
	bool		standby;		/* of its primary, already, when looked at */
	size_t		changed;		/* how many steps had something to do */
	Text		notes;			/* what is left to the administrator */
	struct json_t **document;	/* with --json: what is printed at the end */
	Arena		arena;
} Setup;

/* A verb: what differs between both. */
typedef struct SetupVerb
{
	const Plan *plan;
	bool		removes;		/* of either mode, and asks in other words */
	ConfigMode	mode;			/* the one it is for */
	bool		(*prepare) (Setup *setup, Error *error);	/* changes nothing */
	bool		(*finish) (Setup *setup, Error *error); /* tells of the result */
} SetupVerb;

/*
 * setup_run
 *		Load the configuration, have the site confirmed, prepare, run the plan.
 *
 * out: the exit code
 */
extern int	setup_run(const SetupVerb *verb, const SetupRequest *request);

/* The connection to setup->server's maintenance database, made anew if lost. */
extern bool setup_connect(Setup *setup, const ConfigSite *site,
						  Error *error);

/* The same of setup->source, the maintenance database of setup->peer. */
extern bool setup_source(Setup *setup, Error *error);

/* A value of setup->server, in the arena; "" where it is null. */
extern bool setup_value(Setup *setup, const char *sql,
						PgParameters parameters, const char **value,
						Error *error);

/* The answer of a query for a boolean. */
extern PlanAnswer setup_answer(PgConnection *connection, const char *sql,
							   PgParameters parameters, Error *error);

/*
 * setup_each, setup_each_replicated
 *		Call a function for each database of the site, or of those whose rows
 *		are replicated in logical mode, until one does not say PLAN_YES.
 */
typedef PlanAnswer (*SetupEach) (Setup *setup, PgConnection *connection,
								 Error *error);
extern PlanAnswer setup_each(Setup *setup, SetupEach each, Error *error);
extern PlanAnswer setup_each_replicated(Setup *setup, SetupEach each,
										Error *error);

/*
 * setup_find_databases
 *		Which of the configured databases a server has; others are told.
 */
extern bool setup_find_databases(Setup *setup, PgConnection *server,
								 const ConfigSite *site, Error *error);

/* Is setup->server the one of the site's data directory, on this machine? */
extern bool setup_check_place(Setup *setup, Error *error);

/* Is setup->server a primary that has the extension's files? */
extern bool setup_check_server(Setup *setup, Error *error);

/*
 * setup_check_program
 *		Whether one of PostgreSQL's programs on this machine is of a major, or
 *		also of a later one where same is false.
 */
extern bool setup_check_program(Setup *setup, const char *program, int major,
								bool same, Error *error);

/* Is --discard-site, where it is given, the site's name? */
extern bool setup_check_discard(const Setup *setup, Error *error);

/*
 * What the setup of an active site's server looks at first: the server and its
 * place, and which databases it has.
 */
extern bool setup_prepare_active(Setup *setup, Error *error);

/*
 * What is left to the administrator, as a note: what replication connections
 * still lack.  Always true.
 */
extern bool setup_tell_replication(Setup *setup, Error *error);

/* Sites and mappings of the configuration into a database, as a whole. */
extern bool setup_define(Setup *setup, PgConnection *connection,
						 Error *error);

/* The site's own data may not be replaced; always false. */
extern bool setup_refuse_own(Setup *setup, const char *detail,
							 const char *hint, Error *error);

/*
 * setup_replication
 *		Log in at a site as the replication role does, by psql; false with the
 *		server's words, and with the lines that pg_hba.conf needs as the hint.
 */
extern bool setup_replication(Setup *setup, const ConfigSite *site,
							  const ConfigSite *from, Error *error);

/* Is there nothing in a directory, or no directory? */
extern bool setup_is_empty(const char *path, bool *empty, Error *error);

/* Is there a file in the site's data directory? */
extern bool setup_has_file(Setup *setup, const char *name, bool *has,
						   Error *error);

/* The file's path in the site's data directory; in the arena. */
extern const char *setup_path(Setup *setup, const char *name);

/*
 * setup_same_system
 *		Does the site's data directory hold the primary's system?  What is not
 *		complete does not.
 */
extern bool setup_same_system(Setup *setup, bool *same, Error *error);

/*
 * setup_look_at_own
 *		Whether what the site of a standby has may be replaced; sets standby
 *		where it is one of its primary already.
 */
extern bool setup_look_at_own(Setup *setup, Error *error);

/*
 * setup_compare_rows
 *		Refused where databases of the site, whose server is connected to, hold
 *		apps or users that the primary's do not.
 */
extern bool setup_compare_rows(Setup *setup, PgConnection *own,
							   Error *error);

/*
 * setup_check_apart
 *		Whether both sites are two servers, where the other one answers; for a
 *		standby also that the data directory is not the primary's.
 */
extern bool setup_check_apart(Setup *setup, bool standby, Error *error);

/*
 * setup_look_at_standby
 *		Whether a standby can still follow; else, or where a copy is asked for,
 *		it is no standby to go on with.
 */
extern bool setup_look_at_standby(Setup *setup, Error *error);

/*
 * setup_has_slot, setup_make_slot
 *		The slot of a standby at setup->server.  One whose log is lost is of no
 *		use: it is made anew.
 */
extern PlanAnswer setup_has_slot(Setup *setup, const ConfigSite *site,
								 Error *error);
extern bool setup_make_slot(Setup *setup, const ConfigSite *site,
							Error *error);

#endif							/* CMD_SETUP_WORK_H */
