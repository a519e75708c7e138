/*
 * logon.h
 *		Which nodes are logged on to with the same account.
 */
#ifndef SERVICE_LOGON_H
#define SERVICE_LOGON_H

#include <stdbool.h>
#include <stddef.h>

#include "service/internal.h"

/* What is known of an account; the element of the first node that has it. */
typedef struct ServiceLogon
{
	bool		good;			/* a node has let it in */
	bool		refused;		/* a node has refused it */
} ServiceLogon;

/* The place of a node's logon in work->logons. */
extern size_t service_logon(const ServiceWork *work, const ServiceNode *node);

#endif							/* SERVICE_LOGON_H */
