/*
 * dns_print.c
 *		Where the alias points to, in each format.
 */
#include <string.h>

#include "base/json.h"
#include "cmd/dns.h"

static void
add_answer(const DnsAnswer *answer, Text *out)
{
	Arena		arena = {NULL};

	text_addf(out, "  %-24s %s", answer->server,
			  dns_answer_text(answer, &arena));
	if (answer->ttl >= 0)
		text_addf(out, ", %ld s", answer->ttl);
	text_add(out, answer->required ? ", required\n" : "\n");
	arena_free(&arena);
}

void
dns_as_text(const Config *config, const DnsReport *report, Text *out)
{
	text_addf(out, "Alias %s\n", config->dns.name);
	for (size_t i = 0; i < report->n; i++)
		add_answer(&report->answers[i], out);
	if (report->local.server != NULL)
		add_answer(&report->local, out);
	text_addf(out, "Users learn of a change within %ld s.\n",
			  dns_longest(config, report));
}

static json_t *
answer_object(const DnsAnswer *answer)
{
	static const char *const words[] = {
		"points", "no record", "refuses", "silent"
	};
	json_t	   *object = json_object();

	json_set_text(object, "server", answer->server);
	json_set_text(object, "state", words[answer->state]);
	json_set_text(object, "target", answer->target);
	json_set_text(object, "site", answer->site != NULL ?
				  answer->site->name : NULL);
	json_set_count(object, "ttl", answer->ttl);
	json_object_set_new(object, "required", json_boolean(answer->required));
	json_set_text(object, "problem", answer->problem);
	return object;
}

json_t *
dns_as_json(const Config *config, const DnsReport *report)
{
	json_t	   *document = json_object();
	json_t	   *list = json_array();

	for (size_t i = 0; i < report->n; i++)
		json_array_append_new(list, answer_object(&report->answers[i]));
	json_set_text(document, "name", config->dns.name);
	json_set_text(document, "type", config->dns.type == CONFIG_DNS_A ? "A" :
				  "CNAME");
	json_object_set_new(document, "servers", list);
	json_object_set_new(document, "local", report->local.server != NULL ?
						answer_object(&report->local) : json_null());
	json_set_count(document, "seconds", dns_longest(config, report));
	return document;
}

/* The site that most servers answer with; NULL: none. */
static const ConfigSite *
most_of(const DnsReport *report)
{
	const ConfigSite *best = NULL;
	size_t		most = 0;

	for (size_t i = 0; i < report->n; i++)
	{
		size_t		n = 0;

		for (size_t j = 0; j < report->n; j++)
			n += report->answers[j].site == report->answers[i].site;
		if (report->answers[i].site != NULL && n > most)
		{
			best = report->answers[i].site;
			most = n;
		}
	}
	return best;
}

void
dns_as_status(const Config *config, const DnsReport *report, Text *out)
{
	const ConfigSite *site = report->to != NULL ? report->to :
	most_of(report);
	Arena		arena = {NULL};

	text_addf(out, "Alias %s: %s%s\n", config->dns.name,
			  site != NULL ? "site " : "no site", site != NULL ?
			  site->name : "");
	for (size_t i = 0; i < report->n; i++)
		if (site == NULL || report->answers[i].site != site)
			text_addf(out, "  server %s: %s\n", report->answers[i].server,
					  dns_answer_text(&report->answers[i], &arena));
	arena_free(&arena);
}
