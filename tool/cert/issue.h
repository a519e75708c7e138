/*
 * issue.h
 *		A server certificate of the site's own, for a node that Qlik Sense has
 *		never given one.
 */
#ifndef CERT_ISSUE_H
#define CERT_ISSUE_H

#include "cert/cert.h"

/* Whom it is for; read during the call. */
typedef struct CertRequest
{
	const char *alias;			/* the node's, common name and first
								 * alternative name */
	const char *const *names;	/* further names or addresses */
	size_t		n_names;
	int			days;			/* it is valid; not beyond the root's end */
	int64_t		now_ms;			/* since 1970 */
} CertRequest;

/*
 * cert_issue
 *		Make a key (RSA of 2048 bits) and a certificate, signed with SHA-256 by
 *		the set's root, and put it into the set, in place of the node's old
 *		ones.
 *
 * errors: no root, more than one, without its key or at its end; a name that
 *         is none; the set is as it was
 */
extern bool cert_issue(CertSet *set, const CertRequest *request,
					   Error *error);

#endif							/* CERT_ISSUE_H */
