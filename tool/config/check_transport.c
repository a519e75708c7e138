/*
 * check_transport.c
 *		Is the transport key kept where neither base backups nor pg_rewind take
 *		it along?
 */
#include "config/load.h"
#include "config/path.h"

void
config_check_transport(const Config *config, Problems *problems)
{
	const char *directory = config->certificates.key_directory;

	for (size_t i = 0; directory != NULL && i < config->n_sites; i++)
	{
		const ConfigSite *site = &config->sites[i];

		if (site->data_directory != NULL &&
			path_is_inside(directory, site->data_directory))
			problems_error(problems, config_setting(config, "certificates",
													"key_directory")->line,
						   "Base backups and pg_rewind would take the key to "
						   "the other site.",
						   "Choose a place outside of data_directory.",
						   "key \"key_directory\" names a place inside the "
						   "data directory of site \"%s\"", site->name);
	}
}
