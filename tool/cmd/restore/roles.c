/*
 * roles.c
 *		The step that creates the roles of the snapshot that the server lacks,
 *		as pg_dumpall wrote them, without passwords.
 *
 * Of what pg_dumpall writes only three statements are taken: CREATE ROLE, ALTER
 * ROLE ... WITH and GRANT of a role; and only for roles that are made here.
 */
#include "cmd/restore/roles.h"

#include <stdlib.h>
#include <string.h>

#include "pg/statements.h"
#include "platform/file.h"
#include "snapshot/roles.h"

#define ROLES "databases/roles.sql"
#define LIMIT ((size_t) 16 * 1024 * 1024)

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

typedef bool (*EachStatement) (void *arg, const SnapshotRole *role,
							   Error *error);

static bool
each_statement(Restore *restore, EachStatement each, void *arg, Error *error)
{
	Text		text = {NULL, 0, 0};
	char	   *path = text_format("%s/" ROLES, restore->directory);
	SnapshotRole role;

	/* What is not in the manifest was not verified. */
	bool		good = snapshot_find(&restore->snapshot, ROLES) == NULL ||
	plat_file_read(path, LIMIT, &text, error);

	for (const char *at = text.bytes; good && at != NULL &&
		 snapshot_roles_next(&at, &restore->move.arena, &role);)
		good = each(arg, &role, error);
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
look_at(void *arg, const SnapshotRole *role, Error *error)
{
	Search	   *search = arg;
	bool		exists;

	if (role->act != SNAPSHOT_ROLE_CREATE ||
		strncmp(role->role, "pg_", 3) == 0)
		return true;
	if (!pg_ask(search->server, "SELECT EXISTS (SELECT FROM "
				"pg_catalog.pg_roles WHERE rolname = $1)",
				PG_PARAMETERS(role->role), &exists, error))
		return false;
	if (!exists)
		add(search->roles, role->role, &search->restore->move.arena);
	return true;
}

bool
restore_missing_roles(Restore *restore, RestoreRoles *roles, Error *error)
{
	Search		search = {restore, NULL, roles};

	roles->names = NULL;
	roles->n = 0;
	search.server = restore_server(restore, error);
	return search.server != NULL && each_statement(restore, look_at, &search,
												   error);
}

static bool
make(void *arg, const SnapshotRole *role, Error *error)
{
	Search	   *search = arg;

	return !is_among(search->roles, role->role) ||
		pg_run(search->server, role->sql, PG_NONE, error);
}

/* The body of a transaction. */
static bool
make_all(void *arg, PgConnection *server, Error *error)
{
	Search	   *search = arg;

	(void) server;
	return each_statement(search->restore, make, search, error);
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
