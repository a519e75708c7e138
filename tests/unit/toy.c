/*
 * toy.c
 *		A plan of eight steps that change files in a directory.
 *
 * Steps append their name to a ledger, each line with one write(): a step that
 * is done twice shows. Others rename, replace and remove files.
 */
#define _GNU_SOURCE
#include "toy.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform/platform.h"
#include "scratch.h"

static char *
path_of(const Toy *toy, const char *name)
{
	return text_format("%s/%s", toy->directory, name);
}

static char *
content(const Toy *toy, const char *name)
{
	char	   *path = path_of(toy, name);
	char	   *text = scratch_read(path);

	free(path);
	return text;
}

static bool
is_content(const Toy *toy, const char *name, const char *expected)
{
	char	   *text = content(toy, name);
	bool		same = text == NULL ? expected == NULL :
	expected != NULL && strcmp(text, expected) == 0;

	free(text);
	return same;
}

static bool
put(const Toy *toy, const char *name, const char *text, Error *error)
{
	char	   *path = path_of(toy, name);
	bool		good = plat_file_write(path, text, strlen(text), false, error);

	free(path);
	return good;
}

static bool
drop(const Toy *toy, const char *name, Error *error)
{
	char	   *path = path_of(toy, name);
	bool		good = plat_file_remove(path, error);

	free(path);
	return good;
}

static bool
move(const Toy *toy, const char *from, const char *to, Error *error)
{
	char	   *old = path_of(toy, from);
	char	   *new = path_of(toy, to);
	PlatFileInfo info;
	bool		good = plat_file_info(old, &info, error) &&
	(!info.exists || plat_file_rename(old, new, error));

	free(old);
	free(new);
	return good;
}

/* The last line that begins with a word behind + or -; 0 where there is none. */
static char
last_sign(const Toy *toy, const char *word)
{
	char	   *text = content(toy, "ledger");
	char		sign = 0;

	for (char *line = text; line != NULL && *line != '\0';)
	{
		char	   *feed = strchr(line, '\n');

		if (feed == NULL)
			break;
		*feed = '\0';
		if (strcmp(line + 1, word) == 0)
			sign = line[0];
		line = feed + 1;
	}
	free(text);
	return sign;
}

/* An entry of the ledger, unless it is there. */
static bool
enter(const Toy *toy, char sign, const char *word)
{
	char	   *path = path_of(toy, "ledger");
	char	   *line = text_format("%c%s\n", sign, word);
	char		last = last_sign(toy, word);
	int			fd = open(path, O_WRONLY | O_APPEND | O_CREAT, 0600);

	if (last != sign && (sign == '+' || last == '+') &&
		write(fd, line, strlen(line)) != (ssize_t) strlen(line))
		_exit(9);
	close(fd);
	free(path);
	free(line);
	return true;
}

/* What each step does, given whether it is to be done or undone. */
static bool
change(Toy *toy, int step, bool forth, Error *error)
{
	switch (step)
	{
		case 0:
			return enter(toy, forth ? '+' : '-', "one");
		case 1:
			return forth ? put(toy, "config", "new", error) :
				put(toy, "config", "old", error);
		case 2:
			return forth ? move(toy, "a", "b", error) :
				move(toy, "b", "a", error);
		case 3:
			return enter(toy, forth ? '+' : '-', "four");
		case 4:
			return forth ? drop(toy, "superfluous", error) :
				put(toy, "superfluous", "x", error);
		case 5:
			return enter(toy, forth ? '+' : '-', "six");
		case 6:
			return put(toy, "active", "B", error);
		default:
			return enter(toy, '+', "eight");
	}
}

static bool
is_done(const Toy *toy, int step)
{
	switch (step)
	{
		case 0:
			return last_sign(toy, "one") == '+';
		case 1:
			return is_content(toy, "config", "new");
		case 2:
			return is_content(toy, "b", "a");
		case 3:
			return last_sign(toy, "four") == '+';
		case 4:
			return is_content(toy, "superfluous", NULL);
		case 5:
			return last_sign(toy, "six") == '+';
		case 6:
			return is_content(toy, "active", "B");
		default:
			return last_sign(toy, "eight") == '+';
	}
}

static PlanAnswer
ask(Toy *toy, int step, Error *error)
{
	if (toy->unsure == step)
	{
		error_set(error, "It is dark.", "Make light.", "could not look");
		return PLAN_ERROR;
	}
	return is_done(toy, step) ? PLAN_YES : PLAN_NO;
}

static bool
act(Toy *toy, int step, bool forth, Error *error)
{
	toy->calls++;
	if (toy->pause_us > 0)
		usleep((useconds_t) toy->pause_us);
	if (toy->cancels == step)
		raise(SIGINT);
	if ((forth ? toy->fails : toy->undo_fails) == step)
		return error_set(error, "It is \xC3\xA4 \xFF.", "Wait.",
						 "could not turn the wheel");
	return change(toy, step, forth, error);
}

#define STEP(n) \
	static PlanAnswer \
	done_##n(void *context, Error *error) \
	{ \
		return ask(context, n, error); \
	} \
	static bool \
	run_##n(void *context, PlanProgress *progress, Error *error) \
	{ \
		plan_progress(progress, "turning"); \
		return act(context, n, true, error); \
	} \
	static bool \
	undo_##n(void *context, PlanProgress *progress, Error *error) \
	{ \
		plan_progress_amount(progress, 1, 2, "turns"); \
		return act(context, n, false, error); \
	}

STEP(0)
STEP(1)
STEP(2)
STEP(3)
STEP(4)
STEP(5)
STEP(6)
STEP(7)

static const PlanStep steps[TOY_STEPS] = {
	{"one", "Enter one at site ${from}", "echo +one >>ledger",
	done_0, run_0, undo_0, 0},
	{"configure", "Write the configuration", "echo new >config",
	done_1, run_1, undo_1, 0},
	{"rename", "Rename a to b", "mv a b", done_2, run_2, undo_2, 0},
	{"four", "Enter four", "echo +four >>ledger",
	done_3, run_3, undo_3, 0},
	{"remove", "Remove what is superfluous", "rm superfluous",
	done_4, run_4, undo_4, 0},
	{"six", "Enter six", "echo +six >>ledger", done_5, run_5, undo_5, 0},
	{"promote", "Promote site ${to}", "psql ${nothing}\necho ${to} >active",
	done_6, run_6, undo_6, PLAN_NO_RETURN | PLAN_MIRRORED},
	{"eight", "Enter eight", "", done_7, run_7, undo_7, 0},
};

const Plan	toy_plan = {
	"switchover", "Move the active role from ${from} to ${to}",
	"To go back, run \"qsrepl switchover --to ${from}\".", steps, TOY_STEPS
};

void
toy_prepare(Toy *toy, const char *directory)
{
	static const Toy fresh = {"", -1, -1, -1, -1, 0, 0};
	Error		error = ERROR_NONE;

	*toy = fresh;
	snprintf(toy->directory, sizeof(toy->directory), "%s", directory);
	scratch_remove(directory);
	plat_directory_make(directory, &error);
	put(toy, "config", "old", &error);
	put(toy, "a", "a", &error);
	put(toy, "superfluous", "x", &error);
	error_free(&error);
}

bool
toy_is_untouched(const Toy *toy)
{
	char	   *ledger = content(toy, "ledger");
	int			plus = 0;
	int			minus = 0;

	for (const char *c = ledger; c != NULL && *c != '\0'; c++)
	{
		plus += *c == '+';
		minus += *c == '-';
	}
	free(ledger);
	return plus == minus && plus <= 3 && last_sign(toy, "one") != '+' &&
		last_sign(toy, "four") != '+' && last_sign(toy, "six") != '+' &&
		is_content(toy, "config", "old") && is_content(toy, "a", "a") &&
		is_content(toy, "b", NULL) && is_content(toy, "active", NULL) &&
		is_content(toy, "superfluous", "x");
}

bool
toy_is_complete(const Toy *toy)
{
	return is_content(toy, "ledger", "+one\n+four\n+six\n+eight\n") &&
		is_content(toy, "config", "new") && is_content(toy, "a", NULL) &&
		is_content(toy, "b", "a") && is_content(toy, "superfluous", NULL) &&
		is_content(toy, "active", "B");
}

void
toy_run(PlanRun *run, Toy *toy, const char *journals)
{
	static const PlanParameter parameters[] = {
		{"from", "A"}, {"to", "B"}
	};

	memset(run, 0, sizeof(*run));
	run->plan = &toy_plan;
	run->context = toy;
	run->directory = journals;
	run->pair.system_identifier = "7345678901234567890";
	run->pair.sites[0] = "A";
	run->pair.sites[1] = "B";
	run->parameters = parameters;
	run->n_parameters = 2;
}
