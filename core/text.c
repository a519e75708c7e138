/*
 * text.c
 *		Form text: find paths and hosts anywhere in a value.
 *
 * The walk leaps from anchor to anchor: those of the bytes \ / % . : = > - that
 * have neighbours with which something may be recognized (anchor.h).  At each
 * it looks a bounded way around itself and goes on behind what it has
 * understood.  Two kinds of host stand
 * at a place that is known from what came before and have no anchor of their
 * own, an item of a key's list and an element of a URL's authority: the next
 * of each is kept in the walk's state and looked at when its place is reached.
 */
#include <string.h>

#include "chars.h"
#include "scan.h"

#define NOWHERE SIZE_MAX

typedef struct Walk
{
	RwScan	   *scan;
	size_t		pos;			/* everything before is understood */
	size_t		item;			/* next item of a key's list, or NOWHERE */
	size_t		element;		/* next element of an authority, or NOWHERE */
	bool		encoded;		/* ... of which ':' is spelled %3A */
	size_t		server;			/* the element that is the server of a path
								 * too, or NOWHERE */
	RwSpelling	spelling;		/* ... in this spelling */
	size_t		item_end;		/* end of the item looked at last, and */
	size_t		item_next;		/* ... what follows it, so that no item is
								 * read twice in "host:host:host:" */
	size_t		run_end;		/* colons before it are in no new address */
	size_t		address_end;	/* ... and before this in a foreign one */
} Walk;

static void
go_on(Walk *walk, size_t pos)
{
	walk->pos = pos;
	walk->scan->floor = pos;
}

/*
 * Go on behind a path that was named.  Its rest may end within a "://", which
 * then still begins an authority.
 */
static void
pass_over(Walk *walk, size_t p, RwSpelling spelling)
{
	RwScan	   *scan = walk->scan;
	bool		encoded;

	p = rw_path_rest(scan, p, spelling);
	if (p >= 1 && rw_scheme_end(scan->text, scan->len, p - 1, &encoded) > 0)
		p -= 1;
	else if (p >= 3 &&
			 rw_scheme_end(scan->text, scan->len, p - 3, &encoded) > 0)
		p -= 3;
	go_on(walk, p);
}

/* Is the host a foreign address, of which an IPv4 tail may be a token? */
static bool
is_foreign_address(const RwScan *scan, const RwHost *host)
{
	return host->node == RW_NO_NODE && host->end > host->start &&
		memchr(scan->text + host->start, ':',
			   host->end - host->start) != NULL;
}

/* Rewrite the path behind this root, or its server. */
static bool
take_root(Walk *walk, const RwRoot *root)
{
	RwScan	   *scan = walk->scan;
	RwHost		host;
	size_t		end;

	if (!rw_root_allowed(scan->text, root))
		return false;
	if (scan->all)
		scan->paths += rw_path_plausible(scan, root);
	if (rw_path_match(scan, root, false, &end))
	{
		walk->item = NOWHERE;	/* a path is no item of a list of hosts */
		pass_over(walk, end, root->spelling);
		return true;
	}
	if (root->drive)
		return false;
	if (root->authority)
	{
		/* The host of file://user@host is found as that of any URL. */
		walk->server = root->body;
		walk->spelling = root->spelling;
		return false;
	}
	if (!rw_host_at(scan, root->body, true, &host))
		return false;
	rw_host_emit(scan, &host);
	if (host.node != RW_NO_NODE)
		pass_over(walk, host.next, root->spelling);
	else
		walk->pos = is_foreign_address(scan, &host) ? root->body : host.end;
	return true;
}

/* Begin with the authority behind "://" at p, of n bytes. */
static void
enter_authority(Walk *walk, size_t p, size_t n, bool encoded)
{
	go_on(walk, p + n);
	if (!rw_scheme_is_lib(walk->scan->text, p))
	{
		walk->element = p + n;
		walk->encoded = encoded;
	}
}

/* A path wins over a host in the same place: D:\... is no host "D". */
static bool
is_path_instead(const RwScan *scan, size_t begin, const RwHost *host)
{
	RwRoot		root;

	return host->next < scan->len && scan->text[host->next] == ':' &&
		rw_root_at(scan->text, scan->len, begin, &root) &&
		rw_root_allowed(scan->text, &root);
}

static void
take_element(Walk *walk)
{
	RwScan	   *scan = walk->scan;
	size_t		element = walk->element;
	size_t		begin = rw_authority_host(scan, element, walk->encoded);
	size_t		next;
	RwHost		host;

	walk->element = NOWHERE;
	go_on(walk, begin);
	if (!rw_host_at(scan, begin, true, &host) ||
		is_path_instead(scan, begin, &host))
		return;
	rw_host_emit(scan, &host);
	if (host.node != RW_NO_NODE && begin == walk->server)
		pass_over(walk, host.next, walk->spelling);
	else if (host.node != RW_NO_NODE)
		go_on(walk, host.end);
	else if (!is_foreign_address(scan, &host))
		walk->pos = host.end;
	next = rw_authority_next(scan, host.next, walk->encoded);
	if (next > 0)
		walk->element = next;
}

/* The item behind the one at begin, or NOWHERE. */
static size_t
item_behind(Walk *walk, size_t begin)
{
	if (begin >= walk->item_end)
	{
		size_t		end = rw_item_end(walk->scan, begin);
		size_t		next = rw_next_item(walk->scan, end, end == begin);

		walk->item_end = end;
		walk->item_next = next > 0 ? next : NOWHERE;
	}
	return walk->item_next;
}

static void
take_item(Walk *walk)
{
	RwScan	   *scan = walk->scan;
	size_t		begin = walk->item;
	RwHost		host;

	walk->item = item_behind(walk, begin);
	if (!rw_host_at(scan, begin, true, &host) || host.node == RW_NO_NODE)
		return;

	if (is_path_instead(scan, begin, &host) ||
		!rw_key_host_ends(scan, host.next))
		return;
	rw_host_emit(scan, &host);
	go_on(walk, host.end);
}

static void
arm_item(Walk *walk, size_t item)
{
	if (item < walk->scan->len)
		walk->item = item;
}

static void
at_operator(Walk *walk, size_t p)
{
	walk->pos = p + 1;
	if (rw_key_at_operator(walk->scan, p))
		arm_item(walk, rw_host_after_key(walk->scan, p + 1));
}

static void
at_switch(Walk *walk, size_t p)
{
	size_t		item = rw_host_after_switch(walk->scan, p);

	walk->pos = p + 1;
	if (item > 0)
		arm_item(walk, item);
}

static void
at_backslash(Walk *walk, size_t p)
{
	RwScan	   *scan = walk->scan;
	RwRoot		root;
	size_t		end = p;

	if (rw_root_at(scan->text, scan->len, p, &root))
	{
		if (take_root(walk, &root))
			return;
		end = root.body;
	}
	while (end < scan->len && scan->text[end] == '\\')
		end++;
	walk->pos = end;
}

static void
at_slash(Walk *walk, size_t p)
{
	RwScan	   *scan = walk->scan;
	RwRoot		root;

	if (rw_root_at(scan->text, scan->len, p, &root))
	{
		if (!take_root(walk, &root))
			walk->pos = root.body;
		return;
	}
	at_switch(walk, p);
}

static void
at_percent(Walk *walk, size_t p)
{
	RwScan	   *scan = walk->scan;
	RwRoot		root;
	bool		encoded;
	size_t		n = rw_scheme_end(scan->text, scan->len, p, &encoded);

	if (n > 0)
		enter_authority(walk, p, n, encoded);
	else if (!rw_root_at(scan->text, scan->len, p, &root) ||
			 !take_root(walk, &root))
		walk->pos = p + 1;
}

static void
at_dot(Walk *walk, size_t p)
{
	RwScan	   *scan = walk->scan;
	RwHost		host;

	walk->pos = p + 1;
	if (p + 1 >= scan->len || !rw_is(scan->text[p + 1], RW_TOKEN) ||
		p == scan->floor)
		return;
	if (rw_host_around_dot(scan, p, &host))
	{
		rw_host_emit(scan, &host);
		go_on(walk, host.next);
	}
	else
		walk->pos = host.next;
}

/* The address around the ':' at p; returns whether the walk went on. */
static bool
at_address(Walk *walk, size_t p)
{
	RwScan	   *scan = walk->scan;
	RwHost		host;
	bool		named = rw_address_around_colon(scan, p, &host);

	if (named && walk->item == host.start)
		return true;			/* a key names it: take_item() will see it */
	walk->run_end = host.next;
	if (named)
	{
		rw_host_emit(scan, &host);
		go_on(walk, host.end);
	}
	else if (host.end > p)
	{
		/* Somebody else's: only an IPv4 tail of it can be a token. */
		walk->address_end = host.end;
		while (scan->text[walk->address_end - 1] != ':')
			walk->address_end--;
	}
	return named;
}

static void
at_colon(Walk *walk, size_t p, unsigned int rules)
{
	RwScan	   *scan = walk->scan;
	RwHost		host;
	bool		port;

	if ((rules & RW_RULE_ROOT) != 0)
	{
		RwRoot		root;
		bool		encoded;
		size_t		n;

		if (rw_root_at_colon(scan->text, scan->len, p, &root) &&
			root.start >= scan->floor && take_root(walk, &root))
			return;
		n = rw_scheme_end(scan->text, scan->len, p, &encoded);
		if (n > 0)
		{
			enter_authority(walk, p, n, encoded);
			return;
		}
	}
	if ((rules & RW_RULE_KEY) != 0)
		at_operator(walk, p);
	else
		walk->pos = p + 1;
	port = (rules & RW_RULE_PORT) != 0 && rw_port_behind(scan, p);
	if ((port || (rules & (RW_RULE_GAP | RW_RULE_ADDRESS)) != 0) &&
		p >= walk->run_end && at_address(walk, p))
		return;
	if (port && p >= walk->address_end &&
		rw_host_before_colon(scan, p, &host))
	{
		rw_host_emit(scan, &host);
		go_on(walk, p + 1);
	}
}

static void
at_anchor(Walk *walk, size_t p)
{
	switch (walk->scan->text[p])
	{
		case '\\':
			at_backslash(walk, p);
			break;
		case '/':
			at_slash(walk, p);
			break;
		case '%':
			at_percent(walk, p);
			break;
		case '.':
			at_dot(walk, p);
			break;
		case ':':
			at_colon(walk, p,
					 rw_anchors_rules(&walk->scan->matcher->anchors,
									  walk->scan->text, p,
									  walk->scan->len));
			break;
		case '-':
			at_switch(walk, p);
			break;
		default:
			at_operator(walk, p);
			break;
	}
}

/* The place, if the walk has not passed it. */
static size_t
still_ahead(const Walk *walk, size_t place)
{
	return place < walk->pos ? NOWHERE : place;
}

void
rw_scan_text(RwScan *scan)
{
	const RwAnchors *anchors = &scan->matcher->anchors;
	Walk		walk = {.scan = scan,.item = NOWHERE,.element = NOWHERE,
	.server = NOWHERE};
	RwCursor	cursor = {0, 0};
	size_t		anchor = 0;

	while (!scan->stopped && walk.pos < scan->len)
	{
		if (anchor < walk.pos || anchor == 0)
			anchor = rw_anchors_next(anchors, &cursor, scan->text, walk.pos,
									 scan->len);
		walk.element = still_ahead(&walk, walk.element);
		walk.item = still_ahead(&walk, walk.item);
		if (walk.element <= anchor && walk.element <= walk.item &&
			walk.element != NOWHERE)
			take_element(&walk);
		else if (walk.item <= anchor && walk.item != NOWHERE)
			take_item(&walk);
		else if (anchor < scan->len)
			at_anchor(&walk, anchor);
		else
			break;
	}
}
