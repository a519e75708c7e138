/*
 * check.h
 *		The verb "check".
 */
#ifndef CMD_CHECK_H
#define CMD_CHECK_H

#include <stdbool.h>

/*
 * cmd_check
 *		Look at all sites and say whether they are ready.
 *
 * out:    EXIT_OK: for switchover and for failover; EXIT_NOT_SO: not
 */
extern int	cmd_check(const char *file, bool strict, bool json);

#endif							/* CMD_CHECK_H */
