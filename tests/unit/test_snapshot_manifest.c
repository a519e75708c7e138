/*
 * test_snapshot_manifest.c
 *		Manifests: what is written is read, whatever the names are; and what
 *		somebody has changed is refused.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "harness.h"
#include "random.h"
#include "snapshot/manifest.h"

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static Error error;

/* One with everything in it, of the caller's files. */
static void
fill(Snapshot *snapshot, SnapshotFile *files, size_t n)
{
	static SnapshotSetting settings[] = {
		{NULL, "work_mem", "7MB"}, {"role", "a", "b=c"}
	};
	static SnapshotTable tables[] = {{"public", "It's", 17}};
	static SnapshotDatabase databases[] = {
		{.name = "QSR",.dump = "databases/QSR",.owner = "o",.acl = "{}",
			.connections = -1,.lsn = "0/1",.timeline = 3,.recovery = true,
			.time_ms = 1,.server_version = 150020,.site = "A",.epoch = 4,
		.settings = settings,.n_settings = 2,.tables = tables,.n_tables = 1}
	};
	static SnapshotFolder folders[] = {{"Apps", true}, {"Logs", false}};
	static const char *leave_out[] = {"*.log"};
	static SnapshotShare shares[] = {
		{"Qlik", "/srv/qlik", "\\\\CN\\Qlik", "share", folders, 2, leave_out, 1}
	};
	static SnapshotValue values[] = {{"share", "path", "A", "\\\\CN\\Qlik"}};
	static SnapshotPart parts[] = {
		{SNAPSHOT_PART_SHARE, "Qlik", "share/Qlik", 1, 2, 3, 4}
	};
	static SnapshotNote notes[] = {{"link", "share/x", NULL}};
	static const char *directories[] = {"share/Qlik/empty"};

	memset(snapshot, 0, sizeof(*snapshot));
	snapshot->name = "n";
	snapshot->kind = SNAPSHOT_FIXED;
	snapshot->site = "A";
	snapshot->made_by = "unit";
	snapshot->mode = "physical";
	snapshot->role = "active";
	snapshot->epoch = 4;
	snapshot->databases = databases;
	snapshot->n_databases = 1;
	snapshot->shares = shares;
	snapshot->n_shares = 1;
	snapshot->values = values;
	snapshot->n_values = 1;
	snapshot->parts = parts;
	snapshot->n_parts = 1;
	snapshot->notes = notes;
	snapshot->n_notes = 1;
	snapshot->directories = directories;
	snapshot->n_directories = 1;
	snapshot->files = files;
	snapshot->n_files = n;
}

/* Is a text read, and written again as the same? */
static bool
comes_back(const Text *text)
{
	Snapshot	snapshot = {.directory = NULL};
	Text		again = {NULL, 0, 0};
	bool		good = snapshot_manifest_parse(text->bytes, text->len,
											   &snapshot, &error);

	if (good)
		snapshot_manifest_write(&snapshot, &again);
	good = good && again.len == text->len &&
		memcmp(again.bytes, text->bytes, text->len) == 0;
	text_free(&again);
	snapshot_free(&snapshot);
	return good;
}

static SnapshotFile
file(const char *path)
{
	return (SnapshotFile)
	{
		.path = path,.size = 7,.modified_ns = -1,.sha256 = SHA
	};
}

static void
test_whole(void)
{
	Snapshot	snapshot;
	Snapshot	read = {.directory = NULL};
	Text		text = {NULL, 0, 0};
	SnapshotFile files[] = {file("a"), file("b/\"q\"\n"), file("b/\xE4")};

	files[0].inode = 5;
	files[0].changed_ns = INT64_MAX;
	files[1].unstable = true;
	fill(&snapshot, files, 3);
	snapshot_manifest_write(&snapshot, &text);
	check(comes_back(&text));
	check(snapshot_manifest_parse(text.bytes, text.len, &read, &error));
	check(read.n_files == 3 && read.files[0].inode == 5 &&
		  read.files[0].changed_ns == INT64_MAX && read.files[1].unstable);
	check_text(read.files[1].path, "b/\"q\"\n");
	check_text(read.files[2].path, "b/\xE4");
	check_text(read.databases[0].settings[1].value, "b=c");
	check(read.databases[0].settings[0].role == NULL);
	check(snapshot_find(&read, "b/\xE4") == &read.files[2]);
	check(snapshot_find(&read, "b") == NULL);
	check(snapshot_database(&read, "QSR") == &read.databases[0]);
	check(snapshot_share(&read, "other") == NULL);
	snapshot_free(&read);
	text_free(&text);
	fill(&snapshot, NULL, 0);
	snapshot_manifest_write(&snapshot, &text);
	check(comes_back(&text));
	text_free(&text);
}

/* What is wrong with a manifest in which one string is another. */
static const char *
problem(const char *from, const char *to)
{
	Snapshot	snapshot;
	Snapshot	read = {.directory = NULL};
	SnapshotFile files[] = {file("a/x"), file("b"), file("c")};
	Text		text = {NULL, 0, 0};
	Text		changed = {NULL, 0, 0};
	const char *at;

	fill(&snapshot, files, 3);
	snapshot_manifest_write(&snapshot, &text);
	at = strstr(text.bytes, from);
	check(at != NULL);
	text_add_bytes(&changed, text.bytes, (size_t) (at - text.bytes));
	text_add(&changed, to);
	text_add(&changed, at + strlen(from));
	error_free(&error);
	if (snapshot_manifest_parse(changed.bytes, changed.len, &read, &error))
		error_set(&error, "accepted", NULL, "accepted");
	snapshot_free(&read);
	text_free(&text);
	text_free(&changed);
	return error.detail != NULL ? error.detail : error.message;
}

#define ELSEWHERE(number) \
	"File " #number " of its list has a path that may lead elsewhere."
#define FORM(number) \
	"File " #number " of its list is not in the form of a file."
#define MEMBER(name) \
	"Member \"" name "\" is missing, or not what it should be."

static void
test_paths(void)
{
	static const char *const bad[] = {
		"..", "../b", "b/..", "/b", "b/", "b//c", "./b", "b/.", "",
		"b\\u005c..\\u005cc"
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
	{
		char	   *to = text_format("{\"path\": \"%s\"", bad[i]);

		check_text(problem("{\"path\": \"b\"", to), ELSEWHERE(2));
		free(to);
	}
	check_text(problem("\"b\"", "\"c\""),
			   "File 3 of its list comes twice, or is out of order.");
	check_text(problem("\"b\"", "\"A\""),
			   "File 2 of its list comes twice, or is out of order.");
	check_text(problem("\"a/x\"", "\"a\""), "accepted");
	check_text(problem("\"b\"", "\"a/x/y\""),
			   "File 2 of its list is below another file.");
	check_text(problem("share/Qlik/empty", "../x"), MEMBER("directories"));
	check_text(problem("share/Qlik/empty", "a/x"),
			   "A directory of it is a file, too.");
	check_text(problem("share/Qlik/empty", "b/x"),
			   "A directory of it is a file, too.");
	check_text(problem("\"databases/QSR\"", "\"/etc\""), MEMBER("dump"));
	check_text(problem("\"share/Qlik\"", "\"share/../..\""), MEMBER("path"));
	check_text(problem("\"Apps\"", "\"../Apps\""), MEMBER("name"));
	check_text(problem("\"name\": \"Qlik\"", "\"name\": \"a/b\""),
			   MEMBER("name"));
}

static void
test_forms(void)
{
	check_text(problem("\"size\": 7", "\"size\": -7"), FORM(1));
	check_text(problem("\"size\": 7", "\"size\": 07"), FORM(1));
	check_text(problem("\"size\": 7", "\"size\": 9223372036854775808"),
			   FORM(1));
	check_text(problem("\"modified\": -1", "\"modified\": -0"), FORM(1));
	check_text(problem(SHA, "0123"), FORM(1));
	check_text(problem("\"b\"", "\"\\u0062\""), FORM(2));
	check_text(problem("\"b\"", "\"\xE4\""), FORM(2));
	check_text(problem("\"b\"", "\"b\tc\""), FORM(2));
	check_text(problem("\"b\"", "\"b\\u000A\""), FORM(2));
	check_text(problem("\"b\"", "\"b\\u000a\""), "accepted");
	check_text(problem("\"b\"", "\"b\\u007f\""), FORM(2));
	check_text(problem("\"b\"", "\"b\\u0000\""), FORM(2));
	check_text(problem("\"path\": \"b\"", "\"path_base64\": \"5A==\""),
			   "File 3 of its list comes twice, or is out of order.");
	check_text(problem("\"path\": \"b\"", "\"path_base64\": \"5B==\""),
			   FORM(2));
	check_text(problem(SHA "\"}", SHA "\", \"inode\": 0, \"changed\": 0}"),
			   FORM(1));
	check_text(problem(SHA "\"}", SHA "\", \"inode\": 1, \"changed\": 0}"),
			   "accepted");
	check_text(problem("\"path\": \"b\"", "\"path_base64\": \"Yg==\""),
			   FORM(2));
	check_text(problem("\"}\n]}", "\"},\n]}"),
			   "Its list of files does not end as it should.");
	check_text(problem("\n]}\n", "\n]}\n "),
			   "Its list of files does not end as it should.");
	check_text(problem("\n\"files\": [\n", "\n\"files\":[\n"),
			   "It has no list of files.");
	check_text(problem("\"version\": 1", "\"version\": \"1\""),
			   MEMBER("version"));
	check_text(problem("\"version\": 1", "\"version\": 1, \"version\": 1"),
			   "What is before its list of files is no JSON.");
	check_text(problem("\"kind\": \"fixed\"", "\"kind\": \"x\""),
			   MEMBER("kind"));
	check_text(problem("\"recovery\": true", "\"recovery\": 1"),
			   MEMBER("recovery"));
	check_text(problem("\"rows\": 17", "\"rows\": -1"), MEMBER("rows"));
	check_text(problem("\"begun_ms\": 0", "\"begun_ms\": 99999999999999999"),
			   MEMBER("begun_ms"));
	check_text(problem("\"version\": 1", "\"version\": 2"),
			   "the manifest has version 2, and this qsrepl reads up to 1");
	check_text(problem("\"epoch\": 4", "\"later\": {}, \"epoch\": 4"),
			   "accepted");
}

/* Each byte of a list of files counts. */
static void
test_flips(void)
{
	Snapshot	snapshot;
	SnapshotFile files[] = {file("a"), file("b\t")};
	Text		text = {NULL, 0, 0};
	size_t		list;

	fill(&snapshot, files, 2);
	snapshot_manifest_write(&snapshot, &text);
	list = (size_t) (strstr(text.bytes, "\"files\"") - text.bytes);
	for (size_t i = list; i < text.len; i++)
	{
		Snapshot	read = {.directory = NULL};
		char		byte = text.bytes[i];

		text.bytes[i] = (char) (byte ^ 1);
		error_free(&error);
		/* Another name or number may be right by itself, but is written so. */
		check(!snapshot_manifest_parse(text.bytes, text.len, &read, &error) ||
			  comes_back(&text));
		text.bytes[i] = byte;
		snapshot_free(&read);
	}
	text_free(&text);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(((const SnapshotFile *) a)->path,
				  ((const SnapshotFile *) b)->path);
}

/* Names of any bytes that a file may have. */
static void
test_random(Random *random)
{
	SnapshotFile files[20];
	Snapshot	snapshot;
	Text		text = {NULL, 0, 0};
	size_t		n = random_below(random, 20);

	for (size_t i = 0; i < n; i++)
	{
		char		name[40];
		size_t		len = 1 + random_below(random, 30);

		for (size_t j = 0; j < len; j++)
		{
			name[j] = (char) (1 + random_below(random, 255));
			if (name[j] == '/' || name[j] == '\\' || name[j] == '.')
				name[j] = 'x';
		}
		name[len] = '\0';
		files[i] = file(NULL);
		files[i].path = text_format("d%lu/%s", (unsigned long) i, name);
		files[i].size = random_next(random) >> 1;
		files[i].modified_ns = (int64_t) random_next(random);
		files[i].inode = random_one_in(random, 2) ? 0 :
			(random_next(random) >> 1) + 1;
		files[i].changed_ns = files[i].inode == 0 ? 0 :
			(int64_t) (random_next(random) >> 2);
		files[i].unstable = random_one_in(random, 5);
	}
	qsort(files, n, sizeof(files[0]), compare);
	fill(&snapshot, files, n);
	snapshot_manifest_write(&snapshot, &text);
	if (comes_back(&text))
		harness_passed(1);
	else
	{
		harness_failed();
		harness_print("manifest", text.bytes, text.len);
	}
	for (size_t i = 0; i < n; i++)
		free((void *) (uintptr_t) files[i].path);
	text_free(&text);
}

static void
test_names(void)
{
	check(snapshot_name_check("A-20261126T181541Z", &error));
	check(snapshot_name_check("daily \xC3\xA4", &error));
	check(snapshot_path_is_safe("a/b c/\n"));
	check(!snapshot_path_is_safe("a\\b"));
	check(!snapshot_name_check("", &error));
	check_text(error.detail, "It is empty.");
	check(!snapshot_name_check("a?", &error));
	check_text(error.message, "invalid name of a snapshot");
}

int
main(void)
{
	Random		random = {harness_seed()};
	unsigned long rounds = harness_rounds("QSREPL_MANIFESTS", 2000);

	test_whole();
	test_paths();
	test_forms();
	test_flips();
	test_names();
	for (unsigned long i = 0; i < rounds; i++)
		test_random(&random);
	error_free(&error);
	return harness_finish();
}
