/*
 * run.c
 *		What comes back from a node, and what it means.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "powershell/powershell.h"

static void
keep(char **place, const char *string)
{
	free(*place);
	*place = mem_strdup(string);
}

/* A line of the bootstrap: is what follows, or was before, the script's? */
static void
take_mark(PowershellAnswer *answer, const json_t * line, const char *mark)
{
	const char *problem = json_string_value(json_object_get(line, "error"));

	if (strcmp(mark, "begin") == 0)
		answer->begun = true;
	if (strcmp(mark, "end") != 0)
		return;
	answer->ended = true;
	answer->good = json_is_true(json_object_get(line, "ok"));
	if (problem != NULL)
		keep(&answer->problem, problem);
}

void
powershell_read(PowershellAnswer *answer, const char *line)
{
	json_t	   *object = line[0] == '{' ? json_loads(line, 0, NULL) : NULL;
	const char *mark = json_string_value(json_object_get(object, "qsrepl"));

	if (mark != NULL)
		take_mark(answer, object, mark);
	else if (object != NULL && answer->begun && !answer->ended)
	{
		if (answer->call->on_line != NULL)
			answer->call->on_line(answer->call->arg, object);
	}
	else if (line[0] != '\0')
		keep(&answer->noise, line);
	json_decref(object);
}

/* Nothing of ours was run, or it cannot be known. */
static bool
not_begun(const PowershellAnswer *answer, bool ran, Error *error)
{
	const ConfigNode *node = answer->call->node;
	char	   *detail;

	if (ran)
		return error_set(error, answer->noise, "ssh_command of the node must "
						 "end where a command for it can follow.",
						 "what answers at node \"%s\" is no PowerShell",
						 node->name);
	detail = text_format("%s%s%s%s%s", error->message,
						 error->detail != NULL ? ": " : "",
						 error->detail != NULL ? error->detail : "",
						 answer->noise != NULL ? "\n" : "",
						 answer->noise != NULL ? answer->noise : "");
	error_set(error, NULL, "Try its ssh_command by hand, as this user, with "
			  "\"powershell.exe -Command Get-Date\" behind it.",
			  "could not run PowerShell at node \"%s\"", node->name);
	error_take_detail(error, detail);
	return false;
}

bool
powershell_judge(PowershellAnswer *answer, bool ran,
				 const PlatChildResult *result, Error *error)
{
	const PowershellCall *call = answer->call;
	const char *name = call->node->name;
	bool		good = answer->ended && answer->good;

	if (answer->ended && !good)
		error_set(error, answer->problem, NULL,
				  "script \"%s\" failed at node \"%s\"", call->script, name);
	else if (!good && result->end == PLAT_CHILD_TIMED_OUT && !answer->begun)
		error_set(error, error->detail, NULL, "node \"%s\" did not answer "
				  "within %ld ms", name, (long) result->ms);
	else if (!good && result->end == PLAT_CHILD_TIMED_OUT)
		error_set(error, error->detail, NULL, "script \"%s\" at node \"%s\" "
				  "did not end within %d ms", call->script, name,
				  call->deadline_ms);
	else if (!good && answer->begun)
		error_set(error, error->detail, "It may go on there for a while. What "
				  "it has done already is passed over when it is run again.",
				  "the connection to node \"%s\" ended before script \"%s\" "
				  "did", name, call->script);
	else if (!good)
		not_begun(answer, ran, error);
	else
		error_free(error);
	free(answer->problem);
	free(answer->noise);
	answer->problem = answer->noise = NULL;
	return good;
}

static void
read_line(void *arg, PlatStream stream, const char *line)
{
	if (stream == PLAT_STDOUT)
		powershell_read(arg, line);
}

bool
powershell_run(const PowershellCall *call, Error *error)
{
	PowershellAnswer answer = POWERSHELL_ANSWER(call);
	PowershellChild child;
	PlatChildResult result;
	bool		good;

	if (!powershell_prepare(call, &child, error))
		return false;
	child.child.on_line = read_line;
	child.child.arg = &answer;
	good = plat_child_run(&child.child, &result, error);
	good = powershell_judge(&answer, good, &result, error);
	plat_child_free(&result);
	powershell_free(&child);
	return good;
}
