/*
 * entry.c
 *		One line of a journal: a JSON object with its number, time and
 *		checksum.
 *
 * The checksum is over the text with sorted members, so that it holds for a
 * line that comes back from a database, too, which sorts them in its own way.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/timestamp.h"
#include "plan/internal.h"
#include "platform/clock.h"

#define SUM_SIZE 17

json_t *
entry_new(const char *event)
{
	json_t	   *entry;

	json_set_alloc_funcs(mem_alloc, free);
	entry = json_object();
	json_object_set_new(entry, "event", json_string(event));
	return entry;
}

json_t *
entry_of_step(const char *event, const char *step)
{
	json_t	   *entry = entry_new(event);

	json_object_set_new(entry, "step", json_string(step));
	return entry;
}

/* Bytes that are no UTF-8 cannot be in JSON. */
static json_t *
string_or_null(const char *text)
{
	json_t	   *string = text == NULL ? NULL : json_string(text);
	char	   *ascii;

	if (string != NULL || text == NULL)
		return string != NULL ? string : json_null();
	ascii = mem_strdup(text);
	for (char *c = ascii; *c != '\0'; c++)
		if ((unsigned char) *c >= 0x80)
			*c = '?';
	string = json_string(ascii);
	free(ascii);
	return string;
}

void
entry_set_error(json_t * entry, const Error *error)
{
	json_t	   *parts = json_object();

	json_object_set_new(parts, "message", string_or_null(error->message));
	json_object_set_new(parts, "detail", string_or_null(error->detail));
	json_object_set_new(parts, "hint", string_or_null(error->hint));
	json_object_set_new(parts, "sqlstate", json_string(error->sqlstate));
	json_object_set_new(entry, "error", parts);
}

char *
entry_dump(const json_t * entry)
{
	return json_dumps(entry, JSON_COMPACT | JSON_SORT_KEYS);
}

/* FNV-1a of the sum before and the line. */
static uint64_t
chain(uint64_t sum, const char *text)
{
	uint64_t	hash = UINT64_C(14695981039346656037);

	for (int i = 0; i < 8; i++)
		hash = (hash ^ (sum >> (8 * i) & 0xFF)) * UINT64_C(1099511628211);
	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char) *text) * UINT64_C(1099511628211);
	return hash;
}

/* The sum of a line that has none in it. */
static uint64_t
sum_of(const json_t * entry, uint64_t before)
{
	char	   *text = entry_dump(entry);
	uint64_t	sum = chain(before, text);

	free(text);
	return sum;
}

void
entry_seal(json_t * entry, size_t number, uint64_t *sum)
{
	char		text[TIMESTAMP_SIZE];

	timestamp_format(plat_wall_ms(), text);
	json_object_set_new(entry, "time", json_string(text));
	json_object_set_new(entry, "line", json_integer((json_int_t) number));
	*sum = sum_of(entry, *sum);
	snprintf(text, SUM_SIZE, "%016" PRIx64, *sum);
	json_object_set_new(entry, "sum", json_string(text));
}

bool
entry_check(const json_t * entry, size_t number, uint64_t *sum)
{
	char		expected[SUM_SIZE];
	const char *got = entry_text(entry, "sum");
	json_t	   *bare;

	if (got == NULL || entry_text(entry, "event") == NULL ||
		entry_text(entry, "time") == NULL ||
		!json_is_integer(json_object_get(entry, "line")) ||
		json_integer_value(json_object_get(entry, "line")) !=
		(json_int_t) number)
		return false;
	bare = json_copy((json_t *) (uintptr_t) entry);
	json_object_del(bare, "sum");
	*sum = sum_of(bare, *sum);
	json_decref(bare);
	snprintf(expected, SUM_SIZE, "%016" PRIx64, *sum);
	return strcmp(got, expected) == 0;
}

const char *
entry_text(const json_t * entry, const char *member)
{
	return json_string_value(json_object_get(entry, member));
}

bool
entry_is(const json_t * entry, const char *event)
{
	const char *text = entry_text(entry, "event");

	return text != NULL && strcmp(text, event) == 0;
}
