/*
 * alarm.c
 *		A last deadline.
 */
#include "platform/posix/posix.h"

#include <signal.h>
#include <string.h>
#include <sys/time.h>

#include "platform/alarm.h"

static const char *alarm_text;
static size_t alarm_len;
static int	alarm_code;

static void
on_alarm(int signal_number)
{
	(void) signal_number;
	if (write(STDOUT_FILENO, alarm_text, alarm_len) < 0)
		_exit(alarm_code);
	_exit(alarm_code);
}

void
plat_alarm_set(int ms, const char *text, int exit_code)
{
	struct itimerval timer = {{0, 0}, {ms / 1000, ms % 1000 * 1000}};
	static const struct itimerval none;
	struct sigaction action;

	setitimer(ITIMER_REAL, &none, NULL);
	if (ms <= 0)
		return;
	alarm_text = text;
	alarm_len = strlen(text);
	alarm_code = exit_code;
	memset(&action, 0, sizeof(action));
	action.sa_handler = on_alarm;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}
