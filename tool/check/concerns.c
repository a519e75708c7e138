/*
 * concerns.c
 *		The table of concerns, in the order of the report.
 */
#include "check/internal.h"

const CheckConcern check_concerns[] = {
	{"reachable", true, true, false, check_reachable},
	{"databases", true, true, false, check_databases},
	{"roles", true, true, false, check_roles},
	{"fence", true, true, false, check_fences},
	{"system", true, false, false, check_system},
	{"version", true, false, false, check_versions},
	{"collation", true, false, false, check_collations},
	{"streaming", true, false, false, check_streaming},
	{"lag", true, false, false, check_lag},
	{"slots", true, true, false, check_slots},
	{"senders", true, false, false, check_senders},
	{"subscription", false, true, false, check_subscriptions},
	{"lag", false, true, false, check_logical_lag},
	{"tables", false, true, false, check_tables},
	{"schema", false, true, false, check_schemas},
	{"migrations", false, true, false, check_migrations},
	{"sequences", false, true, false, check_sequences},
	{"local site", true, true, false, check_local_site},
	{"preload", true, true, false, check_preload},
	{"settings", true, true, false, check_settings},
	{"rewind", true, false, false, check_rewind},
	{"peer", true, false, false, check_peer},
	{"state", true, true, false, check_states},
	{"extension", true, true, false, check_extension},
	{"leaks", true, true, true, check_leaks},
	{"mappings", true, true, true, check_mappings},
	{"scan", true, true, true, check_scan},
	{"keys", true, false, true, check_keys},
	{"prepared", true, true, false, check_prepared},
	{"role", true, true, false, check_role},
	{"login", true, true, false, check_login},
	{"replicator", true, true, false, check_replicator},
	{"clock", true, true, false, check_clocks},
	{"disk", true, true, false, check_disk},
	{"dns", true, true, false, check_dns},
	{"hosts", true, true, true, check_hosts},
	{"services", true, true, false, check_services},
	{"certificates", true, true, false, check_certificates},
	{"transport", true, true, false, check_transport},
	{"share", true, true, false, check_shares},
	{NULL, false, false, false, NULL}
};
