/*
 * access.c
 *		Which way there is to a site's share.
 */
#include "share/access.h"

#include <string.h>

/* Without the '/' at the end, which is the root's own. */
static const char *
without_slash(Arena *arena, const char *place)
{
	char	   *copy = arena_strdup(arena, place);
	size_t		len = strlen(copy);

	while (len > 1 && copy[len - 1] == '/' && copy[len - 2] != ':')
		copy[--len] = '\0';
	return copy;
}

void
share_access_directory(const Config *config, const ConfigShare *share,
					   const ConfigSite *site, const char *path,
					   const ShareRules *rules, Arena *arena,
					   ShareAccess *access)
{
	memset(access, 0, sizeof(*access));
	access->backend = &share_local;
	access->config = config;
	access->share = share;
	access->site = site;
	access->place = without_slash(arena, path);
	access->here = true;
	access->rules = rules;
	access->arena = arena;
}

bool
share_access_open(const Config *config, const ConfigShare *share,
				  const ConfigSite *site, const ShareRules *rules,
				  Arena *arena, ShareAccess *access, Error *error)
{
	const char *path = config_share_path(share, site->name);
	const char *remote = config_share_remote(share, site->name);
	bool		ours = strcmp(site->name, config->site) == 0;

	if (path == NULL)
		return error_set(error, NULL, "Add it to the share's section.",
						 "share \"%s\" has no root at site \"%s\"",
						 share->name, site->name);
	share_access_directory(config, share, site, path, rules, arena, access);
	if (share->method == CONFIG_SHARE_ROBOCOPY)
	{
		access->backend = &share_windows;
		access->here = false;
		return true;
	}
	if (ours || remote == NULL)
		return true;
	access->backend = &share_rsync;
	access->place = without_slash(arena, remote);
	access->here = false;
	return true;
}

/* What is a link or a file where a folder should be is not passed over. */
static bool
check_folders(const ShareAccess *access, const ShareList *list, Error *error)
{
	return list->strange == NULL ||
		error_set(error, "What a link leads to is not looked at, since it may "
				  "be anything.", "Mount there what it leads to, or give that "
				  "place as the share's root.",
				  "\"%s\" below \"%s\" is not a folder but a link or a file",
				  list->strange, access->place);
}

bool
share_access_list(const ShareAccess *access, ShareList *list, Error *error)
{
	share_list_begin(list, access->rules);
	if (access->backend->list(access, list, error) &&
		check_folders(access, list, error))
		return true;
	share_list_free(list);
	return false;
}

bool
share_access_one_case(const ShareAccess *access, bool *one_case, Error *error)
{
	Text		content = {NULL, 0, 0};
	ShareThere	there;
	Arena		arena = {NULL};
	char	   *other = arena_strdup(&arena, SHARE_MARKER);
	bool		good;

	for (char *c = other; *c != '\0'; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char) (*c - 'a' + 'A');
	good = access->backend->read(access, other, SHARE_SMALL, &content, &there,
								 error);
	*one_case = !good || there == SHARE_IS_THERE;
	text_free(&content);
	arena_free(&arena);
	return good;
}
