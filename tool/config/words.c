/*
 * words.c
 *		Words with blanks between.
 */
#include "config/words.h"

#include <string.h>

static const char blanks[] = " \t";

bool
words_next(const char **words, char *word, size_t size)
{
	const char *from = *words + strspn(*words, blanks);
	size_t		len = strcspn(from, blanks);

	*words = from + len;
	if (len == 0)
		return false;
	if (len >= size)
		len = size - 1;
	memcpy(word, from, len);
	word[len] = '\0';
	return true;
}

bool
words_has(const char *words, const char *word)
{
	char		known[64];

	while (words_next(&words, known, sizeof(known)))
		if (strcmp(known, word) == 0)
			return true;
	return false;
}

/* Copy one word; *from is moved behind it.  NULL: a quote has no end. */
static const char *
take(const char **from, bool quotes, Arena *arena)
{
	char	   *word = arena_alloc(arena, strlen(*from) + 1);
	size_t		len = 0;
	bool		inside = false;

	for (; **from != '\0'; (*from)++)
	{
		if (!inside && strchr(blanks, **from) != NULL)
			break;
		if (quotes && **from == '"')
			inside = !inside;
		else
			word[len++] = **from;
	}
	return inside ? NULL : word;
}

bool
words_split(const char *text, bool quotes, Arena *arena, ConfigWords *words)
{
	/* At most every second byte begins a word. */
	const char **list = arena_alloc(arena, (strlen(text) / 2 + 2) *
									sizeof(char *));
	size_t		n = 0;

	for (text += strspn(text, blanks); *text != '\0';
		 text += strspn(text, blanks))
	{
		list[n] = take(&text, quotes, arena);
		if (list[n++] == NULL)
			return false;
	}
	words->words = list;
	words->n = n;
	return true;
}
