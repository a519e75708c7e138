/*
 * check_certificates.c
 *		Does what is said of certificates make sense?
 */
#include "config/load.h"

static size_t
line_of(const Config *config, Problems *problems, const ConfigSite *site,
		const char *key)
{
	const ConfigSetting *setting = config_setting(config,
												  arena_printf(&problems->arena, "site %s",
															   site->name), key);

	return setting != NULL ? setting->line : site->line;
}

void
config_check_certificates(const Config *config, Problems *problems)
{
	for (size_t i = 0; i < config->n_sites; i++)
	{
		const ConfigSite *site = &config->sites[i];
		bool		directory = site->certificates ==
		CONFIG_CERTIFICATES_DIRECTORY;

		if (directory && site->certificate_directory == NULL)
			problems_missing(problems, line_of(config, problems, site,
											   "certificates"),
							 "For example: certificate_directory = "
							 "/var/lib/qsrepl/certificates",
							 "key \"certificate_directory\" is missing from "
							 "section \"[site %s]\"", site->name);
		if (!directory && site->certificate_directory != NULL)
			problems_warning(problems, line_of(config, problems, site,
											   "certificate_directory"), NULL,
							 "Write certificates = directory, too.",
							 "key \"certificate_directory\" of site \"%s\" "
							 "is not used", site->name);
	}
}
