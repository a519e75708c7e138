/*
 * verify.c
 *		"qsrepl cert verify".
 */
#include <stdio.h>

#include "base/exitcode.h"
#include "check/thumbprints.h"
#include "cmd/cert/work.h"
#include "platform/clock.h"

/* What is expected of a folder that nobody has a configuration for. */
#define EXPIRY_MS INT64_C(7776000000)

static void
verify(CertWork *work, CertSide *side, CertFindings *findings)
{
	CertExpectations expected = {.now_ms = plat_wall_ms(),
	.expiry_ms = EXPIRY_MS};

	if (side->site != NULL)
	{
		cert_expect(&work->config, side->site, &expected, findings);
		check_thumbprints(&work->config, side->site, &expected, findings);
	}
	cert_verify(&side->found.set, &expected, findings);
	cert_verify_files(&side->found, findings);
}

static void
print_json(const CertSide *side, const CertFindings *findings)
{
	json_t	   *document = json_object();

	json_set_text(document, "from", side->title);
	json_object_set_new(document, "good",
						json_boolean(findings->counts[CERT_FAIL] == 0));
	json_object_set_new(document, "findings", cert_findings_json(findings));
	json_print(document);
}

int
cmd_cert_verify(const CertCall *call)
{
	CertWork	work;
	CertSide	side = {.found = CERT_FOUND_NONE};
	CertFindings findings = {.n = 0};
	int			code = cert_work_begin(&work, call, call->n_folders == 0);

	if (code == EXIT_OK)
		code = cert_work_sides(&work, &side, 1);
	if (code == EXIT_OK)
	{
		verify(&work, &side, &findings);
		code = findings.counts[CERT_FAIL] > 0 ? EXIT_NOT_SO : EXIT_OK;
		if (call->json)
			print_json(&side, &findings);
		else
		{
			cert_print_findings(&findings, true);
			printf("%lu passed, %lu warnings, %lu failed\n",
				   (unsigned long) findings.counts[CERT_PASS],
				   (unsigned long) findings.counts[CERT_WARN],
				   (unsigned long) findings.counts[CERT_FAIL]);
		}
	}
	cert_findings_free(&findings);
	cert_side_free(&side);
	cert_work_end(&work);
	return code;
}
