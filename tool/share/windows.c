/*
 * windows.c
 *		Access: a share as a Windows node sees it, by a script of PowerShell
 *		there.
 */
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/memory.h"
#include "powershell/powershell.h"
#include "share/windows_node.h"

/* NTFS keeps 100 ns; ReFS, FAT and file servers of others may keep less. */
#define TOLERANCE_NS INT64_C(2000000000)

static json_t *
make_request(const ShareAccess *access, const char *op, const char *name)
{
	return json_pack("{s:s, s:s, s:s*}", "op", op, "root", access->place,
					 "name", name);
}

/* Folders of the rules, for requests about all of them. */
static void
add_folders(json_t * request, const ShareRules *rules)
{
	json_t	   *folders = json_array();

	for (size_t i = 0; i < rules->n_folders; i++)
		json_array_append_new(folders, json_string(rules->folders[i].path));
	json_object_set_new(request, "folders", folders);
}

/* Run one request, which becomes this function's. */
static bool
run_request(const ShareAccess *access, json_t * request,
			void (*on_line) (void *arg, const json_t * line), void *arg,
			Error *error)
{
	ShareRequests requests = {NULL, 0, 0};
	const ShareScript script = {access, POWERSHELL_SHARE, NULL, &requests,
	on_line, arg};
	bool		good = share_requests_logon(&requests, access, error);

	share_requests_add(&requests, request);
	good = good && share_windows_run(&script, error);
	share_requests_free(&requests);
	return good;
}

/* An error of the script, and whose content it was about. */
static bool
failed(const ShareAccess *access, const char *what, Error *error)
{
	char	   *detail = text_format("%s%s%s", error->message,
									 error->detail != NULL ? ": " : "",
									 error->detail != NULL ?
									 error->detail : "");

	error_set(error, NULL, error->hint, "could not %s of share \"%s\" at "
			  "site \"%s\" (%s)", what, access->share->name,
			  access->site->name, access->place);
	error_take_detail(error, detail);
	return false;
}

static bool
list(const ShareAccess *access, ShareList *entries, Error *error)
{
	ShareListing listing = {access->rules, entries, 0, -1, false};
	json_t	   *request = make_request(access, "list", NULL);

	add_folders(request, access->rules);
	if (!run_request(access, request, share_windows_take, &listing,
					 error))
		return failed(access, "list the content", error);
	if (!share_windows_is_whole(&listing))
	{
		error_set(error, NULL, NULL, "%ld entries have come, not %ld",
				  (long) listing.got, (long) listing.told);
		return failed(access, "list the content", error);
	}
	share_list_end(entries, TOLERANCE_NS);
	return true;
}

typedef struct Reading
{
	Text		pieces;
	size_t		most;			/* of them */
	const char *missing;
	char		word[8];
	bool		ended;
} Reading;

static void
take_piece(void *arg, const json_t * line)
{
	Reading    *reading = arg;
	const char *piece = json_string_value(json_object_get(line, "content"));
	const char *missing = json_string_value(json_object_get(line, "missing"));

	if (piece != NULL && reading->pieces.len < reading->most)
		text_add(&reading->pieces, piece);
	if (missing != NULL)
		reading->missing = strcmp(missing, "root") == 0 ? "root" : "file";
	if (json_object_get(line, "read") != NULL)
		reading->ended = true;
}

static bool
read_file(const ShareAccess *access, const char *name, size_t limit,
		  Text *content, ShareThere *there, Error *error)
{
	Reading		reading = {.most = 2 * limit + 4};
	json_t	   *request = make_request(access, "read", name);
	bool		good;

	json_object_set_new(request, "most", json_integer((json_int_t) limit));
	good = run_request(access, request, take_piece, &reading, error);
	if (good && (!reading.ended ||
				 !base64_decode(reading.pieces.bytes != NULL ?
								reading.pieces.bytes : "", content)))
		good = error_set(error, NULL, NULL,
						 "its bytes have not come as they should");
	text_free(&reading.pieces);
	if (!good)
		return failed(access, arena_printf(access->arena, "read file \"%s\"",
										   name), error);
	*there = reading.missing == NULL ? SHARE_IS_THERE :
		strcmp(reading.missing, "root") == 0 ? SHARE_NO_ROOT : SHARE_NO_FILE;
	return true;
}

/* Notes that a request was answered by an object with this member. */
typedef struct Answered
{
	const char *member;
	bool		there;
} Answered;

static void
take_answer(void *arg, const json_t * line)
{
	Answered   *answered = arg;

	if (json_object_get(line, answered->member) != NULL)
		answered->there = true;
}

static bool
write_file(const ShareAccess *access, const char *name, const char *bytes,
		   size_t len, Error *error)
{
	Answered	answered = {"written", false};
	json_t	   *request = make_request(access, "write", name);
	Text		encoded = {NULL, 0, 0};
	bool		good;

	base64_add(&encoded, bytes, len);
	json_object_set_new(request, "content",
						json_string(encoded.bytes != NULL ?
									encoded.bytes : ""));
	text_free(&encoded);
	good = run_request(access, request, take_answer, &answered, error);
	if (good && !answered.there)
		good = error_set(error, NULL, NULL, "the node has not said so");
	return good || failed(access, arena_printf(access->arena,
											   "write file \"%s\"", name),
						  error);
}

static bool
remove_file(const ShareAccess *access, const char *name, Error *error)
{
	return run_request(access, make_request(access, "remove", name), NULL,
					   NULL, error) ||
		failed(access, arena_printf(access->arena, "remove file \"%s\"",
									name), error);
}

bool
share_windows_clean(const ShareAccess *access, const char *older,
					Error *error)
{
	json_t	   *request = make_request(access, "clean", NULL);

	add_folders(request, access->rules);
	json_object_set_new(request, "older", json_string(older));
	return run_request(access, request, NULL, NULL, error) ||
		failed(access, "clean the trash", error);
}

const ShareBackend share_windows = {
	"windows", list, read_file, write_file, remove_file
};
