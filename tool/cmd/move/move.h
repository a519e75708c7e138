/*
 * move.h
 *		The verbs that move the active role between the sites, and bring a site
 *		back.
 */
#ifndef CMD_MOVE_MOVE_H
#define CMD_MOVE_MOVE_H

#include <stdbool.h>
#include <stddef.h>

struct json_t;

typedef struct MoveRequest
{
	const char *file;			/* the configuration */
	const char *site;			/* switchover, failover: where to; rejoin,
								 * failback: which site comes back; NULL: the
								 * passive one */
	const char *drain;			/* how long to wait for tasks, instead of the
								 * configuration's; or NULL */
	const char *accept;			/* the bound of loss that is accepted; or NULL */
	const char *force_active;	/* the site that is passed over although it
								 * lives; or NULL */
	bool		force;			/* although a check fails */
	bool		rebuild;		/* rejoin: a base backup without trying
								 * pg_rewind */
	bool		dry_run;
	bool		yes;
	bool		json;
	struct json_t **document;	/* where the document is added to, instead of
								 * being printed; or NULL */
} MoveRequest;

/* Each returns the exit code. */
extern int	cmd_switchover(const MoveRequest *request);
extern int	cmd_failover(const MoveRequest *request);
extern int	cmd_rejoin(const MoveRequest *request);
extern int	cmd_failback(const MoveRequest *request);

/* Hold the passive site where it is, and let it follow again. */
extern int	cmd_maintenance_begin(const MoveRequest *request);
extern int	cmd_maintenance_end(const MoveRequest *request);

/* Go on with, or undo, the run that has not ended, whichever it is. */
extern int	cmd_resume(const MoveRequest *request);
extern int	cmd_abort(const MoveRequest *request);

#endif							/* CMD_MOVE_MOVE_H */
