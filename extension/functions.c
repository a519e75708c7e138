/*
 * functions.c
 *		The engine as SQL functions, and the checks that definitions go
 *		through.
 *
 * Functions whose names begin with an underscore serve the extension's own
 * SQL functions.
 *
 * IDENTIFICATION
 *		extension/functions.c
 */
#include "qsrepl.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "compat.h"

PG_FUNCTION_INFO_V1(qsrepl_rewrite);
PG_FUNCTION_INFO_V1(qsrepl_rewrite_any);
PG_FUNCTION_INFO_V1(qsrepl_rewrite_for);
PG_FUNCTION_INFO_V1(qsrepl_need);
PG_FUNCTION_INFO_V1(qsrepl_find_any);
PG_FUNCTION_INFO_V1(qsrepl_suggest);
PG_FUNCTION_INFO_V1(qsrepl_normalize);
PG_FUNCTION_INFO_V1(qsrepl_check_mappings);
PG_FUNCTION_INFO_V1(qsrepl_mapping_problem);

static RwForm
form_argument(Datum argument)
{
	char	   *name = text_to_cstring(DatumGetTextPP(argument));
	RwForm		form;

	if (!rw_form_parse(name, &form))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("form \"%s\" is not recognized", name),
				 errhint("The forms are path, host, text and value.")));
	return form;
}

static RwKind
kind_argument(Datum argument)
{
	char	   *name = text_to_cstring(DatumGetTextPP(argument));
	RwKind		kind;

	if (!rw_kind_parse(name, &kind))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("kind of mapping \"%s\" is not recognized", name),
				 errhint("The kinds are path, host and value.")));
	return kind;
}

static void
site_must_exist(const char *site)
{
	if (site[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the local site is not known"),
				 errhint("Set \"qsrepl.local_site\" in the server's configuration and restart it.")));
	if (!qsrepl_site_exists(site))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("site \"%s\" does not exist", site),
				 errhint("Define it with qsrepl.set_site().")));
}

/*
 * qsrepl.rewrite(value text, form text, site text) returns text
 *		The engine by hand; a null site is the local one.
 */
Datum
qsrepl_rewrite(PG_FUNCTION_ARGS)
{
	text	   *value;
	RwForm		form;
	char	   *site;
	char	   *out;
	size_t		outlen;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	value = PG_GETARG_TEXT_PP(0);
	form = form_argument(PG_GETARG_DATUM(1));
	site = PG_ARGISNULL(2) ? qsrepl_local_site :
		text_to_cstring(PG_GETARG_TEXT_PP(2));
	site_must_exist(site);
	if (rw_rewrite(qsrepl_matcher(site), form, VARDATA_ANY(value),
				   VARSIZE_ANY_EXHDR(value), &qsrepl_text_memory, &out,
				   &outlen) == RW_SAME)
		PG_RETURN_TEXT_P(value);
	if (outlen > MaxAllocSize - VARHDRSZ)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("rewritten value is too long")));
	PG_RETURN_DATUM(qsrepl_finish_text(out, outlen));
}

/* What does not change from call to call of an expression. */
typedef struct CallSite
{
	ColumnType	type;			/* of argument 0 */
	RwForm		form;			/* argument 1 */
	bool		form_fixed;		/* it is the same in all calls */
} CallSite;

static CallSite *
make_call_site(FunctionCallInfo fcinfo, int32 typmod)
{
	Oid			type = get_fn_expr_argtype(fcinfo->flinfo, 0);
	CallSite   *site = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt,
										  sizeof(CallSite));

	if (!OidIsValid(type) || !qsrepl_column_type(type, typmod, &site->type))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("values of type %s cannot be rewritten",
						OidIsValid(type) ? format_type_be(type) : "unknown")));
	site->form = form_argument(PG_GETARG_DATUM(1));
	site->form_fixed = get_fn_expr_arg_stable(fcinfo->flinfo, 1);
	return site;
}

static const CallSite *
call_site(FunctionCallInfo fcinfo, int32 typmod)
{
	CallSite   *site = fcinfo->flinfo->fn_extra;

	if (site == NULL)
		fcinfo->flinfo->fn_extra = site = make_call_site(fcinfo, typmod);
	else if (!site->form_fixed)
		site->form = form_argument(PG_GETARG_DATUM(1));
	return site;
}

/* Rewrite argument 0 as the other arguments say; NULL: to the local site's. */
static RewriteOutcome
rewrite_argument(FunctionCallInfo fcinfo, const char *to, Datum *result)
{
	const CallSite *site = call_site(fcinfo, PG_GETARG_INT32(2));

	return qsrepl_rewrite_datum(qsrepl_matcher(to), &site->type, site->form,
								PG_GETARG_DATUM(0), result);
}

/*
 * qsrepl._rewrite_any(value anyelement, form text, typmod integer)
 *		returns anyelement
 *
 *		Rewrite a value of any supported type to the local site's values.  What
 *		would not fit the type's limit stays as it is; typmod, the same in all
 *		calls of a statement, is -1 for no limit.
 */
Datum
qsrepl_rewrite_any(PG_FUNCTION_ARGS)
{
	Datum		result;

	if (rewrite_argument(fcinfo, NULL, &result) == REWRITE_CHANGED)
		PG_RETURN_DATUM(result);
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/*
 * qsrepl._rewrite_for(value anyelement, form text, typmod integer, site text)
 *		returns anyelement
 *
 *		The same to the values of any site: what that site shows or stores.
 */
Datum
qsrepl_rewrite_for(PG_FUNCTION_ARGS)
{
	char	   *to = text_to_cstring(PG_GETARG_TEXT_PP(3));
	Datum		result;

	site_must_exist(to);
	if (rewrite_argument(fcinfo, to, &result) == REWRITE_CHANGED)
		PG_RETURN_DATUM(result);
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/*
 * qsrepl._need(value anyelement, form text, typmod integer) returns integer
 *		0: the value is the local site's; 1: localize() changes it; 2: it would,
 *		but the new one does not fit.
 */
Datum
qsrepl_need(PG_FUNCTION_ARGS)
{
	Datum		result;

	switch (rewrite_argument(fcinfo, NULL, &result))
	{
		case REWRITE_CHANGED:
			PG_RETURN_INT32(1);
		case REWRITE_REFUSED:
			PG_RETURN_INT32(2);
		case REWRITE_SAME:
			break;
	}
	PG_RETURN_INT32(0);
}

/*
 * qsrepl._find_any(value anyelement, form text, OUT mapping text, OUT site text)
 *		The first foreign value in a value; null where there is none.
 */
Datum
qsrepl_find_any(PG_FUNCTION_ARGS)
{
	const CallSite *site = call_site(fcinfo, -1);
	TupleDesc	desc;
	Datum		values[2];
	bool		nulls[2] = {true, true};
	RwHit		hit;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	if (qsrepl_find_in_datum(qsrepl_matcher(NULL), &site->type, site->form,
							 PG_GETARG_DATUM(0), &hit))
	{
		values[0] = CStringGetTextDatum(hit.mapping);
		values[1] = CStringGetTextDatum(hit.site);
		nulls[0] = nulls[1] = false;
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc),
													  values, nulls)));
}

/*
 * qsrepl._suggest(value text, json boolean) returns text
 *		The form a column would need for this value; null: none.
 */
Datum
qsrepl_suggest(PG_FUNCTION_ARGS)
{
	text	   *value = PG_GETARG_TEXT_PP(0);
	RwForm		form;

	if (!rw_suggest_form(qsrepl_matcher(NULL), VARDATA_ANY(value),
						 VARSIZE_ANY_EXHDR(value), PG_GETARG_BOOL(1),
						 &qsrepl_memory, &form))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(rw_form_name(form)));
}

/*
 * qsrepl._normalize(kind text, value text) returns text
 *		A mapping's value as it is stored, or an error.
 */
Datum
qsrepl_normalize(PG_FUNCTION_ARGS)
{
	char		stored[RW_VALUE_MAX + 1];
	RwProblem	problem;

	if (!rw_value_normalize(kind_argument(PG_GETARG_DATUM(0)),
							text_to_cstring(PG_GETARG_TEXT_PP(1)), stored,
							&problem))
		qsrepl_report_problem(ERROR, &problem);
	PG_RETURN_TEXT_P(cstring_to_text(stored));
}

static void
report_warning(void *arg, const RwProblem *problem)
{
	qsrepl_report_problem(WARNING, problem);
}

/*
 * qsrepl._check_mappings(changed text)
 *		Refuse a set of mappings that would break a law; warn of what concerns
 *		the mapping that was changed.
 */
Datum
qsrepl_check_mappings(PG_FUNCTION_ARGS)
{
	RwMappings *mappings = qsrepl_load_mappings(&qsrepl_memory, true);
	RwProblem	problem;

	if (!rw_mappings_check(mappings, &problem))
		qsrepl_report_problem(ERROR, &problem);
	rw_mappings_warnings(mappings, text_to_cstring(PG_GETARG_TEXT_PP(0)),
						 report_warning, NULL);
	rw_mappings_free(mappings);
	PG_RETURN_VOID();
}

static void
put_problem(void *arg, const RwProblem *problem)
{
	ReturnSetInfo *result = arg;
	Datum		values[3];
	bool		nulls[3] = {false};
	char	   *text = psprintf("%s%s%s", problem->message,
								problem->detail[0] != '\0' ? ". " : "",
								problem->detail);

	values[0] = CStringGetTextDatum(problem->code == RW_PROBLEM_WARNING ?
									"warning" : "error");
	values[1] = CStringGetTextDatum(text);
	values[2] = CStringGetTextDatum(problem->hint);
	nulls[2] = problem->hint[0] == '\0';
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * qsrepl._mapping_problems() returns setof (severity, problem, hint)
 *		The same as rows, for check().
 */
Datum
qsrepl_mapping_problem(PG_FUNCTION_ARGS)
{
	RwMappings *mappings;
	RwProblem	problem;

	qsrepl_start_srf(fcinfo);
	mappings = qsrepl_load_mappings(&qsrepl_memory, false);
	if (!rw_mappings_check(mappings, &problem))
		put_problem(fcinfo->resultinfo, &problem);
	rw_mappings_warnings(mappings, NULL, put_problem, fcinfo->resultinfo);
	PG_RETURN_NULL();
}
