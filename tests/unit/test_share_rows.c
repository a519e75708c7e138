/*
 * test_share_rows.c
 *		Rows against a share's files, pairs of files of two lists, canaries.
 */
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "scratch.h"
#include "platform/below.h"
#include "share/content.h"
#include "share/external.h"
#include "share/rows.h"
#include "share/row_table.h"

#define APP "0e7f1a2b-3c4d-4e5f-8a9b-0123456789ab"
#define APP2 "1e7f1a2b-3c4d-4e5f-8a9b-0123456789ab"
#define APP3 "2e7f1a2b-3c4d-4e5f-8a9b-0123456789ab"

static Arena arena;

/* What was judged, which results point into. */
static ShareList judged[8];
static size_t n_judged;
static const char *mirrored[] = {"Apps", "StaticContent", NULL};
static const char *left_out[] = {"*.tmp", NULL};
static const ConfigShare share = {
	.name = "content",.mirror = {mirrored, 2},.leave_out = {left_out, 1}
};

static void
add(ShareList *list, const ShareRules *rules, const char *path, int size,
	ShareKind kind)
{
	const ShareEntry entry = {
		.path = path,.size = (uint64_t) size,.mtime_ns = 1000000000,
		.kind = (unsigned char) kind
	};

	share_list_add(list, rules, &entry);
}

/* Files of the list, with a NULL behind them; "path/" is a folder. */
static void
fill(ShareList *list, const ShareRules *rules, const char *const *paths)
{
	share_list_begin(list, rules);
	for (; *paths != NULL; paths++)
	{
		char	   *path = arena_strdup(&arena, *paths);
		size_t		len = strlen(path);
		bool		folder = path[len - 1] == '/';

		if (folder)
			path[len - 1] = '\0';
		add(list, rules, path, strstr(path, "empty") != NULL || folder ? 0 : 5,
			folder ? SHARE_FOLDER : SHARE_FILE);
	}
	share_list_end(list, 0);
}

static void
judge(const SiteContent *content, const char *const *paths, const char *root,
	  ShareRows *rows)
{
	ShareRules	rules;
	ShareList  *list = &judged[n_judged++];

	share_rules_make(&share, &arena, &rules);
	fill(list, &rules, paths);
	share_rows_judge(content, list, &rules, root, &arena, rows);
}

static void
test_apps(void)
{
	SiteApp		apps[] = {{APP, "Sales", -1}, {APP2, NULL, 100.0}, {APP3, "Gone",
	-1}};
	SiteContent content = {.apps = apps,.n_apps = 3,.apps_known = true};
	const char *const paths[] = {
		"Apps/", "Apps/0E7F1A2B-3C4D-4E5F-8A9B-0123456789AB",
		"Apps/" APP ".lock", "Apps/" APP2 ".qvf", "Apps/stray", "Apps/other/",
		"Apps/other/x", NULL
	};
	ShareRows	rows;

	judge(&content, paths, "\\\\CN\\Qlik", &rows);
	check(rows.apps.rows == 3);
	check(rows.apps.found == 2);
	check(rows.apps.missing == 1);
	check_text(rows.apps.examples[0].path, "Apps/" APP3);
	check_text(rows.apps.examples[0].what, "Gone");
	check(!rows.apps.examples[0].empty);
	/* The second one's row was changed after its file. */
	check(rows.apps.older == 1);
	check(rows.apps.strays == 2);
	check(rows.apps.stray_bytes == 10);
	check_text(rows.apps.stray_examples[0], "Apps/other/x");
	check_text(rows.references.left_out,
			   "the databases have no table of static content");
	check(share_rows_missing(&rows) == 1);
}

static void
test_empty_app(void)
{
	SiteApp		apps[] = {{"empty", "Sales", -1}};
	SiteFolder	folder = {"AppFolder", "\\\\cn\\qlik\\StaticContent\\Apps\\"};
	SiteContent content = {
		.apps = apps,.n_apps = 1,.apps_known = true,.folders = &folder,
		.n_folders = 1
	};
	const char *const paths[] = {"StaticContent/Apps/empty", NULL};
	ShareRows	rows;

	judge(&content, paths, "\\\\CN\\Qlik", &rows);
	check(rows.apps.missing == 1 && rows.apps.examples[0].empty);
	check_text(rows.apps.folder, "StaticContent/Apps");
	judge(&content, paths, "\\\\CN\\Other", &rows);
	check_text(rows.apps.left_out, "folder \"\\\\cn\\qlik\\StaticContent\\"
			   "Apps\\\" is not on this share");
	folder.path = "\\\\CN\\Qlik\\Elsewhere";
	judge(&content, paths, "\\\\CN\\Qlik", &rows);
	check_text(rows.apps.left_out, "folder \"Elsewhere\" is not replicated");
	check(share_rows_missing(&rows) == 0);
}

static void
test_references(void)
{
	SiteReference references[] = {
		{"T", "Content\\Default\\a.png"}, {"T", "/content/default/B.PNG"},
		{"T", "\\\\CN\\Qlik\\StaticContent\\x\\c.js"},
		{"T", "\\\\CN\\Other\\d.js"}, {"T", "C:\\ProgramData\\e.js"},
		{"T", "Content/left.tmp"}, {"T", "Content/../../up"},
		{"T", "Extensions\\whole"}, {"T", "Content/lost.png"}
	};
	SiteContent content = {
		.references = references,.n_references = 9,.references_known = true
	};
	const char *const paths[] = {
		"StaticContent/", "StaticContent/Content/Default/a.png",
		"StaticContent/Content/Default/b.png", "StaticContent/X/C.js",
		"StaticContent/Extensions/whole/", "StaticContent/nobody",
		"StaticContent/Extensions/whole/part/one.js", NULL
	};
	ShareRows	rows;

	judge(&content, paths, "\\\\CN\\Qlik", &rows);
	check(rows.references.rows == 9);
	check(rows.references.found == 4);
	check(rows.references.missing == 1);
	check_text(rows.references.examples[0].path,
			   "StaticContent/Content/lost.png");
	check_text(rows.references.examples[0].what, "T");
	check(rows.references.elsewhere == 4);
	check(rows.references.strays == 1);
	check_text(rows.references.stray_examples[0], "StaticContent/nobody");
	check_text(rows.apps.left_out, "the databases have no table of apps");
}

static void
test_table(void)
{
	RowTable	table;

	row_table_make(&table, 1000, &arena);
	for (int i = 0; i < 1000; i++)
		row_table_add(&table, arena_printf(&arena, "name %d", i));
	row_table_add(&table, "name 1");
	check(row_table_find(&table, "name 1", 6) != NULL);
	check(row_table_find(&table, "name 1000", 9) == NULL);
	check(row_table_find(&table, "name 1000", 8) ==
		  row_table_find(&table, "name 100", 8));
	check(row_table_find(&table, "name", 4) == NULL);
}

static void
test_pairs(void)
{
	const char *const left[] = {
		"Apps/a", "Apps/B", "Apps/c", "Apps/d/", "Apps/only", "Apps/empty", NULL
	};
	const char *const right[] = {
		"Apps/a", "Apps/b", "Apps/c/", "Apps/d", "Apps/right", "Apps/empty",
		NULL
	};
	ShareRules	rules;
	ShareList	lists[2];
	SharePairs	pairs;

	share_rules_make(&share, &arena, &rules);
	fill(&lists[0], &rules, left);
	fill(&lists[1], &rules, right);
	share_pairs_make(&lists[0], &lists[1], &pairs);
	check(pairs.n == 3);
	check(pairs.bytes == 10);
	check_text(pairs.list[0].source->path, "Apps/a");
	check_text(pairs.list[1].source->path, "Apps/empty");
	check_text(pairs.list[2].source->path, "Apps/B");
	check_text(pairs.list[2].target->path, "Apps/b");
	share_pairs_free(&pairs);
	share_list_free(&lists[0]);
	share_list_free(&lists[1]);
}

static void
check_canary(const char *text, const char *problem)
{
	ShareCanary canary;
	Error		error = ERROR_NONE;
	bool		good = share_canary_parse(text, strlen(text), &arena, &canary,
										  &error);

	check(good == (problem == NULL));
	if (problem != NULL)
		check_text(error.message, problem);
	error_free(&error);
}

static void
test_canary(void)
{
	const ShareCanary canary = {"con\"tent", "A", 3, 17, 1700000000000};
	ShareCanary read;
	Error		error = ERROR_NONE;
	char	   *text = share_canary_format(&canary);
	static const char damaged[] =
	"could not read the canary: file \".qsrepl-canary\" is damaged";

	check(share_canary_parse(text, strlen(text), &arena, &read, &error));
	check_text(read.share, "con\"tent");
	check_text(read.site, "A");
	check(read.epoch == 3 && read.number == 17 &&
		  read.time_ms == 1700000000000);
	free(text);
	check_canary("", damaged);
	check_canary("[]", damaged);
	check_canary("{\"version\":1}", damaged);
	check_canary("{\"version\":1,\"share\":\"x\",\"site\":\"A\",\"epoch\":-1,"
				 "\"number\":1,\"time_ms\":1}", damaged);
	check_canary("{\"version\":2}", "could not read the canary: its version 2 "
				 "is newer than this program");
	check_canary("{\"version\":1,\"share\":\"x\",\"site\":\"A\",\"epoch\":1,"
				 "\"number\":1,\"time_ms\":1,\"more\":[]}", NULL);
}

static void
take(void *arg, const void *bytes, size_t len)
{
	text_add_bytes(arg, bytes, len);
}

/* Read it, or fail for a reason: the one of both that is not NULL. */
static void
check_below(const char *root, const char *path, const char *content,
			const char *reason)
{
	Text		text = {NULL, 0, 0};
	Error		error = ERROR_NONE;
	bool		good = plat_below_read(root, path, take, &text, &error);
	char	   *message = text_format("could not read file \"%s/%s\": %s", root,
									  path, reason != NULL ? reason : "");

	check_text(good ? text.bytes : error.message,
			   content != NULL ? content : message);
	free(message);
	text_free(&text);
	error_free(&error);
}

static void
test_below(void)
{
	const char *root = scratch_begin();

	scratch_write(scratch_path("file"), "content", 7);
	check_below(root, "file", "content", NULL);
	check_below(root, "none", NULL, "No such file or directory");
	check_below("/nowhere", "file", NULL, "No such file or directory");
	check_below(root, "file/x", NULL, "Not a directory");
	check_below("/proc/self", "cwd/file", NULL, "Not a directory");
	check_below("/proc/self", "exe", NULL, "Too many levels of symbolic links");
	check_below("/", "dev", NULL, "Too many levels of symbolic links");
}

int
main(void)
{
	test_apps();
	test_empty_app();
	test_references();
	test_table();
	test_pairs();
	test_canary();
	test_below();
	for (size_t i = 0; i < n_judged; i++)
		share_list_free(&judged[i]);
	arena_free(&arena);
	return harness_finish();
}
