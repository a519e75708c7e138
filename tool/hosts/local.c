/*
 * local.c
 *		Access: a file of this machine.
 */
#include "hosts/internal.h"
#include "platform/file.h"

bool
hosts_local_read(const HostsFinding *finding, Text *content, Error *error)
{
	PlatFileInfo info;

	/* One that is not there is as good as an empty one. */
	return plat_file_info(finding->path, &info, error) &&
		(!info.exists ||
		 plat_file_read(finding->path, HOSTS_BYTES_MAX, content, error));
}

bool
hosts_local_write(const HostsFinding *finding, Arena *arena, Error *error)
{
	const Text *content = &finding->content;
	const Text *result = &finding->result;

	return (content->len == 0 ||
			plat_file_write(arena_printf(arena, "%s%s", finding->path,
										 HOSTS_BACKUP), content->bytes,
							content->len, false, error)) &&
		plat_file_write(finding->path, result->bytes, result->len, false,
						error);
}
