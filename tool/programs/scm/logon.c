/*
 * logon.c
 *		What libsmbclient says of a logon that was refused.
 *
 * The words are those of MS-ERREF, as Samba has had them since 4.0; some
 * versions give the status's name instead.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "programs/scm/logon.h"

#include <string.h>

typedef struct Status
{
	uint32_t	code;
	const char *name;
	const char *words;			/* in the text that tells it from others */
} Status;

static const Status statuses[] = {
	{0xc000006d, "NT_STATUS_LOGON_FAILURE", "attempted logon is invalid"},
	{0xc0000234, "NT_STATUS_ACCOUNT_LOCKED_OUT", "automatically locked"},
	{0xc0000072, "NT_STATUS_ACCOUNT_DISABLED", "currently disabled"},
	{0xc0000071, "NT_STATUS_PASSWORD_EXPIRED", "password has expired"},
	{0xc0000224, "NT_STATUS_PASSWORD_MUST_CHANGE", "must be changed before"},
	{0xc0000193, "NT_STATUS_ACCOUNT_EXPIRED", "account has expired"},
	{0xc000006a, "NT_STATUS_WRONG_PASSWORD", "as the current password"},
	{0xc0000064, "NT_STATUS_NO_SUCH_USER", "account does not exist"},
	{0xc000006f, "NT_STATUS_INVALID_LOGON_HOURS", "time restrictions"},
	{0xc0000070, "NT_STATUS_INVALID_WORKSTATION", "source workstation"},
	{0xc000006e, "NT_STATUS_ACCOUNT_RESTRICTION", "account restriction"},
	{0xc000015b, "NT_STATUS_LOGON_TYPE_NOT_GRANTED", "type of logon"},
	{0xc000005e, "NT_STATUS_NO_LOGON_SERVERS", "logon servers"},
};

static bool
is_status(const Status *status, const char *text)
{
	size_t		len = strlen(status->name);

	/* Not the beginning of another one's name. */
	return strstr(text, status->words) != NULL
		|| (strncmp(text, status->name, len) == 0
			&& strchr(" .\r\n", text[len]) != NULL);
}

/* What follows the words in a line; or NULL. */
static const char *
after(const char *line, const char *words)
{
	const char *found = strstr(line, words);

	return found == NULL ? NULL : found + strlen(words);
}

void
logon_failure(const char *line, Failure *failure)
{
	const char *text = after(line, "SPNEGO login failed: ");

	if (text == NULL)
		text = after(line, "session setup failed: ");
	if (text == NULL)
		return;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (is_status(&statuses[i], text))
		{
			failure_set(failure, FAILURE_LOGON, statuses[i].code, "%s",
						statuses[i].name);
			return;
		}
	failure_set(failure, FAILURE_LOGON, 0, "%.*s",
				(int) strcspn(text, "\r\n"), text);
}
