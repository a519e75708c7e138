/*
 * peer_pcre2.c
 *		PCRE2 with JIT: one alternation of all values, case ignored, the
 *		longest first, then a copy with the replacements.
 *
 * Which of the values it was is looked up by the text that matched; a group
 * or a mark for each alternative would be dearer.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "edits.h"

typedef struct Regex
{
	const Pair **sorted;		/* by their foreign values */
	size_t		n;
	pcre2_code *code;
	pcre2_match_data *match;
	Edits		edits;
} Regex;

static int
by_length(const void *a, const void *b)
{
	const Pair *const *x = a;
	const Pair *const *y = b;

	return ((*x)->foreign_len < (*y)->foreign_len) -
		((*x)->foreign_len > (*y)->foreign_len);
}

static int
by_value(const void *a, const void *b)
{
	const Pair *const *x = a;
	const Pair *const *y = b;

	return strcasecmp((*x)->foreign, (*y)->foreign);
}

static void
put_alternation(const Regex *regex, Buffer *pattern)
{
	for (size_t i = 0; i < regex->n; i++)
	{
		if (i > 0)
			buffer_puts(pattern, "|");
		for (const char *p = regex->sorted[i]->foreign; *p != '\0'; p++)
		{
			if (strchr("\\.$[]()*+?{}|^", *p) != NULL)
				buffer_puts(pattern, "\\");
			buffer_add(pattern, p, 1);
		}
	}
}

static bool
compile(Regex *regex, char *reason)
{
	Buffer		pattern = {0};
	PCRE2_UCHAR message[100];
	PCRE2_SIZE	offset;
	int			error;

	put_alternation(regex, &pattern);
	regex->code = pcre2_compile((PCRE2_SPTR) pattern.bytes, pattern.len,
								PCRE2_CASELESS, &error, &offset, NULL);
	free(pattern.bytes);
	if (regex->code != NULL)
		error = pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE);
	if (error < 0 || regex->code == NULL)
	{
		pcre2_get_error_message(error, message, sizeof(message));
		snprintf(reason, REASON_MAX, "%s", (char *) message);
		return false;
	}
	regex->match = pcre2_match_data_create(1, NULL);
	return true;
}

static void
close_regex(void *state)
{
	Regex	   *regex = state;

	pcre2_match_data_free(regex->match);
	pcre2_code_free(regex->code);
	free(regex->sorted);
	free(regex);
}

static void *
open_regex(const Pair *pairs, size_t n, char *reason)
{
	Regex	   *regex = heap_alloc(sizeof(Regex));

	regex->sorted = heap_alloc(n * sizeof(Pair *));
	regex->n = n;
	regex->match = NULL;
	for (size_t i = 0; i < n; i++)
		regex->sorted[i] = &pairs[i];
	qsort(regex->sorted, n, sizeof(Pair *), by_length);
	if (!compile(regex, reason))
	{
		close_regex(regex);
		return NULL;
	}
	qsort(regex->sorted, n, sizeof(Pair *), by_value);
	return regex;
}

/* The pair whose foreign value this is, in any case. */
static const Pair *
find_pair(const Regex *regex, const char *match, size_t len)
{
	size_t		low = 0;
	size_t		high = regex->n;

	while (low < high)
	{
		size_t		middle = (low + high) / 2;
		const Pair *pair = regex->sorted[middle];
		int			order = strncasecmp(match, pair->foreign, len);

		if (order == 0 && len == pair->foreign_len)
			return pair;
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static bool
rewrite(void *state, const Corpus *corpus, const char *in, size_t len,
		char **out, size_t *outlen)
{
	Regex	   *regex = state;
	const		PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(regex->match);
	size_t		from = 0;

	(void) corpus;
	regex->edits.n = 0;
	while (pcre2_jit_match(regex->code, (PCRE2_SPTR) in, len, from, 0,
						   regex->match, NULL) >= 0)
	{
		const Pair *pair = find_pair(regex, in + offsets[0],
									 offsets[1] - offsets[0]);

		from = offsets[1];
		if (pair != NULL)
			edits_add(&regex->edits, offsets[0], offsets[1], pair);
	}
	return edits_apply(&regex->edits, in, len, out, outlen);
}

static bool
run(void *state, const Corpus *corpus, Run *run, char *reason)
{
	(void) reason;
	return values_run(rewrite, state, corpus, run);
}

const Peer	peer_pcre2 = {
	"pcre2", "PCRE2 JIT alternation", ALL_CORPORA, false, open_regex,
	close_regex, run
};
