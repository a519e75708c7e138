/*
 * rewrite.c
 *		The engine's entry points.
 */
#include <string.h>

#include "output.h"

static void
scan_value(RwScan *scan)
{
	uint32_t	id = rw_index_find(&scan->matcher->index, RW_ROOT_VALUE,
								   scan->text, scan->len);
	RwEdit		edit;

	if (id == RW_NO_NODE)
		return;
	edit.node = rw_node(scan, id);
	if (edit.node->local && !scan->all)
		return;
	edit.start = 0;
	edit.end = scan->len;
	edit.text = scan->matcher->targets[edit.node->target].value;
	edit.len = scan->matcher->targets[edit.node->target].len;
	rw_emit(scan, &edit);
}

void
rw_scan(RwScan *scan, RwForm form)
{
	switch (form)
	{
		case RW_FORM_PATH:
			rw_scan_path(scan);
			break;
		case RW_FORM_HOST:
			rw_scan_hosts(scan);
			break;
		case RW_FORM_TEXT:
			rw_scan_text(scan);
			break;
		case RW_FORM_VALUE:
			scan_value(scan);
			break;
	}
}

static RwScan
make_scan(const RwMatcher *matcher, const char *in, size_t len, RwSink *sink)
{
	RwScan		scan;

	memset(&scan, 0, sizeof(scan));
	scan.matcher = matcher;
	scan.text = in;
	scan.len = len;
	scan.sink = sink;
	return scan;
}

RwResult
rw_rewrite(const RwMatcher *matcher, RwForm form, const char *in, size_t len,
		   const RwMemory *mem, char **out, size_t *outlen)
{
	RwOutput	output;
	RwScan		scan;

	rw_output_init(&output, in, len, mem);
	scan = make_scan(matcher, in, len, &output.sink);
	rw_scan(&scan, form);
	return rw_output_finish(&output, out, outlen);
}

RwResult
rw_rewrite_json(const RwMatcher *matcher, const char *in, size_t len,
				const RwMemory *mem, char **out, size_t *outlen)
{
	RwOutput	output;
	RwScan		scan;

	rw_output_init(&output, in, len, mem);
	scan = make_scan(matcher, in, len, &output.sink);
	rw_scan_json(&scan, mem);
	return rw_output_finish(&output, out, outlen);
}

bool
rw_find(const RwMatcher *matcher, RwForm form, const char *in, size_t len,
		RwHit *hit)
{
	RwFinder	finder;
	RwScan		scan;

	rw_finder_init(&finder, matcher, hit);
	scan = make_scan(matcher, in, len, &finder.sink);
	rw_scan(&scan, form);
	return finder.found;
}

bool
rw_find_json(const RwMatcher *matcher, const char *in, size_t len,
			 const RwMemory *mem, RwHit *hit)
{
	RwFinder	finder;
	RwScan		scan;

	rw_finder_init(&finder, matcher, hit);
	scan = make_scan(matcher, in, len, &finder.sink);
	rw_scan_json(&scan, mem);
	return finder.found;
}

/* Does a walk in this form meet a mapping's value, of whatever site? */
static bool
meets(const RwMatcher *matcher, RwForm form, const char *in, size_t len,
	  bool json, const RwMemory *mem, bool *paths)
{
	RwFinder	finder;
	RwHit		hit;
	RwScan		scan;

	rw_finder_init(&finder, matcher, &hit);
	scan = make_scan(matcher, in, len, &finder.sink);
	scan.all = true;
	if (json)
		rw_scan_json(&scan, mem);
	else
		rw_scan(&scan, form);
	*paths = scan.paths > 0;
	return finder.found;
}

/* Is a value that begins with a path more than this path? */
static bool
holds_more(const char *in, size_t len)
{
	/* The '?' of an extended root belongs to it. */
	for (size_t i = len > 3 && in[2] == '?' ? 3 : 0; i < len; i++)
		if (in[i] == '\0' || strchr("\";,<>|*?=\n", in[i]) != NULL)
			return true;
	return false;
}

bool
rw_suggest_form(const RwMatcher *matcher, const char *in, size_t len,
				bool json, const RwMemory *mem, RwForm *form)
{
	bool		paths;

	if (!json)
	{
		*form = RW_FORM_PATH;
		if ((meets(matcher, *form, in, len, false, mem, &paths) || paths) &&
			!holds_more(in, len))
			return true;
		*form = RW_FORM_HOST;
		if (meets(matcher, *form, in, len, false, mem, &paths))
			return true;
	}
	*form = RW_FORM_TEXT;
	return meets(matcher, *form, in, len, json, mem, &paths) || paths;
}
