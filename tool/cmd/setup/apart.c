/*
 * apart.c
 *		"qsrepl setup": whether both sites really are two servers, and this
 *		machine's data directory is not the other one's.
 *
 * A running server is told by its postmaster.pid: process, directory, start and
 * port.  Two names for one machine, a wrong port, or the configuration of one
 * site on the machine of the other would have the primary stopped.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/setup/work.h"
#include "platform/file.h"
#include "server/target.h"

#define PID_LIMIT 4096
#define PID_LINES 4

/* The lines that do not change while a server runs; text is cut. */
static void
cut(char *text)
{
	char	   *at = text;

	for (int i = 0; i < PID_LINES; i++)
	{
		at += strcspn(at, "\n");
		if (*at == '\n')
			at++;
	}
	*at = '\0';
}

/* Of a server that answers; freed by the caller. */
static bool
identity(PgConnection *connection, char **text, Error *error)
{
	if (!pg_value(connection, "SELECT pg_catalog.pg_read_file("
				  "'postmaster.pid')", PG_NONE, text, error))
		return false;
	if (*text != NULL)
		cut(*text);
	return true;
}

/* Of a server of this machine's data directory; NULL: none runs. */
static bool
local_identity(Setup *setup, char **text, Error *error)
{
	Text		content = {NULL, 0, 0};
	bool		has;

	*text = NULL;
	if (!setup_has_file(setup, "postmaster.pid", &has, error))
		return false;
	if (!has)
		return true;
	if (!plat_file_read(setup_path(setup, "postmaster.pid"), PID_LIMIT,
						&content, error))
		return false;
	*text = text_take(&content);
	cut(*text);
	return true;
}

static bool
is_same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static bool
check_directory(Setup *setup, const char *other, Error *error)
{
	char	   *local;
	bool		good = local_identity(setup, &local, error);

	if (good && is_same(local, other))
		good = error_set(error, NULL, "This machine is that site's, or the "
						 "data directory is wrong in the configuration. "
						 "Nothing was changed.",
						 "\"%s\" on this machine is the data directory of "
						 "site \"%s\", not of site \"%s\"",
						 setup->site->data_directory, setup->peer->name,
						 setup->site->name);
	free(local);
	return good;
}

/* A server that does not answer is none that could be mixed up. */
static bool
check_connection(Setup *setup, const ConfigSite *site, const char *other,
				 Error *error)
{
	Error		silent = ERROR_NONE;
	PgConnection *connection = server_connect(&setup->config, site, NULL,
											  &silent);
	char	   *text = NULL;
	bool		good = connection == NULL ||
	identity(connection, &text, error);

	if (good && is_same(text, other))
		good = error_set(error, NULL, "Put host and port right in the "
						 "configuration. Nothing was changed.",
						 "sites \"%s\" and \"%s\" are one server",
						 setup->site->name, setup->peer->name);
	free(text);
	pg_close(connection);
	error_free(&silent);
	return good;
}

bool
setup_check_apart(Setup *setup, bool standby, Error *error)
{
	char	   *known = NULL;
	bool		good = identity(setup->server, &known, error) &&
	(standby ? check_directory(setup, known, error) &&
	 check_connection(setup, setup->site, known, error) :
	 check_connection(setup, setup->peer, known, error));

	free(known);
	return good;
}
