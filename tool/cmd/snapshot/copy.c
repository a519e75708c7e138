/*
 * copy.c
 *		The verb "snapshot copy".
 *
 * Files go into a directory there that has no name of a snapshot; it gets one
 * when all of it was verified there.  What was killed on the way is gone on
 * with by the same command.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/units.h"
#include "cmd/config.h"
#include "cmd/snapshot/copy.h"
#include "cmd/snapshot/outgoing.h"
#include "cmd/snapshot/receive.h"
#include "platform/cancel.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "platform/lock.h"
#include "platform/secret.h"
#include "progress/progress.h"
#include "server/act.h"
#include "snapshot/send.h"
#include "snapshot/store.h"

#define LOCK ".copy.lock"

typedef struct Copy
{
	const Config *config;
	const SnapshotCopyRequest *request;
	const ConfigSite *from;
	const ConfigSite *to;
	SnapshotOutgoing outgoing;
	const char *former;			/* there, to link to; or NULL */
	json_t	   *answer;			/* the last one from there */
	Progress	progress;
	int64_t		ms;
	int			code;			/* where something fails now */
	Arena		arena;
} Copy;

/* "     32,768  42%  ..." */
static void
on_line(void *arg, PlatStream stream, const char *line)
{
	Copy	   *copy = arg;
	const char *percent = strchr(line, '%');

	if (stream != PLAT_STDOUT || percent == NULL || percent - line < 3)
		return;
	progress_say(&copy->progress, "%.3s %% of what is not there yet",
				 percent - 3);
}

/* The certificate to encrypt to; NULL: it goes as it is. */
static const char *
certificate_of(const Copy *copy)
{
	if (copy->request->encrypt_to != NULL)
		return copy->request->encrypt_to;
	if (copy->request->plain || server_is_here(copy->config, copy->to))
		return NULL;
	return copy->config->snapshot.encrypt_to;
}

static json_t *
question(const Copy *copy, const char *act)
{
	json_t	   *object = json_object();

	json_set_text(object, "act", act);
	json_set_text(object, "name", copy->request->name);
	json_set_text(object, "from", copy->from->name);
	json_object_set_new(object, "encrypted",
						json_boolean(copy->outgoing.encrypted));
	json_set_text(object, "manifest", copy->outgoing.manifest);
	return object;
}

static bool
ask(Copy *copy, const char *act, Error *error)
{
	json_t	   *asked = question(copy, act);
	bool		good;

	json_decref(copy->answer);
	good = snapshot_receive(copy->config, copy->to, asked, &copy->answer,
							error);
	json_decref(asked);
	return good;
}

static bool
begin(Copy *copy, Error *error)
{
	const char *former;

	if (!ask(copy, "begin", error))
		return false;
	former = json_string_value(json_object_get(copy->answer, "former"));
	/* Each encryption has other bytes: there is nothing to link. */
	if (former != NULL && strchr(former, '/') == NULL &&
		!copy->outgoing.encrypted)
		copy->former = arena_strdup(&copy->arena, former);
	return true;
}

/* Where rsync brings it. */
static const char *
target_of(Copy *copy, bool remote)
{
	const char *store = remote ? copy->to->snapshot_remote :
	copy->to->snapshot_directory;
	size_t		len = strlen(store);

	while (len > 1 && store[len - 1] == '/')
		len--;
	return arena_printf(&copy->arena, "%.*s/.%s" SNAPSHOT_INCOMING, (int) len,
						store, copy->request->name);
}

static bool
send(Copy *copy, bool doubt, Error *error)
{
	const bool	remote = !server_is_here(copy->config, copy->to) &&
	copy->to->snapshot_remote != NULL;
	const SnapshotSend sending = {
		.source = copy->outgoing.directory,.site = copy->to,
		.target = target_of(copy, remote),.remote = remote,
		.former = copy->former,.doubt = doubt,
		.paths = copy->outgoing.paths,.on_line = on_line,.arg = copy
	};

	return snapshot_send(&sending, error);
}

static bool
is_whole(const Copy *copy)
{
	return json_is_true(json_object_get(copy->answer, "good"));
}

/* What is wrong there, or here: who reads it should look here first. */
static bool
fail_damaged(const Copy *copy, Error *error)
{
	const		json_t *list = json_object_get(copy->answer, "findings");
	const char *first = json_string_value(json_array_get(list, 0));

	return error_set(error, first, "Run \"qsrepl snapshot verify\" for it "
					 "here; the disk there may be damaged, too.",
					 "what has come at site \"%s\" is not the snapshot",
					 copy->to->name);
}

static bool
transfer(Copy *copy, Error *error)
{
	copy->code = EXIT_STOPPED;
	if (!begin(copy, error) || !send(copy, false, error))
		return false;
	progress_say(&copy->progress, "verifying it at site %s", copy->to->name);
	if (!ask(copy, "end", error))
		return false;
	/* Some file there has the time and size of another one. */
	if (!is_whole(copy))
	{
		progress_say(&copy->progress, "comparing all content");
		if (!send(copy, true, error) || !ask(copy, "end", error))
			return false;
	}
	return is_whole(copy) || fail_damaged(copy, error);
}

static void
tell(const Copy *copy)
{
	char		bytes[UNITS_SIZE];
	char		seconds[UNITS_SIZE];
	json_t	   *document;

	if (copy->request->json)
	{
		document = json_object();
		json_set_text(document, "snapshot", copy->request->name);
		json_set_text(document, "to", copy->to->name);
		json_object_set_new(document, "encrypted",
							json_boolean(copy->outgoing.encrypted));
		json_object_set_new(document, "files",
							json_integer((json_int_t) copy->outgoing.files));
		json_object_set_new(document, "bytes",
							json_integer((json_int_t) copy->outgoing.bytes));
		json_object_set_new(document, "seconds",
							json_real((double) copy->ms / 1000));
		json_print(document);
		return;
	}
	units_bytes((int64_t) copy->outgoing.bytes, bytes);
	units_seconds((double) copy->ms / 1000, seconds);
	printf("copied snapshot \"%s\" to site %s: %zu files, %s, %sin %s; "
		   "verified there\n", copy->request->name, copy->to->name,
		   copy->outgoing.files, bytes, copy->outgoing.encrypted ?
		   "encrypted, " : "", seconds);
}

/* Under the lock. */
static bool
run_locked(Copy *copy, Error *error)
{
	const char *store = copy->from->snapshot_directory;
	const char *certificate = certificate_of(copy);
	PlatLock   *lock = NULL;
	bool		good;

	progress_start(&copy->progress, text_format("Snapshot %s to site %s",
												copy->request->name,
												copy->to->name));
	if (certificate != NULL)
		progress_say(&copy->progress, "encrypting");
	copy->code = EXIT_INPUT;
	good = snapshot_hold(arena_printf(&copy->arena, "%s/%s", store,
									  copy->request->name), &lock, error) &&
		snapshot_outgoing_prepare(store, copy->request->name, certificate,
								  &copy->outgoing, error) &&
		transfer(copy, error) &&
		snapshot_outgoing_remove(&copy->outgoing, error);
	plat_lock_release(lock);
	copy->ms = progress_stop(&copy->progress);
	return good;
}

/* Whether there is a way there. */
static bool
check_way(const Copy *copy, Error *error)
{
	const ConfigSite *to = copy->to;
	const bool	here = server_is_here(copy->config, to);
	PlatFileInfo info;

	if (to->snapshot_directory == NULL)
		return error_set(error, NULL, "Set it in the site's section.",
						 "site \"%s\" has no snapshot_directory", to->name);
	if (!here && to->snapshot_remote != NULL &&
		!snapshot_receive_is_there(copy->config, to))
		return error_set(error, NULL, "Set remote_command in its section: what "
						 "comes there is verified there.", "site \"%s\" has "
						 "snapshot_remote, but no remote_command", to->name);
	if (here || to->snapshot_remote != NULL)
		return true;
	return plat_file_info(to->snapshot_directory, &info, error) &&
		(info.directory ||
		 error_set(error, NULL, "Mount it here, or set snapshot_remote in the "
				   "site's section.", "directory \"%s\" of site \"%s\" is not "
				   "on this machine", to->snapshot_directory, to->name));
}

static bool
check(Copy *copy, Error *error)
{
	const char *store = copy->from->snapshot_directory;
	char	   *directory;
	PlatFileInfo info;
	bool		good;

	if (copy->to == copy->from)
		return error_set(error, NULL, NULL, "site \"%s\" is this machine's: "
						 "name the other one", copy->to->name);
	if (store == NULL)
		return error_set(error, NULL, "Set it in the site's section.",
						 "site \"%s\" has no snapshot_directory",
						 copy->from->name);
	if (!snapshot_name_check(copy->request->name, error))
		return false;
	directory = text_format("%s/%s", store, copy->request->name);
	good = plat_file_info(directory, &info, error) &&
		(info.directory ||
		 error_set(error, NULL, "\"qsrepl snapshot list\" shows all of them.",
				   "there is no snapshot \"%s\"", directory));
	if (good && copy->request->encrypt_to != NULL &&
		snapshot_is_encrypted(directory))
		good = error_set(error, NULL, "Leave out --encrypt-to.",
						 "snapshot \"%s\" is encrypted", directory);
	free(directory);
	return good && check_way(copy, error);
}

static int
run(Copy *copy)
{
	Error		error = ERROR_NONE;
	PlatLock   *lock = NULL;
	char	   *path;
	bool		good = check(copy, &error);

	copy->code = EXIT_INPUT;
	if (good)
	{
		path = text_format("%s/" LOCK, copy->from->snapshot_directory);
		copy->code = EXIT_REFUSED;
		good = plat_lock_take(path, &lock, NULL, &error) &&
			run_locked(copy, &error);
		free(path);
	}
	if (good)
		tell(copy);
	else
		error_report(&error);
	if (lock != NULL)
		plat_lock_release(lock);
	error_free(&error);
	json_decref(copy->answer);
	snapshot_outgoing_free(&copy->outgoing);
	arena_free(&copy->arena);
	return good ? EXIT_OK : copy->code;
}

int
cmd_snapshot_copy(const SnapshotCopyRequest *request)
{
	Config		config;
	Copy		copy = {.config = &config,.request = request};
	int			code = cmd_load_config(request->file, &config);

	if (code != EXIT_OK)
		return code;
	plat_secret_process();
	plat_cancel_install();
	copy.from = config_site(&config, config.site);
	copy.to = cmd_find_site(&config, request->to);
	code = copy.to != NULL ? run(&copy) : EXIT_USAGE;
	config_free(&config);
	return code;
}
