/*
 * text.c
 *		A comparison for people.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/printable.h"
#include "base/units.h"
#include "cmd/compare/compare.h"

static void
print_replay(const CompareReport *report, const CompareReplay *replay,
			 const char *when)
{
	char		bytes[UNITS_SIZE];
	char		seconds[UNITS_SIZE];

	units_bytes(replay->bytes, bytes);
	units_seconds(replay->seconds, seconds);
	printed("  at the %-10s %s at %s, %s at %s, %s / %s behind\n", when,
			report->active, replay->active, report->passive,
			replay->passive != NULL ? replay->passive : "unknown", bytes,
			seconds);
}

static void
print_value(const char *value)
{
	if (value == NULL)
		fputs("null", stdout);
	else
		printed("\"%s\"", value);
}

static void
print_row(const CompareReport *report, const CompareRow *row)
{
	static const char *const kinds[] = {"missing", "extra", "differing"};

	printed("    %-9s  %s", kinds[row->kind],
			row->key != NULL ? row->key :
			row->content != NULL ? row->content : "");
	if (row->count > 1)
		printed(" (%" PRId64 " times)", row->count);
	puts("");
	for (size_t i = 0; i < row->n_values; i++)
	{
		const CompareValue *value = &row->values[i];

		printed("%15s%s: ", "", value->column);
		print_value(value->active);
		printed(" at %s, ", report->active);
		print_value(value->passive);
		printed(" at %s\n", report->passive);
	}
}

static void
print_totals(const CompareReport *report, const CompareTable *table)
{
	int64_t		total = table->totals[0] + table->totals[1] +
	table->totals[2];

	printed("  %s: %" PRId64 " missing, %" PRId64 " extra, %" PRId64
			" differing; %" PRId64 " rows at %s, %" PRId64 " at %s\n",
			table->name, table->totals[COMPARE_MISSING],
			table->totals[COMPARE_EXTRA], table->totals[COMPARE_DIFFERING],
			table->rows[0], report->active, table->rows[1], report->passive);
	for (size_t i = 0; i < table->n_notes; i++)
		printed("    %s\n", table->notes[i]);
	for (size_t i = 0; i < table->n_list; i++)
		print_row(report, &table->list[i]);
	if (total > 0 && (int64_t) table->n_list < total)
		printed("    The first %lu are listed (--limit).\n",
				(unsigned long) table->n_list);
}

static void
print_table(const CompareReport *report, const CompareTable *table)
{
	if (table->left_out != NULL)
		printed("  %s: left out: %s\n", table->name, table->left_out);
	else if (table->absent[0] || table->absent[1])
		printed("  %s: the table is missing at %s\n", table->name,
				table->absent[0] ? report->active : report->passive);
	else if (compare_table_differs(table))
		print_totals(report, table);
	if (table->changing > 0)
		printed("  %s: %" PRId64 " rows went on changing and were not "
				"compared\n", table->name, table->changing);
}

static void
print_database(const CompareReport *report, const CompareDatabase *database)
{
	int64_t		rows = 0;
	size_t		tables = 0;

	printed("database %s", database->name);
	if (database->error != NULL)
	{
		printed(": %s\n", database->error);
		return;
	}
	printed(" (replication: %s)\n", database->replication);
	print_replay(report, &database->begin, "beginning:");
	for (size_t i = 0; i < database->n_tables; i++)
	{
		const CompareTable *table = &database->tables[i];

		print_table(report, table);
		rows += table->rows[0];
		if (table->left_out == NULL)
			tables++;
	}
	print_replay(report, &database->end, "end:");
	if (database->behind)
		printed("  %s did not catch up within replay_timeout: what differs may "
				"only be on its way.\n", report->passive);
	printed("  %lu tables, %" PRId64 " rows: %s\n", (unsigned long) tables,
			rows, database->differs ? "they differ" : "no differences");
}

void
compare_print_text(const CompareReport *report)
{
	printed("%s is the active site; %s is compared with it.\n", report->active,
			report->passive);
	for (size_t i = 0; i < report->n; i++)
		print_database(report, &report->databases[i]);
	if (report->failed)
		puts("Not everything could be compared.");
	else
		puts(report->differs ? "The sites differ." :
			 "The sites are the same.");
}
