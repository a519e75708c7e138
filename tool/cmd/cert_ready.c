/*
 * cert_ready.c
 *		Whether the services of a site may be started with the certificates that
 *		are there.
 *
 * With a root that is missing, Qlik Sense issues its own set at its first
 * start, and the passwords that are stored can no longer be read.
 */
#include "cmd/cert_ready.h"

#include <stdlib.h>

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

bool
cert_ready(const Config *config, const ConfigSite *site, bool *asked,
		   Error *error)
{
	bool		here = site->certificates != CONFIG_CERTIFICATES_DIRECTORY ||
	server_is_here(config, site);
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
