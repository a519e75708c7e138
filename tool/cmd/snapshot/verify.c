/*
 * verify.c
 *		The verb "snapshot verify".
 */
#include <stdio.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/units.h"
#include "cmd/config.h"
#include "cmd/snapshot/check.h"
#include "cmd/snapshot/copy.h"
#include "platform/cancel.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "platform/secret.h"
#include "progress/progress.h"
#include "snapshot/store.h"

/* In the order of SnapshotSeverity. */
static const char *const severities[] = {"info", "warning", "wrong"};

static void
print_json(const char *directory, const SnapshotFindings *findings,
		   int64_t ms)
{
	json_t	   *document = json_object();
	json_t	   *list = json_array();

	for (size_t i = 0; i < findings->n; i++)
	{
		const SnapshotFinding *finding = &findings->list[i];
		json_t	   *one = json_object();

		json_set_text(one, "severity", severities[finding->severity]);
		json_set_text(one, "what", finding->what);
		json_set_text(one, "path", finding->path);
		json_set_text(one, "text", finding->text);
		json_array_append_new(list, one);
	}
	json_set_text(document, "snapshot", directory);
	json_object_set_new(document, "good", json_boolean(findings->wrong == 0));
	json_object_set_new(document, "files",
						json_integer((json_int_t) findings->files));
	json_object_set_new(document, "bytes",
						json_integer((json_int_t) findings->bytes));
	json_object_set_new(document, "seconds", json_real((double) ms / 1000));
	json_object_set_new(document, "wrong",
						json_integer((json_int_t) findings->wrong));
	json_object_set_new(document, "findings", list);
	json_print(document);
}

static void
print_text(const char *directory, const SnapshotFindings *findings,
		   int64_t ms)
{
	char		bytes[UNITS_SIZE];
	char		seconds[UNITS_SIZE];

	for (size_t i = 0; i < findings->n; i++)
		printed("%s: %s\n", severities[findings->list[i].severity],
				findings->list[i].text);
	if (findings->more > 0)
		printed("and %zu more\n", findings->more);
	units_bytes((int64_t) findings->bytes, bytes);
	units_seconds((double) ms / 1000, seconds);
	if (findings->wrong == 0)
		printed("snapshot \"%s\" is whole: %llu files, %s, read in %s\n",
				directory, (unsigned long long) findings->files, bytes,
				seconds);
	else
		printed("snapshot \"%s\" cannot be relied on: %zu findings\n",
				directory, findings->wrong);
}

static void
tell(void *arg, const char *what)
{
	progress_say(arg, "%s", what);
}

static int
verify(const SnapshotCheck *check, const SnapshotVerifyRequest *request,
	   Progress *progress)
{
	SnapshotFindings findings;
	int64_t		begin = plat_clock_ms();
	int			code;

	memset(&findings, 0, sizeof(findings));
	progress_start(progress, text_format("Verification of snapshot %s",
										 request->snapshot));
	snapshot_check(check, &findings);
	progress_stop(progress);
	code = findings.wrong == 0 ? EXIT_OK : EXIT_NOT_SO;
	if (request->json)
		print_json(check->directory, &findings, plat_clock_ms() - begin);
	else
		print_text(check->directory, &findings, plat_clock_ms() - begin);
	snapshot_findings_free(&findings);
	return code;
}

static int
fail(Error *error, int code)
{
	error_report(error);
	error_free(error);
	return code;
}

/* Is there anything that could be one? */
static bool
is_there(const char *directory, Error *error)
{
	PlatFileInfo info;

	return plat_file_info(directory, &info, error) &&
		(info.directory ||
		 error_set(error, NULL, "\"qsrepl snapshot list\" shows all of them.",
				   "there is no snapshot \"%s\"", directory));
}

static int
run(const Config *config, const SnapshotVerifyRequest *request, Arena *arena)
{
	Error		error = ERROR_NONE;
	SealKey    *key = NULL;
	Progress	progress;
	SnapshotCheck check = {.config = config,
		.site = config_site(config, config->site),.deep = request->deep,
		.tell = tell,.arg = &progress
	};
	PlatLock   *lock = NULL;
	int			code;

	if (!snapshot_directory_of(check.site, request->snapshot, arena,
							   &check.directory, &error) ||
		!is_there(check.directory, &error) ||
		!snapshot_hold(check.directory, &lock, &error))
		return fail(&error, EXIT_INPUT);
	if (request->key != NULL &&
		!snapshot_key_read(request->key, request->passphrase_file, &key,
						   &error))
	{
		plat_lock_release(lock);
		return fail(&error, EXIT_SYSTEM);
	}
	check.key = key;
	code = verify(&check, request, &progress);
	seal_key_free(key);
	plat_lock_release(lock);
	return code;
}

int
cmd_snapshot_verify(const SnapshotVerifyRequest *request)
{
	Config		config;
	Arena		arena = {NULL};
	int			code = cmd_load_config(request->file, &config);

	if (code != EXIT_OK)
		return code;
	plat_secret_process();
	plat_cancel_install();
	code = run(&config, request, &arena);
	arena_free(&arena);
	config_free(&config);
	return code;
}
