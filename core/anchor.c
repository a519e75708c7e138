/*
 * anchor.c
 *		Skipping what cannot matter.
 *
 * Most of a text holds nothing to look at, and the speed of the engine there
 * is the speed of this search.  With AVX2 32 bytes are classified at once by
 * table look-ups of their and their neighbours' nibbles; what passes is then
 * looked at as it is elsewhere, by tables of bytes.
 */
#include "anchor.h"

#include <string.h>

#include "chars.h"

#if defined(__GNUC__) && defined(__x86_64__)
#define RW_HAVE_AVX2
#include <immintrin.h>
#endif

#define BLOCK ((size_t) 64)

static inline size_t
first_bit(uint64_t bits)
{
#ifdef __GNUC__
	return (size_t) __builtin_ctzll(bits);
#else
	size_t		n = 0;

	while ((bits >> n & 1) == 0)
		n++;
	return n;
#endif
}

/* Of the bytes that may need a look, those that do. */
static inline uint64_t
refine(const RwAnchors *anchors, const char *text, uint64_t found)
{
	uint64_t	exact = 0;

	for (; found != 0; found &= found - 1)
	{
		const char *p = text + first_bit(found);

		if ((anchors->at[(unsigned char) p[0]] &
			 anchors->before[(unsigned char) p[-1]] &
			 anchors->behind[(unsigned char) p[1]]) != 0)
			exact |= found & (~found + 1);
	}
	return exact;
}

static size_t
blocks_bytewise(const RwAnchors *anchors, const char *text, size_t from,
				size_t len, uint64_t *found)
{
	*found = 0;
	for (; from + BLOCK <= len; from += BLOCK)
	{
		for (size_t i = 0; i < BLOCK; i++)
			if (anchors->at[(unsigned char) text[from + i]] != 0)
				*found |= (uint64_t) 1 << i;
		*found = refine(anchors, text + from, *found);
		if (*found != 0)
			break;
	}
	return from;
}

#ifdef RW_HAVE_AVX2
/* The rules of 32 bytes by one table. */
__attribute__((target("avx2")))
static inline __m256i
look_up(const __m256i *tables, const char *p)
{
	const __m256i nibble = _mm256_set1_epi8(15);
	__m256i		bytes = _mm256_loadu_si256((const __m256i *) (const void *) p);
	__m256i		low = _mm256_and_si256(bytes, nibble);
	__m256i		high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble);

	return _mm256_and_si256(_mm256_shuffle_epi8(tables[0], low),
							_mm256_shuffle_epi8(tables[1], high));
}

/* One bit for each of 32 bytes: may it need a look? */
__attribute__((target("avx2")))
static inline unsigned int
classify(const __m256i *tables, const char *p)
{
	__m256i		rules = _mm256_and_si256(look_up(tables + 2, p),
										 _mm256_and_si256(look_up(tables, p - 1),
														  look_up(tables + 4, p + 1)));
	__m256i		none = _mm256_cmpeq_epi8(rules, _mm256_setzero_si256());

	return ~(unsigned int) _mm256_movemask_epi8(none);
}

__attribute__((target("avx2")))
static size_t
blocks_avx2(const RwAnchors *anchors, const char *text, size_t from,
			size_t len, uint64_t *found)
{
	__m256i		tables[6];

	for (int i = 0; i < 6; i++)
	{
		const RwNibbles *pair = &anchors->nibbles[i / 2];
		const unsigned char *table = i % 2 == 0 ? pair->low : pair->high;

		tables[i] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *) (const void *) table));
	}
	*found = 0;
	for (; from + BLOCK <= len; from += BLOCK)
	{
		__builtin_prefetch(text + from + 1024);
		*found = classify(tables, text + from) |
			(uint64_t) classify(tables, text + from + 32) << 32;
		if (*found == 0)
			continue;
		*found = refine(anchors, text + from, *found);
		if (*found != 0)
			break;
	}
	return from;
}
#endif

void
rw_anchors_init(RwAnchors *anchors)
{
	memset(anchors, 0, sizeof(*anchors));
	anchors->blocks = blocks_bytewise;
#ifdef RW_HAVE_AVX2
	if (__builtin_cpu_supports("avx2"))
		anchors->blocks = blocks_avx2;
#endif
}

void
rw_anchors_bytes(unsigned char *table, unsigned int rule, const char *bytes)
{
	for (; *bytes != '\0'; bytes++)
		table[(unsigned char) *bytes] |= (unsigned char) rule;
}

void
rw_anchors_class(unsigned char *table, unsigned int rule,
				 unsigned int classes)
{
	for (int c = 0; c < 256; c++)
		if ((rw_class[c] & classes) != 0)
			table[c] |= (unsigned char) rule;
}

/* The last bytes, fewer than a block with its neighbours. */
static uint64_t
last_block(const RwAnchors *anchors, const char *text, size_t from,
		   size_t len)
{
	char		bytes[BLOCK + 2] = {0};
	uint64_t	found;

	memcpy(bytes, text + from - 1, len - from + 1);
	anchors->blocks(anchors, bytes, 1, BLOCK + 1, &found);
	return found & (((uint64_t) 1 << (len - from - 1)) - 1);
}

/* The next block in which something is found; *block is len without one. */
static void
next_block(const RwAnchors *anchors, RwCursor *cursor, const char *text,
		   size_t from, size_t len)
{
	cursor->found = 0;
	if (from + 1 < len)
		from = anchors->blocks(anchors, text, from, len - 1, &cursor->found);
	if (cursor->found == 0 && from + 1 < len)
		cursor->found = last_block(anchors, text, from, len);
	cursor->block = cursor->found != 0 ? from : len;
}

size_t
rw_anchors_next(const RwAnchors *anchors, RwCursor *cursor, const char *text,
				size_t from, size_t len)
{
	if (from == 0)
	{
		if (rw_anchors_rules(anchors, text, 0, len) != 0)
			return 0;
		from = 1;
	}
	if (cursor->block == 0 || from >= cursor->block + BLOCK)
		next_block(anchors, cursor, text, from, len);
	else if (from > cursor->block)
		cursor->found &= ~(uint64_t) 0 << (from - cursor->block);
	while (cursor->block < len)
	{
		if (cursor->found != 0)
			return cursor->block + first_bit(cursor->found);
		next_block(anchors, cursor, text, cursor->block + BLOCK, len);
	}
	return len;
}

static void
make_nibbles(RwNibbles *nibbles, const unsigned char *table)
{
	for (int c = 0; c < 256; c++)
	{
		nibbles->low[c & 15] |= table[c];
		nibbles->high[c >> 4] |= table[c];
	}
}

void
rw_anchors_finish(RwAnchors *anchors)
{
	make_nibbles(&anchors->nibbles[0], anchors->before);
	make_nibbles(&anchors->nibbles[1], anchors->at);
	make_nibbles(&anchors->nibbles[2], anchors->behind);
}
