/*
 * results.c
 *		The results as lines of JSON, as bench/lib/common.sh writes them.
 */
#include <stdio.h>
#include <string.h>

#include "bench.h"

/* Strings here are ours, but for what a server says. */
static void
write_string(FILE *file, const char *name, const char *string)
{
	fprintf(file, ",\"%s\":\"", name);
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

/* What it is measured on is the group, how many mappings the case. */
static void
write_samples(FILE *file, const Cell *cell)
{
	const Corpus *corpus = cell->corpus;
	char		group[120];
	char		mappings[40];

	snprintf(group, sizeof(group), "%s%s", corpus->title,
			 corpus_is_text(corpus->kind) ? "" :
			 cell->all ? ", naming all mappings" : ", naming one mapping");
	snprintf(mappings, sizeof(mappings), "%lu mapping%s",
			 (unsigned long) cell->mappings, cell->mappings == 1 ? "" : "s");
	for (size_t i = 0; i < cell->n_samples; i++)
	{
		fprintf(file, "{\"type\":\"sample\"");
		write_string(file, "group", group);
		write_string(file, "case", mappings);
		write_string(file, "who", cell->peer->title);
		fprintf(file, ",\"unit\":\"ns\",\"value\":%.2f}\n", cell->samples[i]);
	}
}

static void
write_setup(FILE *file, const Corpus *corpus)
{
	char		text[160];

	snprintf(text, sizeof(text), "%s: %lu values of %lu bytes on average",
			 corpus->title, (unsigned long) corpus->n,
			 (unsigned long) (corpus->bytes / corpus->n));
	fprintf(file, "{\"type\":\"setup\"");
	write_string(file, "text", text);
	fprintf(file, "}\n");
}

/* Is it the first cell of this peer with this reason and size? */
static bool
is_news(const Results *results, const Cell *cell)
{
	const Cell *earlier = results->cells;

	for (; earlier < cell; earlier++)
		if (earlier->n_samples == 0 && earlier->peer == cell->peer &&
			earlier->mappings == cell->mappings &&
			strcmp(earlier->reason, cell->reason) == 0)
			return false;
	return true;
}

static void
write_reason(FILE *file, const Cell *cell)
{
	char		why[REASON_MAX + 120];

	snprintf(why, sizeof(why), "%lu mapping%s, %s: %s",
			 (unsigned long) cell->mappings, cell->mappings == 1 ? "" : "s",
			 cell->corpus->title, cell->reason);
	fprintf(file, "{\"type\":\"absent\"");
	write_string(file, "who", cell->peer->title);
	write_string(file, "why", why);
	fprintf(file, "}\n");
}

/* The ratio that decides, and all ratios. */
static void
write_target(FILE *file, const Target *target)
{
	if (!target->measured)
		return;
	fprintf(file, "{\"type\":\"sample\",\"group\":\"worst ratios\"");
	write_string(file, "case", target->text);
	fprintf(file, ",\"who\":\"worst ratio\",\"unit\":\"ratio\","
			"\"value\":%.4f}\n", target->worst);
	fprintf(file, "{\"type\":\"setup\"");
	write_string(file, "text", target->detail);
	fprintf(file, "}\n");
}

bool
results_write(const char *path, const Results *results, const Target *targets,
			  const Corpus *const *corpora)
{
	FILE	   *file = fopen(path, "a");
	bool		good;

	if (file == NULL)
		return false;
	for (int kind = 0; kind < CORPORA; kind++)
		write_setup(file, corpora[kind]);
	for (size_t i = 0; i < results->n; i++)
	{
		const Cell *cell = &results->cells[i];

		if (cell->n_samples > 0)
			write_samples(file, cell);
		else if (is_news(results, cell))
			write_reason(file, cell);
	}
	for (int i = 0; i < TARGETS; i++)
		write_target(file, &targets[i]);
	good = !ferror(file);
	return fclose(file) == 0 && good;
}
