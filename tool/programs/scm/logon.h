/*
 * logon.h
 *		What libsmbclient says of a logon that was refused.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SCM_LOGON_H
#define SCM_LOGON_H

#include "programs/scm/failure.h"

/*
 * logon_failure
 *		Take a line that libsmbclient writes to its log.  The library's
 *		functions give errno alone, which does not tell a wrong password from a
 *		locked account.
 *
 * out: the failure is set where the line tells of a refused logon
 */
extern void logon_failure(const char *line, Failure *failure);

#endif							/* SCM_LOGON_H */
