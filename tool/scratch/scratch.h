/*
 * scratch.h
 *		A database server of our own, which nobody else can reach and nothing
 *		is left of afterwards.
 *
 * It is in a directory that only the server's user may enter, and so is its
 * socket; it has no other.  What a killed run has left is known by a marker in
 * it, and removed by the next one.
 */
#ifndef SCRATCH_SCRATCH_H
#define SCRATCH_SCRATCH_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/config.h"
#include "pg/connection.h"
#include "platform/lock.h"

/* Begins zeroed. */
typedef struct Scratch
{
	const Config *config;
	const ConfigSite *site;		/* this machine's: programs, user */
	const char *root;			/* the directory, and the socket's */
	const char *data;
	const char *log;
	bool		extension;		/* qsrepl.so is loaded */
	PlatLock   *lock;
	Arena		arena;
} Scratch;

/*
 * scratch_begin
 *		Make a server and start it.
 *
 * in:     scratch: config and site
 * errors: also another run that has one now.  In any case scratch_end() is to
 *         be called
 */
extern bool scratch_begin(Scratch *scratch, Error *error);

/*
 * scratch_end
 *		Stop it and remove everything.
 */
extern bool scratch_end(Scratch *scratch, Error *error);

/*
 * scratch_clear
 *		Remove what a killed run has left, where no other one has a server now.
 */
extern void scratch_clear(const Config *config, const ConfigSite *site);

/*
 * A role that is no superuser: whatever others have written is run with its
 * rights, since a superuser of the server runs programs of this machine.
 */
#define SCRATCH_ROLE "qsrepl_trial"

/*
 * scratch_connect
 *		Connect to a database of it; NULL: "postgres".  user: NULL: a superuser.
 */
extern PgConnection *scratch_connect(const Scratch *scratch, const char *user,
									 const char *dbname, Error *error);

/* A connection string for programs, in the arena. */
extern const char *scratch_conninfo(Scratch *scratch, const char *user,
									const char *dbname);

#endif							/* SCRATCH_SCRATCH_H */
