/*
 * manifest.h
 *		A snapshot's manifest as bytes: snapshot.h has what is in it.
 */
#ifndef SNAPSHOT_MANIFEST_H
#define SNAPSHOT_MANIFEST_H

#include "base/text.h"
#include "snapshot/snapshot.h"

/* A longer manifest is refused: two million files. */
#define SNAPSHOT_MANIFEST_MAX ((size_t) 1024 * 1024 * 1024)

/*
 * snapshot_manifest_write
 *		The manifest of a snapshot.
 *
 * in:  files and directories sorted; directory and legacy are not written
 */
extern void snapshot_manifest_write(const Snapshot *snapshot, Text *text);

/*
 * snapshot_manifest_parse
 *		Read such bytes, which may be anybody's.
 *
 * in:     bytes: with a NUL behind them
 * out:    *snapshot: zeroed before; freed with snapshot_free(), also after an
 *         error
 * errors: "invalid manifest", with a detail
 */
extern bool snapshot_manifest_parse(const char *bytes, size_t len,
									Snapshot *snapshot, Error *error);

/* The line of manifest.json.sha256; freed by the caller. */
extern char *snapshot_manifest_sum(const Text *manifest);

#endif							/* SNAPSHOT_MANIFEST_H */
