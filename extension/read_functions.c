/*
 * read_functions.c
 *		What the reader puts around columns and rows.
 *
 * They take any type that a rule may stand on.  What would not fit the
 * column's type is given as it is stored: check() tells of it.
 *
 * IDENTIFICATION
 *		extension/read_functions.c
 */
#include "qsrepl.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "compat.h"

PG_FUNCTION_INFO_V1(qsrepl_read);
PG_FUNCTION_INFO_V1(qsrepl_form_of);
PG_FUNCTION_INFO_V1(qsrepl_read_row);
PG_FUNCTION_INFO_V1(qsrepl_read_site);

static Datum
local_value(const ColumnType *type, RwForm form, Datum value)
{
	Datum		result;

	if (qsrepl_rewrite_datum(qsrepl_matcher(NULL), type, form, value,
							 &result) == REWRITE_CHANGED)
		return result;
	return value;
}

/*
 * qsrepl._read(value anyelement, typmod integer, form integer)
 *		returns anyelement
 *
 *		typmod is the same in all calls of a plan; form is an RwForm or -1.
 */
Datum
qsrepl_read(PG_FUNCTION_ARGS)
{
	ColumnType *type = fcinfo->flinfo->fn_extra;
	int			form = PG_GETARG_INT32(2);

	if (type == NULL)
	{
		type = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(ColumnType));
		if (!qsrepl_column_type(get_fn_expr_argtype(fcinfo->flinfo, 0),
								PG_GETARG_INT32(1), type))
			elog(ERROR, "values cannot be read rewritten");
		fcinfo->flinfo->fn_extra = type;
	}
	if (form < 0 || form > RW_FORM_VALUE)
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	PG_RETURN_DATUM(local_value(type, (RwForm) form, PG_GETARG_DATUM(0)));
}

/*
 * qsrepl._form_of(relation oid, column text) returns integer
 *		The form of the rule on a column of the table that a row is of, where
 *		children or partitions have rules of their own; -1: there is none.
 */
Datum
qsrepl_form_of(PG_FUNCTION_ARGS)
{
	Oid			relid = PG_GETARG_OID(0);
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(1));
	const RuleColumn *column = qsrepl_rule_column(qsrepl_rules_by_oid(relid),
												  get_attnum(relid, name));

	PG_RETURN_INT32(column != NULL ? (int32) column->form : -1);
}

/* Where a table's column is in a row, which may be of a parent's type. */
static AttrNumber
place_of(Oid relid, AttrNumber attnum, TupleDesc desc)
{
	char	   *name;

	if (get_rel_type_id(relid) == desc->tdtypeid)
		return attnum;
	name = get_attname(relid, attnum, false);
	for (int i = 0; i < desc->natts; i++)
		if (!TupleDescAttr(desc, i)->attisdropped &&
			strcmp(NameStr(TupleDescAttr(desc, i)->attname), name) == 0)
			return (AttrNumber) (i + 1);
	return InvalidAttrNumber;
}

/* Rewrite the ruled columns among the values; true if one has changed. */
static bool
read_values(Oid relid, const RuleTable *table, TupleDesc desc, Datum *values,
			const bool *nulls)
{
	bool		changed = false;

	for (int i = 0; i < table->n_columns; i++)
	{
		const RuleColumn *column = &table->columns[i];
		AttrNumber	place = place_of(relid, column->attnum, desc);
		Datum		result;

		if (place == InvalidAttrNumber || nulls[place - 1] ||
			qsrepl_rewrite_datum(qsrepl_matcher(NULL), &column->type,
								 column->form, values[place - 1],
								 &result) != REWRITE_CHANGED)
			continue;
		values[place - 1] = result;
		changed = true;
	}
	return changed;
}

/* Take a row apart; the descriptor is to be released. */
static TupleDesc
take_apart(HeapTupleHeader row, Datum **values, bool **nulls)
{
	TupleDesc	desc = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(row),
											  HeapTupleHeaderGetTypMod(row));
	HeapTupleData tuple;

	tuple.t_len = HeapTupleHeaderGetDatumLength(row);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = row;
	*values = palloc(desc->natts * sizeof(Datum));
	*nulls = palloc(desc->natts * sizeof(bool));
	heap_deform_tuple(&tuple, desc, *values, *nulls);
	return desc;
}

/*
 * qsrepl._read_row(row anyelement, relation oid) returns anyelement
 *		A whole row of a table or of a parent of it.
 */
Datum
qsrepl_read_row(PG_FUNCTION_ARGS)
{
	HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(0);
	Oid			relid = PG_GETARG_OID(1);
	const RuleTable *table = qsrepl_rules_by_oid(relid);
	Datum		result = HeapTupleHeaderGetDatum(row);
	TupleDesc	desc;
	Datum	   *values;
	bool	   *nulls;

	if (table == NULL)
		PG_RETURN_DATUM(result);
	desc = take_apart(row, &values, &nulls);
	if (read_values(relid, table, desc, values, nulls))
		result = HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
	ReleaseTupleDesc(desc);
	PG_RETURN_DATUM(result);
}

/*
 * qsrepl._read_state(value anyelement) returns anyelement
 *		The site in qsrepl.state, or a row of it, as readers see the rest of
 *		the database: spelled for the local site.
 */
Datum
qsrepl_read_site(PG_FUNCTION_ARGS)
{
	Datum		site = CStringGetTextDatum(qsrepl_local_site);
	TupleDesc	desc;
	Datum	   *values;
	bool	   *nulls;
	Datum		result;

	if (get_fn_expr_argtype(fcinfo->flinfo, 0) == TEXTOID)
		PG_RETURN_DATUM(site);
	desc = take_apart(PG_GETARG_HEAPTUPLEHEADER(0), &values, &nulls);
	values[0] = site;
	nulls[0] = false;
	result = HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
	ReleaseTupleDesc(desc);
	PG_RETURN_DATUM(result);
}
