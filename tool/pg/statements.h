/*
 * statements.h
 *		Statements that a query makes: identifiers are quoted by the server's
 *		format(), never here.
 */
#ifndef PG_STATEMENTS_H
#define PG_STATEMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/text.h"
#include "pg/connection.h"
#include "pg/query.h"

/*
 * Relations of which no query can even be planned by a superuser without
 * running their owner's functions: the planner works out the constant parts of
 * an index's, a statistic's or a partition key's expressions, of children too.
 * A query of oids, none of which is null.
 */
#define PG_UNPLANNABLE \
	"(WITH RECURSIVE theirs AS (SELECT p.oid FROM pg_catalog.pg_proc AS p JOIN " \
	"pg_catalog.pg_roles AS r ON r.oid = p.proowner WHERE NOT r.rolsuper AND " \
	"r.rolname <> current_user), " \
	"calls AS (SELECT d.classid, d.objid FROM pg_catalog.pg_depend AS d WHERE " \
	"d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND " \
	"d.refobjid IN (SELECT x.oid FROM theirs AS x) UNION ALL SELECT d.classid, " \
	"d.objid FROM pg_catalog.pg_depend AS d JOIN pg_catalog.pg_operator AS o " \
	"ON d.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass AND " \
	"o.oid = d.refobjid WHERE o.oprcode IN (SELECT x.oid FROM theirs AS x)), " \
	"family (relid) AS (SELECT coalesce(i.indrelid, s.stxrelid, c.objid) FROM " \
	"calls AS c LEFT JOIN pg_catalog.pg_index AS i ON c.classid = " \
	"'pg_catalog.pg_class'::pg_catalog.regclass AND i.indexrelid = c.objid " \
	"LEFT JOIN pg_catalog.pg_statistic_ext AS s ON c.classid = " \
	"'pg_catalog.pg_statistic_ext'::pg_catalog.regclass AND s.oid = c.objid " \
	"WHERE c.classid IN ('pg_catalog.pg_class'::pg_catalog.regclass, " \
	"'pg_catalog.pg_statistic_ext'::pg_catalog.regclass) " \
	"UNION SELECT h.inhparent FROM family AS f JOIN pg_catalog.pg_inherits AS h " \
	"ON h.inhrelid = f.relid) SELECT f.relid FROM family AS f)"

/*
 * Of a column a in pg_catalog.pg_attribute: that it may be read by a superuser
 * although its table is somebody else's.  A view runs its owner's functions
 * with the rights of whoever reads, and so do the casts of a type that
 * somebody has made.
 */
#define PG_READABLE \
	"(a.atttypid < 16384 AND NOT a.attisdropped AND EXISTS (SELECT FROM " \
	"pg_catalog.pg_class AS relation WHERE relation.oid = a.attrelid AND " \
	"relation.relkind IN ('r', 'p', 'm')) AND a.attrelid NOT IN " \
	PG_UNPLANNABLE ")"

/*
 * pg_collect
 *		Put the first column of a query's rows behind a list, each with its
 *		NUL: also for names.
 */
extern bool pg_collect(PgConnection *connection, const char *query,
					   PgParameters parameters, Text *list, Error *error);

/* Run such a list's statements one after another. */
extern bool pg_run_all(PgConnection *connection, const Text *list,
					   Error *error);

/*
 * pg_statements
 *		Both at one connection: the statements are run when the query that
 *		gives them has come to its end.
 *
 * out: *count: how many they were; may be NULL
 */
extern bool pg_statements(PgConnection *connection, const char *query,
						  PgParameters parameters, size_t *count,
						  Error *error);

/* Does a query give no row? */
extern bool pg_gives_nothing(PgConnection *connection, const char *query,
							 PgParameters parameters, bool *nothing,
							 Error *error);

/* A query's only value as a boolean; null is false. */
extern bool pg_ask(PgConnection *connection, const char *query,
				   PgParameters parameters, bool *yes, Error *error);

/* Has the database the extension? */
extern bool pg_has_extension(PgConnection *connection, bool *has,
							 Error *error);

#endif							/* PG_STATEMENTS_H */
