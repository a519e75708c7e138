/*
 * names.c
 *		Names and paths of snapshots, and what is found by them.
 */
#include <string.h>

#include "snapshot/snapshot.h"

#define NAME_MAX_BYTES 100
#define PATH_MAX_BYTES 16384

const char *const snapshot_kinds[] = {"dated", "fixed", "safety", NULL};
const char *const snapshot_part_kinds[] = {
	"database", "roles", "share", "server", "certificates", NULL
};

bool
snapshot_path_is_safe(const char *path)
{
	size_t		len = strlen(path);

	if (len == 0 || len > PATH_MAX_BYTES || strchr(path, '\\') != NULL)
		return false;
	for (;;)
	{
		size_t		n = strcspn(path, "/");

		if (n == 0 || (n == 1 && path[0] == '.') ||
			(n == 2 && path[0] == '.' && path[1] == '.'))
			return false;
		if (path[n] == '\0')
			return true;
		path += n + 1;
	}
}

/* What neither Linux nor Windows has anything against. */
static bool
is_plain(const char *name)
{
	for (const char *c = name; *c != '\0'; c++)
		if ((unsigned char) *c < ' ' || *c == 0x7f ||
			strchr("/\\:*?\"<>|", *c) != NULL)
			return false;
	return true;
}

bool
snapshot_name_check(const char *name, Error *error)
{
	size_t		len = strlen(name);
	const char *why = NULL;

	if (len == 0)
		why = "It is empty.";
	else if (len > NAME_MAX_BYTES)
		why = "It is longer than 100 bytes.";
	else if (name[0] == '.' || name[0] == '-')
		why = "It begins with a dot or a dash.";
	else if (name[0] == ' ' || name[len - 1] == ' ' || name[len - 1] == '.')
		why = "It begins or ends with a blank, or ends with a dot.";
	else if (!is_plain(name))
		why = "It has a slash, another one of \\ : * ? \" < > |, or a control "
			"character.";
	return why == NULL ||
		error_set(error, why, NULL, "invalid name of a snapshot");
}

const SnapshotFile *
snapshot_find(const Snapshot *snapshot, const char *path)
{
	size_t		low = 0;
	size_t		high = snapshot->n_files;

	while (low < high)
	{
		size_t		middle = low + (high - low) / 2;
		int			order = strcmp(path, snapshot->files[middle].path);

		if (order == 0)
			return &snapshot->files[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const SnapshotDatabase *
snapshot_database(const Snapshot *snapshot, const char *name)
{
	for (size_t i = 0; i < snapshot->n_databases; i++)
		if (strcmp(snapshot->databases[i].name, name) == 0)
			return &snapshot->databases[i];
	return NULL;
}

const SnapshotShare *
snapshot_share(const Snapshot *snapshot, const char *name)
{
	for (size_t i = 0; i < snapshot->n_shares; i++)
		if (strcmp(snapshot->shares[i].name, name) == 0)
			return &snapshot->shares[i];
	return NULL;
}
