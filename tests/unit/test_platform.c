/*
 * test_platform.c
 *		Files, locks, logs, clocks; and the texts of tool/base.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/timestamp.h"
#include "harness.h"
#include "platform/platform.h"
#include "scratch.h"

static Error error;

static bool
content_is(const char *path, const char *expected)
{
	char	   *text = scratch_read(path);
	bool		good = text != NULL && strcmp(text, expected) == 0;

	free(text);
	return good;
}

static void
test_texts(void)
{
	Text		text = {NULL, 0, 0};
	char		time[TIMESTAMP_SIZE];
	char	   *long_text;

	for (int i = 0; i < 1000; i++)
		text_addf(&text, "%d,", i % 10);
	check(text.len == 2000);
	text_add_bytes(&text, "", 0);
	long_text = text_take(&text);
	check(strncmp(long_text, "0,1,2,", 6) == 0 && strlen(long_text) == 2000);
	check(text.bytes == NULL);
	free(long_text);
	long_text = text_take(&text);
	check_text(long_text, "");
	free(long_text);
	timestamp_format(0, time);
	check_text(time, "1970-01-01T00:00:00.000Z");
	timestamp_format(INT64_C(1795395122123), time);
	check_text(time, "2026-11-23T00:52:02.123Z");
	timestamp_format(INT64_C(951782399999), time);
	check_text(time, "2000-02-28T23:59:59.999Z");
	timestamp_format(INT64_C(951782400000), time);
	check_text(time, "2000-02-29T00:00:00.000Z");
	timestamp_format(-1, time);
	check_text(time, "1969-12-31T23:59:59.999Z");
	timestamp_compact("2026-11-23T00:52:02.123Z", time, sizeof(time));
	check_text(time, "20261123T005202.123Z");
	timestamp_compact("2026-11-23T00:52:02.123Z", time, 10);
	check_text(time, "20261123T");
}

static void
test_errors(void)
{
	check(!error_set(&error, "", "Do it.", "could not %s", "x"));
	check_text(error.message, "could not x");
	check(error.detail == NULL);
	check_text(error.hint, "Do it.");
	/* Its own parts may be arguments. */
	error_set(&error, error.hint, NULL, "again: %s", error.message);
	check_text(error.message, "again: could not x");
	check_text(error.detail, "Do it.");
	error_free(&error);
	check(error.message == NULL && error.sqlstate[0] == '\0');
}

static void
test_files(void)
{
	const char *path = scratch_path("file");
	const char *other = scratch_path("other");
	PlatFileInfo info;
	Text		text = {NULL, 0, 0};
	PlatNames	names;

	check(plat_file_info(path, &info, &error) && !info.exists);
	check(plat_file_write(path, "one", 3, false, &error));
	check(content_is(path, "one"));
	check(plat_file_write(path, "second", 6, true, &error));
	check(plat_file_info(path, &info, &error) && info.exists &&
		  !info.directory && info.size == 6);
	check(llabs(info.changed_ms - plat_wall_ms()) < 60000);
	check(plat_file_private(path, &error));
	chmod(path, 0640);
	check(!plat_file_private(path, &error));
	check(strstr(error.message, "is not private") != NULL &&
		  error.detail != NULL && error.hint != NULL);
	check(!plat_file_private(scratch_path("."), &error));
	check(plat_file_read(path, 6, &text, &error) && text.len == 6);
	check(!plat_file_read(path, 5, &text, &error));
	check(strstr(error.message, "could not read file \"") != NULL);
	check(!plat_file_read(scratch_path("none"), 5, &text, &error));
	check(strstr(error.message, "No such file") != NULL);
	check(plat_file_rename(path, other, &error));
	check(content_is(other, "second") && !content_is(path, "second"));
	check(!plat_file_rename(path, other, &error));
	check(!plat_file_write(scratch_path("no/file"), "x", 1, false, &error));
	check(plat_directory_make(scratch_path("d"), &error));
	check(plat_directory_make(scratch_path("d"), &error));
	check(!plat_directory_make(other, &error));
	check(!plat_directory_make(scratch_path("no/d"), &error));
	check(plat_file_info(scratch_path("d"), &info, &error) && info.directory);
	scratch_write(scratch_path("d/b"), "", 0);
	scratch_write(scratch_path("d/a"), "", 0);
	scratch_write(scratch_path("d/c"), "", 0);
	check(plat_directory_list(scratch_path("d"), &names, &error));
	check(names.count == 3 && strcmp(names.names[0], "a") == 0 &&
		  strcmp(names.names[2], "c") == 0);
	plat_names_free(&names);
	check(!plat_directory_list(path, &names, &error));
	check(plat_file_remove(other, &error));
	check(plat_file_remove(other, &error));
	check(!plat_file_remove(scratch_path("d"), &error));
	text_free(&text);
}

/* What links name stays. */
static void
test_removal(void)
{
	PlatFileInfo info;

	check(plat_directory_make(scratch_path("kept"), &error));
	scratch_write(scratch_path("kept/file"), "x", 1);
	check(plat_directory_make(scratch_path("tree"), &error));
	check(plat_directory_make(scratch_path("tree/deep"), &error));
	check(plat_directory_make(scratch_path("tree/deep/er"), &error));
	scratch_write(scratch_path("tree/deep/er/file"), "x", 1);
	check(symlink(scratch_path("kept"), scratch_path("tree/link")) == 0);
	check(symlink("nowhere", scratch_path("tree/deep/dangling")) == 0);
	check(plat_directory_remove(scratch_path("tree/link"), &error));
	check(symlink(scratch_path("kept"), scratch_path("tree/link")) == 0);
	check(plat_directory_remove(scratch_path("tree"), &error));
	check(plat_file_info(scratch_path("tree"), &info, &error) &&
		  !info.exists);
	check(plat_file_info(scratch_path("kept/file"), &info, &error) &&
		  info.exists);
	check(plat_directory_remove(scratch_path("tree"), &error));
	check(plat_directory_remove(scratch_path("kept/file"), &error));
	check(plat_directory_remove(scratch_path("kept"), &error));
	check(!plat_directory_remove("/proc/self/status", &error));
	check(strstr(error.message, "could not remove \"/proc/self/status\"") !=
		  NULL);
}

static void
test_process(void)
{
	char		here[4096];

	check(getcwd(here, sizeof(here)) != NULL);
	check(plat_process_is_in(plat_process(), here));
	check(!plat_process_is_in(plat_process(), scratch_path(".")));
	check(!plat_process_is_in(plat_process(), scratch_path("none")));
	check(!plat_process_is_in(0, here));
	check(!plat_process_is_in(-1, here));
	check(!plat_process_is_in(INT64_C(99999999), here));
}

/* A partner of three lines, that then waits for ours and tells it. */
static void
test_partner(void)
{
	const char *const argv[] = {
		"sh", "-c", "echo one; echo two >&2; read x; echo \"got $x\"; read x; "
		"printf end", NULL
	};
	const char *const none[] = {"qsrepl-no-such-program", NULL};
	PlatPartner *partner;
	Text		line = {NULL, 0, 0};

	check(plat_partner_start(argv, &partner, &error));
	check(plat_partner_line(partner, 60000, &line) == PLAT_LINE_READ);
	check_text(line.bytes, "one");
	check(plat_partner_line(partner, 60000, &line) == PLAT_LINE_READ);
	check_text(line.bytes, "two");
	check(plat_partner_line(partner, 60, &line) == PLAT_LINE_NONE);
	plat_partner_tell(partner, "three");
	check(plat_partner_line(partner, 60000, &line) == PLAT_LINE_READ);
	check_text(line.bytes, "got three");
	plat_partner_hang_up(partner);
	plat_partner_tell(partner, "nobody reads that");
	check(plat_partner_line(partner, 60000, &line) == PLAT_LINE_READ);
	check_text(line.bytes, "end");
	check(plat_partner_line(partner, 60000, &line) == PLAT_LINE_END);
	plat_partner_leave(partner);
	plat_partner_leave(NULL);
	check(plat_partner_start(none, &partner, &error));
	check(plat_partner_line(partner, 60000, &line) == PLAT_LINE_END);
	plat_partner_leave(partner);
	text_free(&line);
}

/* A replaced file is the old or the new one at each moment. */
static void
test_atomic(void)
{
	const char *path = scratch_path("atomic");
	char		big[20000];
	struct rlimit limit = {1000, RLIM_INFINITY};
	struct rlimit old;

	memset(big, 'n', sizeof(big));
	check(plat_file_write(path, "old", 3, false, &error));
	for (int i = 0; i < 30; i++)
	{
		pid_t		pid = fork();
		char	   *text;

		if (pid == 0)
		{
			for (;;)
				plat_file_write(path, big, sizeof(big), false, &error);
		}
		usleep((useconds_t) (i * 300));
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		text = scratch_read(path);
		check(text != NULL && (strcmp(text, "old") == 0 ||
							   strlen(text) == sizeof(big)));
		free(text);
	}
	/* A limit stands in for a full disk. */
	getrlimit(RLIMIT_FSIZE, &old);
	limit.rlim_max = old.rlim_max;
	check(plat_file_write(path, "old", 3, false, &error));
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
	check(!plat_file_write(path, big, sizeof(big), false, &error));
	setrlimit(RLIMIT_FSIZE, &old);
	check(content_is(path, "old"));
}

static void
test_logs(void)
{
	const char *path = scratch_path("log");
	PlatLog    *log = NULL;
	PlatLog    *second = NULL;
	char		big[20000];
	struct rlimit limit = {1000, RLIM_INFINITY};
	struct rlimit old;

	memset(big, 'n', sizeof(big));
	check(plat_log_create(path, &log, &error));
	check(!plat_log_create(path, &second, &error));
	check(plat_log_append(log, "a\n", 2, &error));
	check(plat_log_append(log, "b\ntorn", 6, &error));
	plat_log_close(log);
	check(plat_log_open(path, 4, &log, &error));
	check(content_is(path, "a\nb\n"));
	getrlimit(RLIMIT_FSIZE, &old);
	limit.rlim_max = old.rlim_max;
	setrlimit(RLIMIT_FSIZE, &limit);
	check(!plat_log_append(log, big, sizeof(big), &error));
	setrlimit(RLIMIT_FSIZE, &old);
	check(content_is(path, "a\nb\n"));
	check(plat_log_append(log, "c\n", 2, &error));
	check(content_is(path, "a\nb\nc\n"));
	plat_log_close(log);
	check(!plat_log_open(scratch_path("none"), 0, &log, &error));
}

static void
test_locks(void)
{
	const char *path = scratch_path("lock");
	PlatLock   *lock = NULL;
	bool		stale = true;
	int			ready[2];
	pid_t		pid;
	char		byte;

	check(plat_lock_take(path, &lock, &stale, &error) && !stale);
	plat_lock_release(lock);
	check(pipe(ready) == 0);
	pid = fork();
	if (pid == 0)
	{
		bool		good = plat_lock_take(path, &lock, &stale, &error);

		if (write(ready[1], good ? "y" : "n", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	check(read(ready[0], &byte, 1) == 1 && byte == 'y');
	check(!plat_lock_take(path, &lock, &stale, &error));
	check(strstr(error.message, "could not lock file") != NULL);
	check(strncmp(error.detail, "It is held by process ", 22) == 0 &&
		  strtol(error.detail + 22, NULL, 10) == pid);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	check(plat_lock_take(path, &lock, &stale, &error) && stale);
	plat_lock_release(lock);
	check(plat_lock_take(path, &lock, &stale, &error) && !stale);
	plat_lock_release(lock);
	check(!plat_lock_take(scratch_path("no/lock"), &lock, &stale, &error));
	close(ready[0]);
	close(ready[1]);
}

static void
test_system(void)
{
	char	   *path = NULL;
	char	   *host = plat_host_name();
	uint64_t	space = 0;
	int64_t		started = plat_clock_ms();
	int			ends[2];

	check(host[0] != '\0');
	check(plat_own_path(&path, &error) &&
		  strstr(path, "test_platform") != NULL);
	check(plat_process() == getpid());
	check(plat_free_space(scratch_path("."), &space, &error) && space > 0);
	check(!plat_free_space(scratch_path("no"), &space, &error));
	check(plat_sleep_ms(60) && plat_clock_ms() - started >= 60);
	check(pipe(ends) == 0);
	check(plat_socket_wait(ends[0], false, 50, true) == PLAT_WAIT_TIMED_OUT);
	check(plat_socket_wait(ends[1], true, 50, true) == PLAT_WAIT_READY);
	check(write(ends[1], "x", 1) == 1);
	check(plat_socket_wait(ends[0], false, -1, true) == PLAT_WAIT_READY);
	check(plat_socket_wait(-1, false, 50, true) == PLAT_WAIT_FAILED);
	close(ends[0]);
	close(ends[1]);
	free(host);
	free(path);
}

int
main(void)
{
	scratch_begin();
	test_texts();
	test_errors();
	test_files();
	test_removal();
	test_process();
	test_partner();
	test_atomic();
	test_logs();
	test_locks();
	test_system();
	error_free(&error);
	return harness_finish();
}
