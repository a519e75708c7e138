/*
 * restore_roles.c
 *		The step that creates the roles of the snapshot that the server lacks,
 *		as pg_dumpall wrote them, without passwords.
 *
 * Of what pg_dumpall writes only three statements are taken: CREATE ROLE, ALTER
 * ROLE ... WITH and GRANT of a role; and only for roles that are made here.
 */
#include "cmd/restore_roles.h"

#include <stdlib.h>
#include <string.h>

#include "pg/statements.h"
#include "platform/file.h"

#define LIMIT ((size_t) 16 * 1024 * 1024)
#define CREATE "CREATE ROLE "
#define ALTER "ALTER ROLE "
#define GRANT "GRANT "

/* The name that a text begins with, without its quotes; or NULL. */
static const char *
read_name(const char *text, Arena *arena, const char **end)
{
	Text		name = {NULL, 0, 0};
	const char *result;

	if (*text != '"')
	{
		size_t		len = strcspn(text, " ;");

		*end = text + len;
		return len > 0 ? arena_printf(arena, "%.*s", (int) len, text) : NULL;
	}
	for (text++; *text != '\0' && (*text != '"' || text[1] == '"'); text++)
	{
		text_add_bytes(&name, text, 1);
		if (*text == '"')
			text++;
	}
	result = *text == '"' && name.len > 0 ?
		arena_strdup(arena, name.bytes) : NULL;
	*end = text + (*text == '"' ? 1 : 0);
	text_free(&name);
	return result;
}

static bool
starts(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

/* A statement is one whole line. */
static bool
is_whole(const char *line)
{
	size_t		len = strlen(line);

	return len > 0 && line[len - 1] == ';' && strchr(line, ';') ==
		line + len - 1;
}

static void
add(RestoreRoles *roles, const char *name, Arena *arena)
{
	const char **names = arena_alloc(arena, (roles->n + 1) * sizeof(char *));

	if (roles->n > 0)
		memcpy(names, roles->names, roles->n * sizeof(char *));
	names[roles->n++] = name;
	roles->names = names;
}

static bool
is_among(const RestoreRoles *roles, const char *name)
{
	for (size_t i = 0; i < roles->n; i++)
		if (strcmp(roles->names[i], name) == 0)
			return true;
	return false;
}

/* Does a statement of the file concern a role that is made? */
static bool
concerns(const RestoreRoles *roles, const char *line, Arena *arena)
{
	const char *name = NULL;
	const char *end = line;

	if (!is_whole(line))
		return false;
	if (starts(line, CREATE))
		name = read_name(line + strlen(CREATE), arena, &end);
	else if (starts(line, ALTER))
	{
		name = read_name(line + strlen(ALTER), arena, &end);
		if (!starts(end, " WITH "))
			return false;
	}
	else if (starts(line, GRANT))
	{
		name = read_name(line + strlen(GRANT), arena, &end);
		if (name == NULL || !starts(end, " TO "))
			return false;
		name = read_name(end + strlen(" TO "), arena, &end);
	}
	return name != NULL && is_among(roles, name);
}

typedef bool (*EachLine) (void *arg, const char *line, Error *error);

/* Comments and lines that are no statement are passed over by the callers. */
static bool
each_line(Restore *restore, EachLine each, void *arg, Error *error)
{
	Text		text = {NULL, 0, 0};
	char	   *path = text_format("%s/databases/roles.sql",
								   restore->directory);
	PlatFileInfo info;
	bool		good = plat_file_info(path, &info, error);

	if (good && info.exists)
		good = plat_file_read(path, LIMIT, &text, error);
	for (char *line = text.bytes; good && line != NULL && *line != '\0';)
	{
		char	   *end = strchr(line, '\n');

		if (end != NULL)
			*end = '\0';
		line[strcspn(line, "\r")] = '\0';
		good = each(arg, line, error);
		line = end != NULL ? end + 1 : NULL;
	}
	free(path);
	text_free(&text);
	return good;
}

/* Looking for those that the server lacks. */
typedef struct Search
{
	Restore    *restore;
	PgConnection *server;
	RestoreRoles *roles;
} Search;

static bool
look_at(void *arg, const char *line, Error *error)
{
	Search	   *search = arg;
	Arena	   *arena = &search->restore->move.arena;
	const char *end;
	const char *name;
	bool		exists;

	if (!starts(line, CREATE) || !is_whole(line))
		return true;
	name = read_name(line + strlen(CREATE), arena, &end);
	if (name == NULL || strcmp(end, ";") != 0 || starts(name, "pg_"))
		return true;
	if (!pg_ask(search->server, "SELECT EXISTS (SELECT FROM "
				"pg_catalog.pg_roles WHERE rolname = $1)",
				PG_PARAMETERS(name), &exists, error))
		return false;
	if (!exists)
		add(search->roles, name, arena);
	return true;
}

bool
restore_missing_roles(Restore *restore, RestoreRoles *roles, Error *error)
{
	Search		search = {restore, NULL, roles};

	roles->names = NULL;
	roles->n = 0;
	search.server = restore_server(restore, error);
	return search.server != NULL && each_line(restore, look_at, &search,
											  error);
}

static bool
make(void *arg, const char *line, Error *error)
{
	Search	   *search = arg;

	return !concerns(search->roles, line, &search->restore->move.arena) ||
		pg_run(search->server, line, PG_NONE, error);
}

/* The body of a transaction. */
static bool
make_all(void *arg, PgConnection *server, Error *error)
{
	Search	   *search = arg;

	(void) server;
	return each_line(search->restore, make, search, error);
}

/* For the undo, a name a line. */
static const char *
as_lines(const RestoreRoles *roles, Arena *arena)
{
	const char *lines = "";

	for (size_t i = 0; i < roles->n; i++)
		lines = arena_printf(arena, "%s%s\n", lines, roles->names[i]);
	return lines;
}

bool
restore_roles_run(void *context, PlanProgress *progress, Error *error)
{
	Restore    *restore = context;
	Arena	   *arena = &restore->move.arena;
	RestoreRoles roles = {NULL, 0};
	Search		search = {restore, NULL, &roles};

	if (!restore_missing_roles(restore, &roles, error))
		return false;
	if (roles.n == 0)
		return true;
	search.server = restore_server(restore, error);
	if (!plan_note(progress, "roles", as_lines(&roles, arena), error) ||
		!pg_transaction(search.server, make_all, &search, error))
		return false;
	text_addf(&restore->move.notes, "New roles, without a password:");
	for (size_t i = 0; i < roles.n; i++)
		text_addf(&restore->move.notes, "%s %s", i > 0 ? "," : "",
				  roles.names[i]);
	text_add(&restore->move.notes, ". In psql: \\password ROLE.\n");
	return true;
}

bool
restore_roles_undo(void *context, PlanProgress *progress, Error *error)
{
	Restore    *restore = context;
	PgConnection *server = restore_server(restore, error);
	const char *noted = plan_noted(progress, "roles");

	for (const char *at = noted; server != NULL && at != NULL && *at != '\0';)
	{
		size_t		len = strcspn(at, "\n");

		if (!pg_statements(server, "SELECT pg_catalog.format('DROP ROLE %I', "
						   "rolname) FROM pg_catalog.pg_roles WHERE rolname = "
						   "$1", PG_PARAMETERS(arena_printf(&restore->move.arena,
															"%.*s", (int) len,
															at)), NULL, error))
			return false;
		at += len + (at[len] == '\n' ? 1 : 0);
	}
	return server != NULL;
}
