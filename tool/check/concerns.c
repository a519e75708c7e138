/*
 * concerns.c
 *		The table of concerns, in the order of the report.
 */
#include "check/internal.h"

const CheckConcern check_concerns[] = {
	{"reachable", true, true, check_reachable},
	{"databases", true, true, check_databases},
	{"roles", true, true, check_roles},
	{"fence", true, true, check_fences},
	{"system", true, false, check_system},
	{"version", true, false, check_versions},
	{"collation", true, false, check_collations},
	{"streaming", true, false, check_streaming},
	{"lag", true, false, check_lag},
	{"slots", true, true, check_slots},
	{"senders", true, false, check_senders},
	{"subscription", false, true, check_subscriptions},
	{"lag", false, true, check_logical_lag},
	{"tables", false, true, check_tables},
	{"schema", false, true, check_schemas},
	{"migrations", false, true, check_migrations},
	{"sequences", false, true, check_sequences},
	{"local site", true, true, check_local_site},
	{"preload", true, true, check_preload},
	{"settings", true, true, check_settings},
	{"rewind", true, false, check_rewind},
	{"peer", true, false, check_peer},
	{"state", true, true, check_states},
	{"extension", true, true, check_extension},
	{"leaks", true, true, check_leaks},
	{"mappings", true, true, check_mappings},
	{"scan", true, true, check_scan},
	{"keys", true, false, check_keys},
	{"prepared", true, true, check_prepared},
	{"role", true, true, check_role},
	{"login", true, true, check_login},
	{"replicator", true, true, check_replicator},
	{"clock", true, true, check_clocks},
	{"disk", true, true, check_disk},
	{NULL, false, false, NULL}
};
