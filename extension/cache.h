/*
 * cache.h
 *		What the files of the cache share: rules and mappings as this backend
 *		knows them.
 *
 * IDENTIFICATION
 *		extension/cache.h
 */
#ifndef QSREPL_CACHE_H
#define QSREPL_CACHE_H

#include "qsrepl.h"

#include "utils/hsearch.h"

/* The configuration tables. */
enum
{
	TABLE_SITE,
	TABLE_MAPPING,
	TABLE_MAPPING_VALUE,
	TABLE_RULE,
	TABLE_STATE,
	N_TABLES
};

typedef struct Rule
{
	char	   *schema;
	char	   *table;
	char	   *column;
	char	   *name;			/* as state.residue has it */
	RwForm		form;
} Rule;

typedef struct SiteMatcher
{
	char	   *site;
	RwMatcher  *matcher;
} SiteMatcher;

typedef struct TableEntry
{
	Oid			relid;			/* hash key */
	bool		valid;
	MemoryContext context;		/* of the table; NULL: none */
	RuleTable  *table;			/* NULL: no rule covers it */
	bool		below;			/* a child or partition has rules */
} TableEntry;

/* All of it lives in its context. */
typedef struct Cache
{
	MemoryContext context;
	Oid			tables[N_TABLES];	/* invalid where the extension is absent */
	const char *damaged;		/* what is wrong with a table; NULL: nothing */
	List	   *sites;			/* names */
	List	   *rules;			/* Rule */
	RwMappings *mappings;
	const RwMatcher *local;		/* the local site's; NULL: not made yet */
	List	   *matchers;		/* SiteMatcher */
	HTAB	   *entries;		/* TableEntry by relid */
	TableEntry *latest;			/* the entry looked up last, or NULL */
} Cache;

/* ---- cache_load.c ---- */

/* Read everything anew, into a context under the current one. */
extern Cache *qsrepl_cache_load(void);

/* ---- rule_table.c ---- */

/*
 * qsrepl_cache_rules, qsrepl_cache_entry
 *		The rules that cover a table, filled in where they are not valid; NULL:
 *		there are none, or there is no such table.
 */
extern const RuleTable *qsrepl_cache_rules(Cache *from, Relation relation);
extern const TableEntry *qsrepl_cache_entry(Cache *from, Oid relid);

/* A table and all it is a partition or child of, the nearest first. */
extern List *qsrepl_cache_parents(Oid relid);

#endif							/* QSREPL_CACHE_H */
