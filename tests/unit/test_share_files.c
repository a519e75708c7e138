/*
 * test_share_files.c
 *		What is read of a share that others have written: lists of rsync,
 *		markers, records, names of the trash.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "harness.h"
#include "platform/directory.h"
#include "scratch.h"
#include "share/marker.h"
#include "share/record.h"
#include "share/rsync_call.h"
#include "share/rsync_filter.h"
#include "share/rsync_parse.h"
#include "share/trash.h"

static Arena arena;
static Error error;

static bool
parse(const char *line, ShareEntry *entry)
{
	return share_rsync_line(arena_strdup(&arena, line), entry);
}

static void
test_lines(void)
{
	ShareEntry	entry;

	check(parse("-rw-r--r--           12 2026/11/23 00:52:02 Apps/one",
				&entry));
	check_text(entry.path, "Apps/one");
	check(entry.size == 12 && entry.kind == SHARE_FILE);
	check(entry.mtime_ns == INT64_C(1795395122) * 1000000000);
	check(parse("drwxr-xr-x 4096 1970/01/01 00:00:00 .", &entry));
	check(entry.kind == SHARE_FOLDER && entry.mtime_ns == 0);
	check(parse("lrwxrwxrwx 11 2024/02/29 23:59:59 a -> /etc/passwd",
				&entry));
	check_text(entry.path, "a");
	check(entry.kind == SHARE_LINK &&
		  entry.mtime_ns == INT64_C(1709251199) * 1000000000);
	check(parse("prw-r--r-- 0 1969/12/31 23:59:58 p", &entry));
	check(entry.kind == SHARE_SPECIAL && entry.mtime_ns == -2000000000);
	/* names */
	check(parse("-rw-r--r-- 0 2026/11/23 00:52:02  lead -> x ", &entry));
	check_text(entry.path, " lead -> x ");
	check(parse("-rw-r--r-- 0 2026/11/23 00:52:02 n\\#012\\#134#012\\#",
				&entry));
	check_text(entry.path, "n\n\\#012\\#");
	check(parse("-rw-r--r-- 0 2026/11/23 00:52:02 \\#377\\#400\\#08", &entry));
	check_text(entry.path, "\xff\\#400\\#08");
	/* far away */
	check(parse("-rw-r--r-- 0 9999/11/23 00:52:02 x", &entry));
	check(entry.mtime_ns > 0);
	check(parse("-rw-r--r-- 0 0001/11/23 00:52:02 x", &entry));
	check(entry.mtime_ns < 0);
	check(parse("-rw-r--r-- 999999999999999999 2026/11/23 00:52:02 x",
				&entry));
	check(entry.size == UINT64_C(999999999999999999));
}

static void
test_no_lines(void)
{
	static const char *const none[] = {
		"", "-", "Welcome", "sending incremental file list",
		"-rw-r--r--  2026/11/23 00:52:02 x", "-rw-r--r-- 1,234 2026/11/23 "
		"00:52:02 x", "-rw-r--r-- 1 2026/11/23 00:52:02 ",
		"-rw-r--r-- 1 2026/11/23 00:52:02", "-rw-r--r-- 1 2026/13/23 00:52:02 "
		"x", "-rw-r--r-- 1 2026/11/32 00:52:02 x", "-rw-r--r-- 1 2026/11/23 "
		"24:52:02 x", "-rw-r--r-- 1 2026-11-23 00:52:02 x",
		"-rw-r--r-- 1 20261/11/23 00:52:02 x", "xrw-r--r-- 1 2026/11/23 "
		"00:52:02 x", "-rw-r--r--1 2026/11/23 00:52:02 x",
		"-rw-r--r-- 9999999999999999999 2026/11/23 00:52:02 x",
		"-rw-r--r-- 1 2026/11/23 00:52:02 a\\#000b", NULL
	};
	ShareEntry	entry;

	for (size_t i = 0; none[i] != NULL; i++)
		if (!check(!parse(none[i], &entry)))
			harness_print("line", none[i], strlen(none[i]));
}

static void
test_filter(void)
{
	static const char *const mirror[] = {"Apps", "a*/\xc3\xa9\xc3\xa9x"};
	const ConfigShare share = {.mirror = {mirror, 2}};
	const ShareAccess access = {.place = "/x",.here = true,.share = &share};
	ShareRules	rules;
	ShareRsync	rsync;

	share_rules_make(&share, &arena, &rules);
	share_rsync_begin(&rsync, &access);
	share_rsync_filter(&rsync, &rules);
	check(rsync.n == 7);
	check_text(rsync.argv[1], "--include=/[Aa][Pp][Pp][Ss]");
	check_text(rsync.argv[2], "--include=/[Aa][Pp][Pp][Ss]/**");
	check_text(rsync.argv[3], "--include=/[Aa]\\*");
	check_text(rsync.argv[4], "--include=/[Aa]\\*/*[Xx]");
	check_text(rsync.argv[5], "--include=/[Aa]\\*/*[Xx]/**");
	check_text(rsync.argv[6], "--exclude=/**");
	share_rsync_end(&rsync);
}

/* Secrets stay in files; words of ssh keep their blanks. */
static void
test_call(void)
{
	static const char *const words[] = {"ssh", "-i", "a b", "say \"x\""};
	ConfigShare share = {
		.ssh_command = {words, 4},.password_file = "/etc/secret"
	};
	ShareAccess access = {.place = "files-a:/srv",.share = &share};
	ShareRsync	rsync;

	share_rsync_begin(&rsync, &access);
	check_text(rsync.environment[2],
			   "RSYNC_RSH=\"ssh\" \"-i\" \"a b\" 'say \"x\"'");
	check(rsync.n == 2 && rsync.environment[3] == NULL);
	share_rsync_add_place(&rsync, &access, "");
	check_text(rsync.argv[2], "files-a:/srv/");
	share_rsync_end(&rsync);
	access.place = "rsync://u@files-a/module";
	share_rsync_begin(&rsync, &access);
	check(rsync.environment[2] == NULL && rsync.n == 5);
	check_text(rsync.argv[4], "--password-file=/etc/secret");
	share_rsync_end(&rsync);
}

static void
test_marker(void)
{
	ShareMarker marker = {
		"qlik", "A", 3, SHARE_TARGET,
		{"B", 2, 1795395122123, 1795395123001, true, 5, 6, 7, 8}
	};
	ShareMarker back;
	char	   *text = share_marker_format(&marker);

	check(share_marker_parse(text, strlen(text), &arena, &back, &error));
	check_text(back.share, "qlik");
	check_text(back.site, "A");
	check(back.epoch == 3 && back.role == SHARE_TARGET);
	check_text(back.last.from, "B");
	check(back.last.epoch == 2 && back.last.complete &&
		  back.last.began_ms == 1795395122123 &&
		  back.last.ended_ms == 1795395123001 && back.last.files == 5 &&
		  back.last.bytes == 6 && back.last.copied == 7 &&
		  back.last.removed == 8);
	/* cut anywhere it is no marker */
	for (size_t len = 0; len < strlen(text) - 2; len++)
		if (!check(!share_marker_parse(text, len, &arena, &back, &error)))
			break;
	free(text);
	marker.last.from = NULL;
	marker.role = SHARE_SOURCE;
	text = share_marker_format(&marker);
	check(share_marker_parse(text, strlen(text), &arena, &back, &error));
	check(back.last.from == NULL && back.role == SHARE_SOURCE);
	check(share_behind_ms(&back.last) == -1);
	free(text);
}

static void
test_trash(void)
{
	char		stamp[SHARE_STAMP_SIZE];

	share_trash_stamp(1795395122123, stamp);
	check_text(stamp, "20261123T005202.123Z");
	check(share_trash_time(stamp) == 1795395122123);
	check(share_trash_time("20261123T005202.123") == -1);
	check(share_trash_time("20261123T005202.123Z.mine") == -1);
	check(share_trash_time("salvage-20261123T005202.123Z") == -1);
	check(share_trash_time("20261323T005202.123Z") == -1);
	check(share_trash_time("") == -1);
	check(share_trash_time("new") == -1);
}

static void
test_record(void)
{
	Config		config = {.journal_directory = scratch_path("journal")};
	const ConfigShare share = {.name = "qlik"};
	ShareRecord record = {
		"qlik", "A", "B", {"A", 1, 1000, 2000, false, 1, 2, 3, 4}, 1500,
		"it broke", 60000
	};
	ShareRecord back;
	bool		there;

	check(share_record_read(&config, &share, &arena, &back, &there, &error));
	check(!there);
	check(plat_directory_make(scratch_path("journal"), &error));
	check(plat_directory_make(scratch_path("journal/share"), &error));
	check(share_record_write(&config, &share, &record, &error));
	check(share_record_read(&config, &share, &arena, &back, &there, &error));
	check(there && back.tried_ms == 1500 && back.watch_ms == 60000 &&
		  !back.last.complete && back.last.copied == 3);
	check_text(back.problem, "it broke");
	check_text(back.to, "B");
	check(share_behind_ms(&back.last) > 1000000);
	scratch_write(scratch_path("journal/share/qlik.json"), "[", 1);
	check(!share_record_read(&config, &share, &arena, &back, &there, &error));
	check(strstr(error.message, "is damaged") != NULL);
	scratch_write(scratch_path("journal/share/qlik.json"), "{}", 2);
	check(!share_record_read(&config, &share, &arena, &back, &there, &error));
	check_text(error.detail, "it names no share");
}

int
main(void)
{
	scratch_begin();
	test_lines();
	test_no_lines();
	test_filter();
	test_call();
	test_marker();
	test_trash();
	test_record();
	error_free(&error);
	arena_free(&arena);
	return harness_finish();
}
