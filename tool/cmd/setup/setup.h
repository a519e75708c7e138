/*
 * setup.h
 *		The verbs of "qsrepl setup".
 */
#ifndef CMD_SETUP_SETUP_H
#define CMD_SETUP_SETUP_H

#include <stdbool.h>

struct json_t;

typedef struct SetupRequest
{
	const char *file;			/* the configuration */
	const char *site;			/* NULL: the configuration's, if confirmed */
	const char *discard_site;	/* whose data may be moved aside although the
								 * primary does not have all of it; or NULL */
	bool		dry_run;
	bool		yes;
	bool		no_restart;
	bool		rebuild;		/* a standby is copied anew */
	bool		unfence;		/* what is removed may be fenced */
	bool		json;
	struct json_t **document;	/* where the document is added to, instead of
								 * being printed; or NULL */
} SetupRequest;

/* Make a site's server the primary of a pair, or its standby. */
extern int	cmd_setup_primary(const SetupRequest *request);
extern int	cmd_setup_standby(const SetupRequest *request);

/* Take everything away again from a site's server. */
extern int	cmd_setup_remove(const SetupRequest *request);

/* The same in logical mode: the publisher, or its subscriber. */
extern int	cmd_setup_publisher(const SetupRequest *request);
extern int	cmd_setup_subscriber(const SetupRequest *request);

#endif							/* CMD_SETUP_SETUP_H */
