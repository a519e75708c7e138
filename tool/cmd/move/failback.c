/*
 * failback.c
 *		The verb "failback": rejoin, a pause for the administrator's word, and
 *		switchover.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/exitcode.h"
#include "base/json.h"
#include "base/report.h"
#include "base/text.h"
#include "cmd/ask.h"
#include "cmd/documents.h"
#include "cmd/move/move.h"

/* May the role move now? */
static bool
go_on(const MoveRequest *request)
{
	char	   *question;
	bool		confirmed;

	if (request->yes)
		return true;
	question = text_format("Site \"%s\" is a standby again. Look at it "
						   "(\"qsrepl check\", another terminal) before it "
						   "becomes the active one.\nGo on with the "
						   "switchover? Type \"yes\": ", request->site);
	confirmed = ask_possible() && ask_confirmed(question);
	free(question);
	if (!confirmed)
		report_errorf("Run \"qsrepl switchover\" when it is time.",
					  "the switchover was not confirmed; site \"%s\" stays a "
					  "standby", request->site);
	return confirmed;
}

/* What a dry run tells of the rest. */
static void
tell_rest(const MoveRequest *request)
{
	json_t	   *rest;

	if (!request->json)
	{
		printf("\nThen, after a pause for your word: qsrepl switchover --to "
			   "%s\n", request->site);
		return;
	}
	rest = json_object();
	json_set_text(rest, "plan", "switchover");
	json_set_text(rest, "to", request->site);
	json_set_text(rest, "outcome", "dry-run");
	documents_add(request->document, rest);
}

static int
run(const MoveRequest *request)
{
	MoveRequest switchover = *request;
	int			code = cmd_rejoin(request);

	if (code == EXIT_NOT_SO)
		report_errorf("See to what is told above, then run \"qsrepl "
					  "switchover\".", "the switchover was not begun, since "
					  "the rejoin of site \"%s\" has left something",
					  request->site);
	if (code != EXIT_OK)
		return code;
	if (request->dry_run)
	{
		tell_rest(request);
		return EXIT_OK;
	}
	if (!go_on(request))
		return EXIT_REFUSED;
	switchover.yes = true;
	return cmd_switchover(&switchover);
}

int
cmd_failback(const MoveRequest *request)
{
	MoveRequest whole = *request;
	json_t	   *document = NULL;
	int			code;

	whole.document = &document;
	code = run(&whole);
	documents_print(document);
	return code;
}
