/*
 * root.c
 *		How a path begins in each spelling, and which bytes may surround it.
 */
#include <string.h>

#include "chars.h"
#include "scan.h"

static size_t
count_backslashes(const char *text, size_t len, size_t p)
{
	size_t		n = 0;

	while (p + n < len && text[p + n] == '\\')
		n++;
	return n;
}

static bool
percent_separator(const char *text, size_t len, size_t p)
{
	return RW_STARTS(text, len, p, "%5c") || RW_STARTS(text, len, p, "%2f");
}

size_t
rw_separator(const char *text, size_t len, size_t p, RwSpelling spelling)
{
	if (p >= len)
		return 0;
	switch (spelling)
	{
		case RW_PLAIN:
		case RW_SLASH:
		case RW_EXTENDED:
		case RW_URL:
			return text[p] == '\\' || text[p] == '/';
		case RW_ESCAPED:
		case RW_EXTENDED_ESCAPED:
			return RW_STARTS(text, len, p, "\\\\") ? 2 : 0;
		case RW_ESCAPED_TWICE:
			return RW_STARTS(text, len, p, "\\\\\\\\") ? 4 : 0;
		case RW_JSON_SLASH:
		case RW_URL_JSON:
			return RW_STARTS(text, len, p, "\\/") ? 2 : 0;
		case RW_PERCENT:
			break;
	}
	return percent_separator(text, len, p) ? 3 : 0;
}

/* %1, %2 and %20, but not the escapes of $ + - . unless a drive follows. */
static bool
percent_follows(const char *text, size_t len, size_t p)
{
	if (len - p < 2 || text[p + 1] == '1')
		return len - p >= 2;
	if (text[p + 1] != '2')
		return false;
	if (len - p < 3 || strchr("4BbDdEe", text[p + 2]) == NULL ||
		text[p + 2] == '\0')
		return true;
	return len - p > 3 && text[p + 3] == ':';
}

/* All that may follow a match but a dot; separators are not looked at. */
static bool
follows(const char *text, size_t len, size_t p)
{
	if (p >= len || rw_is(text[p], RW_SPACE | RW_CONTROL | RW_LISTED))
		return true;
	return text[p] == '\\' ||
		(text[p] == '%' && percent_follows(text, len, p));
}

bool
rw_may_follow(const char *text, size_t len, size_t p, RwSpelling spelling)
{
	if (p < len && text[p] == '.')
		return rw_separator(text, len, p + 1, spelling) == 0 &&
			follows(text, len, p + 1);
	return follows(text, len, p);
}

static bool
set_root(RwRoot *root, RwSpelling spelling, size_t start, size_t turn,
		 size_t body, size_t separator)
{
	root->spelling = spelling;
	root->drive = false;
	root->remote = false;
	root->authority = false;
	root->start = start;
	root->turn = turn;
	root->body = body;
	root->separator = separator;
	return true;
}

/* \\?\UNC\ and \\?\X:\, where unit is the number of bytes of a backslash. */
static bool
extended_root(const char *text, size_t len, size_t at, size_t unit,
			  RwRoot *root)
{
	size_t		p = at + 2 * unit;
	RwSpelling	spelling = unit == 1 ? RW_EXTENDED : RW_EXTENDED_ESCAPED;
	size_t		behind;

	if (p >= len || text[p] != '?' ||
		count_backslashes(text, len, p + 1) != unit)
		return false;
	p += 1 + unit;
	if (RW_STARTS(text, len, p, "unc") &&
		count_backslashes(text, len, p + 3) >= unit)
		return set_root(root, spelling, at, p, p + 3 + unit, at);
	behind = p + 2 <= len ? count_backslashes(text, len, p + 2) : 0;
	if (len - p < 2 || !rw_is(text[p], RW_LETTER) || text[p + 1] != ':' ||
		behind < unit)
		return false;
	set_root(root, spelling, at, p, p, at);
	root->drive = true;
	return true;
}

static bool
backslash_root(const char *text, size_t len, size_t at, RwRoot *root)
{
	switch (count_backslashes(text, len, at))
	{
		case 1:
			if (RW_STARTS(text, len, at, "\\/\\/"))
				return set_root(root, RW_JSON_SLASH, at, at, at + 4, at);
			return false;
		case 2:
			return extended_root(text, len, at, 1, root) ||
				set_root(root, RW_PLAIN, at, at, at + 2, at);
		case 4:
			return extended_root(text, len, at, 2, root) ||
				set_root(root, RW_ESCAPED, at, at, at + 4, at);
		case 8:
			return set_root(root, RW_ESCAPED_TWICE, at, at, at + 8, at);
		default:
			return false;
	}
}

/* X: and what tells its spelling. */
static bool
drive_root(const char *text, size_t len, size_t at, RwRoot *root)
{
	size_t		p = at + 2;
	RwSpelling	spelling;

	if (p >= len)
		return false;
	if (text[p] == '/')
		spelling = RW_SLASH;
	else if (RW_STARTS(text, len, p, "\\/"))
		spelling = RW_JSON_SLASH;
	else if (percent_separator(text, len, p))
		spelling = RW_PERCENT;
	else
	{
		size_t		n = count_backslashes(text, len, p);

		if (n == 0)
			return false;
		spelling = n == 2 ? RW_ESCAPED : n == 4 ? RW_ESCAPED_TWICE :
			RW_PLAIN;
	}
	set_root(root, spelling, at, at, at, p);
	root->drive = true;
	return true;
}

/* A URL whose scheme ends at text[colon]. */
static bool
url_root(const char *text, size_t len, size_t colon, RwRoot *root)
{
	static const char *const schemes[] = {"file", "smb", "cifs"};
	size_t		unit;			/* bytes of a slash */
	size_t		slashes = 0;
	size_t		p = colon + 1;

	if (p >= len || (text[p] != '/' && text[p] != '\\'))
		return false;
	unit = text[p] == '\\' ? 2 : 1;
	while (unit == 2 ? RW_STARTS(text, len, p, "\\/") :
		   p < len && text[p] == '/')
	{
		slashes++;
		p += unit;
	}
	for (size_t i = 0; i < 3; i++)
	{
		size_t		n = strlen(schemes[i]);

		if (colon < n ||
			!rw_equal_fold(text + colon - n, schemes[i], n))
			continue;
		set_root(root, unit == 2 ? RW_URL_JSON : RW_URL, colon - n,
				 colon + 1, p, colon + 1);
		root->remote = i > 0;
		root->authority = slashes == 2;
		if (slashes == 2 || (slashes == 4 && i == 0))
			return true;
		if (slashes != 3 || i > 0 || len - p < 3 ||
			!rw_is(text[p], RW_LETTER) || text[p + 1] != ':')
			return false;
		root->drive = true;
		return unit == 2 ? RW_STARTS(text, len, p + 2, "\\/") :
			text[p + 2] == '/';
	}
	return false;
}

bool
rw_root_at_colon(const char *text, size_t len, size_t colon, RwRoot *root)
{
	if (url_root(text, len, colon, root))
		return true;
	return colon > 0 && rw_is(text[colon - 1], RW_LETTER) &&
		drive_root(text, len, colon - 1, root);
}

bool
rw_root_at(const char *text, size_t len, size_t at, RwRoot *root)
{
	size_t		p = at;

	if (at >= len)
		return false;
	if (text[at] == '\\')
		return backslash_root(text, len, at, root);
	if (text[at] == '/')
		return RW_STARTS(text, len, at, "//") &&
			set_root(root, RW_SLASH, at, at, at + 2, at);
	if (text[at] == '%')
		return percent_separator(text, len, at) &&
			percent_separator(text, len, at + 3) &&
			rw_fold(text[at + 2]) == rw_fold(text[at + 5]) &&
			set_root(root, RW_PERCENT, at, at, at + 6, at + 3);
	while (p < len && p - at < 5 && rw_is(text[p], RW_LETTER))
		p++;
	return p < len && text[p] == ':' &&
		rw_root_at_colon(text, len, p, root) && root->start == at;
}

/* Does "file:///" or its JSON spelling end at text[p]? */
static bool
after_file_url(const char *text, size_t p)
{
	static const char *const roots[] = {"file:///", "file:\\/\\/\\/"};

	for (size_t i = 0; i < 2; i++)
	{
		size_t		n = strlen(roots[i]);

		if (p >= n && rw_equal_fold(text + p - n, roots[i], n))
			return true;
	}
	return false;
}

/* Is %1 or %2 before text[p], which pack pairs in REST connections? */
static bool
after_packing(const char *text, size_t p)
{
	return p >= 2 && text[p - 2] == '%' &&
		(text[p - 1] == '1' || text[p - 1] == '2');
}

/*
 * Two or more letters before the ':' text[p - 1].  The end of a host's name is
 * no word of its own: whether a path follows "cn1.corp.local:" would else
 * depend on the host's name, which is rewritten.
 */
static bool
after_word(const char *text, size_t p)
{
	size_t		word = p - 1;

	while (word > 0 && rw_is(text[word - 1], RW_LETTER))
		word--;
	return p - 1 - word >= 2 &&
		(word == 0 || !rw_is(text[word - 1], RW_TOKEN) ||
		 after_packing(text, word));
}

bool
rw_root_allowed(const char *text, const RwRoot *root)
{
	size_t		p = root->start;
	bool		backslashes = text[p] == '\\' && text[p + 1] == '\\';
	bool		url = root->spelling == RW_URL ||
	root->spelling == RW_URL_JSON;
	char		before;

	if (root->drive && (root->spelling == RW_PLAIN ||
						root->spelling == RW_ESCAPED ||
						root->spelling == RW_ESCAPED_TWICE))
		backslashes = true;
	if (p == 0)
		return true;
	before = text[p - 1];
	if (!rw_is(before, RW_LETTER | RW_DIGIT | RW_HIGH) &&
		strchr("_.-$:/\\", before) == NULL)
		return true;
	if (before == '\0')
		return true;
	if (after_packing(text, p))
		return true;
	if (rw_escape_before(text, p))
		return root->spelling != RW_PLAIN && root->spelling != RW_EXTENDED;
	if (before == ':')
		return (backslashes || url) && after_word(text, p);
	return before == '/' && backslashes && after_file_url(text, p);
}
