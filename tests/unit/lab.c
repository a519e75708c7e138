/*
 * lab.c
 *		A set compiled for each of its sites.
 */
#include <string.h>

#include "laws.h"
#include "matcher.h"

/* Let each anchor be looked at, whatever bytes are before and behind it. */
static RwMatcher *
create_open(const RwMappings *mappings, size_t site, TestMemory *memory)
{
	RwMatcher  *matcher = rw_matcher_create(mappings, gen_site(site),
											&memory->engine);
	RwAnchors  *anchors = &matcher->anchors;

	memset(anchors->before, 0xFF, sizeof(anchors->before));
	memset(anchors->behind, 0xFF, sizeof(anchors->behind));
	rw_anchors_finish(anchors);
	return matcher;
}

bool
lab_open(Lab *lab, const GenSet *set, Random *random)
{
	RwMappings *mappings;
	RwMappings *shuffled;

	memory_init(&lab->place);
	memory_init(&lab->scratch);
	lab->set = *set;
	mappings = gen_set_build(set, NULL, &lab->place);
	shuffled = gen_set_build(set, random, &lab->place);
	if (mappings == NULL || shuffled == NULL)
	{
		memory_reset(&lab->place);
		return false;
	}
	for (size_t site = 0; site < set->n_sites; site++)
	{
		lab->at[site] = rw_matcher_create(mappings, gen_site(site),
										  &lab->place.engine);
		lab->shuffled[site] = rw_matcher_create(shuffled, gen_site(site),
												&lab->place.engine);
		lab->open[site] = create_open(mappings, site, &lab->place);
	}
	rw_mappings_free(mappings);
	rw_mappings_free(shuffled);
	return true;
}

void
lab_close(Lab *lab)
{
	memory_reset(&lab->place);
	memory_reset(&lab->scratch);
}

const char *
lab_rewrite(Lab *lab, RwForm form, size_t site, const char *in, size_t len,
			size_t *outlen)
{
	char	   *out;

	if (rw_rewrite(lab->at[site], form, in, len, &lab->scratch.engine, &out,
				   outlen) == RW_CHANGED)
		return out;
	*outlen = len;
	return in;
}
