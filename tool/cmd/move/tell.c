/*
 * tell.c
 *		What a move says at its end.
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/printable.h"
#include "cmd/documents.h"
#include "cmd/move/work.h"
#include "cmd/share/risk.h"

/* What holds then, which is not the same for all plans. */
static void
tell_aborted(const Move *move)
{
	if (strcmp(move->plan, "rejoin") == 0)
		printf("The run is ended. Site %s is not back as a standby; \"qsrepl "
			   "rejoin %s\" begins anew.\n", move->from->name,
			   move->from->name);
	else if (strcmp(move->plan, "failover") == 0)
		printf("All that the run had done is undone. Site %s stays "
			   "passive.\n", move->to->name);
	else
		printf("All that the run had done is undone. Site %s is active, as "
			   "before.\n", move->from->name);
}

static void
tell_text(const Move *move, PlanOutcome outcome)
{
	if (outcome == PLAN_ABORTED)
		tell_aborted(move);
	else if (strcmp(move->plan, "rejoin") == 0 && !move->rebuild &&
			 move->config.mode == CONFIG_PHYSICAL)
		printf("Site %s is a standby of site %s.\n", move->from->name,
			   move->to->name);
	else if (strcmp(move->plan, "maintenance-end") == 0)
		printf("Site %s follows site %s again.\n", move->to->name,
			   move->from->name);
	else if (strcmp(move->plan, "switchover") == 0 ||
			 strcmp(move->plan, "failover") == 0)
		printf("Site %s is active.\n", move->to->name);
	if (move->writable_ms >= 0)
		printf("Clients could write there %.2f s after the start.\n",
			   (double) move->writable_ms / 1000);
	if (move->notes.len > 0)
		printed("%s", move->notes.bytes);
}

/* What a failover has accepted to lose. */
static json_t *
risk_as_json(const Move *move)
{
	json_t	   *object = json_object();

	json_set_count(object, "known_bytes", move->risk->known_bytes);
	json_set_count(object, "most_bytes", move->risk->most_bytes);
	json_set_count(object, "most_transactions",
				   move->risk->most_transactions);
	json_object_set_new(object, "most_seconds", move->risk->most_seconds < 0 ?
						json_null() : json_real(move->risk->most_seconds));
	json_object_set_new(object, "shares", share_risks_as_json(&move->config, move->shares));
	return object;
}

static void
tell_json(const Move *move, PlanOutcome outcome)
{
	json_t	   *document = json_object();

	json_set_text(document, "plan", move->plan);
	json_set_text(document, "from", move->from->name);
	json_set_text(document, "to", move->to->name);
	json_set_text(document, "outcome", outcome == PLAN_ABORTED ? "aborted" :
				  move->incomplete ? "incomplete" : "done");
	json_object_set_new(document, "writable_ms", move->writable_ms < 0 ?
						json_null() :
						json_integer((json_int_t) move->writable_ms));
	if (move->risk != NULL)
		json_object_set_new(document, "risk", risk_as_json(move));
	json_set_text(document, "notes", move->notes.len > 0 ?
				  move->notes.bytes : "");
	documents_add(move->document, document);
}

void
move_tell(const Move *move, PlanOutcome outcome)
{
	if (move->request->json)
		tell_json(move, outcome);
	else
		tell_text(move, outcome);
}
