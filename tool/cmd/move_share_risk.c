/*
 * move_share_risk.c
 *		What a failover would lose of the content of file shares, as far as the
 *		site that takes over can tell.
 *
 * Its marker says when content came last, its rows which files there should
 * be.  The lost site's share is not looked at: a mount of a lost file server
 * would not come back from that.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/timestamp.h"
#include "base/units.h"
#include "cmd/move_share.h"
#include "platform/clock.h"
#include "share/rows.h"
#include "share/verify.h"

/* What its own marker tells. */
static void
read_marker(Move *move, const ShareAccess *access, MoveShareRisk *risk)
{
	ShareMarker marker;
	ShareThere	there;
	Error		error = ERROR_NONE;

	if (!share_marker_read(access, &marker, &there, &error))
		risk->problem = arena_strdup(&move->arena, error.message);
	else if (there != SHARE_IS_THERE)
		risk->problem = there == SHARE_NO_ROOT ?
			"its root is not there" : "it was never synchronized";
	else if (strcmp(marker.site, move->to->name) != 0)
		risk->problem = arena_printf(&move->arena, "its marker is that of "
									 "site %s", marker.site);
	else if (marker.last.from == NULL)
		risk->problem = "it was never synchronized";
	else
	{
		/* As a source, it was at last what the other site got. */
		risk->since_ms = strcmp(marker.last.from, move->to->name) == 0 ?
			marker.last.ended_ms : marker.last.began_ms;
		risk->behind_ms = plat_wall_ms() - risk->since_ms;
		risk->incomplete = !marker.last.complete;
	}
	error_free(&error);
}

static void
take_kind(Move *move, const ShareRowKind *kind, MoveShareRisk *risk)
{
	size_t		n = 0;

	while (n < MOVE_SHARE_EXAMPLES && risk->examples[n] != NULL)
		n++;
	for (size_t i = 0; i < kind->missing && i < SHARE_EXAMPLES &&
		 n < MOVE_SHARE_EXAMPLES; i++)
		risk->examples[n++] = arena_strdup(&move->arena,
										   kind->examples[i].path);
	risk->missing += kind->missing;
	risk->older += kind->older;
}

static void
read_rows(Move *move, const ShareAccess *access, const SiteContent *content,
		  MoveShareRisk *risk)
{
	ShareList	list = SHARE_LIST_NONE;
	ShareRows	rows;
	Error		error = ERROR_NONE;

	if (content->error != NULL)
		risk->no_rows = content->error;
	else if (!share_access_list(access, &list, &error))
		risk->no_rows = arena_strdup(&move->arena, error.message);
	else
	{
		share_rows_judge(content, &list, access->rules,
						 share_root_of_rows(&move->config, access->share,
											move->to), &move->arena, &rows);
		take_kind(move, &rows.apps, risk);
		take_kind(move, &rows.references, risk);
		if (rows.apps.left_out != NULL && rows.references.left_out != NULL)
			risk->no_rows = arena_strdup(&move->arena, rows.apps.left_out);
	}
	share_list_free(&list);
	error_free(&error);
}

static void
read_one(Move *move, const ConfigShare *share, const SiteContent *content,
		 MoveShareRisk *risk)
{
	ShareAccess access;
	Error		error = ERROR_NONE;

	risk->share = share;
	risk->since_ms = risk->behind_ms = -1;
	if (move_share_access(move, share, move->to, &access, &error))
	{
		if (move_share_is_ours(share))
			read_marker(move, &access, risk);
		else
			risk->problem = "another program replicates it";
		read_rows(move, &access, content, risk);
	}
	else
		risk->problem = risk->no_rows = arena_strdup(&move->arena,
													 error.message);
	error_free(&error);
}

const MoveShareRisk *
move_share_risks(Move *move)
{
	MoveShareRisk *risks = arena_alloc(&move->arena,
									   (move->config.n_shares + 1) *
									   sizeof(MoveShareRisk));
	SiteContent content;

	memset(risks, 0, (move->config.n_shares + 1) * sizeof(MoveShareRisk));
	if (move->config.n_shares == 0)
		return risks;
	site_content_read(&move->config, move->to, SITE_CONTENT_FILES,
					  plat_clock_ms() + move->config.connect_timeout,
					  &move->arena, &content);
	for (size_t i = 0; i < move->config.n_shares; i++)
		read_one(move, &move->config.shares[i], &content, &risks[i]);
	return risks;
}

static void
describe_rows(const Move *move, const MoveShareRisk *risk, Text *text)
{
	if (risk->no_rows != NULL)
		text_addf(text, "\nIt is not known whether rows of site %s lack "
				  "their file: %s.", move->to->name, risk->no_rows);
	else if (risk->missing + risk->older == 0)
		text_addf(text, "\nAll rows of site %s have their file.",
				  move->to->name);
	else
		text_addf(text, "\nRows of site %s: %lu lack their file, and %lu have "
				  "an older one.", move->to->name,
				  (unsigned long) risk->missing,
				  (unsigned long) risk->older);
	for (size_t i = 0; i < MOVE_SHARE_EXAMPLES && risk->examples[i] != NULL;
		 i++)
		text_addf(text, "%s%s%s", i == 0 ? " Missing: " : ", ",
				  risk->examples[i], i + 1 < MOVE_SHARE_EXAMPLES &&
				  risk->examples[i + 1] != NULL ? "" :
				  risk->missing > i + 1 ? ", ..." : ".");
}

static void
describe_one(const Move *move, const MoveShareRisk *risk, Text *text)
{
	char		at[TIMESTAMP_SIZE];
	char		behind[UNITS_SIZE];

	if (risk->since_ms < 0)
		text_addf(text, "\nShare \"%s\": what site %s has changed and site %s "
				  "does not have is unknown: %s.", risk->share->name,
				  move->from->name, move->to->name, risk->problem);
	else
	{
		timestamp_format(risk->since_ms, at);
		units_seconds((double) risk->behind_ms / 1000, behind);
		text_addf(text, "\nShare \"%s\": what site %s has changed since %s, "
				  "for %s, is not at site %s.", risk->share->name,
				  move->from->name, at, behind, move->to->name);
	}
	if (risk->incomplete)
		text_add(text, "\nThe last synchronization could not copy all of it.");
	describe_rows(move, risk, text);
}

void
move_share_describe(const Move *move, const MoveShareRisk *risks, Text *text)
{
	for (size_t i = 0; i < move->config.n_shares; i++)
		describe_one(move, &risks[i], text);
}

bool
move_share_covered(const Move *move, const MoveShareRisk *risks, int64_t ms)
{
	for (size_t i = 0; i < move->config.n_shares; i++)
		if (risks[i].behind_ms < 0 || risks[i].behind_ms > ms ||
			risks[i].incomplete)
			return false;
	return true;
}

static json_t *
as_json(const MoveShareRisk *risk)
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
	json_set_text(object, "problem", risk->problem);
	json_set_count(object, "rows_without_file", risk->no_rows != NULL ? -1 :
				   (int64_t) risk->missing);
	json_set_count(object, "rows_with_older_file", risk->no_rows != NULL ?
				   -1 : (int64_t) risk->older);
	for (size_t i = 0; i < MOVE_SHARE_EXAMPLES && risk->examples[i] != NULL;
		 i++)
		json_array_append_new(examples, json_text(risk->examples[i]));
	json_object_set_new(object, "examples", examples);
	return object;
}

json_t *
move_share_as_json(const Move *move, const MoveShareRisk *risks)
{
	json_t	   *list = json_array();

	for (size_t i = 0; i < move->config.n_shares; i++)
		json_array_append_new(list, as_json(&risks[i]));
	return list;
}
