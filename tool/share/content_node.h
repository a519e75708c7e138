/*
 * content_node.h
 *		Content compared by a Windows node; private to this folder.
 */
#ifndef SHARE_CONTENT_NODE_H
#define SHARE_CONTENT_NODE_H

#include "share/content.h"

/* As share_pairs_compare(), where the node sees both shares. */
extern bool share_pairs_compare_windows(const ShareAccess *source,
										const ShareAccess *target,
										SharePairs *pairs, Arena *arena,
										Error *error);

#endif							/* SHARE_CONTENT_NODE_H */
