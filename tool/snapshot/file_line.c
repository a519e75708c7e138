/*
 * file_line.c
 *		A file as a line of the manifest.
 *
 * There are as many as files in the share, so this is done by hand.  A line
 * has one form only: each part is read in the form that it is written in.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/secret.h"
#include "base/utf8.h"
#include "snapshot/internal.h"

#define DIGITS 20

static bool
is_utf8(const char *string)
{
	size_t		len = strlen(string);

	while (len > 0)
	{
		size_t		n = (unsigned char) *string < 0x80 ? 1 :
		utf8_length(string, len);

		if (n == 0)
			return false;
		string += n;
		len -= n;
	}
	return true;
}

/* Does a byte of a string stand for itself? */
static bool
is_plain(char c)
{
	return (unsigned char) c >= ' ' && c != '"' && c != '\\';
}

static void
add_string(Text *text, const char *string)
{
	text_add_bytes(text, "\"", 1);
	while (*string != '\0')
	{
		const char *end = string;

		while (is_plain(*end))
			end++;
		text_add_bytes(text, string, (size_t) (end - string));
		if (*end == '\0')
			break;
		text_addf(text, "\\u%04x", (unsigned char) *end);
		string = end + 1;
	}
	text_add_bytes(text, "\"", 1);
}

static void
add_number(Text *text, const char *name, int64_t number)
{
	char		digits[DIGITS + 1];
	size_t		at = DIGITS;
	uint64_t	rest = number < 0 ? 0 - (uint64_t) number : (uint64_t) number;

	do
	{
		digits[at--] = (char) ('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (number < 0)
		digits[at--] = '-';
	text_add(text, name);
	text_add_bytes(text, digits + at + 1, DIGITS - at);
}

static void
add_path(Text *text, const char *path)
{
	Text		encoded = {NULL, 0, 0};

	if (is_utf8(path))
	{
		text_add(text, "{\"path\": ");
		add_string(text, path);
		return;
	}
	base64_add(&encoded, path, strlen(path));
	text_addf(text, "{\"path_base64\": \"%s\"", encoded.bytes);
	secret_free(&encoded);
}

void
snapshot_file_write(Text *text, const SnapshotFile *file)
{
	add_path(text, file->path);
	add_number(text, ", \"size\": ", (int64_t) file->size);
	add_number(text, ", \"modified\": ", file->modified_ns);
	text_add(text, ", \"sha256\": \"");
	text_add(text, file->sha256);
	text_add(text, file->unstable ? "\", \"unstable\": true" : "\"");
	if (file->inode != 0)
	{
		add_number(text, ", \"inode\": ", (int64_t) file->inode);
		add_number(text, ", \"changed\": ", file->changed_ns);
	}
	text_add_bytes(text, "}", 1);
}

/* What is left of a line. */
typedef struct Rest
{
	const char *at;
	const char *end;
} Rest;

static bool
take(Rest *rest, const char *word)
{
	size_t		len = strlen(word);

	if ((size_t) (rest->end - rest->at) < len ||
		memcmp(rest->at, word, len) != 0)
		return false;
	rest->at += len;
	return true;
}

static bool
take_number(Rest *rest, int64_t * number)
{
	bool		negative = take(rest, "-");
	const char *begin = rest->at;
	uint64_t	value = 0;

	while (rest->at < rest->end && *rest->at >= '0' && *rest->at <= '9')
	{
		if (value > (UINT64_MAX - 9) / 10)
			return false;
		value = value * 10 + (uint64_t) (*rest->at++ - '0');
	}
	if (rest->at == begin || value > INT64_MAX ||
		(*begin == '0' && (negative || rest->at > begin + 1)))
		return false;
	*number = negative ? -(int64_t) value : (int64_t) value;
	return true;
}

/* The four digits behind "\u", which mean a byte that needs them; 0: none. */
static char
escaped(const char *digits)
{
	static const char all[] = "0123456789abcdef";
	const char *high = digits[2] != '\0' ? strchr(all, digits[2]) : NULL;
	const char *low = digits[3] != '\0' ? strchr(all, digits[3]) : NULL;
	char		c;

	if (digits[0] != '0' || digits[1] != '0' || high == NULL || low == NULL ||
		high - all > 7)
		return 0;
	c = (char) ((high - all) * 16 + (low - all));
	return is_plain(c) ? 0 : c;
}

/* A string up to its quote, decoded into the arena; NULL: it is none. */
static char *
take_string(Rest *rest, Arena *arena)
{
	const char *quote = memchr(rest->at, '"', (size_t) (rest->end - rest->at));
	char	   *string;
	size_t		len = 0;

	if (quote == NULL)
		return NULL;
	string = arena_alloc(arena, (size_t) (quote - rest->at) + 1);
	while (rest->at < quote)
	{
		char		c = *rest->at++;

		if (c == '\\')
		{
			if (quote - rest->at < 5 || *rest->at != 'u' ||
				(c = escaped(rest->at + 1)) == 0)
				return NULL;
			rest->at += 5;
		}
		else if (!is_plain(c))
			return NULL;
		string[len++] = c;
	}
	rest->at++;
	return string;
}

/* A path that is no UTF-8; NULL: it is none. */
static const char *
take_base64(Rest *rest, Arena *arena)
{
	const char *encoded = take_string(rest, arena);
	Text		bytes = {NULL, 0, 0};
	Text		again = {NULL, 0, 0};
	const char *path = NULL;

	if (encoded != NULL && base64_decode(encoded, &bytes) && bytes.len > 0 &&
		memchr(bytes.bytes, '\0', bytes.len) == NULL)
		path = arena_printf(arena, "%.*s", (int) bytes.len, bytes.bytes);
	/* Its last digit has bits that do not count. */
	if (path != NULL)
		base64_add(&again, path, strlen(path));
	if (path != NULL && (is_utf8(path) || strcmp(again.bytes, encoded) != 0))
		path = NULL;
	secret_free(&again);
	secret_free(&bytes);
	return path;
}

static const char *
take_utf8(Rest *rest, Arena *arena)
{
	const char *path = take_string(rest, arena);

	return path != NULL && is_utf8(path) ? path : NULL;
}

static bool
is_sha256(const char *text)
{
	return strspn(text, "0123456789abcdef") >= SNAPSHOT_SHA256_SIZE - 1;
}

/* Behind the path. */
static bool
take_members(Rest *rest, SnapshotFile *file)
{
	int64_t		number;

	if (!take(rest, ", \"size\": ") || !take_number(rest, &number) ||
		number < 0 || !take(rest, ", \"modified\": ") ||
		!take_number(rest, &file->modified_ns) ||
		!take(rest, ", \"sha256\": \"") ||
		rest->end - rest->at < SNAPSHOT_SHA256_SIZE ||
		!is_sha256(rest->at))
		return false;
	file->size = (uint64_t) number;
	memcpy(file->sha256, rest->at, SNAPSHOT_SHA256_SIZE - 1);
	file->sha256[SNAPSHOT_SHA256_SIZE - 1] = '\0';
	rest->at += SNAPSHOT_SHA256_SIZE - 1;
	file->unstable = take(rest, "\", \"unstable\": true");
	if (!file->unstable && !take(rest, "\""))
		return false;
	file->inode = 0;
	file->changed_ns = 0;
	if (take(rest, ", \"inode\": "))
	{
		if (!take_number(rest, &number) || number == 0 ||
			!take(rest, ", \"changed\": ") ||
			!take_number(rest, &file->changed_ns))
			return false;
		file->inode = (uint64_t) number;
	}
	return take(rest, "}") && rest->at == rest->end;
}

bool
snapshot_file_parse(const char *line, size_t len, Arena *arena,
					SnapshotFile *file)
{
	Rest		rest = {line, line + len};

	if (take(&rest, "{\"path\": \""))
		file->path = take_utf8(&rest, arena);
	else if (take(&rest, "{\"path_base64\": \""))
		file->path = take_base64(&rest, arena);
	else
		return false;
	return file->path != NULL && take_members(&rest, file);
}
