/*
 * settings.c
 *		The file with what differs between the sites' servers.
 */
#include "server/settings.h"

#include <ctype.h>
#include <string.h>

#include "platform/file.h"
#include "server/target.h"

#define FILE_LIMIT (4 * 1024 * 1024)

/* A slot's name knows few characters, and has a bound. */
static const char *
as_slot(char *name)
{
	for (char *c = name; *c != '\0'; c++)
		*c = (char) (isalnum((unsigned char) *c) ?
					 tolower((unsigned char) *c) : '_');
	if (strlen(name) > 63)
		name[63] = '\0';
	return name;
}

const char *
server_slot(const Config *config, const ConfigSite *site, Arena *arena)
{
	return as_slot(arena_printf(arena, "%s_%s", config->replication_name,
								site->name));
}

const char *
server_subscription(const Config *config, const ConfigSite *site,
					const char *database, Arena *arena)
{
	return as_slot(arena_printf(arena, "%s_%s_%s", config->replication_name,
								site->name, database));
}

/* name = 'value', as configuration files of PostgreSQL want it. */
static void
add(Text *text, const char *name, const char *value)
{
	text_addf(text, "%s = '", name);
	for (; *value != '\0'; value++)
	{
		if (*value == '\'' || *value == '\\')
			text_add_bytes(text, value, 1);
		text_add_bytes(text, value, 1);
	}
	text_add(text, "'\n");
}

/* What a copy of the other server needs to know of it. */
static void
add_physical(Text *text, const Config *config, const ConfigSite *site,
			 const ConfigSite *peer)
{
	Arena		arena = {NULL};
	const char *conninfo = server_conninfo(config, peer,
										   config->replication_role, &arena);

	add(text, "qsrepl.peer_conninfo",
		arena_printf(&arena, "%s dbname=%s", conninfo,
					 config->maintenance_database));
	text_addf(text, "qsrepl.peer_wait = %ldms\n", config->peer_wait);
	add(text, "qsrepl.peer_unreachable",
		config->peer_unreachable == CONFIG_UNREACHABLE_FENCE ? "fence" :
		"allow");
	text_add(text, "# used while the server is a standby\n");
	add(text, "primary_conninfo",
		arena_printf(&arena, "%s application_name=%s", conninfo,
					 server_slot(config, site, &arena)));
	add(text, "primary_slot_name", server_slot(config, site, &arena));
	arena_free(&arena);
}

/*
 * The peer check compares timelines of one system; in logical mode there are
 * two systems, and it has nothing to say.
 */
void
server_settings_add(Text *text, const Config *config, const ConfigSite *site,
					const ConfigSite *peer)
{
	text_addf(text, "# Site %s, written by \"qsrepl setup\". It must stay "
			  "outside of the data\n# directory, which base backups and "
			  "pg_rewind copy.\n", site->name);
	add(text, "qsrepl.local_site", site->name);
	text_addf(text, "port = %d\n", site->port);
	if (config->mode == CONFIG_PHYSICAL)
		add_physical(text, config, site, peer);
}

/* "include = 'path'" as it is written here. */
static const char *
include_line(const ConfigSite *site, Arena *arena)
{
	Text		text = {NULL, 0, 0};
	const char *line;

	add(&text, "include", site->settings_file);
	line = arena_strdup(arena, text.bytes);
	text_free(&text);
	return line;
}

static bool
is_include(const char *line, size_t len, const Config *config)
{
	Arena		arena = {NULL};
	bool		found = false;

	for (size_t i = 0; i < config->n_sites; i++)
	{
		const char *own = include_line(&config->sites[i], &arena);

		found = found || (len + 1 == strlen(own) &&
						  memcmp(own, line, len) == 0);
	}
	arena_free(&arena);
	return found;
}

void
server_include_add(Text *text, const char *content, const Config *config,
				   const ConfigSite *site)
{
	Arena		arena = {NULL};

	while (*content != '\0')
	{
		size_t		len = strcspn(content, "\n");

		if (!is_include(content, len, config))
		{
			text_add_bytes(text, content, len);
			text_add(text, "\n");
		}
		content += len + (content[len] == '\n' ? 1 : 0);
	}
	text_add(text, include_line(site, &arena));
	arena_free(&arena);
}

bool
server_file_is(const char *path, const Text *content, bool *same,
			   Error *error)
{
	PlatFileInfo info;
	Text		found = {NULL, 0, 0};

	*same = false;
	if (!plat_file_info(path, &info, error))
		return false;
	if (!info.exists)
		return true;
	if (!plat_file_read(path, FILE_LIMIT, &found, error))
		return false;
	*same = found.len == content->len &&
		(found.len == 0 || memcmp(found.bytes, content->bytes,
								  found.len) == 0);
	text_free(&found);
	return true;
}
