/*
 * random.h
 *		Random numbers that a seed repeats, alike on every machine.
 */
#ifndef UNIT_RANDOM_H
#define UNIT_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Random
{
	uint64_t	state;
} Random;

/* 64 bits; any state is a seed. */
extern uint64_t random_next(Random *random);

/* A number below n, which is not 0. */
extern size_t random_below(Random *random, size_t n);

/* True one time in n. */
extern bool random_one_in(Random *random, size_t n);

#endif							/* UNIT_RANDOM_H */
