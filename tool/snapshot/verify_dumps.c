/*
 * verify_dumps.c
 *		Does pg_restore take the dumps?
 */
#include <stdlib.h>
#include <string.h>

#include "platform/children.h"
#include "platform/stream.h"
#include "snapshot/verify.h"

#define AT_ONCE 2
#define DEADLINE_MS (60 * 60 * 1000)
#define ARGV_WORDS 5
#define TAR_END 1024

typedef struct Dumps
{
	const Snapshot *snapshot;
	const ConfigSite *site;
	SnapshotFindings *findings;
	size_t		next;
} Dumps;

/* What is listed is not looked at: that it can be is enough. */
static PlatNext
next(void *arg, PlatChild *child, size_t *number)
{
	Dumps	   *dumps = arg;
	Arena	   *arena = &dumps->findings->arena;
	const char **argv;
	const SnapshotDatabase *database;

	if (dumps->next == dumps->snapshot->n_databases)
		return PLAT_NEXT_NONE;
	*number = dumps->next++;
	database = &dumps->snapshot->databases[*number];
	argv = arena_alloc(arena, ARGV_WORDS * sizeof(char *));
	argv[0] = dumps->site->bin_directory == NULL ? "pg_restore" :
		arena_printf(arena, "%s/pg_restore", dumps->site->bin_directory);
	argv[1] = dumps->snapshot->legacy ? "--file=-" : "--list";
	argv[2] = "--";
	argv[3] = arena_printf(arena, "%s/%s", dumps->snapshot->directory,
						   database->dump);
	*child = (PlatChild)
	{
		.argv = argv,.deadline_ms = DEADLINE_MS,.output_limit = 1,
			.cancellable = true
	};
	return PLAT_NEXT_START;
}

static void
ended(void *arg, size_t number, const PlatChildResult *result,
	  const Error *error)
{
	const Dumps *dumps = arg;
	const SnapshotDatabase *database = &dumps->snapshot->databases[number];

	(void) result;
	if (error->message != NULL)
		snapshot_found(dumps->findings, SNAPSHOT_WRONG, "dump",
					   database->dump, "the dump of database \"%s\" cannot be "
					   "restored: %s%s%s", database->name, error->message,
					   error->detail != NULL ? ": " : "",
					   error->detail != NULL ? error->detail : "");
}

/* The last bytes of a file. */
typedef struct Tail
{
	char		bytes[TAR_END];
	size_t		len;
} Tail;

static bool
keep_tail(void *arg, const void *bytes, size_t len, Error *error)
{
	Tail	   *tail = arg;
	const char *from = bytes;
	size_t		kept;

	(void) error;
	if (len > TAR_END)
	{
		from += len - TAR_END;
		len = TAR_END;
	}
	kept = tail->len < TAR_END - len ? tail->len : TAR_END - len;
	memmove(tail->bytes, tail->bytes + tail->len - kept, kept);
	memcpy(tail->bytes + kept, from, len);
	tail->len = kept + len;
	return true;
}

/* pg_restore does not read a tar file's end, where two empty blocks are. */
static void
check_end(const Snapshot *snapshot, const SnapshotDatabase *database,
		  SnapshotFindings *findings)
{
	char	   *path = text_format("%s/%s", snapshot->directory,
								   database->dump);
	Error		ignored = ERROR_NONE;
	Tail		tail = {{0}, 0};
	bool		good = !plat_stream_read(path, keep_tail, &tail, &ignored) ||
	tail.len == TAR_END;

	for (size_t i = 0; i < tail.len; i++)
		good = good && tail.bytes[i] == '\0';
	if (!good)
		snapshot_found(findings, SNAPSHOT_WRONG, "dump", database->dump,
					   "the dump of database \"%s\" is cut: its end is "
					   "missing", database->name);
	error_free(&ignored);
	free(path);
}

void
snapshot_verify_dumps(const Snapshot *snapshot, const ConfigSite *site,
					  SnapshotFindings *findings)
{
	Dumps		dumps = {snapshot, site, findings, 0};
	const PlatChildren children = {AT_ONCE, next, ended, &dumps};

	plat_children_run(&children);
	for (size_t i = 0; snapshot->legacy && i < snapshot->n_databases; i++)
		check_end(snapshot, &snapshot->databases[i], findings);
}
