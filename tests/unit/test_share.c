/*
 * test_share.c
 *		Rules, lists and differences of shares.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "harness.h"
#include "random.h"
#include "share/diff.h"
#include "share/fold.h"
#include "share/list.h"
#include "share/rules.h"

static Arena arena;
static ShareRules rules;

#define SECOND INT64_C(1000000000)

static void
make_rules(void)
{
	static const char *const mirror[] = {"Apps", "Static\\Deep", "D\xc3\xa9p"};
	static const char *const add[] = {"Logs"};
	static const char *const leave_out[] = {
		"Temp*", "?.tmp", "Apps/x/*.log", "Logs\\Old"
	};
	const ConfigShare share = {
		.mirror = {mirror, 3},.add = {add, 1},.leave_out = {leave_out, 4}
	};

	share_rules_make(&share, &arena, &rules);
}

static void
test_fold(void)
{
	check_text(share_fold(&arena, "aZ09_."), "AZ09_.");
	check_text(share_fold(&arena, "\xc3\xa9\xc3\x9f\xd0\xb6\xce\xb1"),
			   "\xc3\x89\xc3\x9f\xd0\x96\xce\x91");
	/* y with diaeresis, long s, and a capital of stride two */
	check_text(share_fold(&arena, "\xc3\xbf\xc4\x81"), "\xc5\xb8\xc4\x80");
	/* not UTF-8, cut short, and beyond the first 65536 */
	check_text(share_fold(&arena, "a\xff\xc3"), "A\xff\xc3");
	check_text(share_fold(&arena, "\xf0\x90\x90\xa8"), "\xf0\x90\x90\xa8");
	check_text(share_fold(&arena, ""), "");
}

/* Is a path below Apps left out by one pattern? */
static bool
leaves_out(const char *pattern, const char *path)
{
	static const char *const mirror[] = {"Apps"};
	const ConfigShare share = {
		.mirror = {mirror, 1},.leave_out = {&pattern, 1}
	};
	ShareRules	one;

	share_rules_make(&share, &arena, &one);
	return share_rule_of(&one, path, NULL) == SHARE_OUTSIDE;
}

static void
test_patterns(void)
{
	check(leaves_out("Apps/*", "Apps/ABC"));
	check(leaves_out("A*C", "Apps/AXXC") && !leaves_out("A*C", "Apps/AXXCD"));
	check(leaves_out("*a*A*1", "Apps/XAYAZ1"));
	check(!leaves_out("*a*A*1", "Apps/XAZ1"));
	check(leaves_out("?", "Apps/\xc3\x89") && !leaves_out("?", "Apps/AB"));
	check(leaves_out("A?", "Apps/AB") && !leaves_out("A?", "Apps/A"));
	check(leaves_out("B**", "Apps/B"));
	check(!leaves_out("Apps/A?B/C", "Apps/A/B/C"));
	check(leaves_out("Apps/*/B", "Apps/A/B"));
	check(!leaves_out("Apps/*/B", "Apps/A/C/B"));
	/* no matter how many * there are */
	check(!leaves_out("*A*A*A*A*A*A*A*A*A*A*B",
					  "Apps/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
}

static void
test_rules(void)
{
	size_t		folder = 99;

	check(share_rule_of(&rules, "Apps", &folder) == SHARE_MIRROR);
	check(folder == 0);
	check(share_rule_of(&rules, "apps/x/Y", NULL) == SHARE_MIRROR);
	check(share_rule_of(&rules, "Appsx", NULL) == SHARE_OUTSIDE);
	check(share_rule_of(&rules, "Apps2/x", NULL) == SHARE_OUTSIDE);
	check(share_rule_of(&rules, "x/Apps", NULL) == SHARE_OUTSIDE);
	check(share_rule_of(&rules, "static", NULL) == SHARE_ABOVE);
	check(share_rule_of(&rules, "static/other", NULL) == SHARE_OUTSIDE);
	check(share_rule_of(&rules, "static/DEEP/x", &folder) == SHARE_MIRROR);
	check(folder == 1);
	check(share_rule_of(&rules, "D\xc3\x89P/x", NULL) == SHARE_MIRROR);
	check(share_rule_of(&rules, "logs/x", &folder) == SHARE_ADD && folder == 3);
	/* left out: by name at any depth, as a whole path, ours */
	check(share_rule_of(&rules, "Apps/tempContent/x/y", NULL) ==
		  SHARE_OUTSIDE);
	check(share_rule_of(&rules, "Apps/a.tmp", NULL) == SHARE_OUTSIDE);
	check(share_rule_of(&rules, "Apps/ab.tmp", NULL) == SHARE_MIRROR);
	check(share_rule_of(&rules, "Apps/x/y.log", NULL) == SHARE_OUTSIDE);
	check(share_rule_of(&rules, "Apps/x/z/y.log", NULL) == SHARE_MIRROR);
	check(share_rule_of(&rules, "Logs/old/x", NULL) == SHARE_OUTSIDE);
	check(share_rule_of(&rules, "Apps/.qsrepl-partial/x", NULL) ==
		  SHARE_OUTSIDE);
	check(share_rule_of(&rules, ".qsrepl-trash/x", NULL) == SHARE_OUTSIDE);
	check(share_rule_of(&rules, "", NULL) == SHARE_OUTSIDE);
	/* one name with a '\' is no folder */
	check(share_rule_of(&rules, "Apps\\x", NULL) == SHARE_OUTSIDE);
}

/* Adds "PATH" of a kind, size and time. */
static bool
add(ShareList *list, const char *path, ShareKind kind, uint64_t size,
	int64_t mtime_ns)
{
	const ShareEntry entry = {
		.path = path,.size = size,.mtime_ns = mtime_ns,
		.kind = (unsigned char) kind
	};

	return share_list_add(list, &rules, &entry);
}

static void
test_list(void)
{
	ShareList	list;

	share_list_begin(&list, &rules);
	check(add(&list, "Apps", SHARE_FOLDER, 4096, 5));
	check(add(&list, "Apps/b", SHARE_FILE, 10, 5 * SECOND + 7));
	check(add(&list, "Apps/a", SHARE_FILE, 20, 5 * SECOND));
	check(add(&list, "Apps/a", SHARE_FILE, 20, 5 * SECOND));
	check(add(&list, "Static", SHARE_FOLDER, 0, 5));
	check(!add(&list, "Static/x", SHARE_FOLDER, 0, 5));
	check(!add(&list, "Other", SHARE_FOLDER, 0, 5));
	check(!add(&list, "Apps/Temp", SHARE_FOLDER, 0, 5));
	check(!add(&list, "Apps/d/.qsrepl-partial", SHARE_FOLDER, 0, 5));
	check(add(&list, "Apps/l", SHARE_LINK, 7, 5));
	/* what leads out of the root */
	check(!add(&list, "Apps/../x", SHARE_FILE, 1, 5));
	check(!add(&list, "Apps/./x", SHARE_FILE, 1, 5));
	check(!add(&list, "/Apps/x", SHARE_FILE, 1, 5));
	check(!add(&list, "Apps//x", SHARE_FILE, 1, 5));
	check(!add(&list, "Apps/", SHARE_FILE, 1, 5));
	check(!add(&list, "..", SHARE_FILE, 1, 5));
	share_list_end(&list, 1000);
	check(list.n == 4 && list.files == 2 && list.bytes == 30);
	check(list.folder_files[0] == 2 && list.folder_there[0]);
	check(!list.folder_there[1] && list.tolerance_ns == 1000);
	check(list.n_leftovers == 1 && list.strange == NULL);
	check_text(list.leftovers[0], "Apps/d/.qsrepl-partial");
	check_text(list.entries[1].path, "Apps/a");
	check(share_list_find(&list, "Apps/b")->size == 10);
	check(share_list_find(&list, "apps/b") == NULL);
	share_list_free(&list);

	/* what should be a folder and is none; times in whole seconds */
	share_list_begin(&list, &rules);
	add(&list, "Apps", SHARE_LINK, 0, 5);
	add(&list, "Logs/x", SHARE_FILE, 0, 3 * SECOND);
	share_list_end(&list, 1000);
	check_text(list.strange, "Apps");
	check(list.tolerance_ns == SECOND);
	check(share_list_find(&list, "Logs/x") != NULL);
	share_list_free(&list);
	share_list_begin(&list, &rules);
	add(&list, "Static", SHARE_FILE, 0, 4 * SECOND);
	add(&list, "Logs/x", SHARE_FILE, 0, 4 * SECOND);
	share_list_end(&list, 1000);
	check_text(list.strange, "Static");
	check(list.tolerance_ns == 2 * SECOND);
	share_list_free(&list);
	share_list_begin(&list, &rules);
	share_list_end(&list, 1000);
	check(list.n == 0 && share_list_find(&list, "x") == NULL);
	share_list_free(&list);
}

/* Lists from lines "KIND PATH SIZE TIME;", and what differs as "word path;". */
static void
fill(ShareList *list, const char *lines)
{
	static const char kinds[] = "fdls";

	share_list_begin(list, &rules);
	while (*lines != '\0')
	{
		char		path[64];
		char	   *end;
		size_t		len = strcspn(lines + 2, " ");
		uint64_t	size;
		ShareKind	kind = (ShareKind) (strchr(kinds, lines[0]) - kinds);

		memcpy(path, lines + 2, len);
		path[len] = '\0';
		size = strtoul(lines + 2 + len, &end, 10);
		add(list, path, kind, size, strtol(end, &end, 10) * SECOND + 1);
		lines = end + 1;
	}
	share_list_end(list, 1000);
}

static void
differ(const char *source, const char *target, bool one_case,
	   const char *expected, size_t risky)
{
	ShareList	here;
	ShareList	there;
	ShareDiff	diff;
	Text		text = {NULL, 0, 0};

	fill(&here, source);
	fill(&there, target);
	share_diff(&here, &there, one_case, &diff);
	for (size_t i = 0; i < diff.n; i++)
		text_addf(&text, "%s %s;", share_change_word(diff.items[i].change),
				  diff.items[i].source != NULL ? diff.items[i].source->path :
				  diff.items[i].target->path);
	check_text(text.bytes != NULL ? text.bytes : "", expected);
	check(share_diff_risky(&diff) == risky);
	text_free(&text);
	share_diff_free(&diff);
	share_list_free(&here);
	share_list_free(&there);
}

static void
test_diff(void)
{
	differ("f Apps/a 1 1;d Apps 0 1;", "f Apps/a 1 1;d Apps 0 9;", false, "",
		   0);
	differ("f Apps/a 1 1;f Apps/b 1 1;", "f Apps/b 1 1;", false,
		   "new Apps/a;", 0);
	differ("f Apps/a 1 5;", "f Apps/a 1 4;", false, "changed Apps/a;", 0);
	differ("f Apps/a 1 4;", "f Apps/a 2 4;", false, "changed Apps/a;", 0);
	differ("f Apps/a 1 4;", "f Apps/a 1 5;", false,
		   "newer at the target Apps/a;", 1);
	differ("f Apps/a 1 4;", "f Apps/a 1 4;f Apps/b 1 1;d Apps/c 0 1;", false,
		   "gone Apps/b;gone Apps/c;", 1);
	differ("f Logs/a 1 4;", "f Logs/a 1 4;f Logs/b 1 1;", false,
		   "extra Logs/b;", 0);
	/* kinds */
	differ("f Apps/a 1 4;", "d Apps/a 0 4;f Apps/a/b 1 1;", false,
		   "kind Apps/a;gone Apps/a/b;", 1);
	differ("d Apps/a 0 4;", "f Apps/a 1 4;", false, "kind Apps/a;", 1);
	differ("d Apps/a 0 4;", "l Apps/a 1 4;", false, "kind Apps/a;", 0);
	/* links at the source: nothing below them is judged */
	differ("l Apps/a 0 4;f Apps/a.x 1 1;",
		   "d Apps/a 0 4;f Apps/a.x 1 1;f Apps/a/b 1 1;f Apps/ab 1 1;", false,
		   "skipped Apps/a;extra Apps/a/b;gone Apps/ab;", 1);
	differ("s Apps/a 0 4;", "f Apps/a 1 4;", false, "skipped Apps/a;", 0);
	/* case, where the target has both */
	differ("f Apps/A 1 4;", "f Apps/a 1 4;", false, "new Apps/A;gone Apps/a;",
		   1);
	differ("f Apps/A 1 4;f Apps/a 2 4;", "", false,
		   "twin Apps/a;new Apps/A;new Apps/a;", 0);
	/* where it has one of them */
	differ("f Apps/A 1 4;", "f Apps/a 1 4;", true, "case Apps/A;", 0);
	differ("f Apps/A 1 5;", "f Apps/a 1 4;", true,
		   "case Apps/A;changed Apps/A;", 0);
	differ("f Apps/A 1 4;f Apps/a 2 4;", "", true,
		   "twin Apps/a;new Apps/A;", 0);
	differ("f Apps/A 1 4;f Apps/a 2 4;", "f Apps/a 2 4;", true,
		   "twin Apps/A;", 0);
	differ("f Apps/\xc3\xa9 1 4;", "f Apps/\xc3\x89 1 4;", true,
		   "case Apps/\xc3\xa9;", 0);
	/* proof that it has both: the other one may go */
	differ("f Apps/A 1 4;", "f Apps/a 1 4;f Apps/A 1 4;", true,
		   "gone Apps/a;", 1);
}

/* Doing what a difference says makes it none, whatever the lists are. */
static void
test_random(Random *random)
{
	Text		lines[2] = {{NULL, 0, 0}, {NULL, 0, 0}};
	ShareList	lists[2];
	ShareList	done;
	ShareDiff	diff;

	for (int side = 0; side < 2; side++)
	{
		text_add(&lines[side], "");
		for (size_t i = random_below(random, 30); i > 0; i--)
			text_addf(&lines[side], "f %s/%c%c %zu %zu;",
					  random_one_in(random, 4) ? "Logs" : "Apps",
					  "abAB"[random_below(random, 4)],
					  "xyXY"[random_below(random, 4)],
					  random_below(random, 2), random_below(random, 3));
		fill(&lists[side], lines[side].bytes);
	}
	share_diff(&lists[0], &lists[1], false, &diff);
	share_list_begin(&done, &rules);
	for (size_t i = 0; i < lists[1].n; i++)
	{
		bool		stays = true;

		for (size_t j = 0; j < diff.n; j++)
			if (diff.items[j].target == &lists[1].entries[i] &&
				diff.items[j].change != SHARE_TWIN)
				stays = diff.items[j].change == SHARE_EXTRA;
		if (stays)
			share_list_add(&done, &rules, &lists[1].entries[i]);
	}
	for (size_t j = 0; j < diff.n; j++)
		if (diff.items[j].change <= SHARE_NEWER)
			share_list_add(&done, &rules, diff.items[j].source);
	share_list_end(&done, 1000);
	share_diff_free(&diff);
	share_diff(&lists[0], &done, false, &diff);
	check(share_diff_is_none(&diff));
	share_diff_free(&diff);
	share_list_free(&done);
	for (int side = 0; side < 2; side++)
	{
		share_list_free(&lists[side]);
		text_free(&lines[side]);
	}
}

int
main(void)
{
	Random		random = {harness_seed()};

	make_rules();
	test_fold();
	test_patterns();
	test_rules();
	test_list();
	test_diff();
	for (unsigned long i = harness_rounds("QSREPL_SHARES", 2000); i > 0; i--)
		test_random(&random);
	arena_free(&arena);
	return harness_finish();
}
