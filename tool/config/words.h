/*
 * words.h
 *		Words with blanks between.
 */
#ifndef CONFIG_WORDS_H
#define CONFIG_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "config/config.h"

/* Copy the next word of *words, moved on; false where there is none. */
extern bool words_next(const char **words, char *word, size_t size);
extern bool words_has(const char *words, const char *word);

/*
 * words_split
 *		Cut a text at its blanks.
 *
 * in:     quotes: a part in double quotes keeps its blanks, and the quotes go;
 *         everything else, backslashes too, stands for itself
 * errors: false: a quote has no end
 */
extern bool words_split(const char *text, bool quotes, Arena *arena,
						ConfigWords *words);

#endif							/* CONFIG_WORDS_H */
