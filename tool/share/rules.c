/*
 * rules.c
 *		Which of a share's content counts, by the configuration.
 */
#include "share/rules.h"

#include <stdlib.h>
#include <string.h>

#include "share/fold.h"

/* What is left out whatever the configuration says. */
static const char *const ours[] = {
	SHARE_MARKER, SHARE_TRASH, SHARE_PARTIAL, SHARE_CANARY,
	(SHARE_PROOF "*"),
	NULL
};

/* A configured path or pattern: a '\' is meant as a '/'. */
static const char *
fold_configured(Arena *arena, const char *word)
{
	char	   *folded = share_fold(arena, word);

	for (char *c = folded; *c != '\0'; c++)
		if (*c == '\\')
			*c = '/';
	return folded;
}

static void
add_folders(ShareRules *rules, const ConfigWords *words, ShareRule rule,
			Arena *arena)
{
	for (size_t i = 0; i < words->n; i++)
	{
		ShareFolder *folder = &rules->folders[rules->n_folders++];

		folder->path = arena_strdup(arena, words->words[i]);
		folder->folded = fold_configured(arena, words->words[i]);
		folder->rule = rule;
	}
}

static void
add_pattern(ShareRules *rules, const char *word, Arena *arena)
{
	const char *folded = fold_configured(arena, word);

	if (strchr(folded, '/') != NULL)
		rules->paths[rules->n_paths++] = folded;
	else
		rules->names[rules->n_names++] = folded;
}

void
share_rules_make(const ConfigShare *share, Arena *arena, ShareRules *rules)
{
	size_t		most = share->leave_out.n + sizeof(ours) / sizeof(ours[0]);

	memset(rules, 0, sizeof(*rules));
	rules->folders = arena_alloc(arena, (share->mirror.n + share->add.n + 1) *
								 sizeof(ShareFolder));
	rules->names = arena_alloc(arena, most * sizeof(char *));
	rules->paths = arena_alloc(arena, most * sizeof(char *));
	add_folders(rules, &share->mirror, SHARE_MIRROR, arena);
	add_folders(rules, &share->add, SHARE_ADD, arena);
	for (size_t i = 0; ours[i] != NULL; i++)
		add_pattern(rules, ours[i], arena);
	for (size_t i = 0; i < share->leave_out.n; i++)
		add_pattern(rules, share->leave_out.words[i], arena);
}

/* How many bytes the character at a place has. */
static size_t
step(const char *text)
{
	size_t		n = 1;

	if (((unsigned char) text[0] & 0xC0) == 0xC0)
		while (((unsigned char) text[n] & 0xC0) == 0x80)
			n++;
	return n;
}

/*
 * Does a pattern with * and ? match all of a text?  A ? is one character;
 * neither matches a '/'.  Both are folded.  Of several * only the last one has
 * to be tried again: time is at most the product of both lengths.  len: of the
 * text.
 */
static bool
matches(const char *pattern, const char *text, size_t len)
{
	const char *end = text + len;
	const char *star = NULL;
	const char *again = NULL;

	while (text < end)
	{
		if (*pattern == '*')
		{
			star = ++pattern;
			again = text;
		}
		else if (*pattern == '?' && *text != '/')
		{
			pattern++;
			text += step(text);
		}
		else if (*pattern != '\0' && *pattern == *text)
		{
			pattern++;
			text++;
		}
		else if (star != NULL && *again != '/')
		{
			pattern = star;
			text = ++again;
		}
		else
			return false;
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

/* Is the path up to a place left out, by that name or as a whole? */
static bool
is_left_out(const ShareRules *rules, const char *path, const char *name,
			const char *end)
{
	for (size_t i = 0; i < rules->n_names; i++)
		if (matches(rules->names[i], name, (size_t) (end - name)))
			return true;
	for (size_t i = 0; i < rules->n_paths; i++)
		if (matches(rules->paths[i], path, (size_t) (end - path)))
			return true;
	return false;
}

static bool
any_left_out(const ShareRules *rules, const char *path)
{
	const char *name = path;

	for (;;)
	{
		const char *end = name + strcspn(name, "/");

		if (is_left_out(rules, path, name, end))
			return true;
		if (*end == '\0')
			return false;
		name = end + 1;
	}
}

/* Is a the same as b, or above it? */
static bool
leads_to(const char *a, const char *b)
{
	size_t		len = strlen(a);

	return strncmp(a, b, len) == 0 && (b[len] == '\0' || b[len] == '/');
}

ShareRule
share_rule_of_folded(const ShareRules *rules, const char *folded,
					 size_t *folder)
{
	ShareRule	rule = SHARE_OUTSIDE;

	for (size_t i = 0; i < rules->n_folders && rule <= SHARE_ABOVE; i++)
	{
		if (leads_to(rules->folders[i].folded, folded))
		{
			rule = rules->folders[i].rule;
			if (folder != NULL)
				*folder = i;
		}
		else if (leads_to(folded, rules->folders[i].folded))
			rule = SHARE_ABOVE;
	}
	return rule == SHARE_OUTSIDE || any_left_out(rules, folded) ?
		SHARE_OUTSIDE : rule;
}

ShareRule
share_rule_of(const ShareRules *rules, const char *path, size_t *folder)
{
	Text		folded = {NULL, 0, 0};
	ShareRule	rule;

	share_fold_add(&folded, path);
	rule = share_rule_of_folded(rules, folded.bytes, folder);
	text_free(&folded);
	return rule;
}
