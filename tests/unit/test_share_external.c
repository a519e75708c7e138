/*
 * test_share_external.c
 *		Waiting for a share that something else replicates, here a loop of
 *		rsync: what is slow, what stands, what never becomes the same; and
 *		making a replica writable.
 */
#define _POSIX_C_SOURCE 200809L

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"
#include "scratch.h"
#include "base/memory.h"
#include "platform/clock.h"
#include "share/external.h"

static Config config;
static ShareDirection direction;
static const ConfigShare *share;
static char *roots[2];

/* The configuration of two directories, with further lines of the share. */
static void
load(const char *lines)
{
	Problems	problems;
	char	   *text = text_format("[qsrepl]\nsite = A\n"
								   "[site A]\nhost = a\ndata_directory = /a\n"
								   "settings_file = /a.conf\n"
								   "[site B]\nhost = b\ndata_directory = /b\n"
								   "settings_file = /b.conf\n"
								   "[mapping share]\nkind = path\n"
								   "A = \\\\CN\\Q\nB = \\\\BN\\Q\n"
								   "[share content]\nA = %s\nB = %s\n"
								   "mirror = Apps\nreplicated_by = external\n"
								   "%s", roots[0], roots[1], lines);

	memset(&problems, 0, sizeof(problems));
	if (config.n_sites > 0)
		config_free(&config);
	if (!check(config_load_text("x.conf", text, strlen(text), &config,
								&problems) == CONFIG_GOOD))
		problems_print(&problems, "x.conf");
	problems_free(&problems);
	free(text);
	direction = (ShareDirection)
	{
		&config.sites[0], &config.sites[1], 3
	};
	share = &config.shares[0];
}

static char *
make_root(const char *name)
{
	char	   *path = mem_strdup(scratch_path("%s", name));
	char	   *apps = text_format("%s/Apps", path);

	mkdir(path, 0777);
	mkdir(apps, 0777);
	free(apps);
	return path;
}

static void
put(int site, const char *name, const char *content)
{
	char	   *path = text_format("%s/%s", roots[site], name);

	scratch_write(path, content, strlen(content));
	free(path);
}

/* rsync again and again; exclude: what it does not carry, or NULL. */
static pid_t
replicate(long pause_ms, const char *exclude)
{
	pid_t		loop = fork();

	while (loop == 0)
	{
		pid_t		rsync = fork();
		struct timespec pause = {pause_ms / 1000, pause_ms % 1000 * 1000000};

		if (rsync == 0)
		{
			execlp("rsync", "rsync", "-rt", "--delete", "--exclude",
				   exclude != NULL ? exclude : "/none", "./",
				   roots[1], (char *) NULL);
			_exit(127);
		}
		waitpid(rsync, NULL, 0);
		nanosleep(&pause, NULL);
	}
	return loop;
}

static void
stop(pid_t loop)
{
	kill(loop, SIGKILL);
	waitpid(loop, NULL, 0);
}

static void
check_waits(bool good, int64_t timeout_ms, const char *problem)
{
	ShareDelay	delay;
	Error		error = ERROR_NONE;
	int64_t		began = plat_clock_ms();

	check(share_external_wait(&config, share, &direction, timeout_ms, &delay,
							  &error) == good);
	check(plat_clock_ms() - began < timeout_ms + 5000);
	if (good)
		check(delay.delay_ms >= 0 && delay.differences == 0);
	else
		check_text(error.message, problem);
	if (delay.differences > 0)
		check_text(error.detail, "1 files or folders differ, 5 bytes are to be "
				   "copied.");
	error_free(&error);
	arena_free(&delay.arena);
}

static void
test_wait(void)
{
	pid_t		loop;

	if (chdir(roots[0]) != 0)
		abort();
	put(0, "Apps/one", "12345");
	/* It comes, slowly. */
	loop = replicate(300, NULL);
	check_waits(true, 20000, NULL);
	put(0, "Apps/two", "12345");
	check_waits(true, 20000, NULL);
	stop(loop);
	/* The canary comes, and a file never does. */
	put(0, "Apps/three", "12345");
	loop = replicate(100, "three");
	check_waits(false, 2000, "the content of share \"content\" is not the same "
				"at both sites in time");
	stop(loop);
}

static void
test_standing(void)
{
	ShareDelay	delay;
	Error		error = ERROR_NONE;

	check(!share_external_wait(&config, share, &direction, 300, &delay,
							   &error));
	check(strstr(error.message, "site \"B\": the canary of share \"content\" "
				 "did not come within") == error.message);
	check(strstr(error.detail, "What is there is number 3 of site \"A\", "
				 "epoch 3, written") == error.detail);
	check(delay.delay_ms == -1 && delay.canary.number == 4);
	arena_free(&delay.arena);
	/* Of an epoch that is over, none is sent. */
	direction.epoch = 2;
	check(!share_external_measure(&config, share, &direction, 300, &delay,
								  &error));
	check_text(error.message, "site \"A\": the canary of share \"content\" has "
			   "epoch 3, the database 2");
	check(delay.canary.number == 0);
	direction.epoch = 3;
	arena_free(&delay.arena);
	error_free(&error);
}

/* After a move the other site sends, and goes on counting. */
static void
test_other_way(void)
{
	ShareDirection back = {&config.sites[1], &config.sites[0], 4};
	ShareDelay	delay;
	Error		error = ERROR_NONE;

	check(!share_external_measure(&config, share, &back, 0, &delay, &error));
	check(delay.canary.number == 4);
	check_text(delay.canary.site, "B");
	arena_free(&delay.arena);
	error_free(&error);
}

static void
check_writable(bool good, int64_t timeout_ms, const char *problem)
{
	Error		error = ERROR_NONE;

	check(share_writable(&config, share, &config.sites[1], timeout_ms,
						 &error) == good);
	if (!good)
		check_text(error.message, problem);
	error_free(&error);
}

/* A program that hangs. */
static void
test_late_command(void)
{
	char	   *program = mem_strdup(scratch_path("late"));
	char	   *line = text_format("writable_command = %s\n", program);
	char	   *problem = text_format("could not make share \"content\" writable "
									  "at site \"B\": program \"%s\" did not "
									  "end within 300 ms", program);

	scratch_write(program, "#!/bin/sh\nexec sleep 100\n", 25);
	chmod(program, 0700);
	load(line);
	check_writable(false, 300, problem);
	free(program);
	free(line);
	free(problem);
}

static void
test_writable(void)
{
	char	   *made = text_format("%s/B", roots[1]);
	char	   *problem = text_format("share \"content\" cannot be written at "
									  "site \"B\": could not write file "
									  "\"%s/.qsrepl-writable.%ld\": No such "
									  "file or directory", roots[1],
									  (long) getpid());

	/* The site's name follows. */
	load("writable_command = mkdir -p\n");
	if (chdir(roots[1]) != 0)
		abort();
	check_writable(true, 5000, NULL);
	check(access(made, F_OK) == 0);
	check_writable(true, 5000, NULL);
	load("writable_command = false\n");
	check_writable(false, 5000, "could not make share \"content\" writable at "
				   "site \"B\": program \"false\" failed with exit code 1");
	test_late_command();
	load("");
	check_writable(true, 5000, NULL);
	scratch_remove(roots[1]);
	check_writable(false, 5000, problem);
	free(made);
	free(problem);
}

int
main(void)
{
	scratch_begin();
	roots[0] = make_root("a");
	roots[1] = make_root("b");
	load("");
	test_wait();
	test_standing();
	test_other_way();
	test_writable();
	config_free(&config);
	free(roots[0]);
	free(roots[1]);
	return harness_finish();
}
