/*
 * drill.h
 *		A drill: a copy of a site's database server is started beside it,
 *		promoted, localized and checked, and then removed.
 *
 * All of it is done by one process, the keeper (cmd/drill/keep.c), which goes
 * on where the command that was typed is killed, and then removes the copy.
 * Where the keeper is killed too, what it leaves is known by its marker, and
 * removed by the next drill.
 *
 * A drill writes to nothing but its own directory and the directory of its
 * records; it takes no lock of a plan, so it stands in nobody's way.
 */
#ifndef DRILL_DRILL_H
#define DRILL_DRILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/config.h"
#include "pg/connection.h"
#include "pg/lsn.h"

/* Where a drill puts its things; in an arena. */
typedef struct DrillPlace
{
	const ConfigSite *site;
	const char *root;			/* drill_directory, also of the socket */
	const char *data;			/* the copy; under a name of its own, since
								 * what a killed drill has started may write
								 * for a moment longer */
	const char *marker;			/* says that the directory is a drill's */
	const char *request;		/* asks the keeper to end */
	const char *hba;
	const char *settings;		/* the copy's postgresql.conf */
	const char *log;
} DrillPlace;

/* What the marker says; strings in an arena. */
typedef struct DrillMarker
{
	const char *phase;			/* "copy" ... "checks", "open", "removal" */
	const char *started;		/* 2026-01-31T00:52:02.123Z */
	const char *data;			/* the name of the copy's directory */
	const char *until;			/* when a copy that is kept open is removed;
								 * or NULL */
	bool		made;			/* the directory was made by the drill */
} DrillMarker;

/* The phases, in their order; they are also the steps of a dry run. */
typedef enum DrillPhase
{
	DRILL_COPY,
	DRILL_START,
	DRILL_PROMOTE,
	DRILL_LOCALIZE,
	DRILL_CHECKS,
	DRILL_REMOVAL,
	DRILL_PHASES
} DrillPhase;

typedef struct DrillWords
{
	const char *name;			/* also in records, so never changed */
	const char *title;
	const char *manual;			/* how one would do it by hand */
} DrillWords;

extern const DrillWords drill_words[DRILL_PHASES];

/* A tablespace of the server that is copied. */
typedef struct DrillSpace
{
	const char *oid;
	const char *location;
} DrillSpace;

typedef struct Drill
{
	const Config *config;
	const ConfigSite *site;
	DrillPlace	place;
	DrillMarker marker;
	void		(*progress) (const char *text); /* told now and then */
	/* what drill_look() has found */
	bool		standby;
	const char *config_file;	/* the server's */
	const char *version;
	int			version_number; /* 150020 */
	int64_t		bytes;			/* of all databases */
	int64_t		needed;			/* bytes on the disk */
	PgLsn		replayed;
	DrillSpace *spaces;
	size_t		n_spaces;
	/* what the phases have found */
	int64_t		ms[DRILL_PHASES];	/* -1: not done */
	const char *data_until;		/* the last change that the copy has; or NULL */
	const char *timeline;
	json_t	   *databases;		/* of the configuration, those that exist */
	json_t	   *checks;
	size_t		failures;
	Arena		arena;
} Drill;

/*
 * drill_place
 *		Where a site's drills take place; the default is beside its data.
 *
 * in: data: the name of the copy's directory, as in the marker
 */
extern void drill_place(const ConfigSite *site, const char *data,
						Arena *arena, DrillPlace *place);

/*
 * drill_marker_read, drill_marker_write
 *		*there: false where there is no marker, which is no error.
 */
extern bool drill_marker_read(const DrillPlace *place, Arena *arena,
							  DrillMarker *marker, bool *there, Error *error);
extern bool drill_marker_write(const DrillPlace *place,
							   const DrillMarker *marker, Error *error);

/*
 * drill_place_make
 *		Make the directory and put the marker into it; one that holds anything
 *		else is refused.
 */
extern bool drill_place_make(Drill *drill, Error *error);

/*
 * drill_place_remove
 *		Stop the copy's server, if it runs, and remove all that is in the
 *		directory, the marker last.  One without a marker is left alone.
 *
 * out: *removed: whether there was something
 */
extern bool drill_place_remove(const Config *config, const DrillPlace *place,
							   bool *removed, Error *error);

/*
 * drill_copy_end
 *		End at the site's server what serves a copy whose keeper was killed:
 *		pg_basebackup's second process outlives the first one, and would keep
 *		a slot.  A server that does not answer has no such thing.
 */
extern void drill_copy_end(const Config *config, const ConfigSite *site);

/*
 * drill_look
 *		Ask the site's server whether there can be a drill, and what it needs.
 *		Changes nothing.
 *
 * in:     explicit_site: the site was named, so it may be the active one
 * errors: *refused tells whether the server answered
 */
extern bool drill_look(Drill *drill, bool explicit_site, bool *refused,
					   Error *error);

/* The phases; each one of drill_words[]. */
extern bool drill_copy(Drill *drill, Error *error);
extern bool drill_start(Drill *drill, Error *error);
extern bool drill_promote(Drill *drill, Error *error);
extern bool drill_localize(Drill *drill, Error *error);
extern bool drill_checks(Drill *drill, Error *error);

/* Check the site's certificates against the copy; a part of the checks. */
extern bool drill_certificates(Drill *drill, Error *error);

/* Write the copy's own settings; a part of its start. */
extern bool drill_settings(Drill *drill, Error *error);

/*
 * drill_connect
 *		Connect to the copy by its socket.
 *
 * in:  dbname, role: NULL: the maintenance database, the site's superuser
 */
extern PgConnection *drill_connect(const Drill *drill, const char *dbname,
								   const char *role, Error *error);

/*
 * drill_check
 *		Note a check: "passed", "failed" or "skipped".
 */
extern void drill_check(Drill *drill, const char *name, const char *result,
						const char *format,...) TEXT_PRINTF(4, 5);

/* The record of a drill, made from what is known; owned by the caller. */
extern json_t * drill_record(const Drill *drill);

/*
 * drill_record_write
 *		Store a record in the directory of the journal, under the time that
 *		the drill began.
 */
extern bool drill_record_write(const Config *config, const json_t * record,
							   Error *error);

/*
 * drill_record_last
 *		The last record of a site; NULL where there is none that can be read.
 */
extern json_t * drill_record_last(const Config *config,
								  const char *site);

/* The directory of the records and the lock's file; in the arena. */
extern const char *drill_records(const Config *config, Arena *arena);
extern const char *drill_lock(const Config *config, Arena *arena);

/* Seconds of a phase, or of "total" or "takeover"; -1: not known. */
extern double drill_seconds(const json_t * record, const char *name);

#endif							/* DRILL_DRILL_H */
