/*
 * rules.h
 *		Which of a share's content counts, by the configuration: known folders,
 *		and what is left out of them.
 *
 * Paths are relative to the share's root, with '/' between names and neither
 * at the begin nor at the end.  Case is ignored, as Windows does.
 */
#ifndef SHARE_RULES_H
#define SHARE_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/text.h"
#include "config/config.h"

/* What is ours in the root, and never anybody's content. */
#define SHARE_MARKER ".qsrepl-share.json"
#define SHARE_TRASH ".qsrepl-trash"
#define SHARE_PARTIAL ".qsrepl-partial"
#define SHARE_CANARY ".qsrepl-canary"
#define SHARE_PROOF ".qsrepl-proof-"	/* the beginning of names */

typedef enum ShareRule
{
	SHARE_OUTSIDE,				/* in no known folder, or left out */
	SHARE_ABOVE,				/* a folder on the way to a known one */
	SHARE_MIRROR,				/* becomes the same, deletions included */
	SHARE_ADD					/* nothing is deleted at the target */
} ShareRule;

/* A known folder. */
typedef struct ShareFolder
{
	const char *path;			/* as configured, with '/' */
	const char *folded;
	ShareRule	rule;			/* SHARE_MIRROR or SHARE_ADD */
} ShareFolder;

/* Made once of a [share]; only read afterwards. */
typedef struct ShareRules
{
	ShareFolder *folders;		/* in the configuration's order */
	size_t		n_folders;
	const char **names;			/* folded patterns for one name, any depth */
	size_t		n_names;
	const char **paths;			/* folded patterns for a whole path */
	size_t		n_paths;
} ShareRules;

/* Everything is in the arena; the share is not needed afterwards. */
extern void share_rules_make(const ConfigShare *share, Arena *arena,
							 ShareRules *rules);

/*
 * share_rule_of
 *		What a path is, with all above it.  In what is SHARE_OUTSIDE nothing
 *		counts.
 *
 * out: SHARE_MIRROR, SHARE_ADD: the folder itself, too; folder (may be NULL):
 *      its index in rules->folders
 */
extern ShareRule share_rule_of(const ShareRules *rules, const char *path,
							   size_t *folder);

/* The same of a path that is folded (fold.h) already. */
extern ShareRule share_rule_of_folded(const ShareRules *rules,
									  const char *folded, size_t *folder);

#endif							/* SHARE_RULES_H */
