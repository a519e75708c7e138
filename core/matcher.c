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

static void
add_root_rules(RwAnchors *anchors)
{
	rw_anchors_bytes(anchors->at, RW_RULE_ROOT, "\\/:");
	rw_anchors_bytes(anchors->behind, RW_RULE_ROOT, "\\/%");
	rw_anchors_bytes(anchors->at, RW_RULE_PERCENT, "%");
	rw_anchors_bytes(anchors->behind, RW_RULE_PERCENT, "235");
	for (int c = 0; c < 256; c++)
		anchors->before[c] |= RW_RULE_ROOT | RW_RULE_PERCENT | RW_RULE_GAP;
}

static void
add_key_rules(RwAnchors *anchors, const RwKeys *keys)
{
	for (int letter = 0; letter < 26; letter++)
	{
		char		both[3] = {(char) ('a' + letter), (char) ('A' + letter), 0};

		if (keys->forward.next[0][letter] != 0)
			rw_anchors_bytes(anchors->behind, RW_RULE_SWITCH, both);
		if (keys->backward.next[0][letter] != 0)
			rw_anchors_bytes(anchors->before, RW_RULE_KEY, both);
	}
	rw_anchors_bytes(anchors->at, RW_RULE_SWITCH, "-/");
	rw_anchors_bytes(anchors->behind, RW_RULE_SWITCH, "-");
	rw_anchors_class(anchors->before, RW_RULE_SWITCH,
					 RW_SPACE | RW_CONTROL | RW_LISTED);
	rw_anchors_bytes(anchors->before, RW_RULE_SWITCH, "nrt");	/* escapes */
	rw_anchors_bytes(anchors->at, RW_RULE_KEY, ":=>");
	rw_anchors_bytes(anchors->before, RW_RULE_KEY, "\"'_-");
	rw_anchors_class(anchors->before, RW_RULE_KEY, RW_BLANK);
	for (int c = 0; c < 256; c++)
		anchors->behind[c] |= RW_RULE_KEY;
}

/* Add a byte of a mapping's key to a table, in both cases. */
static void
add_folded(unsigned char *table, unsigned int rule, char c)
{
	table[(unsigned char) c] |= (unsigned char) rule;
	if (c >= 'a' && c <= 'z')
		table[(unsigned char) c - ('a' - 'A')] |= (unsigned char) rule;
}

/* A host is looked at where its last dot is, and before its port. */
static void
add_host_rules(RwAnchors *anchors, const RwIndex *index)
{
	rw_anchors_bytes(anchors->at, RW_RULE_PORT, ":");
	rw_anchors_bytes(anchors->before, RW_RULE_PORT, ".");
	rw_anchors_class(anchors->behind, RW_RULE_PORT, RW_DIGIT);
	for (size_t i = RW_ROOTS; i < index->n_nodes; i++)
	{
		const RwNode *node = &index->nodes[i];
		size_t		dot = node->key_len;

		if (node->parent != RW_ROOT_HOST)
			continue;
		add_folded(anchors->before, RW_RULE_PORT, node->key[node->key_len - 1]);
		if (!node->anywhere)
			continue;
		while (node->key[--dot] != '.')
			;
		anchors->at['.'] |= RW_RULE_DOT;
		add_folded(anchors->before, RW_RULE_DOT, node->key[dot - 1]);
		add_folded(anchors->behind, RW_RULE_DOT, node->key[dot + 1]);
	}
}

/*
 * An address without "::" is looked at where its first group ends, however
 * many zeros its groups begin with.
 */
static void
add_address_rules(RwAnchors *anchors, const RwIndex *index)
{
	static const char digits[] = "0123456789abcdef";

	rw_anchors_bytes(anchors->at, RW_RULE_ADDRESS | RW_RULE_GAP, ":");
	rw_anchors_bytes(anchors->behind, RW_RULE_GAP, ":");
	rw_anchors_bytes(anchors->behind, RW_RULE_ADDRESS, "0");
	for (size_t i = RW_ROOTS; i < index->n_nodes; i++)
	{
		const unsigned char *key = (const unsigned char *) index->nodes[i].key;
		unsigned int group;

		if (index->nodes[i].parent != RW_ROOT_ADDRESS)
			continue;
		add_folded(anchors->before, RW_RULE_ADDRESS, digits[key[1] & 15]);
		group = (unsigned int) key[2] << 8 | key[3];
		while (group > 15)
			group >>= 4;
		add_folded(anchors->behind, RW_RULE_ADDRESS, digits[group]);
	}
}

/* A byte without which nothing is recognized need not be looked at. */
static void
choose_anchors(RwMatcher *matcher)
{
	RwAnchors  *anchors = &matcher->anchors;
	const RwNode *nodes = matcher->index.nodes;
	bool		names = nodes[RW_ROOT_HOST].child_max > 0;
	bool		addresses = nodes[RW_ROOT_ADDRESS].child_max > 0;

	rw_anchors_init(anchors);
	add_root_rules(anchors);
	if (names || addresses)
		add_key_rules(anchors, &matcher->keys);
	if (names)
		add_host_rules(anchors, &matcher->index);
	if (addresses)
		add_address_rules(anchors, &matcher->index);
	rw_anchors_finish(anchors);
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
