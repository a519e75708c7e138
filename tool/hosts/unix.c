/*
 * unix.c
 *		Access: a file of a Linux node by ssh.
 *
 * A shell there reads the words, of which none is special to it: the path is
 * checked with the configuration.  The new file begins as a copy, so that it
 * has the old one's owner and permissions, and takes its place by a rename.
 */
#include "hosts/internal.h"

static void
add_path(const HostsFinding *finding, Arena *arena, const char **words,
		 const char *suffix)
{
	*words = arena_printf(arena, "%s%s", finding->path, suffix);
}

void
hosts_unix_prepare(HostsFinding *finding, Arena *arena, PlatChild *child)
{
	const char *const words[] = {"cat", finding->path, NULL};

	child->argv = hosts_ssh_words(finding, words, arena);
}

bool
hosts_unix_take(HostsFinding *finding, const PlatChildResult *result,
				const Error *failed, Text *content, Error *error)
{
	(void) finding;
	if (failed->message != NULL)
		return error_set(error, failed->detail, failed->hint, "%s",
						 failed->message);
	if (result->output_cut || result->output_len > HOSTS_BYTES_MAX)
		return error_set(error, NULL, NULL, "hosts file is too large");
	text_add_bytes(content, result->output, result->output_len);
	return true;
}

bool
hosts_unix_write(const HostsFinding *finding, Arena *arena, Error *error)
{
	const char *copy[] = {"cp", "-p", finding->path, NULL, NULL};
	const char *fill[] = {"tee", NULL, NULL};
	const char *sync[] = {"sync", NULL, NULL};
	const char *move[] = {"mv", "-f", NULL, finding->path, NULL};

	add_path(finding, arena, &copy[3], HOSTS_BACKUP);
	if (!hosts_run(hosts_ssh_words(finding, copy, arena), NULL, error))
		return false;
	add_path(finding, arena, &copy[3], HOSTS_NEW);
	fill[1] = sync[1] = move[2] = copy[3];
	return hosts_run(hosts_ssh_words(finding, copy, arena), NULL, error) &&
		hosts_run(hosts_ssh_words(finding, fill, arena), &finding->result,
				  error) &&
		hosts_run(hosts_ssh_words(finding, sync, arena), NULL, error) &&
		hosts_run(hosts_ssh_words(finding, move, arena), NULL, error);
}
