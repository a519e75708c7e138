/*
 * test_child.c
 *		Children: how they end, what they write, get and inherit.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "platform/platform.h"
#include "scratch.h"

#define SHELL(script) ((const char *const[]) {"/bin/sh", "-c", script, NULL})

static PlatChildResult result;
static Error error;

/* Run a child; its result stays until the next one. */
static bool
run(const PlatChild *child)
{
	plat_child_free(&result);
	error_free(&error);
	return plat_child_run(child, &result, &error);
}

static bool
run_script(const char *script)
{
	PlatChild	child = {.argv = SHELL(script)};

	return run(&child);
}

/* Not a zombie either, of which init may have many. */
static bool
is_alive(pid_t pid)
{
	char		path[64];
	char		line[256] = "";
	const char *state;
	FILE	   *file;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long) pid);
	file = fopen(path, "r");
	if (file == NULL)
		return false;
	if (fgets(line, sizeof(line), file) == NULL)
		line[0] = '\0';
	fclose(file);
	state = strrchr(line, ')');
	return state != NULL && state[2] != 'Z' && state[2] != 'X';
}

static bool
dies(const char *number)
{
	pid_t		pid = (pid_t) strtol(number, NULL, 10);

	for (int i = 0; i < 500 && is_alive(pid); i++)
		usleep(10000);
	return pid > 1 && !is_alive(pid);
}

static int
open_descriptors(void)
{
	DIR		   *dir = opendir("/proc/self/fd");
	int			count = 0;

	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count;
}

static void
test_ends(void)
{
	const char *const none[] = {"/nowhere/program", NULL};
	PlatChild	child = {.argv = none};

	check(run_script("exit 0"));
	check(result.end == PLAT_CHILD_EXITED && result.code == 0);
	check(!run_script("echo first >&2; echo why >&2; exit 3"));
	check(result.end == PLAT_CHILD_EXITED && result.code == 3);
	check_text(error.message, "program \"/bin/sh\" failed with exit code 3");
	check_text(error.detail, "first\nwhy");
	check(!run_script("kill -9 $$"));
	check(result.end == PLAT_CHILD_SIGNALED && result.code == SIGKILL);
	check_text(error.message,
			   "program \"/bin/sh\" was ended by signal 9: Killed");
	check(!run(&child));
	check(result.end == PLAT_CHILD_NOT_STARTED);
	check_text(error.message, "could not start program "
			   "\"/nowhere/program\": No such file or directory");
	child.argv = SHELL("pwd");
	child.directory = "/nowhere";
	check(!run(&child));
	check(result.end == PLAT_CHILD_NOT_STARTED);
	child.directory = "/";
	check(run(&child));
	check_text(result.output, "/\n");
}

static void
test_arguments(void)
{
	const char *const argv[] = {"printf", "%s|", "a b", "$HOME;`id`", "", "\"'", NULL};
	const char *const additions[] = {"PLAT_TEST=a=b", "HOME=/else", NULL};
	PlatChild	child = {.argv = argv};

	check(run(&child));
	check_text(result.output, "a b|$HOME;`id`||\"'|");
	child.argv = SHELL("echo \"$PLAT_TEST $HOME\"; env | grep -c ^HOME=");
	child.environment = additions;
	check(run(&child));
	check_text(result.output, "a=b /else\n1\n");
	check(getenv("PLAT_TEST") == NULL);
}

static void
test_input(void)
{
	size_t		len = 3000000;
	char	   *bytes = malloc(len);
	PlatChild	child = {.argv = SHELL("cat")};

	for (size_t i = 0; i < len; i++)
		bytes[i] = (char) (i * 7 % 251);
	check(run(&child));			/* no input: at its end at once */
	check_text(result.output, "");
	child.input = bytes;
	child.input_len = len;
	child.output_limit = len;
	check(run(&child));
	check(result.output_len == len &&
		  memcmp(result.output, bytes, len) == 0 && !result.output_cut);
	child.output_limit = 1000;
	check(run(&child));
	check(result.output_len == 1000 && result.output_cut);
	/* Whoever does not read it is not to blame. */
	child.argv = SHELL("exit 0");
	check(run(&child));
	child.input_len = 0;
	child.argv = SHELL("cat");
	check(run(&child));
	free(bytes);
}

static void
collect(void *arg, PlatStream stream, const char *line)
{
	text_addf(arg, "%d:%s;", (int) stream, line);
}

static void
test_lines(void)
{
	Text		lines = {NULL, 0, 0};
	PlatChild	child = {.argv = SHELL("printf 'a\\nb\\r50%%\\r\\nc\\n\\nlast'")};

	child.on_line = collect;
	child.arg = &lines;
	check(run(&child));
	check_text(lines.bytes, "0:a;0:b;0:50%;0:c;0:last;");
	check_text(result.output, "a\nb\r50%\r\nc\n\nlast");
	lines.len = 0;
	child.argv = SHELL("echo x >&2; head -c 200000 /dev/zero | tr '\\0' y");
	check(run(&child));
	check(strncmp(lines.bytes, "1:x;0:y", 7) == 0 ||
		  strncmp(lines.bytes, "0:y", 3) == 0);
	check(lines.len == 200000 + 4 + 4 * 3);
	text_free(&lines);
	check(!run_script("yes no | head -c 100000 >&2; echo the end >&2; false"));
	check(strlen(result.errors) <= 16384);
	check(strstr(error.detail, "the end") != NULL);
}

/* All of the group ends, what ignores SIGTERM too. */
static void
test_deadline(void)
{
	PlatChild	child = {.argv = SHELL("sleep 1000 & echo $!; sleep 1001; echo never")};
	int64_t		started = plat_clock_ms();

	child.deadline_ms = 200;
	check(!run(&child));
	check(result.end == PLAT_CHILD_TIMED_OUT);
	check(plat_clock_ms() - started < 1500);
	check_text(error.message, "program \"/bin/sh\" did not end within 200 ms");
	check(dies(result.output));
	child.argv = SHELL("trap '' TERM; (trap '' TERM; sleep 1000) & echo $!; "
					   "while :; do sleep 1; done");
	child.grace_ms = 200;
	started = plat_clock_ms();
	check(!run(&child));
	check(result.end == PLAT_CHILD_TIMED_OUT && result.code == SIGKILL);
	check(plat_clock_ms() - started >= 400);
	check(plat_clock_ms() - started < 3000);
	check(dies(result.output));
	/* In time, streams closed or not */
	child.deadline_ms = 5000;
	child.argv = SHELL("exec >&- 2>&-; sleep 0.2");
	check(run(&child));
	check(result.ms >= 200 && result.ms < 2000);
}

/* A server that a child leaves is not waited for, and lives on. */
static void
test_background(void)
{
	int64_t		started = plat_clock_ms();
	pid_t		left;

	check(run_script("setsid sleep 100 & echo $!"));
	check(plat_clock_ms() - started < 2000);
	left = (pid_t) strtol(result.output, NULL, 10);
	check(left > 1 && is_alive(left));
	if (left > 1)
		kill(left, SIGKILL);
}

static void
test_cancel(void)
{
	PlatChild	child = {.argv = SHELL("kill -TERM $PPID; sleep 0.3; echo whole")};

	plat_cancel_install();
	/* A child that must not be torn goes on. */
	check(run(&child));
	check_text(result.output, "whole\n");
	check(plat_cancelled());
	plat_cancel_clear();
	child.cancellable = true;
	child.argv = SHELL("kill -INT $PPID; sleep 100; echo whole");
	check(!run(&child));
	check(result.end == PLAT_CHILD_CANCELLED);
	check_text(error.message, "program \"/bin/sh\" was interrupted");
	check(!plat_sleep_ms(10000));
	plat_cancel_clear();
	check(plat_sleep_ms(10));
	/* Ctrl-C of a terminal goes to its foreground group: not to children. */
	check(run_script("ps -o sid= -p $$ | tr -d ' '; echo $$"));
	check(strtol(result.output, NULL, 10) ==
		  strtol(strchr(result.output, '\n') + 1, NULL, 10));
}

static void
test_descriptors(void)
{
	int			before = open_descriptors();
	PlatLock   *lock = NULL;
	PlatLog    *log = NULL;

	check(plat_lock_take(scratch_path("fd.lock"), &lock, NULL, &error));
	check(plat_log_create(scratch_path("fd.log"), &log, &error));
	check(run_script("ls /proc/self/fd | tr '\\n' ' '"));
	check_text(result.output, "0 1 2 3 ");	/* 3 is ls's own */
	plat_lock_release(lock);
	plat_log_close(log);
	for (int i = 0; i < 20; i++)
		run_script("exit 1");
	run(&(PlatChild)
		{
		.argv = (const char *const[])
		{
			"/nowhere", NULL
		}
	});
	check(open_descriptors() == before);
}

/* Nobody is left who would do a step beside the one who resumes. */
static void
test_killed_parent(void)
{
	char	   *text = NULL;
	pid_t		pid = fork();

	if (pid == 0)
	{
		char		script[1024];

		snprintf(script, sizeof(script), "echo $$ >%s.new; mv %s.new %s; "
				 "exec sleep 100", scratch_path("child"),
				 scratch_path("child"), scratch_path("child"));
		run_script(script);
		_exit(0);
	}
	for (int i = 0; i < 500 && text == NULL; i++)
	{
		usleep(10000);
		text = scratch_read(scratch_path("child"));
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	if (check(text != NULL))
		check(dies(text));
	free(text);
}

static bool
say_yes(void *arg)
{
	return arg == NULL;
}

static bool
hang(void *arg)
{
	while (arg == NULL)
		pause();
	return true;
}

/* Beside the caller: its words and its end are there when they are asked for. */
static void
test_beside(void)
{
	PlatChild	child = {.argv = SHELL("echo done; echo why >&2; exit 3")};
	PlatChildRunning *running;
	bool		good;

	plat_child_free(&result);
	error_free(&error);
	check(plat_child_begin(&child, &running, &error));
	good = plat_child_end(running, false, &result, &error);
	check(!good && result.end == PLAT_CHILD_EXITED && result.code == 3);
	check_text(result.output, "done\n");
	check_text(result.errors, "why");

	/* One that is given up does not go on. */
	plat_child_free(&result);
	error_free(&error);
	child.argv = SHELL("exec sleep 600");
	check(plat_child_begin(&child, &running, &error));
	good = plat_child_end(running, true, &result, &error);
	check(!good && result.end == PLAT_CHILD_CANCELLED && result.ms < 60000);

	plat_child_free(&result);
	error_free(&error);
	child.argv = (const char *const[])
	{
		"/does/not/exist", NULL
	};
	check(!plat_child_begin(&child, &running, &error) && running == NULL);
	check(strncmp(error.message, "could not start program", 23) == 0);
}

static void
test_aside(void)
{
	int64_t		started = plat_clock_ms();

	check(plat_aside(say_yes, NULL, 5000));
	check(!plat_aside(say_yes, &started, 5000));
	check(!plat_aside(hang, NULL, 100));
	check(plat_clock_ms() - started < 3000);
}

int
main(void)
{
	/* What a caller's careless shell hands on is not our doing. */
	for (int fd = 3; fd < 1024; fd++)
		close(fd);
	scratch_begin();
	test_ends();
	test_arguments();
	test_input();
	test_lines();
	test_deadline();
	test_background();
	test_cancel();
	test_descriptors();
	test_killed_parent();
	test_beside();
	test_aside();
	plat_child_free(&result);
	error_free(&error);
	return harness_finish();
}
