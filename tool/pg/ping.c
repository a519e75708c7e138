/*
 * ping.c
 *		Does a server answer at all?
 */
#include "pg/ping.h"

#include <stdlib.h>

#include "base/text.h"
#include "pg/internal.h"
#include "platform/aside.h"

/* libpq counts in seconds, from two on. */
#define LEAST_SECONDS 2

static bool
answers(void *arg)
{
	PGPing		answer = PQping(arg);

	return answer == PQPING_OK || answer == PQPING_REJECT;
}

bool
pg_answers(const PgTarget *target)
{
	int			seconds = target->deadline_ms / 1000;
	char	   *conninfo = text_format("%s connect_timeout=%d",
									   target->conninfo,
									   seconds > LEAST_SECONDS ? seconds :
									   LEAST_SECONDS);
	bool		good = plat_aside(answers, conninfo, target->deadline_ms);

	free(conninfo);
	return good;
}
