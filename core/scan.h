/*
 * scan.h
 *		One walk over one value: what its parts share.
 *
 * The parts recognize, in this order of size, a host (host.c), a path (path.c
 * with root.c), a whole text (text.c).  All of them report what is to be
 * replaced to one sink, in the order of the value's bytes; whether that is
 * written, counted or only found is the sink's business (rewrite.c, json.c).
 */
#ifndef RW_SCAN_H
#define RW_SCAN_H

#include "matcher.h"

/* Replace bytes [start, end) of the value by text. */
typedef struct RwEdit
{
	size_t		start;
	size_t		end;
	const char *text;
	size_t		len;			/* bytes of text */
	const RwNode *node;			/* whose value it was */
} RwEdit;

typedef struct RwSink
{
	/* Returns false where the walk may stop. */
	bool		(*edit) (struct RwSink *sink, const RwEdit *edit);
} RwSink;

typedef struct RwScan
{
	const RwMatcher *matcher;
	const char *text;
	size_t		len;			/* bytes of text */
	RwSink	   *sink;
	size_t		floor;			/* no host token begins before it */
	bool		all;			/* report local values too, as edits */
	size_t		paths;			/* with all: paths met, named by a mapping or
								 * not */
	bool		stopped;		/* the sink has seen enough */
} RwScan;

/* Report one edit, unless the walk was stopped. */
static inline void
rw_emit(RwScan *scan, const RwEdit *edit)
{
	if (!scan->stopped && !scan->sink->edit(scan->sink, edit))
		scan->stopped = true;
}

static inline const RwNode *
rw_node(const RwScan *scan, uint32_t id)
{
	return &scan->matcher->index.nodes[id];
}

/* ---- root.c: how a path begins and which bytes may surround it ---- */

typedef enum RwSpelling
{
	RW_PLAIN,					/* \\server\share	X:\dir */
	RW_ESCAPED,					/* \\\\server\\share	X:\\dir */
	RW_ESCAPED_TWICE,
	RW_SLASH,					/* //server/share	X:/dir */
	RW_JSON_SLASH,				/* \/\/server\/share	X:\/dir */
	RW_PERCENT,					/* %5C%5Cserver%5Cshare	X:%5Cdir */
	RW_EXTENDED,				/* \\?\UNC\server\share	\\?\X:\dir */
	RW_EXTENDED_ESCAPED,		/* \\\\?\\UNC\\server\\share */
	RW_URL,						/* file://server/share	file:///X:/dir */
	RW_URL_JSON					/* file:\/\/server\/share */
} RwSpelling;

typedef struct RwRoot
{
	RwSpelling	spelling;
	bool		drive;			/* body begins with X: */
	bool		remote;			/* smb: or cifs:, where no drive can stand */
	bool		authority;		/* what begins at body is a URL's authority */
	size_t		start;			/* first byte of the path */
	size_t		turn;			/* from here on it is written anew where a UNC
								 * path becomes a drive path or the reverse */
	size_t		body;			/* the server or the drive letter */
	size_t		separator;		/* offset of a separator as it is spelled */
} RwRoot;

/* The root of a path that begins at text[at]; false where there is none. */
extern bool rw_root_at(const char *text, size_t len, size_t at,
					   RwRoot *root);

/* The root of a drive path or a URL whose first ':' is text[colon]. */
extern bool rw_root_at_colon(const char *text, size_t len, size_t colon,
							 RwRoot *root);

/* In form text: may a path begin at this root, seen from what is before? */
extern bool rw_root_allowed(const char *text, const RwRoot *root);

/* Bytes of one separator of the spelling at text[p], or 0. */
extern size_t rw_separator(const char *text, size_t len, size_t p,
						   RwSpelling spelling);

/*
 * In form text: may text[p], which is no separator of this spelling, follow a
 * match in it?
 */
extern bool rw_may_follow(const char *text, size_t len, size_t p,
						  RwSpelling spelling);

/* ---- path.c ---- */

/*
 * rw_path_match
 *		Rewrite the path behind this root, where a path mapping names it.
 *
 * in:     whole: form path, else form text
 * out:    *end: behind what the mapping covers
 * returns whether a mapping names it, the local site's value too
 */
extern bool rw_path_match(RwScan *scan, const RwRoot *root, bool whole,
						  size_t *end);

/* Does the root name a drive, or a server with a share behind it? */
extern bool rw_path_plausible(const RwScan *scan, const RwRoot *root);

/*
 * rw_path_rest
 *		Pass over the rest of a path from p on: the offset where other things
 *		may be recognized again.
 */
extern size_t rw_path_rest(const RwScan *scan, size_t p,
						   RwSpelling spelling);

/* Form path. */
extern void rw_scan_path(RwScan *scan);

/* ---- host.c ---- */

typedef struct RwHost
{
	size_t		start;			/* the token, or the address in brackets */
	size_t		end;
	size_t		next;			/* behind the bracket and the ending dot */
	uint32_t	node;			/* the mapping's, or RW_NO_NODE */
} RwHost;

/*
 * rw_host_at
 *		Read the host that begins at text[p], a host position.
 *
 * in:     bounded: what follows must end the token (form text)
 * out:    false where no host begins there
 */
extern bool rw_host_at(const RwScan *scan, size_t p, bool bounded,
					   RwHost *host);

/* Report the edit for a host that a mapping names. */
extern void rw_host_emit(RwScan *scan, const RwHost *host);

/* Is text[p] a ':' with a port behind it? */
extern bool rw_port_behind(const RwScan *scan, size_t p);

/* Does what is at text[p] end a host token? */
extern bool rw_host_bounded(const char *text, size_t len, size_t p);

/*
 * rw_host_around_dot, rw_host_before_colon
 *		Look at the token around text[p], outside the positions that are known
 *		by what comes before.
 *
 * out:    host->next: behind the token
 * returns whether a mapping names it there
 */
extern bool rw_host_around_dot(const RwScan *scan, size_t p, RwHost *host);
extern bool rw_host_before_colon(const RwScan *scan, size_t p, RwHost *host);

/*
 * rw_address_around_colon
 *		The same for the IPv6 address around the ':' text[p].
 *
 * out:    host->next: behind the run of bytes that addresses are made of;
 *         host->end > p where the run is an address, named or not
 */
extern bool rw_address_around_colon(const RwScan *scan, size_t p,
									RwHost *host);

/* Form host. */
extern void rw_scan_hosts(RwScan *scan);

/* ---- position.c: positions in which a short name is a host ---- */

/* Bytes of a quote at text[p], plain or escaped once or twice, or 0. */
extern size_t rw_quote_at(const char *text, size_t len, size_t p);

/* Is there a key with its optional quote before the operator text[p]? */
extern bool rw_key_at_operator(const RwScan *scan, size_t p);

/* Where a host would begin behind an operator or blank that ends at p. */
extern size_t rw_host_after_key(const RwScan *scan, size_t p);

/* The same for "-key ", "--key " or "/key " at text[p]; 0: none. */
extern size_t rw_host_after_switch(const RwScan *scan, size_t p);

/* May these bytes stand behind a host that a key names? */
extern bool rw_key_host_ends(const RwScan *scan, size_t p);

/* The end of the list item at text[p], its \\instance apart. */
extern size_t rw_item_end(const RwScan *scan, size_t p);

/* The next item behind one that ends at text[end]; 0: none. */
extern size_t rw_next_item(const RwScan *scan, size_t end, bool empty);

/* Bytes of "://" in one of its spellings at text[p], or 0. */
extern size_t rw_scheme_end(const char *text, size_t len, size_t p,
							bool *encoded);

/* Is the word before the ':' text[p] the scheme lib, which names no host? */
extern bool rw_scheme_is_lib(const char *text, size_t p);

/* Where the host of the authority element at text[p] begins. */
extern size_t rw_authority_host(const RwScan *scan, size_t p, bool encoded);

/* The element behind a host that ends at text[p]; 0: none. */
extern size_t rw_authority_next(const RwScan *scan, size_t p, bool encoded);

/* ---- text.c ---- */

/* Form text. */
extern void rw_scan_text(RwScan *scan);

/* ---- rewrite.c ---- */

/* Walk over scan->text in a form. */
extern void rw_scan(RwScan *scan, RwForm form);

#endif							/* RW_SCAN_H */
