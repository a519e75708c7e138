/*
 * service_print.c
 *		What is known of services, as a table and as JSON.
 */
#include "cmd/service_print.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/units.h"

/* Columns of the table; the last one is as wide as it is. */
enum
{
	COLUMN_NODE, COLUMN_SITE, COLUMN_SERVICE, COLUMN_BEFORE, COLUMN_NOW,
	COLUMN_START, COLUMN_TIME, COLUMN_PROBLEM, COLUMNS
};

typedef struct Row
{
	const char *cells[COLUMNS];
} Row;

typedef struct Table
{
	Row		   *rows;
	size_t		n;
	Arena		arena;
} Table;

static const char *
or_dash(const char *text)
{
	return text != NULL ? text : "-";
}

static Row *
add_row(Table *table, const ServiceNode *node)
{
	Row		   *row = &table->rows[table->n++];

	for (size_t i = 0; i < COLUMNS; i++)
		row->cells[i] = "-";
	row->cells[COLUMN_NODE] = node->node->name;
	row->cells[COLUMN_SITE] = node->node->site;
	row->cells[COLUMN_PROBLEM] = "";
	return row;
}

/* The rights that lack, as a problem. */
static const char *
lack_of(const ServiceState *state, Arena *arena)
{
	if (!state->asked || (state->may_stop && state->may_start &&
						  state->may_configure))
		return "";
	return arena_printf(arena, "no right to%s%s%s",
						state->may_stop ? "" : " stop",
						state->may_start ? "" : " start",
						state->may_configure ? "" : " configure");
}

static void
add_service(Table *table, const ServiceNode *node, const ServiceState *state)
{
	Row		   *row = add_row(table, node);
	char		time[UNITS_SIZE];

	row->cells[COLUMN_SERVICE] = state->name;
	row->cells[COLUMN_BEFORE] = or_dash(state->before);
	row->cells[COLUMN_NOW] = or_dash(state->now);
	row->cells[COLUMN_START] = or_dash(state->start);
	if (state->ms >= 0)
	{
		units_seconds((double) state->ms / 1000, time);
		row->cells[COLUMN_TIME] = arena_strdup(&table->arena, time);
	}
	row->cells[COLUMN_PROBLEM] = state->problem != NULL ? state->problem :
		lack_of(state, &table->arena);
}

static void
fill(Table *table, const ServiceReport *report)
{
	size_t		most = 1;

	for (size_t i = 0; i < report->n; i++)
		most += report->nodes[i].n + 1;
	table->rows = arena_alloc(&table->arena, most * sizeof(Row));
	*table->rows = (Row)
	{
		{
			"node", "site", "service", "before", "now", "start", "time",
				"problem"
		}
	};
	table->n = 1;
	for (size_t i = 0; i < report->n; i++)
	{
		const ServiceNode *node = &report->nodes[i];

		if (node->problem != NULL)
			add_row(table, node)->cells[COLUMN_PROBLEM] = node->problem;
		for (size_t j = 0; j < node->n; j++)
			add_service(table, node, &node->services[j]);
	}
}

static void
print_table(const Table *table)
{
	size_t		widths[COLUMNS] = {0};

	for (size_t i = 0; i < table->n; i++)
		for (size_t j = 0; j < COLUMNS; j++)
			if (strlen(table->rows[i].cells[j]) > widths[j])
				widths[j] = strlen(table->rows[i].cells[j]);
	for (size_t i = 0; i < table->n; i++)
	{
		Text		line = {NULL, 0, 0};

		for (size_t j = 0; j < COLUMNS; j++)
			text_addf(&line, "%-*s  ", (int) widths[j],
					  table->rows[i].cells[j]);
		while (line.len > 0 && line.bytes[line.len - 1] == ' ')
			line.bytes[--line.len] = '\0';
		puts(line.bytes);
		text_free(&line);
	}
}

void
service_print_text(const ServiceReport *report)
{
	Table		table = {NULL, 0, {NULL}};
	char		time[UNITS_SIZE];

	fill(&table, report);
	print_table(&table);
	for (size_t i = 0; i < report->n_probes; i++)
	{
		const ServiceProbe *probe = &report->probes[i];

		units_seconds((double) probe->ms / 1000, time);
		if (probe->problem != NULL)
			printf("%s: %s: %s\n", probe->node, probe->url, probe->problem);
		else
			printf("%s: %s answers, after %s\n", probe->node, probe->url,
				   time);
	}
	for (size_t i = 0; i < report->n_notes; i++)
		puts(report->notes[i]);
	arena_free(&table.arena);
}

static json_t *
service_object(const ServiceState *state)
{
	json_t	   *object = json_object();

	json_set_text(object, "kind", service_kind_word(state->kind));
	json_set_text(object, "service", state->name);
	json_set_text(object, "before", state->before);
	json_set_text(object, "now", state->now);
	json_set_text(object, "start", state->start);
	json_object_set_new(object, "recovery",
						json_boolean(state->recovery_set));
	json_set_count(object, "ms", state->ms);
	json_set_text(object, "problem", state->problem);
	if (!state->asked)
		return object;
	json_object_set_new(object, "may_stop", json_boolean(state->may_stop));
	json_object_set_new(object, "may_start", json_boolean(state->may_start));
	json_object_set_new(object, "may_configure",
						json_boolean(state->may_configure));
	return object;
}

static json_t *
node_object(const ServiceNode *node)
{
	static const char *const answers[] = {
		"not_tried", "answers", "refused", "silent", "broken"
	};
	json_t	   *object = json_object();
	json_t	   *services = json_array();

	json_set_text(object, "node", node->node->name);
	json_set_text(object, "site", node->node->site);
	json_set_text(object, "answer", answers[node->answer]);
	json_set_text(object, "problem", node->problem);
	json_set_text(object, "hint", service_hint(node));
	for (size_t i = 0; i < node->n; i++)
		json_array_append_new(services, service_object(&node->services[i]));
	json_object_set_new(object, "services", services);
	return object;
}

static json_t *
probe_object(const ServiceProbe *probe)
{
	json_t	   *object = json_object();

	json_set_text(object, "node", probe->node);
	json_set_text(object, "url", probe->url);
	json_set_count(object, "ms", probe->ms);
	json_set_text(object, "problem", probe->problem);
	json_set_text(object, "hint", probe->hint);
	return object;
}

void
service_print_json(const ServiceReport *report, const Error *error)
{
	json_t	   *document = json_object();
	json_t	   *nodes = json_array();
	json_t	   *probes = json_array();
	json_t	   *notes = json_array();

	for (size_t i = 0; i < report->n; i++)
		json_array_append_new(nodes, node_object(&report->nodes[i]));
	for (size_t i = 0; i < report->n_probes; i++)
		json_array_append_new(probes, probe_object(&report->probes[i]));
	for (size_t i = 0; i < report->n_notes; i++)
		json_array_append_new(notes, json_text(report->notes[i]));
	json_object_set_new(document, "nodes", nodes);
	json_object_set_new(document, "probes", probes);
	json_object_set_new(document, "notes", notes);
	json_set_text(document, "error", error->message);
	json_print(document);
}
