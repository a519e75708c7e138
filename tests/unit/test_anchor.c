/*
 * test_anchor.c
 *		The search for the next byte that needs a look, 64 bytes at a time
 *		where the processor can, against a loop over single bytes.
 *
 * Every alignment within 64 bytes and lengths up to a few blocks are tried,
 * in text that ends where its memory does.
 */
#include <stdlib.h>
#include <string.h>

#include "anchor.h"
#include "chars.h"
#include "harness.h"
#include "random.h"

#define ALIGNMENTS 64
#define LENGTHS 200

/* One rule of a set: an anchor and its neighbours. */
typedef struct Rule
{
	const char *before;			/* NULL: any byte */
	const char *at;
	const char *behind;			/* NULL: any byte */
} Rule;

#define MAX_RULES 8

static bool
holds(const char *bytes, char c)
{
	return bytes == NULL || (c != '\0' && strchr(bytes, c) != NULL);
}

static void
add(unsigned char *table, unsigned int rule, const char *bytes)
{
	if (bytes != NULL)
		rw_anchors_bytes(table, rule, bytes);
	else
		for (int c = 0; c < 256; c++)
			table[c] |= (unsigned char) rule;
}

static void
make(RwAnchors *anchors, const Rule *rules, int n)
{
	rw_anchors_init(anchors);
	for (int i = 0; i < n; i++)
	{
		add(anchors->before, 1u << i, rules[i].before);
		add(anchors->at, 1u << i, rules[i].at);
		add(anchors->behind, 1u << i, rules[i].behind);
	}
	rw_anchors_finish(anchors);
}

/* The definition in anchor.h, byte by byte. */
static size_t
next_simply(const Rule *rules, int n, const char *text, size_t from,
			size_t len)
{
	for (; from + 1 < len; from++)
		for (int i = 0; i < n; i++)
			if (holds(rules[i].at, text[from]) &&
				holds(rules[i].behind, text[from + 1]) &&
				(from == 0 || holds(rules[i].before, text[from - 1])))
				return from;
	return len;
}

/* Walk over a text from one found byte to the next, sometimes further. */
static bool
agrees(const RwAnchors *anchors, const Rule *rules, int n, const char *text,
	   size_t len, Random *random)
{
	RwCursor	cursor = {0, 0};
	size_t		from = 0;

	while (from < len)
	{
		size_t		expected = next_simply(rules, n, text, from, len);

		if (rw_anchors_next(anchors, &cursor, text, from, len) != expected)
			return false;
		from = expected + 1;
		if (random_one_in(random, 4))
			from += random_below(random, 90);
	}
	return true;
}

/* Bytes that stand in the rules, close to those, or far off. */
static char
draw(Random *random, const char *bytes, size_t rare)
{
	if (!random_one_in(random, rare))
		return (char) random_below(random, 256);
	return (char) (bytes[random_below(random, strlen(bytes))] ^
				   (random_one_in(random, 4) ?
					1 << random_below(random, 8) : 0));
}

static void
test_rules(const Rule *rules, int n, const char *bytes, Random *random)
{
	RwAnchors	anchors;

	make(&anchors, rules, n);
	for (size_t alignment = 0; alignment < ALIGNMENTS; alignment++)
		for (size_t len = 0; len < LENGTHS;
			 len += alignment % 8 == 0 ? 1 : 7)
		{
			size_t		size = alignment + len;
			size_t		rare = 1 + random_below(random, 40);
			char	   *block = malloc(size > 0 ? size : 1);

			if (block == NULL)
				exit(1);
			for (size_t i = 0; i < size; i++)
				block[i] = draw(random, bytes, rare);
			check(agrees(&anchors, rules, n, block + alignment, len, random));
			free(block);
		}
}

/* No rule, and rules that nothing meets, find nothing. */
static void
test_nothing(void)
{
	RwAnchors	anchors;
	RwCursor	cursor = {0, 0};
	char		text[1000];

	memset(text, 'x', sizeof(text));
	rw_anchors_init(&anchors);
	rw_anchors_finish(&anchors);
	check(rw_anchors_next(&anchors, &cursor, text, 0, sizeof(text)) ==
		  sizeof(text));
	check(rw_anchors_rules(&anchors, text, 0, sizeof(text)) == 0);
}

/* Classes of bytes can be added to a table as well. */
static void
test_class(void)
{
	RwAnchors	anchors;

	rw_anchors_init(&anchors);
	rw_anchors_class(anchors.behind, 4, RW_DIGIT);
	for (int c = 0; c < 256; c++)
		check(anchors.behind[c] == (c >= '0' && c <= '9' ? 4 : 0));
}

int
main(void)
{
	static const Rule plain[] = {{NULL, "\\/%:=>-.", NULL}};
	static const Rule engine[] = {
		{NULL, "\\/:", "\\/%"}, {NULL, "%", "235"}, {" \t\"-", "-/", "shn-"},
		{"rtse\" ", ":=>", NULL}, {"0a", ":", "0bc"}, {"1ln", ":", "0123456789"},
		{"pr", ".", "lc"}, {NULL, ":", ":"}
	};
	/* Nibbles that cross: by nibble more is found than by byte. */
	static const Rule crossed[] = {
		{"\x12\x23", "\x01\x12\x23\x34\x45\x56\x67\x70", "\x34\x41"},
		{NULL, "\x41\x5A", "\x11\x2A"}
	};
	uint64_t	seed = harness_number("QSREPL_SEED", 1);
	Random		random = {seed};

	test_nothing();
	test_class();
	test_rules(plain, 1, "\\/%:=>-.x", &random);
	test_rules(engine, MAX_RULES, "\\/%:=>-.235shntre01bcplr \t\"", &random);
	test_rules(crossed, 2, "\x01\x12\x23\x34\x41\x45\x56\x5A\x67\x70\x11\x2A",
			   &random);
	return harness_finish();
}
