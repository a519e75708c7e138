/*
 * edits.c
 *		What a walk would change, as a list.
 */
#include "edits.h"

#include <string.h>

static bool
keep(RwSink *sink, const RwEdit *edit)
{
	Edits	   *edits = (Edits *) sink;
	Edit	   *kept = &edits->list[edits->n];

	if (edits->n == EDITS_MAX || edit->len > EDIT_TEXT)
	{
		edits->all_kept = false;
		return false;
	}
	kept->start = edit->start;
	kept->end = edit->end;
	kept->mapping = edits->matcher->targets[edit->node->target].name;
	kept->local = edit->node->local;
	kept->len = edit->len;
	memcpy(kept->text, edit->text, edit->len);
	edits->n++;
	return true;
}

void
edits_collect(Edits *edits, const RwMatcher *matcher, RwForm form,
			  const char *in, size_t len, bool all)
{
	RwScan		scan;

	edits->sink.edit = keep;
	edits->matcher = matcher;
	edits->n = 0;
	edits->all_kept = true;
	memset(&scan, 0, sizeof(scan));
	scan.matcher = matcher;
	scan.text = in;
	scan.len = len;
	scan.sink = &edits->sink;
	scan.all = all;
	rw_scan(&scan, form);
}
