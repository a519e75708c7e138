/*
 * bootstrap.c
 *		What a central node needs before its repository starts at a site that
 *		its database comes from elsewhere.
 *
 * It is idempotent but slow, so it is left out while nothing that it looks at
 * has changed: the node's host name and the site's certificates.  The record
 * of the last time is a file beside the journal.  Where that is lost, or the
 * tool runs on another machine, it is done once more, which does no harm.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "platform/directory.h"
#include "platform/file.h"
#include "service/internal.h"

#define FILE_MOST ((size_t) 1024 * 1024)

static const char *
record_path(const ServiceWork *work, const ServiceNode *node)
{
	return arena_printf(&work->report->arena, "%s/bootstrap_%s",
						work->config->journal_directory, node->node->name);
}

/* The digest of a file with certificates; NULL where it cannot be read. */
static const char *
file_digest(const char *path, Arena *arena)
{
	Text		content = {NULL, 0, 0};
	Text		hex = {NULL, 0, 0};
	Error		error = ERROR_NONE;
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int len = 0;
	const char *copy = NULL;

	if (plat_file_read(path, FILE_MOST, &content, &error) &&
		content.len > 0 && EVP_Digest(content.bytes, content.len, digest,
									  &len, EVP_sha256(), NULL) == 1)
	{
		for (unsigned int i = 0; i < len; i++)
			text_addf(&hex, "%02x", digest[i]);
		copy = arena_strdup(arena, hex.bytes);
	}
	error_free(&error);
	text_free(&content);
	text_free(&hex);
	return copy;
}

/* What it depends on; NULL: not known, and so always changed. */
static const char *
circumstances(const ServiceWork *work, const ServiceNode *node)
{
	const char *certificates = work->options->certificates;
	Arena	   *arena = &work->report->arena;

	if (certificates == NULL && work->config->services.probe_ca != NULL)
		certificates = file_digest(work->config->services.probe_ca, arena);
	if (certificates == NULL)
		return NULL;
	return arena_printf(arena, "%s %s\n", config_node_alias(node->node),
						certificates);
}

static bool
is_unchanged(const char *path, const char *now)
{
	Text		before = {NULL, 0, 0};
	Error		error = ERROR_NONE;
	bool		same = now != NULL &&
	plat_file_read(path, FILE_MOST, &before, &error) &&
	before.bytes != NULL && strcmp(before.bytes, now) == 0;

	error_free(&error);
	text_free(&before);
	return same;
}

bool
service_bootstrap(ServiceWork *work, ServiceNode *node, Error *error)
{
	const ConfigWords *command = &node->node->bootstrap_command;
	const char *path = record_path(work, node);
	const char *now = circumstances(work, node);

	if (command->n == 0 || is_unchanged(path, now))
		return true;
	if (!service_can_run(node->node))
		return error_set(error, NULL, "Set ssh_command of the node.",
						 "bootstrap_command cannot be run: there is no way "
						 "to run commands at the node");
	service_progress(work, "central node %s is bootstrapped",
					 node->node->name);
	if (!service_run_there(node->node, command,
						   work->config->services.bootstrap_timeout, error))
	{
		error_take_message(error, text_format("bootstrap failed: %s",
											  error->message));
		return false;
	}
	service_note(work, "Node %s was bootstrapped.", node->node->name);
	return now == NULL ? plat_file_remove(path, error) :
		plat_directory_make(work->config->journal_directory, error) &&
		plat_file_write(path, now, strlen(now), true, error);
}
