/*
 * fuzz_text.c
 *		Any bytes in any form at any site.
 *
 * The first byte chooses: form = byte % 4, site = byte / 4 % 4, of which the
 * last is none of the set's.  So 'd' 'e' 'f' 'g' are the forms path, host,
 * text and value at site B.
 */
#include "edits.h"
#include "fuzz.h"
#include "sets.h"

static RwMatcher *matchers[4];
static TestMemory memory;

/* The usual mappings, and some that are nested or share a server. */
static void
set_up(void)
{
	static const char *const sites[] = {"A", "B", "C", "D"};
	static const SetLine more[] = {
		{"logs", RW_KIND_PATH, "A", "\\\\CN\\QlikShare\\Logs", false},
		{"logs", RW_KIND_PATH, "B", "\\\\LOG-B\\Archive (old)", false},
		{"nested", RW_KIND_PATH, "A", "\\\\nas\\q", false},
		{"nested", RW_KIND_PATH, "B", "\\\\nas\\q\\dr", false},
		{"server", RW_KIND_PATH, "A", "\\\\ARCHIVE1", false},
		{"server", RW_KIND_PATH, "B", "\\\\ARCHIVE2", false},
		{"cn", RW_KIND_HOST, "A", "CN", false},
		{"cn", RW_KIND_HOST, "B", "c", false},
		{"cn", RW_KIND_HOST, "C", "n\xC3\xBC", false},
	};
	SetLine		lines[64];
	size_t		n = sizeof(more) / sizeof(more[0]);
	static TestMemory place;

	memory_init(&memory);
	memory_init(&place);
	memcpy(lines, set_usual, set_usual_size * sizeof(SetLine));
	memcpy(lines + set_usual_size, more, sizeof(more));
	for (int site = 0; site < 4; site++)
		matchers[site] = set_compile(lines, set_usual_size + n, sites[site],
									 &place);
}

/* The result is the value with the edits of a walk, and nothing else. */
static void
check_edits(const RwMatcher *matcher, RwForm form, const char *in,
			size_t len, const char *out, size_t outlen)
{
	static Edits edits;
	size_t		p = 0;
	size_t		q = 0;

	edits_collect(&edits, matcher, form, in, len, false);
	if (!edits.all_kept)
		return;
	require(edits.n > 0);
	for (size_t i = 0; i < edits.n; i++)
	{
		const Edit *edit = &edits.list[i];
		size_t		before = edit->start - p;

		require(edit->start >= p && edit->end >= edit->start);
		require(edit->end <= len && outlen - q >= before + edit->len);
		require(memcmp(out + q, in + p, before) == 0);
		require(memcmp(out + q + before, edit->text, edit->len) == 0);
		p = edit->end;
		q += before + edit->len;
	}
	require(outlen - q == len - p && memcmp(out + q, in + p, len - p) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const RwMatcher *matcher;
	const char *in = (const char *) data + 1;
	size_t		len = size - 1;
	RwForm		form;
	RwForm		suggested;
	RwHit		hit;
	char	   *out = NULL;
	size_t		outlen = 0;
	bool		found;

	if (size == 0)
		return 0;
	if (matchers[0] == NULL)
		set_up();
	form = (RwForm) (data[0] % 4);
	matcher = matchers[data[0] / 4 % 4];
	found = rw_find(matcher, form, in, len, &hit);
	if (rw_rewrite(matcher, form, in, len, &memory.engine, &out,
				   &outlen) == RW_SAME)
		require(!found && out == NULL && outlen == 0);
	else
	{
		require(found && rw_matcher_has_site(matcher));
		require(out[outlen] == '\0');
		require(hit.start < hit.end && hit.end <= len);
		require(memcmp(out, in, hit.start) == 0);
		require(strlen(hit.mapping) > 0 && strlen(hit.site) == 1);
		check_edits(matcher, form, in, len, out, outlen);
	}
	rw_suggest_form(matcher, in, len, false, &memory.engine, &suggested);
	require(memory.live == (out != NULL));
	memory_reset(&memory);
	return 0;
}
