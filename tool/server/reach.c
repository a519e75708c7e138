/*
 * reach.c
 *		Logging in as replication does.
 */
#include "server/reach.h"

#include "base/text.h"
#include "platform/child.h"
#include "server/control.h"
#include "server/logical.h"
#include "server/target.h"

/* The lines of pg_hba.conf that let the role in. */
static void
add_lines(Text *text, const ServerReach *reach)
{
	const Config *config = reach->config;
	const char *role = config->replication_role;
	const char *from = reach->from->host;

	if (config->mode == CONFIG_PHYSICAL)
		text_addf(text, "\"host replication %s %s scram-sha-256\" and "
				  "\"host %s %s %s scram-sha-256\"", role, from,
				  config->maintenance_database, role, from);
	else
		for (size_t i = 0; i < reach->n_databases; i++)
			if (logical_replicates(config, reach->databases[i]))
				text_addf(text, "%s\"host \"%s\" %s %s scram-sha-256\"",
						  text->len > 0 ? " and " : "", reach->databases[i],
						  role, from);
}

static void
explain(const ServerReach *reach, Error *error)
{
	const char *role = reach->config->replication_role;
	Text		lines = {NULL, 0, 0};

	add_lines(&lines, reach);
	error_take_message(error, text_format("site \"%s\": role \"%s\" could not "
										  "connect for replication",
										  reach->site->name, role));
	error_take_hint(error, text_format(
									   "The role needs a password (in psql: \\password %s), which is in the "
									   "password file at each site, and pg_hba.conf of site \"%s\" needs "
									   "these lines: %s.", role, reach->site->name,
									   lines.bytes != NULL ? lines.bytes : ""));
	text_free(&lines);
}

static bool
log_in(const ServerReach *reach, const char *conninfo, Arena *arena,
	   Error *error)
{
	const char *const words[] = {
		server_program(reach->here, "psql", arena), "-X", "-w", "-q", "-A",
		"-t", "-d", arena_printf(arena, "%s connect_timeout=%ld", conninfo,
								 (reach->config->connect_timeout + 999) /
								 1000), "-c", "IDENTIFY_SYSTEM", NULL
	};
	const char *argv[sizeof(words) / sizeof(words[0]) + SERVER_AS_WORDS];
	PlatChild	child = {.argv = argv,.deadline_ms = 60000};
	PlatChildResult result;
	bool		good;

	server_argv(reach->here, words, argv);
	good = plat_child_run(&child, &result, error);
	if (!good)
		explain(reach, error);
	plat_child_free(&result);
	return good;
}

/* To each database, as subscriptions do. */
static bool
log_in_to_all(const ServerReach *reach, Arena *arena, Error *error)
{
	const Config *config = reach->config;

	for (size_t i = 0; i < reach->n_databases; i++)
	{
		const char *database = reach->databases[i];

		if (logical_replicates(config, database) &&
			!log_in(reach, arena_printf(arena, "%s replication=database",
										server_conninfo_of(
														   config, reach->site,
														   config->replication_role, database,
														   arena)), arena, error))
			return false;
	}
	return true;
}

bool
server_reach(const ServerReach *reach, Error *error)
{
	const Config *config = reach->config;
	Arena		arena = {NULL};
	bool		good = config->mode == CONFIG_LOGICAL ?
	log_in_to_all(reach, &arena, error) :
	log_in(reach, arena_printf(&arena, "%s replication=true",
							   server_conninfo(config, reach->site,
											   config->replication_role,
											   &arena)), &arena, error);

	arena_free(&arena);
	return good;
}
