/*
 * check_files.c
 *		What only this machine can tell: who may read and write the files.
 */
#include <string.h>

#include "config/conninfo.h"
#include "config/load.h"
#include "config/path.h"
#include "platform/file.h"
#include "platform/guard.h"

/* A file with secrets: only its owner may read it. */
static void
check_private(const char *path, size_t line, const char *what,
			  Problems *problems)
{
	Error		error = ERROR_NONE;
	PlatFileInfo info;

	if (plat_file_info(path, &info, &error) && !info.exists)
		problems_warning(problems, line, NULL,
						 "Create it with permissions u=rw (0600).",
						 "file \"%s\" with %s is not there",
						 arena_quote(&problems->arena, path), what);
	else if (error.message != NULL || !plat_file_private(path, &error))
		problems_error(problems, line, error.detail, error.hint, "%s",
					   error.message);
	error_free(&error);
}

/* libpq's parameter passfile names one too. */
static void
check_conninfo(const Config *config, const ConfigSite *site,
			   Problems *problems)
{
	const char *section = arena_printf(&problems->arena, "site %s",
									   site->name);
	const char *rest = site->conninfo;
	const char *keyword;
	const char *value;

	while (conninfo_next(&rest, &problems->arena, &keyword, &value) &&
		   keyword != NULL)
		if (strcmp(keyword, "passfile") == 0 && path_is_absolute(value))
			check_private(value, config_setting(config, section,
												"conninfo")->line,
						  "passwords", problems);
}

/* A node's logon. */
static void
check_node_file(const Config *config, const ConfigNode *node,
				const char *key, const char *path, const char *what,
				Problems *problems)
{
	const char *section = arena_printf(&problems->arena, "node %s",
									   node->name);

	if (path != NULL)
		check_private(path, config_setting(config, section, key)->line, what,
					  problems);
}

void
config_check_files(const Config *config, Problems *problems)
{
	Error		error = ERROR_NONE;

	if (!plat_file_guarded(config->file, &error))
		problems_error(problems, 0, error.detail, error.hint, "%s",
					   error.message);
	error_free(&error);
	if (config->passfile != NULL)
		check_private(config->passfile,
					  config_setting(config, "qsrepl", "passfile")->line,
					  "passwords", problems);
	if (config->dns.key_file != NULL)
		check_private(config->dns.key_file, config->dns.line, "a key",
					  problems);
	if (config->certificates.password_file != NULL)
		check_private(config->certificates.password_file,
					  config_setting(config, "certificates",
									 "password_file")->line, "a password",
					  problems);
	for (size_t i = 0; i < config->n_sites; i++)
		if (config->sites[i].conninfo != NULL)
			check_conninfo(config, &config->sites[i], problems);
	if (config->services.probe_certificate != NULL)
		check_private(config->services.probe_certificate,
					  config_setting(config, "services",
									 "probe_certificate")->line, "a key",
					  problems);
	for (size_t i = 0; i < config->n_shares; i++)
	{
		const ConfigShare *share = &config->shares[i];

		if (share->password_file != NULL)
			check_private(share->password_file, share->line, "a password",
						  problems);
		if (share->account != NULL)
			check_private(share->account, share->line, "a logon", problems);
	}
	for (size_t i = 0; i < config->n_nodes; i++)
	{
		const ConfigNode *node = &config->nodes[i];

		check_node_file(config, node, "credentials", node->credentials,
						"passwords", problems);
		check_node_file(config, node, "keytab", node->keytab, "a key",
						problems);
	}
}
