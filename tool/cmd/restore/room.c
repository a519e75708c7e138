/*
 * room.c
 *		Whether there is room for the new databases beside the old ones.
 */
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/units.h"
#include "cmd/restore/work.h"
#include "pg/statements.h"
#include "platform/directory.h"

/* A dump is smaller than its database, by how much is not known before. */
#define DUMP_FACTOR 6

/* Bytes of a database's dump. */
static uint64_t
dump_bytes(const Snapshot *snapshot, const char *dump)
{
	size_t		len = strlen(dump);
	uint64_t	bytes = 0;

	for (size_t i = 0; i < snapshot->n_files; i++)
		if (strncmp(snapshot->files[i].path, dump, len) == 0 &&
			(snapshot->files[i].path[len] == '/' ||
			 snapshot->files[i].path[len] == '\0'))
			bytes += snapshot->files[i].size;
	return bytes;
}

/* As large as what it replaces, or as the dump lets expect. */
static bool
add_need(Restore *restore, const RestoreDatabase *database, uint64_t *need,
		 Error *error)
{
	PgConnection *server = restore_server(restore, error);
	char	   *size = NULL;
	uint64_t	there;
	uint64_t	expected;

	if (server == NULL ||
		!pg_value(server, "SELECT max(pg_catalog.pg_database_size(oid)) FROM "
				  "pg_catalog.pg_database WHERE datname = $1",
				  PG_PARAMETERS(database->name), &size, error))
		return false;
	there = size != NULL ? strtoull(size, NULL, 10) : 0;
	expected = dump_bytes(&restore->snapshot, database->from->dump) *
		DUMP_FACTOR;
	*need += there > expected ? there : expected;
	free(size);
	return true;
}

int
restore_check_room(Restore *restore, Error *error)
{
	const char *directory = restore->site->data_directory;
	uint64_t	need = 0;
	uint64_t	room;
	char		needed[UNITS_SIZE];
	char		there[UNITS_SIZE];

	for (size_t i = 0; i < restore->n_databases; i++)
		if (!add_need(restore, &restore->databases[i], &need, error))
			return EXIT_SERVER;
	if (need == 0)
		return EXIT_OK;
	if (!plat_free_space(directory, &room, error))
		return EXIT_REFUSED;
	if (room >= need || restore->request->force)
		return EXIT_OK;
	units_bytes((int64_t) need, needed);
	units_bytes((int64_t) room, there);
	error_set(error, NULL, "Old and new databases are there at the same time. "
			  "Make room; --force tries it all the same. Nothing was changed.",
			  "the databases need about %s of space in \"%s\", which has %s",
			  needed, directory, there);
	return EXIT_REFUSED;
}
