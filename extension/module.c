/*
 * module.c
 *		Loading the extension's library.
 *
 * It is loaded with the server, since qsrepl.local_site and the shared
 * counters can only be set up then.
 *
 * IDENTIFICATION
 *		extension/module.c
 */
#include "qsrepl.h"

#include "fmgr.h"
#include "miscadmin.h"

#include "compat.h"

PG_MODULE_MAGIC;

extern PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	if (!process_shared_preload_libraries_in_progress)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("qsrepl must be loaded when the server starts"),
				 errhint("Add qsrepl to \"shared_preload_libraries\" and restart the server.")));
	qsrepl_define_settings();
	qsrepl_request_stats();
	qsrepl_register_cache();
}
