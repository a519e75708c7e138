/*
 * check_aliases.c
 *		Can the hosts files be written: free aliases and nodes' addresses?
 */
#include <string.h>

#include "config/address.h"
#include "config/load.h"

/* A name that a node has, too, or another alias in another spelling. */
static void
check_unique(const Config *config, const ConfigAlias *alias,
			 Problems *problems)
{
	for (size_t i = 0; i < config->n_nodes; i++)
		if (address_is_same(config_node_alias(&config->nodes[i]),
							alias->name))
			problems_error(problems, alias->line, NULL,
						   "Nodes' aliases are in the hosts files anyway.",
						   "alias \"%s\" is that of node \"%s\"",
						   alias->name, config->nodes[i].name);
	for (const ConfigAlias *other = config->aliases; other < alias; other++)
		if (address_is_same(other->name, alias->name))
			problems_error(problems, alias->line, NULL, NULL,
						   "aliases \"%s\" and \"%s\" are the same name",
						   other->name, alias->name);
}

static void
check_value(const ConfigAlias *alias, size_t i, Problems *problems)
{
	const ConfigMappingValue *value = &alias->values[i];

	for (size_t j = 0; j < i; j++)
		if (strcmp(alias->values[j].site, value->site) == 0)
			problems_error(problems, value->line, NULL,
						   "Remove one of the lines.",
						   "alias \"%s\" has two addresses at site \"%s\"",
						   alias->name, value->site);
	if (!address_is_any(value->value))
		problems_error(problems, value->line, NULL,
					   "Hosts files need addresses, as in 10.1.0.20.",
					   "address of alias \"%s\" at site \"%s\" is not an IP "
					   "address: \"%s\"", alias->name, value->site,
					   arena_quote(&problems->arena, value->value));
}

static void
check_alias(const Config *config, const ConfigAlias *alias,
			Problems *problems)
{
	if (!address_is_name(alias->name))
	{
		problems_error(problems, alias->line, NULL,
					   "Give a host name, as in [alias FS].",
					   "alias \"%s\" is not a host name",
					   arena_quote(&problems->arena, alias->name));
		return;
	}
	check_unique(config, alias, problems);
	for (size_t i = 0; i < alias->n_values; i++)
		check_value(alias, i, problems);
	for (size_t i = 0; i < config->n_sites; i++)
		if (config_alias_address(alias, config->sites[i].name) == NULL)
			problems_missing(problems, alias->line,
							 "Add a line SITE = ADDRESS.",
							 "alias \"%s\" has no address at site \"%s\"",
							 alias->name, config->sites[i].name);
}

/* What hosts_access needs, and what a shell would read otherwise. */
static void
check_access(const ConfigNode *node, Problems *problems)
{
	static const char plain[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-";
	const char *key = node->hosts_access == CONFIG_HOSTS_SSH &&
	node->ssh_command.n == 0 ? "ssh_command" :
	node->hosts_access == CONFIG_HOSTS_SHARE && node->credentials == NULL ?
	"credentials" : NULL;
	const char *path = node->hosts_file;

	if (key != NULL)
		problems_missing(problems, node->line, "Or set hosts_access = none.",
						 "node \"%s\" needs key \"%s\" for its hosts_access",
						 node->name, key);
	if (path == NULL)
		return;
	if (node->hosts_access == CONFIG_HOSTS_SSH &&
		node->system == CONFIG_LINUX && strspn(path, plain) != strlen(path))
		problems_error(problems, node->line, "A shell there reads it.",
					   "Use letters, digits, and the characters _ . / -",
					   "hosts_file of node \"%s\" holds special characters",
					   node->name);
	for (const char *c = path; *c != '\0'; c++)
		if ((unsigned char) *c >= 0x80)
		{
			problems_error(problems, node->line, NULL, NULL,
						   "hosts_file of node \"%s\" is not in ASCII",
						   node->name);
			return;
		}
	if (node->hosts_access == CONFIG_HOSTS_SHARE &&
		(path[0] == '/' || path[1] != ':' || strpbrk(path, "\";") != NULL))
		problems_error(problems, node->line, NULL,
					   "Write it as in C:\\Windows\\System32\\drivers\\etc\\"
					   "hosts.",
					   "hosts_file of node \"%s\" is not on a drive",
					   node->name);
}

void
config_check_aliases(const Config *config, Problems *problems)
{
	for (size_t i = 0; i < config->n_aliases; i++)
		check_alias(config, &config->aliases[i], problems);
	for (size_t i = 0; i < config->n_nodes; i++)
	{
		const ConfigNode *node = &config->nodes[i];
		const char *address = config_node_hosts_address(node);

		check_access(node, problems);
		if (address == NULL || node->hosts_access == CONFIG_HOSTS_NONE)
			continue;
		if (!address_is_any(address))
			problems_missing(problems, node->line,
							 "Give its IP address by key \"hosts_address\".",
							 "node \"%s\" has no address that a hosts file "
							 "can hold", node->name);
		if (!address_is_name(config_node_alias(node)))
			problems_error(problems, node->line, NULL, NULL,
						   "alias of node \"%s\" is not a host name",
						   node->name);
	}
}
