/*
 * json.c
 *		The results as JSON.
 */
#include <stdio.h>

#include "bench.h"

/* Strings here are ours, but for what a server says. */
static void
write_string(FILE *file, const char *string)
{
	putc('"', file);
	for (; *string != '\0'; string++)
	{
		unsigned char c = (unsigned char) *string;

		if (c == '"' || c == '\\')
			fprintf(file, "\\%c", c);
		else if (c < 0x20)
			fprintf(file, "\\u%04x", c);
		else
			putc(c, file);
	}
	putc('"', file);
}

static void
write_samples(FILE *file, const Cell *cell)
{
	fprintf(file, ", \"ns_per_value\": %.2f, \"gb_per_s\": %.5f, "
			"\"values\": %lu, \"repeats\": %lu, \"changed\": %lu, "
			"\"samples\": [", cell_ns(cell), cell_gbps(cell),
			(unsigned long) cell->run.count,
			(unsigned long) cell->run.repeats,
			(unsigned long) cell->run.changed);
	for (size_t i = 0; i < cell->n_samples; i++)
		fprintf(file, "%s%.2f", i > 0 ? ", " : "", cell->samples[i]);
	fprintf(file, "]");
}

static void
write_cell(FILE *file, const Cell *cell)
{
	fprintf(file, "    {\"peer\": ");
	write_string(file, cell->peer->key);
	fprintf(file, ", \"corpus\": ");
	write_string(file, cell->corpus->key);
	fprintf(file, ", \"mappings\": %lu, \"names\": \"%s\"",
			(unsigned long) cell->mappings,
			corpus_is_text(cell->corpus->kind) ? "none" :
			cell->all ? "all" : "first");
	if (cell->n_samples > 0)
		write_samples(file, cell);
	else
	{
		fprintf(file, ", \"reason\": ");
		write_string(file, cell->reason);
	}
	fprintf(file, "}");
}

static void
write_target(FILE *file, const Target *target)
{
	fprintf(file, "    {\"target\": ");
	write_string(file, target->text);
	fprintf(file, ", \"wanted\": %.2f, ", target->wanted);
	if (target->measured)
		fprintf(file, "\"worst\": %.4f, ", target->worst);
	fprintf(file, "\"met\": %s, \"ratios\": ",
			!target->measured ? "null" : target_met(target) ? "true" :
			"false");
	write_string(file, target->detail);
	fprintf(file, "}");
}

bool
json_write(const char *path, const Results *results, const Target *targets)
{
	FILE	   *file = fopen(path, "w");
	bool		good;

	if (file == NULL)
		return false;
	fprintf(file, "{\n  \"results\": [\n");
	for (size_t i = 0; i < results->n; i++)
	{
		write_cell(file, &results->cells[i]);
		fprintf(file, "%s\n", i + 1 < results->n ? "," : "");
	}
	fprintf(file, "  ],\n  \"targets\": [\n");
	for (int i = 0; i < TARGETS; i++)
	{
		write_target(file, &targets[i]);
		fprintf(file, "%s\n", i + 1 < TARGETS ? "," : "");
	}
	fprintf(file, "  ]\n}\n");
	good = !ferror(file);
	return fclose(file) == 0 && good;
}
