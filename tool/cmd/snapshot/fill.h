/*
 * fill.h
 *		What a snapshot is made of.
 */
#ifndef CMD_SNAPSHOT_FILL_H
#define CMD_SNAPSHOT_FILL_H

#include "cmd/snapshot/snapshot.h"
#include "progress/progress.h"
#include "snapshot/create.h"

/* What is made, and what for. */
typedef struct SnapshotMaking
{
	const Config *config;
	const SnapshotRequest *request;
	SnapshotWork work;
	Progress	progress;
	const char *certificate;	/* NULL: not encrypted */
	int			code;			/* where something fails now */
} SnapshotMaking;

/*
 * cmd_snapshot_fill
 *		Put everything into a snapshot that has begun: certificates, databases,
 *		shares, configuration.
 *
 * errors: making->code is the exit code
 */
extern bool cmd_snapshot_fill(SnapshotMaking *making, Error *error);

#endif							/* CMD_SNAPSHOT_FILL_H */
