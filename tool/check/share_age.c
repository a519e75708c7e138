/*
 * share_age.c
 *		Concern: the shares' markers, and how old the passive content is.
 */
#include "check/share.h"

#include <inttypes.h>

#include "base/units.h"
#include "platform/clock.h"
#include "share/external.h"
#include "share/marker.h"
#include "share/record.h"

static const ShareAccess *
way_of(const CheckShare *check, const ConfigSite *site)
{
	size_t		i = (size_t) (site - check->run->config->sites);

	return check->open[i] ? &check->ways[i] : NULL;
}

static bool
is_old(const CheckShare *check, int64_t ms)
{
	return ms < 0 || ms > (int64_t) check->share->age_warning;
}

static void
tell_last(const CheckShare *check, const ShareLast *last)
{
	const char *object = check_share_object(check, check->direction.to);
	int64_t		behind = share_behind_ms(last);
	char		age[UNITS_SIZE];

	units_seconds((double) behind / 1000, age);
	if (last->from == NULL)
		check_warn(check->run, object, "\"qsrepl share sync\" copies it.",
				   "its content was never synced");
	else if (is_old(check, behind))
		check_warn(check->run, object, "\"qsrepl share sync --watch\" keeps it "
				   "up to date; age_warning says what is too old.",
				   "its content is as the active site's was %s ago", age);
	else if (!last->complete)
		check_warn(check->run, object, "\"qsrepl share sync\" says which.",
				   "the last sync, %s ago, could not copy some files", age);
	else
		check_pass(check->run, object, "its content is as the active site's "
				   "was %s ago", age);
}

/* What this machine's last attempt has come to. */
static void
tell_record(const CheckShare *check)
{
	ShareRecord record;
	Error		error = ERROR_NONE;
	bool		there = false;

	if (share_record_read(check->run->config, check->share,
						  &check->run->report->arena, &record, &there,
						  &error) && there && record.problem != NULL)
		check_warn(check->run, check_share_object(check, check->direction.to),
				   NULL, "the last sync from this machine has failed: %s",
				   record.problem);
	error_free(&error);
}

void
check_share_markers(const CheckShare *check)
{
	const ShareAccess *source = way_of(check, check->direction.from);
	const ShareAccess *target = way_of(check, check->direction.to);
	ShareMarkers markers;
	Error		error = ERROR_NONE;
	bool		write_source;
	bool		write_target;

	if (source == NULL || target == NULL)
		return;
	if (!share_markers_read(source, target, &markers, &error) ||
		share_markers_judge(&check->direction, source,
							target, &markers, false, &write_source,
							&write_target, &error) != SHARE_AGREED)
		check_share_problem(check, NULL, CHECK_SWITCHOVER, &error);
	else
		check_pass(check->run, check_share_object(check,
												  check->direction.from),
				   "both markers say that its content goes to site %s",
				   check->direction.to->name);
	if (markers.target_there == SHARE_IS_THERE)
		tell_last(check, &markers.target.last);
	tell_record(check);
}

/* A canary that has not come though it was sent long ago. */
static void
tell_canaries(const CheckShare *check, const ShareCanary *sent,
			  const ShareCanary *come, bool is_come)
{
	const char *object = check_share_object(check, check->direction.to);
	int64_t		age = plat_wall_ms() - (is_come ? come : sent)->time_ms;
	char		text[UNITS_SIZE];

	units_seconds(age > 0 ? (double) age / 1000 : 0, text);
	if (is_come && !is_old(check, age))
		check_pass(check->run, object, "the canary of %s ago has come", text);
	else if (is_come && come->number >= sent->number)
		check_warn(check->run, object, "\"qsrepl share sync\" measures it.",
				   "how long its replication takes was measured %s ago",
				   text);
	else
		check_warn(check->run, object, "Look whether the replication of the "
				   "share runs.", is_come ? "the last canary that has come is "
				   "%s old, and a newer one was sent" :
				   "the canary of %s ago has not come", text);
}

void
check_share_canary(const CheckShare *check)
{
	const ShareAccess *active = way_of(check, check->direction.from);
	const ShareAccess *passive = way_of(check, check->direction.to);
	ShareCanary sent;
	ShareCanary come;
	bool		is_sent;
	bool		is_come;
	Error		error = ERROR_NONE;

	if (active == NULL || passive == NULL)
		return;
	if (!share_canary_read(active, &sent, &is_sent, &error))
		check_share_problem(check, check->direction.from, CHECK_SWITCHOVER,
							&error);
	else if (!share_canary_read(passive, &come, &is_come, &error))
		check_share_problem(check, check->direction.to, CHECK_BOTH, &error);
	else if (is_sent)
		tell_canaries(check, &sent, &come, is_come);
	else
		check_warn(check->run, check_share_object(check, check->direction.to),
				   "\"qsrepl share sync\" measures it.",
				   "how long its replication takes was never measured");
}
