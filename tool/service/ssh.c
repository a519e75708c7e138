/*
 * ssh.c
 *		Windows nodes by PowerShell over ssh: a script there speaks the lines
 *		that a session reads.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "powershell/powershell.h"
#include "service/internal.h"

/* What a session has of its own. */
typedef struct Shell
{
	PowershellCall call;
	PowershellChild child;
	PowershellAnswer answer;
	const char **lines;			/* of the session's input, cut there */
	ServiceSession *session;
} Shell;

static void
take_object(void *arg, const json_t * line)
{
	service_answer(((Shell *) arg)->session, line);
}

static void
take_line(void *arg, PlatStream stream, const char *line)
{
	Shell	   *shell = arg;

	if (stream == PLAT_STDOUT)
		powershell_read(&shell->answer, line);
}

/* The input's lines, each ended where its line feed was. */
static void
cut_lines(Shell *shell, Text *input)
{
	size_t		n = 0;

	shell->lines = mem_alloc((input->len + 1) * sizeof(char *));
	for (char *line = input->bytes; line != NULL && *line != '\0';)
	{
		char	   *feed = strchr(line, '\n');

		shell->lines[n++] = line;
		if (feed != NULL)
			*feed = '\0';
		line = feed != NULL ? feed + 1 : NULL;
	}
	shell->call.lines = shell->lines;
	shell->call.n_lines = n;
}

bool
service_prepare_powershell(ServiceSession *session, PlatChild *child,
						   Error *error)
{
	Shell	   *shell = mem_alloc(sizeof(Shell));
	PlatChild	limits = *child;

	memset(shell, 0, sizeof(*shell));
	shell->session = session;
	shell->call.node = session->node->node;
	shell->call.script = POWERSHELL_SERVICES;
	shell->call.on_line = take_object;
	shell->call.arg = shell;
	cut_lines(shell, &session->input);
	shell->answer = (PowershellAnswer) POWERSHELL_ANSWER(&shell->call);
	if (!powershell_prepare(&shell->call, &shell->child, error))
	{
		free(shell->lines);
		free(shell);
		return false;
	}
	*child = shell->child.child;
	child->deadline_ms = limits.deadline_ms;
	child->answer_ms = limits.answer_ms;
	child->cancellable = limits.cancellable;
	child->on_line = take_line;
	child->arg = shell;
	session->own = shell;
	return true;
}

void
service_judge_powershell(ServiceSession *session,
						 const PlatChildResult *result, Error *error)
{
	Shell	   *shell = session->own;

	if (shell == NULL)
		return;
	powershell_judge(&shell->answer, error->message == NULL, result, error);
	powershell_free(&shell->child);
	free(shell->lines);
	free(shell);
	session->own = NULL;
}
