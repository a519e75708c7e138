/*
 * fold.h
 *		Names compared as Windows does, without their case.
 */
#ifndef SHARE_FOLD_H
#define SHARE_FOLD_H

#include "base/arena.h"
#include "base/text.h"

/*
 * share_fold, share_fold_add
 *		A path as it is compared with others: letters of UTF-8 that have a
 *		simple capital are replaced by it; bytes that are not UTF-8 are kept.
 *		share_fold_add() puts it behind a text.
 */
extern char *share_fold(Arena *arena, const char *path);
extern void share_fold_add(Text *folded, const char *path);

#endif							/* SHARE_FOLD_H */
