/*
 * run_there.c
 *		A command at a node.
 *
 * At a Windows node a script there runs it, from a list of words.  What ssh is
 * given for another one is put together with blanks and read by the shell
 * there: so each word is quoted.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "powershell/powershell.h"
#include "service/internal.h"

/* Over the deadline that holds at the node. */
#define EXTRA_MS 15000

/* What the script there has answered. */
typedef struct Outcome
{
	bool		good;
	char	   *words;			/* else: why not */
} Outcome;

/* A POSIX shell: single quotes, and those apart. */
static void
quote(Text *text, const char *word)
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
quoted(const ConfigWords *words, Arena *arena)
{
	Text		text = {NULL, 0, 0};
	const char *all;

	for (size_t i = 0; i < words->n; i++)
	{
		if (i > 0)
			text_add(&text, " ");
		quote(&text, words->words[i]);
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
		argv[n++] = quoted(words, arena);
		return argv;
	}
	if (node->service_control == CONFIG_SERVICE_EXEC)
		argv[n++] = "run";
	for (size_t i = 0; i < words->n; i++)
		argv[n++] = words->words[i];
	return argv;
}

static void
take_outcome(void *arg, const json_t * line)
{
	Outcome    *outcome = arg;
	const char *name = json_string_value(json_object_get(line, "error_name"));
	const char *output = json_string_value(json_object_get(line, "output"));

	if (json_object_get(line, "ok") == NULL)
		return;
	outcome->good = json_is_true(json_object_get(line, "ok"));
	free(outcome->words);
	outcome->words = name != NULL ? mem_strdup(name) :
		text_format("exit code %ld%s%s",
					(long) json_integer_value(json_object_get(line, "exit")),
					output != NULL && output[0] != '\0' ? ": " : "",
					output != NULL ? output : "");
}

/* Let the script at a Windows node do something; it gets the reference. */
static bool
request_there(const ConfigNode *node, json_t * request, int64_t deadline_ms,
			  Error *error)
{
	char	   *line = json_dumps(request, JSON_COMPACT);
	const char *const lines[] = {line};
	Outcome		outcome = {false, NULL};
	const PowershellCall call = {
		.node = node,.script = POWERSHELL_SERVICES,.lines = lines,
		.n_lines = 1,.on_line = take_outcome,.arg = &outcome,
		.deadline_ms = (int) (deadline_ms + EXTRA_MS)
	};
	bool		good = powershell_run(&call, error);

	if (good && !outcome.good)
		good = error_set(error, outcome.words, NULL,
						 "command failed at node \"%s\"", node->name);
	free(outcome.words);
	free(line);
	json_decref(request);
	return good;
}

static bool
is_by_powershell(const ConfigNode *node)
{
	return node->system == CONFIG_WINDOWS && node->ssh_command.n > 0;
}

bool
service_run_there(const ConfigNode *node, const ConfigWords *words,
				  int64_t deadline_ms, Error *error)
{
	Arena		arena = {NULL};
	PlatChild	child = {
		.deadline_ms = (int) deadline_ms,.cancellable = true
	};
	PlatChildResult result;
	bool		good;

	if (is_by_powershell(node))
	{
		json_t	   *command = json_array();

		for (size_t i = 0; i < words->n; i++)
			json_array_append_new(command, json_string(words->words[i]));
		return request_there(node, json_pack("{s:s, s:o, s:I}", "op", "run",
											 "command", command, "deadline_ms",
											 (json_int_t) deadline_ms),
							 deadline_ms, error);
	}
	child.argv = service_command_there(node, words, &arena);
	good = plat_child_run(&child, &result, error);
	plat_child_free(&result);
	arena_free(&arena);
	return good;
}

bool
service_kill_engine(const ConfigNode *node, int64_t deadline_ms,
					Error *error)
{
	const char *engine = service_name(node, SERVICE_ENGINE);
	const char *const on_windows[] = {
		"taskkill", "/F", "/IM", "Engine.exe", NULL
	};
	const char *const on_linux[] = {
		"systemctl", "kill", "--signal=KILL", engine, NULL
	};
	const ConfigWords words = {
		node->system == CONFIG_WINDOWS ? on_windows : on_linux, 4
	};

	if (is_by_powershell(node))
		return request_there(node, json_pack("{s:s, s:s, s:I}", "op", "kill",
											 "service", engine, "deadline_ms",
											 (json_int_t) deadline_ms),
							 deadline_ms, error);
	return service_run_there(node, &words, deadline_ms, error);
}
