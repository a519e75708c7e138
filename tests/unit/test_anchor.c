/*
 * test_anchor.c
 *		The search for the next byte that needs a look, many bytes at a time
 *		where the processor can, against the definition.
 *
 * Rules are drawn at random, from sparse to dense.  Every alignment within 64
 * bytes and every length up to a few blocks is tried, in memory that ends
 * where the text does.
 */
#include <stdlib.h>
#include <string.h>

#include "anchor_bytewise.h"
#include "chars.h"
#include "harness.h"
#include "random.h"

#define RULES 8
#define ALIGNMENTS 64
#define LENGTHS 330

/* The same rules for this machine, for any machine, and as defined. */
typedef struct Search
{
	RwAnchors	fast;
	RwAnchors	bytewise;
	bool		at[RULES][256];
	bool		before[RULES][256];
	bool		behind[RULES][256];
} Search;

/* Add one byte to a table of both searches and to its definition. */
static void
add(Search *search, size_t table, size_t rule, int c)
{
	const char	bytes[2] = {(char) c, '\0'};
	unsigned char *fast[] = {search->fast.at, search->fast.before,
	search->fast.behind};
	unsigned char *bytewise[] = {search->bytewise.at,
	search->bytewise.before, search->bytewise.behind};
	bool	   *defined[] = {search->at[rule], search->before[rule],
	search->behind[rule]};

	defined[table][c] = true;
	if (c == 0)
	{
		/* No string holds a NUL; the engine fills its tables with it. */
		fast[table][0] |= (unsigned char) (1u << rule);
		bytewise[table][0] |= (unsigned char) (1u << rule);
		return;
	}
	rw_anchors_bytes(fast[table], 1u << rule, bytes);
	rw_anchors_bytes(bytewise[table], 1u << rule, bytes);
}

static void
draw_search(Random *random, Search *search)
{
	static const size_t shares[] = {1, 2, 10, 60, 200};
	size_t		rules = 1 + random_below(random, RULES);

	memset(search, 0, sizeof(*search));
	rw_anchors_init(&search->fast);
	bytewise_init(&search->bytewise);
	for (size_t table = 0; table < 3; table++)
		for (size_t rule = 0; rule < rules; rule++)
		{
			size_t		share = shares[random_below(random, 5)];

			for (int c = 0; c < 256; c++)
				if (random_one_in(random, share))
					add(search, table, rule, c);
		}
	rw_anchors_finish(&search->fast);
	rw_anchors_finish(&search->bytewise);
}

static bool
needs_look(const Search *search, const char *text, size_t p, size_t len)
{
	for (size_t rule = 0; p + 1 < len && rule < RULES; rule++)
		if (search->at[rule][(unsigned char) text[p]] &&
			search->behind[rule][(unsigned char) text[p + 1]] &&
			(p == 0 ||
			 search->before[rule][(unsigned char) text[p - 1]]))
			return true;
	return false;
}

/* Go through the text; now and then leap, as a walk does behind a match. */
static bool
same_walk(const Search *search, const RwAnchors *anchors, const char *text,
		  size_t len, uint64_t leaps)
{
	RwCursor	cursor = {0, 0};
	Random		random = {leaps};
	size_t		from = 0;

	while (from <= len)
	{
		size_t		expected = from;
		size_t		next;

		while (expected < len && !needs_look(search, text, expected, len))
			expected++;
		next = rw_anchors_next(anchors, &cursor, text, from, len);
		if (next != expected)
			return false;

		/* Ask again from the same place, and from places before the next. */
		if (random_one_in(&random, 4) && next > from)
			from += random_below(&random, next - from + 1);
		else
			from = next + 1 + (random_one_in(&random, 3) ?
							   random_below(&random, 150) : 0);
	}
	return true;
}

/* Bytes of which few or many are in a table. */
static void
draw_text(Random *random, char *text, size_t len)
{
	size_t		kinds = 1 + random_below(random, 256);
	size_t		rare = 1 + random_below(random, 40);

	for (size_t i = 0; i < len; i++)
		text[i] = random_one_in(random, rare) ?
			(char) random_below(random, kinds) : 'x';
}

static void
test_text(Random *random, const Search *search, size_t alignment,
		  size_t len)
{
	size_t		size = alignment + len;
	char	   *block = malloc(size > 0 ? size : 1);
	uint64_t	leaps = random_next(random);

	if (block == NULL)
		exit(1);
	draw_text(random, block + alignment, len);
	check(same_walk(search, &search->fast, block + alignment, len, leaps));
	check(same_walk(search, &search->bytewise, block + alignment, len,
					leaps));
	free(block);
}

static void
test_alignments(void)
{
	Random		random = {1};
	Search		search;

	for (size_t alignment = 0; alignment < ALIGNMENTS; alignment++)
		for (size_t len = 0; len < LENGTHS;
			 len += alignment % 8 == 0 ? 1 : 7)
		{
			if (len % 16 == 0)
				draw_search(&random, &search);
			test_text(&random, &search, alignment, len);
		}
}

/* One byte that needs a look, at each place of a text of each length. */
static void
test_places(void)
{
	Search		search;
	char		text[LENGTHS];

	memset(&search, 0, sizeof(search));
	rw_anchors_init(&search.fast);
	bytewise_init(&search.bytewise);
	add(&search, 0, 0, ':');
	add(&search, 1, 0, 'a');
	add(&search, 2, 0, '/');
	rw_anchors_finish(&search.fast);
	rw_anchors_finish(&search.bytewise);
	for (size_t len = 3; len < LENGTHS; len++)
	{
		bool		good = true;

		for (size_t p = 1; p + 1 < len && good; p++)
		{
			RwCursor	cursor = {0, 0};

			memset(text, 'x', sizeof(text));
			memcpy(text + p - 1, "a:/", 3);
			good = rw_anchors_next(&search.fast, &cursor, text, 0, len) == p &&
				rw_anchors_next(&search.fast, &cursor, text, p, len) == p &&
				rw_anchors_next(&search.fast, &cursor, text, p + 1,
								len) == len &&
				same_walk(&search, &search.bytewise, text, len, p);

			/* With another neighbour it needs none. */
			text[p - 1] = 'b';
			good = good && same_walk(&search, &search.fast, text, len, p);
			text[p - 1] = 'a';
			text[p + 1] = '-';
			good = good && same_walk(&search, &search.fast, text, len, p);
		}
		check(good);
	}
}

static void
test_random(void)
{
	unsigned long rounds = harness_rounds("QSREPL_ROUNDS", 3000);
	Random		random = {harness_seed()};
	Search		search;

	for (unsigned long round = 0; round < rounds; round++)
	{
		draw_search(&random, &search);
		for (int n = 0; n < 5; n++)
			test_text(&random, &search, random_below(&random, ALIGNMENTS),
					  random_below(&random, 2000));
	}
}

static void
test_class(void)
{
	unsigned char table[256] = {0};

	rw_anchors_class(table, 4, RW_DIGIT | RW_BLANK);
	for (int c = 0; c < 256; c++)
		check(table[c] == ((c >= '0' && c <= '9') || c == ' ' || c == '\t' ?
						   4 : 0));
}

int
main(void)
{
	test_class();
	test_places();
	test_alignments();
	test_random();
	return harness_finish();
}
