/*
 * header.c
 *		A journal's first line: of which plan, pair and parameters it is.
 */
#include <stdlib.h>
#include <string.h>

#include "plan/internal.h"
#include "platform/system.h"

json_t *
header_parameters(const PlanRun *run)
{
	json_t	   *parameters = json_object();

	for (size_t i = 0; i < run->n_parameters; i++)
		json_object_set_new(parameters, run->parameters[i].name,
							json_string(run->parameters[i].value));
	return parameters;
}

static json_t *
steps_of(const Plan *plan)
{
	json_t	   *steps = json_array();

	for (size_t i = 0; i < plan->n_steps; i++)
		json_array_append_new(steps, json_string(plan->steps[i].name));
	return steps;
}

static json_t *
pair_of(const PlanPair *pair)
{
	json_t	   *sites = json_array();
	json_t	   *object = json_object();

	json_array_append_new(sites, json_string(pair->sites[0]));
	json_array_append_new(sites, json_string(pair->sites[1]));
	json_object_set_new(object, "sites", sites);
	json_object_set_new(object, "system_identifier",
						json_string(pair->system_identifier));
	return object;
}

json_t *
header_new(const PlanRun *run)
{
	json_t	   *header = entry_new("start");
	char	   *host = plat_host_name();

	json_object_set_new(header, "version", json_integer(JOURNAL_VERSION));
	json_object_set_new(header, "tool", json_string(QSREPL_VERSION));
	json_object_set_new(header, "plan", json_string(run->plan->name));
	json_object_set_new(header, "steps", steps_of(run->plan));
	json_object_set_new(header, "pair", pair_of(&run->pair));
	json_object_set_new(header, "parameters", header_parameters(run));
	json_object_set_new(header, "host", json_string(host));
	json_object_set_new(header, "process",
						json_integer((json_int_t) plat_process()));
	free(host);
	return header;
}

static bool
is_equal(const json_t * header, const char *member, json_t * expected)
{
	bool		equal = json_equal(json_object_get(header, member), expected);

	json_decref(expected);
	return equal;
}

static bool
another_pair(const PlanJournal *journal, const PlanRun *run, Error *error)
{
	const		json_t *pair = json_object_get(journal_header(journal), "pair");
	const		json_t *sites = json_object_get(pair, "sites");
	char	   *detail = text_format("It is of sites %s and %s, system %s; "
									 "this is %s and %s, system %s.",
									 json_string_value(json_array_get(sites, 0)),
									 json_string_value(json_array_get(sites, 1)),
									 entry_text(pair, "system_identifier"),
									 run->pair.sites[0], run->pair.sites[1],
									 run->pair.system_identifier);

	error_set(error, detail, "Nothing was changed. Use the configuration of "
			  "the pair that the run is of.",
			  "journal \"%s\" is of another pair of sites", journal->run);
	free(detail);
	return false;
}

bool
header_is_of_pair(const PlanJournal *journal, const PlanPair *pair)
{
	return is_equal(journal_header(journal), "pair", pair_of(pair));
}

bool
header_check(const PlanJournal *journal, const PlanRun *run, Error *error)
{
	const		json_t *header = journal_header(journal);

	if (strcmp(plan_journal_plan(journal), run->plan->name) != 0)
		return error_set(error, NULL, NULL,
						 "the run that has not ended is of plan \"%s\", not "
						 "\"%s\"", plan_journal_plan(journal),
						 run->plan->name);
	if (!header_is_of_pair(journal, &run->pair))
		return another_pair(journal, run, error);
	if (!is_equal(header, "steps", steps_of(run->plan)))
		return error_set(error, "Plan and journal have different steps.",
						 "Nothing was changed. Use the version that began the "
						 "run.", "journal \"%s\" was written by another "
						 "version of qsrepl (%s)", journal->run,
						 entry_text(header, "tool") != NULL ?
						 entry_text(header, "tool") : "not named");
	return true;
}
