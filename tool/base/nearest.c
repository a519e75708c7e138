/*
 * nearest.c
 *		The known word that was probably meant by a mistyped one.
 */
#include "base/nearest.h"

#include <string.h>

#include "base/ascii.h"

/* Longer words are not compared: nobody mistypes them into known ones. */
#define WORD_MAX_LEN 40

static size_t
min2(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Optimal string alignment distance; only case differs: 0. */
static size_t
distance(const char *a, const char *b)
{
	size_t		rows[3][WORD_MAX_LEN + 1];
	size_t		na = strlen(a);
	size_t		nb = strlen(b);

	for (size_t j = 0; j <= nb; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= na; i++)
	{
		size_t	   *row = rows[i % 3];
		const size_t *above = rows[(i + 2) % 3];
		const size_t *higher = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= nb; j++)
		{
			size_t		change = ascii_lower(a[i - 1]) != ascii_lower(b[j - 1]) ? 1 : 0;

			row[j] = min2(min2(above[j] + 1, row[j - 1] + 1),
						  above[j - 1] + change);
			if (i > 1 && j > 1 && ascii_lower(a[i - 1]) == ascii_lower(b[j - 2]) &&
				ascii_lower(a[i - 2]) == ascii_lower(b[j - 1]))
				row[j] = min2(row[j], higher[j - 2] + 1);
		}
	}
	return rows[na % 3][nb];
}

void
nearest_begin(Nearest *nearest, const char *word)
{
	size_t		len = strlen(word);

	nearest->word = word;
	nearest->best = NULL;
	nearest->distance = len < 3 ? 2 : len / 3 + 1;
}

void
nearest_offer(Nearest *nearest, const char *known)
{
	size_t		far;

	if (strlen(nearest->word) > WORD_MAX_LEN || strlen(known) > WORD_MAX_LEN)
		return;
	far = distance(nearest->word, known);
	/* Something of the word must be right. */
	if (far < nearest->distance && far < strlen(known))
	{
		nearest->distance = far;
		nearest->best = known;
	}
}
