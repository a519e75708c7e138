/*
 * internal.h
 *		What the files of the hosts concern share.
 */
#ifndef HOSTS_INTERNAL_H
#define HOSTS_INTERNAL_H

#include <stddef.h>

#include "hosts/hosts.h"
#include "platform/child.h"

/* More is no hosts file. */
#define HOSTS_BYTES_MAX ((size_t) 1024 * 1024)

/* Why a file cannot be taken. */
typedef enum HostsFault
{
	HOSTS_SOUND,
	HOSTS_NOT_BYTES,			/* UTF-16, or a NUL byte */
	HOSTS_NOT_LINES,			/* ends of lines as of old Macs */
	HOSTS_TWO_BLOCKS,
	HOSTS_NO_END,
	HOSTS_NO_BEGIN
} HostsFault;

/*
 * A file taken apart: bytes are the caller's and not changed.  What is outside
 * of [begin, end) stays as it is, byte for byte.
 */
typedef struct HostsText
{
	const char *bytes;
	size_t		len;
	size_t		bom;			/* bytes of a byte order mark at the beginning */
	bool		crlf;			/* how its first line ends */
	bool		has_block;
	size_t		begin;			/* the block with its markers and line ends, */
	size_t		end;			/* or where one would be put */
	size_t		body;			/* the lines between the markers */
	size_t		body_end;
	size_t		line;			/* of a fault; from 1 */
} HostsText;

/* A name outside of the block. */
typedef struct HostsEntry
{
	size_t		line;			/* from 1 */
	size_t		start;			/* where the line begins */
	const char *address;		/* not NUL-terminated */
	size_t		address_len;
	const char *name;
	size_t		name_len;
} HostsEntry;

/* Where a walk over the entries is; begins as {0}. */
typedef struct HostsWalk
{
	size_t		next;			/* the next line's beginning */
	size_t		line;
	size_t		rest;			/* of the line, behind the last name */
	size_t		rest_end;
	HostsEntry	entry;
} HostsWalk;

/*
 * hosts_parse
 *		Take a file apart.
 *
 * in:  crlf: how lines end where the file has none
 */
extern HostsFault hosts_parse(const char *bytes, size_t len, bool crlf,
							  HostsText *text);

/* The next name outside of the block; false: there is none. */
extern bool hosts_next(const HostsText *text, HostsWalk *walk);

/*
 * hosts_compose
 *		The file with a block.
 *
 * in:  lines: of the block, each ending with a line feed
 *      at: the beginning of a line outside of the old block
 */
extern void hosts_compose(const HostsText *text, const char *lines,
						  size_t at, Text *out);

/* The lines that differ, as "diff -u" shows them, without line ends' CR. */
extern void hosts_diff(const char *path, const Text *from, const Text *to,
					   Text *out);

/* How a file is reached: one file each, and one line in access.c. */
typedef struct HostsAccess
{
	const char *word;			/* as in keys.c */
	/* Prepare the child that prints the file; NULL: read() instead. */
	void		(*prepare) (HostsFinding *finding, Arena *arena,
							PlatChild *child);
	/* What it has printed; called once for each prepare(). */
	bool		(*take) (HostsFinding *finding, const PlatChildResult *result,
						 const Error *failed, Text *content, Error *error);
	bool		(*read) (const HostsFinding *finding, Text *content,
						 Error *error);
	/* Keep finding->content beside it, and put finding->result in place. */
	bool		(*write) (const HostsFinding *finding, Arena *arena,
						  Error *error);
} HostsAccess;

/* The way to a finding's file. */
extern const HostsAccess *hosts_access(const HostsFinding *finding);

/* In local.c, unix.c, powershell.c and share.c: their functions. */
extern bool hosts_local_read(const HostsFinding *finding, Text *content,
							 Error *error);
extern bool hosts_local_write(const HostsFinding *finding, Arena *arena,
							  Error *error);
extern void hosts_unix_prepare(HostsFinding *finding, Arena *arena,
							   PlatChild *child);
extern bool hosts_unix_take(HostsFinding *finding,
							const PlatChildResult *result,
							const Error *failed, Text *content,
							Error *error);
extern bool hosts_unix_write(const HostsFinding *finding, Arena *arena,
							 Error *error);
extern void hosts_powershell_prepare(HostsFinding *finding, Arena *arena,
									 PlatChild *child);
extern bool hosts_powershell_take(HostsFinding *finding,
								  const PlatChildResult *result,
								  const Error *failed, Text *content,
								  Error *error);
extern bool hosts_powershell_write(const HostsFinding *finding, Arena *arena,
								   Error *error);
extern void hosts_share_prepare(HostsFinding *finding, Arena *arena,
								PlatChild *child);
extern bool hosts_share_take(HostsFinding *finding,
							 const PlatChildResult *result,
							 const Error *failed, Text *content,
							 Error *error);
extern bool hosts_share_write(const HostsFinding *finding, Arena *arena,
							  Error *error);

/* ssh_command with further words, and a NULL; in the arena. */
extern const char *const *hosts_ssh_words(const HostsFinding *finding,
										  const char *const *words,
										  Arena *arena);

/* Run a child for a write, which gets input and says nothing that counts. */
extern bool hosts_run(const char *const *argv, const Text *input,
					  Error *error);

/* Read one file, by a child where it takes one. */
extern bool hosts_read(HostsFinding *finding, Text *content, Error *error);

/* Compare what was read with what should be there. */
extern void hosts_judge(const HostsRequest *request, HostsFinding *finding,
						Arena *arena);

/* Behind a path: what a file is kept as, and what a new one is made as. */
#define HOSTS_BACKUP ".qsrepl-backup"
#define HOSTS_NEW ".qsrepl-new"

/* A child that takes longer is ended; ms. */
#define HOSTS_DEADLINE_MS 30000

#endif							/* HOSTS_INTERNAL_H */
