/*
 * windows_list.c
 *		Entries of a share as a Windows node tells them.
 */
#include <string.h>

#include "share/windows_node.h"

/* From 1601 to 1970, in 100 ns. */
#define EPOCH_100NS INT64_C(116444736000000000)
/* Beyond these, in 100 ns, is no time in ns. */
#define TIME_MAX (INT64_MAX / 100)
static int64_t
time_of(json_int_t filetime)
{
	int64_t		since = filetime < 0 ? 0 : (int64_t) filetime - EPOCH_100NS;

	if (since > TIME_MAX || since < -TIME_MAX)
		since = since < 0 ? -TIME_MAX : TIME_MAX;
	return since * 100;
}

static unsigned char
kind_of(const char *word)
{
	switch (word[0])
	{
		case 'f':
			return SHARE_FILE;
		case 'l':
			return SHARE_LINK;
		case 'x':
			return SHARE_SPECIAL;
		default:
			return SHARE_FOLDER;
	}
}

static void
take_entry(ShareListing *listing, const json_t * item)
{
	const char *kind = json_string_value(json_array_get(item, 0));
	const		json_t *size = json_array_get(item, 2);
	ShareEntry	entry = {0};

	entry.path = json_string_value(json_array_get(item, 1));
	if (kind == NULL || entry.path == NULL || !json_is_integer(size) ||
		json_integer_value(size) < 0)
	{
		listing->strange = true;
		return;
	}
	entry.kind = kind_of(kind);
	entry.size = entry.kind == SHARE_FILE ?
		(uint64_t) json_integer_value(size) : 0;
	entry.mtime_ns = time_of(json_integer_value(json_array_get(item, 3)));
	(void) share_list_add(listing->list, listing->rules, &entry);
	listing->got++;
}

void
share_windows_take(void *arg, const json_t * line)
{
	ShareListing *listing = arg;
	const		json_t *entries = json_object_get(line, "entries");
	const		json_t *listed = json_object_get(line, "listed");

	for (size_t i = 0; i < json_array_size(entries); i++)
		take_entry(listing, json_array_get(entries, i));
	if (json_is_integer(listed))
		listing->told = json_integer_value(listed);
}

bool
share_windows_is_whole(const ShareListing *listing)
{
	return !listing->strange && listing->told == listing->got;
}
