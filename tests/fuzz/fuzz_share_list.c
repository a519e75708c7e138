/*
 * fuzz_share_list.c
 *		Any bytes as what "rsync --list-only" writes: what gets into a list is
 *		in a known folder, leads nowhere else, and is sorted.
 */
#include "fuzz.h"

#include "share/diff.h"
#include "share/fold.h"
#include "share/rsync_parse.h"
#include "share/trash.h"

static Arena arena;
static ShareRules rules;

static void
make_rules(void)
{
	static const char *const mirror[] = {"Apps", "Static/Deep"};
	static const char *const add[] = {"Logs"};
	static const char *const leave_out[] = {"Temp*", "?.tmp", "Apps/x/*.log"};
	const ConfigShare share = {
		.mirror = {mirror, 2},.add = {add, 1},.leave_out = {leave_out, 3}
	};

	if (rules.n_folders == 0)
		share_rules_make(&share, &arena, &rules);
}

static void
add_line(ShareList *list, char *line)
{
	ShareEntry	entry;

	if (!share_rsync_line(line, &entry))
		return;
	require(entry.path[0] != '\0');
	share_list_add(list, &rules, &entry);
}

static void
look_at(const ShareList *list)
{
	size_t		files = 0;

	for (size_t i = 0; i < list->n; i++)
	{
		const ShareEntry *entry = &list->entries[i];

		require(i == 0 || strcmp(entry[-1].path, entry->path) < 0);
		require(entry->path[0] != '/' && strcmp(entry->path, "..") != 0 &&
				strncmp(entry->path, "../", 3) != 0 &&
				strstr(entry->path, "/../") == NULL);
		require(share_rule_of(&rules, entry->path, NULL) >= SHARE_MIRROR);
		require(share_list_find(list, entry->path) == entry);
		files += entry->kind == SHARE_FILE;
	}
	require(files == list->files);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char	   *text = malloc(size + 1);
	ShareList	list;
	ShareList	none;
	ShareDiff	diff;

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	make_rules();
	share_trash_time(text);
	share_list_begin(&list, &rules);
	share_list_begin(&none, &rules);
	for (char *line = text; line != NULL;)
	{
		char	   *end = strchr(line, '\n');

		if (end != NULL)
			*end = '\0';
		add_line(&list, line);
		line = end != NULL ? end + 1 : NULL;
	}
	share_list_end(&list, 1000);
	share_list_end(&none, 1000);
	look_at(&list);
	share_diff(&list, &list, (size & 1) != 0, &diff);
	require(share_diff_is_none(&diff));
	share_diff_free(&diff);
	share_diff(&none, &list, true, &diff);
	require(diff.n == list.n);
	share_diff_free(&diff);
	share_list_free(&list);
	share_list_free(&none);
	free(text);
	return 0;
}
