/*
 * share.c
 *		The content of file shares in "qsrepl status", by what this machine has
 *		recorded: a share is not asked, since a mount may hang.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/timestamp.h"
#include "base/units.h"
#include "cmd/status/print.h"

static bool
is_external(const StatusShare *share)
{
	return share->share->replicated_by == CONFIG_REPLICATED_EXTERNALLY;
}

void
status_read_shares(const Config *config, Arena *arena, SiteList *sites)
{
	sites->n_shares = config->n_shares;
	sites->shares = arena_alloc(arena, (config->n_shares + 1) *
								sizeof(StatusShare));
	for (size_t i = 0; i < config->n_shares; i++)
	{
		StatusShare *share = &sites->shares[i];
		Error		error = ERROR_NONE;

		share->share = &config->shares[i];
		share->there = share_record_read(config, share->share, arena,
										 &share->record, &share->there,
										 &error) && share->there;
		share->error = error.message != NULL ?
			arena_strdup(arena, error.message) : NULL;
		share->behind_ms = share->there && share->record.from != NULL ?
			share_behind_ms(&share->record.last) : -1;
		error_free(&error);
	}
}

/* Behind "Share qlik: " */
static void
add_last(const StatusShare *share, Text *out)
{
	const ShareRecord *record = &share->record;
	char		at[TIMESTAMP_SIZE];
	char		behind[UNITS_SIZE];

	if (share->behind_ms < 0)
	{
		text_add(out, "not synchronized yet\n");
		return;
	}
	timestamp_format(record->last.began_ms, at);
	units_seconds((double) share->behind_ms / 1000, behind);
	text_addf(out, "site %s has what site %s had at %s, %s ago%s\n",
			  record->to, record->from, at, behind, record->last.complete ?
			  "" : ", but for files that could not be copied");
}

void
status_shares_as_text(const SiteList *sites, Text *out)
{
	for (size_t i = 0; i < sites->n_shares; i++)
	{
		const StatusShare *share = &sites->shares[i];

		text_addf(out, "Share %s: ", share->share->name);
		if (share->error != NULL)
			text_addf(out, "%s\n", share->error);
		else if (!share->there && is_external(share))
			text_add(out, "replicated by another program\n");
		else if (!share->there)
			text_add(out, "not synchronized by this machine\n");
		else
			add_last(share, out);
		if (share->there && share->record.problem != NULL)
		{
			char		at[TIMESTAMP_SIZE];

			timestamp_format(share->record.tried_ms, at);
			text_addf(out, "  FAILED at %s: %s\n", at, share->record.problem);
		}
	}
}

static json_t *
as_json(const StatusShare *share)
{
	const ShareRecord *record = &share->record;
	json_t	   *object = json_object();
	bool		known = share->behind_ms >= 0;
	char		at[TIMESTAMP_SIZE];

	json_set_text(object, "name", share->share->name);
	json_set_text(object, "replicated_by", is_external(share) ? "external" :
				  "qsrepl");
	json_set_text(object, "error", share->error);
	json_set_text(object, "from", known ? record->from : NULL);
	json_set_text(object, "to", known ? record->to : NULL);
	if (known)
		timestamp_format(record->last.began_ms, at);
	json_set_text(object, "began", known ? at : NULL);
	json_object_set_new(object, "behind_seconds", known ?
						json_real((double) share->behind_ms / 1000) :
						json_null());
	json_object_set_new(object, "complete", known ?
						json_boolean(record->last.complete) : json_null());
	json_set_text(object, "problem", share->there ? record->problem : NULL);
	return object;
}

json_t *
status_shares_as_json(const SiteList *sites)
{
	json_t	   *list = json_array();

	for (size_t i = 0; i < sites->n_shares; i++)
		json_array_append_new(list, as_json(&sites->shares[i]));
	return list;
}
