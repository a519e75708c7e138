/*
 * clean.h
 *		What a copy has left that does not belong to the snapshot.
 */
#ifndef CMD_SNAPSHOT_CLEAN_H
#define CMD_SNAPSHOT_CLEAN_H

#include <stdbool.h>

#include "base/error.h"

/*
 * snapshot_clean
 *		Remove what is not in the manifest, or in the list of encrypted files,
 *		from the directory of a snapshot that is still coming: halves of files,
 *		and what an earlier copy under the name had.  Nothing where there is no
 *		list that can be read.
 *
 * in: encrypted: what is coming is
 */
extern bool snapshot_clean(const char *directory, bool encrypted,
						   Error *error);

#endif							/* CMD_SNAPSHOT_CLEAN_H */
