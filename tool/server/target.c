/*
 * target.c
 *		Connection strings for the sites' servers.
 */
#include "server/target.h"

const char *
server_conninfo(const Config *config, const ConfigSite *site,
				const char *role, Arena *arena)
{
	Text		text = {NULL, 0, 0};
	const char *conninfo;

	pg_conninfo_add(&text, "host", site->host);
	pg_conninfo_add(&text, "port", arena_printf(arena, "%d", site->port));
	pg_conninfo_add(&text, "user", role != NULL ? role : site->user);
	pg_conninfo_add(&text, "passfile", config->passfile);
	if (site->conninfo != NULL)
		text_addf(&text, " %s", site->conninfo);
	conninfo = arena_strdup(arena, text.bytes);
	text_free(&text);
	return conninfo;
}

const char *
server_conninfo_of(const Config *config, const ConfigSite *site,
				   const char *role, const char *database, Arena *arena)
{
	Text		text = {NULL, 0, 0};
	const char *conninfo;

	text_add(&text, server_conninfo(config, site, role, arena));
	pg_conninfo_add(&text, "dbname", database);
	conninfo = arena_strdup(arena, text.bytes);
	text_free(&text);
	return conninfo;
}

PgConnection *
server_connect(const Config *config, const ConfigSite *site,
			   const char *dbname, Error *error)
{
	Arena		arena = {NULL};

	/* A link that is gone is noticed soon; the site's own words come last. */
	PgTarget	target = {
		.site = site->name,
		.conninfo = arena_printf(&arena, "tcp_user_timeout=%ld "
								 "keepalives_idle=5 keepalives_interval=2 "
								 "keepalives_count=3 %s",
								 config->connect_timeout,
								 server_conninfo(config, site, NULL, &arena)),
		.dbname = dbname != NULL ? dbname : config->maintenance_database,
		.deadline_ms = (int) config->connect_timeout
	};
	PgConnection *connection = pg_connect(&target, error);

	arena_free(&arena);
	return connection;
}
