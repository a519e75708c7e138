/*
 * thumbprints.c
 *		What a site's databases expect of its certificates.
 */
#include "check/thumbprints.h"

#include "platform/clock.h"

void
check_expect_named(const SiteThumbprints *found, CertExpectations *expected,
				   CertFindings *findings)
{
	Arena	   *arena = &findings->arena;
	CertNamed  *named = arena_alloc(arena, (found->n + 1) *
									sizeof(CertNamed));

	if (found->error != NULL)
		cert_findings_add(findings, CERT_WARN, "thumbprints", NULL,
						  "could not be asked for: %s", found->error);
	else if (found->columns == 0)
		cert_findings_add(findings, CERT_PASS, "thumbprints", NULL,
						  "no table of the databases has a column for them");
	for (size_t i = 0; i < found->n; i++)
		named[i] = (CertNamed)
	{
		found->list[i].encryption ? CERT_ENCRYPTION : CERT_BROWSER,
			found->list[i].value,
			arena_printf(arena, "database %s, table %s",
						 found->list[i].database, found->list[i].relation)
	};
	expected->named = named;
	expected->n_named = found->n;
}

void
check_thumbprints(const Config *config, const ConfigSite *site,
				  CertExpectations *expected, CertFindings *findings)
{
	SiteThumbprints found;

	site_thumbprints_read(config, site, plat_clock_ms() +
						  config->connect_timeout, &findings->arena, &found);
	check_expect_named(&found, expected, findings);
}
