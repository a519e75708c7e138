/*
 * ready.c
 *		Whether the services of a site may be started with the certificates that
 *		are there.
 *
 * With a root that is missing, Qlik Sense issues its own set at its first
 * start, and the passwords that are stored can no longer be read.
 */
#include "cmd/cert/ready.h"

#include <stdlib.h>

#include "cert/describe.h"
#include "cert/store.h"
#include "check/certified.h"
#include "server/act.h"

bool
cert_ready_here(const Config *config, const ConfigSite *site, Error *error)
{
	CertFindings findings = {.n = 0};
	Text		wrong = {NULL, 0, 0};
	size_t		n;

	if (!check_certified(config, site, true, &findings, &n, error))
		;
	else if (n == 0)
		error_set(error, NULL, "\"qsrepl cert sync\" or \"qsrepl cert import\" "
				  "installs them.", "site \"%s\" has no certificates",
				  site->name);
	for (size_t i = 0; i < findings.n; i++)
		if (findings.list[i].severity == CERT_FAIL)
			text_addf(&wrong, "%s%s %s.", wrong.len > 0 ? "\n" : "",
					  findings.list[i].object, findings.list[i].problem);
	if (wrong.len > 0)
		error_set(error, wrong.bytes, "\"qsrepl cert verify\" tells more; "
				  "\"qsrepl cert sync\" or \"qsrepl cert import\" installs "
				  "others.", "the certificates of site \"%s\" are not good",
				  site->name);
	text_free(&wrong);
	cert_findings_free(&findings);
	return error->message == NULL;
}

/* Does this machine reach the store? */
static bool
is_reached(const Config *config, const ConfigSite *site)
{
	return site->certificates != CONFIG_CERTIFICATES_DIRECTORY ||
		server_is_here(config, site);
}

const char *
cert_identity(const Config *config, const ConfigSite *site, Arena *arena)
{
	CertSet		set = CERT_SET_NONE;
	Error		error = ERROR_NONE;
	const char *identity = NULL;

	if (!cert_is_configured(site) || !is_reached(config, site))
		return NULL;
	if (cert_store_read(config, site, &set, &error) && set.n > 0)
		identity = "certificates";
	for (size_t i = 0; identity != NULL && i < set.n; i++)
	{
		char		thumbprint[CERT_THUMBPRINT_SIZE];

		cert_thumbprint(set.entries[i].certificate, thumbprint);
		identity = arena_printf(arena, "%s %s", identity, thumbprint);
	}
	cert_set_free(&set);
	error_free(&error);
	return identity;
}

bool
cert_ready(const Config *config, const ConfigSite *site, bool *asked,
		   Error *error)
{
	bool		here = is_reached(config, site);
	char	   *output;

	*asked = cert_is_configured(site) &&
		(here || site->remote_command.n > 0);
	if (!*asked)
		return true;
	if (here)
		return cert_ready_here(config, site, error);
	if (!server_act_there(config, site, CERT_READY_ACT, &output, error))
		return false;
	free(output);
	return true;
}
