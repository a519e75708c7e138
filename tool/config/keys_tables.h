/*
 * keys_tables.h
 *		The tables of keys that stand in files of their own, a file a concern.
 */
#ifndef CONFIG_KEYS_TABLES_H
#define CONFIG_KEYS_TABLES_H

#include <stddef.h>

#include "config/keys.h"

/* Durations, in ms */
#define SECOND 1000L
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

#define AT(type, field) .offset = offsetof(type, field)

extern const ConfigKey config_node_keys[];
extern const ConfigKey config_service_keys[];
extern const ConfigKey config_certificate_keys[];
extern const ConfigKey config_alias_keys[];
extern const ConfigKey config_dns_keys[];
extern const ConfigKey config_share_keys[];
extern const ConfigKey config_snapshot_keys[];

#endif							/* CONFIG_KEYS_TABLES_H */
