/*
 * epoch.c
 *		The epoch of a site's databases in logical mode.
 */
#include <stdlib.h>

#include "pg/query.h"
#include "server/logical.h"

bool
logical_epoch_set(PgConnection *database, const char *epoch, Error *error)
{
	return pg_run(database, "UPDATE qsrepl.state SET epoch = "
				  "$1::pg_catalog.int8 WHERE epoch OPERATOR(pg_catalog.<) "
				  "$1::pg_catalog.int8", PG_PARAMETERS(epoch), error);
}

bool
logical_epoch_follow(const LogicalLink *link, Error *error)
{
	char	   *epoch;
	bool		good;

	if (!pg_value(link->publisher, "SELECT epoch FROM qsrepl.status", PG_NONE,
				  &epoch, error))
		return false;
	good = logical_epoch_set(link->subscriber, epoch, error);
	free(epoch);
	return good;
}
