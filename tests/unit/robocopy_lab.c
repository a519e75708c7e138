/*
 * robocopy_lab.c
 *		A share's ways at a Windows node from the command line, for
 *		tests/t/160_robocopy.pl.
 *
 *	robocopy_lab CONFIGURATION SHARE OPERATION [ARGUMENT ...] <INPUT
 *
 *	list SITE				entries, a line each: kind, size, time, path
 *	read SITE NAME			its bytes, or "no file", "no root"
 *	write SITE NAME			of the input
 *	remove SITE NAME
 *	copy FROM TO STAMP		the source's entries whose paths are the input's
 *							lines
 *	delete FROM TO STAMP	the target's; FROM "-": an empty directory
 *	prune SITE
 *
 * Then "ok", or "incomplete: WHY", or "error" and the error's three parts.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/lines.h"
#include "base/memory.h"
#include "config/config.h"
#include "share/access.h"
#include "share/copier.h"

typedef struct Lab
{
	Config		config;
	const ConfigShare *share;
	ShareRules	rules;
	Arena		arena;
	Error		error;
} Lab;

static ShareAccess
access_of(Lab *lab, const char *site)
{
	ShareAccess access = {.backend = &share_windows,.config = &lab->config,
		.share = lab->share,.rules = &lab->rules,.arena = &lab->arena
	};

	for (size_t i = 0; i < lab->config.n_sites; i++)
		if (strcmp(lab->config.sites[i].name, site) == 0)
			access.site = &lab->config.sites[i];
	access.place = config_share_path(lab->share, site);
	if (access.site == NULL)
		share_access_directory(&lab->config, lab->share, NULL, "/nowhere",
							   &lab->rules, &lab->arena, &access);
	return access;
}

static bool
print_list(Lab *lab, const ShareAccess *access)
{
	static const char *const kinds[] = {"file", "folder", "link", "special"};
	ShareList	list = {0};
	bool		good = share_access_list(access, &list, &lab->error);

	for (size_t i = 0; good && i < list.n; i++)
		printf("%s %" PRIu64 " %" PRId64 " %s\n", kinds[list.entries[i].kind],
			   list.entries[i].size, list.entries[i].mtime_ns,
			   list.entries[i].path);
	for (size_t i = 0; good && i < list.n_leftovers; i++)
		printf("leftover %s\n", list.leftovers[i]);
	share_list_free(&list);
	return good;
}

static bool
print_file(Lab *lab, const ShareAccess *access, const char *name)
{
	Text		content = {NULL, 0, 0};
	ShareThere	there;
	bool		good = share_windows.read(access, name, 65536, &content,
										  &there, &lab->error);

	if (good && there != SHARE_IS_THERE)
		puts(there == SHARE_NO_FILE ? "no file" : "no root");
	else if (good)
		printf("%s\n", content.bytes != NULL ? content.bytes : "");
	text_free(&content);
	return good;
}

static bool
write_input(Lab *lab, const ShareAccess *access, const char *name)
{
	char		bytes[65536];
	size_t		n = fread(bytes, 1, sizeof(bytes), stdin);

	return share_windows.write(access, name, bytes, n, &lab->error);
}

/* The entries that the input names. */
static size_t
chosen(const ShareList *list, const ShareEntry ***entries)
{
	Line		line = {NULL, 0, 0, false};
	size_t		n = 0;

	*entries = mem_alloc((list->n + 1) * sizeof(**entries));
	while (n < list->n && lines_next(stdin, &line))
	{
		const ShareEntry *entry = share_list_find(list, line.bytes);

		if (entry != NULL)
			(*entries)[n++] = entry;
		else
			printf("not there: %s\n", line.bytes);
	}
	lines_free(&line);
	return n;
}

static bool
carry(Lab *lab, const char *operation, char **words)
{
	const ShareAccess source = access_of(lab, words[0]);
	const ShareAccess target = access_of(lab, words[1]);
	const bool	copies = strcmp(operation, "copy") == 0;
	const ShareEntry **entries = NULL;
	ShareList	list = {0};
	ShareDone	done = {0};
	ShareWork	work = {.source = &source,.target = &target,
	.trash = words[2]};
	bool		good = share_access_list(copies ? &source : &target, &list,
										 &lab->error);

	if (good)
	{
		work.n = chosen(&list, &entries);
		work.entries = entries;
		good = (copies ? share_copier_robocopy.copy :
				share_copier_robocopy.remove) (&work, &done, &lab->error);
	}
	if (done.incomplete)
		printf("incomplete: %s\n", done.why);
	free(done.why);
	free(entries);
	share_list_free(&list);
	return good;
}

static bool
run(Lab *lab, const char *operation, char **words)
{
	const ShareAccess access = access_of(lab, words[0]);

	if (strcmp(operation, "list") == 0)
		return print_list(lab, &access);
	if (strcmp(operation, "read") == 0)
		return print_file(lab, &access, words[1]);
	if (strcmp(operation, "write") == 0)
		return write_input(lab, &access, words[1]);
	if (strcmp(operation, "remove") == 0)
		return share_windows.remove(&access, words[1], &lab->error);
	if (strcmp(operation, "prune") == 0)
		return share_copier_robocopy.prune(&access, &lab->error);
	return carry(lab, operation, words);
}

int
main(int argc, char **argv)
{
	Lab			lab = {.error = ERROR_NONE};
	Problems	problems = {0};
	bool		good;

	if (argc < 5)
		return 2;
	if (config_load(argv[1], &lab.config, &problems) != CONFIG_GOOD)
	{
		problems_print(&problems, argv[1]);
		exit(2);
	}
	for (size_t i = 0; i < lab.config.n_shares; i++)
		if (strcmp(lab.config.shares[i].name, argv[2]) == 0)
			lab.share = &lab.config.shares[i];
	share_rules_make(lab.share, &lab.arena, &lab.rules);
	good = run(&lab, argv[3], argv + 4);
	if (good)
		puts("ok");
	else
		printf("error\nmessage: %s\ndetail: %s\nhint: %s\n",
			   lab.error.message, lab.error.detail != NULL ?
			   lab.error.detail : "", lab.error.hint != NULL ?
			   lab.error.hint : "");
	error_free(&lab.error);
	arena_free(&lab.arena);
	config_free(&lab.config);
	problems_free(&problems);
	return good ? 0 : 1;
}
