/*
 * module.c
 *		Loading the extension's library.
 *
 * Physical mode and the counters need it in shared_preload_libraries.  Loaded
 * later, by a trigger or a function, it does logical mode.
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
	qsrepl_define_settings();
	qsrepl_register_cache();
	qsrepl_register_state();
	if (!process_shared_preload_libraries_in_progress)
		return;
	qsrepl_request_shmem();
	qsrepl_install_hooks();
	qsrepl_register_launcher();
	qsrepl_peer_register();
	qsrepl_heard_register();
}
