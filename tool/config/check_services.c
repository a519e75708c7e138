/*
 * check_services.c
 *		Does what controls the services of a node have what it needs?
 */
#include <string.h>

#include "config/load.h"

/* As service_kind_word() has them. */
static const char *const kinds[] = {
	"database", "dispatcher", "logging", "repository", "proxy", "engine",
	"scheduler", "printing"
};

/* A key that the way of control needs. */
static void
need(const ConfigNode *node, Problems *problems, bool there, const char *what,
	 const char *hint)
{
	static const char *const words[] = {
		"none", "scm", "rpc", "ssh", "systemd", "exec"
	};

	if (!there)
		problems_missing(problems, node->line, hint,
						 "node \"%s\" has service_control = %s, which needs "
						 "%s", node->name, words[node->service_control], what);
}

static void
check_logon(const ConfigNode *node, Problems *problems)
{
	bool		keytab = node->keytab != NULL && node->principal != NULL;

	if ((node->keytab != NULL) != (node->principal != NULL))
		problems_error(problems, node->line, NULL,
					   "Give keytab and principal, or neither.",
					   "node \"%s\" has one of keytab and principal",
					   node->name);
	if (node->service_control == CONFIG_SERVICE_SCM)
		need(node, problems, node->credentials != NULL || node->kerberos ||
			 keytab, "a logon", "Set credentials, kerberos = on, or keytab "
			 "and principal.");
	if (node->service_control == CONFIG_SERVICE_RPC)
		need(node, problems, node->credentials != NULL || node->kerberos,
			 "a logon", "Set credentials, or kerberos = on.");
}

static void
check_control(const ConfigNode *node, Problems *problems)
{
	bool		is_linux = node->system == CONFIG_LINUX;

	switch ((ConfigServiceControl) node->service_control)
	{
		case CONFIG_SERVICE_SCM:
		case CONFIG_SERVICE_RPC:
			need(node, problems, !is_linux, "a Windows node",
				 "Use ssh or exec.");
			break;
		case CONFIG_SERVICE_SSH:
			need(node, problems, node->ssh_command.n > 0, "ssh_command",
				 "For example: ssh_command = ssh -o BatchMode=yes "
				 "qlikservice@10.1.0.11");
			break;
		case CONFIG_SERVICE_SYSTEMD:
			need(node, problems, is_linux, "system = linux",
				 "Use scm, ssh or exec.");
			break;
		case CONFIG_SERVICE_EXEC:
			need(node, problems, node->service_command.n > 0,
				 "service_command", NULL);
			break;
		case CONFIG_SERVICE_NONE:
			break;
	}
	check_logon(node, problems);
}

/* KIND=NAME */
static bool
is_name(const char *word)
{
	size_t		len = strcspn(word, "=");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strlen(kinds[i]) == len && strncmp(kinds[i], word, len) == 0)
			return word[len] == '=' && word[len + 1] != '\0' &&
				word[len + 1] != '-';
	return false;
}

static void
check_names(const ConfigNode *node, Problems *problems)
{
	for (size_t i = 0; i < node->services.n; i++)
		if (!is_name(node->services.words[i]))
			problems_error(problems, node->line, NULL,
						   "Write it as in engine=qlik-engine; kinds are: "
						   "database dispatcher logging repository proxy "
						   "engine scheduler printing.",
						   "node \"%s\": invalid name of a service: \"%s\"",
						   node->name, arena_quote(&problems->arena,
												   node->services.words[i]));
	if (node->bootstrap_command.n > 0 &&
		!config_node_has_role(node, "central"))
		problems_error(problems, node->line, NULL,
					   "Bootstrapping is done on the central node.",
					   "node \"%s\" has bootstrap_command, but is not central",
					   node->name);
}

/* "http://...", or "off" */
static void
check_url(const Config *config, Problems *problems, const char *name,
		  const char *url)
{
	const ConfigSetting *setting = config_setting(config, "services", name);

	if (url != NULL && strcmp(url, "off") != 0 &&
		strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
		problems_error(problems, setting->line, NULL,
					   "Begin it with http:// or https://, or write off.",
					   "invalid value for \"%s\": \"%s\"", name,
					   arena_quote(&problems->arena, url));
}

void
config_check_services(const Config *config, Problems *problems)
{
	const ConfigServices *services = &config->services;

	for (size_t i = 0; i < config->n_nodes; i++)
	{
		check_control(&config->nodes[i], problems);
		check_names(&config->nodes[i], problems);
	}
	check_url(config, problems, "state_url", services->state_url);
	check_url(config, problems, "about_url", services->about_url);
	check_url(config, problems, "alive_url", services->alive_url);
	check_url(config, problems, "alias_url", services->alias_url);
}
