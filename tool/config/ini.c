/*
 * ini.c
 *		The lines of the file: sections, names and values.
 *
 * inih cuts a line into name and value, but has limits that it keeps silent
 * about: lines longer than a buffer that its build fixes are cut, and so are
 * names of sections; what stands behind " ;" is dropped; an indented line
 * continues the value before it; it tells the first wrong line only, and
 * nothing of a section without entries.  So it gets its lines one by one from
 * feed(), which checks each and keeps the sections, and which hands a line
 * that is too long for the buffer over in pieces: as lines that continue each
 * other, the one use that is left of that.
 */
#include "config/ini.h"

#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

/* Nothing sensible is longer; a file that is no text soon has such a line. */
#define LINE_LENGTH_MAX 8192

typedef struct Reader
{
	const char *rest;			/* of the text */
	size_t		left;
	size_t		line;			/* the current one, from 1 */
	bool		in_section;		/* a section that was understood */
	bool		skipping;		/* the entries of one that was not */
	bool		told;			/* that an entry stands before all sections */
	char	   *piece;			/* what of the line is still to be fed */
	bool		fed;			/* inih has a line that must call the handler */
	bool		begun;			/* the handler has been called for it */
	bool		pending;		/* it must still be called for the last piece */
	bool		lost;			/* it was not for one before */
	Arena	   *arena;
	Problems   *problems;
	IniFile    *file;
} Reader;

static IniSection *
add_section(Reader *reader)
{
	IniFile    *file = reader->file;

	if (file->n_sections == file->capacity)
	{
		file->capacity = file->capacity > 0 ? file->capacity * 2 : 8;
		file->sections = mem_grow(file->sections,
								  file->capacity * sizeof(IniSection));
	}
	memset(&file->sections[file->n_sections], 0, sizeof(IniSection));
	return &file->sections[file->n_sections++];
}

static IniEntry *
add_entry(IniSection *section)
{
	if (section->n_entries == section->capacity)
	{
		section->capacity = section->capacity > 0 ? section->capacity * 2 : 16;
		section->entries = mem_grow(section->entries,
									section->capacity * sizeof(IniEntry));
	}
	return &section->entries[section->n_entries++];
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Cut blanks off both ends, in place. */
static char *
trim(char *line)
{
	size_t		len;

	while (is_blank(*line))
		line++;
	len = strlen(line);
	while (len > 0 && is_blank(line[len - 1]))
		line[--len] = '\0';
	return line;
}

/* What cannot be in a line; NULL where all is well. */
static const char *
wrong_bytes(const char *line, size_t len, const char **hint)
{
	*hint = "";
	if (len > LINE_LENGTH_MAX)
		return "line is longer than 8192 bytes";
	while (len > 0)
	{
		size_t		n = utf8_length(line, len);

		if (n == 0)
		{
			*hint = "Save the file as UTF-8.";
			return "line is not UTF-8";
		}
		if (*line == '\0')
		{
			*hint = "Save the file as UTF-8, not UTF-16.";
			return "line holds a NUL byte";
		}
		if (((unsigned char) *line < 0x20 && *line != '\t') || *line == 0x7F)
			return "line holds a control character";
		line += n;
		len -= n;
	}
	return NULL;
}

/* Does a semicolon behind a blank stand in the line? */
static bool
has_comment(const char *line)
{
	for (const char *c = strchr(line, ';'); c != NULL; c = strchr(c + 1, ';'))
		if (c > line && is_blank(c[-1]))
			return true;
	return false;
}

/* "[word name]", of which the blanks at both ends are cut off. */
static void
read_header(Reader *reader, char *line)
{
	size_t		len = strlen(line);
	IniSection *section;
	char	   *word;
	char	   *end;

	reader->in_section = false;
	reader->skipping = true;
	if (line[len - 1] != ']' || strchr(line + 1, ']') != line + len - 1)
	{
		problems_error(reader->problems, reader->line, NULL,
					   "A section looks like [site A], alone in its line; "
					   "a comment begins a line of its own.",
					   "section has no end");
		return;
	}
	line[len - 1] = '\0';
	word = trim(line + 1);
	if (*word == '\0')
	{
		problems_error(reader->problems, reader->line, NULL,
					   "A section looks like [site A].",
					   "section has no name");
		return;
	}
	section = add_section(reader);
	section->line = reader->line;
	section->word = arena_strdup(reader->arena, word);
	end = arena_strdup(reader->arena, word);
	section->name = "";
	if (end[strcspn(end, " \t")] != '\0')
	{
		section->name = trim(end + strcspn(end, " \t"));
		end[strcspn(end, " \t")] = '\0';
		section->word = end;
	}
	reader->in_section = true;
	reader->skipping = false;
}

/* Look at an entry before inih does; false: it is not for inih. */
static bool
check_entry(Reader *reader, const char *line)
{
	if (!reader->in_section && !reader->skipping && !reader->told)
	{
		reader->told = true;
		problems_error(reader->problems, reader->line, NULL,
					   "The file begins with [qsrepl].",
					   "key stands before the first section");
	}
	if (!reader->in_section)
		return false;
	if (!has_comment(line))
		return true;
	problems_error(reader->problems, reader->line,
				   "A semicolon behind a blank would begin a comment.",
				   "Write comments into lines of their own; leave the blank "
				   "out where the semicolon belongs to the value.",
				   "value could be cut at its semicolon");
	return false;
}

/* Take the next line of the text; false at its end. */
static bool
next_line(Reader *reader, char **line)
{
	const char *feed;
	const char *message;
	const char *hint;
	size_t		len;

	if (reader->left == 0)
		return false;
	feed = memchr(reader->rest, '\n', reader->left);
	len = feed != NULL ? (size_t) (feed - reader->rest) : reader->left;
	reader->line++;
	*line = NULL;
	if (len > 0 && reader->rest[len - 1] == '\r')
		message = wrong_bytes(reader->rest, len - 1, &hint);
	else
		message = wrong_bytes(reader->rest, len, &hint);
	if (message != NULL)
		problems_error(reader->problems, reader->line, NULL, hint, "%s",
					   message);
	else
		*line = arena_printf(reader->arena, "%.*s", (int) len, reader->rest);
	len += feed != NULL ? 1 : 0;
	reader->rest += len;
	reader->left -= len;
	if (*line != NULL && strchr(*line, '\r') != NULL)
		*strchr(*line, '\r') = '\0';
	return true;
}

/* inih was given an entry: has it called the handler? */
static void
finish_entry(Reader *reader)
{
	if (reader->fed && reader->begun && (reader->pending || reader->lost))
		problems_error(reader->problems, reader->line,
					   "The library inih was built without lines that "
					   "continue each other.", "Shorten it.",
					   "line is too long");
	else if (reader->fed && !reader->begun)
		problems_error(reader->problems, reader->line, NULL,
					   "A line is a [section], a key = value, or a comment "
					   "that begins with #.",
					   "line is not recognized");
	reader->fed = false;
}

/*
 * Where a piece of at most len bytes may end: not beside a blank, which inih
 * would cut off, and not before what would begin a comment.  0: nowhere.
 */
static size_t
piece_length(const char *line, size_t len)
{
	while (len > 0 && (is_blank(line[len - 1]) || is_blank(line[len]) ||
					   line[len] == ';' || line[len] == '#'))
		len--;
	return len;
}

/* Give inih the next piece of the line. */
static char *
feed_piece(Reader *reader, char *buffer, size_t size)
{
	bool		first = !reader->begun;
	size_t		len = strlen(reader->piece);
	size_t		most = size - 3;	/* a tab, a line feed, a NUL */

	if (len > most)
	{
		len = piece_length(reader->piece, most);
		/* The name must be in the first piece, for inih to find its end. */
		if (len == 0 || (first && strcspn(reader->piece, "=:") >= len))
		{
			problems_error(reader->problems, reader->line, NULL,
						   "Shorten it.", "line is too long");
			reader->piece = NULL;
			reader->fed = false;
			buffer[0] = '\0';
			return buffer;
		}
	}
	reader->lost = reader->lost || (!first && reader->pending);
	reader->pending = true;
	if (!first)
		*buffer++ = '\t';
	memcpy(buffer, reader->piece, len);
	buffer[len] = '\n';
	buffer[len + 1] = '\0';
	reader->piece = reader->piece[len] != '\0' ? reader->piece + len : NULL;
	return first ? buffer : buffer - 1;
}

/* What inih calls for a line; an empty one means nothing to it. */
static char *
feed(char *buffer, int size, void *stream)
{
	Reader	   *reader = stream;
	char	   *line;

	/* The rest of a line whose beginning was not understood is left out. */
	if (reader->piece != NULL && reader->begun)
		return feed_piece(reader, buffer, (size_t) size);
	finish_entry(reader);
	buffer[0] = '\0';
	if (!next_line(reader, &line))
		return NULL;
	if (line == NULL)
		return buffer;
	line = trim(line);
	if (*line == '\0' || *line == '#' || *line == ';')
		return buffer;
	if (*line == '[')
	{
		read_header(reader, line);
		return buffer;
	}
	if (!check_entry(reader, line))
		return buffer;
	reader->piece = line;
	reader->fed = true;
	reader->begun = false;
	reader->lost = false;
	return feed_piece(reader, buffer, (size_t) size);
}

/* What inih calls with a name and a value, or a piece of one. */
static int
handle(void *arg, const char *unused, const char *name, const char *value)
{
	Reader	   *reader = arg;
	IniSection *section;
	IniEntry   *entry;

	(void) unused;
	section = &reader->file->sections[reader->file->n_sections - 1];
	reader->pending = false;
	if (reader->begun)
	{
		entry = &section->entries[section->n_entries - 1];
		/* A piece that continues comes with the name, or its beginning. */
		if (strncmp(entry->name, name, strlen(name)) != 0)
			reader->lost = true;
		entry->value = arena_printf(reader->arena, "%s%s", entry->value,
									value);
		return 1;
	}
	entry = add_entry(section);
	entry->name = arena_strdup(reader->arena, name);
	entry->value = arena_strdup(reader->arena, value);
	entry->line = reader->line;
	reader->begun = true;
	return 1;
}

/* Skip a byte order mark; one of UTF-16 is a mistake. */
static bool
skip_mark(Reader *reader)
{
	if (reader->left >= 3 && memcmp(reader->rest, "\xEF\xBB\xBF", 3) == 0)
	{
		reader->rest += 3;
		reader->left -= 3;
	}
	if (reader->left < 2 || (memcmp(reader->rest, "\xFF\xFE", 2) != 0 &&
							 memcmp(reader->rest, "\xFE\xFF", 2) != 0))
		return true;
	problems_error(reader->problems, 0, NULL, "Save the file as UTF-8.",
				   "file is UTF-16");
	return false;
}

void
config_ini_read(const char *text, size_t len, Arena *arena,
				Problems *problems, IniFile *file)
{
	Reader		reader = {.rest = text,.left = len};

	memset(file, 0, sizeof(*file));
	reader.arena = arena;
	reader.problems = problems;
	reader.file = file;
	if (!skip_mark(&reader))
		return;
	if (ini_parse_stream(feed, &reader, handle, &reader) < 0)
		problems_error(problems, 0, NULL, NULL, "out of memory");
	finish_entry(&reader);
}

void
config_ini_free(IniFile *file)
{
	for (size_t i = 0; i < file->n_sections; i++)
		free(file->sections[i].entries);
	free(file->sections);
	memset(file, 0, sizeof(*file));
}
