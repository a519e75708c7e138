/*
 * failback.c
 *		The verb "failback": rejoin, a pause for the administrator's word, and
 *		switchover.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/exitcode.h"
#include "base/report.h"
#include "base/text.h"
#include "cmd/ask.h"
#include "cmd/move.h"

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

int
cmd_failback(const MoveRequest *request)
{
	MoveRequest switchover = *request;
	int			code = cmd_rejoin(request);

	if (code != EXIT_OK)
		return code;
	if (request->dry_run)
	{
		printf("\nThen, after a pause for your word: qsrepl switchover --to "
			   "%s\n", request->site);
		return EXIT_OK;
	}
	if (!go_on(request))
		return EXIT_REFUSED;
	switchover.yes = true;
	return cmd_switchover(&switchover);
}
