/*
 * reach.c
 *		Logging in as a standby does.
 */
#include "server/reach.h"

#include "base/text.h"
#include "platform/child.h"
#include "server/control.h"
#include "server/target.h"

static void
explain(const Config *config, const ConfigSite *site, const ConfigSite *from,
		Error *error)
{
	const char *role = config->replication_role;

	error_take_message(error, text_format("site \"%s\": role \"%s\" could not "
										  "connect for replication",
										  site->name, role));
	error_take_hint(error, text_format(
									   "The role needs a password (in psql: \\password %s), which is in the "
									   "password file at each site, and pg_hba.conf of site \"%s\" needs "
									   "these lines: \"host replication %s %s scram-sha-256\" and "
									   "\"host %s %s %s scram-sha-256\".", role, site->name, role,
									   from->host, config->maintenance_database, role, from->host));
}

bool
server_reach(const Config *config, const ConfigSite *here,
			 const ConfigSite *site, const ConfigSite *from, Error *error)
{
	Arena		arena = {NULL};
	const char *conninfo = server_conninfo(config, site,
										   config->replication_role, &arena);
	const char *const words[] = {
		server_program(here, "psql", &arena), "-X", "-w", "-q", "-A", "-t",
		"-d", arena_printf(&arena, "%s replication=true connect_timeout=%ld",
						   conninfo, (config->connect_timeout + 999) / 1000),
		"-c", "IDENTIFY_SYSTEM", NULL
	};
	const char *argv[sizeof(words) / sizeof(words[0]) + SERVER_AS_WORDS];
	PlatChild	child = {.argv = argv,.deadline_ms = 60000};
	PlatChildResult result;
	bool		good;

	server_argv(here, words, argv);
	good = plat_child_run(&child, &result, error);
	if (!good)
		explain(config, site, from, error);
	plat_child_free(&result);
	arena_free(&arena);
	return good;
}
