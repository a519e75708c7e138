/*
 * test_json_random.c
 *		Rewriting generated JSON texts.
 *
 * A generated value is spelled as a JSON string in a random way and stands in
 * an object twice, as a key and as what belongs to it:
 *
 * - the key stays, and so does all around the strings;
 * - what the new string says is the value rewritten as a text;
 * - outside of what a text walk replaces, the string's bytes stay too.
 *
 * QSREPL_SEED repeats a run, QSREPL_ROUNDS is the number of sets.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "edits.h"
#include "gen_text.h"
#include "harness.h"
#include "laws.h"

#define VALUES_PER_SET 20
#define SPELLED_MAX (GEN_TEXT * 6)

/* A string as it is spelled, without its quotes. */
typedef struct Spelled
{
	char		bytes[SPELLED_MAX];
	size_t		len;
	size_t		at[GEN_TEXT + 1];	/* where each byte of the value begins */
} Spelled;

static Lab	lab;
static GenText text;
static Spelled spelled;
static Edits edits;

/* The character of two or three bytes at p, or 0 where there is none. */
static unsigned int
read_utf8(const char *p, size_t len, size_t *used)
{
	unsigned char a = (unsigned char) p[0];
	unsigned char b = len > 1 ? (unsigned char) p[1] : 0;
	unsigned char c = len > 2 ? (unsigned char) p[2] : 0;

	*used = 2;
	if (a >= 0xC2 && a < 0xE0 && (b & 0xC0) == 0x80)
		return (a & 0x1Fu) << 6 | (b & 0x3Fu);
	*used = 3;
	if (a > 0xE0 && a < 0xED && (b & 0xC0) == 0x80 && (c & 0xC0) == 0x80)
		return (a & 0x0Fu) << 12 | (b & 0x3Fu) << 6 | (c & 0x3Fu);
	return 0;
}

static void
put(const char *bytes, size_t len)
{
	memcpy(spelled.bytes + spelled.len, bytes, len);
	spelled.len += len;
}

static void
put_unicode(Random *random, unsigned int c)
{
	char		escape[8];

	if (random_one_in(random, 2))
		snprintf(escape, sizeof(escape), "\\u%04x", c & 0xFFFF);
	else
		snprintf(escape, sizeof(escape), "\\u%04X", c & 0xFFFF);
	put(escape, 6);
}

/* Spell one byte, or one character over 0x7F; returns how many were read. */
static size_t
put_character(Random *random, const char *p, size_t len, size_t rare)
{
	static const char meaning[] = "\"\\/\b\f\n\r\t";
	static const char letters[] = "\"\\/bfnrt";
	const char *found = p[0] == '\0' ? NULL : strchr(meaning, p[0]);
	unsigned char byte = (unsigned char) p[0];
	size_t		used = 1;
	unsigned int c = byte > 0x7F ? read_utf8(p, len, &used) : byte;

	if ((byte < 0x80 || c > 0) && random_one_in(random, rare))
		put_unicode(random, c);
	else if (found != NULL && (p[0] != '/' || random_one_in(random, 2)))
	{
		put("\\", 1);
		put(&letters[found - meaning], 1);
	}
	else
	{
		if (c == 0)
			used = 1;
		put(p, used);
	}
	return used;
}

static void
spell(Random *random)
{
	static const size_t rarities[] = {1, 3, 20, 1000};
	size_t		rare = rarities[random_below(random, 4)];
	size_t		used;

	spelled.len = 0;
	for (size_t p = 0; p < text.len; p += used)
	{
		size_t		start = spelled.len;

		used = put_character(random, text.bytes + p, text.len - p, rare);
		for (size_t i = 0; i < used; i++)
			spelled.at[p + i] = start;
	}
	spelled.at[text.len] = spelled.len;
}

/* Read one character of a string: as the engine's own decoder, but simpler. */
static size_t
read_character(const char *p, char *out, size_t *used)
{
	static const char meaning[] = "\"\\/\b\f\n\r\t";
	static const char letters[] = "\"\\/bfnrt";
	unsigned int c;

	*used = 1;
	out[0] = p[0];
	if (p[0] != '\\')
		return 1;
	*used = 2;
	if (p[1] != 'u')
	{
		out[0] = meaning[strchr(letters, p[1]) - letters];
		return 1;
	}
	*used = 6;
	c = (unsigned int) strtoul((char[])
							   {
		p[2], p[3], p[4], p[5], '\0'
	},
		NULL, 16);
	if (c < 0x80)
	{
		out[0] = (char) c;
		return 1;
	}
	if (c < 0x800)
	{
		out[0] = (char) (0xC0 | c >> 6);
		out[1] = (char) (0x80 | (c & 0x3F));
		return 2;
	}
	out[0] = (char) (0xE0 | c >> 12);
	out[1] = (char) (0x80 | (c >> 6 & 0x3F));
	out[2] = (char) (0x80 | (c & 0x3F));
	return 3;
}

/* Do the bytes at p say this text?  *used: how many of them. */
static bool
says(const char *p, const char *end, const char *expected, size_t len,
	 size_t *used)
{
	const char *start = p;

	while (len > 0)
	{
		char		out[3];
		size_t		n;
		size_t		step;

		if (p >= end)
			return false;
		n = read_character(p, out, &step);
		if (n > len || memcmp(out, expected, n) != 0)
			return false;
		expected += n;
		len -= n;
		p += step;
	}
	*used = (size_t) (p - start);
	return p <= end;
}

static bool
take(const char **p, const char *end, const char *expected, size_t len)
{
	if ((size_t) (end - *p) < len || memcmp(*p, expected, len) != 0)
		return false;
	*p += len;
	return true;
}

/* New text where the edits are, old bytes elsewhere? */
static bool
right_string(const char **p, const char *end)
{
	size_t		copied = 0;

	for (size_t i = 0; i < edits.n; i++)
	{
		const Edit *edit = &edits.list[i];
		size_t		start = spelled.at[edit->start];
		size_t		used;

		if (!take(p, end, spelled.bytes + copied, start - copied) ||
			!says(*p, end, edit->text, edit->len, &used))
			return false;
		*p += used;
		copied = spelled.at[edit->end];
	}
	return take(p, end, spelled.bytes + copied, spelled.len - copied);
}

static const char before_key[] = "{ \"a\" : [-1.5e3, \"b\", {\"";
static const char before_value[] = "\" \n: \"";
static const char behind_value[] = "\"}], \"c\":null}";

static size_t
build(char *json)
{
	char	   *p = json;

	memcpy(p, before_key, strlen(before_key));
	p += strlen(before_key);
	memcpy(p, spelled.bytes, spelled.len);
	p += spelled.len;
	memcpy(p, before_value, strlen(before_value));
	p += strlen(before_value);
	memcpy(p, spelled.bytes, spelled.len);
	p += spelled.len;
	memcpy(p, behind_value, strlen(behind_value));
	return (size_t) (p - json) + strlen(behind_value);
}

static bool
right_json(const char *out, size_t len)
{
	const char *p = out;
	const char *end = out + len;

	return take(&p, end, before_key, strlen(before_key)) &&
		take(&p, end, spelled.bytes, spelled.len) &&
		take(&p, end, before_value, strlen(before_value)) &&
		right_string(&p, end) &&
		take(&p, end, behind_value, strlen(behind_value)) && p == end;
}

static bool
right_hit(const RwMatcher *matcher, const char *json, size_t len)
{
	size_t		value = strlen(before_key) + spelled.len +
	strlen(before_value);
	RwHit		hit;
	bool		found = rw_find_json(matcher, json, len, &lab.scratch.engine,
									 &hit);

	if (edits.n == 0)
		return !found;
	return found && strcmp(hit.mapping, edits.list[0].mapping) == 0 &&
		hit.start == value + spelled.at[edits.list[0].start] &&
		hit.end == value + spelled.at[edits.list[0].end];
}

static void
test_value(Random *random)
{
	static char json[2 * SPELLED_MAX + 128];
	size_t		site = random_below(random, lab.set.n_sites);
	char	   *out = json;
	size_t		len;
	size_t		outlen;
	RwResult	result;

	gen_text(random, &lab.set, RW_FORM_TEXT, GEN_ANY_SITE, &text);
	spell(random);
	edits_collect(&edits, lab.at[site], RW_FORM_TEXT, text.bytes, text.len,
				  false);
	if (!edits.all_kept)
		return;
	len = build(json);
	outlen = len;
	result = rw_rewrite_json(lab.at[site], json, len, &lab.scratch.engine,
							 &out, &outlen);
	if (!check((result == RW_CHANGED) == (edits.n > 0)) ||
		!check(right_json(out, outlen)) ||
		!check(right_hit(lab.at[site], json, len)))
	{
		printf("  at %s\n", gen_site(site));
		gen_set_print(&lab.set);
		harness_print("  in", json, len);
		harness_print("  out", out, outlen);
	}
	memory_reset(&lab.scratch);
}

int
main(void)
{
	unsigned long rounds = harness_rounds("QSREPL_ROUNDS", 4000);
	uint64_t	seed = harness_seed();

	for (unsigned long i = 0; i < rounds; i++)
	{
		Random		random = {seed + i};
		GenSet		set;

		if (random_one_in(&random, 3))
			gen_set_fixed(&set);
		else
			gen_set_any(&random, &set);
		if (!check(lab_open(&lab, &set, NULL)))
			break;
		for (int n = 0; n < VALUES_PER_SET; n++)
			test_value(&random);
		lab_close(&lab);
	}
	return harness_finish();
}
