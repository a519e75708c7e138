/*
 * json.c
 *		A comparison as a document.
 */
#include "base/json.h"
#include "cmd/compare/compare.h"

static json_t *
values_of(const CompareRow *row)
{
	json_t	   *list = json_array();

	for (size_t i = 0; i < row->n_values; i++)
	{
		json_t	   *object = json_object();

		json_set_text(object, "column", row->values[i].column);
		json_set_text(object, "active", row->values[i].active);
		json_set_text(object, "passive", row->values[i].passive);
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *
row_object(const CompareRow *row)
{
	static const char *const kinds[] = {"missing", "extra", "differing"};
	json_t	   *object = json_object();
	json_t	   *key = row->key != NULL ? json_loads(row->key, 0, NULL) : NULL;

	json_set_text(object, "kind", kinds[row->kind]);
	json_object_set_new(object, "key", key != NULL ? key : json_null());
	if (row->content != NULL)
	{
		json_set_text(object, "row", row->content);
		json_set_count(object, "count", row->count);
	}
	if (row->kind == COMPARE_DIFFERING)
		json_object_set_new(object, "columns", values_of(row));
	return object;
}

static void
add_rows(json_t * object, const CompareTable *table)
{
	static const char *const methods[] = {"ranges", "buckets", "rows"};
	json_t	   *notes = json_array();
	json_t	   *list = json_array();

	for (size_t i = 0; i < table->n_notes; i++)
		json_array_append_new(notes, json_text(table->notes[i]));
	for (size_t i = 0; i < table->n_list; i++)
		json_array_append_new(list, row_object(&table->list[i]));
	json_set_text(object, "method", methods[table->method]);
	json_set_text(object, "why", table->why);
	json_object_set_new(object, "columns", notes);
	json_set_count(object, "active_rows", table->rows[0]);
	json_set_count(object, "passive_rows", table->rows[1]);
	json_set_count(object, "missing", table->totals[COMPARE_MISSING]);
	json_set_count(object, "extra", table->totals[COMPARE_EXTRA]);
	json_set_count(object, "differing", table->totals[COMPARE_DIFFERING]);
	json_set_count(object, "changing", table->changing);
	json_object_set_new(object, "rows", list);
}

static json_t *
table_object(const CompareTable *table)
{
	json_t	   *object = json_object();

	json_set_text(object, "name", table->name);
	json_set_text(object, "left_out", table->left_out);
	json_object_set_new(object, "differs",
						json_boolean(compare_table_differs(table)));
	json_set_text(object, "absent_at", table->absent[0] ? "active" :
				  table->absent[1] ? "passive" : NULL);
	if (table->left_out == NULL && !table->absent[0] && !table->absent[1])
		add_rows(object, table);
	return object;
}

static json_t *
replay_object(const CompareReplay *replay)
{
	json_t	   *object = json_object();

	json_set_text(object, "active_lsn", replay->active);
	json_set_text(object, "passive_lsn", replay->passive);
	json_set_count(object, "lag_bytes", replay->bytes);
	json_object_set_new(object, "lag_seconds", replay->seconds < 0 ?
						json_null() : json_real(replay->seconds));
	return object;
}

static json_t *
database_object(const CompareDatabase *database)
{
	json_t	   *object = json_object();
	json_t	   *list = json_array();

	for (size_t i = 0; i < database->n_tables; i++)
		json_array_append_new(list, table_object(&database->tables[i]));
	json_set_text(object, "name", database->name);
	json_set_text(object, "error", database->error);
	json_object_set_new(object, "differs", json_boolean(database->differs));
	json_set_text(object, "replication", database->replication);
	json_object_set_new(object, "begin", replay_object(&database->begin));
	json_object_set_new(object, "end", replay_object(&database->end));
	json_object_set_new(object, "caught_up", json_boolean(!database->behind));
	json_set_count(object, "retries", database->retries);
	/* Of one that failed, what was done by then is no answer. */
	if (database->error == NULL)
		json_object_set_new(object, "tables", list);
	else
		json_decref(list);
	return object;
}

void
compare_print_json(const CompareReport *report)
{
	json_t	   *document = json_object();
	json_t	   *list = json_array();

	for (size_t i = 0; i < report->n; i++)
		json_array_append_new(list, database_object(&report->databases[i]));
	json_set_text(document, "active", report->active);
	json_set_text(document, "passive", report->passive);
	json_object_set_new(document, "differs", report->failed &&
						!report->differs ? json_null() :
						json_boolean(report->differs));
	json_object_set_new(document, "databases", list);
	json_print(document);
}
