/*
 * conninfo.c
 *		Connection strings: no secret comes in by them, and none gets out.
 */
#include <stdlib.h>
#include <string.h>

#include "pg/internal.h"
#include "platform/file.h"

#define PASSWORD_HINT "Put it into a password file (passfile=...), a service " \
	"file, or PGPASSWORD."

static bool
check_option(const char *site, const PQconninfoOption * option, Error *error)
{
	PlatFileInfo info;

	if (option->val == NULL || option->val[0] == '\0')
		return true;
	if (strcmp(option->keyword, "password") == 0 ||
		strcmp(option->keyword, "sslpassword") == 0)
		return error_set(error, NULL, PASSWORD_HINT,
						 "site \"%s\": the connection string holds a "
						 "password", site);
	if (strcmp(option->keyword, "passfile") != 0)
		return true;
	if (!plat_file_info(option->val, &info, error))
		return false;
	if (!info.exists)
		return error_set(error, NULL, "Write it, readable by this account "
						 "alone, or correct passfile.",
						 "site \"%s\": password file \"%s\" does not exist",
						 site, option->val);
	return plat_file_private(option->val, error);
}

void
pg_conninfo_add(Text *text, const char *keyword, const char *value)
{
	if (value == NULL)
		return;
	text_addf(text, "%s%s='", text->len > 0 ? " " : "", keyword);
	for (; *value != '\0'; value++)
	{
		if (*value == '\'' || *value == '\\')
			text_add(text, "\\");
		text_add_bytes(text, value, 1);
	}
	text_add(text, "'");
}

bool
pg_check_conninfo(const char *site, const char *conninfo, Error *error)
{
	PQconninfoOption *options = PQconninfoParse(conninfo, NULL);
	bool		good = true;

	/* libpq's message would repeat parts, a password perhaps. */
	if (options == NULL)
		return error_set(error, NULL, "It is a list of keyword=value, or a "
						 "URI that begins with postgresql://.",
						 "site \"%s\": the connection string is not valid",
						 site);
	for (PQconninfoOption * o = options; good && o->keyword != NULL; o++)
		good = check_option(site, o, error);
	PQconninfoFree(options);
	return good;
}
