/*
 * check_deep.c
 *		A snapshot's databases in a server of its own, for trial.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/snapshot/trial.h"
#include "pg/statements.h"
#include "platform/cancel.h"

/* The restored rows become this site's, or an error tells why not. */
static bool
localize(PgConnection *connection, Error *error)
{
	char	   *state = NULL;
	bool		good = pg_run(connection, "SELECT qsrepl.localize()", PG_NONE,
							  error) &&
	pg_value(connection, "SELECT s.state FROM qsrepl.status s", PG_NONE,
			 &state, error);

	if (good && (state == NULL || strcmp(state, "local") != 0))
		good = error_set(error, NULL, NULL, "its state is \"%s\"",
						 state != NULL ? state : "");
	free(state);
	return good;
}

static bool
find_leaks(SnapshotTrial *trial, const SnapshotDatabase *database,
		   PgConnection *connection, Error *error)
{
	char	   *leaks = NULL;
	bool		good = pg_value(connection, "SELECT "
								"pg_catalog.string_agg(x, '; ') FROM (SELECT "
								"pg_catalog.concat_ws(' ', l.relation, "
								"l.\"column\", l.key, l.reason) FROM "
								"qsrepl.leaks() AS l LIMIT 3) AS s (x)",
								PG_NONE, &leaks, error);

	if (good && leaks != NULL)
		snapshot_found(trial->findings, SNAPSHOT_WRONG, "deep",
					   database->dump, "database \"%s\" keeps values of another "
					   "site: %s", database->name, leaks);
	else if (good)
		snapshot_found(trial->findings, SNAPSHOT_TOLD, "deep", database->dump,
					   "database \"%s\" was rewritten for site \"%s\", and no "
					   "value of another site is left", database->name,
					   trial->check->site->name);
	free(leaks);
	return good;
}

void
snapshot_trial_localize(SnapshotTrial *trial,
						const SnapshotDatabase *database)
{
	Error		error = ERROR_NONE;
	PgConnection *connection = scratch_connect(&trial->scratch, NULL,
											   database->name, &error);
	bool		has = false;
	bool		good = connection != NULL &&
	pg_has_extension(connection, &has, &error);

	if (good && has)
		good = localize(connection, &error) &&
			find_leaks(trial, database, connection, &error);
	else if (good)
		snapshot_found(trial->findings, SNAPSHOT_TOLD, "deep", database->dump,
					   trial->scratch.extension ?
					   "database \"%s\" was not rewritten for this site: its "
					   "dump has no extension qsrepl" :
					   "database \"%s\" was not rewritten for this site: the "
					   "extension qsrepl is not installed on this machine",
					   database->name);
	if (!good)
		snapshot_trial_error(trial, database, "could not be rewritten for this "
							 "site", &error);
	pg_close(connection);
}

static void
tell(const SnapshotTrial *trial, const char *what, const char *database)
{
	char	   *text;

	if (trial->check->tell == NULL)
		return;
	text = text_format("%s%s", what, database);
	trial->check->tell(trial->check->arg, text);
	free(text);
}

static void
try(SnapshotTrial *trial)
{
	for (size_t i = 0; i < trial->snapshot->n_databases &&
		 !plat_cancelled(); i++)
	{
		const SnapshotDatabase *database = &trial->snapshot->databases[i];

		tell(trial, "restoring for trial: ", database->name);
		if (!snapshot_trial_restore(trial, database))
			continue;
		snapshot_trial_count(trial, database);
		snapshot_trial_localize(trial, database);
	}
}

void
snapshot_check_deep(const SnapshotCheck *check, const Snapshot *snapshot,
					SnapshotFindings *findings)
{
	SnapshotTrial trial = {check, snapshot, findings, {check->config,
	check->site, NULL, NULL, NULL, false, NULL, {NULL}}
	};
	Error		error = ERROR_NONE;

	tell(&trial, "starting a server for trial", "");
	if (scratch_begin(&trial.scratch, &error))
		try(&trial);
	else
		snapshot_found(findings, SNAPSHOT_WRONG, "deep", "",
					   "there could be no trial: %s%s%s", error.message,
					   error.detail != NULL ? ": " : "",
					   error.detail != NULL ? error.detail : "");
	error_free(&error);
	if (plat_cancelled())
		snapshot_found(findings, SNAPSHOT_WRONG, "deep", "",
					   "the trial was interrupted");
	if (!scratch_end(&trial.scratch, &error))
		snapshot_found(findings, SNAPSHOT_WEAK, "deep", "",
					   "what the trial has made could not be removed: %s",
					   error.message);
	error_free(&error);
}
