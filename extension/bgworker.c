/*
 * bgworker.c
 *		What the extension's background workers have in common.
 *
 * IDENTIFICATION
 *		extension/bgworker.c
 */
#include "bgworker.h"

#include "miscadmin.h"

#include "compat.h"

static void
describe(BackgroundWorker *worker, const char *name, const char *function,
		 Datum argument)
{
	memset(worker, 0, sizeof(BackgroundWorker));
	worker->bgw_flags = BGWORKER_SHMEM_ACCESS |
		BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker->bgw_restart_time = BGW_NEVER_RESTART;
	strlcpy(worker->bgw_library_name, "qsrepl",
			sizeof(worker->bgw_library_name));
	strlcpy(worker->bgw_function_name, function,
			sizeof(worker->bgw_function_name));
	strlcpy(worker->bgw_name, name, BGW_MAXLEN);
	strlcpy(worker->bgw_type, name, BGW_MAXLEN);
	worker->bgw_main_arg = argument;
}

void
qsrepl_register_worker(const char *name, const char *function,
					   BgWorkerStartTime start, int restart, Datum argument)
{
	BackgroundWorker worker;

	describe(&worker, name, function, argument);
	worker.bgw_start_time = start;
	worker.bgw_restart_time = restart;
	RegisterBackgroundWorker(&worker);
}

BackgroundWorkerHandle *
qsrepl_start_worker(const char *name, const char *function, Datum argument)
{
	BackgroundWorker worker;
	BackgroundWorkerHandle *handle;

	describe(&worker, name, function, argument);
	worker.bgw_start_time = BgWorkerStart_ConsistentState;
	worker.bgw_notify_pid = MyProcPid;
	return RegisterDynamicBackgroundWorker(&worker, &handle) ? handle : NULL;
}
