/*
 * exchange.h
 *		New content of a directory put in the place of the old one, so that it
 *		can be put back at any time.
 *
 *	ROOT/WORK/new/PATH		content that was staged
 *	ROOT/WORK/old/PATH		content that was taken out
 *	ROOT/WORK/folders/N		folders that were taken out, which are empty
 *	ROOT/WORK/operations	what is to be done, an operation a line
 *
 * The list is on the disk before the first rename.  Everything behind it is a
 * rename or the making of a folder, of which one sees whether it is done: so a
 * run that was killed anywhere can be gone on with, or undone.  Files that
 * came meanwhile where one was taken out give way when it is undone.
 */
#ifndef EXCHANGE_EXCHANGE_H
#define EXCHANGE_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

typedef enum ExchangeKind
{
	EXCHANGE_TIME,				/* a folder's, as it is before: for the undo */
	EXCHANGE_MAKE,				/* a folder */
	EXCHANGE_ADD,				/* a file, where nothing is */
	EXCHANGE_REPLACE,			/* a file by another one */
	EXCHANGE_REMOVE,			/* a file */
	EXCHANGE_DROP				/* a folder, empty by then */
} ExchangeKind;

typedef struct ExchangeOperation
{
	ExchangeKind kind;
	const char *path;			/* below the root */
	int64_t		time_ns;		/* of EXCHANGE_TIME */
} ExchangeOperation;

/* Begins as {NULL}; paths are the arena's. */
typedef struct ExchangeList
{
	ExchangeOperation *operations;
	size_t		n;
	size_t		capacity;
} ExchangeList;

/* Where it goes on; strings are the caller's. */
typedef struct ExchangePlace
{
	const char *root;			/* a whole path */
	const char *work;			/* below it, ".qsrepl-trash/..." */
	void		(*tell) (void *arg, size_t done, size_t of);	/* or NULL */
	void	   *arg;
} ExchangePlace;

/*
 * exchange_add, exchange_free
 *		One operation more, in the order in which they are done; time_ns is of
 *		EXCHANGE_TIME only.  The path must live as long as the list.
 */
extern void exchange_add(ExchangeList *list, ExchangeKind kind,
						 const char *path, int64_t time_ns);
extern void exchange_free(ExchangeList *list);

/* The path below the root of what is staged for a path; in the arena. */
extern const char *exchange_new(const ExchangePlace *place, const char *path,
								Arena *arena);

/*
 * exchange_write, exchange_read
 *		The list, durably and as a whole; and back.  What is staged is made
 *		durable before.
 *
 * out: *there: false where none was written
 */
extern bool exchange_write(const ExchangePlace *place,
						   const ExchangeList *list, Error *error);
extern bool exchange_read(const ExchangePlace *place, Arena *arena,
						  ExchangeList *list, bool *there, Error *error);

/* The list as bytes, and back; what is not one is an error. */
extern void exchange_format(const ExchangeList *list, Text *text);
extern bool exchange_parse(const char *bytes, size_t len, Arena *arena,
						   ExchangeList *list, Error *error);

/*
 * exchange_apply, exchange_undo
 *		Do all operations, or undo those that were done, in reverse order; both
 *		may be called again after having been interrupted anywhere.
 *
 * errors: false also where plat_cancelled()
 */
extern bool exchange_apply(const ExchangePlace *place,
						   const ExchangeList *list, Error *error);
extern bool exchange_undo(const ExchangePlace *place,
						  const ExchangeList *list, Error *error);

/* Remove all that was staged, and the list; what was taken out must be back. */
extern bool exchange_discard(const ExchangePlace *place, Error *error);

/*
 * exchange_finish
 *		Remove what is of no use after the end, and give what was taken out its
 *		lasting name, below the root; nothing is left there where there was
 *		nothing.
 */
extern bool exchange_finish(const ExchangePlace *place, const char *kept,
							Error *error);

#endif							/* EXCHANGE_EXCHANGE_H */
