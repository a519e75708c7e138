/*
 * proof.h
 *		Whether an account can read and write folders of a site's file servers.
 *
 * A small file is written, read again and removed, by smbclient.  Nothing that
 * comes out of a database becomes part of a command of smbclient, and the
 * password stays in its file.
 */
#ifndef SHARE_PROOF_H
#define SHARE_PROOF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "config/config.h"
#include "share/unc.h"

typedef enum ShareProofState
{
	SHARE_PROOF_GOOD,			/* it can be read and written */
	SHARE_PROOF_READ_ONLY,		/* it can be listed, and not written */
	SHARE_PROOF_SHUT,			/* it cannot be listed */
	SHARE_PROOF_MISSING,		/* there is no such folder */
	SHARE_PROOF_NO_SHARE,		/* the server has no such share, or not for
								 * this account */
	SHARE_PROOF_LEFT,			/* what was written cannot be removed */
	SHARE_PROOF_DAMAGED,		/* what is read is not what was written */
	SHARE_PROOF_LOGON,			/* the server does not let the account in */
	SHARE_PROOF_SILENT,			/* the server does not answer */
	SHARE_PROOF_NOT_TRIED,		/* its server did not let in before, or was
								 * silent */
	SHARE_PROOF_NO_PATH,		/* no network path: nothing to prove from here */
	SHARE_PROOF_FAILED			/* smbclient cannot be run, or said something
								 * else */
} ShareProofState;

/* What a path is; the checks look at it, not the proof. */
enum ShareProofHow
{
	SHARE_PROOF_ROOT = 1 << 0,	/* without which nothing works */
	SHARE_PROOF_REPLICA = 1 << 1	/* may be read-only now */
};

typedef struct ShareProof
{
	const char *what;			/* "mapping "share"", for messages */
	const char *path;			/* as Qlik Sense has it */
	const char *account;		/* file with the logon, in Samba's format */
	unsigned	how;			/* of enum ShareProofHow */
	ShareUnc	unc;
	bool		parsed;			/* unc is filled */
	/* the answer */
	ShareProofState state;
	const char *problem;		/* what the server said; or NULL */
	const char *file;			/* the name that was written; or NULL */
} ShareProof;

/* Begin with {NULL}. */
typedef struct ShareProofs
{
	ShareProof *list;
	size_t		n;
	Arena		arena;			/* holds the strings */
} ShareProofs;

/*
 * share_proofs_add
 *		Add a path, unless it is there already, however it is written.
 *
 * in: what: copied, as are the others; how: of enum ShareProofHow; of one
 *     that is there already, added to it
 */
extern void share_proofs_add(ShareProofs *proofs, const char *what,
							 const char *path, const char *account,
							 unsigned how);

/*
 * share_prove
 *		Try all paths, many at the same time.
 *
 * The first path of a server is tried alone: where the server is silent or
 * does not let the account in, no further one is tried there, since that could
 * lock the account.  A server that the configuration knows as a node or an
 * alias of the site is reached at the address that it has there.
 */
extern void share_prove(const Config *config, const ConfigSite *site,
						ShareProofs *proofs);
extern void share_proofs_free(ShareProofs *proofs);

#endif							/* SHARE_PROOF_H */
