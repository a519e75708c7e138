/*
 * fuzz_share_windows.c
 *		Any lines as a Windows node's list of a share: no path leads out of the
 *		known folders, all are in order and once.
 */
#include "fuzz.h"

#include "share/windows_node.h"

static void
take_lines(const char *bytes, size_t size, ShareListing *listing)
{
	while (size > 0)
	{
		const char *end = memchr(bytes, '\n', size);
		const size_t len = end != NULL ? (size_t) (end - bytes) : size;
		json_t	   *line = json_loadb(bytes, len, 0, NULL);

		if (line != NULL)
			share_windows_take(listing, line);
		json_decref(line);
		bytes += len + (end != NULL);
		size -= len + (end != NULL);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const folders[] = {"Apps", "CustomData/x", NULL};
	const ConfigShare share = {.mirror = {folders, 2}};
	Arena		arena = {NULL};
	ShareRules	rules;
	ShareList	list;
	ShareListing listing = {&rules, &list, 0, -1, false};

	share_rules_make(&share, &arena, &rules);
	share_list_begin(&list, &rules);
	take_lines((const char *) data, size, &listing);
	share_list_end(&list, 0);
	for (size_t i = 0; i < list.n; i++)
	{
		const char *path = list.entries[i].path;
		ShareRule	rule = share_rule_of(&rules, path, NULL);

		require(rule == SHARE_MIRROR);
		require(path[0] != '/' && strstr(path, "/../") == NULL);
		require(i == 0 || strcmp(list.entries[i - 1].path, path) < 0);
	}
	require((size_t) listing.got >= list.n);
	share_list_free(&list);
	arena_free(&arena);
	return 0;
}
