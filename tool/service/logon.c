/*
 * logon.c
 *		Which nodes are logged on to with the same account.
 */
#include "service/logon.h"

#include <string.h>

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* By the file that it is in; two files may hold the same one. */
static bool
same_logon(const ConfigNode *a, const ConfigNode *b)
{
	if (a->kerberos && b->kerberos && a->keytab == NULL && b->keytab == NULL)
		return true;
	return a->kerberos == b->kerberos && same_text(a->keytab, b->keytab) &&
		same_text(a->principal, b->principal) &&
		same_text(a->credentials, b->credentials);
}

size_t
service_logon(const ServiceWork *work, const ServiceNode *node)
{
	size_t		at = 0;

	while (&work->report->nodes[at] != node &&
		   !same_logon(work->report->nodes[at].node, node->node))
		at++;
	return at;
}
