/*
 * legacy.h
 *		Folders that the Snapshots tool (Snapshots.cmd) has made.
 *
 *	QSR_backup.tar ...		pg_dump --format=tar, a file a database
 *	Settings.cmd			where the share's folders were: SET Apps=\\CN\...
 *	root.pfx server.pfx client.pfx, Host.cfg
 *	Apps/ StaticContent/ ArchivedLogs/ CustomData/
 *	ExportedCertificates/ PostGreConf/
 *
 * Old versions have less of it; one dump is enough.  snapshot_read() comes here
 * by itself, and who has read a snapshot does not see a difference but in
 * this: "legacy" is set; files have no hash; the path of a share's part is
 * empty, as its folders are at the top; names of shares, and the site, are
 * known only after snapshot_legacy_match().
 */
#ifndef SNAPSHOT_LEGACY_H
#define SNAPSHOT_LEGACY_H

#include "config/config.h"
#include "snapshot/snapshot.h"

/* The password that the Snapshots tool gives to each PFX file. */
#define SNAPSHOT_LEGACY_PASSWORD "QlikSense"

/* A longer one is not that tool's. */
#define SNAPSHOT_SETTINGS_MAX ((size_t) 64 * 1024)

/* Does a folder look like one of that tool's? */
extern bool snapshot_is_legacy(const char *directory);

/*
 * snapshot_read_legacy
 *		Look into such a folder.
 *
 * out:    *snapshot: zeroed before; freed with snapshot_free(), also after an
 *         error
 * errors: no dump is there; a name that no path may have.  Links are left out
 *         and noted
 */
extern bool snapshot_read_legacy(const char *directory, Snapshot *snapshot,
								 Error *error);

/*
 * snapshot_legacy_match
 *		Give the shares of such a snapshot the names of the configuration's:
 *		by the value that a mapping has at a site, else by the names of their
 *		folders; and the site where the values tell it.
 *
 * A share that is nothing's there keeps an empty name, with a note.  Nothing
 * happens to a snapshot that is not legacy.
 */
extern void snapshot_legacy_match(Snapshot *snapshot, const Config *config);

/* What Settings.cmd says; NULL: nothing, or not in UTF-8. */
typedef struct SnapshotSettings
{
	const char *root;			/* RootFolder */
	const char *apps;
	const char *static_content;
	const char *archived_logs;
	const char *custom_data;
	bool		foreign;		/* a value is not UTF-8, and was left out */
} SnapshotSettings;

/*
 * snapshot_settings_parse
 *		Read the lines "SET NAME=VALUE" of Settings.cmd; whatever else is in it
 *		is passed over, as are bytes behind SNAPSHOT_SETTINGS_MAX.
 *
 * out: *settings: strings in the arena
 */
extern void snapshot_settings_parse(const char *bytes, size_t len,
									Arena *arena, SnapshotSettings *settings);

#endif							/* SNAPSHOT_LEGACY_H */
