/*
 * rsync_filter.c
 *		The known folders as rsync's filter.
 */
#include "share/rsync_filter.h"

#include <string.h>

/* In any case: [Aa]; what is not ASCII may be anything. */
static void
add_pattern(Text *text, const char *path, size_t len)
{
	for (size_t i = 0; i < len; i++)
	{
		char		c = path[i];

		if (c >= 'A' && c <= 'Z')
			text_addf(text, "[%c%c]", c, c - 'A' + 'a');
		else if (c >= 'a' && c <= 'z')
			text_addf(text, "[%c%c]", c - 'a' + 'A', c);
		else if ((unsigned char) c >= 0x80)
			text_add(text, i > 0 && (unsigned char) path[i - 1] >= 0x80 ? "" :
					 "*");
		else
			text_addf(text, strchr("*?[\\", c) != NULL ? "\\%c" : "%c", c);
	}
}

static void
include(ShareRsync *rsync, const char *path, size_t len, const char *behind)
{
	Text		text = {NULL, 0, 0};

	text_add(&text, "--include=/");
	add_pattern(&text, path, len);
	text_add(&text, behind);
	share_rsync_addf(rsync, "%s", text.bytes);
	text_free(&text);
}

/* Each folder, and what leads to it. */
void
share_rsync_filter(ShareRsync *rsync, const ShareRules *rules)
{
	for (size_t i = 0; i < rules->n_folders; i++)
	{
		const char *path = rules->folders[i].folded;

		for (const char *slash = strchr(path, '/'); slash != NULL;
			 slash = strchr(slash + 1, '/'))
			include(rsync, path, (size_t) (slash - path), "");
		include(rsync, path, strlen(path), "");
		include(rsync, path, strlen(path), "/**");
	}
	/* At each level only what is included by name is entered. */
	share_rsync_add(rsync, "--exclude=/**");
}
