/*
 * work.h
 *		What the files of the moves share.
 */
#ifndef CMD_MOVE_WORK_H
#define CMD_MOVE_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "cmd/move/move.h"
#include "config/config.h"
#include "pg/connection.h"
#include "pg/query.h"
#include "plan/plan.h"
#include "site/risk.h"

#define MOVE_POLL_MS 20

/* What is known of a site's server during a move. */
typedef struct MoveSite
{
	PgConnection *server;		/* to the first database; NULL: not connected */
	PgConnection *lock;			/* holds the advisory lock; or NULL */
	bool		silent;			/* it is not to be asked: it would take a
								 * timeout */
} MoveSite;

/* The context of the steps. */
typedef struct Move
{
	const MoveRequest *request;
	MoveRequest taken_up;		/* request, with what the run began with */
	const char *plan;			/* its name */
	Config		config;
	const ConfigSite *from;		/* active before; the one that comes back */
	const ConfigSite *to;		/* active afterwards */
	MoveSite   *sites;			/* in the configuration's order */
	const char *system_identifier;
	const char **databases;		/* of the configured ones, those that exist */
	size_t		n_databases;
	PgConnection *tasks;		/* to the database that knows the tasks of the
								 * active site; or NULL */
	long		drain_timeout;	/* ms */
	int64_t		began;			/* by plat_clock_ms() */
	int64_t		writable_ms;	/* after it clients could write; -1: not known */
	bool		started;		/* by this process, not taken up */
	bool		wrong_server;	/* a site's address leads to another one's */
	bool		incomplete;		/* the role has moved, but something is left */
	bool		away;			/* the site that lost it is not back */
	bool		rebuild;		/* rejoin: by a base backup */
	const char *timeline;		/* rejoin: the active site's, in hexadecimal */
	const char *fork;			/* rejoin: where it began; or NULL */
	const char *epoch;			/* logical mode: the one to come; or NULL */
	const SiteRisk *risk;		/* what a failover that was begun by this
								 * process may lose; or NULL */
	const struct ShareRisk *shares; /* and of each share; or NULL */
	Text		notes;			/* what is told at the end, a line each */
	struct json_t **document;	/* with --json: what is printed at the end */
	Arena		arena;
} Move;

/* How a run begins. */
typedef enum MoveHow
{
	MOVE_START,
	MOVE_RESUME,
	MOVE_ABORT
} MoveHow;

/*
 * A verb.  prepare changes nothing, and is called for a start only; its exit
 * code is EXIT_OK or why not, with the error.
 */
typedef struct MoveVerb
{
	const Plan *plan;
	const struct MoveVerb *logical; /* what is done in logical mode */
	int			(*prepare) (Move *move, Error *error);
	bool		(*may_abort) (void *move, Error *error);
	int			(*finish) (Move *move); /* when it has ended, or NULL; an exit
										 * code */
	bool		supersedes;		/* takes the place of any other move that has
								 * not ended: its site may be lost */
	bool		returns;		/* the site that is named comes back */
	bool		alone;			/* the site that loses the role is lost */
} MoveVerb;

extern const MoveVerb move_switchover;
extern const MoveVerb move_failover;
extern const MoveVerb move_rejoin;
extern const MoveVerb move_maintenance_begin;
extern const MoveVerb move_maintenance_end;
extern const MoveVerb logical_switchover;
extern const MoveVerb logical_failover;
extern const MoveVerb logical_rejoin;
extern const MoveVerb logical_maintenance_begin;
extern const MoveVerb logical_maintenance_end;


/* The verb of a plan's name in the configuration's mode, or NULL. */
extern const MoveVerb *move_verb(const Config *config, const char *plan);

/*
 * move_run
 *		Load the configuration, connect, lock, prepare, run, tell.
 *
 * in:  verb: NULL: that of the run which has not ended
 */
extern int	move_run(const MoveVerb *verb, const MoveRequest *request,
					 MoveHow how);

/* ---- sites.c: which site is which ---- */

/* Fill from and to by the request; the exit code, after it was told. */
extern int	move_choose_sites(const MoveVerb *verb, Move *move);

/* Fill them, and the options, by the journal of a run; the exit code. */
extern int	move_take_sites(Move *move, const PlanJournal *journal);

/* move_learn() by any site's server that answers; this machine's first. */
extern bool move_learn_any(Move *move, Error *error);

/* ---- mirror.c: the journal's mirror ---- */

/* Where the journal is mirrored: the server that can be written. */
extern void move_mirror(Move *move, PlanMirror *mirror);

/* ---- tell.c: the end ---- */

/* What the run has led to, as text or as a document. */
extern void move_tell(const Move *move, PlanOutcome outcome);

/* ---- pair.c: the servers ---- */

/*
 * move_connect
 *		A new connection to a database of a site.  Its server must say itself
 *		that it is that site's: with host or port of the other one, the wrong
 *		server would be fenced.
 */
extern PgConnection *move_connect(Move *move, const ConfigSite *site,
								  const char *dbname, Error *error);

/*
 * move_server
 *		The connection to a site's first database, made anew where it is lost;
 *		NULL with the error.  The move's.
 */
extern PgConnection *move_server(Move *move, const ConfigSite *site,
								 Error *error);
extern void move_disconnect(Move *move, const ConfigSite *site);

/* As the same functions of pg/query.h; *value is in the arena. */
extern bool move_value(Move *move, const ConfigSite *site, const char *sql,
					   PgParameters parameters, const char **value,
					   Error *error);
extern bool move_true(Move *move, const ConfigSite *site, const char *sql,
					  PgParameters parameters, bool *yes, Error *error);
extern bool move_sql(Move *move, const ConfigSite *site, const char *sql,
					 PgParameters parameters, Error *error);

/* Is the site's server a standby? */
extern bool move_is_standby(Move *move, const ConfigSite *site,
							bool *standby, Error *error);

/* The exit code where a server could not be asked. */
extern int	move_unasked(const Move *move);

/* Is the site that is to become active a standby?  The exit code. */
extern int	move_check_target(Move *move, Error *error);

/* Does it follow the other one: as a standby, or as a subscriber? */
extern bool move_is_passive(Move *move, const ConfigSite *site,
							bool *passive, Error *error);

/* Which of the configured databases are there, and the system identifier. */
extern bool move_learn(Move *move, const ConfigSite *site, Error *error);

/*
 * move_lock
 *		Keep other machines' runs out, at each site whose server answers; in
 *		lock.c.
 */
extern bool move_lock(Move *move, Error *error);

/* Close and free all that it holds. */
extern void move_free(Move *move);

/* Wait a moment; false with the error where it was interrupted or is over. */
extern bool move_wait(int64_t end, const char *what, Error *error);

/*
 * move_warn
 *		Tell at the end of the run of an error that it is not stopped for.
 *
 * in: what, advice: a phrase in front of the error, and sentences behind it;
 *     or NULL
 *     error: is empty afterwards
 */
extern void move_warn(Move *move, const char *what, const char *advice,
					  Error *error);

/* ---- hooks ---- */
extern bool move_hook(void *context, const char *step, bool after,
					  PlanProgress *progress, Error *error);

/* Only for its hooks. */
extern bool move_nothing(void *context, PlanProgress *progress,
						 Error *error);

/* ---- steps ---- */
#define MOVE_STEP(name) \
	extern PlanAnswer name##_done(void *context, Error *error); \
	extern bool name##_run(void *context, PlanProgress *progress, \
						   Error *error); \
	extern bool name##_undo(void *context, PlanProgress *progress, \
							Error *error)

MOVE_STEP(move_slot);
MOVE_STEP(move_drain);
MOVE_STEP(move_checkpoint);
MOVE_STEP(move_fence);
MOVE_STEP(move_follow);
MOVE_STEP(move_stop);
MOVE_STEP(move_standby);
MOVE_STEP(move_token);
MOVE_STEP(move_promote);
MOVE_STEP(move_localize);
MOVE_STEP(move_start);
MOVE_STEP(move_leaks);
MOVE_STEP(move_slots);
MOVE_STEP(move_force);
MOVE_STEP(move_services_down);
MOVE_STEP(move_services_up);
MOVE_STEP(move_services_bar);
MOVE_STEP(move_certificates);
MOVE_STEP(move_dns);
MOVE_STEP(move_share_first);
MOVE_STEP(move_share);
MOVE_STEP(move_share_role);
MOVE_STEP(move_bar);
MOVE_STEP(move_hold);
MOVE_STEP(move_catch_up);

/*
 * The steps that are the same in all plans and both modes, as elements of a
 * table of steps.
 */
#define MOVE_STEP_BEFORE(plan) \
	{"before", "Run your programs before the " plan, "", \
	NULL, move_nothing, NULL, 0}
#define MOVE_STEP_AFTER(plan) \
	{"after", "Run your programs after the " plan, "", \
	NULL, move_nothing, NULL, 0}
#define MOVE_STEP_LEAKS \
	{"leaks", "Look for stored values of another site", \
		"In each database: SELECT * FROM qsrepl.leaks();", \
	NULL, move_leaks_run, NULL, 0}
#define MOVE_STEP_SERVICES_DOWN \
	{"services_down", "Stop the services of Qlik Sense at site ${from}", \
		"On each node of site ${from}, rims first: Get-Service Qlik* | " \
		"Set-Service -StartupType\nManual; Stop-Service -Force; all but the " \
		"Repository Database.", \
	NULL, move_services_down_run, move_services_down_undo, PLAN_MIRRORED}
#define MOVE_STEP_SERVICES_BAR \
	{"services_bar", "Stop the services of Qlik Sense at site ${from}, where " \
		"its nodes answer", \
		"On each node of site ${from}: Get-Service Qlik* | Set-Service " \
		"-StartupType Manual;\nStop-Service -Force; all but the Repository " \
		"Database.", \
	NULL, move_services_bar_run, NULL, 0}
#define MOVE_STEP_CERTIFICATES \
	{"certificates", "Bring the newest certificates to site ${to}, and " \
		"verify them", \
		"qsrepl cert sync; qsrepl cert verify --site ${to}", \
	NULL, move_certificates_run, NULL, 0}
#define MOVE_STEP_SERVICES_UP \
	{"services_up", "Start the services of Qlik Sense at site ${to}", \
		"On each node of site ${to}, the central one first: Start-Service " \
		"QlikSenseServiceDispatcher,\nQlikSenseRepositoryService, then the " \
		"others.", \
	NULL, move_services_up_run, NULL, 0}
#define MOVE_STEP_SHARE_FIRST(done) \
	{"share_first", "Bring the content of file shares to site ${to}, while " \
		"site ${from} works", \
		"qsrepl share sync", \
	done, move_share_first_run, NULL, 0}
#define MOVE_STEP_SHARE(done) \
	{"share", "Bring what has changed in file shares since", \
		"qsrepl share sync", \
	done, move_share_run, NULL, 0}
#define MOVE_STEP_SHARE_ROLE \
	{"share_role", "Let the content of file shares come from site ${to}", \
		"qsrepl share sync --initial, when the move is over.", \
	NULL, move_share_role_run, NULL, 0}
#define MOVE_STEP_DNS \
	{"dns", "Let the public alias point to site ${to}", \
		"Change the alias's record at the name server to the target of site " \
		"${to}.", \
	move_dns_done, move_dns_run, NULL, 0}

/* May the services of the target start with the certificates it has? */
extern bool move_certificates_good(Move *move, Error *error);

/* Is the target promoted already?  Then nothing may be undone. */
extern PlanAnswer move_is_promoted(Move *move, Error *error);
extern bool move_may_abort(void *context, Error *error);

/*
 * move_accept
 *		Tell what a failover would lose, and have it accepted.
 *
 * in:  risk: lives as long as the move
 * out: the exit code, with the error
 */
extern int	move_accept(Move *move, const SiteRisk *risk, Error *error);

/*
 * move_wait_replayed
 *		Wait until the target has replayed a position of the log: its place is
 *		operator (">=" or ">") that.
 */
extern bool move_wait_replayed(Move *move, const char *lsn,
							   const char *operator, PlanProgress *progress,
							   Error *error);

/* Does "qsrepl check" find nothing that stands in the way, or is it forced? */
extern bool move_is_ready(Move *move, Error *error);

/* Is a switchover wanted, with the tasks that run? */
extern bool move_confirm(Move *move, Error *error);

/* Is the active site lost, as far as can be seen, and the loss accepted?  The
 * exit code, with the error. */
extern int	move_check_lost(Move *move, Error *error);

/* The same when a run is taken up that has not promoted anything yet: nobody
 * was asked since. */
extern bool move_still_lost(Move *move, Error *error);

/* Start the site that comes back, and wait until it streams. */
extern bool move_bring_back(Move *move, PlanProgress *progress,
							Error *error);

/* The running tasks of Qlik Sense, one a line; NULL: there is no such table. */
extern bool move_tasks(Move *move, const char **tasks, Error *error);

#endif							/* CMD_MOVE_WORK_H */
