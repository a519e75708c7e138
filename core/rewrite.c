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

/* Walk over a value in a form, or over a JSON text. */
static void
walk(RwScan *scan, RwForm form, bool json, const RwMemory *mem)
{
	if (json)
		rw_scan_json(scan, mem);
	else
		rw_scan(scan, form);
}

static RwResult
rewrite(const RwMatcher *matcher, RwForm form, bool json, const char *in,
		size_t len, const RwMemory *mem, char **out, size_t *outlen)
{
	RwOutput	output;
	RwScan		scan;

	rw_output_init(&output, in, len, mem);
	scan = make_scan(matcher, in, len, &output.sink);
	walk(&scan, form, json, mem);
	return rw_output_finish(&output, out, outlen);
}

RwResult
rw_rewrite(const RwMatcher *matcher, RwForm form, const char *in, size_t len,
		   const RwMemory *mem, char **out, size_t *outlen)
{
	return rewrite(matcher, form, false, in, len, mem, out, outlen);
}

RwResult
rw_rewrite_json(const RwMatcher *matcher, const char *in, size_t len,
				const RwMemory *mem, char **out, size_t *outlen)
{
	return rewrite(matcher, RW_FORM_TEXT, true, in, len, mem, out, outlen);
}

/*
 * Find the first edit.  all: of the local site's values too; *paths, where it
 * is not NULL, tells whether paths were met then, named or not.
 */
static bool
find(const RwMatcher *matcher, RwForm form, bool json, const char *in,
	 size_t len, const RwMemory *mem, bool all, RwHit *hit, bool *paths)
{
	RwFinder	finder;
	RwScan		scan;

	rw_finder_init(&finder, matcher, hit);
	scan = make_scan(matcher, in, len, &finder.sink);
	scan.all = all;
	walk(&scan, form, json, mem);
	if (paths != NULL)
		*paths = scan.paths > 0;
	return finder.found;
}

bool
rw_find(const RwMatcher *matcher, RwForm form, const char *in, size_t len,
		RwHit *hit)
{
	return find(matcher, form, false, in, len, NULL, false, hit, NULL);
}

bool
rw_find_json(const RwMatcher *matcher, const char *in, size_t len,
			 const RwMemory *mem, RwHit *hit)
{
	return find(matcher, RW_FORM_TEXT, true, in, len, mem, false, hit, NULL);
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
	RwHit		hit;

	if (!json)
	{
		*form = RW_FORM_PATH;
		if ((find(matcher, *form, false, in, len, mem, true, &hit, &paths) ||
			 paths) && !holds_more(in, len))
			return true;
		*form = RW_FORM_HOST;
		if (find(matcher, *form, false, in, len, mem, true, &hit, NULL))
			return true;
	}
	*form = RW_FORM_TEXT;
	return find(matcher, *form, json, in, len, mem, true, &hit, &paths) ||
		paths;
}
