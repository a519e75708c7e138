/*
 * matcher.c
 *		Compiling a set of mappings for one local site.
 */
#include "matcher.h"

#include <string.h>

#include "chars.h"
#include "mappings.h"

/*
 * Take one value of a mapping into the index.  The same value at several
 * sites is one node; the site it is said to be of does not depend on the
 * order in which the values were added.
 */
static void
add_value(RwMatcher *matcher, RwKind kind, const RwMappingValue *value,
		  uint32_t target)
{
	RwIndex    *index = &matcher->index;
	uint32_t	id = rw_index_add_value(index, kind, value->value);
	RwNode	   *node = &index->nodes[id];	/* adding may move the nodes */

	node->target = target;
	if (node->site == NULL || strcmp(value->site, node->site) < 0)
		node->site = rw_pool_copy(&index->pool, value->site,
								  strlen(value->site));
}

static void
add_mapping(RwMatcher *matcher, const RwMappings *set, size_t mapping,
			const RwMappingValue *local)
{
	RwKind		kind = set->mappings[mapping].kind;
	RwIndex    *index = &matcher->index;
	RwTarget   *target = &matcher->targets[matcher->n_targets];
	uint32_t	node;

	target->len = strlen(local->value);
	target->value = rw_pool_copy(&index->pool, local->value, target->len);
	target->name = rw_pool_copy(&index->pool, set->mappings[mapping].name,
								strlen(set->mappings[mapping].name));
	target->drive = kind == RW_KIND_PATH && local->value[0] != '\\';
	for (size_t i = set->mappings[mapping].first; i != RW_NONE;
		 i = set->values[i].next)
		add_value(matcher, kind, &set->values[i],
				  (uint32_t) matcher->n_targets);
	node = rw_index_add_value(index, kind, local->value);
	index->nodes[node].local = true;
	index->nodes[node].site = rw_pool_copy(&index->pool, local->site,
										   strlen(local->site));
	matcher->n_targets++;
}

/* A byte without which nothing is recognized need not be looked at. */
static void
choose_anchors(RwMatcher *matcher)
{
	bool		names = matcher->index.nodes[RW_ROOT_HOST].child_max > 0;
	bool		dots = false;
	char		bytes[9] = "\\/%:";
	size_t		n = 4;

	for (size_t i = RW_ROOTS; i < matcher->index.n_nodes; i++)
		dots = dots || matcher->index.nodes[i].anywhere;
	if (names)
	{
		memcpy(bytes + n, "=>-", 3);
		n += 3;
	}
	if (dots)
		bytes[n++] = '.';
	bytes[n] = '\0';
	rw_anchors_init(&matcher->anchors, bytes);
}

RwMatcher *
rw_matcher_create(const RwMappings *mappings, const char *site,
				  const RwMemory *mem)
{
	RwMatcher  *matcher = mem->allocate(mem->arg, sizeof(RwMatcher));
	size_t		n = mappings->n_mappings;

	memset(matcher, 0, sizeof(*matcher));
	rw_index_init(&matcher->index, mem, false);
	matcher->targets = rw_pool_alloc(&matcher->index.pool,
									 (n + 1) * sizeof(RwTarget));
	for (size_t i = 0; i < n; i++)
	{
		const RwMappingValue *local = rw_current_value(mappings, i, site);

		if (local != NULL)
			add_mapping(matcher, mappings, i, local);
	}
	rw_keys_init(&matcher->keys);
	choose_anchors(matcher);
	return matcher;
}

void
rw_matcher_free(RwMatcher *matcher)
{
	RwMemory	mem = matcher->index.pool.mem;

	rw_index_free(&matcher->index);
	mem.release(mem.arg, matcher);
}

bool
rw_matcher_has_site(const RwMatcher *matcher)
{
	return matcher->n_targets > 0;
}
