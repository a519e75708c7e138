/*
 * scratch.c
 *		Directories for what rsync brings from elsewhere, or takes there.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "platform/directory.h"
#include "platform/private.h"
#include "platform/system.h"
#include "share/rsync_call.h"

#define PREFIX "scratch."

/* What a run has left that was killed. */
static bool
is_left(const char *name)
{
	char	   *end;
	int64_t		process;

	if (strncmp(name, PREFIX, strlen(PREFIX)) != 0)
		return false;
	process = strtoll(name + strlen(PREFIX), &end, 10);
	return end[0] == '.' && process > 0 && !plat_process_runs(process);
}

void
share_scratch_sweep(const Config *config)
{
	char	   *folder = text_format("%s/share", config->journal_directory);
	PlatNames	names = {NULL, 0};
	Error		ignored = ERROR_NONE;

	plat_directory_list(folder, &names, &ignored);
	for (size_t i = 0; i < names.count; i++)
	{
		char	   *path = text_format("%s/%s", folder, names.names[i]);

		error_free(&ignored);
		if (is_left(names.names[i]))
			plat_directory_remove(path, &ignored);
		free(path);
	}
	plat_names_free(&names);
	error_free(&ignored);
	free(folder);
}

bool
share_scratch_make(const ShareAccess *access, char **path, Error *error)
{
	static int	number;
	const char *journal = access->config->journal_directory;
	char	   *folder = text_format("%s/share", journal);
	bool		good;

	*path = text_format("%s/" PREFIX "%" PRId64 ".%d", folder, plat_process(),
						++number);
	good = plat_directory_private(journal, error) &&
		plat_directory_private(folder, error) &&
		plat_directory_remove(*path, error) &&
		plat_directory_new(*path, error);
	/* Once a run will do. */
	if (good && number == 1)
		share_scratch_sweep(access->config);
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
