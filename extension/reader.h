/*
 * reader.h
 *		What the parts of the reader share.
 *
 * IDENTIFICATION
 *		extension/reader.h
 */
#ifndef QSREPL_READER_H
#define QSREPL_READER_H

#include "qsrepl.h"

#include "nodes/parsenodes.h"
#include "nodes/primnodes.h"

#include "compat.h"

/* What stands in the place of a Var of this range table entry; it may scribble
 * on var. */
extern Node *qsrepl_wrap_var(Var *var, const RangeTblEntry *rte,
							 const Reading *reading);

/* The query with all of its Vars wrapped. */
extern Query *qsrepl_wrap_query(Query *query, const Reading *reading);

/* By which plans of such queries are known: that of a function in no other. */
extern uint32 qsrepl_mark_hash(void);

/* Learn of changes of the functions, in this backend. */
extern void qsrepl_register_read_functions(void);

#ifdef QSREPL_HAVE_VIRTUAL_COLUMNS

/*
 * qsrepl_expand_virtual
 *		Put the expression of a virtual generated column in the place of *var,
 *		or of all of them in that of a whole row; false: it is neither.
 */
extern bool qsrepl_expand_virtual(Var **var, const RangeTblEntry *rte,
								  const Reading *reading);
#endif

#endif							/* QSREPL_READER_H */
