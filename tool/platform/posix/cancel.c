/*
 * cancel.c
 *		Signals that ask the program to end, as a flag.
 */
#include "platform/posix/posix.h"

#include <signal.h>
#include <string.h>

#include "platform/cancel.h"

static volatile sig_atomic_t cancelled;

static void
handle(int number)
{
	(void) number;
	cancelled = 1;
}

/* Without SA_RESTART: a wait ends at once. */
static void
install(int number)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = handle;
	sigemptyset(&action.sa_mask);
	sigaction(number, &action, NULL);
}

void
plat_cancel_install(void)
{
	install(SIGINT);
	install(SIGTERM);
	install(SIGHUP);
}

bool
plat_cancelled(void)
{
	return cancelled != 0;
}

void
plat_cancel_clear(void)
{
	cancelled = 0;
}
