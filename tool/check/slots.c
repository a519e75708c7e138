/*
 * slots.c
 *		Concerns: replication slots and subscriptions.
 */
#include "check/internal.h"

#include <string.h>

#include "base/units.h"

#define MEGABYTE (1024 * 1024)

/* Less than a segment or two: soon lost. */
#define SAFE_BYTES (64 * MEGABYTE)

static void
check_room(CheckRun *run, const char *object, const SiteSlot *slot)
{
	char		kept[UNITS_SIZE];
	char		safe[UNITS_SIZE];

	units_bytes(slot->kept_bytes > 0 ? slot->kept_bytes : 0, kept);
	units_bytes(slot->safe_bytes, safe);
	if (!slot->active)
		check_warn(run, object, "Start the standby, or drop the slot if it "
				   "is not to come back.",
				   "slot \"%s\" is not in use and keeps %s of log",
				   slot->name, kept);
	else if (slot->safe_bytes < 0)
		check_warn(run, object, "Set max_slot_wal_keep_size to what the disk "
				   "can hold.", "slot \"%s\" keeps log without a limit: a "
				   "standby that stays away fills the disk", slot->name);
	else if (slot->safe_bytes < SAFE_BYTES)
		check_warn(run, object, "Increase max_slot_wal_keep_size.",
				   "slot \"%s\" is lost after %s more of log", slot->name,
				   safe);
	else
		check_pass(run, object, "slot \"%s\" keeps %s, and may keep %s more",
				   slot->name, kept, safe);
}

static void
check_one_slot(CheckRun *run, const SiteSlot *slot)
{
	const char *object = check_site(run, run->active->site);
	const char *status = slot->wal_status != NULL ? slot->wal_status : "";

	if (strcmp(status, "lost") == 0)
		check_fail(run, CHECK_BOTH, object,
				   "Its standby needs a new base backup, and the slot has to "
				   "be dropped and made again.",
				   "slot \"%s\" is lost: log that it needs was removed",
				   slot->name);
	else if (strcmp(status, "unreserved") == 0)
		check_fail(run, CHECK_BOTH, object, "Let the standby catch up at "
				   "once, or increase max_slot_wal_keep_size.",
				   "slot \"%s\" is being lost: the next checkpoint removes "
				   "log that it needs", slot->name);
	else
		check_room(run, object, slot);
}

static void
check_has_slot(CheckRun *run, const SiteServer *standby)
{
	if (!check_is_standby(standby) || standby->receiver == NULL)
		return;
	if (standby->receiver_slot == NULL || standby->receiver_slot[0] == '\0')
		check_warn(run, check_site(run, standby->site),
				   "Set primary_slot_name to a slot of the active site.",
				   "it uses no slot: log that it still needs may be removed");
}

void
check_slots(CheckRun *run)
{
	if (run->active == NULL)
		return;
	for (size_t i = 0; i < run->active->n_slots; i++)
		check_one_slot(run, &run->active->slots[i]);
	if (run->config->mode == CONFIG_PHYSICAL)
		for (size_t i = 0; i < run->n; i++)
			check_has_slot(run, &run->servers[i]);
}
