/*
 * canary.c
 *		A small file that travels with a share's content.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "platform/cancel.h"
#include "platform/clock.h"
#include "share/external.h"

#define VERSION 1
#define SIZE_LIMIT 4096

/* How often the passive site is looked at: a look over ssh takes as long. */
#define LOOK_MS 200

/*
 * What replicates may take a file of the same size and second for the same
 * one, so blanks make each canary's size another one than its neighbours'.
 */
char *
share_canary_format(const ShareCanary *canary)
{
	json_t	   *object = json_pack("{s:i, s:s, s:s, s:I, s:I, s:I}",
								   "version", VERSION,
								   "share", canary->share,
								   "site", canary->site,
								   "epoch", (json_int_t) canary->epoch,
								   "number", (json_int_t) canary->number,
								   "time_ms", (json_int_t) canary->time_ms);
	char	   *json = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER);
	char	   *text = text_format("%s%*s\n", json, (int) (canary->number % 8),
								   "");

	json_decref(object);
	free(json);
	return text;
}

static bool
take_text(const json_t * object, const char *key, Arena *arena,
		  const char **text)
{
	const char *value = json_string_value(json_object_get(object, key));

	if (value == NULL)
		return false;
	*text = arena_strdup(arena, value);
	return true;
}

static bool
take_number(const json_t * object, const char *key, int64_t * number)
{
	const		json_t *value = json_object_get(object, key);

	*number = json_integer_value(value);
	return json_is_integer(value) && *number >= 0;
}

bool
share_canary_parse(const char *text, size_t len, Arena *arena,
				   ShareCanary *canary, Error *error)
{
	json_t	   *object = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	int64_t		version = 0;
	bool		good = json_is_object(object) &&
	take_number(object, "version", &version) &&
	take_text(object, "share", arena, &canary->share) &&
	take_text(object, "site", arena, &canary->site) &&
	take_number(object, "epoch", &canary->epoch) &&
	take_number(object, "number", &canary->number) &&
	take_number(object, "time_ms", &canary->time_ms);

	json_decref(object);
	if (version > VERSION)
		return error_set(error, NULL, "Use the version of qsrepl that has "
						 "written it.", "could not read the canary: its "
						 "version %ld is newer than this program",
						 (long) version);
	return good ||
		error_set(error, NULL, "Remove it; the next measurement writes it "
				  "anew.", "could not read the canary: file \"%s\" is damaged",
				  SHARE_CANARY);
}

bool
share_canary_read(const ShareAccess *access, ShareCanary *canary,
				  bool *there, Error *error)
{
	Text		content = {NULL, 0, 0};
	ShareThere	found;
	bool		good = access->backend->read(access, SHARE_CANARY, SIZE_LIMIT,
											 &content, &found, error);

	memset(canary, 0, sizeof(*canary));
	*there = good && found == SHARE_IS_THERE;
	if (good && found == SHARE_NO_ROOT)
		good = error_set(error, NULL, "Look whether it is mounted.",
						 "site \"%s\": the root \"%s\" of share \"%s\" is not "
						 "there", access->site->name, access->place,
						 access->share->name);
	if (*there)
		good = share_canary_parse(content.bytes != NULL ? content.bytes : "",
								  content.len, access->arena, canary, error);
	text_free(&content);
	if (good && *there && strcmp(canary->share, access->share->name) != 0)
		return error_set(error, NULL, "Look whether the right share is "
						 "mounted there.", "site \"%s\": the canary in \"%s\" "
						 "is of share \"%s\", not \"%s\"", access->site->name,
						 access->place, canary->share, access->share->name);
	return good;
}

/* Is there anything that speaks against this site's being the active one? */
static bool
may_send(const ShareAccess *active, const ShareCanary *old, int64_t epoch,
		 Error *error)
{
	if (old->epoch > epoch)
		return error_set(error, NULL, "Look at the roles of both sites.",
						 "site \"%s\": the canary of share \"%s\" has epoch "
						 "%" PRId64 ", the database %" PRId64,
						 active->site->name, active->share->name, old->epoch,
						 epoch);
	if (old->epoch == epoch && strcmp(old->site, active->site->name) != 0)
		return error_set(error, NULL, "Look whether the right share is "
						 "mounted there.", "site \"%s\": the canary of share "
						 "\"%s\" was written by site \"%s\" in the same epoch",
						 active->site->name, active->share->name, old->site);
	return true;
}

bool
share_canary_send(const ShareAccess *active, int64_t epoch,
				  ShareCanary *canary, Error *error)
{
	ShareCanary old;
	bool		there;
	char	   *text;
	bool		good;

	if (!share_canary_read(active, &old, &there, error) ||
		(there && !may_send(active, &old, epoch, error)))
		return false;
	old = (ShareCanary)
	{
		active->share->name, active->site->name, epoch, old.number + 1,
			plat_wall_ms()
	};
	text = share_canary_format(&old);
	good = active->backend->write(active, SHARE_CANARY, text, strlen(text),
								  error);
	free(text);
	if (good)
		*canary = old;
	return good;
}

static bool
has_come(const ShareCanary *seen, const ShareCanary *canary)
{
	return seen->epoch == canary->epoch && seen->number >= canary->number &&
		strcmp(seen->site, canary->site) == 0;
}

static bool
tell_late(const ShareAccess *passive, const ShareCanary *seen, bool there,
		  int64_t waited_ms, Error *error)
{
	Arena	   *arena = passive->arena;
	const char *detail = "There is no canary yet.";

	if (there)
		detail = arena_printf(arena, "What is there is number %" PRId64
							  " of site \"%s\", epoch %" PRId64 ", written "
							  "%" PRId64 " s ago.", seen->number, seen->site,
							  seen->epoch,
							  (plat_wall_ms() - seen->time_ms) / 1000);
	return error_set(error, detail, "Look whether the replication of the "
					 "share runs.", "site \"%s\": the canary of share \"%s\" "
					 "did not come within %" PRId64 " ms",
					 passive->site->name, passive->share->name, waited_ms);
}

bool
share_canary_await(const ShareAccess *passive, const ShareCanary *canary,
				   int64_t timeout_ms, int64_t * waited_ms, Error *error)
{
	int64_t		began = plat_clock_ms();
	ShareCanary seen;
	bool		there;

	for (;;)
	{
		bool		good = share_canary_read(passive, &seen, &there, error);

		*waited_ms = plat_clock_ms() - began;
		if (!good)
			return false;
		if (there && has_come(&seen, canary))
			return true;
		if (*waited_ms >= timeout_ms)
			return tell_late(passive, &seen, there, *waited_ms, error);
		if (!plat_sleep_ms(LOOK_MS))
			return error_set(error, NULL, NULL, "waiting for the canary of "
							 "share \"%s\" was interrupted",
							 passive->share->name);
	}
}
