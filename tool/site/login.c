/*
 * login.c
 *		Whether Qlik Sense can log in at a site's server.
 */
#include "site/login.h"

#include "pg/query.h"
#include "platform/clock.h"
#include "site/connect.h"
#include "site/row.h"

void
site_login_read(const Config *config, const ConfigSite *site, Arena *arena,
				SiteLogin *login)
{
	Error		error = ERROR_NONE;
	PgConnection *connection;

	login->database = config->databases.words[0];
	login->error = NULL;
	connection = site_connect_as(config, site, site->qlik_role,
								 login->database,
								 plat_clock_ms() + config->connect_timeout,
								 &error);
	if (connection == NULL ||
		!pg_run(connection, "SELECT 1", PG_NONE, &error))
		login->error = row_error(arena, &error);
	pg_close(connection);
}
