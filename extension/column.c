/*
 * column.c
 *		Rewriting one value of each type.
 *
 * IDENTIFICATION
 *		extension/column.c
 */
#include "qsrepl.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "compat.h"

/*
 * Larger documents stay as they are: jsonb has limits of its own (256 MB a
 * container) that a longer value could push one over.
 */
#define JSONB_MAX_SIZE ((size_t) 128 * 1024 * 1024)

bool
qsrepl_column_type(Oid type, int32 typmod, ColumnType *column)
{
	Oid			element = get_element_type(type);

	column->array = OidIsValid(element);
	column->element = column->array ? element : type;
	column->limit = -1;
	switch (column->element)
	{
		case TEXTOID:
			column->kind = COLUMN_TEXT;
			return true;
		case VARCHAROID:
			column->kind = COLUMN_TEXT;
			break;
		case BPCHAROID:
			column->kind = COLUMN_BPCHAR;
			break;
		case JSONOID:
			column->kind = COLUMN_JSON;
			return !column->array;
		case JSONBOID:
			column->kind = COLUMN_JSONB;
			return !column->array;
		default:
			return false;
	}
	if (typmod >= (int32) VARHDRSZ)
		column->limit = typmod - (int32) VARHDRSZ;
	return true;
}

/* char(n) with the blanks that fill it up; without a limit those it had. */
static Datum
make_padded(const char *bytes, size_t len, int characters, int limit,
			size_t had)
{
	size_t		blanks = limit < 0 ? had :
	limit > characters ? (size_t) (limit - characters) : 0;
	text	   *padded = palloc(VARHDRSZ + len + blanks);

	SET_VARSIZE(padded, VARHDRSZ + len + blanks);
	memcpy(VARDATA(padded), bytes, len);
	memset(VARDATA(padded) + len, ' ', blanks);
	return PointerGetDatum(padded);
}

static size_t
without_blanks(const char *bytes, size_t len)
{
	while (len > 0 && bytes[len - 1] == ' ')
		len--;
	return len;
}

/* One value of type text, varchar, char or json. */
static RewriteOutcome
rewrite_text(const RwMatcher *matcher, const ColumnType *column, RwForm form,
			 Datum value, Datum *result)
{
	text	   *in = (text *) PG_DETOAST_DATUM_PACKED(value);
	const char *bytes = VARDATA_ANY(in);
	size_t		len = VARSIZE_ANY_EXHDR(in);
	size_t		blanks = 0;
	char	   *out;
	size_t		outlen;
	int			characters = 0;
	RewriteOutcome outcome = REWRITE_CHANGED;
	RwResult	changed;

	if (column->kind == COLUMN_BPCHAR)
	{
		blanks = len - without_blanks(bytes, len);
		len -= blanks;
	}
	if (column->kind == COLUMN_JSON)
		changed = rw_rewrite_json(matcher, bytes, len, &qsrepl_text_memory,
								  &out, &outlen);
	else
		changed = rw_rewrite(matcher, form, bytes, len, &qsrepl_text_memory,
							 &out, &outlen);
	if (changed == RW_SAME)
		outcome = REWRITE_SAME;
	else
	{
		if (column->limit >= 0 && outlen <= MaxAllocSize)
			characters = pg_mbstrlen_with_len(out, (int) outlen);
		if (outlen > MaxAllocSize - VARHDRSZ ||
			(column->limit >= 0 && characters > column->limit))
			outcome = REWRITE_REFUSED;
		else if (column->kind == COLUMN_BPCHAR)
			*result = make_padded(out, outlen, characters, column->limit,
								  blanks);
		else
			*result = qsrepl_finish_text(out, outlen);
	}
	if ((Pointer) in != DatumGetPointer(value))
		pfree(in);
	return outcome;
}

static bool
find_in_text(const RwMatcher *matcher, const ColumnType *column, RwForm form,
			 Datum value, RwHit *hit)
{
	text	   *in = (text *) PG_DETOAST_DATUM_PACKED(value);
	const char *bytes = VARDATA_ANY(in);
	size_t		len = VARSIZE_ANY_EXHDR(in);

	if (column->kind == COLUMN_BPCHAR)
		len = without_blanks(bytes, len);
	if (column->kind == COLUMN_JSON)
		return rw_find_json(matcher, bytes, len, &qsrepl_memory, hit);
	return rw_find(matcher, form, bytes, len, hit);
}

/* Is this an element or a member's value that is a string? */
static bool
is_jsonb_string(JsonbIteratorToken token, const JsonbValue *value)
{
	return (token == WJB_ELEM || token == WJB_VALUE) &&
		value->type == jbvString;
}

static bool
find_in_jsonb(const RwMatcher *matcher, Jsonb * document, RwHit *hit)
{
	JsonbIterator *it = JsonbIteratorInit(&document->root);
	JsonbIteratorToken token;
	JsonbValue	value;

	while ((token = JsonbIteratorNext(&it, &value, false)) != WJB_DONE)
		if (is_jsonb_string(token, &value) &&
			rw_find(matcher, RW_FORM_TEXT, value.val.string.val,
					(size_t) value.val.string.len, hit))
			return true;
	return false;
}

static RewriteOutcome
rewrite_jsonb(const RwMatcher *matcher, Datum value, Datum *result)
{
	Jsonb	   *document = DatumGetJsonbP(value);
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	item;
	JsonbParseState *state = NULL;
	JsonbValue *root = NULL;
	RwHit		hit;

	/* Most documents hold nothing foreign: do not build them anew. */
	if (!find_in_jsonb(matcher, document, &hit))
		return REWRITE_SAME;
	if (VARSIZE(document) > JSONB_MAX_SIZE)
		return REWRITE_REFUSED;
	it = JsonbIteratorInit(&document->root);
	while ((token = JsonbIteratorNext(&it, &item, false)) != WJB_DONE)
	{
		if (is_jsonb_string(token, &item))
		{
			char	   *out;
			size_t		outlen;

			if (rw_rewrite(matcher, RW_FORM_TEXT, item.val.string.val,
						   (size_t) item.val.string.len, &qsrepl_memory,
						   &out, &outlen) == RW_CHANGED)
			{
				item.val.string.val = out;
				item.val.string.len = (int) outlen;
			}
		}
		if (token == WJB_KEY || token == WJB_VALUE || token == WJB_ELEM)
			root = pushJsonbValue(&state, token, &item);
		else
			root = pushJsonbValue(&state, token,
								  token == WJB_BEGIN_ARRAY &&
								  item.val.array.rawScalar ? &item : NULL);
	}
	*result = JsonbPGetDatum(JsonbValueToJsonb(root));
	return REWRITE_CHANGED;
}

/* The elements of an array; freed with the current memory context. */
static int
take_apart(const ColumnType *column, Datum value, ArrayType **array,
		   Datum **items, bool **nulls)
{
	int16		typlen;
	bool		typbyval;
	char		typalign;
	int			n;

	*array = DatumGetArrayTypeP(value);
	get_typlenbyvalalign(column->element, &typlen, &typbyval, &typalign);
	deconstruct_array(*array, column->element, typlen, typbyval, typalign,
					  items, nulls, &n);
	return n;
}

static RewriteOutcome
rewrite_array(const RwMatcher *matcher, const ColumnType *column,
			  RwForm form, Datum value, Datum *result)
{
	ArrayType  *array;
	Datum	   *items;
	bool	   *nulls;
	bool		changed = false;
	bool		refused = false;
	int16		typlen;
	bool		typbyval;
	char		typalign;
	int			n = take_apart(column, value, &array, &items, &nulls);

	for (int i = 0; i < n; i++)
	{
		RewriteOutcome one;

		if (nulls[i])
			continue;
		one = rewrite_text(matcher, column, form, items[i], &items[i]);
		changed |= one == REWRITE_CHANGED;
		refused |= one == REWRITE_REFUSED;
	}
	/* An array is rewritten whole or not at all. */
	if (refused)
		return REWRITE_REFUSED;
	if (!changed)
		return REWRITE_SAME;
	get_typlenbyvalalign(column->element, &typlen, &typbyval, &typalign);
	array = construct_md_array(items, nulls, ARR_NDIM(array), ARR_DIMS(array),
							   ARR_LBOUND(array), column->element, typlen,
							   typbyval, typalign);
	*result = PointerGetDatum(array);
	return REWRITE_CHANGED;
}

RewriteOutcome
qsrepl_rewrite_datum(const RwMatcher *matcher, const ColumnType *column,
					 RwForm form, Datum value, Datum *result)
{
	if (column->array)
		return rewrite_array(matcher, column, form, value, result);
	if (column->kind == COLUMN_JSONB)
		return rewrite_jsonb(matcher, value, result);
	return rewrite_text(matcher, column, form, value, result);
}

bool
qsrepl_find_in_datum(const RwMatcher *matcher, const ColumnType *column,
					 RwForm form, Datum value, RwHit *hit)
{
	ArrayType  *array;
	Datum	   *items;
	bool	   *nulls;
	int			n;

	if (!column->array && column->kind == COLUMN_JSONB)
		return find_in_jsonb(matcher, DatumGetJsonbP(value), hit);
	if (!column->array)
		return find_in_text(matcher, column, form, value, hit);
	n = take_apart(column, value, &array, &items, &nulls);
	for (int i = 0; i < n; i++)
		if (!nulls[i] && find_in_text(matcher, column, form, items[i], hit))
			return true;
	return false;
}
