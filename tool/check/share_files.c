/*
 * share_files.c
 *		Concern: both shares' files, and rows with their files.
 */
#include "check/share.h"

#include "base/units.h"
#include "platform/clock.h"
#include "platform/directory.h"
#include "platform/file.h"
#include "share/verify.h"

/* For listing both shares; ms. */
#define LIST_MS 60000

static void
tell_lists(const CheckShare *check, const ShareVerify *verify)
{
	CheckRun   *run = check->run;
	const char *object = check_share_object(check, verify->sides[1].site);
	size_t		n = share_verify_differences(verify);
	char		oldest[UNITS_SIZE];

	units_seconds((double) verify->oldest_ms / 1000, oldest);
	if (n == 0)
		check_pass(run, object, "its %lu files are as those of site %s",
				   (unsigned long) verify->sides[1].list.files,
				   verify->sides[0].site->name);
	else if (verify->diff.counts[SHARE_NEWER] > 0)
		check_warn(run, object, "\"qsrepl share verify\" shows them.",
				   "%lu files are newer than at site %s",
				   (unsigned long) verify->diff.counts[SHARE_NEWER],
				   verify->sides[0].site->name);
	else if (verify->oldest_ms > (int64_t) check->share->age_warning)
		check_warn(run, object, "\"qsrepl share verify\" shows them.",
				   "%lu files or folders are not as at site %s, the first "
				   "since %s", (unsigned long) n,
				   verify->sides[0].site->name, oldest);
	else
		check_pass(run, object, "%lu files or folders are not yet as at site "
				   "%s", (unsigned long) n, verify->sides[0].site->name);
}

static void
tell_kind(const CheckShare *check, const ShareSide *side, const char *what,
		  const ShareRowKind *kind)
{
	CheckRun   *run = check->run;
	const char *object = check_share_object(check, side->site);

	if (kind->left_out != NULL)
		return;
	if (kind->missing > 0)
		check_warn(run, object, "\"qsrepl share verify\" shows them.",
				   "%lu of %lu %s lack their file, such as \"%s\"",
				   (unsigned long) kind->missing, (unsigned long) kind->rows,
				   what, kind->examples[0].path);
	else
		check_pass(run, object, "all %lu %s have their file",
				   (unsigned long) (kind->rows - kind->elsewhere), what);
}

/*
 * That a root of this machine is not there, or does not answer, is told with
 * its file system.
 */
static bool
is_told(const CheckShare *check, const ShareSide *side)
{
	size_t		i = (size_t) (side->site - check->run->config->sites);
	PlatFileInfo info;
	Error		ignored = ERROR_NONE;
	bool		there = !side->access.here ||
	(check->open[i] && share_local_answers(&side->access, &ignored) &&
	 plat_file_info(side->access.place, &info, &ignored) && info.exists);

	error_free(&ignored);
	return !there;
}

static void
tell_side(const CheckShare *check, const ShareSide *side)
{
	if (side->problem != NULL && !is_told(check, side))
		check_fail(check->run, check_site_blocks(check->run, side->site),
				   check_share_object(check, side->site), side->hint, "%s",
				   side->problem);
	if (!side->rows_known)
		return;
	tell_kind(check, side, "apps", &side->rows.apps);
	tell_kind(check, side, "pieces of static content",
			  &side->rows.references);
}

/* What is to be copied must fit. */
static void
tell_room(const CheckShare *check, const ShareVerify *verify)
{
	const ShareAccess *way = &verify->sides[1].access;
	Error		error = ERROR_NONE;
	uint64_t	free_bytes = 0;
	char		needed[UNITS_SIZE];

	if (way->here && plat_free_space(way->place, &free_bytes, &error) &&
		verify->diff.copy_bytes > free_bytes)
	{
		units_bytes((int64_t) verify->diff.copy_bytes, needed);
		check_fail(check->run, CHECK_SWITCHOVER,
				   check_share_object(check, way->site), "Make room.",
				   "%s are to be copied, and its disk has less left", needed);
	}
	error_free(&error);
}

void
check_share_files(const CheckShare *check, const SiteContent *contents)
{
	const ShareVerifyOrder order = {
		.config = check->run->config,.share = check->share,
		.end = plat_clock_ms() + LIST_MS,.contents = contents,
		.direction = &check->direction
	};
	ShareVerify verify;

	share_verify(&order, &verify);
	if (verify.compared && check->direction.from != NULL)
	{
		tell_lists(check, &verify);
		tell_room(check, &verify);
	}
	for (int i = 0; i < 2; i++)
		tell_side(check, &verify.sides[i]);
	share_verify_free(&verify);
}
