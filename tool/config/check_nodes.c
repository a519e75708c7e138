/*
 * check_nodes.c
 *		Do the nodes make sense: their sites, names, roles?
 */
#include <string.h>

#include "config/load.h"

static const char *const roles[] = {
	"central", "repository", "engine", "proxy", "scheduler", "printing"
};

static void
check_roles(const ConfigNode *node, Problems *problems)
{
	for (size_t i = 0; i < node->roles.n; i++)
	{
		bool		known = false;

		for (size_t j = 0; j < sizeof(roles) / sizeof(roles[0]); j++)
			known = known || strcmp(node->roles.words[i], roles[j]) == 0;
		if (!known)
			problems_error(problems, node->line, NULL,
						   "Use: central repository engine proxy scheduler "
						   "printing.",
						   "node \"%s\" has role \"%s\", which is not "
						   "recognized", node->name,
						   arena_quote(&problems->arena,
									   node->roles.words[i]));
	}
}

/* Within a site, names and addresses are of one node each. */
static void
check_pair(const ConfigNode *a, const ConfigNode *b, Problems *problems)
{
	if (a->site == NULL || b->site == NULL || strcmp(a->site, b->site) != 0)
		return;
	if (config_same_name(config_node_alias(a), config_node_alias(b)))
		problems_error(problems, b->line, NULL,
					   "Give each node of a site an alias of its own.",
					   "nodes \"%s\" and \"%s\" of site \"%s\" have the same "
					   "alias \"%s\"", a->name, b->name, a->site,
					   config_node_alias(a));
	if (a->address != NULL && b->address != NULL &&
		a->smb_port == b->smb_port &&
		config_same_name(a->address, b->address))
		problems_error(problems, b->line, NULL, NULL,
					   "nodes \"%s\" and \"%s\" of site \"%s\" have the same "
					   "address", a->name, b->name, a->site);
	if (config_node_has_role(a, "central") &&
		config_node_has_role(b, "central"))
		problems_error(problems, b->line, NULL,
					   "Leave \"central\" out of the roles of the others.",
					   "site \"%s\" has two central nodes: \"%s\" and "
					   "\"%s\"", a->site, a->name, b->name);
}

/* A site whose nodes are there, but not the one that starts first. */
static void
check_central(const Config *config, const ConfigSite *site,
			  Problems *problems)
{
	const ConfigNode *first = NULL;

	for (size_t i = config->n_nodes; i > 0; i--)
		if (config->nodes[i - 1].site != NULL &&
			strcmp(config->nodes[i - 1].site, site->name) == 0)
			first = &config->nodes[i - 1];
	if (first != NULL && config_central_node(config, site->name) == NULL)
		problems_missing(problems, first->line,
						 "Add \"central\" to the roles of one of them.",
						 "no node of site \"%s\" is central", site->name);
}

void
config_check_nodes(const Config *config, Problems *problems)
{
	for (size_t i = 0; i < config->n_nodes; i++)
	{
		const ConfigNode *node = &config->nodes[i];

		config_check_named(config, problems,
						   arena_printf(&problems->arena, "node %s",
										node->name), node->site);
		check_roles(node, problems);
		for (size_t j = i + 1; j < config->n_nodes; j++)
			check_pair(node, &config->nodes[j], problems);
	}
	for (size_t i = 0; i < config->n_sites; i++)
		check_central(config, &config->sites[i], problems);
}
