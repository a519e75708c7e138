/*
 * laws_report.c
 *		Showing a trial that breaks a law, after making it smaller.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "laws.h"

static bool
still_broken(const Law *law, const GenSet *set, const Trial *trial)
{
	Lab		   *lab = malloc(sizeof(Lab));
	bool		broken = false;

	if (lab != NULL && lab_open(lab, set, NULL))
	{
		broken = law->judge(lab, trial) == LAW_BROKEN;
		lab_close(lab);
	}
	free(lab);
	return broken;
}

/* Leave out runs of bytes, long ones first. */
static bool
shrink_text(const Law *law, const GenSet *set, Trial *trial, char *bytes)
{
	bool		shrunk = false;

	for (size_t run = trial->len / 2 + 1; run > 0; run /= 2)
		for (size_t p = 0; p + run <= trial->len;)
		{
			Trial		less = *trial;
			char	   *shorter = malloc(trial->len + 1);

			if (shorter == NULL)
				exit(1);
			memcpy(shorter, bytes, p);
			memcpy(shorter + p, bytes + p + run, trial->len - p - run);
			less.in = shorter;
			less.len = trial->len - run;
			if (still_broken(law, set, &less))
			{
				memcpy(bytes, shorter, less.len);
				trial->len = less.len;
				shrunk = true;
			}
			else
				p++;
			free(shorter);
		}
	return shrunk;
}

/* Leave out mappings that are not needed, and their former values. */
static bool
shrink_set(const Law *law, GenSet *set, const Trial *trial)
{
	bool		shrunk = false;

	for (size_t m = set->n_mappings; m-- > 0;)
	{
		GenSet		less = *set;

		less.n_mappings--;
		memmove(&less.mappings[m], &less.mappings[m + 1],
				(less.n_mappings - m) * sizeof(GenMapping));
		if (still_broken(law, &less, trial))
		{
			*set = less;
			shrunk = true;
			continue;
		}
		less = *set;
		less.mappings[m].former[0] = '\0';
		if (set->mappings[m].former[0] != '\0' &&
			still_broken(law, &less, trial))
		{
			*set = less;
			shrunk = true;
		}
	}
	return shrunk;
}

static void
print_rewritten(Lab *lab, const char *label, RwForm form, size_t site,
				const char *in, size_t len)
{
	size_t		outlen;
	size_t		other_len;
	const char *out = lab_rewrite(lab, form, site, in, len, &outlen);

	printf("  %s at %s\n", label, gen_site(site));
	harness_print("    once", out, outlen);
	out = lab_rewrite(lab, form, site, out, outlen, &other_len);
	if (other_len != outlen || memcmp(out, in, outlen) != 0)
		harness_print("    twice", out, other_len);
}

static void
print_trial(const Law *law, const GenSet *set, const Trial *trial)
{
	static Lab	lab;
	size_t		len;
	const char *there;

	printf("law of %s is broken, form %s\n", law->name,
		   rw_form_name(trial->form));
	gen_set_print(set);
	printf("  home %s, via %s, goal %s\n", gen_site(trial->home),
		   gen_site(trial->via), gen_site(trial->goal));
	harness_print("  input", trial->in, trial->len);
	if (!lab_open(&lab, set, NULL))
		return;
	print_rewritten(&lab, "directly", trial->form, trial->goal, trial->in,
					trial->len);
	if (law->own)
	{
		there = lab_rewrite(&lab, trial->form, trial->via, trial->in,
							trial->len, &len);
		harness_print("  via", there, len);
		print_rewritten(&lab, "from there", trial->form, trial->goal, there,
						len);
		print_rewritten(&lab, "and back", trial->form, trial->home, there,
						len);
	}
	lab_close(&lab);
}

void
laws_report(const Law *law, const Lab *lab, const Trial *trial)
{
	GenSet		set = lab->set;
	Trial		small = *trial;
	char	   *bytes = malloc(trial->len + 1);
	bool		shrunk = true;

	if (bytes == NULL)
		exit(1);
	memcpy(bytes, trial->in, trial->len);
	small.in = bytes;

	while (shrunk)
	{
		shrunk = shrink_text(law, &set, &small, bytes);
		shrunk = shrink_set(law, &set, &small) || shrunk;
	}
	print_trial(law, &set, &small);
	free(bytes);
}
