/*
 * risk.c
 *		What a failover would lose of the content of file shares, as far as the
 *		site that takes over can tell.
 *
 * Its marker says when content came last, or the last canary where something
 * else replicates; its rows say which files there should be.  The lost site's
 * share is not looked at: a mount of a lost file server would not come back from
 * that.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/timestamp.h"
#include "base/units.h"
#include "cmd/share/risk.h"
#include "platform/clock.h"
#include "share/external.h"
#include "share/rows.h"
#include "share/verify.h"

/* What its own marker tells. */
static void
read_marker(const ShareAccess *access, ShareRisk *risk)
{
	const ConfigSite *site = access->site;
	Arena	   *arena = access->arena;
	ShareMarker marker;
	ShareThere	there;
	Error		error = ERROR_NONE;

	if (!share_marker_read(access, &marker, &there, &error))
		risk->problem = arena_strdup(arena, error.message);
	else if (there != SHARE_IS_THERE)
		risk->problem = there == SHARE_NO_ROOT ?
			"its root is not there" : "it was never synchronized";
	else if (strcmp(marker.site, site->name) != 0)
		risk->problem = arena_printf(arena, "its marker is that of "
									 "site %s", marker.site);
	else if (strcmp(marker.share, access->share->name) != 0)
		risk->problem = arena_printf(arena, "its marker is that of share "
									 "\"%s\"", marker.share);
	else if (marker.last.from == NULL)
		risk->problem = "it was never synchronized";
	else
	{
		/* As a source, it was at last what the other site got. */
		risk->since_ms = strcmp(marker.last.from, site->name) == 0 ?
			marker.last.ended_ms : marker.last.began_ms;
		risk->behind_ms = plat_wall_ms() - risk->since_ms;
		risk->incomplete = !marker.last.complete;
	}
	error_free(&error);
}

/*
 * What the last canary tells that has come.  It is bound to no epoch: one of a
 * former epoch is older, and so the bound is only wider.
 */
static void
read_canary(const ShareAccess *access, ShareRisk *risk)
{
	const char *own = access->site->name;
	Arena	   *arena = access->arena;
	ShareCanary canary;
	bool		there;
	char		at[TIMESTAMP_SIZE];
	Error		error = ERROR_NONE;
	int64_t		now = plat_wall_ms();

	risk->by_canary = true;
	if (!share_canary_read(access, &canary, &there, &error))
		risk->problem = arena_strdup(arena, error.message);
	else if (!there)
		risk->problem = "another program replicates it, and no canary has "
			"come";
	else if (strcmp(canary.site, own) == 0)
		risk->problem = arena_printf(arena, "another program replicates it, "
									 "and the last canary is that of site %s "
									 "itself", own);
	else if (canary.time_ms > now)
	{
		timestamp_format(canary.time_ms, at);
		risk->problem = arena_printf(arena, "by the clock of this machine its "
									 "last canary was written in the future, "
									 "at %s", at);
	}
	else
	{
		risk->since_ms = canary.time_ms;
		risk->behind_ms = now - canary.time_ms;
	}
	error_free(&error);
}

static void
take_kind(const ShareRowKind *kind, Arena *arena, ShareRisk *risk)
{
	size_t		n = 0;

	while (n < SHARE_RISK_EXAMPLES && risk->examples[n] != NULL)
		n++;
	for (size_t i = 0; i < kind->missing && i < SHARE_EXAMPLES &&
		 n < SHARE_RISK_EXAMPLES; i++)
		risk->examples[n++] = arena_strdup(arena,
										   kind->examples[i].path);
	risk->missing += kind->missing;
	risk->older += kind->older;
}

static void
read_rows(const ShareAccess *access, const SiteContent *content,
		  ShareRisk *risk)
{
	Arena	   *arena = access->arena;
	ShareList	list;
	ShareRows	rows;
	Error		error = ERROR_NONE;

	memset(&list, 0, sizeof(list));
	if (content->error != NULL)
		risk->no_rows = content->error;
	else if (!share_access_list(access, &list, &error))
		risk->no_rows = arena_strdup(arena, error.message);
	else
	{
		share_rows_judge(content, &list, access->rules,
						 share_root_of_rows(access->config, access->share,
											access->site), arena, &rows);
		take_kind(&rows.apps, arena, risk);
		take_kind(&rows.references, arena, risk);
		if (rows.apps.left_out != NULL && rows.references.left_out != NULL)
			risk->no_rows = arena_strdup(arena, rows.apps.left_out);
	}
	share_list_free(&list);
	error_free(&error);
}

static void
read_one(const Config *config, const ConfigShare *share,
		 const SiteContent *content, Arena *arena, ShareRisk *risk)
{
	ShareRules *rules = arena_alloc(arena, sizeof(ShareRules));
	ShareAccess access;
	Error		error = ERROR_NONE;

	risk->share = share;
	risk->since_ms = risk->behind_ms = -1;
	share_rules_make(share, arena, rules);
	if (share_access_open(config, share, content->site, rules, arena, &access,
						  &error))
	{
		if (share->replicated_by == CONFIG_REPLICATED_BY_QSREPL)
			read_marker(&access, risk);
		else
			read_canary(&access, risk);
		read_rows(&access, content, risk);
	}
	else
		risk->problem = risk->no_rows = arena_strdup(arena, error.message);
	error_free(&error);
}

const ShareRisk *
share_risks_read(const Config *config, const ConfigSite *site, Arena *arena)
{
	size_t		size = (config->n_shares + 1) * sizeof(ShareRisk);
	ShareRisk  *risks = arena_alloc(arena, size);
	SiteContent content;

	memset(risks, 0, size);
	if (config->n_shares == 0)
		return risks;
	site_content_read(config, site, SITE_CONTENT_FILES,
					  plat_clock_ms() + config->connect_timeout, arena,
					  &content);
	content.site = site;
	for (size_t i = 0; i < config->n_shares; i++)
		read_one(config, &config->shares[i], &content, arena, &risks[i]);
	return risks;
}

static void
describe_since(const ShareRisk *risk, const ConfigSite *from,
			   const ConfigSite *site, Text *text)
{
	char		at[TIMESTAMP_SIZE];
	char		behind[UNITS_SIZE];

	timestamp_format(risk->since_ms, at);
	units_seconds((double) risk->behind_ms / 1000, behind);
	text_addf(text, "Share \"%s\": what site %s has changed since %s, for %s, "
			  "%s at site %s.", risk->share->name, from->name, at, behind,
			  risk->by_canary ? "may not be" : "is not", site->name);
	if (risk->by_canary)
		text_add(text, "\nThat is when the last canary was written that has "
				 "come there. What replicates the share may bring a large "
				 "file later than a canary.");
}

static void
describe_rows(const ShareRisk *risk, const ConfigSite *site, Text *text)
{
	if (risk->no_rows != NULL)
		text_addf(text, "\nIt is not known whether rows of site %s lack "
				  "their file: %s.", site->name, risk->no_rows);
	else if (risk->missing + risk->older == 0)
		text_addf(text, "\nAll rows of site %s have their file.",
				  site->name);
	else
		text_addf(text, "\nRows of site %s: %lu lack their file, and %lu have "
				  "an older one.", site->name,
				  (unsigned long) risk->missing,
				  (unsigned long) risk->older);
	for (size_t i = 0; i < SHARE_RISK_EXAMPLES && risk->examples[i] != NULL;
		 i++)
		text_addf(text, "%s%s%s", i == 0 ? " Missing: " : ", ",
				  risk->examples[i], i + 1 < SHARE_RISK_EXAMPLES &&
				  risk->examples[i + 1] != NULL ? "" :
				  risk->missing > i + 1 ? ", ..." : ".");
}

void
share_risk_describe(const ShareRisk *risk, const ConfigSite *from,
					const ConfigSite *site, Text *text)
{
	if (risk->since_ms < 0)
		text_addf(text, "Share \"%s\": what site %s has changed and site %s "
				  "does not have is unknown: %s.", risk->share->name,
				  from->name, site->name, risk->problem);
	else
		describe_since(risk, from, site, text);
	if (risk->incomplete)
		text_add(text, "\nThe last synchronization could not copy all of it.");
	describe_rows(risk, site, text);
}

bool
share_risks_covered(const Config *config, const ShareRisk *risks, int64_t ms)
{
	for (size_t i = 0; i < config->n_shares; i++)
		if (risks[i].behind_ms < 0 || risks[i].behind_ms > ms ||
			risks[i].incomplete)
			return false;
	return true;
}

static json_t *
as_json(const ShareRisk *risk)
{
	json_t	   *object = json_object();
	json_t	   *examples = json_array();
	char		at[TIMESTAMP_SIZE];

	if (risk->since_ms >= 0)
		timestamp_format(risk->since_ms, at);
	json_set_text(object, "name", risk->share->name);
	json_set_text(object, "since", risk->since_ms >= 0 ? at : NULL);
	json_object_set_new(object, "behind_seconds", risk->behind_ms < 0 ?
						json_null() :
						json_real((double) risk->behind_ms / 1000));
	json_object_set_new(object, "complete", json_boolean(!risk->incomplete));
	json_set_text(object, "known_by", risk->since_ms < 0 ? NULL :
				  risk->by_canary ? "canary" : "marker");
	json_set_text(object, "problem", risk->problem);
	json_set_count(object, "rows_without_file", risk->no_rows != NULL ? -1 :
				   (int64_t) risk->missing);
	json_set_count(object, "rows_with_older_file", risk->no_rows != NULL ?
				   -1 : (int64_t) risk->older);
	for (size_t i = 0; i < SHARE_RISK_EXAMPLES && risk->examples[i] != NULL;
		 i++)
		json_array_append_new(examples, json_text(risk->examples[i]));
	json_object_set_new(object, "examples", examples);
	return object;
}

json_t *
share_risks_as_json(const Config *config, const ShareRisk *risks)
{
	json_t	   *list = json_array();

	for (size_t i = 0; i < config->n_shares; i++)
		json_array_append_new(list, as_json(&risks[i]));
	return list;
}
