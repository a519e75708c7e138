/*
 * anchor.c
 *		Skipping what cannot matter.
 *
 * Most of a text holds nothing to look at, and the speed of the engine there
 * is the speed of this search.  With AVX2 32 bytes are classified at once by
 * two table look-ups of their nibbles; elsewhere a table of bytes serves.
 */
#include "anchor.h"

#include <string.h>

#if defined(__GNUC__) && defined(__x86_64__)
#define RW_HAVE_AVX2
#include <immintrin.h>
#endif

static size_t
next_bytewise(const RwAnchors *anchors, const char *text, size_t from,
			  size_t len)
{
	while (from < len && !anchors->member[(unsigned char) text[from]])
		from++;
	return from;
}

#ifdef RW_HAVE_AVX2
/* One bit for each of 32 bytes: is it in the set? */
__attribute__((target("avx2")))
static inline unsigned int
classify(__m256i low, __m256i high, const char *p)
{
	const __m256i nibble = _mm256_set1_epi8(15);
	__m256i		bytes = _mm256_loadu_si256((const __m256i *) (const void *) p);
	__m256i		l = _mm256_shuffle_epi8(low, bytes);
	__m256i		h = _mm256_shuffle_epi8(high,
										_mm256_and_si256(_mm256_srli_epi16(bytes, 4),
														 nibble));
	__m256i		none = _mm256_cmpeq_epi8(_mm256_and_si256(l, h),
										 _mm256_setzero_si256());

	return ~(unsigned int) _mm256_movemask_epi8(none);
}

__attribute__((target("avx2")))
static size_t
next_avx2(const RwAnchors *anchors, const char *text, size_t from,
		  size_t len)
{
	__m256i		low;
	__m256i		high;

	/* Short gaps are the rule in connection strings. */
	for (size_t near = from + 8 < len ? from + 8 : len; from < near; from++)
		if (anchors->member[(unsigned char) text[from]])
			return from;
	if (len - from < 32)
		return next_bytewise(anchors, text, from, len);
	low = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *) (const void *) anchors->low));
	high = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *) (const void *) anchors->high));

	/* A shuffle takes bytes over 0x7F as "no index": they give 0. */
	for (; len - from >= 64; from += 64)
	{
		unsigned int first = classify(low, high, text + from);
		unsigned int second = classify(low, high, text + from + 32);

		if ((first | second) != 0)
			return first != 0 ? from + (size_t) __builtin_ctz(first) :
				from + 32 + (size_t) __builtin_ctz(second);
	}
	for (; len - from >= 32; from += 32)
	{
		unsigned int found = classify(low, high, text + from);

		if (found != 0)
			return from + (size_t) __builtin_ctz(found);
	}
	return next_bytewise(anchors, text, from, len);
}
#endif

void
rw_anchors_init(RwAnchors *anchors, const char *bytes)
{
	memset(anchors, 0, sizeof(*anchors));
	for (; *bytes != '\0'; bytes++)
	{
		unsigned char c = (unsigned char) *bytes;
		unsigned char row = (unsigned char) (1u << (c >> 4));

		anchors->member[c] = true;
		anchors->low[c & 15] |= row;
		anchors->high[c >> 4] = row;
	}
	anchors->next = next_bytewise;
#ifdef RW_HAVE_AVX2
	if (__builtin_cpu_supports("avx2"))
		anchors->next = next_avx2;
#endif
}
