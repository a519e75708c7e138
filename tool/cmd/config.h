/*
 * config.h
 *		The verbs of "qsrepl config".
 */
#ifndef CMD_CONFIG_H
#define CMD_CONFIG_H

#include <stdbool.h>

#include "config/config.h"

/* Tell everything that is wrong with the file. */
extern int	cmd_config_check(const char *file, bool json);

/* Print every key's effective value and where it comes from. */
extern int	cmd_config_show(const char *file, bool json);

/*
 * cmd_load_config
 *		What every command begins with that needs the configuration: load it,
 *		and print what is wrong with it, but no warnings.
 *
 * out:    *config, to be freed with config_free() where EXIT_OK is returned
 * errors: EXIT_INPUT or EXIT_SYSTEM
 */
extern int	cmd_load_config(const char *file, Config *config);

/*
 * cmd_load_config_at
 *		The same for what another machine has started here by its
 *		remote_command, which says whose machine it takes this one for.
 *
 * errors: EXIT_REFUSED, too: this machine is at another site
 */
extern int	cmd_load_config_at(const char *file, const char *site,
							   Config *config);

/*
 * cmd_is_here
 *		Is this machine at a site?  Else that is printed, and that nothing was
 *		changed.
 */
extern bool cmd_is_here(const Config *config, const char *site);

/* The site of this name; NULL: there is none, which is printed. */
extern const ConfigSite *cmd_find_site(const Config *config,
									   const char *name);

#endif							/* CMD_CONFIG_H */
