/*
 * state.c
 *		For which site the rows of this database are spelled, and what follows.
 *
 * The row of qsrepl.state says it.  Under an older snapshot another row may
 * hold, together with other rows of the application: so the reader asks under
 * the snapshot that reads, and only writers ask for the newest.
 *
 * What was read last is kept until a relcache invalidation of the table.  A
 * commit is visible a moment before its invalidation arrives, so the kept row
 * decides alone only where it can no longer change: where it is the local
 * site's, on a primary, and older than every snapshot of this transaction.
 *
 * IDENTIFICATION
 *		extension/state.c
 */
#include "qsrepl.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "compat.h"

/* Columns of qsrepl.state. */
enum
{
	STATE_SITE = 1,
	STATE_SYSTEM,
	STATE_DATABASE,
	STATE_RESIDUE = 9
};

static State newest;
static bool newest_valid = false;
static Oid	newest_relid = InvalidOid;

static void
invalidate(Datum arg, Oid relid)
{
	if (!OidIsValid(relid) || relid == newest_relid ||
		!OidIsValid(newest_relid))
		newest_valid = false;
}

void
qsrepl_register_state(void)
{
	CacheRegisterRelcacheCallback(invalidate, (Datum) 0);
}

bool
qsrepl_site_known(void)
{
	return qsrepl_local_site[0] != '\0' && qsrepl_usable() &&
		qsrepl_site_exists(qsrepl_local_site);
}

static List *
names_of(ArrayType *array)
{
	Datum	   *items;
	bool	   *nulls;
	int			n;
	List	   *names = NIL;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &items, &nulls,
					  &n);
	for (int i = 0; i < n; i++)
		if (!nulls[i])
			names = lappend(names, TextDatumGetCString(items[i]));
	return names;
}

/* A row with nulls, which its constraints refuse, says nothing of the rows. */
static void
take_row(HeapTuple tuple, TupleDesc desc, State *state)
{
	bool		nulls[4];
	Datum		site = heap_getattr(tuple, STATE_SITE, desc, &nulls[0]);
	Datum		system = heap_getattr(tuple, STATE_SYSTEM, desc, &nulls[1]);
	Datum		database = heap_getattr(tuple, STATE_DATABASE, desc, &nulls[2]);
	Datum		residue = heap_getattr(tuple, STATE_RESIDUE, desc, &nulls[3]);

	if (nulls[0] || nulls[1] || nulls[2] ||
		DatumGetInt64(system) != (int64) GetSystemIdentifier() ||
		DatumGetObjectId(database) != MyDatabaseId)
		state->word = STATE_RESTORED;
	else if (strcmp(TextDatumGetCString(site), qsrepl_local_site) != 0)
		state->word = STATE_FOREIGN;
	else
		state->word = STATE_LOCAL;
	state->xmin = HeapTupleHeaderGetXmin(tuple->t_data);
	if (!nulls[3])
		state->residue = names_of(DatumGetArrayTypeP(residue));
}

void
qsrepl_read_state(Snapshot snapshot, State *state)
{
	Relation	relation;
	SysScanDesc scan;
	HeapTuple	tuple;

	state->word = STATE_NONE;
	state->xmin = InvalidTransactionId;
	state->residue = NIL;
	if (!qsrepl_present())
		return;
	relation = table_open(qsrepl_state_table(), AccessShareLock);
	scan = systable_beginscan(relation, InvalidOid, false, snapshot, 0, NULL);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		take_row(tuple, RelationGetDescr(relation), state);
	systable_endscan(scan);
	table_close(relation, AccessShareLock);
}

StateWord
qsrepl_newest_state(bool fresh)
{
	State		state;

	if (newest_valid && !fresh)
		return newest.word;

	/* Whatever arrives while it is read makes it invalid again. */
	newest_relid = qsrepl_present() ? qsrepl_state_table() : InvalidOid;
	newest_valid = true;
	PG_TRY();
	{
		qsrepl_read_state(NULL, &state);
	}
	PG_CATCH();
	{
		newest_valid = false;
		PG_RE_THROW();
	}
	PG_END_TRY();
	newest = state;
	/* Only whether there is any matters here, not the list. */
	newest.residue = NIL;
	if (state.residue != NIL)
		newest.xmin = InvalidTransactionId;
	return newest.word;
}

/*
 * Can no snapshot of this transaction see anything but rows of the local site,
 * all of them rewritten?
 */
static bool
surely_local(void)
{
	return !RecoveryInProgress() &&
		qsrepl_newest_state(false) == STATE_LOCAL &&
		TransactionIdIsValid(newest.xmin) &&
		TransactionIdPrecedes(newest.xmin, TransactionXmin);
}

bool
qsrepl_reading(Snapshot snapshot, Reading *reading)
{
	State		state;
	StateWord	word;

	reading->all = false;
	reading->passing = false;
	reading->residue = NIL;
	if (qsrepl_raw || qsrepl_at_work || !qsrepl_site_known() ||
		surely_local())
		return false;

	/*
	 * Rewriting what is local already does no harm, and once it is, the
	 * plan's invalidation is on its way: no need to look.
	 */
	word = qsrepl_newest_state(false);
	if (word == STATE_FOREIGN || word == STATE_RESTORED)
	{
		reading->all = true;
		return true;
	}
	qsrepl_read_state(snapshot, &state);
	if (state.word == STATE_NONE)
		return false;
	/* Else an older snapshot of this transaction may see other rows. */
	if (state.word == STATE_LOCAL &&
		TransactionIdPrecedes(state.xmin, TransactionXmin))
		reading->residue = state.residue;
	else
	{
		reading->all = true;
		reading->passing = word == STATE_LOCAL;
	}
	return reading->all || reading->residue != NIL;
}

bool
qsrepl_reads_raw(Snapshot snapshot)
{
	State		state;

	if (qsrepl_raw || qsrepl_at_work || surely_local() ||
		!qsrepl_site_known())
		return true;
	qsrepl_read_state(snapshot, &state);
	return state.word == STATE_NONE || state.word == STATE_LOCAL;
}
