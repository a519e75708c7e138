/*
 * check_certificates.c
 *		Does what is said of certificates make sense?
 */
#include "config/load.h"

void
config_check_certificates(const Config *config, Problems *problems)
{
	for (size_t i = 0; i < config->n_sites; i++)
	{
		const ConfigSite *site = &config->sites[i];
		bool		directory = site->certificates ==
		CONFIG_CERTIFICATES_DIRECTORY;

		if (directory && site->certificate_directory == NULL)
			problems_missing(problems, config_line(config, "site", site->name, "certificates", site->line),
							 "For example: certificate_directory = "
							 "/var/lib/qsrepl/certificates",
							 "key \"certificate_directory\" is missing from "
							 "section \"[site %s]\"", site->name);
		if (!directory && site->certificate_directory != NULL)
			problems_warning(problems, config_line(config, "site", site->name, "certificate_directory", site->line), NULL,
							 "Write certificates = directory, too.",
							 "key \"certificate_directory\" of site \"%s\" "
							 "is not used", site->name);
	}
}
