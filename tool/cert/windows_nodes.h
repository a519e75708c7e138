/*
 * windows_nodes.h
 *		What the parts of the store "windows" share.
 */
#ifndef CERT_WINDOWS_NODES_H
#define CERT_WINDOWS_NODES_H

#include "cert/pool.h"
#include "cert/store.h"
#include "powershell/powershell.h"

/* A node, what it is asked and what it has answered. */
typedef struct WindowsNode
{
	const ConfigNode *node;
	bool		central;
	Text		request;		/* a line of JSON with a password and keys */
	char	   *expected;		/* the set as the script names it, or NULL */
	char	   *set;			/* the one that is there now; NULL: not told */
	bool		already;		/* it has been there before */
	CertPool   *pool;			/* where certificates go that come back */
	const char *password;		/* of those */
	Error		problem;		/* with what came back */
	Error		failed;			/* of the call */
} WindowsNode;

/* All nodes of a site; windows_begin(), windows_end(). */
typedef struct WindowsSite
{
	const CertPlace *place;
	WindowsNode *nodes;
	size_t		n;
	Text		password;		/* of the PFX files on their way */
} WindowsSite;

/*
 * windows_begin
 *		The nodes of the place's site, with a new password for what goes to them
 *		and comes from them; windows_end() wipes all of it, after an error too.
 */
extern bool windows_begin(WindowsSite *site, const CertPlace *place,
						  Error *error);
extern void windows_end(WindowsSite *site);

/*
 * windows_ask
 *		Run the script at nodes, at once, with what they are to be asked.
 *
 * in:  mode: "Install", "Export"; rollback: instead of it
 *      which: NULL: at all; else those for which it says so
 * out: true where all have done it; else their failed tells
 */
extern bool windows_ask(WindowsSite *site, const char *mode, bool rollback,
						bool (*which) (const WindowsNode *node));

/* Fill the request and expected of a node for a set. */
extern bool windows_put(WindowsSite *site, WindowsNode *node,
						const CertSet *set, Error *error);

/* All that failed as one error: "could not WHAT at the nodes of ...". */
extern bool windows_failed(const WindowsSite *site, const char *what,
						   Error *error);

#endif							/* CERT_WINDOWS_NODES_H */
