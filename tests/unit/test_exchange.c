/*
 * test_exchange.c
 *		Content put into place and back: as a list, and killed anywhere.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "exchange/exchange.h"
#include "harness.h"
#include "platform/below.h"
#include "random.h"
#include "scratch.h"

#define FILES 30
#define FOLDERS 6
#define MADE 4					/* folders from here on are made, or dropped */
#define DROPPED 5

static Error error;
static const char *root;
static ExchangePlace place = {NULL, ".trash/work", NULL, NULL};
static Random source;
static char paths[FILES][32];
static char folders[FOLDERS][32];

static void
add_look(Text *text, const char *path)
{
	PlatBelow	found;
	char	   *whole = text_format("%s/%s", root, path);
	char	   *content;

	check(plat_below_look(root, path, &found, &error));
	text_addf(text, "%s %d %lld", path, found.exists ? (int) found.kind : -1,
			  found.exists ? (long long) found.modified_ns : 0);
	content = found.exists && found.kind == PLAT_FILE ?
		scratch_read(whole) : NULL;
	text_addf(text, " %s\n", content != NULL ? content : "");
	free(content);
	free(whole);
}

/* All that could be there, with times and contents; freed by the caller. */
static char *
look(bool with_folders)
{
	Text		text = {NULL, 0, 0};

	for (size_t i = 0; i < FILES; i++)
		add_look(&text, paths[i]);
	for (size_t i = 0; with_folders && i < FOLDERS; i++)
		add_look(&text, folders[i]);
	return text_take(&text);
}

static void
put(const char *path, const char *content)
{
	char	   *whole = text_format("%s/%s", root, path);

	scratch_write(whole, content, strlen(content));
	check(plat_below_set_time(root, path, 1000000000 +
							  (int64_t) random_below(&source, 1000000),
							  &error));
	free(whole);
}

static void
make_folder(const char *path)
{
	check(plat_below_make(root, path, &error));
}

/* Old content, new content, and the operations from one to the other. */
static void
begin(ExchangeList *list)
{
	scratch_remove(root);
	mkdir(root, 0700);
	make_folder(".trash");
	make_folder(place.work);
	make_folder(".trash/work/new");
	for (size_t i = 0; i < FOLDERS; i++)
	{
		char	   *staged = text_format(".trash/work/new/%s", folders[i]);

		make_folder(staged);
		free(staged);
		if (i != MADE)
			make_folder(folders[i]);
	}
	for (size_t i = 0; i < FILES; i++)
		if (i % FOLDERS != MADE && random_below(&source, 3) > 0)
			put(paths[i], "old");
	for (size_t i = 0; i < FOLDERS; i++)
		if (i != MADE)
		{
			check(plat_below_set_time(root, folders[i], 77, &error));
			exchange_add(list, EXCHANGE_TIME, folders[i], 77);
		}
	exchange_add(list, EXCHANGE_MAKE, folders[MADE], 0);
}

static void
choose(ExchangeList *list)
{
	for (size_t i = 0; i < FILES; i++)
	{
		PlatBelow	found;
		char	   *staged = text_format(".trash/work/new/%s", paths[i]);

		check(plat_below_look(root, paths[i], &found, &error));
		if (i % FOLDERS == DROPPED || random_one_in(&source, 4))
		{
			if (found.exists)
				exchange_add(list, EXCHANGE_REMOVE, paths[i], 0);
		}
		else if (!random_one_in(&source, 3))
		{
			put(staged, "new");
			exchange_add(list, found.exists ? EXCHANGE_REPLACE :
						 EXCHANGE_ADD, paths[i], 0);
		}
		free(staged);
	}
	exchange_add(list, EXCHANGE_DROP, folders[DROPPED], 0);
	check(exchange_write(&place, list, &error));
}

typedef bool (*Exchange) (const ExchangePlace *place,
						  const ExchangeList *list, Error *error);

/* Do it in a process that is killed after a while; was it? */
static bool
killed(Exchange exchange, const ExchangeList *list)
{
	struct timespec wait = {0, (long) random_below(&source, 1500000)};
	pid_t		child = fork();
	int			status;

	if (child == 0)
		_exit(exchange(&place, list, &error) ? 0 : 1);
	nanosleep(&wait, NULL);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	return WIFSIGNALED(status);
}

/* Killed there, killed on the way back, and back: nothing has changed. */
static void
there_and_back(const ExchangeList *list, unsigned long *kills)
{
	char	   *before = look(true);
	char	   *after;

	*kills += killed(exchange_apply, list);
	*kills += killed(exchange_undo, list);
	check(exchange_undo(&place, list, &error));
	after = look(true);
	check_text(after, before);
	free(after);
	free(before);
}

/* Killed there, and gone on with: as if it had never been. */
static void
there(const ExchangeList *list, unsigned long *kills)
{
	bool		killed_once = killed(exchange_apply, list);
	PlatBelow	found;
	char	   *first;
	char	   *second;

	*kills += killed_once;
	check(exchange_apply(&place, list, &error));
	first = look(false);
	check(exchange_apply(&place, list, &error));
	second = look(false);
	check_text(second, first);
	for (size_t i = 0; i < list->n; i++)
	{
		ExchangeKind kind = list->operations[i].kind;

		check(plat_below_look(root, list->operations[i].path, &found,
							  &error));
		if (kind != EXCHANGE_TIME)
			check(found.exists == (kind == EXCHANGE_ADD ||
								   kind == EXCHANGE_REPLACE ||
								   kind == EXCHANGE_MAKE));
	}
	free(first);
	free(second);
}

static void
test_rounds(void)
{
	unsigned long rounds = harness_rounds("EXCHANGE_ROUNDS", 40);
	unsigned long kills = 0;
	PlatBelow	found;

	for (unsigned long i = 0; i < rounds; i++)
	{
		ExchangeList list = {NULL, 0, 0};

		begin(&list);
		choose(&list);
		there_and_back(&list, &kills);
		there(&list, &kills);
		check(exchange_finish(&place, ".trash/kept", &error));
		check(plat_below_look(root, place.work, &found, &error));
		check(!found.exists);
		exchange_free(&list);
	}
	check(kills > 0);
}

static void
test_list(void)
{
	ExchangeList list = {NULL, 0, 0};
	ExchangeList again = {NULL, 0, 0};
	Arena		arena = {NULL};
	Text		text = {NULL, 0, 0};
	bool		is_there;

	exchange_add(&list, EXCHANGE_TIME, "a b", -5);
	exchange_add(&list, EXCHANGE_ADD, "c/\xff\n d", 0);
	exchange_format(&list, &text);
	check(exchange_parse(text.bytes, text.len, &arena, &again, &error));
	check(again.n == 2 && again.operations[0].time_ns == -5);
	check_text(again.operations[1].path, "c/\xff\n d");
	exchange_free(&again);
	/* What was cut off is none. */
	for (size_t len = 0; len < text.len; len++)
	{
		check(!exchange_parse(text.bytes, len, &arena, &again, &error));
		check_text(error.message, "the list of operations is damaged");
		error_free(&error);
	}
	text_free(&text);
	exchange_free(&list);
	/* Nothing leads out of the root. */
	exchange_add(&list, EXCHANGE_REMOVE, "a/../../x", 0);
	exchange_format(&list, &text);
	check(!exchange_parse(text.bytes, text.len, &arena, &again, &error));
	error_free(&error);
	text_free(&text);
	exchange_free(&list);
	check(exchange_read(&(ExchangePlace)
						{
		root, ".nothing", NULL, NULL
	},
		&arena, &list, &is_there, &error));
	check(!is_there);
	arena_free(&arena);
}

/* A link on the way is not followed, and nothing is overwritten. */
static void
test_below(void)
{
	const char *outside = scratch_path("outside");
	char	   *link = text_format("%s/link", root);
	PlatBelow	found;
	const PlatBelowCopy copy = {.from = "/nowhere/x",.root = root,.path = "y",
	.like = "y"};

	scratch_remove(root);
	mkdir(root, 0700);
	mkdir(outside, 0700);
	check(symlink(outside, link) == 0);
	put("file", "content");
	put("other", "content");
	check(plat_below_look(root, "link/x", &found, &error) && !found.exists);
	check(plat_below_look(root, "link", &found, &error) &&
		  found.kind == PLAT_LINK);
	check(!plat_below_rename(root, "file", "link/file", &error));
	error_free(&error);
	check(!plat_below_rename(root, "file", "other", &error));
	error_free(&error);
	check(!plat_below_make(root, "link/new", &error));
	error_free(&error);
	check(!plat_below_copy(&copy, &error));
	check_text(error.message, "could not open file \"/nowhere/x\": No such "
			   "file or directory");
	error_free(&error);
	check(plat_below_make(root, "full", &error));
	put("full/x", "content");
	check(plat_below_remove(root, "full", &error));
	check(plat_below_look(root, "full", &found, &error) && found.exists);
	free(link);
}

/* Work has gone on in between, with the same names: it does not get stuck. */
static void
test_meanwhile(void)
{
	ExchangeList list = {NULL, 0, 0};
	PlatBelow	found;

	scratch_remove(root);
	mkdir(root, 0700);
	make_folder(".trash");
	make_folder(place.work);
	make_folder("f");
	make_folder("g");
	put("f/removed", "old");
	put("g/x", "old");
	exchange_add(&list, EXCHANGE_REMOVE, "f/removed", 0);
	exchange_add(&list, EXCHANGE_REMOVE, "g/x", 0);
	exchange_add(&list, EXCHANGE_DROP, "g", 0);
	check(exchange_write(&place, &list, &error));
	check(exchange_apply(&place, &list, &error));
	put("f/removed", "later");
	make_folder("g");
	put("g/other", "later");
	check(exchange_undo(&place, &list, &error));
	check(exchange_undo(&place, &list, &error));
	check(plat_below_look(root, "f/removed", &found, &error) &&
		  found.exists && found.size == 3);
	check(plat_below_look(root, "g/x", &found, &error) && found.exists);
	check(plat_below_look(root, "g/other", &found, &error) && found.exists);
	check(exchange_discard(&place, &error));
	exchange_free(&list);
}

int
main(void)
{
	source.state = harness_seed();
	scratch_begin();
	root = scratch_path("root");
	place.root = root;
	for (size_t i = 0; i < FOLDERS; i++)
		snprintf(folders[i], sizeof(folders[i]), "d%zu", i);
	for (size_t i = 0; i < FILES; i++)
		snprintf(paths[i], sizeof(paths[i]), "d%zu/f%zu", i % FOLDERS, i);
	test_list();
	test_meanwhile();
	test_rounds();
	test_below();
	return harness_finish();
}
