/*
 * verify_files.c
 *		Do the files of a folder go together?
 */
#include "cert/verify.h"

#include <stdlib.h>
#include <string.h>

/* A key of nothing: swapped files, or a certificate that was forgotten. */
static void
verify_orphans(const CertFound *found, CertFindings *findings)
{
	const char *line = found->orphans.len > 0 ? found->orphans.bytes : "";

	while (*line != '\0')
	{
		size_t		len = strcspn(line, "\n");

		cert_findings_add(findings, CERT_FAIL,
						  arena_printf(&findings->arena, "file \"%.*s\"",
									   (int) len, line),
						  "Was it taken from another node?",
						  "has a private key of no certificate there");
		line += len + (line[len] == '\n' ? 1 : 0);
	}
}

/* What is only in one of both kinds is no difference. */
static void
verify_kinds(const CertFound *found, CertFindings *findings)
{
	CertDifference *list;
	size_t		n;
	size_t		same = 0;
	size_t		other = 0;

	cert_set_compare(&found->pem, &found->pfx, &list, &n);
	for (size_t i = 0; i < n; i++)
	{
		char	   *title;

		if (list[i].left == NULL || list[i].right == NULL)
			continue;
		title = cert_entry_title(list[i].left);
		same += list[i].change == CERT_OTHER_KEY ||
			list[i].change == CERT_RENEWED ? 0 : 1;
		if (list[i].change == CERT_OTHER_KEY && ++other > 0)
			cert_findings_add(findings, CERT_FAIL, title,
							  "One of both is older: export them again.",
							  "has other keys in PEM and in PFX files");
		else if (list[i].change == CERT_RENEWED && ++other > 0)
			cert_findings_add(findings, CERT_WARN, title,
							  "One of both is older: export them again.",
							  "is another one in PEM and in PFX files, of "
							  "the same key");
		free(title);
	}
	if (same > 0 && other == 0)
		cert_findings_add(findings, CERT_PASS, "files", NULL,
						  "PEM and PFX files have the same %lu certificates",
						  (unsigned long) same);
	free(list);
}

void
cert_verify_files(const CertFound *found, CertFindings *findings)
{
	verify_orphans(found, findings);
	verify_kinds(found, findings);
}
