/*
 * do.h
 *		The verb "do".
 */
#ifndef CMD_DO_H
#define CMD_DO_H

/*
 * cmd_do
 *		Do an act of server/act.h at this machine, which must be the site's.
 */
extern int	cmd_do(const char *file, const char *act, const char *site);

#endif							/* CMD_DO_H */
