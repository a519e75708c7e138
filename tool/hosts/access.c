/*
 * access.c
 *		The ways to a file, and what they share.
 */
#include "hosts/internal.h"

#include <string.h>

/* More than a file of HOSTS_BYTES_MAX in base64. */
#define OUTPUT_MAX ((size_t) 2 * 1024 * 1024)

static const HostsAccess local = {
	"local", NULL, NULL, hosts_local_read, hosts_local_write
};

static const HostsAccess ssh_to_unix = {
	"ssh", hosts_unix_prepare, hosts_unix_take, NULL, hosts_unix_write
};

static const HostsAccess ssh_to_windows = {
	"ssh", hosts_powershell_prepare, hosts_powershell_take, NULL,
	hosts_powershell_write
};

static const HostsAccess share = {
	"share", hosts_share_prepare, hosts_share_take, NULL, hosts_share_write
};

/* By hosts_access and system, in the order of their words in keys.c. */
static const HostsAccess *const ways[][2] = {
	{NULL, NULL},
	{&local, &local},
	{&ssh_to_windows, &ssh_to_unix},
	{&share, &share}
};

const HostsAccess *
hosts_access(const HostsFinding *finding)
{
	return finding->node == NULL ? &local :
		ways[finding->node->hosts_access][finding->node->system];
}

const char *const *
hosts_ssh_words(const HostsFinding *finding, const char *const *words,
				Arena *arena)
{
	const ConfigWords *ssh = &finding->node->ssh_command;
	size_t		n = 0;
	const char **argv;

	while (words[n] != NULL)
		n++;
	argv = arena_alloc(arena, (ssh->n + n + 1) * sizeof(char *));
	memcpy(argv, ssh->words, ssh->n * sizeof(char *));
	memcpy(argv + ssh->n, words, n * sizeof(char *));
	return argv;
}

/* smbclient says what went wrong on its standard output. */
static void
add_output(const PlatChildResult *result, Error *error)
{
	if (error->detail == NULL && result->output_len > 0 &&
		result->output_len < 1024)
		error_take_detail(error, text_format("%.*s",
											 (int) strcspn(result->output,
														   "\r\n"),
											 result->output));
}

bool
hosts_run(const char *const *argv, const Text *input, Error *error)
{
	PlatChild	child = {.argv = argv,.deadline_ms = HOSTS_DEADLINE_MS,
	.output_limit = OUTPUT_MAX};
	PlatChildResult result;
	bool		good;

	if (input != NULL)
	{
		child.input = input->bytes;
		child.input_len = input->len;
	}
	good = plat_child_run(&child, &result, error);
	if (!good)
		add_output(&result, error);
	plat_child_free(&result);
	return good;
}

bool
hosts_read(HostsFinding *finding, Text *content, Error *error)
{
	const HostsAccess *access = hosts_access(finding);
	Arena		arena = {NULL};
	PlatChild	child = {.deadline_ms = HOSTS_DEADLINE_MS,
	.output_limit = OUTPUT_MAX};
	PlatChildResult result;
	Error		failed = ERROR_NONE;
	bool		good;

	if (access->prepare == NULL)
		return access->read(finding, content, error);
	access->prepare(finding, &arena, &child);
	plat_child_run(&child, &result, &failed);
	good = access->take(finding, &result, &failed, content, error);
	plat_child_free(&result);
	error_free(&failed);
	arena_free(&arena);
	return good;
}
