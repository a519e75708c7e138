/*
 * anchor.h
 *		Skipping what cannot matter: the next byte that needs a look.
 */
#ifndef RW_ANCHOR_H
#define RW_ANCHOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A table by nibble: a superset of one by byte, for look-ups by shuffle. */
typedef struct RwNibbles
{
	unsigned char low[16];
	unsigned char high[16];
} RwNibbles;

/*
 * Up to eight rules, a bit each.  A byte needs a look where one rule has it
 * as an anchor, the byte before it, and the byte behind it.  At the start of
 * a text every rule is content with what is before; nothing is behind its
 * last byte, which never needs a look.
 *
 * nibbles says the same by nibbles, and more than that: a byte has a rule's bit
 * where low[byte & 15] & high[byte >> 4] has it.
 */
typedef struct RwAnchors
{
	unsigned char at[256];
	unsigned char before[256];
	unsigned char behind[256];
	RwNibbles	nibbles[3];		/* before, at, behind */

	/*
	 * The first of the blocks of 64 bytes from text[from] on in which a byte
	 * may need a look, *found a bit for each; text[from - 1] to text[len] are
	 * readable.  Where no whole block is left: its offset, *found 0.
	 */
	size_t		(*blocks) (const struct RwAnchors *anchors, const char *text,
						   size_t from, size_t len, uint64_t *found);
} RwAnchors;

/* No rule: nothing needs a look. */
extern void rw_anchors_init(RwAnchors *anchors);

/* Add bytes to one of the tables: those of a string, those of a class. */
extern void rw_anchors_bytes(unsigned char *table, unsigned int rule,
							 const char *bytes);
extern void rw_anchors_class(unsigned char *table, unsigned int rule,
							 unsigned int classes);

/* The rules are complete. */
extern void rw_anchors_finish(RwAnchors *anchors);

/* What makes an anchor need a look; see choose_anchors() in matcher.c. */
enum
{
	RW_RULE_ROOT = 0x01,		/* two separators, "://", X:\ */
	RW_RULE_PERCENT = 0x02,		/* %5C %2F %3A */
	RW_RULE_SWITCH = 0x04,		/* -server, /server */
	RW_RULE_KEY = 0x08,			/* server= */
	RW_RULE_ADDRESS = 0x10,		/* fd00:0:0:0:0:0:0:1, without a :: */
	RW_RULE_PORT = 0x20,		/* CN1:80 */
	RW_RULE_DOT = 0x40,			/* cn1.corp.local */
	RW_RULE_GAP = 0x80			/* :: of an address */
};

/* The rules by which text[p] needs a look, 0 for none. */
static inline unsigned int
rw_anchors_rules(const RwAnchors *anchors, const char *text, size_t p,
				 size_t len)
{
	unsigned int rules;

	if (p + 1 >= len)
		return 0;
	rules = anchors->at[(unsigned char) text[p]] &
		anchors->behind[(unsigned char) text[p + 1]];
	return rules == 0 || p == 0 ? rules :
		rules & anchors->before[(unsigned char) text[p - 1]];
}

/* A walk over the bytes of one text that need a look, in their order. */
typedef struct RwCursor
{
	size_t		block;			/* found is of the 64 bytes from here on */
	uint64_t	found;			/* not looked at yet */
} RwCursor;

/*
 * rw_anchors_next
 *		Offset of the first byte in text[from, len) that needs a look, or len.
 *
 * in:     *cursor: zeroed at the start of a text; from never goes back
 */
extern size_t rw_anchors_next(const RwAnchors *anchors, RwCursor *cursor,
							  const char *text, size_t from, size_t len);

#endif							/* RW_ANCHOR_H */
