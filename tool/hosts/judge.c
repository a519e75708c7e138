/*
 * judge.c
 *		Comparing a file with what should be in it.
 *
 * Windows takes the first line that has a name.  A line of somebody else that
 * gives one of our names another address is in the way where it stands in
 * front of the block, or where there is no block yet; behind the block it is
 * only told.
 */
#include <string.h>

#include "config/address.h"
#include "hosts/internal.h"

/* What a walk over the other lines has found. */
typedef struct Others
{
	bool		before;			/* one is in the way */
	size_t		start;			/* where the first of these begins */
	size_t		line;
	Text		words;
} Others;

static const char *
copy(Arena *arena, const char *bytes, size_t len)
{
	return arena_printf(arena, "%.*s", (int) len, bytes);
}

/* The address that the block gives a name; NULL: it is none of ours. */
static const char *
our_address(const char *block, const char *name, Arena *arena)
{
	while (*block != '\0')
	{
		size_t		address = strcspn(block, "\t");
		size_t		len = strcspn(block, "\n");

		if (address_is_same(copy(arena, block + address + 1,
								 len - address - 1), name))
			return copy(arena, block, address);
		block += len + (block[len] == '\n' ? 1 : 0);
	}
	return NULL;
}

static void
look_at_entry(const HostsText *text, const HostsEntry *entry,
			  const char *block, Arena *arena, Others *others)
{
	const char *name = copy(arena, entry->name, entry->name_len);
	const char *address = copy(arena, entry->address, entry->address_len);
	const char *ours = our_address(block, name, arena);

	if (ours == NULL || address_is_same(ours, address))
		return;
	if (!others->before && (!text->has_block || entry->start < text->begin))
	{
		others->before = true;
		others->start = entry->start;
	}
	text_addf(&others->words, "%sline %lu gives \"%s\" the address %s",
			  others->words.len > 0 ? "; " : "", (unsigned long) entry->line,
			  arena_quote(arena, name), arena_quote(arena, address));
}

static const char *
fault_words(HostsFault fault)
{
	switch (fault)
	{
		case HOSTS_NOT_BYTES:
			return "it is in UTF-16, or holds a NUL byte";
		case HOSTS_NOT_LINES:
			return "its lines end with carriage returns alone";
		case HOSTS_TWO_BLOCKS:
			return "there is more than one block of qsrepl";
		case HOSTS_NO_END:
			return "the block of qsrepl has no line \"# END qsrepl\"";
		case HOSTS_NO_BEGIN:
			return "\"# END qsrepl\" has no beginning";
		case HOSTS_SOUND:
			break;
	}
	return "";
}

static void
tell_fault(HostsFinding *finding, HostsFault fault, size_t line, Arena *arena)
{
	finding->state = HOSTS_DAMAGED;
	finding->problem = arena_printf(arena, "line %lu: %s",
									(unsigned long) line, fault_words(fault));
	finding->hint = fault == HOSTS_NOT_BYTES || fault == HOSTS_NOT_LINES ?
		"Save it in ANSI or UTF-8, with the line ends of its system." :
		"Remove the block, or what is left of it, by hand.";
}

/* The lines between the markers, with line feeds. */
static const char *
old_lines(const HostsText *text, Arena *arena)
{
	Text		lines = {NULL, 0, 0};
	const char *result;

	if (!text->has_block)
		return NULL;
	for (size_t i = text->body; i < text->body_end; i++)
		if (text->bytes[i] != '\r')
			text_add_bytes(&lines, text->bytes + i, 1);
	result = arena_strdup(arena, lines.bytes != NULL ? lines.bytes : "");
	text_free(&lines);
	return result;
}

/* With --force, the block goes in front of what is in the way. */
static void
compose(const HostsText *text, const Others *others, bool force,
		HostsFinding *finding, Arena *arena)
{
	Text		diff = {NULL, 0, 0};
	Text	   *result = &finding->result;

	hosts_compose(text, finding->new_text, others->before && force ?
				  others->start : text->begin, result);
	if (result->len == finding->content.len && result->len > 0 &&
		memcmp(result->bytes, finding->content.bytes, result->len) == 0)
	{
		finding->state = HOSTS_CURRENT;
		return;
	}
	finding->state = text->has_block ? HOSTS_DIFFERENT : HOSTS_MISSING;
	hosts_diff(finding->path, &finding->content, result, &diff);
	finding->diff = arena_strdup(arena, diff.bytes);
	text_free(&diff);
}

static void
tell_others(const Others *others, bool force, HostsFinding *finding,
			Arena *arena)
{
	if (others->words.len == 0)
		return;
	finding->problem = arena_strdup(arena, others->words.bytes);
	if (!others->before)
		finding->hint = "The block stands in front of it, and counts; remove "
			"the line.";
	else if (!force)
	{
		finding->state = HOSTS_CONFLICT;
		finding->hint = "Remove the line, or give \"hosts apply\" --force, "
			"which puts the block in front of it.";
	}
}

void
hosts_judge(const HostsRequest *request, HostsFinding *finding, Arena *arena)
{
	const bool	windows = finding->node != NULL &&
	finding->node->system == CONFIG_WINDOWS;
	const char *bytes = finding->content.bytes;
	Others		others = {.before = false};
	HostsText	text;
	HostsWalk	walk = {.next = 0};
	HostsFault	fault = hosts_parse(bytes != NULL ? bytes : "",
									finding->content.len, windows, &text);

	if (fault != HOSTS_SOUND)
	{
		tell_fault(finding, fault, text.line, arena);
		return;
	}
	finding->old_text = old_lines(&text, arena);
	while (hosts_next(&text, &walk))
		look_at_entry(&text, &walk.entry, finding->new_text, arena, &others);
	compose(&text, &others, request->force, finding, arena);
	tell_others(&others, request->force, finding, arena);
	text_free(&others.words);
}
