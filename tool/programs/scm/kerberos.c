/*
 * kerberos.c
 *		A ticket of this run's own, from a keytab.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "programs/scm/kerberos.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "platform/alarm.h"
#include "platform/child.h"
#include "platform/clock.h"
#include "platform/directory.h"
#include "platform/environment.h"
#include "platform/system.h"

static struct
{
	char	   *directory;
	char	   *file;			/* in it */
}			cache;

static bool
fail(Failure *failure, Error *error)
{
	failure_set(failure, FAILURE_LOGON, 0, "%s%s%s", error->message,
				error->detail != NULL ? ": " : "",
				error->detail != NULL ? error->detail : "");
	error_free(error);
	return false;
}

static bool
run_kinit(const Options *options, const char *name, Error *error)
{
	const char *const argv[] = {
		"kinit", "-c", name, "-k", "-t", options->keytab,
		options->principal, NULL
	};
	PlatChild	child = {
		.argv = argv,.deadline_ms = options->timeout_ms
	};
	PlatChildResult result;
	bool		good = plat_child_run(&child, &result, error);

	plat_child_free(&result);
	return good;
}

bool
kerberos_begin(const Options *options, Failure *failure)
{
	const char *temporary = getenv("TMPDIR");
	Error		error = ERROR_NONE;
	char	   *name;
	bool		good;

	cache.directory = text_format("%s/qsrepl-scm.%" PRId64 ".%" PRId64,
								  temporary != NULL ? temporary : "/tmp",
								  plat_process(), plat_wall_ms());
	cache.file = text_format("%s/cache", cache.directory);
	plat_end_removes(cache.file, cache.directory);
	if (!plat_directory_make(cache.directory, &error))
		return fail(failure, &error);
	name = text_format("FILE:%s", cache.file);
	good = run_kinit(options, name, &error);
	if (good)
		plat_environment_set("KRB5CCNAME", name);
	free(name);
	return good || fail(failure, &error);
}

void
kerberos_end(void)
{
	Error		error = ERROR_NONE;

	if (cache.directory == NULL)
		return;
	if (!plat_directory_remove(cache.directory, &error))
		error_report(&error);
	error_free(&error);
	plat_end_removes(NULL, NULL);
	free(cache.directory);
	free(cache.file);
	memset(&cache, 0, sizeof(cache));
}
