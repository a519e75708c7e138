/*
 * mappings.c
 *		Collecting mappings.
 */
#include "mappings.h"

#include <string.h>

#include "problem.h"

RwMappings *
rw_mappings_create(const RwMemory *mem)
{
	RwMappings *set = mem->allocate(mem->arg, sizeof(RwMappings));

	memset(set, 0, sizeof(*set));
	rw_pool_init(&set->pool, mem);
	rw_index_init(&set->names, mem, true);
	return set;
}

void
rw_mappings_free(RwMappings *mappings)
{
	RwMemory	mem = mappings->pool.mem;

	rw_index_free(&mappings->names);
	rw_pool_free(&mappings->pool);
	if (mappings->mappings != NULL)
		mem.release(mem.arg, mappings->mappings);
	if (mappings->values != NULL)
		mem.release(mem.arg, mappings->values);
	mem.release(mem.arg, mappings);
}

const RwMappingValue *
rw_current_value(const RwMappings *mappings, size_t mapping,
				 const char *site)
{
	size_t		i = mappings->mappings[mapping].first;

	for (; i != RW_NONE; i = mappings->values[i].next)
		if (mappings->values[i].current &&
			strcmp(mappings->values[i].site, site) == 0)
			return &mappings->values[i];
	return NULL;
}

static bool
check_name(const char *what, const char *name, RwProblem *problem)
{
	size_t		len = strlen(name);

	if (len > 0 && len <= RW_NAME_MAX)
		return true;
	rw_problem_start(problem, RW_PROBLEM_INVALID);
	RW_PART(problem->message, "name of a %s has the wrong length: \"%s\"",
			what, name);
	RW_PART(problem->hint, "Use 1 to 63 bytes.");
	return false;
}

/* What add must know of the mapping that is there already. */
static bool
fits_mapping(const RwMappings *set, size_t mapping, RwKind kind,
			 const char *site, const char *value, bool current,
			 RwProblem *problem)
{
	const RwMapping *old = &set->mappings[mapping];
	const RwMappingValue *same;

	rw_problem_start(problem, RW_PROBLEM_INVALID);
	if (old->kind != kind)
	{
		RW_PART(problem->message,
				"mapping \"%s\" cannot be of kind %s and of kind %s",
				old->name, rw_kind_name(old->kind), rw_kind_name(kind));
		return false;
	}
	same = rw_current_value(set, mapping, site);
	if (current && same != NULL)
	{
		RW_PART(problem->message,
				"mapping \"%s\" has two values for site \"%s\"",
				old->name, site);
		RW_PART(problem->detail, "The values are \"%s\" and \"%s\".",
				same->value, value);
		RW_PART(problem->hint,
				"Former values and aliases are added beside the current "
				"one.");
		return false;
	}
	return true;
}

static size_t
add_mapping(RwMappings *set, const char *name, RwKind kind, uint32_t node)
{
	RwMapping  *mapping;

	set->mappings = rw_grow(&set->pool.mem, set->mappings,
							&set->mappings_capacity, set->n_mappings,
							sizeof(RwMapping));
	mapping = &set->mappings[set->n_mappings];
	mapping->name = rw_pool_copy(&set->pool, name, strlen(name));
	mapping->kind = kind;
	mapping->first = mapping->last = RW_NONE;
	set->names.nodes[node].target = (uint32_t) set->n_mappings;
	return set->n_mappings++;
}

bool
rw_mappings_add(RwMappings *set, const char *name, RwKind kind,
				const char *site, const char *value, bool current,
				RwProblem *problem)
{
	char		stored[RW_VALUE_MAX + 1];
	uint32_t	node;
	size_t		mapping;
	RwMappingValue *added;

	if (!check_name("mapping", name, problem) ||
		!check_name("site", site, problem) ||
		!rw_value_normalize(kind, value, stored, problem))
		return false;
	node = rw_index_add(&set->names, RW_ROOT_VALUE, name, strlen(name));
	if (set->names.nodes[node].target == RW_NO_TARGET)
		mapping = add_mapping(set, name, kind, node);
	else
	{
		mapping = set->names.nodes[node].target;
		if (!fits_mapping(set, mapping, kind, site, stored, current,
						  problem))
			return false;
	}
	set->values = rw_grow(&set->pool.mem, set->values,
						  &set->values_capacity, set->n_values,
						  sizeof(RwMappingValue));
	added = &set->values[set->n_values];
	added->mapping = mapping;
	added->site = rw_pool_copy(&set->pool, site, strlen(site));
	added->value = rw_pool_copy(&set->pool, stored, strlen(stored));
	added->current = current;
	added->next = RW_NONE;
	if (set->mappings[mapping].first == RW_NONE)
		set->mappings[mapping].first = set->n_values;
	else
		set->values[set->mappings[mapping].last].next = set->n_values;
	set->mappings[mapping].last = set->n_values++;
	return true;
}
