/*
 * account.c
 *		Who logs on.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "programs/scm/account.h"

#include <string.h>

#include <openssl/crypto.h>

#include "base/secret.h"
#include "platform/secret.h"

#define FILE_LIMIT 4096

/* Take the value of a line "NAME = value"; false where it is too long. */
static bool
take(const char *line, const char *name, char *value)
{
	size_t		len = strlen(name);

	line += strspn(line, " \t");
	if (strncmp(line, name, len) != 0)
		return true;
	line += len;
	line += strspn(line, " \t");
	if (*line != '=')
		return true;
	line++;
	line += strspn(line, " \t");
	len = strlen(line);
	while (len > 0 && strchr(" \t\r", line[len - 1]) != NULL)
		len--;
	if (len >= ACCOUNT_SIZE)
		return false;
	memcpy(value, line, len);
	value[len] = '\0';
	return true;
}

static bool
take_lines(char *content, Account *account)
{
	bool		good = true;

	for (char *line = content; line != NULL && good;)
	{
		char	   *end = strchr(line, '\n');

		if (end != NULL)
			*end = '\0';
		good = take(line, "username", account->user)
			&& take(line, "password", account->password)
			&& take(line, "domain", account->domain);
		line = end == NULL ? NULL : end + 1;
	}
	return good;
}

/* DOMAIN\name */
static void
split_user(Account *account)
{
	char	   *separator = strchr(account->user, '\\');
	size_t		len;

	if (separator == NULL)
		return;
	len = (size_t) (separator - account->user);
	if (account->domain[0] == '\0')
	{
		memcpy(account->domain, account->user, len);
		account->domain[len] = '\0';
	}
	memmove(account->user, separator + 1, strlen(separator + 1) + 1);
}

bool
account_read(const char *path, Account *account, Error *error)
{
	Text		content = {NULL, 0, 0};
	bool		good;

	if (!plat_secret_read(path, FILE_LIMIT, true, &content, error))
		return false;
	secret_add(&content, "", 1);
	good = take_lines(content.bytes, account);
	split_user(account);
	secret_free(&content);
	if (good && account->user[0] != '\0')
		return true;
	return error_set(error, "A line \"username = ...\" is needed, and no value "
					 "may have 512 bytes or more.", NULL,
					 "invalid credentials file \"%s\"", path);
}

void
account_wipe(Account *account)
{
	OPENSSL_cleanse(account, sizeof(*account));
}
