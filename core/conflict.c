/*
 * conflict.c
 *		Which sets of mappings would break a law, and which come close.
 *
 * All values go into one index; two mappings that meet in a node share a
 * value, and an ancestor with a value is a nested pair.  That keeps the check
 * linear in the number of values.
 */
#include <string.h>

#include "inet6.h"
#include "mappings.h"
#include "problem.h"

typedef struct Check
{
	const RwMappings *set;
	RwIndex		index;			/* target: first value at the node */
	uint32_t   *node_of;		/* node of each value */
	size_t	   *twin;			/* next value at the same node, or RW_NONE */
	const char *only;
	void		(*report) (void *arg, const RwProblem *problem);
	void	   *arg;
	RwProblem	problem;
} Check;

static const char *
name_of(const Check *check, size_t value)
{
	return check->set->mappings[check->set->values[value].mapping].name;
}

static void
check_start(Check *check, const RwMappings *set)
{
	RwMemory	mem = set->pool.mem;
	size_t		n = set->n_values > 0 ? set->n_values : 1;

	memset(check, 0, sizeof(*check));
	check->set = set;
	rw_index_init(&check->index, &mem, false);
	check->node_of = mem.allocate(mem.arg, n * sizeof(uint32_t));
	check->twin = mem.allocate(mem.arg, n * sizeof(size_t));
	for (size_t i = 0; i < set->n_values; i++)
	{
		const RwMappingValue *value = &set->values[i];
		uint32_t	id = rw_index_add_value(&check->index,
											set->mappings[value->mapping].kind,
											value->value);
		RwNode	   *node = &check->index.nodes[id];

		check->node_of[i] = id;
		check->twin[i] = RW_NONE;
		if (node->target == RW_NO_TARGET)
			node->target = (uint32_t) i;
		else
		{
			check->twin[i] = check->twin[node->target];
			check->twin[node->target] = i;
		}
	}
}

static void
check_end(Check *check)
{
	RwMemory	mem = check->set->pool.mem;

	mem.release(mem.arg, check->node_of);
	mem.release(mem.arg, check->twin);
	rw_index_free(&check->index);
}

static bool
is_server_only(const char *path)
{
	return path[0] == '\\' && strchr(path + 2, '\\') == NULL;
}

/* A server alone stands for all its shares: no drive path can. */
static bool
check_shares(const Check *check, RwProblem *problem)
{
	const RwMappings *set = check->set;

	for (size_t m = 0; m < set->n_mappings; m++)
	{
		size_t		drive = RW_NONE;
		size_t		server = RW_NONE;

		if (set->mappings[m].kind != RW_KIND_PATH)
			continue;
		for (size_t i = set->mappings[m].first; i != RW_NONE;
			 i = set->values[i].next)
		{
			if (set->values[i].value[0] != '\\')
				drive = i;
			else if (is_server_only(set->values[i].value))
				server = i;
		}
		if (drive == RW_NONE || server == RW_NONE)
			continue;
		rw_problem_start(problem, RW_PROBLEM_CONFLICT);
		RW_PART(problem->message,
				"mapping \"%s\" needs a share at site \"%s\"",
				set->mappings[m].name, set->values[server].site);
		RW_PART(problem->detail,
				"\"%s\" at site \"%s\" is a drive path, for which \"%s\" "
				"names no share.", set->values[drive].value,
				set->values[drive].site, set->values[server].value);
		RW_PART(problem->hint, "Write \\\\server\\share.");
		return false;
	}
	return true;
}

static bool
check_shared_values(const Check *check, RwProblem *problem)
{
	const RwMappings *set = check->set;

	for (size_t i = 0; i < set->n_values; i++)
	{
		size_t		first = check->index.nodes[check->node_of[i]].target;

		if (set->values[i].mapping == set->values[first].mapping)
			continue;
		rw_problem_start(problem, RW_PROBLEM_CONFLICT);
		RW_PART(problem->message,
				"mappings \"%s\" and \"%s\" have the same value",
				name_of(check, first), name_of(check, i));
		RW_PART(problem->detail,
				"\"%s\" of mapping \"%s\" at site \"%s\" is also the value "
				"of mapping \"%s\" at site \"%s\".",
				set->values[first].value, name_of(check, first),
				set->values[first].site, name_of(check, i),
				set->values[i].site);
		RW_PART(problem->hint,
				"It could not be told which of the two is meant; use one "
				"mapping, or different values.");
		return false;
	}
	return true;
}

bool
rw_mappings_check(const RwMappings *mappings, RwProblem *problem)
{
	Check		check;
	bool		good;

	check_start(&check, mappings);
	good = check_shares(&check, problem) &&
		check_shared_values(&check, problem);
	check_end(&check);
	return good;
}

static void
warn(Check *check, size_t mapping_a, size_t mapping_b)
{
	const RwMapping *all = check->set->mappings;

	if (check->only == NULL ||
		strcmp(all[mapping_a].name, check->only) == 0 ||
		strcmp(all[mapping_b].name, check->only) == 0)
		check->report(check->arg, &check->problem);
}

/* Does the node hold a value of this site? */
static bool
node_has_site(const Check *check, uint32_t node, const char *site)
{
	size_t		i = check->index.nodes[node].target;

	for (; i != RW_NONE; i = check->twin[i])
		if (strcmp(check->set->values[i].site, site) == 0)
			return true;
	return false;
}

/* A value inside another site's value: that site's own folder of this name. */
static void
warn_nested(Check *check, size_t inner)
{
	const RwMappingValue *values = check->set->values;
	uint32_t	id = check->node_of[inner];

	if (check->set->mappings[values[inner].mapping].kind != RW_KIND_PATH)
		return;
	for (id = check->index.nodes[id].parent; id >= RW_ROOTS;
		 id = check->index.nodes[id].parent)
	{
		size_t		outer = check->index.nodes[id].target;

		if (outer == RW_NO_TARGET ||
			node_has_site(check, id, values[inner].site))
			continue;
		rw_problem_start(&check->problem, RW_PROBLEM_WARNING);
		RW_PART(check->problem.message,
				"path of mapping \"%s\" at site \"%s\" lies inside that of "
				"mapping \"%s\" at site \"%s\"", name_of(check, inner),
				values[inner].site, name_of(check, outer),
				values[outer].site);
		RW_PART(check->problem.detail,
				"A folder \"%s\" that site \"%s\" has of its own would be "
				"taken for site \"%s\"'s.", values[inner].value,
				values[outer].site, values[inner].site);
		warn(check, values[inner].mapping, values[outer].mapping);
	}
}

/* The node of the server that a UNC path names, as a host, or RW_NO_NODE. */
static uint32_t
server_node(const Check *check, const char *path)
{
	if (path[0] != '\\')
		return RW_NO_NODE;
	return rw_index_find(&check->index, RW_ROOT_HOST, path + 2,
						 strcspn(path + 2, "\\"));
}

/*
 * One server at this site, two at another: a share that only the host mapping
 * covers there could be spelled like the path mapping's here.
 */
static void
warn_host_and_path(Check *check, size_t path)
{
	const RwMappings *set = check->set;
	const RwMappingValue *values = set->values;
	uint32_t	node;
	size_t		host;

	if (set->mappings[values[path].mapping].kind != RW_KIND_PATH ||
		!values[path].current)
		return;
	node = server_node(check, values[path].value);
	if (node == RW_NO_NODE ||
		!node_has_site(check, node, values[path].site))
		return;
	host = check->index.nodes[node].target;
	for (size_t i = set->mappings[values[host].mapping].first; i != RW_NONE;
		 i = values[i].next)
	{
		const RwMappingValue *there = rw_current_value(set,
													   values[path].mapping,
													   values[i].site);

		if (!values[i].current || there == NULL ||
			server_node(check, there->value) == check->node_of[i])
			continue;
		rw_problem_start(&check->problem, RW_PROBLEM_WARNING);
		RW_PART(check->problem.message,
				"mappings \"%s\" and \"%s\" name one server at site \"%s\" "
				"and two at site \"%s\"", name_of(check, host),
				name_of(check, path), values[path].site, values[i].site);
		RW_PART(check->problem.detail,
				"A path on \"%s\" that names the share of \"%s\" would not "
				"come back from site \"%s\" as it was.", values[i].value,
				values[path].value, values[path].site);
		warn(check, values[host].mapping, values[path].mapping);
		return;
	}
}

/* Spellings that are recognized in different places of a text. */
static const char *
host_spelling(const char *value)
{
	unsigned char address[16];

	if (rw_inet6_parse(value, strlen(value), address))
		return "an IPv6 address";
	return strchr(value, '.') != NULL ? "a qualified name or IPv4 address" :
		"a short name";
}

static void
warn_spellings(Check *check, size_t mapping)
{
	const RwMapping *host = &check->set->mappings[mapping];
	const RwMappingValue *values = check->set->values;
	const RwMappingValue *first = NULL; /* of the current ones */

	if (host->kind != RW_KIND_HOST)
		return;
	for (size_t i = host->first; i != RW_NONE; i = values[i].next)
	{
		const char *a;
		const char *b = host_spelling(values[i].value);

		if (!values[i].current)
			continue;
		if (first == NULL)
			first = &values[i];
		a = host_spelling(first->value);
		if (strcmp(a, b) == 0)
			continue;
		rw_problem_start(&check->problem, RW_PROBLEM_WARNING);
		RW_PART(check->problem.message,
				"mapping \"%s\" is %s at site \"%s\" and %s at site \"%s\"",
				host->name, a, first->site, b, values[i].site);
		RW_PART(check->problem.detail,
				"Within texts these are recognized in different places, so "
				"that a rewritten text may not come back as it was.");
		RW_PART(check->problem.hint,
				"Use a mapping for each spelling of the host.");
		warn(check, mapping, mapping);
		return;
	}
}

void
rw_mappings_warnings(const RwMappings *mappings, const char *only,
					 void (*report) (void *arg, const RwProblem *problem),
					 void *arg)
{
	Check		check;

	check_start(&check, mappings);
	check.only = only;
	check.report = report;
	check.arg = arg;
	for (size_t i = 0; i < mappings->n_values; i++)
	{
		warn_nested(&check, i);
		warn_host_and_path(&check, i);
	}
	for (size_t i = 0; i < mappings->n_mappings; i++)
		warn_spellings(&check, i);
	check_end(&check);
}
