/*
 * header.c
 *		The header of a sealed set: lines of a key, a blank and a value.
 *
 * It has one form only: what is read is written again and compared.
 */
#include "seal/internal.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"

#define MAGIC "qsrepl-sealed-set 1\n"

/* The longest: two names of 63 bytes, fingerprints, numbers. */
#define HEADER_MAX 1024

#define DIGITS 18

void
seal_header_add(Text *text, const SealHeader *header)
{
	text_add(text, MAGIC);
	text_addf(text, "from %s\nto %s\nsystem %s\n", header->from, header->to,
			  header->system);
	text_addf(text, "counter %lld\ntime %lld\n", (long long) header->counter,
			  (long long) header->time_ms);
	text_addf(text, "signer %s\nrecipient %s\nrecovery %s\n\n",
			  header->signer, header->recipient, header->recovery);
}

/* The value behind a key at the beginning of a line; *at: behind the line. */
static const char *
take(char **at, const char *key)
{
	size_t		len = strlen(key);
	char	   *value = *at + len + 1;
	char	   *end;

	if (strncmp(*at, key, len) != 0 || (*at)[len] != ' ')
		return "";
	end = strchr(value, '\n');
	if (end == NULL)
		return "";
	*end = '\0';
	*at = end + 1;
	return value;
}

static int64_t
take_number(char **at, const char *key)
{
	const char *value = take(at, key);
	int64_t		number = 0;

	if (strlen(value) > DIGITS)
		return 0;
	for (; *value >= '0' && *value <= '9'; value++)
		number = number * 10 + (*value - '0');
	return *value == '\0' ? number : 0;
}

static void
take_fingerprint(char **at, const char *key,
				 char fingerprint[SEAL_FINGERPRINT_SIZE])
{
	snprintf(fingerprint, SEAL_FINGERPRINT_SIZE, "%s", take(at, key));
}

/* Where the empty line ends; 0: there is none. */
static size_t
length_of(const char *bytes, size_t len)
{
	size_t		most = len < HEADER_MAX ? len : HEADER_MAX;

	for (size_t i = 1; i < most && bytes[i - 1] != '\0'; i++)
		if (bytes[i] == '\n' && bytes[i - 1] == '\n')
			return i + 1;
	return 0;
}

bool
seal_header_read(const void *bytes, size_t len, Arena *arena,
				 SealHeader *header, size_t *header_len, Error *error)
{
	Text		again = {NULL, 0, 0};
	char	   *at;
	bool		good;

	memset(header, 0, sizeof(*header));
	*header_len = length_of(bytes, len);
	at = arena_alloc(arena, *header_len + 1);
	memcpy(at, bytes, *header_len);
	if (*header_len > strlen(MAGIC))
		at += strlen(MAGIC);
	header->from = take(&at, "from");
	header->to = take(&at, "to");
	header->system = take(&at, "system");
	header->counter = take_number(&at, "counter");
	header->time_ms = take_number(&at, "time");
	take_fingerprint(&at, "signer", header->signer);
	take_fingerprint(&at, "recipient", header->recipient);
	take_fingerprint(&at, "recovery", header->recovery);
	seal_header_add(&again, header);
	good = again.len == *header_len && header->counter > 0 &&
		memcmp(again.bytes, bytes, again.len) == 0;
	text_free(&again);
	return good || error_set(error, NULL, NULL, "invalid sealed set: its "
							 "header is damaged, or of another version");
}

bool
seal_expected(const SealHeader *header, const SealExpected *expected,
			  Error *error)
{
	if (strcmp(header->to, expected->to) != 0)
		return error_set(error, NULL, NULL, "the set is sealed for site "
						 "\"%s\", not \"%s\"", header->to, expected->to);
	if (strcmp(header->from, expected->from) != 0)
		return error_set(error, NULL, NULL, "the set is of site \"%s\", not "
						 "\"%s\"", header->from, expected->from);
	if (strcmp(header->system, expected->system) != 0)
		return error_set(error, NULL, NULL, "the set is of the database "
						 "system %s, not %s", header->system,
						 expected->system);
	if (header->counter <= expected->installed)
		return error_set(error, "A set that was sealed earlier, or is "
						 "replayed, is not installed over a newer one.", NULL,
						 "the set has number %lld, but number %lld was "
						 "installed already", (long long) header->counter,
						 (long long) expected->installed);
	return true;
}
