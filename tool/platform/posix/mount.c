/*
 * mount.c
 *		In what file system a path is, by /proc/self/mountinfo.
 *
 * A line: id, parent, device, root, mount point, options, further fields up
 * to "-", then type, source and options of the file system.  Blanks, tabs,
 * line feeds and backslashes in names are \ and three octal digits.
 */
#include "platform/posix/posix.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "platform/file.h"
#include "platform/mount.h"

#define MOUNTINFO "/proc/self/mountinfo"
#define MOUNTINFO_LIMIT (16 * 1024 * 1024)

/* Which word of a line, from 0, and which behind the dash. */
enum
{
	WORD_POINT = 4, WORD_OPTIONS = 5, WORD_FURTHER = 6,
	BEHIND_TYPE = 1, BEHIND_SOURCE = 2, BEHIND_OPTIONS = 3
};

static bool
is_octal(const char *text)
{
	for (int i = 1; i <= 3; i++)
		if (text[i] < '0' || text[i] > '7')
			return false;
	return true;
}

/* A word without its escapes. */
static char *
decode(const char *word, size_t len, Arena *arena)
{
	char	   *out = arena_alloc(arena, len + 1);
	size_t		n = 0;

	for (size_t i = 0; i < len; i++)
		if (word[i] == '\\' && len - i > 3 && is_octal(word + i))
		{
			out[n++] = (char) ((word[i + 1] - '0') * 64 +
							   (word[i + 2] - '0') * 8 + word[i + 3] - '0');
			i += 3;
		}
		else
			out[n++] = word[i];
	return out;
}

/* The nth word from here on; NULL: the line has fewer. */
static const char *
nth(const char *line, const char *end, int n, size_t *len)
{
	for (;; n--)
	{
		const char *stop = memchr(line, ' ', (size_t) (end - line));

		*len = (size_t) ((stop != NULL ? stop : end) - line);
		if (n == 0)
			return *len > 0 ? line : NULL;
		if (stop == NULL)
			return NULL;
		line = stop + 1;
	}
}

static char *
word_of(const char *line, const char *end, int n, Arena *arena)
{
	size_t		len;
	const char *word = nth(line, end, n, &len);

	return word != NULL ? decode(word, len, arena) : NULL;
}

/* The word that is a dash alone, behind those that are always there. */
static const char *
find_dash(const char *line, const char *end)
{
	size_t		len;

	for (int n = WORD_FURTHER;; n++)
	{
		const char *word = nth(line, end, n, &len);

		if (word == NULL || (len == 1 && word[0] == '-'))
			return word;
	}
}

static bool
is_below(const char *path, const char *point)
{
	size_t		len = strlen(point);

	if (strcmp(point, "/") == 0)
		return path[0] == '/';
	return strncmp(path, point, len) == 0 &&
		(path[len] == '/' || path[len] == '\0');
}

static bool
take_line(const char *line, const char *end, const char *path, Arena *arena,
		  PlatMount *mount)
{
	char	   *point = word_of(line, end, WORD_POINT, arena);
	const char *dash = point != NULL ? find_dash(line, end) : NULL;
	const char *type = NULL;
	const char *source = NULL;

	/* What is mounted later on the same point hides what is below. */
	if (dash == NULL || !is_below(path, point) ||
		(mount->point != NULL && strlen(point) < strlen(mount->point)))
		return false;
	type = word_of(dash, end, BEHIND_TYPE, arena);
	source = word_of(dash, end, BEHIND_SOURCE, arena);
	if (type == NULL)
		return false;
	mount->point = point;
	mount->type = type;
	mount->source = source != NULL ? source : "";
	mount->options = arena_printf(arena, "%s,%s",
								  word_of(line, end, WORD_OPTIONS, arena),
								  source != NULL ?
								  word_of(dash, end, BEHIND_OPTIONS, arena) !=
								  NULL ? word_of(dash, end, BEHIND_OPTIONS,
												 arena) : "" : "");
	return true;
}

bool
plat_mount_parse(const char *text, const char *path, Arena *arena,
				 PlatMount *mount)
{
	bool		found = false;

	memset(mount, 0, sizeof(*mount));
	while (*text != '\0')
	{
		const char *end = text + strcspn(text, "\n");

		found = take_line(text, end, path, arena, mount) || found;
		text = *end == '\n' ? end + 1 : end;
	}
	return found;
}

bool
plat_mount_of(const char *path, Arena *arena, PlatMount *mount, Error *error)
{
	char	   *real = realpath(path, NULL);
	Text		text = {NULL, 0, 0};
	bool		good;

	memset(mount, 0, sizeof(*mount));
	if (real == NULL)
		return error_set(error, NULL, NULL, "could not look at \"%s\": %s",
						 path, strerror(errno));
	good = plat_file_read(MOUNTINFO, MOUNTINFO_LIMIT, &text, error);
	if (good && (text.len == 0 ||
				 !plat_mount_parse(text.bytes, real, arena, mount)))
		good = error_set(error, NULL, NULL, "could not tell in what file "
						 "system \"%s\" is", path);
	text_free(&text);
	free(real);
	return good;
}

bool
plat_mount_has(const PlatMount *mount, const char *option)
{
	size_t		len = strlen(option);
	const char *at = mount->options;

	while (at != NULL && *at != '\0')
	{
		size_t		word = strcspn(at, ",");

		if (word >= len && strncmp(at, option, len) == 0 &&
			(word == len || at[len] == '='))
			return true;
		at += word + (at[word] == ',');
	}
	return false;
}
