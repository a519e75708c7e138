/*
 * rejoin_definitions.c
 *		What a site has committed and the active one never got, besides rows:
 *		tables, functions and the like that were made, changed or dropped.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/move/rejoin_work.h"

/* More of them in a database are counted only. */
#define SHOWN_MOST 20

/* Objects under way to the notes. */
typedef struct Shown
{
	Move	   *move;
	const char *database;
	size_t		n;
} Shown;

/* $1 are transactions. */
#define CHANGED(catalog, class, object) \
	"SELECT '" class "'::pg_catalog.regclass, " object " FROM pg_catalog." \
	catalog " WHERE xmin = ANY ($1::pg_catalog.xid[])"

/*
 * Indexes, columns and the like are told as their table.  Roles and databases
 * are the same in each database: $2 says whether to look at them.
 */
static const char objects[] =
"WITH changed (class, object) AS ("
CHANGED("pg_class", "pg_catalog.pg_class", "oid") " AND relkind <> ALL "
"('{i,I,t,c}')"
" UNION " CHANGED("pg_index", "pg_catalog.pg_class", "indrelid")
" UNION " CHANGED("pg_attribute", "pg_catalog.pg_class", "attrelid")
" UNION " CHANGED("pg_attrdef", "pg_catalog.pg_class", "adrelid")
" UNION " CHANGED("pg_constraint", "pg_catalog.pg_class", "conrelid")
" UNION " CHANGED("pg_trigger", "pg_catalog.pg_class", "tgrelid")
" UNION " CHANGED("pg_policy", "pg_catalog.pg_class", "polrelid")
" UNION " CHANGED("pg_rewrite", "pg_catalog.pg_class", "ev_class")
" UNION " CHANGED("pg_proc", "pg_catalog.pg_proc", "oid")
" UNION " CHANGED("pg_type", "pg_catalog.pg_type", "oid") " AND typtype = ANY "
"('{d,e,r}')"
" UNION " CHANGED("pg_namespace", "pg_catalog.pg_namespace", "oid")
" UNION " CHANGED("pg_extension", "pg_catalog.pg_extension", "oid")
" UNION " CHANGED("pg_publication", "pg_catalog.pg_publication", "oid")
" UNION " CHANGED("pg_authid", "pg_catalog.pg_authid", "oid") " AND $2"
" UNION " CHANGED("pg_database", "pg_catalog.pg_database", "oid") " AND $2"
") SELECT o.type || ' ' || o.identity FROM changed, "
"pg_catalog.pg_identify_object(class, object, 0) AS o WHERE o.type <> ALL "
"('{index,toast table,composite type}') AND coalesce(o.schema, o.name, "
"o.identity) !~ '^(pg_|information_schema$|qsrepl$)' ORDER BY 1";

static bool
take_object(void *arg, const PgRow *row, Error *error)
{
	Shown	   *shown = arg;

	(void) error;
	if (++shown->n <= SHOWN_MOST)
		text_addf(&shown->move->notes, "  database %s: %s was made or "
				  "changed\n", shown->database, pg_row_text(row, 0));
	return true;
}

static const char catalog_file[] =
"SELECT d.oid::text || '/' || pg_catalog.pg_relation_filenode("
"'pg_catalog.pg_class') FROM pg_catalog.pg_database d WHERE d.datname = "
"pg_catalog.current_database()";

/* Who reads the log only sees that descriptions of tables went. */
static void
tell_dropped(Move *move, const WalChanges *changes, const char *database,
			 const char *file)
{
	for (size_t i = 0; i < changes->n_tables; i++)
	{
		const WalTable *table = &changes->tables[i];

		if (table->deleted > 0 &&
			strcmp(arena_printf(&move->arena, "%s/%s", table->database,
								table->file), file) == 0)
			text_addf(&move->notes, "  database %s: %lu tables, indexes or "
					  "the like were dropped (if they were not temporary, "
					  "they are still at site %s)\n", database,
					  table->deleted, move->to->name);
	}
}

bool
rejoin_definitions(Move *move, PgConnection *connection,
				   const char *database, const WalChanges *changes,
				   Error *error)
{
	Shown		shown = {move, database, 0};
	bool		first = strcmp(database, move->databases[0]) == 0;
	char	   *file = NULL;

	if (!pg_rows(connection, objects,
				 PG_PARAMETERS(changes->transactions, first ? "t" : "f"),
				 take_object, &shown, error) ||
		!pg_value(connection, catalog_file, PG_NONE, &file, error))
		return false;
	if (shown.n > SHOWN_MOST)
		text_addf(&move->notes, "  database %s: and %lu more\n", database,
				  (unsigned long) (shown.n - SHOWN_MOST));
	tell_dropped(move, changes, database, file != NULL ? file : "");
	free(file);
	return true;
}

void
rejoin_tell_nothing(Move *move, size_t before)
{
	if (move->notes.len == before)
		text_add(&move->notes, "  no rows and no definitions: statistics, "
				 "sequences or tables of qsrepl, or what was undone since\n");
}
