/*
 * bgworker.h
 *		What the extension's background workers have in common.
 *
 * IDENTIFICATION
 *		extension/bgworker.h
 */
#ifndef QSREPL_BGWORKER_H
#define QSREPL_BGWORKER_H

#include "qsrepl.h"

#include "postmaster/bgworker.h"

/*
 * qsrepl_register_worker
 *		One that the server starts; only while the library is preloaded.
 *
 * in:     function: of this library; restart: seconds, or BGW_NEVER_RESTART
 */
extern void qsrepl_register_worker(const char *name, const char *function,
								   BgWorkerStartTime start, int restart,
								   Datum argument);

/* One that runs now, once; NULL: no slot is free.  The caller pfrees it. */
extern BackgroundWorkerHandle *qsrepl_start_worker(const char *name,
												   const char *function,
												   Datum argument);

#endif							/* QSREPL_BGWORKER_H */
