/*
 * trigger.c
 *		The row triggers: rewriting what apply brings, and telling all
 *		backends that rules or mappings have changed.
 *
 * rewrite_row() never stops apply: what cannot be stored rewritten stays as
 * it came, with a warning and a counter, and leaks() shows it.
 *
 * IDENTIFICATION
 *		extension/trigger.c
 */
#include "qsrepl.h"

#include "access/detoast.h"
#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "commands/trigger.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/varlena.h"

#include "compat.h"

PG_FUNCTION_INFO_V1(qsrepl_rewrite_row);
PG_FUNCTION_INFO_V1(qsrepl_invalidate);

/* The new values of one row, in the order of a RuleTable's columns. */
typedef struct Changes
{
	int			n;
	int		   *attnums;
	Datum	   *values;
	const RuleColumn **columns;
} Changes;

static void
append_value(StringInfo text, TupleTableSlot *slot, AttrNumber attnum)
{
	Form_pg_attribute att = TupleDescAttr(slot->tts_tupleDescriptor,
										  attnum - 1);
	bool		isnull;
	Datum		value = slot_getattr(slot, attnum, &isnull);
	Oid			output;
	bool		varlena;

	getTypeOutputInfo(att->atttypid, &output, &varlena);
	appendStringInfo(text, "%s%s=%s", text->len > 0 ? ", " : "",
					 NameStr(att->attname),
					 isnull ? "null" : OidOutputFunctionCall(output, value));
}

/* The row's primary key, for a message. */
static char *
describe_key(Relation relation, TupleTableSlot *slot)
{
	Bitmapset  *key = RelationGetIndexAttrBitmap(relation,
												 INDEX_ATTR_BITMAP_PRIMARY_KEY);
	StringInfoData text;
	int			bit = -1;

	initStringInfo(&text);
	while ((bit = bms_next_member(key, bit)) >= 0)
		append_value(&text, slot,
					 (AttrNumber) (bit + FirstLowInvalidHeapAttributeNumber));
	return text.len > 0 ? text.data : pstrdup("no primary key");
}

static void
warn_refused(Relation relation, TupleTableSlot *slot,
			 const RuleColumn *column, const char *why)
{
	TupleDesc	desc = RelationGetDescr(relation);
	Form_pg_attribute att = TupleDescAttr(desc, column->attnum - 1);

	if (column->stats != NULL)
		pg_atomic_fetch_add_u64(&column->stats->refused, 1);
	ereport(WARNING,
			(errcode(ERRCODE_STRING_DATA_RIGHT_TRUNCATION),
			 errmsg("could not store rewritten value of column \"%s\" of table \"%s\"",
					NameStr(att->attname), RelationGetRelationName(relation)),
			 errdetail("%s  The row stays as it came: %s.", why,
					   describe_key(relation, slot)),
			 errhint("See qsrepl.leaks().")));
}

static void
count_rewritten(const RuleColumn *column)
{
	if (column->stats == NULL)
		return;
	pg_atomic_fetch_add_u64(&column->stats->rewritten, 1);
	pg_atomic_write_u64(&column->stats->last,
						(uint64) GetCurrentStatementStartTimestamp());
}

/*
 * Would the new value be too long for an index?  A btree's entry has at most
 * 2704 bytes; compression may make more fit, which is not tried here.
 */
static bool
outgrows_index(const RuleColumn *column, Datum value, Datum result)
{
	return column->indexed && VARSIZE_ANY(DatumGetPointer(result)) > 2600 &&
		VARSIZE_ANY(DatumGetPointer(result)) > toast_raw_datum_size(value);
}

/* Rewrite the columns that the statement brought. */
static void
find_changes(TriggerData *trigger, const RuleTable *rules,
			 TupleTableSlot *slot, Changes *changes)
{
	const RwMatcher *matcher = qsrepl_matcher(NULL);
	bool		update = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event);

	for (int i = 0; i < rules->n_columns; i++)
	{
		const RuleColumn *column = &rules->columns[i];
		Datum		result;
		bool		isnull;
		Datum		value;

		/* What was sent as unchanged TOAST is the local value already. */
		if (update && trigger->tg_updatedcols != NULL &&
			!bms_is_member(column->attnum - FirstLowInvalidHeapAttributeNumber,
						   trigger->tg_updatedcols))
			continue;
		value = slot_getattr(slot, column->attnum, &isnull);
		if (isnull)
			continue;
		if (column->stats != NULL)
			pg_atomic_fetch_add_u64(&column->stats->seen, 1);
		switch (qsrepl_rewrite_datum(matcher, &column->type, column->form,
									 value, &result))
		{
			case REWRITE_SAME:
				break;
			case REWRITE_REFUSED:
				warn_refused(trigger->tg_relation, slot, column,
							 "It is too long for the column's type.");
				break;
			case REWRITE_CHANGED:
				if (outgrows_index(column, value, result))
				{
					warn_refused(trigger->tg_relation, slot, column,
								 "It may be too long for an index.");
					break;
				}
				changes->attnums[changes->n] = column->attnum;
				changes->values[changes->n] = result;
				changes->columns[changes->n++] = column;
				break;
		}
	}
}

/*
 * The tuple with the changes. The slot holds the same row with its columns
 * taken apart already, as far as they were looked at.
 */
static HeapTuple
form_changed(HeapTuple tuple, TupleTableSlot *slot, const Changes *changes)
{
	TupleDesc	desc = slot->tts_tupleDescriptor;
	Datum	   *values = palloc(desc->natts * sizeof(Datum));
	HeapTuple	changed;

	slot_getallattrs(slot);
	memcpy(values, slot->tts_values, desc->natts * sizeof(Datum));
	for (int i = 0; i < changes->n; i++)
		values[changes->attnums[i] - 1] = changes->values[i];
	changed = heap_form_tuple(desc, values, slot->tts_isnull);
	changed->t_data->t_ctid = tuple->t_data->t_ctid;
	changed->t_self = tuple->t_self;
	changed->t_tableOid = tuple->t_tableOid;
	pfree(values);
	return changed;
}

static HeapTuple
apply_changes(TriggerData *trigger, const RuleTable *rules, HeapTuple tuple,
			  TupleTableSlot *slot, const Changes *changes)
{
	Relation	relation = trigger->tg_relation;
	bool		update = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event);
	HeapTuple	changed = form_changed(tuple, slot, changes);

	if (rules->constrained &&
		!qsrepl_can_store(relation, changed,
						  update ? &trigger->tg_trigtuple->t_self : NULL) &&
		qsrepl_can_store(relation, tuple,
						 update ? &trigger->tg_trigtuple->t_self : NULL))
	{
		for (int i = 0; i < changes->n; i++)
			warn_refused(relation, slot, changes->columns[i],
						 "It would violate a constraint.");
		heap_freetuple(changed);
		return tuple;
	}
	for (int i = 0; i < changes->n; i++)
		count_rewritten(changes->columns[i]);
	return changed;
}

/*
 * qsrepl.rewrite_row()
 *		BEFORE INSERT OR UPDATE FOR EACH ROW, ENABLE REPLICA: rewrite the
 *		columns with a rule to the local site's values.
 */
Datum
qsrepl_rewrite_row(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	const RuleTable *rules;
	TupleTableSlot *slot;
	HeapTuple	tuple;
	Changes		changes;
	int			room;

	if (!CALLED_AS_TRIGGER(fcinfo) ||
		!TRIGGER_FIRED_BEFORE(trigger->tg_event) ||
		!TRIGGER_FIRED_FOR_ROW(trigger->tg_event) ||
		TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("qsrepl.rewrite_row() must be fired BEFORE INSERT OR UPDATE FOR EACH ROW")));
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
	{
		slot = trigger->tg_newslot;
		tuple = trigger->tg_newtuple;
	}
	else
	{
		slot = trigger->tg_trigslot;
		tuple = trigger->tg_trigtuple;
	}
	rules = qsrepl_at_work ? NULL : qsrepl_rules_for(trigger->tg_relation);
	if (rules == NULL)
		return PointerGetDatum(tuple);
	room = rules->n_columns;
	changes.n = 0;
	changes.values = palloc(room * (sizeof(Datum) + sizeof(void *) +
									sizeof(int)));
	changes.columns = (const RuleColumn **) (changes.values + room);
	changes.attnums = (int *) (changes.columns + room);
	find_changes(trigger, rules, slot, &changes);
	if (changes.n > 0)
		tuple = apply_changes(trigger, rules, tuple, slot, &changes);
	return PointerGetDatum(tuple);
}

/* The table that a rule names, or InvalidOid. */
static Oid
named_table(const char *name)
{
	List	   *names;
	char	   *raw = pstrdup(name);

	if (!SplitIdentifierString(raw, '.', &names) || list_length(names) != 2)
		return InvalidOid;
	return get_relname_relid(lsecond(names),
							 get_namespace_oid(linitial(names), true));
}

/* A rule was changed: plans that read its table are made again. */
static void
invalidate_ruled(Relation rules, HeapTuple rule)
{
	bool		isnull;
	Datum		name;
	Oid			relid;

	if (rule == NULL)
		return;
	name = heap_getattr(rule, 1, RelationGetDescr(rules), &isnull);
	if (isnull)
		return;
	relid = named_table(TextDatumGetCString(name));
	if (OidIsValid(relid))
		qsrepl_invalidate_tree(relid);
}

/* The rows are another site's now, or this one's: all plans on them. */
static void
invalidate_all_ruled(void)
{
	ListCell   *lc;

	foreach(lc, qsrepl_ruled_relations())
		qsrepl_invalidate_tree(lfirst_oid(lc));
}

/*
 * qsrepl._invalidate()
 *		AFTER trigger on the configuration tables, ENABLE ALWAYS: the caches of
 *		all backends, on standbys too, are read anew.
 */
Datum
qsrepl_invalidate(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("qsrepl._invalidate() must be fired by a trigger")));
	CacheInvalidateRelcache(trigger->tg_relation);
	if (TRIGGER_FIRED_FOR_ROW(trigger->tg_event) &&
		strcmp(RelationGetRelationName(trigger->tg_relation), "rule") == 0)
	{
		invalidate_ruled(trigger->tg_relation, trigger->tg_trigtuple);
		invalidate_ruled(trigger->tg_relation, trigger->tg_newtuple);
	}
	if (strcmp(RelationGetRelationName(trigger->tg_relation), "state") == 0)
		invalidate_all_ruled();
	return PointerGetDatum(NULL);
}
