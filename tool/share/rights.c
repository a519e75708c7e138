/*
 * rights.c
 *		Whether a file system keeps the rights that Windows gives to files.
 */
#include "share/rights.h"

#include <stddef.h>
#include <string.h>

const char *
share_rights_lost(const PlatMount *mount)
{
	static const char *const without[] = {
		"vfat", "msdos", "exfat", "fuseblk", "9p", "nfs", "nfs4", "vboxsf",
		"iso9660", "ramfs"
	};

	if (strcmp(mount->type, "cifs") == 0 || strcmp(mount->type, "smb3") == 0)
		return plat_mount_has(mount, "cifsacl") ? NULL :
			"a mount of a Windows share without the option cifsacl";
	if (plat_mount_has(mount, "noacl"))
		return "mounted with noacl";
	for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++)
		if (strcmp(mount->type, without[i]) == 0)
			return "a file system that keeps no such rights";
	return NULL;
}
