/*
 * test_laws.c
 *		The laws of rewriting on generated sets of mappings and values.
 *
 * QSREPL_SEED repeats a run; QSREPL_LAWS is the number of trials over all
 * laws.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen_text.h"
#include "harness.h"
#include "laws.h"

#define TRIALS_PER_SET 350
#define LAWS_MAX 8

static Lab	lab;
static GenText text;
static unsigned long judged[LAWS_MAX];
static unsigned long silent[LAWS_MAX];
static unsigned long changed[LAWS_MAX];
static unsigned long broken[LAWS_MAX];

static void
draw_set(Random *random, bool lawful, GenSet *set)
{
	if (random_one_in(random, 4))
		gen_set_fixed(set);
	else if (lawful)
		gen_set_lawful(random, set);
	else
		gen_set_any(random, set);
}

static void
draw_trial(Random *random, const Law *law, Trial *trial)
{
	static const RwForm forms[] = {RW_FORM_TEXT, RW_FORM_TEXT, RW_FORM_TEXT,
	RW_FORM_TEXT, RW_FORM_TEXT, RW_FORM_PATH, RW_FORM_HOST, RW_FORM_VALUE};
	size_t		n = lab.set.n_sites;

	trial->form = forms[random_below(random, 8)];
	trial->home = random_below(random, n);
	trial->via = random_below(random, n);
	trial->goal = random_below(random, n);
	gen_text(random, &lab.set, trial->form,
			 law->own ? trial->home : GEN_ANY_SITE, &text);
	if (law->broken)
		gen_mutate(random, &text);
}

static void
run_trial(Random *random, size_t number)
{
	const Law  *law = &laws[number];
	Trial		trial;
	Outcome		outcome;
	char	   *exact;

	draw_trial(random, law, &trial);

	/* Memory of just this size, so that reading behind it is seen. */
	exact = malloc(text.len > 0 ? text.len : 1);
	if (exact == NULL)
		exit(1);
	memcpy(exact, text.bytes, text.len);
	trial.in = exact;
	trial.len = text.len;
	lab.scratch.taken = 0;
	outcome = law->judge(&lab, &trial);
	changed[number] += lab.scratch.taken > 0;
	memory_reset(&lab.scratch);
	judged[number]++;
	if (outcome == LAW_SILENT)
		silent[number]++;
	else if (outcome == LAW_HOLDS)
		harness_passed(1);
	else
	{
		harness_failed();
		if (broken[number]++ < 3)
			laws_report(law, &lab, &trial);
	}
	free(exact);
}

static void
run_law(uint64_t seed, size_t number, unsigned long trials)
{
	for (unsigned long i = 0; i < trials; i++)
	{
		/* Each set has a seed of its own. */
		Random		random = {seed + number + laws_size * i};
		GenSet		set;

		draw_set(&random, laws[number].lawful, &set);
		if (!check(lab_open(&lab, &set, &random)))
			return;
		for (; i < trials; i++)
		{
			run_trial(&random, number);
			if (i % TRIALS_PER_SET == TRIALS_PER_SET - 1)
				break;
		}
		lab_close(&lab);
	}
}

int
main(void)
{
	unsigned long trials = harness_rounds("QSREPL_LAWS", 1000000);
	uint64_t	seed = harness_seed();

	for (size_t i = 0; i < laws_size; i++)
	{
		run_law(seed, i, trials / laws_size + 1);
		printf("%-12s %lu trials, %lu of them silent, %lu with a change\n",
			   laws[i].name, judged[i], silent[i], changed[i]);

		/* A law that is hardly ever asked proves nothing. */
		check(silent[i] * 2 < judged[i]);
		check(changed[i] * 10 > judged[i]);
	}
	return harness_finish();
}
