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

void
server_setting_add(Text *text, const char *name, const char *value)
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

	server_setting_add(text, "qsrepl.peer_conninfo",
					   server_conninfo_of(config, peer, config->replication_role,
										  config->maintenance_database,
										  &arena));
	text_addf(text, "qsrepl.peer_wait = %ldms\n", config->peer_wait);
	server_setting_add(text, "qsrepl.peer_unreachable",
					   config->peer_unreachable == CONFIG_UNREACHABLE_FENCE ? "fence" :
					   "allow");
	text_add(text, "# used while the server is a standby\n");
	server_setting_add(text, "primary_conninfo",
					   arena_printf(&arena, "%s application_name=%s", conninfo,
									server_slot(config, site, &arena)));
	server_setting_add(text, "primary_slot_name", server_slot(config, site, &arena));
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
	server_setting_add(text, "qsrepl.local_site", site->name);
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

	server_setting_add(&text, "include", site->settings_file);
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

/* The content of postgresql.conf without the lines that include them. */
static void
add_without(Text *text, const char *content, const Config *config)
{
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
}

void
server_include_add(Text *text, const char *content, const Config *config,
				   const ConfigSite *site)
{
	Arena		arena = {NULL};

	add_without(text, content, config);
	text_add(text, include_line(site, &arena));
	arena_free(&arena);
}

/* Is the file there with this content? */
static bool
file_is(const char *path, const Text *content, bool *same, Error *error)
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

/* The text is freed. */
static bool
put(const char *path, Text *text, bool look_only, bool *same, Error *error)
{
	bool		good = file_is(path, text, same, error) &&
	(*same || look_only ||
	 plat_file_write(path, text->bytes, text->len, false, error));

	text_free(text);
	return good;
}

bool
server_settings_write(const Config *config, const ConfigSite *site,
					  const ConfigSite *peer, bool look_only, bool *same,
					  Error *error)
{
	Text		text = {NULL, 0, 0};

	server_settings_add(&text, config, site, peer);
	return put(site->settings_file, &text, look_only, same, error);
}

/* The last setting of a name is the one that counts. */
bool
server_settings_hold(const Config *config, const ConfigSite *site,
					 const ConfigSite *peer, Error *error)
{
	Text		text = {NULL, 0, 0};
	bool		same;

	server_settings_add(&text, config, site, peer);
	text_add(&text, "# held by \"qsrepl maintenance begin\"\n");
	server_setting_add(&text, "primary_conninfo", "");
	return put(site->settings_file, &text, false, &same, error);
}

bool
server_include_write(const Config *config, const ConfigSite *site,
					 const char *config_file, bool look_only, bool *same,
					 Error *error)
{
	Text		text = {NULL, 0, 0};
	Text		now = {NULL, 0, 0};

	if (!plat_file_read(config_file, FILE_LIMIT, &now, error))
		return false;
	server_include_add(&text, now.bytes != NULL ? now.bytes : "", config,
					   site);
	text_free(&now);
	return put(config_file, &text, look_only, same, error);
}

bool
server_include_remove(const Config *config, const char *config_file,
					  bool look_only, bool *same, Error *error)
{
	Text		text = {NULL, 0, 0};
	Text		now = {NULL, 0, 0};

	if (!plat_file_read(config_file, FILE_LIMIT, &now, error))
		return false;
	add_without(&text, now.bytes != NULL ? now.bytes : "", config);
	text_free(&now);
	return put(config_file, &text, look_only, same, error);
}
