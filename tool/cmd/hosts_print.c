/*
 * hosts_print.c
 *		What was found in hosts files, in each format.
 */
#include "cmd/hosts_print.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"

static json_t *
finding_object(const HostsFinding *finding)
{
	json_t	   *object = json_object();

	json_set_text(object, "machine", finding->machine);
	json_set_text(object, "node", finding->node != NULL ?
				  finding->node->name : NULL);
	json_set_text(object, "site", finding->site->name);
	json_set_text(object, "path", finding->path);
	json_set_text(object, "state", hosts_word(finding->state));
	json_set_text(object, "problem", finding->problem);
	json_set_text(object, "hint", finding->hint);
	json_set_text(object, "diff", finding->diff);
	json_object_set_new(object, "written", json_boolean(finding->written));
	json_object_set_new(object, "failed", json_boolean(finding->failed));
	return object;
}

/* What Windows needs for each name of a file server. */
static json_t *
advice_list(const Config *config)
{
	json_t	   *list = json_array();
	Arena		arena = {NULL};

	for (size_t i = 0; i < config->n_aliases; i++)
	{
		const ConfigAlias *alias = &config->aliases[i];

		if (alias->kind != CONFIG_ALIAS_FILE_SERVER)
			continue;
		for (const char *const *sentence = hosts_advice(alias, &arena);
			 *sentence != NULL; sentence++)
		{
			json_t	   *object = json_object();

			json_set_text(object, "alias", alias->name);
			json_set_text(object, "needs", *sentence);
			json_array_append_new(list, object);
		}
	}
	arena_free(&arena);
	return list;
}

void
hosts_print_json(const Config *config, const HostsReport *report)
{
	json_t	   *document = json_object();
	json_t	   *list = json_array();

	for (size_t i = 0; i < report->n; i++)
		json_array_append_new(list, finding_object(&report->list[i]));
	json_object_set_new(document, "machines", list);
	json_object_set_new(document, "file_servers", advice_list(config));
	json_print(document);
}

void
hosts_print_finding(const HostsFinding *finding)
{
	printf("%-12s  %s (site %s), %s%s%s\n", finding->written &&
		   !finding->failed ? "written" : finding->failed &&
		   finding->state != HOSTS_UNREACHABLE ? "failed" :
		   hosts_word(finding->state), finding->machine, finding->site->name,
		   finding->path, finding->problem != NULL ? ": " : "",
		   finding->problem != NULL ? finding->problem : "");
	if (finding->hint != NULL)
		printf("%14shint: %s\n", "", finding->hint);
}

void
hosts_print_text(const HostsReport *report)
{
	for (size_t i = 0; i < report->n; i++)
		hosts_print_finding(&report->list[i]);
	if (report->n == 0)
		puts("No machine's hosts file is looked after.");
}

void
hosts_print_advice(const Config *config)
{
	json_t	   *list = advice_list(config);

	for (size_t i = 0; i < json_array_size(list); i++)
	{
		const		json_t *object = json_array_get(list, i);

		printf("file server %s: %s\n",
			   json_string_value(json_object_get(object, "alias")),
			   json_string_value(json_object_get(object, "needs")));
	}
	json_decref(list);
}

/* A list of names with their addresses */
void
hosts_print_names(const char *block)
{
	json_t	   *document = json_object();
	json_t	   *list = json_array();
	Arena		arena = {NULL};

	while (*block != '\0')
	{
		size_t		address = strcspn(block, "\t");
		size_t		len = strcspn(block, "\n");
		json_t	   *object = json_object();

		json_set_text(object, "name",
					  arena_printf(&arena, "%.*s", (int) (len - address - 1),
								   block + address + 1));
		json_set_text(object, "address",
					  arena_printf(&arena, "%.*s", (int) address, block));
		json_array_append_new(list, object);
		block += len + (block[len] == '\n' ? 1 : 0);
	}
	json_object_set_new(document, "names", list);
	json_print(document);
	arena_free(&arena);
}
