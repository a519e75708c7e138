/*
 * steps.h
 *		The steps of the plans of "qsrepl setup", and how those that several
 *		plans have are told.
 */
#ifndef CMD_SETUP_STEPS_H
#define CMD_SETUP_STEPS_H

#include "cmd/setup/work.h"

/* A step's functions; not all have all.  See plan.h. */
#define SETUP_STEP(name) \
	extern PlanAnswer name##_done(void *context, Error *error); \
	extern bool name##_run(void *context, PlanProgress *progress, \
						   Error *error); \
	extern bool name##_undo(void *context, PlanProgress *progress, \
							Error *error)

/* A step of a standby, in follow.c. */
SETUP_STEP(setup_slot);

/* Steps of a standby, in backup.c. */
SETUP_STEP(setup_stop);
SETUP_STEP(setup_aside);
SETUP_STEP(setup_backup);
SETUP_STEP(setup_keep);

/* Steps of a standby, in start.c. */
SETUP_STEP(setup_signal);
SETUP_STEP(setup_verify);
SETUP_STEP(setup_start);
SETUP_STEP(setup_streaming);

/* Steps of all plans, in files.c. */
SETUP_STEP(setup_settings);
SETUP_STEP(setup_include);

/* Steps of a primary or publisher, in database.c. */
SETUP_STEP(setup_extension);
SETUP_STEP(setup_mappings);
SETUP_STEP(setup_profile);
SETUP_STEP(setup_localize);

/* Steps of a publisher, in publisher.c. */
SETUP_STEP(setup_identity);
SETUP_STEP(setup_publication);

/* Steps of all but a standby, in server.c. */
SETUP_STEP(setup_server);
SETUP_STEP(setup_restart);
SETUP_STEP(setup_role);
SETUP_STEP(setup_slots);

#define SETUP_STEP_SETTINGS_LOGICAL \
	{"settings", "Write the settings file \"${settings_file}\"", \
		"Write qsrepl.local_site and port of site ${site} into it.", \
	setup_settings_done, setup_settings_run, NULL, 0}
#define SETUP_STEP_SETTINGS_PHYSICAL \
	{"settings", "Write the settings file \"${settings_file}\"", \
		"Write qsrepl.local_site, port, qsrepl.peer_conninfo, " \
		"primary_conninfo and\nprimary_slot_name of site ${site} into it.", \
	setup_settings_done, setup_settings_run, NULL, 0}
#define SETUP_STEP_INCLUDE \
	{"include", "Include it from \"${config_file}\"", \
		"Put this line at the end: include = '${settings_file}'", \
	setup_include_done, setup_include_run, NULL, 0}
#define SETUP_STEP_SERVER_LOGICAL \
	{"server", "Change the server's settings by ALTER SYSTEM", \
		"ALTER SYSTEM SET wal_level = logical, wal_log_hints, " \
		"max_wal_senders,\nmax_replication_slots, " \
		"max_logical_replication_workers, max_worker_processes,\n" \
		"max_slot_wal_keep_size, and shared_preload_libraries with qsrepl " \
		"behind what is\nthere; SELECT pg_reload_conf();", \
	setup_server_done, setup_server_run, NULL, 0}
#define SETUP_STEP_RESTART \
	{"restart", "Restart the server of site ${site}, where settings need it", \
		"pg_ctl -D \"${data_directory}\" restart", \
	setup_restart_done, setup_restart_run, NULL, 0}
#define SETUP_STEP_ROLE \
	{"role", "Create the role ${role}", \
		"CREATE ROLE ${role} LOGIN REPLICATION;", \
	setup_role_done, setup_role_run, NULL, 0}
#define SETUP_STEP_EXTENSION \
	{"extension", "Create the extension in each database", \
		"CREATE EXTENSION qsrepl;", \
	setup_extension_done, setup_extension_run, NULL, 0}
#define SETUP_STEP_MAPPINGS \
	{"mappings", "Define sites and mappings in each database", \
		"SELECT qsrepl.set_site(...), qsrepl.set_mapping(...), " \
		"qsrepl.add_alias(...);", \
	setup_mappings_done, setup_mappings_run, NULL, 0}
#define SETUP_STEP_PROFILE \
	{"profile", "Load the rules of the profile in each database", \
		"SELECT * FROM qsrepl.load_profile();", \
	setup_profile_done, setup_profile_run, NULL, 0}
#define SETUP_STEP_LOCALIZE \
	{"localize", "Say in each database that the rows are those of site " \
		"${site}", "SELECT qsrepl.localize();", \
	setup_localize_done, setup_localize_run, NULL, 0}

#endif							/* CMD_SETUP_STEPS_H */
