/*
 * drill.h
 *		The verbs of "qsrepl drill".
 */
#ifndef CMD_DRILL_DRILL_H
#define CMD_DRILL_DRILL_H

#include <stdbool.h>

typedef struct DrillRequest
{
	const char *file;			/* the configuration */
	const char *site;			/* NULL: the configuration's, if it is passive */
	const char *hold;			/* how long the copy is kept open; or NULL */
	const char *report;			/* a directory for the page; or NULL */
	bool		named;			/* of the keeper: the site was named */
	bool		dry_run;
	bool		json;
} DrillRequest;

/* Hold a drill, and tell how it went. */
extern int	cmd_drill(const DrillRequest *request);

/*
 * cmd_drill_keep
 *		What cmd_drill() starts as a program of its own: it does all of a
 *		drill, and removes the copy whatever becomes of its partner.
 */
extern int	cmd_drill_keep(const DrillRequest *request);

/* Remove a copy that is kept open, or was left by a drill that was killed. */
extern int	cmd_drill_end(const char *file);

/* Tell whether a drill is under way or open, and how the last one went. */
extern int	cmd_drill_status(const char *file, bool json);

#endif							/* CMD_DRILL_DRILL_H */
