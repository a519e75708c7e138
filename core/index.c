/*
 * index.c
 *		A hash table of components below a parent.
 *
 * Open addressing with linear probing, at most half full.  A slot holds the
 * whole 32-bit hash, so that a miss touches one cache line and no node.
 */
#include "index.h"

#include <string.h>

#include "chars.h"
#include "inet6.h"

static uint64_t
read_word(const char *bytes, size_t len)
{
	uint64_t	word = 0;

	memcpy(&word, bytes, len);
	return word;
}

static uint64_t
mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
	return hash ^ hash >> 29;
}

/*
 * Bit 5 is set in every byte, which folds letters and a few other bytes too:
 * enough for a hash, since find() compares the key itself.  The hash is the
 * same on every machine of one byte order, and it never leaves the process.
 */
static uint32_t
hash_key(uint32_t parent, const char *key, size_t len)
{
	const uint64_t fold = UINT64_C(0x2020202020202020);
	uint64_t	hash = mix(parent, len);

	for (; len > 8; key += 8, len -= 8)
		hash = mix(hash, read_word(key, 8) | fold);
	if (len > 0)
		hash = mix(hash, read_word(key, len) | fold);
	/* The last bytes of a key sit in high bits, slots count in low ones. */
	hash = (hash ^ hash >> 32) * UINT64_C(0xD6E8FEB86659FD93);
	return (uint32_t) (hash >> 32);
}

static bool
same_key(const RwIndex *index, const RwNode *node, uint32_t parent,
		 const char *key, size_t len)
{
	if (node->parent != parent || node->key_len != len)
		return false;
	if (index->exact || parent == RW_ROOT_ADDRESS)
		return memcmp(key, node->key, len) == 0;
	return rw_equal_fold(key, node->key, len);
}

static uint32_t
find(const RwIndex *index, uint32_t parent, const char *key, size_t len,
	 uint32_t hash)
{
	size_t		mask = index->n_slots - 1;

	for (size_t i = hash & mask; index->slots[i] != 0; i = (i + 1) & mask)
	{
		uint32_t	id = (uint32_t) index->slots[i] - 1;

		if ((uint32_t) (index->slots[i] >> 32) == hash &&
			same_key(index, &index->nodes[id], parent, key, len))
			return id;
	}
	return RW_NO_NODE;
}

static void
enter_slot(RwIndex *index, uint32_t hash, uint32_t id)
{
	size_t		mask = index->n_slots - 1;
	size_t		i = hash & mask;

	while (index->slots[i] != 0)
		i = (i + 1) & mask;
	index->slots[i] = (uint64_t) hash << 32 | (id + 1);
}

/* The old slots are given back last: the allocator may not return. */
static void
resize_slots(RwIndex *index, size_t n_slots)
{
	const RwMemory *mem = &index->pool.mem;
	uint64_t   *old = index->slots;

	index->slots = mem->allocate(mem->arg, n_slots * sizeof(uint64_t));
	index->n_slots = n_slots;
	memset(index->slots, 0, n_slots * sizeof(uint64_t));
	for (size_t id = RW_ROOTS; id < index->n_nodes; id++)
		enter_slot(index, index->nodes[id].hash, (uint32_t) id);
	if (old != NULL)
		mem->release(mem->arg, old);
}

/* Take all memory that one more node needs. */
static void
reserve_node(RwIndex *index)
{
	index->nodes = rw_grow(&index->pool.mem, index->nodes,
						   &index->nodes_capacity, index->n_nodes,
						   sizeof(RwNode));
	if ((index->n_nodes + 1) * 2 > index->n_slots)
		resize_slots(index, index->n_slots > 0 ? index->n_slots * 2 : 64);
}

static RwNode *
append_node(RwIndex *index)
{
	RwNode	   *node = &index->nodes[index->n_nodes++];

	memset(node, 0, sizeof(*node));
	node->target = RW_NO_TARGET;
	return node;
}

void
rw_index_init(RwIndex *index, const RwMemory *mem, bool exact)
{
	memset(index, 0, sizeof(*index));
	rw_pool_init(&index->pool, mem);
	index->exact = exact;
	for (int root = 0; root < RW_ROOTS; root++)
	{
		reserve_node(index);
		append_node(index);
	}
}

void
rw_index_free(RwIndex *index)
{
	const RwMemory *mem = &index->pool.mem;

	mem->release(mem->arg, index->slots);
	mem->release(mem->arg, index->nodes);
	rw_pool_free(&index->pool);
}

uint32_t
rw_index_find(const RwIndex *index, uint32_t parent, const char *key,
			  size_t len)
{
	if (len > index->nodes[parent].child_max)
		return RW_NO_NODE;
	return find(index, parent, key, len, hash_key(parent, key, len));
}

uint32_t
rw_index_add(RwIndex *index, uint32_t parent, const char *key, size_t len)
{
	uint32_t	hash = hash_key(parent, key, len);
	uint32_t	id = find(index, parent, key, len, hash);
	RwNode	   *node;
	char	   *copy;

	if (id != RW_NO_NODE)
		return id;
	reserve_node(index);
	copy = rw_pool_copy(&index->pool, key, len);
	if (!index->exact && parent != RW_ROOT_ADDRESS)
		for (size_t i = 0; i < len; i++)
			copy[i] = rw_fold(copy[i]);
	id = (uint32_t) index->n_nodes;
	node = append_node(index);
	node->hash = hash;
	node->parent = parent;
	node->key = copy;
	node->key_len = (uint32_t) len;
	if (index->nodes[parent].child_max < len)
		index->nodes[parent].child_max = (uint32_t) len;
	enter_slot(index, hash, id);
	return id;
}

/* Add the components of a normalized path one below the other. */
static uint32_t
add_path(RwIndex *index, const char *value)
{
	uint32_t	node = RW_ROOT_DRIVE;
	const char *p = value;

	if (value[0] == '\\')
	{
		node = RW_ROOT_UNC;
		p += 2;
	}
	for (;;)
	{
		size_t		len = strcspn(p, "\\");

		/* "D:" is the component "D": roots are told apart already. */
		if (node == RW_ROOT_DRIVE)
			node = rw_index_add(index, node, p, 1);
		else
			node = rw_index_add(index, node, p, len);
		if (p[len] == '\0')
			return node;
		p += len + 1;
	}
}

uint32_t
rw_index_add_value(RwIndex *index, RwKind kind, const char *value)
{
	unsigned char address[16];
	size_t		len = strlen(value);
	uint32_t	id;

	if (kind == RW_KIND_PATH)
		return add_path(index, value);
	if (kind == RW_KIND_VALUE)
		return rw_index_add(index, RW_ROOT_VALUE, value, len);
	if (rw_inet6_parse(value, len, address))
		return rw_index_add(index, RW_ROOT_ADDRESS, (char *) address, 16);
	id = rw_index_add(index, RW_ROOT_HOST, value, len);
	index->nodes[id].anywhere = strchr(value, '.') != NULL;
	return id;
}
