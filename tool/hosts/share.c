/*
 * share.c
 *		Access: a file of a Windows node on its administrative share, by
 *		smbclient.
 *
 * smbclient goes on behind a command that fails, so each command is a call of
 * its own.  The new file is written beside the old one, read again, and takes
 * its place by a rename that replaces.
 */
#include <string.h>

#include "hosts/internal.h"

/* smbclient with one command about a file of the node's drive. */
static const char *const *
words(const HostsFinding *finding, const char *command, Arena *arena)
{
	const ConfigNode *node = finding->node;
	const char *const smbclient[] = {
		"smbclient", arena_printf(arena, "//%s/%c$", node->address,
								  finding->path[0]),
		"-A", node->credentials, "-p", arena_printf(arena, "%d",
													node->smb_port),
		"-c", command, NULL
	};
	const char **copy = arena_alloc(arena, sizeof(smbclient));

	memcpy(copy, smbclient, sizeof(smbclient));
	return copy;
}

/* The path on the share, in quotation marks. */
static const char *
on_share(const HostsFinding *finding, const char *suffix, Arena *arena)
{
	return arena_printf(arena, "\"%s%s\"", finding->path + 3, suffix);
}

static const char *
get(const HostsFinding *finding, const char *suffix, Arena *arena)
{
	return arena_printf(arena, "get %s -", on_share(finding, suffix, arena));
}

void
hosts_share_prepare(HostsFinding *finding, Arena *arena, PlatChild *child)
{
	child->argv = words(finding, get(finding, "", arena), arena);
}

bool
hosts_share_take(HostsFinding *finding, const PlatChildResult *result,
				 const Error *failed, Text *content, Error *error)
{
	if (failed->message == NULL)
		return hosts_unix_take(finding, result, failed, content, error);
	error_set(error, failed->detail, failed->hint, "%s", failed->message);
	if (result->output_len > 0)
		error_take_detail(error, text_format("%.*s",
											 (int) strcspn(result->output,
														   "\r\n"),
											 result->output));
	return false;
}

static bool
put(const HostsFinding *finding, const char *suffix, const Text *bytes,
	Arena *arena, Error *error)
{
	return hosts_run(words(finding, arena_printf(arena, "put - %s",
												 on_share(finding, suffix,
														  arena)), arena),
					 bytes, error);
}

/* What a full disk or a cut line has left must not take the place. */
static bool
is_whole(const HostsFinding *finding, Arena *arena, Error *error)
{
	PlatChild	child = {
		.argv = words(finding, get(finding, HOSTS_NEW, arena), arena),
		.deadline_ms = HOSTS_DEADLINE_MS
	};
	PlatChildResult result;
	const Text *expected = &finding->result;
	bool		good = plat_child_run(&child, &result, error);

	if (good && (result.output_len != expected->len ||
				 memcmp(result.output, expected->bytes, expected->len) != 0))
		good = error_set(error, NULL, "Look whether the disk is full.",
						 "what was written to the share is not what is read "
						 "from it");
	plat_child_free(&result);
	return good;
}

bool
hosts_share_write(const HostsFinding *finding, Arena *arena, Error *error)
{
	const char *command = arena_printf(arena, "rename %s %s -f",
									   on_share(finding, HOSTS_NEW, arena),
									   on_share(finding, "", arena));

	return put(finding, HOSTS_BACKUP, &finding->content, arena, error) &&
		put(finding, HOSTS_NEW, &finding->result, arena, error) &&
		is_whole(finding, arena, error) &&
		hosts_run(words(finding, command, arena), NULL, error);
}
