/*
 * receive.c
 *		The target's part of "snapshot copy".
 */
#include "cmd/snapshot/receive.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cmd/snapshot/check.h"
#include "cmd/snapshot/clean.h"
#include "platform/copy.h"
#include "platform/directory.h"
#include "platform/file.h"
#include "platform/replace.h"
#include "platform/tree.h"
#include "snapshot/store.h"

/* More is not told to the other side. */
#define TOLD_MAX 20

/* What is asked for, and where. */
typedef struct Receive
{
	const Config *config;
	const ConfigSite *site;
	const char *name;
	const char *store;
	const char *incoming;
	const char *final;
	Arena		arena;
} Receive;

static const char *
member(const json_t * object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static bool
find(Receive *receive, const json_t * question, Error *error)
{
	const char *name = member(question, "name");

	if (receive->site->snapshot_directory == NULL)
		return error_set(error, NULL, "Set it in the site's section.",
						 "site \"%s\" has no snapshot_directory",
						 receive->site->name);
	if (name == NULL)
		name = "";
	if (!snapshot_name_check(name, error))
		return false;
	receive->name = name;
	receive->store = receive->site->snapshot_directory;
	receive->incoming = snapshot_store_path(receive->store, name,
											SNAPSHOT_INCOMING,
											&receive->arena);
	receive->final = arena_printf(&receive->arena, "%s/%s", receive->store,
								  name);
	return true;
}

/* What has the same name has most in common, and else the newest one. */
static void
find_former(Receive *receive, const char *from, json_t * answer)
{
	Snapshot	newest;
	Snapshot	same;
	Error		ignored = ERROR_NONE;
	const char *former = NULL;

	memset(&newest, 0, sizeof(newest));
	if (snapshot_read(receive->final, &same, &ignored) && !same.legacy)
		former = receive->name;
	else if (from != NULL)
		snapshot_store_newest(receive->store, from, &newest);
	if (newest.directory != NULL && strrchr(newest.directory, '/') != NULL)
		former = strrchr(newest.directory, '/') + 1;
	json_set_text(answer, "former", former);
	error_free(&ignored);
	snapshot_free(&same);
	snapshot_free(&newest);
}

static bool
begin(Receive *receive, const json_t * question, json_t * *answer,
	  Error *error)
{
	if (!plat_directory_make(receive->store, error) ||
		!snapshot_store_may_replace(receive->store, receive->name, NULL,
									error) ||
		!plat_directory_make(receive->incoming, error))
		return false;
	*answer = json_object();
	find_former(receive, member(question, "from"), *answer);
	return true;
}

/* Is it the snapshot of this name, and of which site? */
static bool
has_name(Receive *receive, const char **site, Error *error)
{
	SnapshotSealed sealed;
	Snapshot	snapshot;
	const char *name = NULL;
	bool		good;

	memset(&sealed, 0, sizeof(sealed));
	memset(&snapshot, 0, sizeof(snapshot));
	if (snapshot_is_encrypted(receive->incoming))
	{
		good = snapshot_sealed_read(receive->incoming, &sealed, error);
		name = sealed.name;
		*site = sealed.site;
	}
	else
	{
		good = snapshot_read(receive->incoming, &snapshot, error);
		name = snapshot.name;
		*site = snapshot.site;
	}
	*site = arena_strdup(&receive->arena, *site != NULL ? *site : "");
	if (good && (name == NULL || strcmp(name, receive->name) != 0))
		good = error_set(error, NULL, NULL, "what has come is snapshot \"%s\", "
						 "not \"%s\"", name != NULL ? name : "",
						 receive->name);
	snapshot_sealed_free(&sealed);
	snapshot_free(&snapshot);
	return good;
}

/* Its place among the others, under the lock of who makes and removes them. */
static bool
give_name(Receive *receive, const char *site, Error *error)
{
	PlatLock   *lock = NULL;
	bool		good = plat_tree_sync(receive->incoming, error) &&
	snapshot_store_lock(receive->store, &lock, error) &&
	snapshot_store_give_name(receive->store, receive->name, receive->incoming,
							 site, NULL, NULL, error);

	if (lock != NULL)
		plat_lock_release(lock);
	return good;
}

/*
 * A manifest vouches for all the rest, and nothing there for it: that it has
 * come is told by its digest at the other side.  rsync takes a former one of
 * the same size and second for it.
 */
static void
check_manifest(Receive *receive, const char *expected, bool encrypted,
			   SnapshotFindings *findings)
{
	const char *name = encrypted ? SNAPSHOT_SEALED_LIST : SNAPSHOT_MANIFEST;
	char		sha256[DIGEST_SIZE];
	uint64_t	size;
	Error		error = ERROR_NONE;

	if (expected == NULL)
		return;
	if (!plat_file_digest(arena_printf(&receive->arena, "%s/%s",
									   receive->incoming, name), sha256,
						  &size, &error))
		snapshot_found(findings, SNAPSHOT_WRONG, "manifest", name, "%s",
					   error.message);
	else if (strcmp(sha256, expected) != 0)
		snapshot_found(findings, SNAPSHOT_WRONG, "manifest", name,
					   "file \"%s\" is another snapshot's", name);
	error_free(&error);
}

static void
answer_findings(const SnapshotFindings *findings, json_t * answer)
{
	json_t	   *list = json_array();

	for (size_t i = 0; i < findings->n && json_array_size(list) < TOLD_MAX;
		 i++)
		if (findings->list[i].severity == SNAPSHOT_WRONG)
			json_array_append_new(list, json_text(findings->list[i].text));
	json_object_set_new(answer, "findings", list);
	json_object_set_new(answer, "good", json_boolean(findings->wrong == 0));
	json_object_set_new(answer, "files",
						json_integer((json_int_t) findings->files));
	json_object_set_new(answer, "bytes",
						json_integer((json_int_t) findings->bytes));
}

static bool
end(Receive *receive, const json_t * question, json_t * *answer, Error *error)
{
	SnapshotCheck check = {.config = receive->config,.site = receive->site,
		.directory = receive->incoming,.files_only = true
	};
	SnapshotFindings findings;
	const char *site = NULL;
	PlatFileInfo info;
	const bool	encrypted = json_is_true(json_object_get(question,
														 "encrypted"));
	bool		good = plat_file_info(receive->incoming, &info, error);

	if (good && !info.exists)
		return error_set(error, NULL, NULL, "nothing of snapshot \"%s\" has "
						 "come", receive->name);
	if (!good || !snapshot_clean(receive->incoming, encrypted, error))
		return false;
	memset(&findings, 0, sizeof(findings));
	snapshot_check(&check, &findings);
	check_manifest(receive, member(question, "manifest"), encrypted,
				   &findings);
	*answer = json_object();
	answer_findings(&findings, *answer);
	good = findings.wrong > 0 ||
		(has_name(receive, &site, error) && give_name(receive, site, error));
	snapshot_findings_free(&findings);
	return good;
}

bool
snapshot_receive_here(const Config *config, const ConfigSite *site,
					  const json_t * question, json_t * *answer,
					  Error *error)
{
	Receive		receive = {.config = config,.site = site,.name = ""};
	const char *act = member(question, "act");
	bool		good = find(&receive, question, error);

	*answer = NULL;
	if (good && act != NULL && strcmp(act, "begin") == 0)
		good = begin(&receive, question, answer, error);
	else if (good && act != NULL && strcmp(act, "end") == 0)
		good = end(&receive, question, answer, error);
	else if (good)
		good = error_set(error, NULL, NULL, "an act for a snapshot is not "
						 "known");
	if (!good)
	{
		json_decref(*answer);
		*answer = NULL;
	}
	arena_free(&receive.arena);
	return good;
}
