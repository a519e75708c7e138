/*
 * rsync_remote.c
 *		How rsync reaches another machine, for shares and snapshots alike.
 */
#include "share/rsync_remote.h"

#include <string.h>

#include "base/text.h"

bool
share_rsync_is_daemon(const char *place)
{
	return strncmp(place, "rsync://", 8) == 0;
}

/* rsync takes this string apart at blanks, and knows both kinds of quotes. */
const char *
share_rsync_shell(const ConfigWords *words, Arena *arena)
{
	Text		text = {NULL, 0, 0};
	const char *result;

	text_add(&text, "RSYNC_RSH=");
	for (size_t i = 0; i < words->n; i++)
	{
		const char *word = words->words[i];
		char		quote = strchr(word, '"') != NULL ? '\'' : '"';

		text_addf(&text, "%s%c%s%c", i > 0 ? " " : "", quote, word, quote);
	}
	result = arena_strdup(arena, text.bytes);
	text_free(&text);
	return result;
}
