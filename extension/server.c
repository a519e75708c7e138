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

PG_FUNCTION_INFO_V1(qsrepl_here);
PG_FUNCTION_INFO_V1(qsrepl_state_word);
PG_FUNCTION_INFO_V1(qsrepl_run_as_owner);

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

static int64
run(const char *statement, Datum rows)
{
	Oid			type = TIDARRAYOID;
	int			result;

	SPI_connect();
	result = SPI_execute_with_args(statement, 1, &type, &rows, NULL, false, 0);
	if (result < 0)
		elog(ERROR, "could not run statement: %s",
			 SPI_result_code_string(result));
	SPI_finish();
	return (int64) SPI_processed;
}

/*
 * qsrepl._run_as_owner(relation regclass, statement text, rows tid[])
 *		returns bigint
 *
 *		Run a statement, with rows as its $1, with the rights of the table's
 *		owner: constraints, expressions of indexes and triggers are the
 *		owner's code.  SECURITY_NOFORCE_RLS: the owner's row security does not
 *		hide rows from this.  Returns the number of rows.
 */
Datum
qsrepl_run_as_owner(PG_FUNCTION_ARGS)
{
	Relation	relation = table_open(PG_GETARG_OID(0), AccessShareLock);
	Oid			owner = relation->rd_rel->relowner;
	char	   *statement = text_to_cstring(PG_GETARG_TEXT_PP(1));
	Oid			user;
	int			context;
	int			nest = NewGUCNestLevel();
	int64		n;

	table_close(relation, NoLock);
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(owner, context | SECURITY_LOCAL_USERID_CHANGE |
						   SECURITY_RESTRICTED_OPERATION |
						   SECURITY_NOFORCE_RLS);
	/* An error ends the transaction or subtransaction, which restores both. */
	n = run(statement, PG_ARGISNULL(2) ? (Datum) 0 : PG_GETARG_DATUM(2));
	AtEOXact_GUC(false, nest);
	SetUserIdAndSecContext(user, context);
	PG_RETURN_INT64(n);
}
