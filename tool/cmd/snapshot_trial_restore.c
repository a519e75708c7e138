/*
 * snapshot_trial_restore.c
 *		A database of a snapshot, restored into a server for trial.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/snapshot_trial.h"
#include "pg/statements.h"
#include "platform/child.h"
#include "platform/file.h"
#include "server/control.h"

#define WORDS_MAX 16
#define LIST_LIMIT ((size_t) 64 * 1024 * 1024)

/*
 * $1: name, $2: encoding, $3: collate, $4: ctype, $5: provider, $6: its locale,
 * $7: its rules
 */
static const char create_query[] =
"SELECT pg_catalog.concat_ws(' ', pg_catalog.format('CREATE DATABASE %I "
"TEMPLATE template0 ENCODING %L', $1::text, coalesce($2, 'UTF8')),"
" 'LC_COLLATE ' || pg_catalog.quote_literal($3),"
" 'LC_CTYPE ' || pg_catalog.quote_literal($4),"
" 'LOCALE_PROVIDER ' || nullif($5, 'libc'),"
" CASE $5 WHEN 'icu' THEN 'ICU_LOCALE ' || pg_catalog.quote_literal($6)"
"  WHEN 'builtin' THEN 'BUILTIN_LOCALE ' || pg_catalog.quote_literal($6) END,"
" 'ICU_RULES ' || pg_catalog.quote_literal($7))";

static const char drop_query[] =
"SELECT pg_catalog.format('DROP DATABASE IF EXISTS %I', $1::text)";

/* As it was; or, where this machine has not its locale, without one. */
static bool
create(SnapshotTrial *trial, PgConnection *server,
	   const SnapshotDatabase *database, Error *error)
{
	Error		reason = ERROR_NONE;
	bool		good = pg_statements(server, create_query,
									 PG_PARAMETERS(database->name,
												   database->encoding,
												   database->collate,
												   database->ctype,
												   database->provider,
												   database->locale,
												   database->icu_rules), NULL,
									 &reason);

	if (!good)
	{
		snapshot_found(trial->findings, SNAPSHOT_WEAK, "deep", "",
					   "database \"%s\" was restored for trial without its "
					   "locale: %s", database->name, reason.message);
		good = pg_statements(server, create_query,
							 PG_PARAMETERS(database->name, database->encoding,
										   "C", "C", NULL, NULL, NULL), NULL,
							 error);
	}
	error_free(&reason);
	return good;
}

/* Lines of a list of pg_restore that need the extension. */
static bool
is_extensions(const char *line, size_t len)
{
	static const char *const marks[] = {
		" EXTENSION - qsrepl", " EXTENSION qsrepl", " qsrepl ",
		" SCHEMA - qsrepl"
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		for (size_t at = 0; at + strlen(marks[i]) <= len; at++)
			if (memcmp(line + at, marks[i], strlen(marks[i])) == 0)
				return true;
	return false;
}

/* Write the list without them; NULL is an error. */
static const char *
write_list(SnapshotTrial *trial, const char *dump, Error *error)
{
	Scratch    *scratch = &trial->scratch;
	const char *path = arena_printf(&scratch->arena, "%s/list",
									scratch->root);
	const char *const words[] = {
		server_program(trial->check->site, "pg_restore", &scratch->arena),
		"--list", "--", dump, NULL
	};
	PlatChild	child = {.argv = words,.output_limit = LIST_LIMIT,
	.cancellable = true};
	PlatChildResult result;
	Text		list = {NULL, 0, 0};
	bool		good = plat_child_run(&child, &result, error);

	for (size_t at = 0; good && at < result.output_len;)
	{
		const char *line = result.output + at;
		const char *end = memchr(line, '\n', result.output_len - at);
		size_t		len = end != NULL ? (size_t) (end - line) + 1 :
		result.output_len - at;

		if (!is_extensions(line, len))
			text_add_bytes(&list, line, len);
		at += len;
	}
	good = good && plat_file_write(path, list.bytes != NULL ? list.bytes : "",
								   list.len, false, error);
	plat_child_free(&result);
	text_free(&list);
	return good ? path : NULL;
}

static bool
run_restore(SnapshotTrial *trial, const SnapshotDatabase *database,
			Error *error)
{
	Arena	   *arena = &trial->scratch.arena;
	const char *dump = arena_printf(arena, "%s/%s",
									trial->snapshot->directory,
									database->dump);
	const char *list = NULL;
	const char *words[WORDS_MAX];
	size_t		n = 0;
	PlatChild	child = {.argv = words,.output_limit = 1,.cancellable = true};
	PlatChildResult result;
	bool		good;

	if (!trial->scratch.extension)
	{
		list = write_list(trial, dump, error);
		if (list == NULL)
			return false;
	}
	words[n++] = server_program(trial->check->site, "pg_restore", arena);
	words[n++] = "--exit-on-error";
	words[n++] = "--no-owner";
	words[n++] = "--no-privileges";
	words[n++] = "--no-password";
	words[n++] = arena_printf(arena, "--dbname=%s",
							  scratch_conninfo(&trial->scratch,
											   database->name));
	if (!trial->snapshot->legacy)
		words[n++] = arena_printf(arena, "--jobs=%d",
								  trial->check->config->snapshot.parallel);
	if (list != NULL)
		words[n++] = arena_printf(arena, "--use-list=%s", list);
	words[n++] = "--";
	words[n++] = dump;
	words[n] = NULL;
	good = plat_child_run(&child, &result, error);
	plat_child_free(&result);
	return good;
}

bool
snapshot_trial_restore(SnapshotTrial *trial, const SnapshotDatabase *database)
{
	Error		error = ERROR_NONE;
	PgConnection *server = scratch_connect(&trial->scratch, NULL, &error);
	bool		good = server != NULL &&
	pg_statements(server, drop_query, PG_PARAMETERS(database->name), NULL,
				  &error) && create(trial, server, database, &error) &&
	run_restore(trial, database, &error);

	pg_close(server);
	if (!good)
		snapshot_trial_error(trial, database, "could not be restored", &error);
	return good;
}
