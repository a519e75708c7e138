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
static const char *volatile end_file;
static const char *volatile end_directory;

/* May be called by a handler of signals. */
static void
remove_all(void)
{
	if (end_file != NULL)
		unlink(end_file);
	if (end_directory != NULL)
		rmdir(end_directory);
}

static void
on_alarm(int signal_number)
{
	(void) signal_number;
	remove_all();
	if (write(STDOUT_FILENO, alarm_text, alarm_len) < 0)
		_exit(alarm_code);
	_exit(alarm_code);
}

static void
on_end(int signal_number)
{
	remove_all();
	_exit(128 + signal_number);
}

static void
handle(int signal_number, void (*handler) (int))
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = handler;
	sigaction(signal_number, &action, NULL);
}

void
plat_alarm_set(int ms, const char *text, int exit_code)
{
	struct itimerval timer = {{0, 0}, {ms / 1000, ms % 1000 * 1000}};
	static const struct itimerval none;

	setitimer(ITIMER_REAL, &none, NULL);
	if (ms <= 0)
		return;
	alarm_text = text;
	alarm_len = strlen(text);
	alarm_code = exit_code;
	handle(SIGALRM, on_alarm);
	setitimer(ITIMER_REAL, &timer, NULL);
}

void
plat_end_removes(const char *file, const char *directory)
{
	end_file = file;
	end_directory = directory;
	handle(SIGTERM, file != NULL ? on_end : SIG_DFL);
	handle(SIGINT, file != NULL ? on_end : SIG_DFL);
}
