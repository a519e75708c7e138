/*
 * mappings.h
 *		The set of mappings while it is collected and checked.
 */
#ifndef RW_MAPPINGS_H
#define RW_MAPPINGS_H

#include "index.h"

#define RW_NONE SIZE_MAX

/* One value; indexes count in the arrays of RwMappings. */
typedef struct RwMappingValue
{
	size_t		mapping;
	const char *site;
	const char *value;			/* normalized */
	bool		current;
	size_t		next;			/* next value of the mapping, or RW_NONE */
} RwMappingValue;

typedef struct RwMapping
{
	const char *name;
	RwKind		kind;
	size_t		first;			/* first value; values are chained */
	size_t		last;
} RwMapping;

struct RwMappings
{
	RwPool		pool;			/* names, sites, values */
	RwIndex		names;			/* mapping by name, below RW_ROOT_VALUE */
	RwMapping  *mappings;
	size_t		n_mappings;
	size_t		mappings_capacity;
	RwMappingValue *values;
	size_t		n_values;
	size_t		values_capacity;
};

/*
 * rw_current_value
 *		A mapping's current value at a site, or NULL.
 */
extern const RwMappingValue *rw_current_value(const RwMappings *mappings,
											  size_t mapping,
											  const char *site);

#endif							/* RW_MAPPINGS_H */
