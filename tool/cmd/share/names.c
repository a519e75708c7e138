/*
 * names.c
 *		Names of shares on the command line.
 */
#include <string.h>

#include "base/exitcode.h"
#include "base/report.h"
#include "cmd/share/share.h"

bool
share_names_known(const Config *config, const char *const *names, size_t n,
				  int *code)
{
	for (size_t i = 0; i < n; i++)
	{
		size_t		at = 0;

		while (at < config->n_shares &&
			   strcmp(config->shares[at].name, names[i]) != 0)
			at++;
		if (at < config->n_shares)
			continue;
		report_errorf("The shares are the [share ...] sections of the "
					  "configuration.", "share \"%s\" is not defined",
					  names[i]);
		*code = EXIT_USAGE;
		return false;
	}
	if (config->n_shares > 0)
		return true;
	report_error("no share is configured", NULL,
				 "Add a section [share NAME] to the configuration file.");
	*code = EXIT_REFUSED;
	return false;
}
