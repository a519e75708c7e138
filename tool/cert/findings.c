/*
 * findings.c
 *		A list of what was found.
 */
#include "cert/verify.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void
cert_findings_add(CertFindings *findings, CertSeverity severity,
				  const char *object, const char *hint, const char *format,...)
{
	CertFinding *added;
	char		problem[1024];
	va_list		args;

	va_start(args, format);
	vsnprintf(problem, sizeof(problem), format, args);
	va_end(args);
	findings->list = mem_grow(findings->list,
							  (findings->n + 1) * sizeof(CertFinding));
	added = &findings->list[findings->n++];
	added->severity = severity;
	added->object = arena_strdup(&findings->arena, object);
	added->problem = arena_strdup(&findings->arena, problem);
	added->hint = hint != NULL ? arena_strdup(&findings->arena, hint) : NULL;
	findings->counts[severity]++;
}

void
cert_findings_free(CertFindings *findings)
{
	free(findings->list);
	arena_free(&findings->arena);
	memset(findings, 0, sizeof(*findings));
}
