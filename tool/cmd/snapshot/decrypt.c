/*
 * decrypt.c
 *		The verb "snapshot decrypt".
 */
#include <stdio.h>

#include "base/exitcode.h"
#include "base/json.h"
#include "cmd/config.h"
#include "cmd/snapshot/check.h"
#include "cmd/snapshot/copy.h"
#include "platform/cancel.h"
#include "platform/secret.h"
#include "snapshot/encrypt.h"
#include "snapshot/store.h"

static void
tell(const SnapshotDecryptRequest *request, const char *directory)
{
	json_t	   *document;

	if (!request->json)
	{
		printf("decrypted snapshot \"%s\" into \"%s\": all hashes are those of "
			   "its manifest\n", directory, request->output);
		return;
	}
	document = json_object();
	json_set_text(document, "snapshot", directory);
	json_set_text(document, "output", request->output);
	json_print(document);
}

static int
run(const Config *config, const SnapshotDecryptRequest *request, Arena *arena,
	Error *error)
{
	const char *directory;
	SealKey    *key = NULL;
	PlatLock   *lock = NULL;
	bool		good;

	if (!snapshot_directory_of(config_site(config, config->site),
							   request->snapshot, arena, &directory, error))
		return EXIT_INPUT;
	if (!snapshot_is_encrypted(directory))
	{
		error_set(error, NULL, NULL, "there is no encrypted snapshot \"%s\"",
				  directory);
		return EXIT_INPUT;
	}
	if (!snapshot_key_read(request->key, request->passphrase_file, &key,
						   error))
		return EXIT_SYSTEM;
	good = snapshot_hold(directory, &lock, error) &&
		snapshot_decrypt(directory, key, request->output, error);
	plat_lock_release(lock);
	seal_key_free(key);
	if (good)
		tell(request, directory);
	return good ? EXIT_OK : EXIT_INPUT;
}

int
cmd_snapshot_decrypt(const SnapshotDecryptRequest *request)
{
	Config		config;
	Arena		arena = {NULL};
	Error		error = ERROR_NONE;
	int			code = cmd_load_config(request->file, &config);

	if (code != EXIT_OK)
		return code;
	plat_secret_process();
	plat_cancel_install();
	code = run(&config, request, &arena, &error);
	if (code != EXIT_OK)
		error_report(&error);
	error_free(&error);
	arena_free(&arena);
	config_free(&config);
	return code;
}
