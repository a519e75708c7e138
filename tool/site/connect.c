/*
 * connect.c
 *		Connections to the sites of the configuration.
 */
#include "site/connect.h"

#include "base/text.h"
#include "platform/clock.h"

static int
time_left(int64_t end)
{
	int64_t		left = end - plat_clock_ms();

	return left > 1 ? (int) left : 1;
}

/* user: NULL: the site's own */
static PgConnection *
connect_to(const Config *config, const ConfigSite *site, const char *user,
		   const char *dbname, int64_t end, Error *error)
{
	Text		conninfo = {NULL, 0, 0};
	PgTarget	target = {.site = site->name,.dbname = dbname,
	.deadline_ms = time_left(end),.cancellable = true};
	PgConnection *connection;

	pg_conninfo_add(&conninfo, "host", site->host);
	text_addf(&conninfo, " port=%d", site->port);
	pg_conninfo_add(&conninfo, "user", site->user);
	pg_conninfo_add(&conninfo, "passfile", config->passfile);
	/* libpq takes the last of two: the site's own parameters. */
	if (site->conninfo != NULL)
		text_addf(&conninfo, " %s", site->conninfo);
	pg_conninfo_add(&conninfo, "user", user);
	target.conninfo = conninfo.bytes;
	connection = pg_connect(&target, error);
	if (connection != NULL)
		pg_set_deadline(connection, time_left(end));
	text_free(&conninfo);
	return connection;
}

PgConnection *
site_connect(const Config *config, const ConfigSite *site,
			 const char *dbname, int64_t end, Error *error)
{
	return connect_to(config, site, NULL, dbname, end, error);
}

PgConnection *
site_connect_as(const Config *config, const ConfigSite *site,
				const char *user, const char *dbname, int64_t end,
				Error *error)
{
	return connect_to(config, site, user, dbname, end, error);
}
