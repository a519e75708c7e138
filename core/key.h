/*
 * key.h
 *		The words after which a host is named, as in "Data Source=CN1".
 */
#ifndef RW_KEY_H
#define RW_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RW_KEY_STATES 400

/* A trie over the letters a to z; state 0 is its root. */
typedef struct RwKeyTrie
{
	uint16_t	next[RW_KEY_STATES][26];	/* 0: none */
	bool		end[RW_KEY_STATES];
	size_t		n_states;
} RwKeyTrie;

typedef struct RwKeys
{
	RwKeyTrie	forward;
	RwKeyTrie	backward;		/* the words from their last letter on */
} RwKeys;

extern void rw_keys_init(RwKeys *keys);

/*
 * rw_key_before
 *		Does a key end at text[p], but for ignored bytes before p?
 */
extern bool rw_key_before(const RwKeys *keys, const char *text, size_t p);

/*
 * rw_key_from
 *		Walk over a key that begins at text[p]; *state is 0 at the start.
 *
 * out:    the offset behind the shortest key that ends behind p and has a
 *         blank behind it, or 0 where there is none; called again with that
 *         offset and *state, it gives the next longer one
 */
extern size_t rw_key_from(const RwKeys *keys, const char *text, size_t len,
						  size_t p, unsigned int *state);

/* Is there an escape, \n \r or \t, right before text[p]? */
extern bool rw_escape_before(const char *text, size_t p);

#endif							/* RW_KEY_H */
