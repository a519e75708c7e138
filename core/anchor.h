/*
 * anchor.h
 *		Skipping what cannot matter: the next byte of a small set.
 */
#ifndef RW_ANCHOR_H
#define RW_ANCHOR_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A set of ASCII bytes, also as two tables by nibble: byte c is in the set
 * where low[c & 15] & high[c >> 4] is not 0.
 */
typedef struct RwAnchors
{
	unsigned char low[16];
	unsigned char high[16];
	bool		member[256];
	size_t		(*next) (const struct RwAnchors *anchors, const char *text,
						 size_t from, size_t len);
} RwAnchors;

/* Build the set from a NUL-terminated string of its bytes. */
extern void rw_anchors_init(RwAnchors *anchors, const char *bytes);

/* Offset of the first byte of the set in text[from, len), or len. */
static inline size_t
rw_anchors_next(const RwAnchors *anchors, const char *text, size_t from,
				size_t len)
{
	return anchors->next(anchors, text, from, len);
}

#endif							/* RW_ANCHOR_H */
