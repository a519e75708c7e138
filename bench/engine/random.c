/*
 * random.c
 *		Numbers that are the same on every machine (splitmix64).
 */
#include "bench.h"

size_t
random_below(Random *random, size_t below)
{
	uint64_t	z = random->state += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	z ^= z >> 31;
	return (size_t) (z % below);
}
