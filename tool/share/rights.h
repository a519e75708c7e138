/*
 * rights.h
 *		Whether a file system keeps the rights that Windows gives to files.
 */
#ifndef SHARE_RIGHTS_H
#define SHARE_RIGHTS_H

#include "platform/mount.h"

/* Why it does not, for "... is WHY"; NULL: it may keep them. */
extern const char *share_rights_lost(const PlatMount *mount);

#endif							/* SHARE_RIGHTS_H */
