/*
 * legacy_match.c
 *		Which share of the configuration a folder of the Snapshots tool is of.
 */
#include "snapshot/legacy_work.h"

#include <string.h>

/* "//cn/share/" is "\\CN\share". */
static char
plain(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char) (c - 'A' + 'a');
	return c == '/' ? '\\' : c;
}

static size_t
length(const char *path)
{
	size_t		n = strlen(path);

	while (n > 0 && plain(path[n - 1]) == '\\')
		n--;
	return n;
}

static bool
same_path(const char *a, const char *b)
{
	size_t		n = length(a);

	if (n != length(b))
		return false;
	for (size_t i = 0; i < n; i++)
		if (plain(a[i]) != plain(b[i]))
			return false;
	return true;
}

static const ConfigMapping *
find_mapping(const Config *config, const char *name)
{
	for (size_t i = 0; name != NULL && i < config->n_mappings; i++)
		if (strcmp(config->mappings[i].name, name) == 0)
			return &config->mappings[i];
	return NULL;
}

/* The site at which a mapping has a value; NULL: none, or several. */
static const char *
site_of(const ConfigMapping *mapping, const char *value)
{
	const char *site = NULL;

	for (size_t i = 0; i < mapping->n_values; i++)
		if (same_path(mapping->values[i].value, value))
		{
			if (site != NULL && strcmp(site, mapping->values[i].site) != 0)
				return NULL;
			site = mapping->values[i].site;
		}
	return site;
}

static bool
has_folder(const ConfigWords *words, const char *folder)
{
	for (size_t i = 0; i < words->n; i++)
		if (strlen(words->words[i]) == strlen(folder) &&
			legacy_same(words->words[i], folder, strlen(folder)))
			return true;
	return false;
}

static bool
has_folders(const ConfigShare *share, const SnapshotShare *found)
{
	for (size_t i = 0; i < found->n_folders; i++)
		if (!has_folder(&share->mirror, found->folders[i].name) &&
			!has_folder(&share->add, found->folders[i].name))
			return false;
	return found->n_folders > 0;
}

/* The only share that fits; NULL: none, or several. */
static const ConfigShare *
find_share(const Config *config, const SnapshotShare *found, bool by_root)
{
	const ConfigShare *fits = NULL;

	for (size_t i = 0; i < config->n_shares; i++)
	{
		const ConfigShare *share = &config->shares[i];
		const ConfigMapping *mapping = find_mapping(config, share->mapping);
		bool		good = by_root ? mapping != NULL && found->root != NULL &&
		site_of(mapping, found->root) != NULL : has_folders(share, found);

		if (good && fits != NULL)
			return NULL;
		if (good)
			fits = share;
	}
	return fits;
}

static void
match(Snapshot *snapshot, size_t i, const Config *config)
{
	SnapshotShare *found = &snapshot->shares[i];
	const ConfigShare *share = find_share(config, found, true);
	const ConfigMapping *mapping;

	if (share == NULL)
		share = find_share(config, found, false);
	if (share == NULL)
	{
		legacy_note(snapshot, "share", found->n_folders > 0 ?
					found->folders[0].name : "", "no [share] of the "
					"configuration is the one that it is of");
		return;
	}
	found->name = arena_strdup(&snapshot->arena, share->name);
	if (share->mapping != NULL)
		found->mapping = arena_strdup(&snapshot->arena, share->mapping);
	mapping = find_mapping(config, share->mapping);
	if (snapshot->site == NULL && mapping != NULL && found->root != NULL &&
		site_of(mapping, found->root) != NULL)
		snapshot->site = arena_strdup(&snapshot->arena,
									  site_of(mapping, found->root));
}

void
snapshot_legacy_match(Snapshot *snapshot, const Config *config)
{
	size_t		n = 0;

	if (!snapshot->legacy)
		return;
	for (size_t i = 0; i < snapshot->n_shares; i++)
		if (snapshot->shares[i].name[0] == '\0')
			match(snapshot, i, config);
	/* Parts of shares are in their order. */
	for (size_t i = 0; i < snapshot->n_parts; i++)
		if (snapshot->parts[i].kind == SNAPSHOT_PART_SHARE)
			snapshot->parts[i].name = snapshot->shares[n++].name;
}
