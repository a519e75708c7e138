/*
 * direction.h
 *		From which site to which a share's content goes: told by the databases
 *		and the markers, never by an argument.
 */
#ifndef SHARE_DIRECTION_H
#define SHARE_DIRECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/config.h"
#include "share/access.h"
#include "share/marker.h"
#include "site/server.h"
#include "site/status.h"

typedef struct ShareDirection
{
	const ConfigSite *from;		/* the active site */
	const ConfigSite *to;		/* its standby or subscriber */
	int64_t		epoch;
} ShareDirection;

typedef enum ShareVerdict
{
	SHARE_AGREED,
	SHARE_REFUSED,				/* what was found does not let it */
	SHARE_SILENT				/* it could not be found out */
} ShareVerdict;

/*
 * share_direction_judge
 *		What both sites' databases say together.
 *
 * in:     servers, statuses: one element for each site of the configuration
 * errors: each reason has a message of its own: a silent site, two active
 *         ones, none, another's standby, a fenced one, epochs that differ
 */
extern ShareVerdict share_direction_judge(const Config *config,
										  const SiteServer *servers,
										  const SiteStatus *statuses,
										  ShareDirection *direction,
										  Error *error);

/* Ask both sites, and judge. */
extern ShareVerdict share_direction_find(const Config *config, Arena *arena,
										 ShareDirection *direction,
										 Error *error);

/* Both roots' markers, as they were found. */
typedef struct ShareMarkers
{
	ShareMarker source;
	ShareMarker target;
	ShareThere	source_there;
	ShareThere	target_there;
} ShareMarkers;

/*
 * share_markers_read, share_markers_judge
 *		Read both, and compare them with the direction.
 *
 * in:     initial: what is missing or stale is no reason to refuse
 * out:    *write_source, *write_target: these are to be written: the source's
 *         only where initial; the target's also where it is of a former epoch
 */
extern bool share_markers_read(const ShareAccess *source,
							   const ShareAccess *target,
							   ShareMarkers *markers, Error *error);
extern ShareVerdict share_markers_judge(const ShareDirection *direction,
										const ShareAccess *source,
										const ShareAccess *target,
										const ShareMarkers *markers,
										bool initial, bool *write_source,
										bool *write_target, Error *error);

#endif							/* SHARE_DIRECTION_H */
