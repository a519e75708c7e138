/*
 * expression.c
 *		What is compared of a row, as SQL.
 *
 * A row becomes the text of a record, which tells NULL from '' and needs no
 * separators of ours; that becomes a number.  Sums of the numbers do not
 * depend on the order of rows.
 */
#include <string.h>

#include "compare/internal.h"
#include "site/row.h"

static bool
is_same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Stored, at both sites, and no copy of a value that differs by rule. */
bool
expression_is_compared(const Table *table, const Column *column)
{
	return column->types[ACTIVE] != NULL && column->types[PASSIVE] != NULL &&
		!column->virtual && !(column->generated && table->ruled);
}

static void
add_note(Comparison *comparison, Table *table, const char *note)
{
	CompareTable *result = table->result;

	result->notes = row_room(comparison->arena, result->notes,
							 result->n_notes, sizeof(char *));
	result->notes[result->n_notes++] = note;
}

static void
note_column(Comparison *comparison, Table *table, const Column *column)
{
	const char *a = column->types[ACTIVE];
	const char *b = column->types[PASSIVE];

	if (a == NULL || b == NULL)
		add_note(comparison, table,
				 arena_printf(comparison->arena, "column \"%s\" is missing at "
							  "site %s", column->name,
							  comparison->sites[a == NULL ? ACTIVE :
												PASSIVE]->name));
	else if (strcmp(a, b) != 0)
		add_note(comparison, table,
				 arena_printf(comparison->arena, "column \"%s\" is %s at site "
							  "%s and %s at site %s", column->name, a,
							  comparison->sites[ACTIVE]->name, b,
							  comparison->sites[PASSIVE]->name));
}

/* The columns of the active site's key; none where one does not fit. */
static void
find_key(Table *table)
{
	for (size_t i = 0; i < table->n_columns; i++)
	{
		const Column *column = &table->columns[i];

		if (column->keys[ACTIVE] == 0)
			continue;
		if (!expression_is_compared(table, column))
		{
			table->n_keys = 0;
			return;
		}
		table->key[column->keys[ACTIVE] - 1] = column;
		table->n_keys++;
	}
}

/* Why the key's order does not help; NULL: it does. */
static const char *
find_obstacle(const Table *table)
{
	for (size_t i = 0; i < table->n_columns; i++)
	{
		const Column *column = &table->columns[i];

		if (column->keys[ACTIVE] != column->keys[PASSIVE])
			return "the sites do not have the same key";
		if (column->keys[ACTIVE] == 0)
			continue;
		if (column->ruled)
			return "a rule is on the key";
		if (column->custom)
			return "the key has a type that is not of PostgreSQL itself";
		if (!is_same_text(column->types[ACTIVE], column->types[PASSIVE]))
			return "the key has not the same type at both sites";
		if (!is_same_text(column->collations[ACTIVE],
						  column->collations[PASSIVE]))
			return "the sites sort the key in different ways";
	}
	return NULL;
}

static const char *
make_row(Comparison *comparison, const Table *table, int side)
{
	Text		text = {NULL, 0, 0};
	const char *row;
	const char *separator = "";

	text_add(&text, "ROW(");
	for (size_t i = 0; i < table->n_columns; i++)
	{
		if (!expression_is_compared(table, &table->columns[i]))
			continue;
		text_addf(&text, "%s%s", separator,
				  table->columns[i].expressions[side]);
		separator = ", ";
	}
	text_add(&text, ")::text");
	row = arena_strdup(&comparison->scratch, text.bytes);
	text_free(&text);
	return row;
}

/* The hashes of PostgreSQL are of bytes: the encoding counts. */
const char *
expression_hash(Comparison *comparison, const char *text)
{
	return arena_printf(&comparison->scratch, comparison->recoding ?
						"('x' || left(md5(convert_to(%s, 'UTF8')), 16))"
						"::bit(64)::bigint" :
						"hashtextextended((%s) COLLATE \"C\", 0)", text);
}

/* A column of the key, without any cast but PostgreSQL's own. */
static const char *
key_column(Comparison *comparison, const Column *column, int side)
{
	return arena_printf(&comparison->scratch, column->custom ? "concat(%s)" :
						"%s", column->expressions[side]);
}

/* The key as a JSON object, for people. */
const char *
expression_key(Comparison *comparison, const Table *table, int side)
{
	Text		text = {NULL, 0, 0};
	const char *key;

	for (int i = 0; i < table->n_keys; i++)
	{
		text_add(&text, i == 0 ? "jsonb_build_object('" : ", '");
		for (const char *c = table->key[i]->name; *c != '\0'; c++)
			text_addf(&text, *c == '\'' ? "'%c" : "%c", *c);
		text_addf(&text, "', %s",
				  key_column(comparison, table->key[i], side));
	}
	text_add(&text, table->n_keys > 0 ? ")" : "NULL");
	key = arena_strdup(&comparison->scratch, text.bytes);
	text_free(&text);
	return key;
}

static const char *
make_id(Comparison *comparison, const Table *table, int side)
{
	Text		text = {NULL, 0, 0};
	const char *id;

	if (table->n_keys == 0)
		return arena_printf(&comparison->scratch, "(%s)::text",
							table->hash[side]);
	for (int i = 0; i < table->n_keys; i++)
		text_addf(&text, "%s(%s)::text",
				  i == 0 ? "jsonb_build_array(" : ", ",
				  key_column(comparison, table->key[i], side));
	text_add(&text, ")::text");
	id = arena_strdup(&comparison->scratch, text.bytes);
	text_free(&text);
	return id;
}

/*
 * expression_make
 *		Decide how a table is compared, and with which SQL.
 */
void
expression_make(Comparison *comparison, Table *table)
{
	CompareTable *result = table->result;

	for (size_t i = 0; i < table->n_columns; i++)
		note_column(comparison, table, &table->columns[i]);
	find_key(table);
	result->why = table->n_keys > 0 ? find_obstacle(table) : "no key";
	result->method = table->n_keys == 0 ? COMPARE_BY_ROWS :
		result->why != NULL ? COMPARE_BY_BUCKETS : COMPARE_BY_RANGES;
	for (int side = ACTIVE; side <= PASSIVE; side++)
	{
		table->row[side] = make_row(comparison, table, side);
		table->hash[side] = expression_hash(comparison, table->row[side]);
		table->id[side] = make_id(comparison, table, side);
	}
}
