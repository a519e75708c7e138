/*
 * fuzz_hosts.c
 *		Any bytes as a hosts file: what is outside of the block never changes,
 *		and writing the block again changes nothing.
 */
#include "fuzz.h"

#include "hosts/internal.h"

static const char lines[] = "10.1.0.11\tCN\n10.1.0.20\tFS\n";

/* What is outside of the block. */
static void
add_outside(const HostsText *text, Text *out)
{
	text_add_bytes(out, text->bytes, text->begin);
	text_add_bytes(out, text->bytes + text->end, text->len - text->end);
}

static void
require_same(const Text *a, const Text *b)
{
	require(a->len == b->len);
	require(a->len == 0 || memcmp(a->bytes, b->bytes, a->len) == 0);
}

/* Compose, take apart, and compose again. */
static void
go_round(const HostsText *text, size_t at)
{
	Text		first = {NULL, 0, 0};
	Text		second = {NULL, 0, 0};
	Text		before = {NULL, 0, 0};
	Text		after = {NULL, 0, 0};
	HostsText	again;

	hosts_compose(text, lines, at, &first);
	require(hosts_parse(first.bytes, first.len, !text->crlf, &again) ==
			HOSTS_SOUND);
	require(again.has_block && again.body <= again.body_end);
	add_outside(text, &before);
	add_outside(&again, &after);
	require_same(&before, &after);
	if (again.crlf == text->crlf)
	{
		hosts_compose(&again, lines, again.begin, &second);
		require_same(&first, &second);
	}
	text_free(&first);
	text_free(&second);
	text_free(&before);
	text_free(&after);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = size > 0 ? (const char *) data : "";
	HostsText	text;
	HostsWalk	walk = {.next = 0};
	Text		from = {NULL, 0, 0};
	Text		diff = {NULL, 0, 0};
	size_t		first = size;

	if (hosts_parse(bytes, size, size % 2 == 0, &text) != HOSTS_SOUND)
		return 0;
	while (hosts_next(&text, &walk))
	{
		const HostsEntry *entry = &walk.entry;

		require(entry->name >= bytes && entry->name_len > 0 &&
				entry->name + entry->name_len <= bytes + size);
		require(entry->start < text.begin || entry->start >= text.end);
		require(entry->start == text.bom || bytes[entry->start - 1] == '\n');
		if (entry->start < first)
			first = entry->start;
	}
	go_round(&text, text.begin);
	if (first < text.begin)
		go_round(&text, first);
	text_add_bytes(&from, bytes, size);
	hosts_diff("hosts", &from, &from, &diff);
	text_free(&from);
	text_free(&diff);
	return 0;
}
