/*
 * json.c
 *		Form text on the string values of a JSON text.
 *
 * Strings are decoded, since "\u005c\u005cCN" names the same server as
 * "\\\\CN"; edits are carried back to the bytes they came from, so that all
 * else stays as it was.  A string is a key where a colon follows it.  Nothing
 * here depends on the text being JSON: the rest is passed over.
 *
 * XXX \u escapes over 0x7F are decoded as UTF-8.  In another server encoding
 * a mapping's value with such characters is not recognized in that spelling.
 */
#include <string.h>

#include "chars.h"
#include "output.h"

#define ESCAPED_MAX ((RW_VALUE_MAX * 4 + 64) * 2)

/* Carries edits of one decoded string back into the JSON text. */
typedef struct StringSink
{
	RwSink		sink;
	RwScan	   *outer;			/* the walk over the whole text */
	size_t		raw;			/* offset in the text ... */
	size_t		decoded;		/* ... of this byte of the decoded string */
	size_t		raw_end;		/* the closing quote */
} StringSink;

static int
hex4(const char *p, size_t len)
{
	int			value = 0;

	if (len < 4)
		return -1;
	for (int i = 0; i < 4; i++)
	{
		if (!rw_is(p[i], RW_HEX))
			return -1;
		value = value << 4 | (int) rw_hex(p[i]);
	}
	return value;
}

static size_t
put_utf8(int c, char *out)
{
	if (c < 0x80)
	{
		out[0] = (char) c;
		return 1;
	}
	if (c < 0x800)
	{
		out[0] = (char) (0xC0 | c >> 6);
		out[1] = (char) (0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000)
	{
		out[0] = (char) (0xE0 | c >> 12);
		out[1] = (char) (0x80 | (c >> 6 & 0x3F));
		out[2] = (char) (0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (char) (0xF0 | c >> 18);
	out[1] = (char) (0x80 | (c >> 12 & 0x3F));
	out[2] = (char) (0x80 | (c >> 6 & 0x3F));
	out[3] = (char) (0x80 | (c & 0x3F));
	return 4;
}

/* Decode one \u escape, or a pair of surrogates; *used in bytes. */
static size_t
decode_unicode(const char *p, size_t len, size_t *used, char *out)
{
	int			c = hex4(p + 2, len - 2);
	int			low;

	if (c < 0)
	{
		*used = 1;
		out[0] = p[0];
		return 1;
	}
	*used = 6;
	if (c >= 0xD800 && c < 0xDC00 && len >= 12 && p[6] == '\\' &&
		p[7] == 'u')
	{
		low = hex4(p + 8, len - 8);
		if (low >= 0xDC00 && low < 0xE000)
		{
			*used = 12;
			c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
		}
	}
	return put_utf8(c, out);
}

/*
 * Decode what begins at p, one byte or one escape.
 *
 * out:    *used: bytes read, at least 1; out[4]; returns bytes written
 */
static size_t
decode(const char *p, size_t len, size_t *used, char *out)
{
	static const char escapes[] = "\"\\/bfnrt";
	static const char meaning[] = "\"\\/\b\f\n\r\t";
	const char *found;

	*used = 1;
	out[0] = p[0];
	if (p[0] != '\\' || len < 2)
		return 1;
	if (p[1] == 'u')
		return decode_unicode(p, len, used, out);
	found = p[1] == '\0' ? NULL : strchr(escapes, p[1]);
	if (found != NULL)
	{
		*used = 2;
		out[0] = meaning[found - escapes];
	}
	return 1;
}

/* Move the sink's place to this byte of the decoded string. */
static void
advance(StringSink *string, size_t decoded)
{
	const char *text = string->outer->text;
	char		out[4];

	while (string->decoded < decoded && string->raw < string->raw_end)
	{
		size_t		used;

		string->decoded += decode(text + string->raw,
								  string->raw_end - string->raw, &used, out);
		string->raw += used;
	}
}

/*
 * What a path or a host is replaced by holds neither quotes nor control
 * characters: value.c refuses them.
 */
static size_t
escape(const char *from, size_t len, bool escape_slash, char *to)
{
	size_t		used = 0;

	for (size_t i = 0; i < len; i++)
	{
		if (from[i] == '\\' || (from[i] == '/' && escape_slash))
			to[used++] = '\\';
		to[used++] = from[i];
	}
	return used;
}

static bool
has_escaped_slash(const char *text, size_t from, size_t to)
{
	for (; from + 1 < to; from++)
		if (text[from] == '\\')
		{
			if (text[from + 1] == '/')
				return true;
			from++;
		}
	return false;
}

static bool
carry_edit(RwSink *sink, const RwEdit *edit)
{
	StringSink *string = (StringSink *) sink;
	RwScan	   *outer = string->outer;
	char		escaped[ESCAPED_MAX];
	RwEdit		carried = *edit;
	bool		slash;

	advance(string, edit->start);
	carried.start = string->raw;
	advance(string, edit->end);
	carried.end = string->raw;
	/* The root before the edit tells how this path writes its slashes. */
	slash = has_escaped_slash(outer->text,
							  carried.start >= 2 ? carried.start - 2 : 0,
							  carried.end);
	carried.text = escaped;
	carried.len = escape(edit->text, edit->len, slash, escaped);
	rw_emit(outer, &carried);
	return !outer->stopped;
}

/* Decode the string [start, end) into buffer; returns its length. */
static size_t
decode_string(const RwScan *scan, size_t start, size_t end, char *buffer)
{
	size_t		used;
	size_t		n = 0;

	while (start < end)
	{
		const char *from = scan->text + start;
		const char *escape = memchr(from, '\\', end - start);
		size_t		plain = escape != NULL ? (size_t) (escape - from) :
		end - start;

		memcpy(buffer + n, from, plain);
		n += plain;
		start += plain;
		if (escape != NULL)
		{
			n += decode(escape, end - start, &used, buffer + n);
			start += used;
		}
	}
	return n;
}

/* The closing quote of the string whose first byte is text[p], or len. */
static size_t
string_end(const RwScan *scan, size_t p, bool *escapes)
{
	const char *text = scan->text;

	*escapes = false;
	while (p < scan->len)
	{
		const char *quote = memchr(text + p, '"', scan->len - p);
		size_t		end = quote != NULL ? (size_t) (quote - text) : scan->len;
		const char *escape;

		while (p < end &&
			   (escape = memchr(text + p, '\\', end - p)) != NULL)
		{
			*escapes = true;
			p = (size_t) (escape - text) + 2;
		}
		if (p <= end)
			return end;
	}
	return scan->len;
}

/* buffer: room for the longest decoded string, taken once it is needed. */
static void
scan_string(RwScan *scan, size_t start, size_t end, bool escapes,
			char **buffer, const RwMemory *mem)
{
	StringSink	string;
	RwScan		inner = *scan;

	string.sink.edit = carry_edit;
	string.outer = scan;
	string.raw = start;
	string.raw_end = end;
	string.decoded = 0;
	inner.sink = &string.sink;
	inner.floor = 0;
	inner.text = scan->text + start;
	inner.len = end - start;
	if (escapes)
	{
		if (*buffer == NULL)
			*buffer = mem->allocate(mem->arg, scan->len + 4);
		inner.text = *buffer;
		inner.len = decode_string(scan, start, end, *buffer);
	}
	rw_scan_text(&inner);
	scan->paths = inner.paths;
}

void
rw_scan_json(RwScan *scan, const RwMemory *mem)
{
	char	   *buffer = NULL;
	size_t		p = 0;

	while (p < scan->len && !scan->stopped)
	{
		const char *quote = memchr(scan->text + p, '"', scan->len - p);
		size_t		start;
		size_t		end;
		size_t		behind;
		bool		escapes;

		if (quote == NULL)
			break;
		start = (size_t) (quote - scan->text) + 1;
		end = string_end(scan, start, &escapes);
		behind = end + 1;
		while (behind < scan->len && rw_is(scan->text[behind], RW_SPACE))
			behind++;
		if (end < scan->len &&
			(behind >= scan->len || scan->text[behind] != ':'))
			scan_string(scan, start, end, escapes, &buffer, mem);
		p = behind;
	}
	if (buffer != NULL)
		mem->release(mem->arg, buffer);
}
