/*
 * cells.c
 *		Measuring one peer on one corpus with one number of mappings.
 */
#include "bench.h"

/* One measurement, and what is too long to be done in every round. */
#define SLICE_NS 8e6
#define SLICE_SQL_NS 25e6
#define SLICE_TEXTS_NS 1e8
#define LONG_NS 150e6
#define VERY_LONG_NS 1e9

static bool
run_cell(Cell *cell)
{
	return cell->peer->run(cell->state, cell->corpus, &cell->run,
						   cell->reason);
}

/* More values while they are too few to fill the slice, then repeats. */
void
cell_calibrate(Cell *cell, size_t rounds)
{
	Run		   *run = &cell->run;
	double		slice = cell->peer->sql ? SLICE_SQL_NS :
	cell->corpus->kind == CORPUS_TEXTS ? SLICE_TEXTS_NS : SLICE_NS;

	cell->rounds = 0;
	if (cell->state == NULL)
		return;
	run->count = run->repeats = 1;
	for (;;)
	{
		double		factor;

		if (!run_cell(cell))
			return;
		factor = run->ns > slice / 64 ? slice / run->ns : 64;
		if (run->count == cell->corpus->n || factor < 2)
			break;
		factor = factor * (double) run->count;
		run->count = factor < (double) cell->corpus->n ? (size_t) factor :
			cell->corpus->n;
	}
	if (run->ns < slice / 2 && cell->corpus->kind != CORPUS_TEXTS)
		run->repeats = run->ns > slice / 4096 ? (size_t) (slice / run->ns) :
			4096;
	cell->rounds = run->ns > VERY_LONG_NS ? 1 : run->ns > LONG_NS ? 3 :
		rounds;
}

void
cell_measure(Cell *cell)
{
	Run		   *run = &cell->run;

	if (cell->n_samples >= cell->rounds)
		return;
	if (!run_cell(cell))
	{
		cell->rounds = 0;
		return;
	}
	cell->samples[cell->n_samples++] = run->ns /
		((double) run->repeats * (double) run->count);
}

double
cell_ns(const Cell *cell)
{
	return median(cell->samples, cell->n_samples);
}

double
cell_ratio(const Cell *a, const Cell *b)
{
	double		ratios[ROUNDS_MAX];

	if (a->n_samples != b->n_samples)
		return cell_ns(a) / cell_ns(b);
	for (size_t i = 0; i < a->n_samples; i++)
		ratios[i] = a->samples[i] / b->samples[i];
	return median(ratios, a->n_samples);
}
