/*
 * names.c
 *		Names of the databases of a restore.
 */
#include <string.h>

#include "cmd/restore/work.h"

/* A name of PostgreSQL has at most this many bytes. */
#define NAME_BYTES 63

static const char *
joined(Restore *restore, const char *name, const char *end)
{
	size_t		room = NAME_BYTES - strlen(end);

	/* At a character's border. */
	if (strlen(name) < room)
		room = strlen(name);
	while (room > 0 && ((unsigned char) name[room] & 0xC0) == 0x80)
		room--;
	return arena_printf(&restore->move.arena, "%.*s%s", (int) room, name,
						end);
}

static size_t
count_words(const char *names)
{
	size_t		n = 0;

	for (const char *at = names; *at != '\0'; at += strcspn(at, " "))
	{
		at += strspn(at, " ");
		if (*at != '\0')
			n++;
	}
	return n;
}

static void
fill(Restore *restore, RestoreDatabase *database, const char *name, size_t len)
{
	const char *before = arena_printf(&restore->move.arena, "_before_%s",
									  restore->stamp);

	database->name = arena_printf(&restore->move.arena, "%.*s", (int) len,
								  name);
	database->fresh = joined(restore, database->name, "_qsrepl_new");
	database->aside = joined(restore, database->name, before);
}

void
restore_name_databases(Restore *restore, const char *names)
{
	size_t		n = count_words(names);

	restore->database_names = arena_strdup(&restore->move.arena, names);
	restore->databases = arena_alloc(&restore->move.arena,
									 (n + 1) * sizeof(RestoreDatabase));
	restore->n_databases = 0;
	for (const char *at = names; *at != '\0';)
	{
		size_t		len;

		at += strspn(at, " ");
		len = strcspn(at, " ");
		if (len > 0)
			fill(restore, &restore->databases[restore->n_databases++], at,
				 len);
		at += len;
	}
}

const char *
restore_mark(Restore *restore)
{
	return arena_printf(&restore->move.arena, "qsrepl restore %s",
						restore->stamp);
}
