/*
 * apply.c
 *		Writing what is missing or different.
 */
#include <string.h>

#include "hosts/internal.h"

static bool
same(const Text *a, const Text *b)
{
	return a->len == b->len &&
		(a->len == 0 || memcmp(a->bytes, b->bytes, a->len) == 0);
}

/* Is the file what was expected? */
static bool
holds(HostsFinding *finding, const Text *expected,
	  const char *otherwise, Error *error)
{
	Text		now = {NULL, 0, 0};
	bool		good = hosts_read(finding, &now, error);

	if (good && !same(&now, expected))
		good = error_set(error, NULL, NULL, "%s", otherwise);
	text_free(&now);
	return good;
}

static bool
write_one(HostsFinding *finding, Arena *arena, Error *error)
{
	if (!holds(finding, &finding->content,
			   "the file has changed since it was read", error) ||
		!hosts_access(finding)->write(finding, arena, error))
		return false;
	finding->written = true;
	return holds(finding, &finding->result,
				 "what was written is not what is read again", error);
}

bool
hosts_apply(const HostsRequest *request, HostsReport *report)
{
	bool		good = true;

	(void) request;
	for (size_t i = 0; i < report->n; i++)
	{
		HostsFinding *finding = &report->list[i];
		Error		error = ERROR_NONE;

		if (finding->state == HOSTS_CURRENT || finding->state == HOSTS_SKIPPED)
			continue;
		if (finding->state != HOSTS_MISSING &&
			finding->state != HOSTS_DIFFERENT)
			finding->failed = true;
		else if (!write_one(finding, &report->arena, &error))
		{
			finding->failed = true;
			finding->problem = arena_printf(&report->arena, "%s%s%s",
											error.message,
											error.detail != NULL ? ": " : "",
											error.detail != NULL ?
											error.detail : "");
			finding->hint = NULL;
		}
		good = good && !finding->failed;
		error_free(&error);
	}
	return good;
}
