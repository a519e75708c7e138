/*
 * diff.c
 *		What would change, for people: the lines between those that are the
 *		same at both ends, with three of these around.
 */
#include <string.h>

#include "hosts/internal.h"

#define AROUND 3

typedef struct Lines
{
	const char *bytes;
	size_t		len;
	size_t	   *starts;			/* one more than lines: the end */
	size_t		n;
} Lines;

static void
split(const Text *text, Arena *arena, Lines *lines)
{
	memset(lines, 0, sizeof(*lines));
	lines->bytes = text->bytes != NULL ? text->bytes : "";
	lines->len = text->len;
	lines->starts = arena_alloc(arena, (text->len + 2) * sizeof(size_t));
	for (size_t i = 0; i < text->len; i++)
		if (i == 0 || lines->bytes[i - 1] == '\n')
			lines->starts[lines->n++] = i;
	lines->starts[lines->n] = text->len;
}

static size_t
length(const Lines *lines, size_t i)
{
	return lines->starts[i + 1] - lines->starts[i];
}

static bool
is_same(const Lines *a, size_t i, const Lines *b, size_t j)
{
	return length(a, i) == length(b, j) &&
		memcmp(a->bytes + a->starts[i], b->bytes + b->starts[j],
			   length(a, i)) == 0;
}

static void
add_lines(const Lines *lines, size_t from, size_t to, char sign, Text *out)
{
	for (size_t i = from; i < to; i++)
	{
		const char *line = lines->bytes + lines->starts[i];
		size_t		len = length(lines, i);

		while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
			len--;
		text_addf(out, "%c", sign);
		text_add_bytes(out, line, len);
		text_add(out, "\n");
	}
}

void
hosts_diff(const char *path, const Text *from, const Text *to, Text *out)
{
	Arena		arena = {NULL};
	Lines		a;
	Lines		b;
	size_t		head = 0;
	size_t		tail = 0;
	size_t		first;
	size_t		last;

	split(from, &arena, &a);
	split(to, &arena, &b);
	while (head < a.n && head < b.n && is_same(&a, head, &b, head))
		head++;
	while (tail < a.n - head && tail < b.n - head &&
		   is_same(&a, a.n - 1 - tail, &b, b.n - 1 - tail))
		tail++;
	first = head > AROUND ? head - AROUND : 0;
	last = tail > AROUND ? AROUND : tail;
	text_addf(out, "--- %s\n+++ %s\n@@ -%lu,%lu +%lu,%lu @@\n", path, path,
			  (unsigned long) first + 1,
			  (unsigned long) (a.n - tail + last - first),
			  (unsigned long) first + 1,
			  (unsigned long) (b.n - tail + last - first));
	add_lines(&a, first, head, ' ', out);
	add_lines(&a, head, a.n - tail, '-', out);
	add_lines(&b, head, b.n - tail, '+', out);
	add_lines(&b, b.n - tail, b.n - tail + last, ' ', out);
	arena_free(&arena);
}
