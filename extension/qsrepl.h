/*
 * qsrepl.h
 *		What the parts of the extension share.
 *
 * IDENTIFICATION
 *		extension/qsrepl.h
 */
#ifndef QSREPL_H
#define QSREPL_H

#include "postgres.h"

#include "access/attnum.h"
#include "nodes/bitmapset.h"
#include "nodes/nodes.h"
#include "access/xact.h"
#include "access/xlogdefs.h"
#include "nodes/pg_list.h"
#include "nodes/plannodes.h"
#include "port/atomics.h"
#include "utils/relcache.h"
#include "utils/timestamp.h"

#include "rw.h"

/* ---- settings.c ---- */

/* Name of the site where this server is; "" where it is not set. */
extern char *qsrepl_local_site;

/* The extension's own functions write: rows that are rewritten already. */
extern bool qsrepl_at_work;

/* Show what is stored: the reader is off. */
extern bool qsrepl_raw;

/* How long writers wait for the localizer, in milliseconds. */
extern int	qsrepl_localize_wait;

/* Define them all; only while the library is loaded. */
extern void qsrepl_define_settings(void);

/* ---- shmem.c ---- */

struct LWLock;

/* Ask for what the parts keep in shared memory; only while the server
 * starts. */
extern void qsrepl_request_shmem(void);

/* ---- hooks.c ---- */

/* Put the extension's parts into the way of statements. */
extern void qsrepl_install_hooks(void);

/* ---- memory.c ---- */

/* The engine's allocator in the current memory context; a result may be
 * larger than 1 GB and is refused by its size later. */
extern const RwMemory qsrepl_memory;

/*
 * The same for what becomes a value of type text: qsrepl_finish_text() makes
 * one of the len bytes that it has allocated, without copying them; len must
 * not be over MaxAllocSize - VARHDRSZ.
 */
extern const RwMemory qsrepl_text_memory;
extern Datum qsrepl_finish_text(char *bytes, size_t len);

/* The same in a given context, which must outlive what is allocated. */
extern RwMemory qsrepl_memory_in(MemoryContext context);

/* ---- stats.c ---- */

/* Counters of one column with a rule, in shared memory. */
typedef struct RuleStats
{
	pg_atomic_uint64 seen;		/* values looked at */
	pg_atomic_uint64 rewritten;
	pg_atomic_uint64 refused;	/* stayed as they came */
	pg_atomic_uint64 last;		/* TimestampTz of the last rewritten one */
} RuleStats;

/* For shmem.c, as each part has them: how much it keeps, and its beginning. */
extern Size qsrepl_stats_size(void);
extern void qsrepl_stats_init(struct LWLock *guard);

/*
 * qsrepl_stats_for
 *		The counters of a column of this database; NULL where the table of
 *		them is full.  They stay where they are until the server ends.
 */
extern RuleStats *qsrepl_stats_for(Oid relid, AttrNumber attnum);

/* ---- column.c ---- */

typedef enum ColumnKind
{
	COLUMN_TEXT,				/* text, varchar */
	COLUMN_BPCHAR,				/* char(n) */
	COLUMN_JSON,
	COLUMN_JSONB
} ColumnKind;

/* A column's type, as far as rewriting needs it. */
typedef struct ColumnType
{
	ColumnKind	kind;
	bool		array;
	Oid			element;		/* type of an array's elements */
	int			limit;			/* characters of varchar(n), char(n); -1 */
} ColumnType;

typedef enum RewriteOutcome
{
	REWRITE_SAME,
	REWRITE_CHANGED,
	REWRITE_REFUSED				/* it would not fit: stays as it is */
} RewriteOutcome;

/* Fill *column; false where the type holds nothing that can be rewritten. */
extern bool qsrepl_column_type(Oid type, int32 typmod, ColumnType *column);

/*
 * qsrepl_rewrite_datum
 *		Rewrite one value of a column.
 *
 * in:     value: not null, toasted or not
 * out:    *result in the current memory context, on REWRITE_CHANGED
 */
extern RewriteOutcome qsrepl_rewrite_datum(const RwMatcher *matcher,
										   const ColumnType *column,
										   RwForm form, Datum value,
										   Datum *result);

/* Find the first foreign value in it. */
extern bool qsrepl_find_in_datum(const RwMatcher *matcher,
								 const ColumnType *column, RwForm form,
								 Datum value, RwHit *hit);

/* ---- cache.c, cache_load.c, rule_table.c ---- */

typedef struct RuleColumn
{
	AttrNumber	attnum;
	RwForm		form;
	ColumnType	type;
	const char *rule;			/* its name, as state.residue has it */
	RuleStats  *stats;			/* NULL: not counted */
	bool		indexed;		/* key of an index that limits its size */
} RuleColumn;

/* The rules of one table, its partitioned and inherited parents' too. */
typedef struct RuleTable
{
	int			n_columns;
	RuleColumn *columns;		/* in order of attnum */
	Bitmapset  *mixed;			/* attnums to which a child's or partition's
								 * rules do something else */
	bool		constrained;	/* there are CHECK, unique or exclusion
								 * constraints that may be on one of them */
} RuleTable;

/* Learn of changes of the configuration tables, in this backend. */
extern void qsrepl_register_cache(void);

/*
 * qsrepl_rules_for
 *		The rules that cover a table, or NULL.  What is returned stays valid
 *		until the end of the transaction.
 */
extern const RuleTable *qsrepl_rules_for(Relation relation);
extern const RuleTable *qsrepl_rules_by_oid(Oid relid);

/* The rule on one column; NULL: none, or table is NULL. */
extern const RuleColumn *qsrepl_rule_column(const RuleTable *table,
											AttrNumber attnum);

/* Has the table rules, or a child of it, which may have a column more? */
extern bool qsrepl_any_rules(Oid relid);

/* Is the extension in this database, and are its tables in order? */
extern bool qsrepl_present(void);
extern bool qsrepl_usable(void);

/* The table qsrepl.state. */
extern Oid	qsrepl_state_table(void);

/* The tables that rules name, without their children; palloc'd. */
extern List *qsrepl_ruled_relations(void);

/* Have plans on a table, its parents and its children made again. */
extern void qsrepl_invalidate_tree(Oid relid);

/*
 * qsrepl_matcher
 *		The mappings compiled for a site, NULL: the local one.  Valid until
 *		the end of the transaction.  For a site that does not exist it changes
 *		nothing.
 */
extern const RwMatcher *qsrepl_matcher(const char *site);

/* Is a site defined in this database; is any? */
extern bool qsrepl_site_exists(const char *site);
extern bool qsrepl_any_site(void);

/*
 * qsrepl_load_mappings
 *		Read the mapping tables as they are now, own changes included.
 *
 * in:     strict: report what cannot be used as an error, else leave it out
 */
extern RwMappings *qsrepl_load_mappings(const RwMemory *memory, bool strict);

/* Report a problem of the engine at this level (ERROR or WARNING). */
extern void qsrepl_report_problem(int elevel, const RwProblem *problem);

/* ---- state.c ---- */

struct SnapshotData;

/* The lines of the state table. */
typedef enum StateWord
{
	STATE_NONE,					/* nobody has said yet */
	STATE_LOCAL,				/* the rows are the local site's */
	STATE_FOREIGN,				/* another site's: replicated from there */
	STATE_RESTORED				/* a dump of another database */
} StateWord;

typedef struct State
{
	StateWord	word;
	TransactionId xmin;			/* who wrote the row; frozen ones too */
	List	   *residue;		/* names of rules (char *); palloc'd */
} State;

/* Learn of changes of the state table, in this backend. */
extern void qsrepl_register_state(void);

/* Is the local site set, and defined in this database? */
extern bool qsrepl_site_known(void);

/* The state under a snapshot, NULL: the newest, own changes included. */
extern void qsrepl_read_state(struct SnapshotData *snapshot, State *state);

/* The newest state; fresh: read again, even if no invalidation has come. */
extern StateWord qsrepl_newest_state(bool fresh);

/* What a plan must rewrite on its way out. */
typedef struct Reading
{
	bool		all;			/* every ruled column */
	bool		passing;		/* only until older snapshots are gone */
	List	   *residue;		/* else the columns of these rules */
} Reading;

/* Fill *reading for a plan made under this snapshot; false: nothing. */
extern bool qsrepl_reading(struct SnapshotData *snapshot, Reading *reading);

/* May a plan that rewrites nothing run under this snapshot? */
extern bool qsrepl_reads_raw(struct SnapshotData *snapshot);

/* ---- reader.c ---- */

struct PlannedStmt;
struct QueryDesc;

/* The planner's hook: rewriting is put around what the query reads. */
extern void qsrepl_install_reader(void);

/* Is the extension in this database, at a site that has a name? */
extern bool qsrepl_active(void);

/* Do statements of this process see the local site's values? */
extern bool qsrepl_concerned(void);

/* Refuse a plan that would show what is stored, under this snapshot. */
extern void qsrepl_check_plan(const struct QueryDesc *query);

/* ---- reader_copy.c ---- */

/*
 * qsrepl_copy_query
 *		COPY of a ruled table as COPY of a query, where the reader is on; a
 *		statement of its own, or the one that was given.
 */
extern struct PlannedStmt *qsrepl_copy_query(struct PlannedStmt *planned);

/* ---- gate.c ---- */

/*
 * qsrepl_wait_for_localizer
 *		Called by what would change or lock rows of a ruled table: wait until
 *		they are the local site's.
 *
 * out:    true if it had to wait
 * errors: after qsrepl.localize_wait
 */
extern bool qsrepl_wait_for_localizer(void);

/* Would it wait? Cheap, and may be wrong for a moment after a change. */
extern bool qsrepl_gate_closed(void);

/* EXPLAIN without ANALYZE is at work: its own statement does not wait. */
extern int	qsrepl_explaining;

/* The same for a plan, which may have been made before. */
extern void qsrepl_gate_plan(const struct QueryDesc *query, int eflags);

/* ---- gate_utility.c ---- */

/* The same for a utility statement. */
extern void qsrepl_gate_utility(Node *statement);

/* ---- localizer.c ---- */

extern Size qsrepl_localizer_size(void);
extern void qsrepl_localizer_init(struct LWLock *guard);

/* Register the background worker that sends one into each database. */
extern void qsrepl_register_launcher(void);

/* ---- constraint.c ---- */

struct HeapTupleData;
struct ItemPointerData;

/*
 * qsrepl_can_store
 *		Would CHECK, unique and exclusion constraints take this tuple?
 *
 * in:     old: where the row is now, NULL for a new one
 */
extern bool qsrepl_can_store(Relation relation, struct HeapTupleData *tuple,
							 const struct ItemPointerData *old);

/* ---- fence.c ---- */

extern Size qsrepl_fence_size(void);
extern void qsrepl_fence_init(struct LWLock *guard);

/* Is this server fenced, and does that bind this session? */
extern bool qsrepl_fence_in_force(void);
extern bool qsrepl_session_is_bound(void);

/* What each statement, utility statement and function call begins with. */
extern void qsrepl_fence_statement(void);
extern void qsrepl_fence_utility(Node *statement);
extern void qsrepl_fence_function(Oid function);

/* Does this function write large objects? */
extern bool qsrepl_writes_large_object(Oid function);

/* Callback at the end of transactions. */
extern void qsrepl_fence_at_end(XactEvent event, void *arg);

/* ---- peer.c ---- */

extern Size qsrepl_peer_size(void);
extern void qsrepl_peer_init(struct LWLock *guard);

/* Its settings, qsrepl.peer_...; see qsrepl_define_settings(). */
extern void qsrepl_peer_define_settings(void);

/* Register the background worker that asks the peer. */
extern void qsrepl_peer_register(void);

/*
 * Writes wait here until the peer has answered, where the server has started
 * as a primary.
 */
extern void qsrepl_peer_hold_plan(PlannedStmt *plan, int eflags);
extern void qsrepl_peer_hold_utility(Node *statement);
extern void qsrepl_peer_hold_function(Oid function);

/* The peer is on this higher timeline; 0 where it is not. */
extern TimeLineID qsrepl_peer_supersedes(void);

/* ---- heard.c ---- */

extern Size qsrepl_heard_size(void);
extern void qsrepl_heard_init(struct LWLock *guard);

/* Register the background worker that notes when the primary is heard. */
extern void qsrepl_heard_register(void);

#endif							/* QSREPL_H */
