/*
 * run_there.c
 *		A command at a node.
 *
 * What ssh is given is put together with blanks and read by the shell there:
 * so each word is quoted as that shell wants it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "service/internal.h"

/* cmd.exe: double quotes around what has blanks. */
static void
quote_for_windows(Text *text, const char *word)
{
	bool		bare = word[0] != '\0' && strpbrk(word, " \t&|<>^();,=") == NULL;

	text_addf(text, bare ? "%s" : "\"%s\"", word);
}

/* A POSIX shell: single quotes, and those apart. */
static void
quote_for_linux(Text *text, const char *word)
{
	text_add(text, "'");
	for (; *word != '\0'; word++)
		if (*word == '\'')
			text_add(text, "'\\''");
		else
			text_add_bytes(text, word, 1);
	text_add(text, "'");
}

/* All words in one, behind those of ssh_command. */
static const char *
quoted(const ConfigNode *node, const ConfigWords *words, Arena *arena)
{
	Text		text = {NULL, 0, 0};
	const char *all;

	for (size_t i = 0; i < words->n; i++)
	{
		if (i > 0)
			text_add(&text, " ");
		if (node->system == CONFIG_WINDOWS)
			quote_for_windows(&text, words->words[i]);
		else
			quote_for_linux(&text, words->words[i]);
	}
	all = arena_strdup(arena, text.bytes != NULL ? text.bytes : "");
	text_free(&text);
	return all;
}

const char *const *
service_command_there(const ConfigNode *node, const ConfigWords *words,
					  Arena *arena)
{
	const ConfigWords *way = node->ssh_command.n > 0 ? &node->ssh_command :
	&node->service_command;
	const char **argv = arena_alloc(arena, (way->n + words->n + 2) *
									sizeof(char *));
	size_t		n = 0;

	for (size_t i = 0; i < way->n; i++)
		argv[n++] = way->words[i];
	if (node->ssh_command.n > 0)
	{
		argv[n++] = quoted(node, words, arena);
		return argv;
	}
	if (node->service_control == CONFIG_SERVICE_EXEC)
		argv[n++] = "run";
	for (size_t i = 0; i < words->n; i++)
		argv[n++] = words->words[i];
	return argv;
}

bool
service_run_there(const ConfigNode *node, const ConfigWords *words,
				  int64_t deadline_ms, Error *error)
{
	Arena		arena = {NULL};
	PlatChild	child = {
		.argv = service_command_there(node, words, &arena),
		.deadline_ms = (int) deadline_ms,.cancellable = true
	};
	PlatChildResult result;
	bool		good = plat_child_run(&child, &result, error);

	plat_child_free(&result);
	arena_free(&arena);
	return good;
}

bool
service_kill_engine(const ConfigNode *node, int64_t deadline_ms,
					Error *error)
{
	static const char *const on_windows[] = {
		"taskkill", "/F", "/IM", "Engine.exe", NULL
	};
	const char *const on_linux[] = {
		"systemctl", "kill", "--signal=KILL",
		service_name(node, SERVICE_ENGINE), NULL
	};
	const ConfigWords words = {
		node->system == CONFIG_WINDOWS ? on_windows : on_linux, 4
	};

	return service_run_there(node, &words, deadline_ms, error);
}
