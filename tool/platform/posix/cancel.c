/*
 * cancel.c
 *		Signals that ask the program to end, as a flag.
 */
#include "platform/posix/posix.h"

#include <poll.h>
#include <signal.h>
#include <string.h>

#include "platform/cancel.h"
#include "platform/posix/cancel.h"

static volatile sig_atomic_t cancelled;
static bool watches_input;

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

void
unix_cancel_watch_input(bool watch)
{
	watches_input = watch;
}

static bool
input_has_ended(void)
{
	struct pollfd wait = {STDIN_FILENO, POLLIN, 0};

	return poll(&wait, 1, 0) > 0 &&
		(wait.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

bool
plat_cancelled(void)
{
	if (cancelled == 0 && watches_input && input_has_ended())
		cancelled = 1;
	return cancelled != 0;
}

void
plat_cancel_clear(void)
{
	cancelled = 0;
}
