/*
 * share_mounts.c
 *		Concern: the file systems that the shares' roots are in.
 */
#include "check/share.h"

#include "base/units.h"
#include "platform/directory.h"
#include "platform/file.h"
#include "platform/mount.h"
#include "share/rights.h"

/* Less than this is too little in any case. */
#define LEAST_BYTES ((uint64_t) 1024 * 1024 * 1024)

#define ACL_HINT \
	"Copied files get the rights that their folder hands on. Where single " \
	"files have rights of their own, use method = robocopy."

/* A replica may be read-only by design: then a command makes it writable. */
static void
check_writable(const CheckShare *check, const ShareAccess *way,
			   const PlatMount *mount)
{
	const char *object = check_share_object(check, way->site);

	if (!plat_mount_has(mount, "ro"))
		return;
	if (check->share->replicated_by == CONFIG_REPLICATED_EXTERNALLY &&
		check->share->writable_command.n > 0)
		check_pass(check->run, object, "its root \"%s\" is mounted read-only; "
				   "writable_command is to change that", way->place);
	else
		check_fail(check->run, check_site_blocks(check->run, way->site),
				   object, "Mount it so that it can be written.",
				   "its root \"%s\" is mounted read-only", way->place);
}

static void
check_space(const CheckShare *check, const ShareAccess *way)
{
	const char *object = check_share_object(check, way->site);
	Error		error = ERROR_NONE;
	uint64_t	bytes = 0;
	char		text[UNITS_SIZE];

	if (!plat_free_space(way->place, &bytes, &error))
		check_warn(check->run, object, NULL, "free space is not known: %s",
				   error.message);
	else
	{
		units_bytes((int64_t) bytes, text);
		if (bytes < LEAST_BYTES)
			check_warn(check->run, object, "Make room; what is removed or "
					   "replaced is kept in the trash for trash_days.",
					   "its root's disk has %s left", text);
		else
			check_pass(check->run, object, "its root's disk has %s left",
					   text);
	}
	error_free(&error);
}

static void
check_mount(const CheckShare *check, const ShareAccess *way)
{
	CheckRun   *run = check->run;
	const char *object = check_share_object(check, way->site);
	Error		error = ERROR_NONE;
	PlatMount	mount;
	const char *why;

	if (!plat_mount_of(way->place, &run->report->arena, &mount, &error))
	{
		check_share_problem(check, way->site,
							check_site_blocks(run, way->site), &error);
		return;
	}
	check_writable(check, way, &mount);
	check_space(check, way);
	why = share_rights_lost(&mount);
	if (why != NULL && check->share->method == CONFIG_SHARE_RSYNC &&
		check->share->replicated_by == CONFIG_REPLICATED_BY_QSREPL)
		check_warn(run, object, ACL_HINT, "the rights that Windows gives to "
				   "single files are not copied: \"%s\" is %s", way->place,
				   why);
}

void
check_share_mounts(const CheckShare *check)
{
	for (size_t i = 0; i < check->run->n; i++)
		if (check->open[i] && check->ways[i].here)
			check_mount(check, &check->ways[i]);
}
