/*
 * status.h
 *		The verbs "status" and "is-active".
 */
#ifndef CMD_STATUS_STATUS_H
#define CMD_STATUS_STATUS_H

#include <stdbool.h>

/*
 * cmd_status
 *		Show where every site stands.
 *
 * in:     format: text, json or prometheus; watch: again each second, until
 *         Ctrl-C
 * out:    EXIT_OK; EXIT_SERVER where a site does not answer, or a
 *         database could not be read
 */
extern int	cmd_status(const char *file, const char *format, bool watch);

/*
 * cmd_is_active
 *		Whether a site's server takes the users' work: EXIT_OK, EXIT_NOT_SO,
 *		or EXIT_SERVER.
 *
 * in:     database: NULL: the first one of the configuration
 */
extern int	cmd_is_active(const char *file, const char *name,
						  const char *database, bool quiet, bool json);

#endif							/* CMD_STATUS_STATUS_H */
