/*
 * test_anchor.c
 *		The search for the next byte of a set, 32 or 64 bytes at a time where
 *		the processor can, against a loop over single bytes.
 *
 * Every alignment within 64 bytes and every length up to a few blocks is
 * tried, with one member at each place in turn, in text that ends where the
 * memory does.
 */
#include <stdlib.h>
#include <string.h>

#include "anchor.h"
#include "harness.h"
#include "random.h"

#define ALIGNMENTS 64
#define LENGTHS 200

static size_t
next_simply(const char *bytes, const char *text, size_t from, size_t len)
{
	while (from < len &&
		   (text[from] == '\0' || strchr(bytes, text[from]) == NULL))
		from++;
	return from;
}

/* Bytes outside of the set: close to its members, or far off. */
static char
draw_other(Random *random, const char *bytes)
{
	for (;;)
	{
		char		c = (char) random_below(random, 256);

		if (random_one_in(random, 2))
			c = (char) (bytes[random_below(random, strlen(bytes))] ^
						(1 << random_below(random, 8)));
		if (c == '\0' || strchr(bytes, c) == NULL)
			return c;
	}
}

/* One member, or none, at each place of text[from, len). */
static void
test_places(const RwAnchors *anchors, const char *bytes, char *text,
			size_t len)
{
	bool		good = rw_anchors_next(anchors, text, 0, len) == len;

	for (size_t p = 0; p < len && good; p++)
	{
		char		other = text[p];

		text[p] = bytes[p % strlen(bytes)];
		good = rw_anchors_next(anchors, text, 0, len) == p &&
			rw_anchors_next(anchors, text, p, len) == p &&
			rw_anchors_next(anchors, text, p + 1, len) == len;
		text[p] = other;
	}
	check(good);
}

static void
test_alignments(const char *bytes)
{
	Random		random = {1};
	RwAnchors	anchors;

	rw_anchors_init(&anchors, bytes);
	for (size_t alignment = 0; alignment < ALIGNMENTS; alignment++)
		for (size_t len = 0; len < LENGTHS;
			 len += alignment % 8 == 0 ? 1 : 7)
		{
			size_t		size = alignment + len;
			char	   *block = malloc(size > 0 ? size : 1);

			if (block == NULL)
				exit(1);
			for (size_t i = 0; i < size; i++)
				block[i] = draw_other(&random, bytes);
			test_places(&anchors, bytes, block + alignment, len);
			free(block);
		}
}

/* Members as they fall. */
static void
test_random(const char *bytes)
{
	Random		random = {2};
	RwAnchors	anchors;
	char		text[1024];

	rw_anchors_init(&anchors, bytes);
	for (int round = 0; round < 200; round++)
	{
		size_t		rare = 1 + random_below(&random, 100);
		size_t		p = 0;
		bool		good = true;

		for (size_t i = 0; i < sizeof(text); i++)
			text[i] = random_one_in(&random, rare) ?
				bytes[random_below(&random, strlen(bytes))] :
				draw_other(&random, bytes);
		while (p < sizeof(text) && good)
		{
			size_t		next = next_simply(bytes, text, p, sizeof(text));

			good = rw_anchors_next(&anchors, text, p, sizeof(text)) == next;
			p = next + 1;
		}
		check(good);
	}
}

/* Which bytes the tables by nibble hold. */
static void
test_members(const char *bytes)
{
	RwAnchors	anchors;

	rw_anchors_init(&anchors, bytes);
	for (int c = 0; c < 256; c++)
	{
		char		text[128];
		size_t		expected = c != 0 && strchr(bytes, c) != NULL ?
		0 : sizeof(text);

		memset(text, c, sizeof(text));
		check(rw_anchors_next(&anchors, text, 0, sizeof(text)) == expected);

		/* The first bytes are looked at one by one: begin behind them. */
		memset(text, 'x', 8);
		if (expected == 0)
			expected = 8;
		check(rw_anchors_next(&anchors, text, 0, sizeof(text)) == expected);
	}
}

int
main(void)
{
	/* What the engine chooses, and sets whose nibbles cross. */
	static const char *const sets[] = {"\\/%:", "\\/%:=>-.", "%", "%5:",
	"\x01\x12\x23\x34\x45\x56\x67\x70"};

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
	{
		test_members(sets[i]);
		test_alignments(sets[i]);
		test_random(sets[i]);
	}
	return harness_finish();
}
