/*
 * legacy_parts.c
 *		What the files of a folder of the Snapshots tool are: shares,
 *		certificates, the server's settings.
 */
#include "snapshot/legacy_work.h"

#include <string.h>

/* What is the share's of a folder, and what the tool itself puts there. */
static const struct
{
	const char *name;
	bool		share;
	bool		mirror;
}			folders[LEGACY_FOLDERS] =

{
	{"Apps", true, true},
	{"StaticContent", true, true},
	{"CustomData", true, true},
	{"ArchivedLogs", true, false},
	{"ExportedCertificates", false, false},
	{"PostGreConf", false, false}
};

/* Case does not count on Windows. */
bool
legacy_same(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
	{
		char		x = a[i] >= 'A' && a[i] <= 'Z' ? (char) (a[i] + 32) : a[i];
		char		y = b[i] >= 'A' && b[i] <= 'Z' ? (char) (b[i] + 32) : b[i];

		if (x != y || x == '\0')
			return x == y;
	}
	return true;
}

bool
legacy_ends_in(const char *name, const char *suffix)
{
	size_t		n = strlen(name);
	size_t		m = strlen(suffix);

	return n > m && legacy_same(name + n - m, suffix, m);
}

/* Does a path begin with the folder? */
bool
legacy_is_in(const char *path, const char *folder)
{
	size_t		n = strlen(folder);

	return strlen(path) >= n && legacy_same(path, folder, n) &&
		(path[n] == '\0' || path[n] == '/');
}

void
legacy_folder(const char *path, LegacyFolders *there)
{
	for (size_t i = 0; i < LEGACY_FOLDERS; i++)
		if (legacy_same(path, folders[i].name, strlen(folders[i].name) + 1))
			there->path[i] = path;
}

bool
legacy_is_shares(const char *path)
{
	for (size_t i = 0; i < LEGACY_FOLDERS; i++)
		if (folders[i].share && legacy_is_in(path, folders[i].name))
			return true;
	return false;
}

/* "\\CN\QlikShare" of "\\CN\QlikShare\Apps\"; NULL: it does not end so. */
static const char *
root_of(Snapshot *snapshot, const char *path, const char *folder)
{
	char	   *copy;
	size_t		n;
	size_t		m = strlen(folder);

	if (path == NULL)
		return NULL;
	copy = arena_strdup(&snapshot->arena, path);
	n = strlen(copy);
	while (n > 0 && (copy[n - 1] == '\\' || copy[n - 1] == '/'))
		n--;
	if (m > 0)
	{
		if (n <= m || !legacy_same(copy + n - m, folder, m) ||
			(copy[n - m - 1] != '\\' && copy[n - m - 1] != '/'))
			return NULL;
		n -= m + 1;
	}
	copy[n] = '\0';
	return n > 0 ? copy : NULL;
}

/* Where Settings.cmd says that a folder was: its root. */
static const char *
settings_root(Snapshot *snapshot, const SnapshotSettings *settings,
			  const char *folder)
{
	const char *path = NULL;

	if (strcmp(folder, "Apps") == 0)
		path = settings->apps;
	else if (strcmp(folder, "StaticContent") == 0)
		path = settings->static_content;
	else if (strcmp(folder, "ArchivedLogs") == 0)
		path = settings->archived_logs;
	else if (strcmp(folder, "CustomData") == 0)
		path = settings->custom_data;
	path = root_of(snapshot, path, folder);
	return path != NULL ? path : root_of(snapshot, settings->root, "");
}

static bool
same_root(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strlen(a) == strlen(b) && legacy_same(a, b, strlen(a));
}

/* The share with a root; made where there is none yet. */
static SnapshotShare *
share_of(Snapshot *snapshot, const char *root)
{
	SnapshotShare *share;

	for (size_t i = 0; i < snapshot->n_shares; i++)
		if (same_root(snapshot->shares[i].root, root))
			return &snapshot->shares[i];
	share = &snapshot->shares[snapshot->n_shares++];
	share->name = "";
	share->path = root != NULL ? root : "";
	share->root = root;
	share->folders = arena_alloc(&snapshot->arena, LEGACY_FOLDERS *
								 sizeof(SnapshotFolder));
	return share;
}

void
legacy_add_shares(Snapshot *snapshot, const LegacyFolders *there,
				  const SnapshotSettings *settings)
{
	snapshot->shares = arena_alloc(&snapshot->arena, LEGACY_FOLDERS *
								   sizeof(SnapshotShare));
	for (size_t i = 0; i < LEGACY_FOLDERS; i++)
		if (there->path[i] != NULL && folders[i].share)
		{
			const char *root = settings_root(snapshot, settings,
											 folders[i].name);
			SnapshotShare *share = share_of(snapshot, root);

			share->folders[share->n_folders].mirror = folders[i].mirror;
			share->folders[share->n_folders++].name = there->path[i];
		}
}

static void
count(const Snapshot *snapshot, SnapshotPart *part,
	  bool (*belongs) (const SnapshotFile *file, const void *what),
	  const void *what)
{
	for (size_t i = 0; i < snapshot->n_files; i++)
		if (belongs(&snapshot->files[i], what))
		{
			part->files++;
			part->bytes += snapshot->files[i].size;
		}
}

static bool
is_path(const SnapshotFile *file, const void *what)
{
	return strcmp(file->path, what) == 0;
}

static bool
is_shares(const SnapshotFile *file, const void *what)
{
	const SnapshotShare *share = what;

	for (size_t i = 0; i < share->n_folders; i++)
		if (legacy_is_in(file->path, share->folders[i].name))
			return true;
	return false;
}

static bool
is_certificate(const SnapshotFile *file, const void *what)
{
	(void) what;
	return legacy_is_in(file->path, "ExportedCertificates") ||
		(strchr(file->path, '/') == NULL && legacy_ends_in(file->path, ".pfx"));
}

static bool
is_server(const SnapshotFile *file, const void *what)
{
	(void) what;
	return legacy_is_in(file->path, "PostGreConf") ||
		(strlen(file->path) == 8 && legacy_same(file->path, "Host.cfg", 8));
}

static SnapshotPart *
add_part(Snapshot *snapshot, SnapshotPartKind kind, const char *name,
		 const char *path)
{
	SnapshotPart *part = &snapshot->parts[snapshot->n_parts++];

	part->kind = kind;
	part->name = name;
	part->path = path;
	part->begun_ms = part->ended_ms = snapshot->ended_ms;
	return part;
}

void
legacy_add_parts(Snapshot *snapshot)
{
	SnapshotPart *part;

	snapshot->parts = arena_alloc(&snapshot->arena, (snapshot->n_databases +
													 snapshot->n_shares + 2) *
								  sizeof(SnapshotPart));
	for (size_t i = 0; i < snapshot->n_databases; i++)
	{
		part = add_part(snapshot, SNAPSHOT_PART_DATABASE,
						snapshot->databases[i].name,
						snapshot->databases[i].dump);
		count(snapshot, part, is_path, part->path);
	}
	for (size_t i = 0; i < snapshot->n_shares; i++)
		count(snapshot, add_part(snapshot, SNAPSHOT_PART_SHARE, "", ""),
			  is_shares, &snapshot->shares[i]);
	part = add_part(snapshot, SNAPSHOT_PART_SERVER, "", "");
	count(snapshot, part, is_server, NULL);
	part = add_part(snapshot, SNAPSHOT_PART_CERTIFICATES, "", "");
	count(snapshot, part, is_certificate, NULL);
}
