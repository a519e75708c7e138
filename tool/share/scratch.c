/*
 * scratch.c
 *		Directories for what rsync brings from elsewhere, or takes there.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "platform/directory.h"
#include "platform/private.h"
#include "platform/system.h"
#include "share/rsync_call.h"

bool
share_scratch_make(const ShareAccess *access, char **path, Error *error)
{
	static int	number;
	const char *journal = access->config->journal_directory;
	char	   *folder = text_format("%s/share", journal);
	bool		good;

	*path = text_format("%s/scratch.%" PRId64 ".%d", folder, plat_process(),
						++number);
	good = plat_directory_private(journal, error) &&
		plat_directory_private(folder, error) &&
		plat_directory_remove(*path, error) &&
		plat_directory_new(*path, error);
	free(folder);
	if (!good)
	{
		free(*path);
		*path = NULL;
	}
	return good;
}

void
share_scratch_drop(char *path)
{
	Error		ignored = ERROR_NONE;

	if (path != NULL)
		plat_directory_remove(path, &ignored);
	error_free(&ignored);
	free(path);
}
