/*
 * windows_node.h
 *		What the access and the copier that work at a Windows node share: the
 *		requests that a script there gets, and the call.
 */
#ifndef SHARE_WINDOWS_NODE_H
#define SHARE_WINDOWS_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/error.h"
#include "base/text.h"
#include "share/access.h"

/* So many bytes of paths go into one request: robocopy's command line is
 * limited, and progress is told by request. */
#define SHARE_REQUEST_BYTES 16000

/* Lines of JSON; begins as {NULL}.  Some are secret. */
typedef struct ShareRequests
{
	Text	   *lines;
	size_t		n;
	size_t		capacity;
} ShareRequests;

/* The request becomes the list's. */
extern void share_requests_add(ShareRequests *requests, json_t * request);
extern void share_requests_free(ShareRequests *requests);

/*
 * share_requests_logon
 *		Where a root is \\server\share and the share has an account: the
 *		session is to be connected with it, since one that was logged on with a
 *		key has no right on other machines.
 *
 * errors: the account's file cannot be read
 */
extern bool share_requests_logon(ShareRequests *requests,
								 const ShareAccess *access, Error *error);

/* What to run at the share's node. */
typedef struct ShareScript
{
	const ShareAccess *access;
	const char *script;			/* POWERSHELL_SHARE... */
	json_t	   *parameters;		/* or NULL; stays the caller's */
	const ShareRequests *requests;
	void		(*on_line) (void *arg, const json_t * line);
	void	   *arg;
} ShareScript;

/* Run it, within the access's deadline. */
extern bool share_windows_run(const ShareScript *script, Error *error);

/* A list that is coming, as {rules, list, 0, -1, false}. */
typedef struct ShareListing
{
	const ShareRules *rules;
	ShareList  *list;			/* begun */
	json_int_t	got;			/* entries that have come */
	json_int_t	told;			/* how many there should be; -1: not yet */
	bool		strange;		/* one could not be read */
} ShareListing;

/* Take a line of the script's; arg is the ShareListing. */
extern void share_windows_take(void *arg, const json_t * line);

/* Has all come that the script has told of, as it should? */
extern bool share_windows_is_whole(const ShareListing *listing);

/*
 * share_windows_clean
 *		Remove what an interrupted copy has left below the known folders, and
 *		what the trash has of before a time.
 *
 * in: older: the time, as folders of the trash are named
 */
extern bool share_windows_clean(const ShareAccess *access, const char *older,
								Error *error);

#endif							/* SHARE_WINDOWS_NODE_H */
