/*
 * server.c
 *		What identifies this server and database, as SQL functions; running
 *		statements as a table's owner.
 *
 * IDENTIFICATION
 *		extension/server.c
 */
#include "qsrepl.h"

#include "access/table.h"
#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "compat.h"

/* Rows that a query's result is carried over with. */
#define ROWS_AT_ONCE 100

PG_FUNCTION_INFO_V1(qsrepl_here);
PG_FUNCTION_INFO_V1(qsrepl_state_word);
PG_FUNCTION_INFO_V1(qsrepl_run_as_owner);
PG_FUNCTION_INFO_V1(qsrepl_query_as_owner);

static TimeLineID
timeline(void)
{
	TimeLineID	result;

	if (!RecoveryInProgress())
		return qsrepl_timeline();
	(void) GetXLogReplayRecPtr(&result);
	return result;
}

/*
 * qsrepl._here(OUT system_identifier bigint, OUT timeline integer,
 *				OUT database_oid oid)
 *		The timeline is the one that is written or replayed; pg_control has it
 *		only after the next checkpoint.
 */
Datum
qsrepl_here(PG_FUNCTION_ARGS)
{
	TupleDesc	desc;
	Datum		values[3];
	bool		nulls[3] = {false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	values[0] = Int64GetDatum((int64) GetSystemIdentifier());
	values[1] = Int32GetDatum((int32) timeline());
	values[2] = ObjectIdGetDatum(MyDatabaseId);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc),
													  values, nulls)));
}

/*
 * qsrepl._state_word() returns text
 *		Which line of the state table holds, for what the statement sees.
 */
Datum
qsrepl_state_word(PG_FUNCTION_ARGS)
{
	static const char *const words[] = {"none", "local", "foreign", "restored"};
	State		state;

	qsrepl_read_state(GetActiveSnapshot(), &state);
	PG_RETURN_TEXT_P(cstring_to_text(words[state.word]));
}

/* Whose rights a statement had before it took on a table owner's. */
typedef struct Caller
{
	Oid			user;
	int			context;
	int			nest;			/* of settings */
} Caller;

/*
 * Constraints, expressions of indexes and triggers are the owner's code.
 * SECURITY_NOFORCE_RLS: the owner's row security does not hide rows from this.
 * An error ends the transaction or subtransaction, which restores all of it.
 */
static void
become_owner(Oid relid, Caller *caller)
{
	Relation	relation = table_open(relid, AccessShareLock);
	Oid			owner = relation->rd_rel->relowner;

	table_close(relation, NoLock);
	caller->nest = NewGUCNestLevel();
	GetUserIdAndSecContext(&caller->user, &caller->context);
	SetUserIdAndSecContext(owner,
						   caller->context | SECURITY_LOCAL_USERID_CHANGE |
						   SECURITY_RESTRICTED_OPERATION |
						   SECURITY_NOFORCE_RLS);
}

static void
become_caller(const Caller *caller)
{
	AtEOXact_GUC(false, caller->nest);
	SetUserIdAndSecContext(caller->user, caller->context);
}

/*
 * qsrepl._run_as_owner(relation regclass, statement text, rows tid[])
 *		returns bigint
 *
 *		Run a statement, with rows as its $1, with the rights of the table's
 *		owner.  Returns the number of rows.
 */
Datum
qsrepl_run_as_owner(PG_FUNCTION_ARGS)
{
	char	   *statement = text_to_cstring(PG_GETARG_TEXT_PP(1));
	Datum		rows = PG_GETARG_DATUM(2);
	Oid			type = TIDARRAYOID;
	int64		n;
	Caller		caller;

	become_owner(PG_GETARG_OID(0), &caller);
	SPI_connect();
	if (SPI_execute_with_args(statement, 1, &type, &rows, NULL, false, 0) < 0)
		elog(ERROR, "could not run \"%s\"", statement);
	n = (int64) SPI_processed;
	SPI_finish();
	become_caller(&caller);
	PG_RETURN_INT64(n);
}

/*
 * qsrepl._query_as_owner(relation regclass, query text) returns setof record
 *		The rows of a query that runs with the rights of the table's owner.  They
 *		may be as many as the table's, so they are fetched by and by into what
 *		goes to the disk beyond work_mem.
 */
Datum
qsrepl_query_as_owner(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	char	   *query = text_to_cstring(PG_GETARG_TEXT_PP(1));
	SPIPlanPtr	plan;
	Portal		portal;
	uint64		n;
	Caller		caller;

	qsrepl_start_srf(fcinfo);
	become_owner(PG_GETARG_OID(0), &caller);
	SPI_connect();
	plan = SPI_prepare(query, 0, NULL);
	if (plan == NULL)
		elog(ERROR, "could not run \"%s\"", query);
	portal = SPI_cursor_open(NULL, plan, NULL, NULL, true);
	do
	{
		SPI_cursor_fetch(portal, true, ROWS_AT_ONCE);
		n = SPI_processed;
		for (uint64 i = 0; i < n; i++)
			tuplestore_puttuple(result->setResult, SPI_tuptable->vals[i]);
		SPI_freetuptable(SPI_tuptable);
	} while (n > 0);
	SPI_cursor_close(portal);
	SPI_finish();
	become_caller(&caller);
	PG_RETURN_NULL();
}
