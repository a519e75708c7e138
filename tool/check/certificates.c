/*
 * certificates.c
 *		Each site's certificates: are they whole, sound, and what the site's
 *		nodes and databases expect?
 */
#include <string.h>

#include "cert/store.h"
#include "check/certified.h"
#include "check/internal.h"
#include "platform/file.h"

/* Files are on the site's own machine, which may be another one. */
static bool
is_elsewhere(const CheckRun *run, const ConfigSite *site)
{
	PlatFileInfo info = {.exists = false};
	Error		error = ERROR_NONE;
	bool		here;

	if (site->certificates != CONFIG_CERTIFICATES_DIRECTORY ||
		strcmp(site->name, run->config->site) == 0)
		return false;
	here = plat_file_info(site->certificate_directory, &info, &error) &&
		info.exists;
	error_free(&error);
	return !here;
}

/* Only those of the site that is to become active are needed. */
static unsigned
blocks_of(const CheckRun *run, const SiteServer *server)
{
	return check_site_blocks(run, server->site) == CHECK_BOTH ? CHECK_BOTH : 0;
}

/* All that is well in one line, and each thing that is not in its own. */
static void
tell(CheckRun *run, const SiteServer *server, size_t n,
	 const CertFindings *findings)
{
	const char *site = check_site(run, server->site);
	unsigned	blocks = blocks_of(run, server);

	for (size_t i = 0; i < findings->n; i++)
	{
		const CertFinding *finding = &findings->list[i];

		if (finding->severity == CERT_WARN)
			check_warn(run, site, finding->hint, "%s %s", finding->object,
					   finding->problem);
		else if (finding->severity == CERT_FAIL)
			check_fail(run, blocks, site, finding->hint, "%s %s",
					   finding->object, finding->problem);
	}
	if (findings->counts[CERT_WARN] == 0 && findings->counts[CERT_FAIL] == 0)
		check_pass(run, site, "%lu certificates belong together, and have "
				   "their keys", (unsigned long) n);
}

static void
look_at(CheckRun *run, const SiteServer *server)
{
	const char *site = check_site(run, server->site);
	CertFindings findings = {.n = 0};
	Error		error = ERROR_NONE;
	size_t		n;

	if (!check_certified(run->config, server->site, server->error == NULL,
						 &findings, &n, &error))
		check_fail(run, check_site_blocks(run, server->site), site,
				   error.hint != NULL ? error.hint : error.detail,
				   "certificates: %s", error.message);
	else if (n == 0)
		check_fail(run, blocks_of(run, server), site,
				   "\"qsrepl cert import\" installs a set.",
				   "has no certificates");
	else
		tell(run, server, n, &findings);
	cert_findings_free(&findings);
	error_free(&error);
}

void
check_certificates(CheckRun *run)
{
	for (size_t i = 0; i < run->n; i++)
	{
		const SiteServer *server = &run->servers[i];

		if (!cert_is_configured(server->site))
			continue;
		if (is_elsewhere(run, server->site))
			check_pass(run, check_site(run, server->site), "certificates are "
					   "on another machine, where its own check looks at "
					   "them");
		else
			look_at(run, server);
	}
}
