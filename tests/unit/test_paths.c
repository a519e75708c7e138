/*
 * test_paths.c
 *		Every spelling of a path, with every byte before and behind it.
 *
 * What is expected is derived here from the definition, not from the engine:
 * a path is written in a spelling from a table, and rules on strings say
 * where it is one.
 */
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "sets.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LONG 256

typedef struct Spelling
{
	const char *unc;			/* before the server */
	const char *drive;			/* before the drive letter */
	const char *separator;
	const char *others;			/* single bytes that separate as well */
	bool		backslashes;	/* a drive path is written with backslashes */
} Spelling;

static const Spelling spellings[] = {
	{"\\\\", "", "\\", "\\/", true},
	{"\\\\\\\\", "", "\\\\", "", true},
	{"\\\\\\\\\\\\\\\\", "", "\\\\\\\\", "", true},
	{"//", "", "/", "\\/", false},
	{"\\/\\/", "", "\\/", "", false},
	{"%5C%5C", "", "%5C", "", false},
	{"%5c%5c", "", "%5c", "", false},
	{"%2F%2F", "", "%2F", "", false},
	{"%2f%2f", "", "%2f", "", false},
	{"\\\\?\\UNC\\", "\\\\?\\", "\\", "\\/", true},
	{"\\\\\\\\?\\\\UNC\\\\", "\\\\\\\\?\\\\", "\\\\", "", true},
	{"file://", "file:///", "/", "\\/", false},
	{"File:\\/\\/", "File:\\/\\/\\/", "\\/", "", false},
};

/* One mapping for each way over the two kinds of path. */
typedef struct Way
{
	const char *there;			/* at A */
	const char *here;			/* at B */
} Way;

static const Way ways[] = {
	{"\\\\SRV\\Share", "\\\\T-B\\Q$"},
	{"\\\\SRV2\\Share\\Sub", "E:\\Data"},
	{"D:\\Qlik", "\\\\T-B\\D$\\q"},
	{"D:\\Other\\x", "F:\\y"},
};

static TestMemory memory;
static RwMatcher *matcher;

typedef struct Text
{
	char		bytes[LONG];
	size_t		len;
} Text;

static void
put(Text *text, const char *bytes, size_t len)
{
	memcpy(text->bytes + text->len, bytes, len);
	text->len += len;
}

static void
put_path(Text *text, const Spelling *spelling, const char *value)
{
	bool		unc = value[0] == '\\';
	const char *root = unc ? spelling->unc : spelling->drive;

	put(text, root, strlen(root));
	for (value += unc ? 2 : 0; *value != '\0'; value++)
	{
		if (*value == '\\')
			put(text, spelling->separator, strlen(spelling->separator));
		else
			put(text, value, 1);
	}
}

/* Bytes before and behind, which may be NULs. */
typedef struct Around
{
	const char *before;
	size_t		before_len;
	const char *behind;
	size_t		behind_len;
} Around;

static void
write_text(Text *text, const Spelling *spelling, const char *value,
		   const Around *around)
{
	text->len = 0;
	put(text, around->before, around->before_len);
	put_path(text, spelling, value);
	put(text, around->behind, around->behind_len);
}

/* Rewrite the path of each way; is it one, there? */
static void
test_around(RwForm form, const Spelling *spelling, const Way *way,
			const Around *around, bool path)
{
	Text		in;
	Text		expected;
	char	   *out;
	size_t		len;

	write_text(&in, spelling, way->there, around);
	write_text(&expected, spelling, path ? way->here : way->there, around);
	if (rw_rewrite(matcher, form, in.bytes, in.len, &memory.engine, &out,
				   &len) == RW_SAME)
	{
		out = in.bytes;
		len = in.len;
	}
	if (!check(len == expected.len &&
			   memcmp(out, expected.bytes, len) == 0))
	{
		harness_print("  input", in.bytes, in.len);
		harness_print("  expected", expected.bytes, expected.len);
		harness_print("  got", out, len);
	}
	memory_reset(&memory);
}

static void
test_strings(RwForm form, const Spelling *spelling, const Way *way,
			 const char *before, const char *behind, bool path)
{
	Around		around = {before, strlen(before), behind, strlen(behind)};

	test_around(form, spelling, way, &around, path);
}

static bool
one_of(char c, const char *bytes)
{
	return c != '\0' && strchr(bytes, c) != NULL;
}

static bool
is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c >= '0' && c <= '9') || (unsigned char) c > 0x7F;
}

/* May the byte follow a path in form text, separators apart? */
static bool
follows(char c)
{
	return (unsigned char) c <= ' ' || c == 0x7F ||
		one_of(c, "\"';,<>|?*=&#()[]{}`\\");
}

static void
test_bytes(const Spelling *spelling, const Way *way)
{
	for (int i = 0; i < 256; i++)
	{
		char		c = (char) i;
		char		dot[2] = {'.', c};
		Around		before = {&c, 1, "", 0};
		Around		behind = {"", 0, &c, 1};
		Around		behind_dot = {"", 0, dot, 2};
		bool		separator = one_of(c, spelling->others);

		test_around(RW_FORM_TEXT, spelling, way, &before,
					!is_name(c) && !one_of(c, "_.-$:/\\"));
		test_around(RW_FORM_PATH, spelling, way, &before, false);

		test_around(RW_FORM_TEXT, spelling, way, &behind,
					follows(c) || separator || c == '.');
		test_around(RW_FORM_PATH, spelling, way, &behind, separator);
		test_around(RW_FORM_TEXT, spelling, way, &behind_dot,
					follows(c) && !separator);
		test_around(RW_FORM_PATH, spelling, way, &behind_dot, false);
	}
}

typedef struct String
{
	const char *bytes;
	bool		good;
} String;

/* Of form text, in every spelling. */
static const String befores[] = {
	{"", true}, {"%1", true}, {"%2", true}, {"x%1", true}, {"%3", false},
	{"1", false}, {"x2", false}, {"a=", true}, {"x ", true},
	{" \xC3\xA9", false},
	{"%20", false}, {"%", true}, {"\\b", false}, {"\\\"", true},
	{"//x/", false}, {"c:", false}, {"1:", false}, {"a1:", false},
	{"https:/", false},
};

static const String behinds[] = {
	{"", true}, {"%1", true}, {"%2", true}, {"%1x", true}, {"%2x", true},
	{"%20", true}, {"%3", false}, {"%", false}, {"%22", true}, {"%24", false},
	{"%2B", false}, {"%2b", false}, {"%2D", false}, {"%2d", false},
	{"%2E", false}, {"%2e", false}, {"%2A", true}, {"%24:", true},
	{"%2b:", true}, {"%2D:", true}, {"%2E:", true}, {"%2Dx:", false},
	{". ", true}, {".\"", true}, {".%1", true}, {".%24", false},
	{"..", false}, {".x", false}, {"2", false}, {"-old", false},
	{"$", false}, {" x", true}, {"\xC3\xA9", false}, {"\\\"", true},
};

static void
test_befores_and_behinds(const Spelling *spelling, const Way *way)
{
	static const char *const escapes[] = {"\\n", "\\r", "\\t", "x\\n"};
	bool		unc = way->there[0] == '\\';
	const char *root = unc ? spelling->unc : spelling->drive;
	bool		backslashes = strncmp(root, "\\\\", 2) == 0 ||
	(!unc && root[0] == '\0' && spelling->backslashes);
	bool		url = one_of(root[0], "fF");

	for (size_t i = 0; i < COUNT(befores); i++)
		test_strings(RW_FORM_TEXT, spelling, way, befores[i].bytes, "",
					 befores[i].good);
	for (size_t i = 0; i < COUNT(behinds); i++)
		test_strings(RW_FORM_TEXT, spelling, way, "", behinds[i].bytes,
					 behinds[i].good);

	/* An escape is none where a single backslash separates. */
	for (size_t i = 0; i < COUNT(escapes); i++)
		test_strings(RW_FORM_TEXT, spelling, way, escapes[i], "",
					 strcmp(spelling->separator, "\\") != 0);
	test_strings(RW_FORM_TEXT, spelling, way, "np:", "", backslashes || url);
	test_strings(RW_FORM_TEXT, spelling, way, "/out:", "",
				 backslashes || url);
	test_strings(RW_FORM_TEXT, spelling, way, "1a:", "", false);

	/* "file:///D:/" is the URL of a drive path: a spelling of its own. */
	if (unc || url || backslashes)
		test_strings(RW_FORM_TEXT, spelling, way, "file:///", "",
					 backslashes);
}

/* Separators in any number, mixed where that is allowed; the rest stays. */
static void
test_separators(void)
{
	static const Way pairs[] = {
		{"\\\\SRV\\\\Share\\\\x", "\\\\T-B\\Q$\\\\x"},
		{"\\\\srv/SHARE/x\\y", "\\\\T-B\\Q$/x\\y"},
		{"//SRV\\/Share//x", "//T-B/Q$//x"},
		{"\\\\\\\\SRV\\\\\\\\Share\\\\\\\\x", "\\\\\\\\T-B\\\\Q$\\\\\\\\x"},
		{"\\/\\/SRV\\/\\/Share\\/x", "\\/\\/T-B\\/Q$\\/x"},
		{"%5C%5CSRV%5c%2FShare%2fx", "%5C%5CT-B%5CQ$%2fx"},
		{"\\\\?\\UNC\\SRV/Share/x", "\\\\?\\UNC\\T-B\\Q$/x"},
		{"file://SRV\\Share\\x", "file://T-B/Q$\\x"},
		{"file:////SRV/Share/x", "file:////T-B/Q$/x"},
		{"file:\\/\\/\\/\\/SRV\\/Share", "file:\\/\\/\\/\\/T-B\\/Q$"},
		{"file:////SRV2/Share/Sub/x", "file:///E:/Data/x"},
		{"smb://SRV/Share/x", "smb://T-B/Q$/x"},
		{"CIFS:\\/\\/SRV\\/Share", "CIFS:\\/\\/T-B\\/Q$"},
		{"smb://SRV2/Share/Sub", "smb://SRV2/Share/Sub"},
		{"d:\\\\\\Qlik\\x", "\\\\T-B\\D$\\q\\x"},
		{"D:\\/Qlik/x", "D:\\/Qlik/x"},
		{"D:/Other/x/z", "F:/y/z"},
		{"D:\\Other/x", "F:\\y"},

		/* roots that are none */
		{"\\SRV\\Share", NULL}, {"/SRV/Share", NULL},
		{"\\\\\\SRV\\Share", NULL}, {"\\\\\\\\\\SRV\\Share", NULL},
		{"\\\\\\\\\\\\SRV\\Share", NULL}, {"\\\\\\\\\\\\\\SRV\\Share", NULL},
		{"\\\\\\\\SRV\\Share", NULL}, {"\\\\ SRV\\Share", NULL},
		{"///SRV/Share", NULL}, {"%5C%2FSRV%5CShare", NULL},
		{"%5CSRV%5CShare", NULL}, {"file:/SRV/Share", NULL},
		{"file:///SRV/Share", NULL}, {"file://///SRV/Share", NULL},
		{"smb:///D:/Qlik", NULL}, {"ftp://SRV/Share", NULL},
		{"file:///D:Qlik", NULL}, {"file://D:/Qlik", NULL},
		{"\\\\?\\SRV\\Share", NULL}, {"\\\\.\\UNC\\SRV\\Share", NULL},
		{"\\\\?\\UNC\\\\?\\SRV\\Share", NULL}, {"\\\\?\\D:Qlik", NULL},
		{"D:Qlik", NULL}, {"DD:\\Qlik", NULL}, {":\\Qlik", NULL},
		{"\\\\SRVX\\Share", NULL}, {"\\\\SRV", NULL}, {"D:\\", NULL},
		{"\\\\SRV2\\Share", NULL}, {"\\\\SRV2\\Share\\Su", NULL},
	};

	for (size_t i = 0; i < COUNT(pairs); i++)
	{
		const char *here = pairs[i].here != NULL ? pairs[i].here :
		pairs[i].there;

		check_text(set_rewrite(matcher, RW_FORM_TEXT, pairs[i].there,
							   &memory), here);
		check_text(set_rewrite(matcher, RW_FORM_PATH, pairs[i].there,
							   &memory), here);
	}

	/* Half a separator begins an escape in a text, and none in a path. */
	check_text(set_rewrite(matcher, RW_FORM_TEXT,
						   "\\\\\\\\SRV\\\\Share\\x", &memory),
			   "\\\\\\\\T-B\\\\Q$\\x");
	check_text(set_rewrite(matcher, RW_FORM_PATH,
						   "\\\\\\\\SRV\\\\Share\\x", &memory),
			   "\\\\\\\\SRV\\\\Share\\x");
	memory_reset(&memory);
}

int
main(void)
{
	SetLine		lines[2 * COUNT(ways)];
	static const char *const names[] = {"m0", "m1", "m2", "m3"};
	TestMemory	place;

	memory_init(&memory);
	memory_init(&place);
	for (size_t i = 0; i < COUNT(ways); i++)
	{
		SetLine		line = {names[i], RW_KIND_PATH, "A", NULL, false};

		line.value = ways[i].there;
		lines[2 * i] = line;
		line.site = "B";
		line.value = ways[i].here;
		lines[2 * i + 1] = line;
	}
	matcher = set_compile(lines, COUNT(lines), "B", &place);
	for (size_t s = 0; s < COUNT(spellings); s++)
		for (size_t w = 0; w < COUNT(ways); w++)
		{
			test_strings(RW_FORM_PATH, &spellings[s], &ways[w], "", "", true);
			test_bytes(&spellings[s], &ways[w]);
			test_befores_and_behinds(&spellings[s], &ways[w]);
		}
	test_separators();
	rw_matcher_free(matcher);
	check(place.live == 0);
	return harness_finish();
}
