/*
 * hash.h
 *		A number that is another one for other bytes, mostly: for tables, and to
 *		pick some of many by chance.  Whoever chooses the bytes chooses it, too.
 */
#ifndef TOOL_HASH_H
#define TOOL_HASH_H

#include <stddef.h>
#include <stdint.h>

/* The same on every machine. */
extern uint32_t hash_bytes(const void *bytes, size_t len);

#endif							/* TOOL_HASH_H */
