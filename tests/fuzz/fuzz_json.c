/*
 * fuzz_json.c
 *		Any bytes as a JSON text.
 *
 * The first byte chooses the site: byte % 4, of which the last is none of the
 * set's.
 */
#include "fuzz.h"
#include "sets.h"

static RwMatcher *matchers[4];
static TestMemory memory;

static void
set_up(void)
{
	static const char *const sites[] = {"A", "B", "C", "D"};
	static TestMemory place;

	memory_init(&memory);
	memory_init(&place);
	for (int site = 0; site < 4; site++)
		matchers[site] = set_compile(set_usual, set_usual_size, sites[site],
									 &place);
}

/* Quotes that begin and end strings: as many as there were. */
static size_t
count_quotes(const char *bytes, size_t len)
{
	bool		string = false;
	size_t		n = 0;

	for (size_t p = 0; p < len; p++)
	{
		if (string && bytes[p] == '\\')
			p++;
		else if (bytes[p] == '"')
		{
			string = !string;
			n++;
		}
	}
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const RwMatcher *matcher;
	const char *in = (const char *) data + 1;
	size_t		len = size - 1;
	RwForm		suggested;
	RwHit		hit;
	char	   *out = NULL;
	size_t		outlen = 0;
	bool		found;

	if (size == 0)
		return 0;
	if (matchers[0] == NULL)
		set_up();
	matcher = matchers[data[0] % 4];
	found = rw_find_json(matcher, in, len, &memory.engine, &hit);
	require(memory.live == 0);
	if (rw_rewrite_json(matcher, in, len, &memory.engine, &out,
						&outlen) == RW_SAME)
		require(!found && out == NULL && outlen == 0);
	else
	{
		require(found && out[outlen] == '\0');
		require(hit.start < hit.end && hit.end <= len);
		require(memcmp(out, in, hit.start) == 0);
		require(count_quotes(out, outlen) == count_quotes(in, len));
	}
	rw_suggest_form(matcher, in, len, true, &memory.engine, &suggested);
	require(memory.live == (out != NULL));
	memory_reset(&memory);
	return 0;
}
