/*
 * local.c
 *		A share in a directory of this machine, be it a mounted one.
 */
#include <stdlib.h>

#include "base/text.h"
#include "platform/aside.h"
#include "platform/clock.h"
#include "platform/directory.h"
#include "platform/file.h"
#include "platform/tree.h"
#include "share/access.h"

/* SMB and NTFS count in steps of 100 ns. */
#define TOLERANCE_NS 1000

typedef struct Filling
{
	const ShareAccess *access;
	ShareList  *list;
} Filling;

/* Whatever comes of it: only silence counts. */
static bool
look(void *arg)
{
	const ShareAccess *const *access = arg;
	uint64_t	bytes;
	Error		ignored = ERROR_NONE;

	plat_free_space((*access)->place, &bytes, &ignored);
	error_free(&ignored);
	return true;
}

bool
share_local_answers(const ShareAccess *access, Error *error)
{
	int64_t		patience = access->config->connect_timeout;
	int64_t		rest = access->end - plat_clock_ms();

	if (access->end != 0 && rest < patience)
		patience = rest > 0 ? rest : 1;
	return plat_aside(look, &access, (int) patience) ||
		error_set(error, NULL, "Look whether what is mounted there still "
				  "works.", "the root \"%s\" of share \"%s\" at site \"%s\" "
				  "does not answer", access->place, access->share->name,
				  access->site->name);
}

static ShareKind
kind_of(PlatKind kind)
{
	static const ShareKind kinds[] = {
		[PLAT_FILE] = SHARE_FILE,
		[PLAT_DIRECTORY] = SHARE_FOLDER,
		[PLAT_LINK] = SHARE_LINK,
		[PLAT_OTHER] = SHARE_SPECIAL
	};

	return kinds[kind];
}

static PlatVisit
take(void *arg, const PlatEntry *found)
{
	const Filling *filling = arg;
	const ShareEntry entry = {
		.path = found->path,
		.size = found->size,
		.mtime_ns = found->modified_ns,
		.ctime_ns = found->changed_ns,
		.inode = found->inode,
		.kind = (unsigned char) kind_of(found->kind)
	};

	return share_list_add(filling->list, filling->access->rules, &entry) ?
		PLAT_VISIT_GO_ON : PLAT_VISIT_SKIP;
}

static bool
list_local(const ShareAccess *access, ShareList *list, Error *error)
{
	Filling		filling = {access, list};

	if (!share_local_answers(access, error) ||
		!plat_tree_walk(access->place, take, &filling, error))
		return false;
	share_list_end(list, TOLERANCE_NS);
	return true;
}

static bool
read_local(const ShareAccess *access, const char *name, size_t limit,
		   Text *content, ShareThere *there, Error *error)
{
	char	   *path = text_format("%s/%s", access->place, name);
	PlatFileInfo root = {0};
	bool		found = false;
	bool		good = share_local_answers(access, error) &&
	plat_file_info(access->place, &root, error) &&
	(!root.directory ||
	 plat_file_read_plain(path, limit, content, &found, error));

	*there = found ? SHARE_IS_THERE : SHARE_NO_FILE;
	if (good && !root.directory)
		*there = SHARE_NO_ROOT;
	free(path);
	return good;
}

static bool
write_local(const ShareAccess *access, const char *name, const char *bytes,
			size_t len, Error *error)
{
	char	   *path = text_format("%s/%s", access->place, name);
	bool		good = share_local_answers(access, error) &&
	plat_file_write(path, bytes, len, false, error);

	free(path);
	return good;
}

static bool
remove_local(const ShareAccess *access, const char *name, Error *error)
{
	char	   *path = text_format("%s/%s", access->place, name);
	bool		good = share_local_answers(access, error) &&
	plat_file_remove(path, error);

	free(path);
	return good;
}

const ShareBackend share_local = {
	"local", list_local, read_local, write_local, remove_local
};
