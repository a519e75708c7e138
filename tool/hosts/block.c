/*
 * block.c
 *		The lines for a site's machines.
 */
#include <string.h>

#include "config/address.h"
#include "hosts/internal.h"

static bool
add_node(const ConfigNode *node, Text *block, Error *error)
{
	const char *address = config_node_hosts_address(node);

	if (!address_is_any(address))
		return error_set(error, NULL, "Give its IP address by key "
						 "\"hosts_address\".",
						 "address of node \"%s\" is not an IP address: \"%s\"",
						 node->name, address);
	text_addf(block, "%s\t%s\n", address, config_node_alias(node));
	return true;
}

bool
hosts_block(const Config *config, const ConfigSite *site, Text *block,
			Error *error)
{
	for (size_t i = 0; i < config->n_nodes; i++)
		if (strcmp(config->nodes[i].site, site->name) == 0 &&
			!add_node(&config->nodes[i], block, error))
			return false;
	for (size_t i = 0; i < config->n_aliases; i++)
	{
		const char *address = config_alias_address(&config->aliases[i],
												   site->name);

		if (address != NULL)
			text_addf(block, "%s\t%s\n", address, config->aliases[i].name);
	}
	if (block->len > 0)
		return true;
	return error_set(error, NULL, "Add sections [node NAME] or [alias NAME] to "
					 "the configuration file.",
					 "site \"%s\" has no names for hosts files", site->name);
}

const char *const *
hosts_advice(const ConfigAlias *alias, Arena *arena)
{
	const char *name = alias->name;
	const char *const sentences[] = {
		arena_printf(arena, "At the file server: add \"%s\" to OptionalNames "
					 "(REG_MULTI_SZ), or set DisableStrictNameChecking "
					 "(REG_DWORD) to 1, under HKLM\\SYSTEM\\CurrentControlSet"
					 "\\Services\\LanmanServer\\Parameters, and restart its "
					 "Server service.", name),
		arena_printf(arena, "Where the file server itself uses the name: add "
					 "\"%s\" to BackConnectionHostNames (REG_MULTI_SZ) under "
					 "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa\\MSV1_0.",
					 name),
		arena_printf(arena, "For Kerberos, once in the domain, with the file "
					 "server's computer name: setspn -S cifs/%s COMPUTER; an "
					 "SPN belongs to one computer, so for names that mean "
					 "another one at each site, NTLM is used, or it is moved "
					 "with the active site.", name),
		NULL
	};
	const char **copy = arena_alloc(arena, sizeof(sentences));

	memcpy(copy, sentences, sizeof(sentences));
	return copy;
}
