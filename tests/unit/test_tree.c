/*
 * test_tree.c
 *		Walking through a directory.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "harness.h"
#include "platform/tree.h"
#include "scratch.h"

static Error error;

/* What was seen, a line each; skip and stop are at paths. */
typedef struct Seen
{
	Text		text;
	const char *skip;
	const char *stop;
	size_t		n;
} Seen;

static PlatVisit
see(void *arg, const PlatEntry *entry)
{
	static const char kinds[] = "fdlo";
	Seen	   *seen = arg;

	seen->n++;
	text_addf(&seen->text, "%c %s;", kinds[entry->kind], entry->path);
	if (entry->kind == PLAT_FILE)
		check(entry->size == 5 && entry->inode != 0 &&
			  entry->modified_ns == INT64_C(1000000007) &&
			  entry->changed_ns > entry->modified_ns);
	if (seen->stop != NULL && strcmp(entry->path, seen->stop) == 0)
		return PLAT_VISIT_STOP;
	return seen->skip != NULL && strcmp(entry->path, seen->skip) == 0 ?
		PLAT_VISIT_SKIP : PLAT_VISIT_GO_ON;
}

static void
make(const char *name)
{
	const struct timespec times[2] = {{1, 7}, {1, 7}};

	scratch_write(scratch_path("%s", name), "12345", 5);
	check(utimensat(AT_FDCWD, scratch_path("%s", name), times, 0) == 0);
}

static void
test_walk(void)
{
	Seen		seen = {.skip = NULL};

	mkdir(scratch_path("root"), 0700);
	mkdir(scratch_path("root/a b"), 0700);
	mkdir(scratch_path("root/a b/c"), 0700);
	mkdir(scratch_path("outside"), 0700);
	make("outside/secret");
	make("root/a b/c/'x\n\"");
	check(symlink("../outside", scratch_path("root/a b/link")) == 0);
	check(plat_tree_walk(scratch_path("root"), see, &seen, &error));
	check(seen.n == 4);
	check(strstr(seen.text.bytes, "d a b;") != NULL);
	check(strstr(seen.text.bytes, "l a b/link;") != NULL);
	check(strstr(seen.text.bytes, "d a b/c;f a b/c/'x\n\";") != NULL);
	check(strstr(seen.text.bytes, "secret") == NULL);
	text_free(&seen.text);

	seen = (Seen)
	{
		.skip = "a b"
	};
	check(plat_tree_walk(scratch_path("root"), see, &seen, &error));
	check_text(seen.text.bytes, "d a b;");
	text_free(&seen.text);
	seen = (Seen)
	{
		.stop = "a b"
	};
	check(!plat_tree_walk(scratch_path("root"), see, &seen, &error));
	check(error.message == NULL && seen.n == 1);
	text_free(&seen.text);
}

/* In the order of names' bytes, whatever the file system's own is. */
static void
test_order(void)
{
	static const char *const names[] = {
		"z", "a-", "B", "10", "a.b", "\xC3\xA4", "9", "b", " "
	};
	Seen		seen = {.skip = NULL};

	mkdir(scratch_path("order"), 0700);
	mkdir(scratch_path("order/a"), 0700);
	make("order/a/x");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		char	   *path = text_format("order/%s", names[i]);

		make(path);
		free(path);
	}
	check(plat_tree_walk(scratch_path("order"), see, &seen, &error));
	check_text(seen.text.bytes, "f  ;f 10;f 9;f B;d a;f a/x;f a-;f a.b;f b;f z;"
			   "f \xC3\xA4;");
	text_free(&seen.text);
}

/* What cannot be listed is not taken for empty. */
static void
test_refused(void)
{
	Seen		seen = {.skip = NULL};
	Text		deep = {NULL, 0, 0};

	check(!plat_tree_walk(scratch_path("no"), see, &seen, &error));
	check(strstr(error.message, "could not open directory \"") != NULL);
	text_add(&deep, scratch_path("deep"));
	for (int i = 0; i < 205; i++)
	{
		mkdir(deep.bytes, 0700);
		text_add(&deep, "/d");
	}
	check(!plat_tree_walk(scratch_path("deep"), see, &seen, &error));
	check(strstr(error.message, "/d/d\": File name too long") != NULL);
	check(plat_tree_sync(scratch_path("root"), &error));
	check(!plat_tree_sync(scratch_path("no"), &error));
	text_free(&deep);
	text_free(&seen.text);
	error_free(&error);
}

int
main(void)
{
	scratch_begin();
	test_walk();
	test_order();
	test_refused();
	return harness_finish();
}
