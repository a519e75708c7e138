/*
 * fence_functions.c
 *		The SQL functions of the fence; sql/0.1 has what calls them.
 *
 * IDENTIFICATION
 *		extension/fence_functions.c
 */
#include "fence.h"

#include "access/htup_details.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "compat.h"

PG_FUNCTION_INFO_V1(qsrepl_fence);
PG_FUNCTION_INFO_V1(qsrepl_unfence);
PG_FUNCTION_INFO_V1(qsrepl_fence_state);
PG_FUNCTION_INFO_V1(qsrepl_disable_all_subscriptions);

/* Whoever calls it, even through a superuser's function. */
static void
check_caller(const char *function)
{
	if (!superuser() || !superuser_arg(GetSessionUserId()))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be superuser to call %s", function),
				 errhint("Connect as a superuser, for example as postgres.")));
	if (!qsrepl_fence_is_possible())
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("qsrepl was not loaded when the server started"),
				 errhint("Add qsrepl to shared_preload_libraries and restart the server.")));
}

/*
 * qsrepl._fence(reason text)
 *		Close this server, and end the sessions that have written.
 */
Datum
qsrepl_fence(PG_FUNCTION_ARGS)
{
	char	   *reason = text_to_cstring(PG_GETARG_TEXT_PP(0));

	check_caller("qsrepl.fence()");
	if (RecoveryInProgress())
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("a standby server cannot be fenced"),
				 errdetail("It is in recovery and takes no changes anyway."),
				 errhint("Fence the primary server.")));
	qsrepl_fence_set(FENCE_BY_HAND,
					 pg_server_to_any(reason, strlen(reason), PG_UTF8), ERROR);
	qsrepl_end_writers();
	PG_RETURN_VOID();
}

/*
 * qsrepl._unfence()
 *		Open this server again; false where it was not closed.
 */
Datum
qsrepl_unfence(PG_FUNCTION_ARGS)
{
	bool		was;
	TimeLineID	timeline;

	check_caller("qsrepl.unfence()");
	was = qsrepl_fence_clear(ERROR);
	timeline = qsrepl_peer_supersedes();
	if (timeline != 0)
		ereport(WARNING,
				(errmsg("the peer is on timeline %u, which supersedes this server", timeline),
				 errdetail("This server fences itself again when it asks next."),
				 errhint("To keep it open, empty qsrepl.peer_conninfo and reload the configuration.")));
	PG_RETURN_BOOL(was);
}

/*
 * qsrepl._fence_state(OUT fenced boolean, OUT reason text, OUT since timestamptz)
 */
Datum
qsrepl_fence_state(PG_FUNCTION_ARGS)
{
	TupleDesc	desc;
	Datum		values[3] = {0};
	bool		nulls[3] = {false, true, true};
	FenceRecord record;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	if (qsrepl_fence_record(&record))
	{
		values[0] = BoolGetDatum(true);
		values[1] = CStringGetTextDatum(qsrepl_fence_reason());
		values[2] = TimestampTzGetDatum(record.since);
		nulls[1] = nulls[2] = false;
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(desc, values, nulls)));
}

/*
 * qsrepl._disable_subscriptions()
 */
Datum
qsrepl_disable_all_subscriptions(PG_FUNCTION_ARGS)
{
	check_caller("qsrepl._disable_subscriptions()");
	qsrepl_disable_subscriptions();
	PG_RETURN_VOID();
}
