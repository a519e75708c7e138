/*
 * lookup.c
 *		What a configuration that was loaded is asked for.
 */
#include "config/config.h"

#include <string.h>

#include "base/ascii.h"

const ConfigSite *
config_site(const Config *config, const char *name)
{
	for (size_t i = 0; i < config->n_sites; i++)
		if (strcmp(config->sites[i].name, name) == 0)
			return &config->sites[i];
	return NULL;
}

const ConfigSite *
config_other_site(const Config *config, const ConfigSite *site)
{
	return &config->sites[site == &config->sites[0] ? 1 : 0];
}

const char *
config_node_alias(const ConfigNode *node)
{
	return node->alias != NULL ? node->alias : node->name;
}

bool
config_node_has_role(const ConfigNode *node, const char *role)
{
	for (size_t i = 0; i < node->roles.n; i++)
		if (strcmp(node->roles.words[i], role) == 0)
			return true;
	return false;
}

const ConfigNode *
config_central_node(const Config *config, const char *site)
{
	for (size_t i = 0; i < config->n_nodes; i++)
		if (config->nodes[i].site != NULL &&
			strcmp(config->nodes[i].site, site) == 0 &&
			config_node_has_role(&config->nodes[i], "central"))
			return &config->nodes[i];
	return NULL;
}

const char *
config_node_hosts_address(const ConfigNode *node)
{
	return node->hosts_address != NULL ? node->hosts_address : node->address;
}

const char *
config_alias_address(const ConfigAlias *alias, const char *site)
{
	for (size_t i = 0; i < alias->n_values; i++)
		if (strcmp(alias->values[i].site, site) == 0)
			return alias->values[i].value;
	return NULL;
}

static const char *
value_of(const ConfigShare *share, const char *site, bool current)
{
	for (size_t i = 0; i < share->n_values; i++)
		if (share->values[i].current == current &&
			strcmp(share->values[i].site, site) == 0)
			return share->values[i].value;
	return NULL;
}

const char *
config_share_path(const ConfigShare *share, const char *site)
{
	return value_of(share, site, true);
}

const char *
config_share_remote(const ConfigShare *share, const char *site)
{
	return value_of(share, site, false);
}

static bool
is_local(const char *host)
{
	static const char *const names[] = {
		"localhost", "127.0.0.1", "::1", "/var/run/postgresql",
		"/run/postgresql", "/tmp"
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(host, names[i]) == 0)
			return true;
	return false;
}

bool
config_same_name(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return false;
	if (is_local(a) && is_local(b))
		return true;
	return ascii_same_host(a, b);
}

bool
config_same_host(const ConfigSite *a, const ConfigSite *b)
{
	return config_same_name(a->host, b->host);
}
