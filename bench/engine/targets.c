/*
 * targets.c
 *		What the engine is held to; bench/parts.ini says how far.
 *
 * A target is judged by the worst ratio, over numbers of mappings or over
 * corpora; all of them are shown.  One mapping is a host, ten are of all
 * kinds: what ten thousand cost is shown against ten as well, since that is
 * the cost of their number, and the rest is that of their kinds.
 */
#include <stdio.h>
#include <string.h>

#include "bench.h"

const Cell *
results_find(const Results *results, const Peer *peer, CorpusKind corpus,
			 size_t mappings, bool all)
{
	for (size_t i = 0; i < results->n; i++)
	{
		const Cell *cell = &results->cells[i];

		if (cell->peer == peer && cell->corpus->kind == corpus &&
			cell->mappings == mappings && cell->all == all &&
			cell->n_samples > 0)
			return cell;
	}
	return NULL;
}

/* Take a ratio into account; label says of what. */
static void
add_ratio(Target *target, const char *label, double ratio)
{
	size_t		used = strlen(target->detail);

	snprintf(target->detail + used, sizeof(target->detail) - used,
			 "%s%s: %.3g", used > 0 ? ", " : "", label, ratio);
	if (!target->measured ||
		(target->at_most ? ratio > target->worst : ratio < target->worst))
		target->worst = ratio;
	target->measured = true;
}

static void
judge_regexp(const Results *results, Target *target)
{
	for (size_t i = 0; i < results->n_sizes; i++)
	{
		size_t		n = results->sizes[i];
		const Cell *theirs = results_find(results, &peer_sql_regexp,
										  CORPUS_CONNECTIONS, n, false);
		const Cell *ours = results_find(results, &peer_sql_qsrepl,
										CORPUS_CONNECTIONS, n, false);
		const char *how = "in SQL";
		char		label[60];

		if (ours == NULL)
		{
			ours = results_find(results, &peer_qsrepl, CORPUS_CONNECTIONS, n,
								false);
			how = "rw_rewrite";
		}
		if (ours == NULL || theirs == NULL)
			continue;
		snprintf(label, sizeof(label), "%lu mapping%s (%s)",
				 (unsigned long) n, n == 1 ? "" : "s", how);
		add_ratio(target, label, cell_ratio(theirs, ours));
	}
}

static void
judge_memchr(const Results *results, Target *target)
{
	for (int kind = CORPUS_TEXT; kind <= CORPUS_TEXTS; kind++)
		for (size_t i = 0; i < results->n_sizes; i++)
		{
			size_t		n = results->sizes[i];
			const Cell *theirs = results_find(results, &peer_memchr,
											  (CorpusKind) kind, n, false);
			const Cell *ours = results_find(results, &peer_qsrepl,
											(CorpusKind) kind, n, false);
			char		label[60];

			if (ours == NULL || theirs == NULL)
				continue;
			snprintf(label, sizeof(label), "%lu mapping%s%s",
					 (unsigned long) n, n == 1 ? "" : "s",
					 kind == CORPUS_TEXT ? " in the cache" : "");
			add_ratio(target, label, cell_ratio(theirs, ours));
		}
}

static void
judge_growth(const Results *results, Target *target)
{
	static const Peer *const engines[] = {&peer_qsrepl, &peer_qsrepl_json};
	size_t		last = results->sizes[results->n_sizes - 1];

	for (int e = 0; e < 2; e++)
		for (int kind = 0; kind < CORPORA; kind++)
		{
			const Cell *one = results_find(results, engines[e],
										   (CorpusKind) kind, 1, false);
			const Cell *many = results_find(results, engines[e],
											(CorpusKind) kind, last, false);
			const Cell *ten = results_find(results, engines[e],
										   (CorpusKind) kind, 10, false);
			char		label[60];

			if (one == NULL || ten == NULL || many == NULL)
				continue;
			snprintf(label, sizeof(label), "%s%s (%.2f to ten)",
					 one->corpus->key, e == 1 ? " as JSON" : "",
					 cell_ratio(many, ten));
			add_ratio(target, label, cell_ratio(many, one));
		}
}

void
targets_judge(const Results *results, Target *targets)
{
	memset(targets, 0, TARGETS * sizeof(Target));
	targets[0].text = "connection strings, regexp_replace to qsrepl";
	judge_regexp(results, &targets[0]);
	targets[1].text = "1 MB without a hit, memchr to qsrepl";
	judge_memchr(results, &targets[1]);
	targets[2].text = "10000 mappings to one";
	targets[2].at_most = true;
	judge_growth(results, &targets[2]);
}
