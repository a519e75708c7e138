/*
 * test_plan.c
 *		Plans: steps, journals, what is refused, dry runs, the mirror.
 */
#define _GNU_SOURCE
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "base/memory.h"
#include "plan/internal.h"
#include "platform/platform.h"
#include "scratch.h"
#include "toy.h"

static Error error;
static Toy	toy;
static PlanRun run;

/* A mirror in memory, over all tests that give it. */
static json_t * mirrored;
static char mirrored_run[256];
static json_t * mirrored_before;	/* the run before it */
static char run_before[256];
static bool mirror_fails;

static bool
store(void *arg, const char *name, size_t first, const char *const *entries,
	  size_t count, Error *why)
{
	(void) arg;
	if (mirror_fails)
		return error_set(why, NULL, NULL, "could not reach the mirror");
	if (strcmp(mirrored_run, name) != 0)
	{
		json_decref(mirrored_before);
		mirrored_before = mirrored;
		snprintf(run_before, sizeof(run_before), "%s", mirrored_run);
		mirrored = json_array();
		snprintf(mirrored_run, sizeof(mirrored_run), "%s", name);
	}
	for (size_t i = 0; i < count; i++)
	{
		json_t	   *entry = json_loads(entries[i], 0, NULL);

		if (first + i < json_array_size(mirrored))
			json_array_set_new(mirrored, first + i, entry);
		else if (json_array_append_new(mirrored, entry) != 0)
			return false;
	}
	return true;
}

/* Members in another order, and blanks, as jsonb gives them. */
static bool
load(void *arg, const char *name, Text *lines, Error *why)
{
	const		json_t *found = name == NULL || strcmp(name, mirrored_run) == 0 ?
	mirrored : strcmp(name, run_before) == 0 ? mirrored_before : NULL;

	(void) arg;
	if (mirror_fails)
		return error_set(why, NULL, NULL, "could not reach the mirror");
	for (size_t i = 0; i < json_array_size(found); i++)
	{
		char	   *line = json_dumps(json_array_get(found, i), 0);

		text_addf(lines, "%s\n", line);
		free(line);
	}
	return true;
}

static const PlanMirror mirror = {NULL, store, load};

/* An untouched toy, no journals. */
static void
begin(void)
{
	static char journals[512];

	snprintf(journals, sizeof(journals), "%s", scratch_path("journals"));
	scratch_remove(journals);
	toy_prepare(&toy, scratch_path("toy"));
	toy_run(&run, &toy, journals);
	error_free(&error);
	plat_cancel_clear();
}

static PlanOutcome
go(PlanOutcome (*what) (const PlanRun *, Error *))
{
	error_free(&error);
	return what(&run, &error);
}

static size_t
count_journals(void)
{
	PlatNames	names;
	size_t		count = 0;

	if (!plat_directory_list(run.directory, &names, &error))
		return 0;
	for (size_t i = 0; i < names.count; i++)
		count += strstr(names.names[i], ".jsonl") != NULL;
	plat_names_free(&names);
	return count;
}

/* The path of the newest journal. */
static const char *
newest(void)
{
	PlatNames	names;
	const char *path = "";

	if (!plat_directory_list(run.directory, &names, &error))
		return path;
	for (size_t i = 0; i < names.count; i++)
		if (strstr(names.names[i], ".jsonl") != NULL)
			path = scratch_path("journals/%s", names.names[i]);
	plat_names_free(&names);
	return path;
}

static void
test_whole(void)
{
	PlanJournal *journal;

	begin();
	check(go(plan_start) == PLAN_FINISHED);
	check(error.message == NULL);
	check(toy_is_complete(&toy) && toy.calls == TOY_STEPS);
	check(plan_unfinished(run.directory, NULL, &journal, &error));
	check(journal == NULL);
	check(go(plan_resume) == PLAN_REFUSED);
	check_text(error.message, "there is no run to resume");
	check(go(plan_abort) == PLAN_REFUSED);
	check_text(error.message, "there is no run to abort");
	/* All is done: found so, nothing is run. */
	toy.calls = 0;
	check(go(plan_start) == PLAN_FINISHED && toy.calls == 0);
	check(count_journals() == 2);
	check(plat_file_private(newest(), &error));
}

static void
test_step_fails(void)
{
	PlanJournal *journal;

	begin();
	toy.fails = 3;
	check(go(plan_start) == PLAN_STOPPED);
	check_text(error.message,
			   "step \"four\" failed: could not turn the wheel");
	check_text(error.detail, "It is \xC3\xA4 \xFF.");
	check_text(error.hint, "Wait. When the cause is gone, run \"qsrepl "
			   "resume\" to go on, or \"qsrepl abort\" to undo what was done.");
	check(go(plan_start) == PLAN_REFUSED);
	check(strstr(error.message, "has not ended") != NULL);
	check(strstr(error.detail, ".jsonl") != NULL);
	check(plan_unfinished(run.directory, NULL, &journal, &error));
	check(journal != NULL);
	check_text(plan_journal_plan(journal), "switchover");
	check_text(plan_journal_parameter(journal, "to"), "B");
	check(plan_journal_parameter(journal, "else") == NULL);
	check(plan_journal_started(journal)[4] == '-');
	plan_journal_free(journal);
	toy.fails = -1;
	toy.unsure = 3;
	check(go(plan_resume) == PLAN_STOPPED);
	check_text(error.message, "step \"four\" failed: could not look");
	toy.unsure = -1;
	toy.calls = 0;
	check(go(plan_resume) == PLAN_FINISHED);
	check(toy_is_complete(&toy) && toy.calls == TOY_STEPS - 3);
}

static void
test_abort(void)
{
	begin();
	toy.fails = 5;
	check(go(plan_start) == PLAN_STOPPED);
	toy.undo_fails = 2;
	check(go(plan_abort) == PLAN_STOPPED);
	check_text(error.message,
			   "undoing step \"rename\" failed: could not turn the wheel");
	check(strstr(error.hint, "\"qsrepl abort\" again") != NULL);
	check(go(plan_resume) == PLAN_REFUSED);
	check_text(error.message,
			   "the run is being aborted and cannot be resumed");
	toy.undo_fails = -1;
	toy.calls = 0;
	check(go(plan_abort) == PLAN_ABORTED && toy.calls == 3);
	check(toy_is_untouched(&toy));
	check(go(plan_resume) == PLAN_REFUSED);
	/* What was done before is not undone. */
	begin();
	check(unlink(scratch_path("toy/superfluous")) == 0);
	toy.fails = 5;
	check(go(plan_start) == PLAN_STOPPED);
	check(go(plan_abort) == PLAN_ABORTED);
	check(access(scratch_path("toy/superfluous"), F_OK) != 0);
	check(access(scratch_path("toy/a"), F_OK) == 0);
}

static void
test_point_of_no_return(void)
{
	begin();
	toy.fails = TOY_POINT;
	check(go(plan_start) == PLAN_STOPPED);
	check(strstr(error.hint, "past the point of no return. To go back, run "
				 "\"qsrepl switchover --to A\".") != NULL);
	check(go(plan_abort) == PLAN_REFUSED);
	check_text(error.message,
			   "the run of plan \"switchover\" cannot be aborted any more");
	check(error.detail != NULL && strstr(error.hint, "qsrepl resume") != NULL);
	toy.fails = -1;
	check(go(plan_resume) == PLAN_FINISHED && toy_is_complete(&toy));
	/* Not begun: there is a way back. */
	begin();
	toy.unsure = TOY_POINT;
	check(go(plan_start) == PLAN_STOPPED);
	check(go(plan_abort) == PLAN_ABORTED && toy_is_untouched(&toy));
}

/* What the hook was called for: "-one+one..." */
static char hooked[256];
static const char *hook_fails = "";

static bool
take_hook(void *context, const char *step, bool after, PlanProgress *progress,
		  Error *hook_error)
{
	size_t		len = strlen(hooked);

	(void) context;
	snprintf(hooked + len, sizeof(hooked) - len, "%c%s", after ? '+' : '-',
			 step);
	if (strcmp(hooked + len, hook_fails) == 0)
		return error_set(hook_error, NULL, NULL, "the bell is broken");
	return plan_note(progress, "last", hooked + len, hook_error);
}

static void
test_hook(void)
{
	PlanJournal *journal;

	begin();
	run.hook = take_hook;
	hooked[0] = '\0';
	hook_fails = "-rename";
	check(go(plan_start) == PLAN_STOPPED);
	check_text(error.message, "step \"rename\" failed: the bell is broken");
	check(toy.calls == 2);
	check_text(hooked, "-one+one-configure+configure-rename");
	/* What was noted is there in the next process. */
	check(plan_unfinished(run.directory, NULL, &journal, &error));
	check_text(plan_journal_noted(journal, "last"), "+configure");
	check(plan_journal_noted(journal, "first") == NULL);
	plan_journal_free(journal);
	/* One that failed behind the step is called again, the step is not. */
	hook_fails = "+four";
	check(go(plan_resume) == PLAN_STOPPED);
	hooked[0] = '\0';
	hook_fails = "";
	toy.calls = 0;
	check(go(plan_resume) == PLAN_FINISHED && toy.calls == 4);
	check(strncmp(hooked, "+four-remove", 12) == 0);
	check(toy_is_complete(&toy));
}

static void
test_cancel(void)
{
	begin();
	plat_cancel_install();
	toy.cancels = 4;
	check(go(plan_start) == PLAN_CANCELLED);
	check_text(error.message, "interrupted before step \"six\"");
	check(strstr(error.hint, "qsrepl resume") != NULL);
	check(toy.calls == 5);
	check(go(plan_resume) == PLAN_CANCELLED && toy.calls == 5);
	plat_cancel_clear();
	toy.cancels = 2;
	check(go(plan_abort) == PLAN_CANCELLED);
	check_text(error.message, "interrupted before undoing step \"configure\"");
	plat_cancel_clear();
	toy.cancels = -1;
	check(go(plan_abort) == PLAN_ABORTED && toy_is_untouched(&toy));
}

/* What a dry run prints; freed by the caller. */
static char *
dry(PlanOutcome (*what) (const PlanRun *, Error *))
{
	char	   *text = NULL;
	size_t		len = 0;

	run.dry_run = open_memstream(&text, &len);
	check(go(what) == PLAN_FINISHED);
	fclose(run.dry_run);
	run.dry_run = NULL;
	return text;
}

static void
test_dry_run(void)
{
	char	   *text;

	begin();
	text = dry(plan_start);
	check(strncmp(text, "Move the active role from A to B. Nothing is changed "
				  "now.\n  1. Enter one at site A\n     By hand:\n"
				  "       echo +one >>ledger\n  2. ", 70) == 0);
	check(strstr(text, "  7. Promote site B\n     From here on there is no "
				 "way back but to go on.\n     By hand:\n"
				 "       psql ${nothing}\n       echo B >active\n"
				 "  8. Enter eight\nNo run of this plan") != NULL);
	free(text);
	check(toy.calls == 0 && toy_is_untouched(&toy));
	check(access(run.directory, F_OK) != 0);
	toy.fails = 2;
	check(go(plan_start) == PLAN_STOPPED);
	text = dry(plan_resume);
	check(strstr(text, "1. Enter one at site A [is done]\n") != NULL);
	check(strstr(text, "3. Rename a to b [was begun: to be looked at and "
				 "done]\n") != NULL);
	check(strstr(text, "4. Enter four [to do]\n") != NULL);
	free(text);
	text = dry(plan_abort);
	check(strstr(text, "3. Rename a to b [to undo]\n") != NULL);
	check(strstr(text, "4. Enter four [was not begun]\n") != NULL);
	free(text);
	check(toy.calls == 3);
	toy.fails = -1;
	check(go(plan_resume) == PLAN_FINISHED);
	text = dry(plan_start);
	check(strstr(text, "1. Enter one at site A (") != NULL);
	check(strstr(text, "Times are those of the run of 2") != NULL);
	free(text);
}

/* The same as a document; nothing is printed. */
static void
test_document(void)
{
	json_t	   *document = NULL;
	json_t	   *step;
	char	   *text;

	begin();
	run.document = &document;
	toy.fails = 2;
	check(go(plan_start) == PLAN_STOPPED);
	check(document == NULL);
	text = dry(plan_resume);
	check(text[0] == '\0');
	free(text);
	run.document = NULL;
	toy.fails = -1;
	check_text(json_string_value(json_object_get(document, "mode")),
			   "resume");
	step = json_array_get(json_object_get(document, "steps"), 2);
	check_text(json_string_value(json_object_get(step, "title")),
			   "Rename a to b");
	check_text(json_string_value(json_object_get(step, "state")), "begun");
	check(json_is_null(json_object_get(step, "ms")));
	step = json_array_get(json_object_get(document, "steps"), 6);
	check(json_is_true(json_object_get(step, "no_return")));
	check(json_is_null(json_object_get(document, "total_ms")));
	json_decref(document);
}

static void
spoil(const char *from, const char *to)
{
	char	   *text = scratch_read(newest());
	char	   *place = strstr(text, from);

	check(place != NULL && strlen(from) == strlen(to));
	if (place != NULL)
		memcpy(place, to, strlen(to));
	scratch_write(newest(), text, strlen(text));
	free(text);
}

/* A journal that stopped in the middle, for what is refused. */
static void
begin_stopped(void)
{
	begin();
	toy.fails = 4;
	check(go(plan_start) == PLAN_STOPPED);
	toy.fails = -1;
	toy.calls = 0;
}

static void
check_refused(const char *message, const char *detail)
{
	PlanOutcome (*const all[]) (const PlanRun *, Error *) = {
		plan_resume, plan_abort
	};

	for (int i = 0; i < 2; i++)
	{
		char	   *before = scratch_read(newest());
		char	   *after;

		check(go(all[i]) == PLAN_REFUSED);
		after = scratch_read(newest());
		check(strstr(error.message, message) != NULL);
		check(detail == NULL || strstr(error.detail, detail) != NULL);
		check(error.hint != NULL && strstr(error.hint, "Nothing was changed"));
		check_text(after, before);
		free(before);
		free(after);
	}
	check(toy.calls == 0);
}

static void
test_refused(void)
{
	static const PlanStep fewer[] = {{"one", "One", "", NULL, NULL, NULL, false}};
	static const Plan other = {"switchover", "x", "", fewer, 1};
	static const Plan failover = {"failover", "x", "", fewer, 1};

	begin_stopped();
	run.pair.system_identifier = "1";
	check_refused("is of another pair of sites", "It is of sites A and B, "
				  "system 7345678901234567890; this is A and B, system 1.");
	begin_stopped();
	run.pair.sites[1] = "C";
	check_refused("is of another pair of sites", "A and C");
	begin_stopped();
	run.plan = &other;
	check_refused("was written by another version", "different steps");
	run.plan = &failover;
	check(go(plan_resume) == PLAN_REFUSED);
	check(strstr(error.message, "is of plan \"switchover\", not") != NULL);
	begin_stopped();
	spoil("\"version\":1", "\"version\":2");
	check_refused("was written by another version of qsrepl (unit)",
				  "Its format is 2, and this program's is 1.");
	begin_stopped();
	spoil("\"step\":\"configure\"", "\"step\":\"konfigure\"");
	check_refused("is damaged in line 4", "Its checksum does not fit.");
	check(go(plan_start) == PLAN_REFUSED);
	begin_stopped();
	spoil("\"event\":\"begin\"", "\"event\"=\"begin\"");
	check_refused("is damaged in line 2", "It is not valid JSON.");
	begin_stopped();
	scratch_write(newest(), "{}\n", 3);
	check_refused("is damaged in line 1", "not the beginning");
}

/* Each byte but those of a torn end counts. */
static void
test_flipped(void)
{
	char	   *text;
	size_t		len;
	size_t		noticed = 0;

	begin_stopped();
	text = scratch_read(newest());
	len = strlen(text);
	for (size_t i = 0; i < len; i++)
	{
		PlanJournal *journal = NULL;

		text[i] ^= 1;
		scratch_write(newest(), text, len);
		text[i] ^= 1;
		error_free(&error);
		if (!plan_unfinished(run.directory, NULL, &journal, &error))
			noticed++;
		plan_journal_free(journal);
	}
	/* The last line feed makes a torn line; blanks there are none. */
	check(noticed == len - 1);
	free(text);
}

/* A crash leaves the last line torn: cut short, or with blocks of NULs. */
static void
test_torn(void)
{
	char	   *text;
	char	   *torn;
	size_t		len;

	begin_stopped();
	text = scratch_read(newest());
	len = strlen(text);
	torn = malloc(len + 200);
	memcpy(torn, text, len);
	memset(torn + len, 0, 100);
	torn[len + 99] = '\n';
	scratch_write(newest(), torn, len + 100);
	check(go(plan_resume) == PLAN_FINISHED && toy_is_complete(&toy));
	free(torn);
	free(text);
	/* Of a torn first line, nothing came. */
	begin();
	check(plat_directory_make(run.directory, &error));
	scratch_write(scratch_path("journals/000007-switchover-x.jsonl"), "{\"ev",
				  4);
	check(go(plan_resume) == PLAN_REFUSED);
	check_text(error.message, "there is no run to resume");
	check(go(plan_start) == PLAN_FINISHED && toy_is_complete(&toy));
	check(access(scratch_path("journals/000007-switchover-x.jsonl"),
				 F_OK) == 0 && strstr(newest(), "/000008-") != NULL);
}

/* Whatever of its end is lost: a resume brings it to the end, once. */
static void
test_truncated(void)
{
	char	   *text;
	char	   *path;
	size_t		len;
	size_t		wrong = 0;
	size_t		header;

	begin_stopped();
	text = scratch_read(newest());
	path = mem_strdup(newest());
	len = strlen(text);
	header = strcspn(text, "\n") + 1;
	for (size_t cut = 0; cut < len; cut++)
	{
		begin_stopped();
		check(unlink(newest()) == 0);
		scratch_write(path, text, cut);
		error_free(&error);
		if (cut < header)
			wrong += go(plan_resume) != PLAN_REFUSED || toy.calls != 0;
		else
			wrong += go(plan_resume) != PLAN_FINISHED ||
				!toy_is_complete(&toy);
	}
	check(wrong == 0);
	free(path);
	free(text);
}

/* Two at once: a second one while a step of the first is at work. */
static void
test_two(void)
{
	PlanRun		second;
	pid_t		pid;
	int			status;

	begin();
	second = run;
	pid = fork();
	if (pid == 0)
	{
		toy.pause_us = 200000;
		_exit(plan_start(&run, &error) == PLAN_FINISHED ? 0 : 1);
	}
	while (access(scratch_path("toy/ledger"), F_OK) != 0)
		usleep(1000);
	check(plan_start(&second, &error) == PLAN_REFUSED);
	check(strstr(error.message, "could not lock file") != NULL);
	check(strstr(error.detail, "It is held by process ") != NULL);
	check(strstr(error.hint, "Nothing was changed.") != NULL);
	check(go(plan_resume) == PLAN_REFUSED && go(plan_abort) == PLAN_REFUSED);
	check(waitpid(pid, &status, 0) == pid && status == 0);
	check(toy_is_complete(&toy) && toy.calls == 0);
}

/* Where the journal cannot be written, nothing is begun. */
static void
test_no_journal(void)
{
	begin();
	scratch_write(scratch_path("plain"), "", 0);
	run.directory = scratch_path("plain");
	check(go(plan_start) == PLAN_REFUSED);
	check(strstr(error.message, "could not make directory") != NULL);
	if (geteuid() == 0 && plat_directory_make(scratch_path("small"), &error) &&
		mount("none", scratch_path("small"), "tmpfs", 0, "size=300k") == 0)
	{
		char		fill[200000];

		/* Read-only */
		run.directory = scratch_path("small");
		mount("none", run.directory, NULL, MS_REMOUNT | MS_RDONLY,
			  "size=300k");
		check(go(plan_start) == PLAN_REFUSED);
		check(strstr(error.message, "Read-only file system") != NULL);
		mount("none", run.directory, NULL, MS_REMOUNT, "size=300k");
		/* Full */
		memset(fill, 'x', sizeof(fill));
		scratch_write(scratch_path("small/fill"), fill, sizeof(fill));
		check(go(plan_start) == PLAN_REFUSED);
		check(strstr(error.message, "is full") != NULL);
		check(count_journals() == 0);
		unlink(scratch_path("small/fill"));
		check(toy.calls == 0);
		check(go(plan_start) == PLAN_FINISHED);
		umount(run.directory);
	}
	else
		puts("not root: no small file system");
	check(access(scratch_path("toy/config"), F_OK) == 0);
}

/* The disk gets full on the way: what cannot be written is not begun. */
static void
test_full_midway(void)
{
	struct rlimit old;
	struct rlimit limit;
	PlanOutcome outcome;
	int			calls;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	limit = old;
	for (limit.rlim_cur = 300; limit.rlim_cur < 6000; limit.rlim_cur += 50)
	{
		begin();
		setrlimit(RLIMIT_FSIZE, &limit);
		outcome = go(plan_start);
		setrlimit(RLIMIT_FSIZE, &old);
		calls = toy.calls;
		if (outcome == PLAN_FINISHED)
			break;
		check(outcome == PLAN_STOPPED || (outcome == PLAN_REFUSED &&
										  calls == 0));
		check(strstr(error.message, "File too large") != NULL);
		if (outcome == PLAN_REFUSED)
			continue;
		if (limit.rlim_cur % 100 == 0)
			check(go(plan_resume) == PLAN_FINISHED && toy_is_complete(&toy) &&
				  toy.calls == TOY_STEPS);
		else if (go(plan_abort) == PLAN_ABORTED)
			check(toy_is_untouched(&toy) && toy.calls >= 2 * calls);
		else
			check(calls > TOY_POINT);
	}
	check(limit.rlim_cur > 1500 && limit.rlim_cur < 6000);
}

static void
test_mirror(void)
{
	PlanJournal *journal;

	begin();
	run.mirror = &mirror;
	toy.fails = TOY_POINT + 1;
	check(go(plan_start) == PLAN_STOPPED);
	check(json_array_size(mirrored) == 2 * TOY_POINT + 2);
	/* The machine is lost, and with it the journal. */
	scratch_remove(run.directory);
	check(plan_unfinished(run.directory, &mirror, &journal, &error));
	check(journal != NULL);
	check_text(plan_journal_parameter(journal, "from"), "A");
	plan_journal_free(journal);
	check(go(plan_abort) == PLAN_REFUSED);
	check(strstr(error.message, "cannot be aborted") != NULL);
	check(go(plan_start) == PLAN_REFUSED);
	toy.fails = -1;
	check(go(plan_resume) == PLAN_FINISHED && toy_is_complete(&toy));
	check(count_journals() == 1);
	/* The mirror knows of the end, too. */
	scratch_remove(run.directory);
	check(go(plan_resume) == PLAN_REFUSED);
	check_text(error.message, "there is no run to resume");
	/* The end of the local file is lost; the mirror has it. */
	begin();
	run.mirror = &mirror;
	toy.fails = TOY_POINT;
	check(go(plan_start) == PLAN_STOPPED);
	check(truncate(newest(), 700) == 0);
	check(go(plan_abort) == PLAN_REFUSED);
	toy.fails = -1;
	check(go(plan_resume) == PLAN_FINISHED && toy_is_complete(&toy));
}

/* Ended at another machine, which has run another one since. */
static void
test_stale(void)
{
	char	   *path;
	char	   *text;

	begin();
	run.mirror = &mirror;
	toy.fails = TOY_POINT;
	check(go(plan_start) == PLAN_STOPPED);
	path = mem_strdup(newest());
	text = scratch_read(path);
	toy.fails = -1;
	scratch_remove(run.directory);
	check(go(plan_resume) == PLAN_FINISHED);	/* there */
	toy_prepare(&toy, scratch_path("toy"));
	check(go(plan_start) == PLAN_FINISHED);
	check(strstr(path, run_before) != NULL);
	scratch_remove(run.directory);
	check(plat_directory_make(run.directory, &error));
	scratch_write(path, text, strlen(text));
	toy.calls = 0;
	check(go(plan_resume) == PLAN_REFUSED && toy.calls == 0);	/* here */
	check_text(error.message, "there is no run to resume");
	check(go(plan_abort) == PLAN_REFUSED && toy.calls == 0);
	free(path);
	free(text);
}

static void
test_mirror_fails(void)
{
	begin();
	run.mirror = &mirror;
	mirror_fails = true;
	check(go(plan_start) == PLAN_REFUSED && toy.calls == 0);
	check_text(error.message, "could not reach the mirror");
	mirror_fails = false;
	toy.fails = 3;
	check(go(plan_start) == PLAN_STOPPED);
	toy.fails = -1;
	/* The mirror has a line that this machine did not write. */
	scratch_remove(run.directory);
	json_decref(mirrored);
	mirrored = NULL;
	mirrored_run[0] = '\0';
}

/* Taken up on two machines: who has told the mirror is believed. */
static void
test_contradiction(void)
{
	char	   *path;
	char	   *text;
	char	   *aside;

	begin();
	run.mirror = &mirror;
	toy.fails = TOY_POINT;
	check(go(plan_start) == PLAN_STOPPED);
	toy.fails = -1;
	toy.unsure = TOY_POINT;
	path = mem_strdup(newest());
	text = scratch_read(path);
	run.mirror = NULL;
	check(go(plan_resume) == PLAN_STOPPED); /* here, out of touch */
	toy.unsure = -1;
	free(text);
	text = scratch_read(path);
	run.mirror = &mirror;
	scratch_remove(run.directory);
	check(go(plan_resume) == PLAN_FINISHED);	/* there */
	scratch_remove(run.directory);
	check(plat_directory_make(run.directory, &error));
	scratch_write(path, text, strlen(text));
	toy.calls = 0;
	check(go(plan_resume) == PLAN_REFUSED && toy.calls == 0);
	check_text(error.message, "there is no run to resume");
	check(access(path, F_OK) == 0);
	/* The mirror was not told of the end by the machine that is lost. */
	json_array_remove(mirrored, json_array_size(mirrored) - 1);
	check(go(plan_resume) == PLAN_FINISHED && toy.calls == 0);
	aside = text_format("%s.superseded", path);
	check(access(path, F_OK) == 0 && access(aside, F_OK) == 0);
	free(aside);
	free(path);
	free(text);
	/* Nor was it by this one, which then tells it later. */
	json_array_remove(mirrored, json_array_size(mirrored) - 1);
	check(go(plan_resume) == PLAN_REFUSED);
	check_text(error.message, "there is no run to resume");
	check_text(entry_text(json_array_get(mirrored,
										 json_array_size(mirrored) - 1),
						  "event"), "finish");
}

static void
test_progress(void)
{
	char	   *text;
	pid_t		pid;

	begin();
	fflush(NULL);
	pid = fork();
	if (pid == 0)
	{
		PlanProgress progress;

		if (freopen(scratch_path("stderr"), "w", stderr) == NULL)
			_exit(1);
		progress_begin(&progress, NULL, mem_strdup("Copy"));
		plan_progress(&progress, "too early");
		progress.line.started -= 3000;
		plan_progress_amount(&progress, 25, 100, "kB");
		plan_progress_amount(&progress, 30, 100, "kB");
		progress.line.told -= 20000;
		plan_progress_amount(&progress, 7, 0, "rows");
		progress_end(&progress);
		progress_begin(&progress, NULL, mem_strdup("Quick"));
		progress_end(&progress);
		fclose(stderr);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	text = scratch_read(scratch_path("stderr"));
	check_text(text, "qsrepl: Copy: 25 of 100 kB (25 %), 9 s left\n"
			   "qsrepl: Copy: 7 rows\nqsrepl: Copy: 3.0 s\n");
	free(text);
}

int
main(void)
{
	scratch_begin();
	test_whole();
	test_step_fails();
	test_abort();
	test_point_of_no_return();
	test_hook();
	test_cancel();
	test_dry_run();
	test_document();
	test_refused();
	test_flipped();
	test_torn();
	test_truncated();
	test_two();
	test_no_journal();
	test_full_midway();
	test_mirror();
	test_stale();
	test_mirror_fails();
	test_contradiction();
	test_progress();
	json_decref(mirrored_before);
	json_decref(mirrored);
	error_free(&error);
	return harness_finish();
}
