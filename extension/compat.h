/*
 * compat.h
 *		Differences between PostgreSQL 13 and 18: the only place that tests
 *		the version.
 *
 * IDENTIFICATION
 *		extension/compat.h
 */
#ifndef QSREPL_COMPAT_H
#define QSREPL_COMPAT_H

#if PG_VERSION_NUM < 130000 || PG_VERSION_NUM >= 190000
#error "qsrepl supports PostgreSQL 13 to 18"
#endif

#include "access/xlog.h"
#include "executor/executor.h"
#include "executor/nodeModifyTable.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/proc.h"
#include "utils/guc.h"

/* 14: wait events have a header of their own */
#if PG_VERSION_NUM >= 140000
#include "utils/wait_event.h"
#else
#include "pgstat.h"
#endif

/* 16: access to variable-length values has a header of its own */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* 15: shared memory is requested from a hook */
#if PG_VERSION_NUM >= 150000
#define QSREPL_HAVE_SHMEM_REQUEST_HOOK
#endif

/* 15: a set-returning function's tuplestore is made by one call */
#if PG_VERSION_NUM >= 150000
#define qsrepl_start_srf(fcinfo) InitMaterializedSRF(fcinfo, 0)
#else
static inline void
qsrepl_start_srf(FunctionCallInfo fcinfo)
{
	ReturnSetInfo *info = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext old;
	TupleDesc	desc;

	if (info == NULL || !IsA(info, ReturnSetInfo) ||
		!(info->allowedModes & SFRM_Materialize))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("set-valued function called in context that cannot accept a set")));
	old = MemoryContextSwitchTo(info->econtext->ecxt_per_query_memory);
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	info->returnMode = SFRM_Materialize;
	info->setResult = tuplestore_begin_heap(false, false, work_mem);
	info->setDesc = desc;
	MemoryContextSwitchTo(old);
}
#endif

/* 15: prefixes of settings are reserved */
#if PG_VERSION_NUM >= 150000
#define qsrepl_reserve_prefix(prefix) MarkGUCPrefixReserved(prefix)
#else
#define qsrepl_reserve_prefix(prefix) EmitWarningsOnPlaceholders(prefix)
#endif

/* 18: CHECK constraints may be there without being enforced */
#if PG_VERSION_NUM >= 180000
#define qsrepl_check_enforced(check) ((check)->ccenforced)
#else
#define qsrepl_check_enforced(check) true
#endif

/* 14: the result relation is an argument */
#if PG_VERSION_NUM >= 140000
#define qsrepl_compute_generated(rri, slot, estate) \
	ExecComputeStoredGenerated(rri, estate, slot, CMD_INSERT)
#else
#define qsrepl_compute_generated(rri, slot, estate) \
	((estate)->es_result_relation_info = (rri), \
	 ExecComputeStoredGenerated(estate, slot, CMD_INSERT))
#endif

/* 14: the result relation is an argument; 18: a tuple to leave out */
#if PG_VERSION_NUM >= 180000
#define qsrepl_check_indexes(rri, slot, estate, tid, list) \
	ExecCheckIndexConstraints(rri, slot, estate, tid, NULL, list)
#elif PG_VERSION_NUM >= 140000
#define qsrepl_check_indexes(rri, slot, estate, tid, list) \
	ExecCheckIndexConstraints(rri, slot, estate, tid, list)
#else
#define qsrepl_check_indexes(rri, slot, estate, tid, list) \
	((estate)->es_result_relation_info = (rri), \
	 ExecCheckIndexConstraints(slot, estate, tid, list))
#endif

/* 14: a utility statement's tree may be read-only */
#if PG_VERSION_NUM >= 140000
#define QSREPL_UTILITY_PARAMETERS \
	PlannedStmt *planned, const char *query_string, bool read_only_tree, \
	ProcessUtilityContext context, ParamListInfo params, \
	QueryEnvironment *environment, DestReceiver *dest, QueryCompletion *completion
#define QSREPL_UTILITY_ARGUMENTS \
	planned, query_string, read_only_tree, context, params, environment, dest, \
	completion
#else
#define QSREPL_UTILITY_PARAMETERS \
	PlannedStmt *planned, const char *query_string, \
	ProcessUtilityContext context, ParamListInfo params, \
	QueryEnvironment *environment, DestReceiver *dest, QueryCompletion *completion
#define QSREPL_UTILITY_ARGUMENTS \
	planned, query_string, context, params, environment, dest, completion
#endif

/* 17 (and later minor releases): a database whose drop was interrupted */
#ifdef DATCONNLIMIT_INVALID_DB
#define qsrepl_database_valid(form) ((form)->datconnlimit != DATCONNLIMIT_INVALID_DB)
#else
#define qsrepl_database_valid(form) true
#endif

/* 17: there is a timeout of transactions too */
#if PG_VERSION_NUM >= 170000
#define QSREPL_NEWER_TIMEOUTS {"transaction_timeout", "0"},
#else
#define QSREPL_NEWER_TIMEOUTS
#endif

/*
 * 15: the timeline on which this server writes is a function's; before,
 * RecoveryInProgress() has set it where it is over.  Recovery has a header.
 */
#if PG_VERSION_NUM >= 150000
#include "access/xlogrecovery.h"
#define qsrepl_timeline() GetWALInsertionTimeLine()
#else
#define qsrepl_timeline() ThisTimeLineID
#endif

/* 18: generated columns that are computed when they are read */
#if PG_VERSION_NUM >= 180000
#define QSREPL_HAVE_VIRTUAL_COLUMNS
#include "rewrite/rewriteHandler.h"
#define qsrepl_expand_generated(expr, relation) \
	((Expr *) expand_generated_columns_in_expr((Node *) (expr), relation, 1))
#else
#define qsrepl_expand_generated(expr, relation) ((Expr *) (expr))
#endif

/* 18: told the other way round */
#if PG_VERSION_NUM >= 180000
#define qsrepl_is_client_backend(proc) ((proc)->isRegularBackend)
#else
#define qsrepl_is_client_backend(proc) (!(proc)->isBackgroundWorker)
#endif

#endif							/* QSREPL_COMPAT_H */
