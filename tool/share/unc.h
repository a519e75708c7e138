/*
 * unc.h
 *		Network paths of Windows, taken apart.
 */
#ifndef SHARE_UNC_H
#define SHARE_UNC_H

#include <stdbool.h>

#include "base/arena.h"

typedef struct ShareUnc
{
	const char *server;
	const char *share;
	const char *rest;			/* below the share, '/' between; may be empty */
} ShareUnc;

/*
 * share_unc_parse
 *		Take \\server\share\folder apart, also with slashes, as \\?\UNC\..., or
 *		with separators that are repeated or trail.
 *
 * in:  path: any bytes; connection strings are foreign
 * out: *unc: in the arena; false where it is none, or holds what no such path
 *      can: control characters, quotation marks, wildcards, a folder ".."
 */
extern bool share_unc_parse(const char *path, Arena *arena, ShareUnc *unc);

/*
 * share_unc_below
 *		What of a path is below another one, as Windows compares names: case
 *		is ignored, in ASCII.
 *
 * out: in the arena, '/' between; empty: the same path; NULL: it is not below
 */
extern const char *share_unc_below(const char *path, const char *root,
								   Arena *arena);

#endif							/* SHARE_UNC_H */
