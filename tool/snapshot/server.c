/*
 * server.c
 *		The server's settings, its rules of access, and configuration files.
 *
 * Written from what the server says, not copied from its files: they may be at
 * another place, include others, and hold secrets.
 */
#include <stdlib.h>
#include <string.h>

#include "pg/query.h"
#include "platform/file.h"
#include "server/target.h"
#include "snapshot/internal.h"

#define FILE_MAX ((size_t) 4 * 1024 * 1024)

#define SETTINGS "server/settings.conf"
#define RULES "server/pg_hba.conf"

/*
 * What may have a password in it is told by its name alone.  A number without
 * a unit is in the setting's own.
 */
#define SETTINGS_QUERY \
	"SELECT CASE WHEN name IN ('primary_conninfo', 'ssl_passphrase_command', " \
	"'archive_command', 'restore_command', 'recovery_end_command', " \
	"'archive_cleanup_command') THEN '# ' || name || ' is set, and may hold a " \
	"secret' ELSE name || ' = ' || quote_literal(setting) END FROM " \
	"pg_catalog.pg_settings WHERE source NOT IN ('default', 'override', " \
	"'client', 'session') AND setting IS NOT NULL ORDER BY name"

/* Options of LDAP and RADIUS have passwords. */
#define RULES_QUERY \
	"SELECT concat_ws(' ', type, (SELECT string_agg(x, ',') FROM unnest(" \
	"database) AS x), (SELECT string_agg(x, ',') FROM unnest(user_name) AS x), " \
	"address, netmask, auth_method, (SELECT string_agg(quote_ident(" \
	"split_part(o, '=', 1)) || '=' || CASE WHEN o ~* '(passw|secret)' THEN " \
	"'(not told)' ELSE '\"' || substr(o, strpos(o, '=') + 1) || '\"' END, ' ') " \
	"FROM unnest(options) AS o)) FROM pg_catalog.pg_hba_file_rules " \
	"WHERE error IS NULL ORDER BY line_number"

static bool
take_line(void *arg, const PgRow *row, Error *error)
{
	Text	   *text = arg;

	(void) error;
	text_addf(text, "%s\n", pg_row_text(row, 0));
	return true;
}

static bool
add_answer(SnapshotWork *work, PgConnection *connection, const char *query,
		   const char *path, const char *title, Error *error)
{
	Text		text = {NULL, 0, 0};
	bool		good;

	text_addf(&text, "# %s\n", title);
	good = pg_rows(connection, query, PG_NONE, take_line, &text, error) &&
		snapshot_add_bytes(work, path, text.bytes, text.len, error);
	text_free(&text);
	return good;
}

/* A file of this machine; what cannot be read is told. */
static bool
add_copy(SnapshotWork *work, const char *from, const char *path, Error *error)
{
	Text		content = {NULL, 0, 0};
	Error		problem = ERROR_NONE;
	bool		good = true;

	if (plat_file_read(from, FILE_MAX, &content, &problem))
		good = snapshot_add_bytes(work, path, content.bytes != NULL ?
								  content.bytes : "", content.len, error);
	else
		snapshot_add_note(work, "unreadable", path, problem.message);
	error_free(&problem);
	text_free(&content);
	return good;
}

static bool
add_answers(SnapshotWork *work, Error *error)
{
	PgConnection *connection = server_connect(work->config, work->site, NULL,
											  error);
	bool		good;

	if (connection == NULL)
		return false;
	good = add_answer(work, connection, SETTINGS_QUERY, SETTINGS,
					  "Settings of the server that are not its defaults.",
					  error) &&
		add_answer(work, connection, RULES_QUERY, RULES,
				   "Rules of access, as the server has read them.", error);
	pg_close(connection);
	return good;
}

bool
snapshot_add_server(SnapshotWork *work, Error *error)
{
	const char *host_cfg = work->site->host_cfg;
	bool		good = snapshot_part_begin(work, SNAPSHOT_PART_SERVER, "",
										   "server", error) &&
	add_answers(work, error) &&
	(host_cfg == NULL ||
	 add_copy(work, host_cfg, "server/Host.cfg", error)) &&
	add_copy(work, work->config->file, "server/qsrepl.conf", error);

	snapshot_part_end(work);
	return good;
}
