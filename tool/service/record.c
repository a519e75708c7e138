/*
 * record.c
 *		Start types and recovery actions that services had, in qsrepl.service
 *		of the first database.
 *
 * Written is it wherever a database takes writes; a standby gets it by
 * replication, and in logical mode both sites have it of their own.  So it
 * survives the loss of either site's machines, and it is as new as the rest.
 */
#include <stdlib.h>
#include <string.h>

#include "pg/query.h"
#include "platform/clock.h"
#include "service/internal.h"
#include "site/connect.h"

/* Row triggers of replication do not matter here: it is written as is. */
#define STORE \
	"INSERT INTO qsrepl.service AS s (node, service, start, recovery) " \
	"VALUES ($1, $2, $3, $4) ON CONFLICT (node, service) DO UPDATE SET " \
	"start = EXCLUDED.start, recovery = EXCLUDED.recovery, " \
	"recorded = EXCLUDED.recorded"

#define FORGET \
	"DELETE FROM qsrepl.service WHERE node OPERATOR(pg_catalog.=) $1 AND " \
	"service OPERATOR(pg_catalog.=) $2"

#define READ \
	"SELECT node, service, start, recovery, " \
	"extract(epoch FROM recorded)::pg_catalog.text FROM qsrepl.service " \
	"ORDER BY node, service"

/* Whatever the server's setting is; not waiting for another server. */
#define DURABLY \
	"SELECT pg_catalog.set_config('synchronous_commit', 'local', true)"

/* The databases of a superuser are read-only where they are standbys. */
#define WRITES "SELECT NOT pg_catalog.pg_is_in_recovery()"

typedef struct Reading
{
	ServiceOriginals *originals;
	double	   *recorded;		/* of each, seconds since 1970 */
	Arena	   *arena;
} Reading;

static PgConnection *
connect(const Config *config, size_t site, Error *error)
{
	return site_connect(config, &config->sites[site],
						config->databases.words[0],
						plat_clock_ms() + config->connect_timeout, error);
}

static ServiceOriginal *
find(ServiceOriginals *originals, const char *node, const char *service)
{
	for (size_t i = 0; i < originals->n; i++)
		if (strcmp(originals->list[i].node, node) == 0 &&
			strcmp(originals->list[i].service, service) == 0)
			return &originals->list[i];
	return NULL;
}

static ServiceOriginal *
add(Reading *reading)
{
	ServiceOriginals *originals = reading->originals;
	size_t		n = originals->n;
	ServiceOriginal *list = arena_alloc(reading->arena,
										(n + 1) * sizeof(ServiceOriginal));
	double	   *recorded = arena_alloc(reading->arena,
									   (n + 1) * sizeof(double));

	if (n > 0)
	{
		memcpy(list, originals->list, n * sizeof(ServiceOriginal));
		memcpy(recorded, reading->recorded, n * sizeof(double));
	}
	originals->list = list;
	reading->recorded = recorded;
	return &list[originals->n++];
}

/* The newest of what the sites have. */
static bool
take_row(void *arg, const PgRow *row, Error *error)
{
	Reading    *reading = arg;
	Arena	   *arena = reading->arena;
	const char *recovery = pg_row_text(row, 3);
	double		recorded = strtod(pg_row_text(row, 4), NULL);
	ServiceOriginal *known = find(reading->originals, pg_row_text(row, 0),
								  pg_row_text(row, 1));
	size_t		at;

	(void) error;
	if (known == NULL)
		known = add(reading);
	else if (reading->recorded[known - reading->originals->list] >= recorded)
		return true;
	at = (size_t) (known - reading->originals->list);
	known->node = arena_strdup(arena, pg_row_text(row, 0));
	known->service = arena_strdup(arena, pg_row_text(row, 1));
	known->start = arena_strdup(arena, pg_row_text(row, 2));
	known->recovery = recovery != NULL ? arena_strdup(arena, recovery) : NULL;
	reading->recorded[at] = recorded;
	return true;
}

/* A site that does not answer is passed over, unless all are silent. */
bool
service_record_read(const Config *config, Arena *arena,
					ServiceOriginals *originals, Error *error)
{
	Reading		reading = {originals, NULL, arena};
	Error		first = ERROR_NONE;
	size_t		answered = 0;

	*originals = (ServiceOriginals)
	{
		NULL, 0
	};
	for (size_t i = 0; i < config->n_sites; i++)
	{
		Error		here = ERROR_NONE;
		PgConnection *connection = connect(config, i, &here);

		if (connection != NULL &&
			pg_rows(connection, READ, PG_NONE, take_row, &reading, &here))
			answered++;
		else if (first.message == NULL)
			error_set(&first, here.message, "They are in the first database "
					  "of each site: one of them must answer.",
					  "start types that services had could not be read");
		pg_close(connection);
		error_free(&here);
	}
	if (answered == 0)
		error_set(error, first.detail, first.hint, "%s", first.message);
	error_free(&first);
	return answered > 0;
}

/* A change of rows, with the same parameters for each. */
typedef struct Change
{
	const char *sql;
	bool		stores;
	const ServiceOriginals *originals;
} Change;

static bool
change_rows(void *arg, PgConnection *connection, Error *error)
{
	const Change *change = arg;

	if (!pg_run(connection, DURABLY, PG_NONE, error))
		return false;
	for (size_t i = 0; i < change->originals->n; i++)
	{
		const ServiceOriginal *one = &change->originals->list[i];
		const PgParameters all = PG_PARAMETERS(one->node, one->service,
											   one->start, one->recovery);
		const PgParameters key = {2, all.values};

		if (!pg_run(connection, change->sql, change->stores ? all : key,
					error))
			return false;
	}
	return true;
}

static bool
takes_writes(PgConnection *connection, bool *writes, Error *error)
{
	char	   *text;

	if (!pg_value(connection, WRITES, PG_NONE, &text, error))
		return false;
	*writes = text != NULL && strcmp(text, "t") == 0;
	free(text);
	return true;
}

static bool
change_all(const Config *config, Change *change, Error *error)
{
	Error		first = ERROR_NONE;
	size_t		changed = 0;

	if (change->originals->n == 0)
		return true;
	for (size_t i = 0; i < config->n_sites; i++)
	{
		Error		here = ERROR_NONE;
		bool		writes = false;
		PgConnection *connection = connect(config, i, &here);

		if (connection != NULL && takes_writes(connection, &writes, &here) &&
			writes && pg_transaction(connection, change_rows, change, &here))
			changed++;
		else if (first.message == NULL)
			error_set(&first, writes || here.message != NULL ? here.message :
					  "It is a standby.", NULL, "%s",
					  "no database takes writes");
		pg_close(connection);
		error_free(&here);
	}
	if (changed == 0)
		error_set(error, first.detail, "It is stored in the first database of "
				  "the site that is active.",
				  "start types that services had could not be stored");
	error_free(&first);
	return changed > 0;
}

bool
service_record_store(const Config *config, const ServiceOriginals *originals,
					 Error *error)
{
	Change		change = {STORE, true, originals};

	return change_all(config, &change, error);
}

bool
service_record_forget(const Config *config, const ServiceOriginals *originals,
					  Error *error)
{
	Change		change = {FORGET, false, originals};

	return change_all(config, &change, error);
}
