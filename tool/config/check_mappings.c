/*
 * check_mappings.c
 *		What the engine says to the mappings, and what they lack.
 */
#include <string.h>

#include "base/memory.h"
#include "config/load.h"

/* With more mappings, only the first conflict is told. */
#define APART_MAX 200

static void
add_problem(Problems *problems, size_t line, const RwProblem *problem)
{
	if (problem->code == RW_PROBLEM_WARNING)
		problems_warning(problems, line, problem->detail, problem->hint,
						 "%s", problem->message);
	else
		problems_error(problems, line, problem->detail, problem->hint, "%s",
					   problem->message);
}

/* Add a mapping to a set; problems may be NULL. */
static void
add_mapping(RwMappings *set, const ConfigMapping *mapping, Problems *problems)
{
	RwProblem	problem;

	for (size_t i = 0; mapping->kind >= 0 && i < mapping->n_values; i++)
	{
		const ConfigMappingValue *value = &mapping->values[i];

		if (!rw_mappings_add(set, mapping->name, (RwKind) mapping->kind,
							 value->site, value->value, value->current,
							 &problem) && problems != NULL)
			add_problem(problems, value->line, &problem);
	}
}

/* A set of the first n mappings, without those that are out. */
static RwMappings *
set_without(const Config *config, size_t n, const bool *out)
{
	RwMappings *set = rw_mappings_create(&mem_engine);

	for (size_t i = 0; i < n; i++)
		if (!out[i])
			add_mapping(set, &config->mappings[i], NULL);
	return set;
}

/*
 * The engine tells the first conflict.  To tell all, each with its line, the
 * mappings are added one by one, and one that conflicts is left out.
 */
static void
tell_conflicts(const Config *config, Problems *problems)
{
	bool		out[APART_MAX] = {false};

	for (size_t i = 0; i < config->n_mappings; i++)
	{
		RwMappings *set = set_without(config, i + 1, out);
		RwProblem	problem;

		if (!rw_mappings_check(set, &problem))
		{
			add_problem(problems, config->mappings[i].line, &problem);
			out[i] = true;
		}
		rw_mappings_free(set);
	}
}

static void
take_warning(void *arg, const RwProblem *problem)
{
	add_problem(arg, 0, problem);
}

/* The current value at a site, or NULL. */
static const char *
current_value(const ConfigMapping *mapping, const char *site)
{
	for (size_t i = 0; i < mapping->n_values; i++)
		if (mapping->values[i].current &&
			strcmp(mapping->values[i].site, site) == 0)
			return mapping->values[i].value;
	return NULL;
}

/* Are two values the same to the engine? */
static bool
same_value(const ConfigMapping *mapping, const char *a, const char *b)
{
	char		stored[2][RW_VALUE_MAX + 1];
	RwProblem	problem;

	return mapping->kind >= 0 &&
		rw_value_normalize((RwKind) mapping->kind, a, stored[0], &problem) &&
		rw_value_normalize((RwKind) mapping->kind, b, stored[1], &problem) &&
		strcmp(stored[0], stored[1]) == 0;
}

static void
check_values(const Config *config, const ConfigMapping *mapping,
			 Problems *problems)
{
	const char *first = NULL;
	size_t		same = 0;

	for (size_t i = 0; i < config->n_sites; i++)
	{
		const char *site = config->sites[i].name;
		const char *value = current_value(mapping, site);

		if (value == NULL)
		{
			problems_warning(problems, mapping->line,
							 "There, other sites' values stay as they are.",
							 NULL, "mapping \"%s\" has no value at site "
							 "\"%s\"", arena_quote(&problems->arena,
												   mapping->name), site);
			continue;
		}
		first = first != NULL ? first : value;
		if (same_value(mapping, first, value))
			same++;
	}
	if (config->n_sites > 1 && same == config->n_sites &&
		same == mapping->n_values)
		problems_warning(problems, mapping->line,
						 "What is equal everywhere need not be rewritten.",
						 "Remove the section.",
						 "mapping \"%s\" has the same value at all sites",
						 arena_quote(&problems->arena, mapping->name));
}

void
config_check_mappings(const Config *config, Problems *problems)
{
	RwMappings *set = rw_mappings_create(&mem_engine);
	RwProblem	problem;

	for (size_t i = 0; i < config->n_mappings; i++)
	{
		add_mapping(set, &config->mappings[i], problems);
		check_values(config, &config->mappings[i], problems);
	}
	if (rw_mappings_check(set, &problem))
		rw_mappings_warnings(set, NULL, take_warning, problems);
	else if (config->n_mappings <= APART_MAX)
		tell_conflicts(config, problems);
	else
		add_problem(problems, 0, &problem);
	rw_mappings_free(set);
}
