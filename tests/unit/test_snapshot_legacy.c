/*
 * test_snapshot_legacy.c
 *		Settings.cmd, and folders of the Snapshots tool.
 */
#define _GNU_SOURCE
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"
#include "platform/platform.h"
#include "scratch.h"
#include "snapshot/legacy.h"

static Error error;
static Arena arena;

static SnapshotSettings
parsed(const char *text)
{
	SnapshotSettings settings;

	snapshot_settings_parse(text, strlen(text), &arena, &settings);
	return settings;
}

static void
test_settings(void)
{
	SnapshotSettings settings = parsed("SET Apps=\\\\CN\\QlikShare\\Apps\r\n"
									   "SET StaticContent=\\\\CN\\QlikShare\\"
									   "StaticContent  \r\n"
									   "set archivedlogs=D:\\Logs\t\r\n"
									   "SET RootFolder=\\\\CN\\Qlik Share\n"
									   "SET CustomData=\"\\\\CN\\X\\"
									   "CustomData\"");

	check_text(settings.apps, "\\\\CN\\QlikShare\\Apps");
	check_text(settings.static_content, "\\\\CN\\QlikShare\\StaticContent");
	check_text(settings.archived_logs, "D:\\Logs");
	check_text(settings.root, "\\\\CN\\Qlik Share");
	check_text(settings.custom_data, "\\\\CN\\X\\CustomData");
	check(!settings.foreign);
}

static void
test_ways(void)
{
	check_text(parsed("\xef\xbb\xbfSET Apps=a").apps, "a");
	check_text(parsed("@SET Apps = a b ").apps, "a b");
	check_text(parsed("  SET \"Apps=a b\" & rem").apps, "a b");
	check_text(parsed("SET Apps=a=b").apps, "a=b");
	check_text(parsed("SET Apps=a\nSET Apps=b").apps, "b");
	check_text(parsed("SET\tApps=a").apps, "a");
	check_text(parsed("SET Apps=\"a b").apps, "a b");
	check_text(parsed("SET Apps=\xc3\xa4").apps, "\xc3\xa4");
	check(parsed("SET Apps=").apps == NULL);
	check(parsed("SET Apps=a\nSET Apps=").apps == NULL);
	check(parsed("SET Apps").apps == NULL);
	check(parsed("SETX Apps=a").apps == NULL);
	check(parsed("REM SET Apps=a").apps == NULL);
	check(parsed("SET /P Apps=a").apps == NULL);
	check(parsed("SET AppsX=a").apps == NULL);
	check(parsed("SET =a").apps == NULL);
	check(parsed("SET ").apps == NULL);
	check(parsed("").apps == NULL);
}

/* Of a code page that nobody knows, or with control characters. */
static void
test_foreign(void)
{
	SnapshotSettings settings = parsed("SET Apps=\\\\CN\\B\x81" "cher\n"
									   "SET RootFolder=a");

	check(settings.apps == NULL && settings.foreign);
	check_text(settings.root, "a");
	settings = parsed("SET Apps=a\001b");
	check(settings.apps == NULL && settings.foreign);
}

static void
test_long(void)
{
	Text		text = {NULL, 0, 0};
	SnapshotSettings settings;

	text_add(&text, "SET Apps=");
	while (text.len < 5000)
		text_add(&text, "x");
	text_add(&text, "\nSET RootFolder=a\n");
	while (text.len < SNAPSHOT_SETTINGS_MAX)
		text_add(&text, "REM\n");
	text_add(&text, "SET StaticContent=a\n");
	snapshot_settings_parse(text.bytes, text.len, &arena, &settings);
	check(settings.apps == NULL && settings.static_content == NULL);
	check_text(settings.root, "a");
	text_free(&text);
}

static void
put(const char *name, const char *content)
{
	const char *path = scratch_path("%s", name);

	check(plat_file_write(path, content, strlen(content), false, &error));
}

static void
folder(const char *name)
{
	const char *path = scratch_path("%s", name);

	check(plat_directory_make(path, &error));
}

static void
make_folder(void)
{
	folder("old");
	put("old/QSR_backup.tar", "tar");
	put("old/SenseServices_backup.tar", "tar2");
	put("old/Settings.cmd", "SET Apps=\\\\CN\\QlikShare\\Apps\r\n"
		"SET StaticContent=\\\\cn\\qlikshare\\StaticContent\r\n"
		"SET ArchivedLogs=\\\\LOGS\\x\\ArchivedLogs\r\n"
		"SET RootFolder=\\\\CN\\QlikShare\r\n");
	put("old/root.pfx", "root");
	put("old/client.pfx", "client");
	put("old/Host.cfg", "Q04=");
	folder("old/apps");
	put("old/apps/one.qvf", "app");
	folder("old/apps/empty");
	folder("old/StaticContent");
	folder("old/StaticContent/a");
	put("old/StaticContent/a/x.png", "picture");
	folder("old/ArchivedLogs");
	folder("old/PostGreConf");
	put("old/PostGreConf/postgresql.conf", "port = 4432");
}

static const SnapshotPart *
part(const Snapshot *snapshot, SnapshotPartKind kind, size_t number)
{
	for (size_t i = 0; i < snapshot->n_parts; i++)
		if (snapshot->parts[i].kind == kind && number-- == 0)
			return &snapshot->parts[i];
	return NULL;
}

static void
test_folder(const char *directory)
{
	Snapshot	snapshot;

	memset(&snapshot, 0, sizeof(snapshot));
	check(snapshot_is_legacy(directory));
	check(snapshot_read_legacy(directory, &snapshot, &error));
	check(snapshot.legacy && snapshot.site == NULL);
	check_text(snapshot.name, "old");
	check(snapshot.n_databases == 2);
	check_text(snapshot.databases[0].name, "QSR");
	check_text(snapshot.databases[1].dump, "SenseServices_backup.tar");
	check(snapshot.n_files == 9 && snapshot.ended_ms > 0);
	check(snapshot_find(&snapshot, "apps/one.qvf")->size == 3);
	check(snapshot.n_shares == 2);
	check(snapshot.shares[0].n_folders == 2);
	check_text(snapshot.shares[0].root, "\\\\CN\\QlikShare");
	check_text(snapshot.shares[0].folders[0].name, "apps");
	check(snapshot.shares[0].folders[0].mirror);
	check_text(snapshot.shares[1].root, "\\\\LOGS\\x");
	check(!snapshot.shares[1].folders[0].mirror);
	check(part(&snapshot, SNAPSHOT_PART_SHARE, 0)->files == 2);
	check(part(&snapshot, SNAPSHOT_PART_SHARE, 0)->bytes == 10);
	check(part(&snapshot, SNAPSHOT_PART_SERVER, 0)->files == 2);
	check(part(&snapshot, SNAPSHOT_PART_CERTIFICATES, 0)->files == 2);
	check(snapshot.n_directories == 2);
	check_text(snapshot.directories[0], "ArchivedLogs");
	check_text(snapshot.directories[1], "apps/empty");
	snapshot_free(&snapshot);
}

/* The share of the configuration by the mapping's values, or its folders. */
static void
test_match(const char *directory)
{
	ConfigMappingValue values[] = {
		{.site = "A",.value = "//cn/QLIKSHARE/",.current = true},
		{.site = "B",.value = "\\\\BCN\\Qlik$",.current = true}
	};
	ConfigMapping mapping = {.name = "share",.values = values,.n_values = 2};
	const char *const words[] = {"ArchivedLogs", "Apps"};
	ConfigShare shares[] = {
		{.name = "main",.mapping = "share"},
		{.name = "logs",.mirror = {words, 2}}
	};
	Config		config;
	Snapshot	snapshot;

	memset(&config, 0, sizeof(config));
	config.mappings = &mapping;
	config.n_mappings = 1;
	config.shares = shares;
	config.n_shares = 2;
	memset(&snapshot, 0, sizeof(snapshot));
	check(snapshot_read_legacy(directory, &snapshot, &error));
	snapshot_legacy_match(&snapshot, &config);
	check_text(snapshot.site, "A");
	check_text(snapshot.shares[0].name, "main");
	check_text(snapshot.shares[0].mapping, "share");
	check_text(snapshot.shares[1].name, "logs");
	check_text(part(&snapshot, SNAPSHOT_PART_SHARE, 1)->name, "logs");
	snapshot_free(&snapshot);
	config.n_shares = 1;
	memset(&snapshot, 0, sizeof(snapshot));
	check(snapshot_read_legacy(directory, &snapshot, &error));
	snapshot_legacy_match(&snapshot, &config);
	check_text(snapshot.shares[1].name, "");
	check(snapshot.n_notes == 1);
	check_text(snapshot.notes[0].path, "ArchivedLogs");
	snapshot_free(&snapshot);
}

static void
test_links(const char *directory)
{
	const char *link = scratch_path("old/apps/link.qvf");
	const char *wrong = scratch_path("old/apps/a\\b");
	Snapshot	snapshot;

	memset(&snapshot, 0, sizeof(snapshot));
	check(symlink("/etc/passwd", link) == 0);
	check(snapshot_read_legacy(directory, &snapshot, &error));
	check(snapshot.n_files == 9 && snapshot.n_notes == 1);
	check_text(snapshot.notes[0].path, "apps/link.qvf");
	snapshot_free(&snapshot);
	check(mkdir(wrong, 0700) == 0);
	memset(&snapshot, 0, sizeof(snapshot));
	check(!snapshot_read_legacy(directory, &snapshot, &error));
	check_text(error.message, "\"apps/a\\b\" is no name for a file of a "
			   "snapshot");
	snapshot_free(&snapshot);
}

static void
test_nothing(void)
{
	const char *directory;
	Snapshot	snapshot;

	memset(&snapshot, 0, sizeof(snapshot));
	folder("none");
	put("none/Settings.cmd", "SET Apps=a");
	directory = scratch_path("none");
	check(!snapshot_is_legacy(directory));
	check(!snapshot_read_legacy(directory, &snapshot, &error));
	check_text(error.detail, "It has no file as \"QSR_backup.tar\".");
	snapshot_free(&snapshot);
	check(!snapshot_is_legacy("/nonexistent"));
}

int
main(void)
{
	const char *directory;

	test_settings();
	test_ways();
	test_foreign();
	test_long();
	scratch_begin();
	make_folder();
	directory = scratch_path("old");
	test_folder(directory);
	test_match(directory);
	test_links(directory);
	test_nothing();
	arena_free(&arena);
	error_free(&error);
	return harness_finish();
}
