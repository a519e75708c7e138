/*
 * random.c
 *		Random numbers that a seed repeats.
 *
 * splitmix64: any seed, 0 too, gives a good sequence, and two neighbouring
 * seeds give unlike ones, so that the number of a test can be its seed.
 */
#include "random.h"

uint64_t
random_next(Random *random)
{
	uint64_t	z;

	random->state += UINT64_C(0x9E3779B97F4A7C15);
	z = random->state;
	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

size_t
random_below(Random *random, size_t n)
{
	return (size_t) (random_next(random) >> 11) % n;
}

bool
random_one_in(Random *random, size_t n)
{
	return random_below(random, n) == 0;
}
