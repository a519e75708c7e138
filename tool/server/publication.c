/*
 * publication.c
 *		Logical mode, the publisher's side.
 */
#include "server/logical.h"

#include <stdlib.h>
#include <string.h>

#include "pg/statements.h"

/* Tables of the application with their schemas. */
#define IN_USE \
	"pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n " \
	"ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') " \
	"AND c.relpersistence = 'p' AND n.nspname !~ '^pg_' " \
	"AND n.nspname NOT IN ('information_schema', 'qsrepl') "

/* What is missing; $1: the publication, $2: the role. */
static const char publish_query[] =
"WITH t AS (SELECT c.oid, n.oid AS nspoid, n.nspname,"
" format('%I.%I', n.nspname, c.relname) AS name FROM " IN_USE
" AND NOT c.relispartition),"
" p AS (SELECT p.oid, p.pubviaroot, p.puballtables"
"  FROM pg_publication p WHERE p.pubname = $1),"
" s (place, statement) AS ("
" SELECT 1, format('CREATE PUBLICATION %I"
" WITH (publish_via_partition_root = true)', $1::text)"
"  WHERE NOT EXISTS (SELECT FROM p)"
" UNION ALL"
" SELECT 2, format('ALTER PUBLICATION %I"
" SET (publish_via_partition_root = true)', $1) FROM p WHERE NOT p.pubviaroot"
" UNION ALL"
" SELECT 3, format('ALTER PUBLICATION %I ADD TABLE %s', $1,"
"  string_agg('ONLY ' || t.name, ', ' ORDER BY t.name)) FROM t"
"  WHERE NOT EXISTS (SELECT FROM p WHERE p.puballtables)"
"  AND t.oid NOT IN (SELECT r.prrelid FROM pg_publication_rel r"
"   JOIN p ON p.oid = r.prpubid)"
"  HAVING count(*) > 0"
" UNION ALL"
" SELECT 4, format('GRANT SELECT ON TABLE %s TO %I',"
"  string_agg(t.name, ', ' ORDER BY t.name), $2::text) FROM t"
"  WHERE NOT has_table_privilege($2, t.oid, 'SELECT') HAVING count(*) > 0"
" UNION ALL"
" SELECT 5, format('GRANT USAGE ON SCHEMA %s TO %I',"
"  string_agg(DISTINCT quote_ident(t.nspname), ', '), $2) FROM t"
"  WHERE NOT has_schema_privilege($2, t.nspoid, 'USAGE') HAVING count(*) > 0"
" UNION ALL"
" SELECT 6, format('GRANT CONNECT ON DATABASE %I TO %I', current_database(),"
"  $2) WHERE NOT has_database_privilege($2, current_database(), 'CONNECT'))"
" SELECT s.statement FROM s ORDER BY s.place";

#define PARAMETERS(config) \
	PG_PARAMETERS((config)->replication_name, (config)->replication_role)

/* Partitions count each: an update is one of theirs. */
#define KEYLESS \
	"SELECT c.oid, c.relreplident, " \
	"format('%I.%I', n.nspname, c.relname) AS name FROM " IN_USE \
	"AND NOT EXISTS (SELECT FROM pg_catalog.pg_index i " \
	"WHERE i.indrelid = c.oid AND i.indisvalid AND i.indimmediate " \
	"AND CASE c.relreplident WHEN 'i' THEN i.indisreplident " \
	"ELSE i.indisprimary END)"

static const char identify_query[] =
"WITH k AS (" KEYLESS ") SELECT format("
"'ALTER TABLE ONLY %s REPLICA IDENTITY FULL', k.name) FROM k"
" WHERE k.relreplident <> 'f' ORDER BY k.name";

static const char ruled_query[] =
"WITH k AS (" KEYLESS ") SELECT string_agg(k.name, ', ' ORDER BY k.name)"
" FROM k WHERE k.oid IN (SELECT r.relid FROM qsrepl._ruled_columns r)";

static const char size_query[] =
"SELECT coalesce(sum(coalesce((SELECT sum(pg_table_size(x.relid))"
" FROM pg_partition_tree(r.prrelid) x), pg_table_size(r.prrelid))), 0)"
"::bigint FROM pg_publication_rel r"
" JOIN pg_publication p ON p.oid = r.prpubid WHERE p.pubname = $1";

bool
logical_replicates(const Config *config, const char *database)
{
	return config->copy_qsmq || strcmp(database, "QSMQ") != 0;
}

bool
logical_publish(PgConnection *publisher, const Config *config, Error *error)
{
	return pg_statements(publisher, publish_query, PARAMETERS(config), NULL,
						 error);
}

bool
logical_is_published(PgConnection *publisher, const Config *config, bool *is,
					 Error *error)
{
	return pg_gives_nothing(publisher, publish_query, PARAMETERS(config), is,
							error);
}

bool
logical_identify(PgConnection *publisher, Error *error)
{
	char	   *ruled;
	bool		good;

	if (!pg_value(publisher, ruled_query, PG_NONE, &ruled, error))
		return false;
	if (ruled != NULL)
		good = error_set(error, "Rows with rules differ between the sites, so "
						 "without a key updates and deletes do not find "
						 "them.", "Add a primary key, or drop the rules with "
						 "qsrepl.drop_rule().",
						 "tables with rules have no primary key: %s", ruled);
	else
		good = pg_statements(publisher, identify_query, PG_NONE, NULL, error);
	free(ruled);
	return good;
}

bool
logical_is_identified(PgConnection *publisher, bool *is, Error *error)
{
	char	   *ruled;

	if (!pg_value(publisher, ruled_query, PG_NONE, &ruled, error) ||
		!pg_gives_nothing(publisher, identify_query, PG_NONE, is, error))
		return false;
	*is = *is && ruled == NULL;
	free(ruled);
	return true;
}

bool
logical_published_size(PgConnection *publisher, const Config *config,
					   unsigned long long *bytes, Error *error)
{
	char	   *text;

	if (!pg_value(publisher, size_query,
				  PG_PARAMETERS(config->replication_name), &text, error))
		return false;
	*bytes += text != NULL ? strtoull(text, NULL, 10) : 0;
	free(text);
	return true;
}
