/*
 * status.c
 *		What qsrepl.status says in each database of each site.
 */
#include "site/status.h"

#include "platform/clock.h"
#include "site/connect.h"
#include "site/row.h"

static const char status_query[] =
"SELECT s.role = 'primary', s.site, s.state, s.timeline, s.epoch,"
" s.lag_bytes, extract(epoch FROM s.lag), s.localized,"
" array_to_json(s.residue), cardinality(s.residue), s.fenced,"
" s.fence_reason, s.peer, s.stored_site, s.localizer,"
" extract(epoch FROM s.heard), s.heard_bytes, s.wal_rate, s.xact_rate"
" FROM qsrepl.status s";

static const char event_query[] =
"SELECT to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),"
" e.what, e.detail FROM qsrepl.event e ORDER BY e.id DESC LIMIT 5";

/* Where rows go. */
typedef struct Target
{
	Arena	   *arena;
	SiteDatabase *database;
} Target;

static bool
take_status(void *arg, const PgRow *row, Error *error)
{
	const Target *target = arg;
	SiteDatabase *database = target->database;

	(void) error;
	database->primary = row_is_true(row, 0);
	database->site = row_copy(target->arena, row, 1);
	database->state = row_copy(target->arena, row, 2);
	database->timeline = row_integer(row, 3);
	database->epoch = row_integer(row, 4);
	database->lag_bytes = row_integer(row, 5);
	database->lag_seconds = row_number(row, 6);
	database->localized = row_is_true(row, 7);
	database->residue = row_copy(target->arena, row, 8);
	database->residues = row_integer(row, 9);
	database->fenced = row_is_true(row, 10);
	database->fence_reason = row_copy(target->arena, row, 11);
	database->peer = row_copy(target->arena, row, 12);
	database->stored_site = row_copy(target->arena, row, 13);
	database->localizer = row_copy(target->arena, row, 14);
	database->heard = row_number(row, 15);
	database->heard_bytes = row_integer(row, 16);
	database->wal_rate = row_number(row, 17);
	database->xact_rate = row_number(row, 18);
	return true;
}

static bool
take_event(void *arg, const PgRow *row, Error *error)
{
	const Target *target = arg;
	SiteDatabase *database = target->database;
	SiteEvent  *event;

	(void) error;
	database->events = row_room(target->arena, database->events,
								database->n_events, sizeof(SiteEvent));
	event = &database->events[database->n_events++];
	event->at = row_copy(target->arena, row, 0);
	event->what = row_copy(target->arena, row, 1);
	event->detail = row_copy(target->arena, row, 2);
	return true;
}

bool
site_database_read(PgConnection *connection, Arena *arena,
				   SiteDatabase *database, Error *error)
{
	Target		target = {arena, database};

	return pg_rows(connection, status_query, PG_NONE, take_status, &target,
				   error) &&
		pg_rows(connection, event_query, PG_NONE, take_event, &target, error);
}

/* Does the server answer at all? */
static bool
answers(const Config *config, const ConfigSite *site, int64_t end)
{
	Error		ignored = ERROR_NONE;
	PgConnection *connection;

	if (plat_clock_ms() >= end)
		return false;
	connection = site_connect(config, site, config->maintenance_database, end,
							  &ignored);
	error_free(&ignored);
	pg_close(connection);
	return connection != NULL;
}

/* False where the server is not to be asked any more. */
static bool
read_database(const SiteVisit *how, SiteStatus *status, size_t i,
			  int64_t * end)
{
	SiteDatabase *database = &status->databases[i];
	Error		error = ERROR_NONE;
	PgConnection *connection = site_connect(how->config, how->site,
											database->name, *end, &error);

	if (connection == NULL)
	{
		database->error = row_error(how->arena, &error);
		if (site_answer(status) != NULL ||
			answers(how->config, how->site, *end))
			return true;
		status->error = database->error;
		return false;
	}
	if (!site_database_read(connection, how->arena, database, &error))
		database->error = row_error(how->arena, &error);
	else if (how->visit != NULL)
	{
		int64_t		begin = plat_clock_ms();

		how->visit(how->arg, connection, database);
		*end += plat_clock_ms() - begin;
	}
	pg_close(connection);
	return true;
}

void
site_status_visit(const SiteVisit *how, SiteStatus *status)
{
	const ConfigWords *names = &how->config->databases;
	int64_t		end = plat_clock_ms() + how->deadline_ms;
	bool		going = true;

	status->site = how->site;
	status->error = NULL;
	status->n_databases = names->n;
	status->databases = arena_alloc(how->arena, names->n *
									sizeof(SiteDatabase));
	for (size_t i = 0; i < names->n; i++)
	{
		status->databases[i].name = names->words[i];
		status->databases[i].error = "it was not asked";
	}
	for (size_t i = 0; going && i < names->n; i++)
	{
		status->databases[i].error = NULL;
		going = read_database(how, status, i, &end);
	}
}

void
site_status_read(const Config *config, const ConfigSite *site,
				 int deadline_ms, Arena *arena, SiteStatus *status)
{
	SiteVisit	how = {config, site, deadline_ms, arena, NULL, NULL};

	site_status_visit(&how, status);
}

const SiteDatabase *
site_answer(const SiteStatus *status)
{
	for (size_t i = 0; i < status->n_databases; i++)
		if (status->databases[i].error == NULL &&
			status->databases[i].state != NULL)
			return &status->databases[i];
	return NULL;
}

const char *
site_role(const SiteDatabase *database)
{
	return database->primary ? "primary" : "standby";
}
