/*
 * copy.c
 *		The copy: a base backup of the site's own server.
 *
 * Of a standby, too: it goes on replaying meanwhile, and its primary is not
 * asked for anything.  The copy begins with the last checkpoint that the
 * standby has replayed, so its start may have to replay what came since.  It
 * is not synced to the disk: it need not outlive the machine, and the server
 * does so itself before it recovers.
 */
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "drill/drill.h"
#include "pg/advice.h"
#include "pg/query.h"
#include "platform/child.h"
#include "platform/clock.h"
#include "server/control.h"
#include "server/target.h"

#define PROGRESS_MS 2000

/* How the copy's connections are known at the server. */
#define APPLICATION "qsrepl drill"

typedef struct Progress
{
	Drill	   *drill;
	int64_t		next;			/* when to tell again, by plat_clock_ms() */
} Progress;

/* "  23046/38912 kB (59%), 0/1 tablespace" */
static void
on_line(void *arg, PlatStream stream, const char *line)
{
	Progress   *progress = arg;
	char	   *end;
	int64_t		done = strtoll(line, &end, 10);
	int64_t		total;
	char		done_text[UNITS_SIZE];
	char		total_text[UNITS_SIZE];

	if (stream != PLAT_STDERR || end == line || *end != '/' ||
		plat_clock_ms() < progress->next)
		return;
	progress->next = plat_clock_ms() + PROGRESS_MS;
	total = strtoll(end + 1, NULL, 10);
	units_bytes(done * 1024, done_text);
	units_bytes(total * 1024, total_text);
	progress->drill->progress(arena_printf(&progress->drill->arena,
										   "%s of %s", done_text,
										   total_text));
}

/* OLD=NEW, where an equals sign in a path is escaped. */
static const char *
space_mapping(Drill *drill, const DrillSpace *space)
{
	Text		text = {NULL, 0, 0};
	const char *both[2];
	const char *mapping;

	both[0] = space->location;
	both[1] = arena_printf(&drill->arena, "%s/tablespace_%s",
						   drill->place.root, space->oid);
	for (int i = 0; i < 2; i++)
	{
		if (i > 0)
			text_add(&text, "=");
		for (const char *c = both[i]; *c != '\0'; c++)
		{
			if (*c == '=')
				text_add(&text, "\\");
			text_add_bytes(&text, c, 1);
		}
	}
	mapping = arena_strdup(&drill->arena, text.bytes);
	text_free(&text);
	return mapping;
}

/* The argument vector, in the arena. */
static const char *const *
backup_argv(Drill *drill)
{
	const char *const words[] = {
		server_program(drill->site, "pg_basebackup", &drill->arena),
		"-D", drill->place.data, "-X", "stream", "-c", "fast", "-P", "-w",
		"--no-manifest", "--no-sync", "-d",
		arena_printf(&drill->arena, "%s application_name='" APPLICATION "'",
					 server_conninfo(drill->config, drill->site, NULL,
									 &drill->arena))
	};
	const size_t count = sizeof(words) / sizeof(words[0]);
	const char **all = arena_alloc(&drill->arena, (count + 2 * drill->n_spaces +
												   1) * sizeof(char *));
	const char **argv = arena_alloc(&drill->arena, (count + 2 *
													drill->n_spaces + 1 +
													SERVER_AS_WORDS) *
									sizeof(char *));

	memcpy(all, words, sizeof(words));
	for (size_t i = 0; i < drill->n_spaces; i++)
	{
		all[count + 2 * i] = "-T";
		all[count + 2 * i + 1] = space_mapping(drill, &drill->spaces[i]);
	}
	server_argv(drill->site, all, argv);
	return argv;
}

bool
drill_copy(Drill *drill, Error *error)
{
	Progress	progress = {drill, plat_clock_ms() + PROGRESS_MS};
	PlatChild	child = {.argv = backup_argv(drill),.on_line = on_line,
	.arg = &progress,.cancellable = true};
	PlatChildResult result;
	bool		good = plat_child_run(&child, &result, error);

	if (!good && result.errors != NULL &&
		strstr(result.errors, "pg_hba.conf") != NULL)
		error_take_hint(error, text_format("Put this line into pg_hba.conf and "
										   "reload: host replication %s "
										   "127.0.0.1/32 scram-sha-256",
										   drill->site->user));
	plat_child_free(&result);
	return good || pg_advise(error);
}

void
drill_copy_end(const Config *config, const ConfigSite *site)
{
	Error		ignored = ERROR_NONE;
	PgConnection *server = server_connect(config, site, NULL, &ignored);

	if (server != NULL)
		pg_run(server, "SELECT pg_terminate_backend(a.pid) FROM "
			   "pg_stat_activity a WHERE a.backend_type = 'walsender' AND "
			   "a.application_name = '" APPLICATION "'", PG_NONE, &ignored);
	pg_close(server);
	error_free(&ignored);
}
