/*
 * list.h
 *		What is in a share's known folders: one walk, sorted, to be compared.
 *
 * A list is filled by an access (access.h), or by share_list_add() from
 * anything else that has paths, sizes and times (a manifest).
 */
#ifndef SHARE_LIST_H
#define SHARE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "share/rules.h"

typedef enum ShareKind
{
	SHARE_FILE,
	SHARE_FOLDER,
	SHARE_LINK,					/* symbolic link, junction: never followed */
	SHARE_SPECIAL				/* socket, pipe, device */
} ShareKind;

typedef struct ShareEntry
{
	const char *path;			/* see rules.h; any bytes but NUL */
	uint64_t	size;			/* bytes; 0 of what is no file */
	int64_t		mtime_ns;		/* since 1970 in UTC */
	int64_t		ctime_ns;		/* 0: the access does not tell */
	uint64_t	inode;			/* 0: the access does not tell */
	unsigned char kind;			/* ShareKind */
	unsigned char rule;			/* SHARE_MIRROR or SHARE_ADD */
	unsigned short folder;		/* index in the rules' folders */
	uint32_t	folded_hash;	/* of the folded path */
} ShareEntry;

/* Begins as SHARE_LIST_NONE; freed with share_list_free(). */
typedef struct ShareList
{
	ShareEntry *entries;		/* sorted by the bytes of path, no duplicates */
	size_t		n;
	size_t		capacity;
	size_t		files;			/* among the entries */
	uint64_t	bytes;			/* of the files */
	size_t	   *folder_files;	/* files of each known folder */
	bool	   *folder_there;	/* is each known folder there at all? */
	size_t		n_folders;
	const char *strange;		/* a known folder that is none, but a link or
								 * a file; NULL: there is none such */
	const char **leftovers;		/* SHARE_PARTIAL folders, which a broken copy
								 * has left */
	size_t		n_leftovers;
	Text		folded;			/* of the path that is being added */
	int64_t		tolerance_ns;	/* times that differ by less are the same one */
	struct ShareBlock *blocks;	/* memory of the paths */
} ShareList;

#define SHARE_LIST_NONE {NULL}

/* An empty list for these rules. */
extern void share_list_begin(ShareList *list, const ShareRules *rules);

/*
 * share_list_add
 *		Add an entry where its path counts; the path is copied.  One that is
 *		absolute, or has "." or ".." for a name, never does.
 *
 * in:  entry: path, size, times, inode and kind; the others are filled in
 * out: whether there can be anything that counts below it, so for a walker
 *      whether to go down
 */
extern bool share_list_add(ShareList *list, const ShareRules *rules,
						   const ShareEntry *entry);

/*
 * share_list_end
 *		Sort, and find out about times: where none has a fraction of a second
 *		the file system keeps none.  Of one path twice the first stays.
 *
 * in:  tolerance_ns: what the access knows of the precision of its times
 */
extern void share_list_end(ShareList *list, int64_t tolerance_ns);

/* The entry with exactly this path, or NULL. */
extern const ShareEntry *share_list_find(const ShareList *list,
										 const char *path);
extern void share_list_free(ShareList *list);

#endif							/* SHARE_LIST_H */
