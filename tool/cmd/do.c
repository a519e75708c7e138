/*
 * do.c
 *		The verb "do": one act at this machine.
 */
#include "cmd/do.h"

#include <string.h>

#include "base/exitcode.h"
#include "cmd/cert/ready.h"
#include "cmd/cert/transport.h"
#include "cmd/config.h"
#include "server/act.h"

/* Acts of concerns that server/ does not know, or its own. */
static bool
run(const Config *config, const char *file, const char *act, Error *error)
{
	const ConfigSite *site = config_site(config, config->site);

	if (transport_is_act(act))
		return transport_act(file, act, error);
	if (strcmp(act, CERT_READY_ACT) == 0)
		return cert_ready_here(config, site, error);
	return server_act_here(config, site, act, error);
}

int
cmd_do(const char *file, const char *act, const char *name)
{
	Config		config;
	Error		error = ERROR_NONE;
	int			code = cmd_load_config_at(file, name, &config);

	if (code != EXIT_OK)
		return code;
	if (!run(&config, file, act, &error))
	{
		error_report(&error);
		code = EXIT_STOPPED;
	}
	error_free(&error);
	config_free(&config);
	return code;
}
