/*
 * row.h
 *		Values of rows into structs; private to this folder.
 */
#ifndef SITE_ROW_H
#define SITE_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "pg/query.h"

/* A copy, or NULL where it is null. */
extern const char *row_copy(Arena *arena, const PgRow *row, int column);
extern bool row_is_true(const PgRow *row, int column);

/* -1 where it is null */
extern int64_t row_integer(const PgRow *row, int column);
extern double row_number(const PgRow *row, int column);

/*
 * row_room
 *		Room for one more element behind n of them; the new place of the list.
 */
extern void *row_room(Arena *arena, void *list, size_t n, size_t size);

/* An error in one piece; the error is freed. */
extern const char *row_error(Arena *arena, Error *error);

#endif							/* SITE_ROW_H */
