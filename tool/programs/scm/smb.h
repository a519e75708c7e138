/*
 * smb.h
 *		The pipe \PIPE\svcctl of a node, by libsmbclient.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SCM_SMB_H
#define SCM_SMB_H

#include "programs/scm/account.h"
#include "programs/scm/options.h"
#include "programs/scm/rpc.h"

/*
 * smb_open
 *		Connect, log on once, and open the pipe.
 *
 * in:     account: NULL with Kerberos; wiped in any case
 * out:    pipe: of this program's only connection
 * errors: an answer that does not come within the timeout, then or later,
 *         ends the program with a line on standard output (plat_alarm_set)
 */
extern bool smb_open(const Options *options, Account *account, RpcPipe *pipe,
					 Failure *failure);
extern void smb_close(void);

#endif							/* SCM_SMB_H */
