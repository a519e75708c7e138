/*
 * paths.h
 *		Where things are unless it is said otherwise.
 */
#ifndef CONFIG_PATHS_H
#define CONFIG_PATHS_H

#define CONFIG_DEFAULT_FILE "/etc/qsrepl/qsrepl.conf"
#define CONFIG_DEFAULT_JOURNAL "/var/lib/qsrepl"
#define CONFIG_DEFAULT_KEYS "/var/lib/qsrepl/keys"

#endif							/* CONFIG_PATHS_H */
