/*
 * report.c
 *		The results as a table to read.
 */
#include <stdio.h>
#include <string.h>

#include "bench.h"

/* Peers in the order in which they are shown. */
static const Peer *const rows[] = {
	&peer_qsrepl, &peer_qsrepl_json, &peer_vectorscan, &peer_pcre2,
	&peer_replace, &peer_memchr, &peer_sql_qsrepl, &peer_sql_replace,
	&peer_sql_regexp
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void
print_number(double number, int width)
{
	printf("%*.*f", width, number < 10 ? 2 : number < 100 ? 1 : 0, number);
}

/* The numbers of one cell. */
static void
print_cell(const Cell *cell)
{
	double		gbps;

	if (cell == NULL)
	{
		printf("%26s", "-");
		return;
	}
	gbps = cell_gbps(cell);
	print_number(cell_ns(cell), 12);
	printf("%9.*f", gbps < 0.0095 ? 5 : gbps < 0.95 ? 3 : gbps < 95 ? 2 : 1,
		   gbps);
	printf("%4.0f%%", 100.0 * (double) cell->run.changed /
		   (double) cell->run.count);
}

/* Print a peer's row, where it has results. */
static void
print_row(const Results *results, const Peer *peer, CorpusKind corpus,
		  bool all)
{
	bool		any = false;

	for (size_t i = 0; i < results->n_sizes; i++)
		any = any || results_find(results, peer, corpus, results->sizes[i],
								  all) != NULL;
	if (!any)
		return;
	printf("  %-28s", peer->title);
	for (size_t i = 0; i < results->n_sizes; i++)
		print_cell(results_find(results, peer, corpus, results->sizes[i],
								all));
	printf("\n");
}

static void
print_head(const Results *results, const Corpus *corpus, bool all)
{
	printf("\n%s (%lu of %lu bytes on average), naming %s\n", corpus->title,
		   (unsigned long) corpus->n,
		   (unsigned long) (corpus->bytes / corpus->n),
		   corpus_is_text(corpus->kind) ? "no mapping" :
		   all ? "all mappings" : "the first mapping");
	printf("  %-28s", "");
	for (size_t i = 0; i < results->n_sizes; i++)
		printf("%17lu mapping%s", (unsigned long) results->sizes[i],
			   results->sizes[i] == 1 ? " " : "s");
	printf("\n  %-28s", "");
	for (size_t i = 0; i < results->n_sizes; i++)
		printf("%12s%9s%5s", "ns/value", "GB/s", "chg");
	printf("\n");
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
print_reasons(const Results *results)
{
	printf("\nNot measured\n");
	for (size_t i = 0; i < results->n; i++)
	{
		const Cell *cell = &results->cells[i];

		if (cell->n_samples == 0 && is_news(results, cell))
			printf("  %s, %lu mapping%s, %s: %s\n",
				   cell->peer->title, (unsigned long) cell->mappings,
				   cell->mappings == 1 ? "" : "s", cell->corpus->key,
				   cell->reason);
	}
}

void
report_print(const Results *results)
{
	for (int all = 0; all < 2; all++)
		for (int kind = 0; kind < CORPORA; kind++)
		{
			const Cell *first = results_find(results, &peer_qsrepl,
											 (CorpusKind) kind,
											 results->sizes[1], all != 0);

			if (first == NULL)
				continue;
			print_head(results, first->corpus, all != 0);
			for (size_t row = 0; row < ROWS; row++)
				print_row(results, rows[row], (CorpusKind) kind, all != 0);
		}
	print_reasons(results);
}
