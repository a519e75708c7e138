/*
 * localize.c
 *		The steps that make the restored rows those of the site, and look
 *		whether they are: in the databases beside, before anybody sees them.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/define.h"
#include "cmd/restore/work.h"
#include "pg/statements.h"

typedef bool (*EachFresh) (Restore *restore, const RestoreDatabase *database,
						   PgConnection *connection, Error *error);

static bool
each(Restore *restore, EachFresh function, PlanProgress *progress,
	 Error *error)
{
	bool		good = true;

	for (size_t i = 0; good && i < restore->n_databases; i++)
	{
		const RestoreDatabase *database = &restore->databases[i];
		PgConnection *connection;

		plan_progress(progress, "database %s", database->name);
		connection = restore_connect(restore, database->fresh, error);
		good = connection != NULL &&
			function(restore, database, connection, error);
		pg_close(connection);
		if (!good && error->message != NULL)
			error_take_message(error, text_format("database \"%s\": %s",
												  database->name,
												  error->message));
	}
	return good;
}

static bool
is_known(PgConnection *connection, const SnapshotShare *share, Error *error)
{
	bool		known = false;

	return pg_ask(connection, "SELECT EXISTS (SELECT FROM qsrepl.mapping_value "
				  "v WHERE pg_catalog.lower(v.value) = pg_catalog.lower("
				  "qsrepl._normalize('path', $1)))",
				  PG_PARAMETERS(share->root), &known, error) && known;
}

/*
 * A folder of the Snapshots tool has the share's UNC path, which the mappings
 * may not have any more: what the rows are spelled for.  It is an alias of the
 * other site's value, so that it is foreign here.
 */
static bool
add_alias(Restore *restore, PgConnection *connection, Error *error)
{
	const Config *config = &restore->move.config;
	const SnapshotShare *share = restore->snapshot.n_shares > 0 ?
	&restore->snapshot.shares[0] : NULL;
	const char *mapping = NULL;
	const ConfigSite *other = config_other_site(config, restore->site);

	if (share == NULL || share->root == NULL)
		return true;
	if (is_known(connection, share, error))
		return true;
	for (size_t i = 0; mapping == NULL && i < config->n_shares; i++)
		mapping = config->shares[i].mapping;
	if (error->message != NULL || mapping == NULL)
		return error->message == NULL;
	return pg_run(connection, "SELECT qsrepl.add_alias($1, $2, $3)",
				  PG_PARAMETERS(mapping, other->name, share->root), error);
}

/* How often the role has moved is told by the database that is replaced. */
static bool
keep_epoch(Restore *restore, const RestoreDatabase *database,
		   PgConnection *connection, Error *error)
{
	RestoreFound found;
	PgConnection *old;
	char	   *epoch = NULL;
	bool		good = true;
	bool		has = false;

	if (!restore_look(restore, database->name, &found, error))
		return false;
	if (!found.exists)
		return true;
	old = restore_connect(restore, database->name, error);
	good = old != NULL && pg_has_extension(old, &has, error) &&
		(!has || pg_value(old, "SELECT max(epoch) FROM qsrepl.state", PG_NONE,
						  &epoch, error));
	if (good && epoch != NULL)
		good = pg_run(connection, "UPDATE qsrepl.state SET epoch = "
					  "greatest(epoch, $1::pg_catalog.int8)",
					  PG_PARAMETERS(epoch), error);
	free(epoch);
	pg_close(old);
	return good;
}

static bool
check_local(PgConnection *connection, Error *error)
{
	char	   *state = NULL;
	bool		good = pg_value(connection, "SELECT qsrepl._state_word()",
								PG_NONE, &state, error);

	if (good && (state == NULL || strcmp(state, "local") != 0))
		good = error_set(error, NULL, NULL, "the rows could not be rewritten: "
						 "the state is \"%s\"", state != NULL ? state : "");
	free(state);
	return good;
}

static bool
localize(Restore *restore, const RestoreDatabase *database,
		 PgConnection *connection, Error *error)
{
	const Config *config = &restore->move.config;

	return define_extension(connection, error) &&
		define_mappings(config, connection, error) &&
		add_alias(restore, connection, error) &&
		define_profile(config, connection, error) &&
		pg_run(connection, "SELECT qsrepl.localize()", PG_NONE, error) &&
		check_local(connection, error) &&
		keep_epoch(restore, database, connection, error) &&
		pg_run(connection, "ANALYZE", PG_NONE, error);
}

/* Without a state row nobody rewrites anything, which a check warns of. */
static bool
leave(Restore *restore, const RestoreDatabase *database,
	  PgConnection *connection, Error *error)
{
	bool		has;

	(void) restore;
	(void) database;
	return pg_has_extension(connection, &has, error) &&
		(!has || pg_run(connection, "DELETE FROM qsrepl.state", PG_NONE,
						error)) &&
		pg_run(connection, "ANALYZE", PG_NONE, error);
}

bool
restore_localize_run(void *context, PlanProgress *progress, Error *error)
{
	Restore    *restore = context;

	return each(restore, restore->request->keep_values ? leave : localize,
				progress, error);
}

/* One foreign value is one too many: it would lead to the other site. */
static bool
count_leaks(Restore *restore, const RestoreDatabase *database,
			PgConnection *connection, Error *error)
{
	char	   *examples = NULL;
	bool		good = pg_value(connection, "SELECT pg_catalog.string_agg(x, "
								"'; ') FROM (SELECT pg_catalog.concat_ws(' ', "
								"l.relation, l.\"column\", l.key, l.reason) "
								"FROM qsrepl.leaks() AS l LIMIT 3) AS s (x)",
								PG_NONE, &examples, error);

	if (good && examples != NULL && restore->request->force)
		text_addf(&restore->move.notes, "Warning: database %s has stored "
				  "values of another site: SELECT * FROM qsrepl.leaks() lists "
				  "them. Passed over by --force.\n", database->name);
	else if (good && examples != NULL)
		good = error_set(error, examples, "Give the other site's values their "
						 "mappings, or --force.",
						 "values of another site are left in its rows");
	free(examples);
	return good;
}

bool
restore_leaks_run(void *context, PlanProgress *progress, Error *error)
{
	return each(context, count_leaks, progress, error);
}
