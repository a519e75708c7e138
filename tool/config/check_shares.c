/*
 * check_shares.c
 *		Do the shares make sense: their roots, folders, ways?
 */
#include <string.h>

#include "config/load.h"
#include "config/path.h"

/* Not "[USER@]HOST:PATH", nor "rsync://HOST/MODULE", as rsync reads them. */
static bool
is_location(const char *value)
{
	size_t		host = strcspn(value, ":/");

	if (strncmp(value, "rsync://", 8) == 0)
		return strcspn(value + 8, "/") > 0 && strchr(value + 8, '/') != NULL;
	return host > 0 && value[0] != '-' && value[host] == ':' &&
		value[host + 1] != ':' && value[host + 1] != '\0';
}

static void
check_values(const ConfigShare *share, Problems *problems)
{
	for (size_t i = 0; i < share->n_values; i++)
	{
		const ConfigMappingValue *value = &share->values[i];
		const char *shown = arena_quote(&problems->arena, value->value);

		if (value->current && !path_is_absolute(value->value))
			problems_error(problems, value->line, NULL,
						   "Write an absolute path, as the site's own machine "
						   "sees the share.",
						   "root \"%s\" of share \"%s\" is not absolute",
						   shown, share->name);
		if (!value->current && !is_location(value->value))
			problems_error(problems, value->line, NULL,
						   "Write [USER@]HOST:PATH or "
						   "rsync://HOST[:PORT]/MODULE[/PATH].",
						   "location \"%s\" of share \"%s\" is not "
						   "recognized", shown, share->name);
		for (size_t j = 0; j < i; j++)
			if (share->values[j].current == value->current &&
				strcmp(share->values[j].site, value->site) == 0)
				problems_error(problems, value->line, NULL, NULL,
							   "share \"%s\" has two %s at site \"%s\"",
							   share->name, value->current ? "roots" :
							   "locations", value->site);
	}
}

/* Two roots as this machine sees them; those of a node are checked there. */
static void
check_two_roots(const ConfigShare *share, const ConfigSite *one,
				const ConfigSite *two, Problems *problems)
{
	const char *a = config_share_path(share, one->name);
	const char *b = config_share_path(share, two->name);
	const char *hint = "Write the roots of both, or where other machines reach "
	"them (remote.SITE).";

	if (strcmp(a, b) == 0)
		problems_error(problems, share->line,
					   "Each site has its own share; one would be copied over "
					   "itself.", hint, "share \"%s\" has the same root at sites "
					   "\"%s\" and \"%s\"", share->name, one->name, two->name);
	else if (share->method == CONFIG_SHARE_RSYNC && path_is_absolute(a) &&
			 path_is_absolute(b) &&
			 (path_is_inside(a, b) || path_is_inside(b, a)))
		problems_error(problems, share->line,
					   "Each site has its own share; one would be copied into "
					   "itself.", hint,
					   "roots \"%s\" and \"%s\" of share \"%s\" overlap",
					   arena_quote(&problems->arena, a),
					   arena_quote(&problems->arena, b), share->name);
}

/* Each site's root is another place. */
static void
check_roots(const Config *config, const ConfigShare *share,
			Problems *problems)
{
	for (size_t i = 0; i < config->n_sites; i++)
	{
		const char *root = config_share_path(share, config->sites[i].name);

		if (root == NULL)
			problems_missing(problems, share->line,
							 arena_printf(&problems->arena, "For example: %s "
										  "= /srv/qlik", config->sites[i].name),
							 "root of share \"%s\" at site \"%s\" is missing",
							 share->name, config->sites[i].name);
		for (size_t j = 0; root != NULL && j < i; j++)
		{
			const char *other = config_share_path(share,
												  config->sites[j].name);

			if (other != NULL &&
				config_share_remote(share, config->sites[i].name) == NULL &&
				config_share_remote(share, config->sites[j].name) == NULL)
				check_two_roots(share, &config->sites[j], &config->sites[i],
								problems);
		}
	}
}

/* A folder: a name, or names with / between, below the root. */
static bool
is_folder(const char *folder)
{
	if (folder[0] == '\0' || folder[0] == '/' || folder[0] == '.' ||
		strchr(folder, '\\') != NULL || strstr(folder, "//") != NULL ||
		strstr(folder, "/.") != NULL)
		return false;
	return folder[strlen(folder) - 1] != '/';
}

/* Is one of two folders the other, or in it?  Case is as in Windows. */
static bool
overlap(const char *a, const char *b, Arena *arena)
{
	const char *path_a = arena_printf(arena, "C:/%s", a);
	const char *path_b = arena_printf(arena, "C:/%s", b);

	return path_is_inside(path_a, path_b) || path_is_inside(path_b, path_a);
}

static const char *
folder_at(const ConfigShare *share, size_t i)
{
	return i < share->mirror.n ? share->mirror.words[i] :
		share->add.words[i - share->mirror.n];
}

static void
check_folders(const Config *config, const ConfigShare *share,
			  Problems *problems)
{
	for (size_t i = 0; i < share->mirror.n + share->add.n; i++)
	{
		const char *key = i < share->mirror.n ? "mirror" : "add";
		size_t		line = config_line(config, "share", share->name, key, share->line);

		if (!is_folder(folder_at(share, i)))
			problems_error(problems, line, NULL, "Write names of folders "
						   "below the root, with / between the parts.",
						   "\"%s\" of key \"%s\" is not a folder's name",
						   arena_quote(&problems->arena, folder_at(share, i)),
						   key);
		for (size_t j = 0; j < i; j++)
			if (overlap(folder_at(share, i), folder_at(share, j),
						&problems->arena))
				problems_error(problems, line, NULL, NULL,
							   "folders \"%s\" and \"%s\" of share \"%s\" "
							   "overlap", arena_quote(&problems->arena,
													  folder_at(share, j)),
							   arena_quote(&problems->arena,
										   folder_at(share, i)), share->name);
	}
}

static void
check_mapping(const Config *config, const ConfigShare *share,
			  Problems *problems)
{
	const ConfigMapping *mapping = NULL;

	if (share->mapping == NULL)
		return;
	for (size_t i = 0; i < config->n_mappings; i++)
		if (strcmp(config->mappings[i].name, share->mapping) == 0)
			mapping = &config->mappings[i];
	if (mapping == NULL || mapping->kind != RW_KIND_PATH)
		problems_error(problems, config_line(config, "share", share->name, "mapping", share->line),
					   NULL, "Name a mapping whose kind is path.",
					   "there is no mapping \"%s\" of paths",
					   arena_quote(&problems->arena, share->mapping));
}

void
config_check_shares(const Config *config, Problems *problems)
{
	for (size_t i = 0; i < config->n_shares; i++)
	{
		const ConfigShare *share = &config->shares[i];

		check_values(share, problems);
		check_roots(config, share, problems);
		check_folders(config, share, problems);
		check_mapping(config, share, problems);
		config_check_share_node(config, share, problems);
	}
}
