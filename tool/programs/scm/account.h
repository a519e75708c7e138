/*
 * account.h
 *		Who logs on.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SCM_ACCOUNT_H
#define SCM_ACCOUNT_H

#include "base/error.h"

#define ACCOUNT_SIZE 512

/* Begin with zeros; account_wipe(). */
typedef struct Account
{
	char		user[ACCOUNT_SIZE];
	char		password[ACCOUNT_SIZE];
	char		domain[ACCOUNT_SIZE];
} Account;

/*
 * account_read
 *		Read a file as Samba's programs do: lines "username = …", "password =
 *		…", "domain = …".  A user "DOMAIN\name" has its domain with it.
 *
 * errors: others may read it; it has no user, or a line too long.  What it
 *         says is in no message.
 */
extern bool account_read(const char *path, Account *account, Error *error);
extern void account_wipe(Account *account);

#endif							/* SCM_ACCOUNT_H */
