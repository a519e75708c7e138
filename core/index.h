/*
 * index.h
 *		A hash table of components below a parent: the compiled mappings.
 *
 * A path is a chain of nodes, one a component; a host, an address or a value
 * is a single node below its root.  A look-up costs the same for one mapping
 * and for ten thousand.
 */
#ifndef RW_INDEX_H
#define RW_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pool.h"

/* The roots are the first nodes of every index. */
enum
{
	RW_ROOT_UNC,				/* below it: server, share, folders */
	RW_ROOT_DRIVE,				/* below it: drive letter, folders */
	RW_ROOT_HOST,				/* below it: host tokens */
	RW_ROOT_ADDRESS,			/* below it: IPv6 addresses, 16 bytes */
	RW_ROOT_VALUE,				/* below it: whole values */
	RW_ROOTS
};

#define RW_NO_NODE UINT32_MAX
#define RW_NO_TARGET UINT32_MAX

typedef struct RwNode
{
	uint32_t	hash;
	uint32_t	parent;
	const char *key;			/* folded; owned by the index */
	uint32_t	key_len;		/* bytes */
	uint32_t	child_max;		/* longest key below this node, 0: none */
	uint32_t	target;			/* the owner's index, or RW_NO_TARGET */
	bool		local;			/* spelled like the local site's value */
	bool		anywhere;		/* a host that is matched outside a host
								 * position too */
	const char *site;			/* whose value it is; the owner's memory */
} RwNode;

typedef struct RwIndex
{
	RwPool		pool;
	bool		exact;			/* keys are compared without folding */
	RwNode	   *nodes;
	size_t		n_nodes;
	size_t		nodes_capacity;
	uint64_t   *slots;			/* hash << 32 | node + 1, 0: empty */
	size_t		n_slots;		/* a power of two */
} RwIndex;

extern void rw_index_init(RwIndex *index, const RwMemory *mem, bool exact);
extern void rw_index_free(RwIndex *index);

/*
 * rw_index_find
 *		The node of key below parent, or RW_NO_NODE.  No memory is taken.
 */
extern uint32_t rw_index_find(const RwIndex *index, uint32_t parent,
							  const char *key, size_t len);

/*
 * rw_index_add
 *		The same, but the node is made where it is missing.
 */
extern uint32_t rw_index_add(RwIndex *index, uint32_t parent,
							 const char *key, size_t len);

/*
 * rw_index_add_value
 *		Add a mapping's normalized value; returns its node.
 */
extern uint32_t rw_index_add_value(RwIndex *index, RwKind kind,
								   const char *value);

#endif							/* RW_INDEX_H */
