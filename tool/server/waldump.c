/*
 * waldump.c
 *		What a server committed behind a place of its log.
 *
 * pg_waldump prints a line a record; changes are kept until the transaction's
 * commit is seen, or forgotten.  At the end of the log it fails, since what
 * follows is no record: so only what it has printed tells.
 */
#include "server/waldump.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "pg/advice.h"
#include "platform/child.h"
#include "platform/directory.h"
#include "server/control.h"

/* "000000030000000000000006": timeline, then the place */
#define SEGMENT_LEN 24

/* A change to a table, of a transaction that may yet commit. */
typedef struct Change
{
	unsigned long transaction;
	char		relation[64];	/* "1663/16384/16385" */
	unsigned long rows;
	bool		deletes;
} Change;

typedef struct Dump
{
	Change	   *changes;
	size_t		n_changes;
	unsigned long *committed;
	size_t		n_committed;
	size_t		records;
} Dump;

static void
commit(Dump *dump, unsigned long transaction)
{
	dump->committed = mem_grow(dump->committed, (dump->n_committed + 1) *
							   sizeof(unsigned long));
	dump->committed[dump->n_committed++] = transaction;
}

/* "COMMIT 2026-...; subxacts: 744 745; ...", "COMMIT_PREPARED 743: ..." */
static void
take_commit(Dump *dump, unsigned long transaction, const char *desc)
{
	const char *prepared = "COMMIT_PREPARED ";
	const char *label = "subxacts: ";
	const char *next = strstr(desc, label);
	char	   *end;

	if (strncmp(desc, prepared, strlen(prepared)) == 0)
		transaction = strtoul(desc + strlen(prepared), NULL, 10);
	commit(dump, transaction);
	if (next == NULL)
		return;
	next += strlen(label);
	for (;;)
	{
		unsigned long sub = strtoul(next, &end, 10);

		if (end == next)
			break;
		commit(dump, sub);
		next = end;
	}
}

/* How many row versions a record of the heap writes; 0: none. */
static unsigned long
rows_of(const char *desc, bool *deletes)
{
	const char *many = "MULTI_INSERT";
	const char *count;

	*deletes = strncmp(desc, "DELETE", 6) == 0;
	if (strncmp(desc, many, strlen(many)) == 0)
	{
		/* "MULTI_INSERT 12 tuples", or "ntuples: 12" from 16 on */
		count = strstr(desc, "ntuples: ");
		return strtoul(count != NULL ? count + 9 : desc + strlen(many),
					   NULL, 10);
	}
	return *deletes || strncmp(desc, "INSERT", 6) == 0 ||
		strncmp(desc, "UPDATE", 6) == 0 ||
		strncmp(desc, "HOT_UPDATE", 10) == 0 ? 1 : 0;
}

static void
take_change(Dump *dump, unsigned long transaction, const char *desc,
			const char *line)
{
	const char *rel = strstr(line, "rel ");
	size_t		len = rel != NULL ? strspn(rel + 4, "0123456789/") : 0;
	Change		change = {.transaction = transaction};

	change.rows = rows_of(desc, &change.deletes);
	if (change.rows == 0 || len == 0 || len >= sizeof(change.relation))
		return;
	memcpy(change.relation, rel + 4, len);
	dump->changes = mem_grow(dump->changes, (dump->n_changes + 1) *
							 sizeof(Change));
	dump->changes[dump->n_changes++] = change;
}

static void
on_line(void *arg, PlatStream stream, const char *line)
{
	Dump	   *dump = arg;
	const char *tx = strstr(line, "tx:");
	const char *desc = strstr(line, "desc: ");
	unsigned long transaction;

	if (stream != PLAT_STDOUT || strncmp(line, "rmgr: ", 6) != 0 ||
		tx == NULL || desc == NULL)
		return;
	dump->records++;
	desc += 6;
	transaction = strtoul(tx + 3, NULL, 10);
	if (strncmp(line + 6, "Transaction", 11) == 0 &&
		strncmp(desc, "COMMIT", 6) == 0)
		take_commit(dump, transaction, desc);
	else if (strncmp(line + 6, "Heap", 4) == 0)
		take_change(dump, transaction, desc, line);
}

static int
compare(const void *a, const void *b)
{
	const unsigned long *x = a;
	const unsigned long *y = b;

	return *x < *y ? -1 : *x > *y;
}

static WalTable *
table_of(WalChanges *changes, const char *relation, Arena *arena)
{
	char	   *tablespace = arena_strdup(arena, relation);
	char	   *database = strchr(tablespace, '/');
	char	   *file = database != NULL ? strchr(database + 1, '/') : NULL;
	WalTable   *table;

	if (file == NULL)
		return NULL;
	*database++ = '\0';
	*file++ = '\0';
	for (size_t i = 0; i < changes->n_tables; i++)
		if (strcmp(changes->tables[i].file, file) == 0 &&
			strcmp(changes->tables[i].database, database) == 0)
			return &changes->tables[i];
	table = &changes->tables[changes->n_tables++];
	*table = (WalTable)
	{
		tablespace, database, file, 0, 0
	};
	return table;
}

/* Sum up what was committed. */
static void
sum_up(Dump *dump, Arena *arena, WalChanges *changes)
{
	Text		list = {NULL, 0, 0};

	if (dump->n_committed > 0)
		qsort(dump->committed, dump->n_committed, sizeof(unsigned long),
			  compare);
	for (size_t i = 0; i < dump->n_committed; i++)
		text_addf(&list, "%s%lu", i > 0 ? "," : "{", dump->committed[i]);
	text_add(&list, dump->n_committed > 0 ? "}" : "{}");
	changes->transactions = arena_strdup(arena, list.bytes);
	changes->n_transactions = dump->n_committed;
	changes->tables = arena_alloc(arena, (dump->n_changes + 1) *
								  sizeof(WalTable));
	for (size_t i = 0; i < dump->n_changes; i++)
	{
		const Change *change = &dump->changes[i];
		WalTable   *table;

		if (dump->n_committed == 0 ||
			bsearch(&change->transaction, dump->committed, dump->n_committed,
					sizeof(unsigned long), compare) == NULL ||
			(table = table_of(changes, change->relation, arena)) == NULL)
			continue;
		if (change->deletes)
			table->deleted += change->rows;
		else
			table->inserted += change->rows;
	}
	text_free(&list);
}

/* Is the file that was not found behind all that there are? */
static bool
ends_before(const ConfigSite *site, const char *errors)
{
	const char *label = "could not find file \"";
	const char *name = strstr(errors, label);
	char	   *path;
	PlatNames	names;
	Error		ignored = ERROR_NONE;
	bool		before = true;

	if (name == NULL)
		return false;
	name += strlen(label);
	if (strspn(name, "0123456789ABCDEF") < SEGMENT_LEN)
		return false;
	path = text_format("%s/pg_wal", site->data_directory);
	if (plat_directory_list(path, &names, &ignored))
	{
		for (size_t i = 0; i < names.count; i++)
			if (strlen(names.names[i]) == SEGMENT_LEN &&
				strncmp(names.names[i], name, 8) == 0 &&
				strncmp(names.names[i], name, SEGMENT_LEN) >= 0)
				before = false;
		plat_names_free(&names);
	}
	else
		before = false;
	error_free(&ignored);
	free(path);
	return before;
}

bool
server_wal_changes(const ConfigSite *site, PgLsn from, PgTimeline timeline,
				   Arena *arena, WalChanges *changes, Error *error)
{
	Dump		dump = {NULL, 0, NULL, 0, 0};
	char		lsn[PG_LSN_SIZE];
	const char *argv[10 + SERVER_AS_WORDS];
	const char *const english[] = {"LC_ALL=C", NULL};
	PlatChild	child = {.argv = argv,.environment = english,
	.on_line = on_line,.arg = &dump};
	PlatChildResult result;
	bool		good;

	memset(changes, 0, sizeof(*changes));
	pg_lsn_format(from, lsn);
	server_argv(site, (const char *const[])
				{
		server_program(site, "pg_waldump", arena), "-p",
			arena_printf(arena, "%s/pg_wal", site->data_directory), "-t",
			arena_printf(arena, "%" PRIu32, timeline), "-s", lsn, NULL
	}, argv);
	good = plat_child_run(&child, &result, error) || dump.records > 0 ||
		strstr(result.errors, "invalid record") != NULL ||
		strstr(result.errors, "could not find a valid record") != NULL ||
		ends_before(site, result.errors);
	if (good)
	{
		error_free(error);
		sum_up(&dump, arena, changes);
	}
	plat_child_free(&result);
	free(dump.changes);
	free(dump.committed);
	return good || pg_advise(error);
}

bool
server_wal_timeline(const ConfigSite *site, PgTimeline * timeline,
					Error *error)
{
	char	   *path = text_format("%s/pg_wal", site->data_directory);
	PlatNames	names;
	bool		good = plat_directory_list(path, &names, error);

	free(path);
	*timeline = 0;
	if (!good)
		return false;
	for (size_t i = 0; i < names.count; i++)
	{
		const char *name = names.names[i];
		char		digits[9] = "";

		if (strlen(name) != SEGMENT_LEN ||
			strspn(name, "0123456789ABCDEF") != SEGMENT_LEN)
			continue;
		memcpy(digits, name, 8);
		/* They are sorted. */
		*timeline = (PgTimeline) strtoul(digits, NULL, 16);
	}
	plat_names_free(&names);
	return *timeline > 0 ||
		error_set(error, NULL, NULL, "there is no log in the data directory "
				  "of site \"%s\"", site->name);
}
