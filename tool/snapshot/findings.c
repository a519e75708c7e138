/*
 * findings.c
 *		What a verification has found.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "snapshot/verify.h"

/* More is only counted: a disk that is gone would give a hundred thousand. */
#define TOLD_MAX 1000

void
snapshot_found(SnapshotFindings *findings, SnapshotSeverity severity,
			   const char *what, const char *path, const char *format,...)
{
	SnapshotFinding *finding;
	char		line[4096];
	va_list		args;

	findings->wrong += severity == SNAPSHOT_WRONG;
	if (findings->n == TOLD_MAX)
	{
		findings->more++;
		return;
	}
	if (findings->list == NULL)
		findings->list = arena_alloc(&findings->arena, TOLD_MAX *
									 sizeof(SnapshotFinding));
	finding = &findings->list[findings->n++];
	finding->severity = severity;
	finding->what = what;
	finding->path = arena_strdup(&findings->arena, path);
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	finding->text = arena_strdup(&findings->arena, line);
}

void
snapshot_findings_free(SnapshotFindings *findings)
{
	arena_free(&findings->arena);
	memset(findings, 0, sizeof(*findings));
}
