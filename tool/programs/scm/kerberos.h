/*
 * kerberos.h
 *		A ticket of this run's own, from a keytab.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SCM_KERBEROS_H
#define SCM_KERBEROS_H

#include "programs/scm/failure.h"
#include "programs/scm/options.h"

/*
 * kerberos_begin
 *		Get a ticket by kinit, into a file in a directory of its own that
 *		kerberos_end() removes; KRB5CCNAME then names it.
 *
 * errors: FAILURE_LOGON
 */
extern bool kerberos_begin(const Options *options, Failure *failure);
extern void kerberos_end(void);

#endif							/* SCM_KERBEROS_H */
