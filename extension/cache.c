/*
 * cache.c
 *		Rules and mappings as this backend knows them.
 *
 * cache_load.c reads them, rule_table.c puts together what holds for a table.
 * A row trigger on the configuration tables sends relcache invalidations; the
 * callback only sets flags, since it may run where catalogs cannot be read.
 *
 * What was handed out stays valid until the end of the transaction: a cache
 * that was superseded is given to the transaction's memory context.
 *
 * IDENTIFICATION
 *		extension/cache.c
 */
#include "qsrepl.h"

#include "catalog/namespace.h"
#include "catalog/pg_inherits.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "cache.h"
#include "compat.h"

static Cache *cache = NULL;
static bool cache_valid = false;
static bool loading = false;	/* any invalidation may be of what is read */

static void
invalidate(Datum arg, Oid relid)
{
	TableEntry *entry;

	if (loading || !OidIsValid(relid))
		cache_valid = false;
	if (cache == NULL || !OidIsValid(relid))
		return;
	for (int i = 0; i < N_TABLES; i++)
		if (cache->tables[i] == relid || !OidIsValid(cache->tables[i]))
			cache_valid = false;
	entry = hash_search(cache->entries, &relid, HASH_FIND, NULL);
	if (entry != NULL)
		entry->valid = false;
}

void
qsrepl_register_cache(void)
{
	CacheRegisterRelcacheCallback(invalidate, (Datum) 0);
}

static void
refresh(void)
{
	Cache	   *loaded;

	if (cache != NULL && cache_valid)
		return;

	/*
	 * An invalidation that arrives while the tables are read must not be
	 * lost: the flag is set first, and whoever comes next looks again.
	 */
	cache_valid = true;
	loading = true;
	PG_TRY();
	{
		loaded = qsrepl_cache_load();
	}
	PG_CATCH();
	{
		loading = false;
		cache_valid = false;
		PG_RE_THROW();
	}
	PG_END_TRY();
	loading = false;
	MemoryContextSetParent(loaded->context, CacheMemoryContext);
	if (cache != NULL)
		MemoryContextSetParent(cache->context, TopTransactionContext);
	cache = loaded;
}

/* The cache, which must be in order. */
static Cache *
usable(void)
{
	refresh();
	if (cache->damaged != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("table \"qsrepl.%s\" is damaged", cache->damaged),
				 errdetail("It is missing, or its columns are not those that the extension made."),
				 errhint("A superuser restores the table from a dump, or drops the extension and creates it again.")));
	return cache;
}

static bool
name_in_list(List *names, const char *name)
{
	ListCell   *lc;

	foreach(lc, names)
		if (strcmp(lfirst(lc), name) == 0)
		return true;
	return false;
}

bool
qsrepl_site_exists(const char *site)
{
	refresh();
	return name_in_list(cache->sites, site);
}

bool
qsrepl_any_site(void)
{
	refresh();
	return cache->sites != NIL;
}

const RwMatcher *
qsrepl_matcher(const char *site)
{
	SiteMatcher *added;
	MemoryContext old;
	RwMemory	memory;
	ListCell   *lc;

	usable();
	if (site == NULL)
	{
		const RwMatcher *local = cache->local;

		/* The call may put another cache in the place of this one. */
		if (local == NULL)
		{
			local = qsrepl_matcher(qsrepl_local_site);
			cache->local = local;
		}
		return local;
	}
	foreach(lc, cache->matchers)
	{
		SiteMatcher *known = lfirst(lc);

		if (strcmp(known->site, site) == 0)
			return known->matcher;
	}
	memory = qsrepl_memory_in(cache->context);
	old = MemoryContextSwitchTo(cache->context);
	added = palloc(sizeof(SiteMatcher));
	added->site = pstrdup(site);
	added->matcher = rw_matcher_create(cache->mappings, site, &memory);
	cache->matchers = lappend(cache->matchers, added);
	MemoryContextSwitchTo(old);
	return added->matcher;
}

const RuleTable *
qsrepl_rules_for(Relation relation)
{
	return qsrepl_cache_rules(usable(), relation);
}

const RuleTable *
qsrepl_rules_by_oid(Oid relid)
{
	const TableEntry *entry = qsrepl_cache_entry(usable(), relid);

	return entry != NULL ? entry->table : NULL;
}

bool
qsrepl_any_rules(Oid relid)
{
	const TableEntry *entry = qsrepl_cache_entry(usable(), relid);

	return entry != NULL && (entry->table != NULL || entry->below);
}

bool
qsrepl_present(void)
{
	refresh();
	return OidIsValid(cache->tables[TABLE_SITE]) || cache->damaged != NULL;
}

bool
qsrepl_usable(void)
{
	refresh();
	return cache->damaged == NULL && OidIsValid(cache->tables[TABLE_STATE]);
}

Oid
qsrepl_state_table(void)
{
	return usable()->tables[TABLE_STATE];
}

List *
qsrepl_ruled_relations(void)
{
	Cache	   *from = usable();
	List	   *result = NIL;
	ListCell   *lc;

	foreach(lc, from->rules)
	{
		const Rule *rule = lfirst(lc);
		Oid			schema = get_namespace_oid(rule->schema, true);
		Oid			relid = OidIsValid(schema) ?
		get_relname_relid(rule->table, schema) : InvalidOid;

		if (OidIsValid(relid))
			result = list_append_unique_oid(result, relid);
	}
	return result;
}

void
qsrepl_invalidate_tree(Oid relid)
{
	List	   *tree = list_concat(find_all_inheritors(relid, NoLock, NULL),
								   qsrepl_cache_parents(relid));
	ListCell   *lc;

	foreach(lc, tree)
		if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(lfirst_oid(lc))))
		CacheInvalidateRelcacheByRelid(lfirst_oid(lc));
}
