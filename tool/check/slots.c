/*
 * slots.c
 *		Concerns: replication slots, who receives, and subscriptions.
 */
#include "check/internal.h"

#include <string.h>

#include "base/units.h"
#include "server/settings.h"

#define MEGABYTE (1024 * 1024)

/* Less than two segments: soon lost. */
#define SAFE_BYTES (32 * MEGABYTE)

/* In percent of what the slot may keep */
#define FILLING 50
#define NEARLY_LOST 80

static int
percent_used(const SiteSlot *slot)
{
	if (slot->safe_bytes < 0 || slot->kept_bytes <= 0)
		return 0;
	return (int) ((double) slot->kept_bytes * 100 /
				  ((double) slot->kept_bytes + (double) slot->safe_bytes));
}

static void
check_room(CheckRun *run, const char *object, const SiteSlot *slot)
{
	char		kept[UNITS_SIZE];
	char		safe[UNITS_SIZE];
	int			used = percent_used(slot);

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
	else if (used >= NEARLY_LOST || slot->safe_bytes < SAFE_BYTES)
		check_warn(run, object, "Let the standby catch up at once, or "
				   "increase max_slot_wal_keep_size.",
				   "slot \"%s\" is lost after %s more of log: %d %% of its "
				   "limit is used", slot->name, safe, used);
	else if (used >= FILLING)
		check_warn(run, object, "Look why the standby does not catch up.",
				   "slot \"%s\" keeps %s, %d %% of its limit, and may keep "
				   "%s more", slot->name, kept, used, safe);
	else
		check_pass(run, object, "slot \"%s\" keeps %s, and may keep %s more",
				   slot->name, kept, safe);
}

/* Is it of qsrepl's naming? */
static bool
is_ours(CheckRun *run, const SiteSlot *slot)
{
	const ConfigSite nobody = {.name = ""};
	const char *prefix = server_slot(run->config, &nobody,
									 &run->report->arena);

	return strncmp(slot->name, prefix, strlen(prefix)) == 0;
}

/* Has a passive site's server, or one of its databases, this slot's name? */
static bool
has_name_of(CheckRun *run, const ConfigSite *passive, const SiteSlot *slot)
{
	const Config *config = run->config;
	Arena	   *arena = &run->report->arena;

	if (config->mode == CONFIG_PHYSICAL)
		return strcmp(slot->name, server_slot(config, passive, arena)) == 0;
	for (size_t i = 0; i < config->databases.n; i++)
		if (strcmp(slot->name,
				   server_subscription(config, passive,
									   config->databases.words[i],
									   arena)) == 0)
			return true;
	return false;
}

/*
 * Slots are at the active site, one for each passive one.  Others of these
 * names are a run's that has not ended, or were left by one whose journal is
 * lost, or by another configuration.
 */
static bool
is_left(CheckRun *run, const SiteServer *server, const SiteSlot *slot)
{
	if (run->under_way || slot->active || !is_ours(run, slot))
		return false;
	for (size_t i = 0; server == run->active && i < run->n; i++)
		if (&run->servers[i] != run->active &&
			has_name_of(run, run->servers[i].site, slot))
			return false;
	return true;
}

static void
check_left_slot(CheckRun *run, const SiteServer *server,
				const SiteSlot *slot)
{
	char		kept[UNITS_SIZE];

	units_bytes(slot->kept_bytes > 0 ? slot->kept_bytes : 0, kept);
	check_warn(run, check_site(run, server->site),
			   arena_printf(&run->report->arena, "Where no move, setup or "
							"restore is under way or has stopped halfway at "
							"the other machine, drop it at site %s, which is "
							"refused while it is in use: SELECT "
							"pg_drop_replication_slot('%s');",
							server->site->name, slot->name),
			   "slot \"%s\" keeps %s of log for nobody: no site follows "
			   "site %s by it", slot->name, kept, server->site->name);
}

static void
check_left_slots(CheckRun *run, const SiteServer *server)
{
	for (size_t i = 0; i < server->n_slots; i++)
		if (is_left(run, server, &server->slots[i]))
			check_left_slot(run, server, &server->slots[i]);
}

static void
check_one_slot(CheckRun *run, const SiteSlot *slot)
{
	const char *object = check_site(run, run->active->site);
	const char *status = slot->wal_status != NULL ? slot->wal_status : "";

	if (is_left(run, run->active, slot))
		return;
	if (strcmp(status, "lost") == 0)
		check_fail(run, CHECK_BOTH, object,
				   "SELECT pg_drop_replication_slot(), then \"qsrepl setup "
				   "primary\" makes it again, and \"qsrepl setup standby\" "
				   "at its site a new base backup.",
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

static bool
has_slot(const SiteServer *server, const char *name)
{
	for (size_t i = 0; i < server->n_slots; i++)
		if (strcmp(server->slots[i].name, name) == 0)
			return true;
	return false;
}

/*
 * A receiver that asks for a slot which is not there ends at once and is
 * started again; between the two it says that it streams.
 */
static void
check_has_slot(CheckRun *run, const SiteServer *standby)
{
	if (!check_is_standby(standby) || standby->receiver == NULL)
		return;
	if (standby->receiver_slot != NULL && standby->receiver_slot[0] != '\0' &&
		!has_slot(run->active, standby->receiver_slot))
		check_fail(run, CHECK_SWITCHOVER, check_site(run, standby->site),
				   "\"qsrepl setup primary\" makes the slot again; or set "
				   "primary_slot_name to one that is there.",
				   "it asks site %s for slot \"%s\", which is not there",
				   run->active->site->name, standby->receiver_slot);
	else if (standby->receiver_slot == NULL || standby->receiver_slot[0] == '\0')
		check_warn(run, check_site(run, standby->site),
				   "Set primary_slot_name to a slot of the active site.",
				   "it uses no slot: log that it still needs may be removed");
}

void
check_slots(CheckRun *run)
{
	for (size_t i = 0; i < run->n; i++)
		check_left_slots(run, &run->servers[i]);
	if (run->active == NULL)
		return;
	for (size_t i = 0; i < run->active->n_slots; i++)
		check_one_slot(run, &run->active->slots[i]);
	if (run->config->mode == CONFIG_PHYSICAL)
		for (size_t i = 0; i < run->n; i++)
			check_has_slot(run, &run->servers[i]);
}

/* The site whose standby this sender serves, or NULL. */
static const SiteServer *
served(const CheckRun *run, const SiteSender *sender)
{
	const SiteServer *guess = NULL;

	for (size_t i = 0; i < run->n; i++)
	{
		const SiteServer *standby = &run->servers[i];
		const char *slot = standby->receiver_slot != NULL ?
		standby->receiver_slot : "";

		/* Its slot's name tells, even if it does not answer. */
		if (sender->slot != NULL &&
			strcmp(sender->slot, server_slot(run->config, standby->site,
											 &run->report->arena)) == 0)
			return standby;
		if (standby == run->active || !check_is_standby(standby) ||
			standby->receiver == NULL)
			continue;
		if (sender->slot != NULL ? strcmp(sender->slot, slot) == 0 :
			slot[0] == '\0')
			guess = standby;
	}
	return guess;
}

static void
check_one_sender(CheckRun *run, const SiteSender *sender)
{
	const SiteServer *standby = served(run, sender);
	const char *object = check_site(run, run->active->site);
	const char *from = sender->address != NULL ? sender->address :
	"the machine itself";
	const char *user = sender->user != NULL ? sender->user : "";

	if (standby == NULL)
		check_warn(run, object, "If it is a standby, add its site to the "
				   "configuration, or set it up anew after a switchover: "
				   "it does not follow by itself.",
				   "\"%s\" at %s receives the log as role \"%s\", and is "
				   "no site of the configuration", sender->name, from, user);
	else if (sender->super)
		check_warn(run, object, "Use the configuration's "
				   "\"replication_role\" in the standby's "
				   "primary_conninfo.",
				   "site %s replicates as superuser \"%s\"",
				   standby->site->name, user);
	else
		check_pass(run, object, "site %s replicates as role \"%s\"",
				   standby->site->name, user);
}

void
check_senders(CheckRun *run)
{
	for (size_t i = 0; run->active != NULL && i < run->active->n_senders; i++)
		if (run->active->senders[i].physical)
			check_one_sender(run, &run->active->senders[i]);
}
