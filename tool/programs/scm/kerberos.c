/*
 * kerberos.c
 *		A ticket of this run's own, from a keytab.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "programs/scm/kerberos.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/text.h"
#include "platform/child.h"
#include "platform/clock.h"
#include "platform/directory.h"
#include "platform/secrecy.h"
#include "platform/system.h"

static char *directory;

static bool
fail(Failure *failure, Error *error)
{
	failure_set(failure, FAILURE_LOGON, 0, "%s%s%s", error->message,
				error->detail != NULL ? ": " : "",
				error->detail != NULL ? error->detail : "");
	error_free(error);
	return false;
}

bool
kerberos_begin(const Options *options, Failure *failure)
{
	const char *temporary = getenv("TMPDIR");
	Error		error = ERROR_NONE;
	char	   *cache;
	PlatChild	child = {NULL};
	PlatChildResult result;
	bool		good;

	directory = text_format("%s/qsrepl-scm.%" PRId64 ".%" PRId64,
							temporary != NULL ? temporary : "/tmp",
							plat_process(), plat_wall_ms());
	if (!plat_directory_make(directory, &error))
		return fail(failure, &error);
	cache = text_format("FILE:%s/cache", directory);
	child.argv = (const char *const[])
	{
		"kinit", "-c", cache, "-k", "-t", options->keytab,
			options->principal, NULL
	};
	child.deadline_ms = options->timeout_ms;
	good = plat_child_run(&child, &result, &error);
	plat_child_free(&result);
	if (good)
		plat_environment_set("KRB5CCNAME", cache);
	free(cache);
	return good || fail(failure, &error);
}

void
kerberos_end(void)
{
	Error		error = ERROR_NONE;

	if (directory == NULL)
		return;
	if (!plat_directory_remove(directory, &error))
		error_report(&error);
	error_free(&error);
	free(directory);
	directory = NULL;
}
