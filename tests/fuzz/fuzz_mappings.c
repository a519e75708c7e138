/*
 * fuzz_mappings.c
 *		Any set of mappings.
 *
 * A line is a mapping's name, a kind (p, h or v; an upper case letter adds a
 * former value), a site and a value, with tabs between them.  Where the set is
 * accepted, every value as a whole becomes the local one at every site, and a
 * text of all values is rewritten, whatever the order of the lines was.
 */
#include "fuzz.h"

#include "chars.h"
#include "inet6.h"
#include "memory.h"

#define LINES 64

typedef struct Line
{
	const char *column[4];		/* name, kind, site, value */
	char		stored[RW_VALUE_MAX + 1];
	bool		added;
} Line;

static const char *
next_column(char **p)
{
	char	   *column = *p;

	*p += strcspn(column, "\t\n");
	if (**p == '\t')
		*(*p)++ = '\0';
	return column;
}

/* Cut the text, which has a NUL at its end. */
static size_t
cut(char *text, Line *lines)
{
	size_t		n = 0;
	char	   *p = text;

	while (*p != '\0' && n < LINES)
	{
		for (int column = 0; column < 4; column++)
			lines[n].column[column] = next_column(&p);
		p += strcspn(p, "\n");
		if (*p != '\0')
			*p++ = '\0';
		n++;
	}
	return n;
}

static RwKind
kind_of(const Line *line)
{
	switch (line->column[1][0])
	{
		case 'p':
		case 'P':
			return RW_KIND_PATH;
		case 'h':
		case 'H':
			return RW_KIND_HOST;
		default:
			return RW_KIND_VALUE;
	}
}

static bool
is_current(const Line *line)
{
	return line->column[1][0] == rw_fold(line->column[1][0]);
}

static bool
add(RwMappings *set, Line *line)
{
	RwProblem	problem;
	bool		good = rw_value_normalize(kind_of(line), line->column[3],
										  line->stored, &problem);

	if (rw_mappings_add(set, line->column[0], kind_of(line), line->column[2],
						line->column[3], is_current(line), &problem))
	{
		require(good);
		return true;
	}
	require(problem.code == RW_PROBLEM_INVALID);
	require(problem.message[0] != '\0');
	return false;
}

static void
see_warning(void *arg, const RwProblem *problem)
{
	size_t	   *n = arg;

	require(problem->code == RW_PROBLEM_WARNING);
	require(problem->message[0] != '\0' && problem->detail[0] != '\0');
	(*n)++;
}

static bool
equal_fold(const char *a, const char *b)
{
	while (*a != '\0' && rw_fold(*a) == rw_fold(*b))
	{
		a++;
		b++;
	}
	return *a == *b;
}

static bool
same_value(const Line *a, const Line *b)
{
	unsigned char one[16];
	unsigned char other[16];

	if (kind_of(a) == RW_KIND_HOST &&
		rw_inet6_parse(a->stored, strlen(a->stored), one) &&
		rw_inet6_parse(b->stored, strlen(b->stored), other))
		return memcmp(one, other, 16) == 0;
	return equal_fold(a->stored, b->stored);
}

/* The line's value becomes that of local, in the form of its kind. */
static void
check_whole(const RwMatcher *matcher, const Line *line, const Line *local,
			TestMemory *memory)
{
	static const RwForm forms[] = {RW_FORM_PATH, RW_FORM_HOST, RW_FORM_VALUE};
	char	   *out;
	size_t		len;

	if (rw_rewrite(matcher, forms[kind_of(line)], line->stored,
				   strlen(line->stored), &memory->engine, &out,
				   &len) == RW_SAME)
		require(same_value(line, local));
	else
		require(strcmp(out, local->stored) == 0 && len == strlen(out));
}

/* All values in one text: a result that does not depend on the set's order. */
static void
check_text(const RwMatcher *a, const RwMatcher *b, const Line *lines,
		   size_t n, TestMemory *memory)
{
	char		text[LINES * 64] = "";
	char	   *out;
	char	   *other;
	size_t		used = 0;
	size_t		len;
	size_t		other_len;

	for (size_t i = 0; i < n; i++)
	{
		size_t		value = strlen(lines[i].stored);

		if (lines[i].added && value < 60)
		{
			memcpy(text + used, lines[i].stored, value);
			used += value;
			text[used++] = i % 2 == 0 ? ' ' : '/';
		}
	}
	if (rw_rewrite(a, RW_FORM_TEXT, text, used, &memory->engine, &out,
				   &len) == RW_SAME)
		require(rw_rewrite(b, RW_FORM_TEXT, text, used, &memory->engine,
						   &other, &other_len) == RW_SAME);
	else
	{
		require(rw_rewrite(b, RW_FORM_TEXT, text, used, &memory->engine,
						   &other, &other_len) == RW_CHANGED);
		require(len == other_len && memcmp(out, other, len) == 0);
	}
}

static void
check_site(const RwMappings *set, const RwMappings *other, const char *site,
		   const Line *lines, size_t n, TestMemory *memory)
{
	RwMatcher  *a = rw_matcher_create(set, site, &memory->engine);
	RwMatcher  *b = rw_matcher_create(other, site, &memory->engine);

	for (size_t l = 0; l < n; l++)
	{
		const Line *local = &lines[l];

		if (!local->added || !is_current(local) ||
			strcmp(local->column[2], site) != 0)
			continue;
		require(rw_matcher_has_site(a));
		for (size_t i = 0; i < n; i++)
			if (lines[i].added &&
				strcmp(lines[i].column[0], local->column[0]) == 0)
				check_whole(a, &lines[i], local, memory);
	}
	check_text(a, b, lines, n, memory);
	rw_matcher_free(a);
	rw_matcher_free(b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static Line lines[LINES];
	TestMemory	memory;
	RwMappings *set;
	RwMappings *other;
	RwProblem	problem;
	char	   *text = malloc(size + 1);
	size_t		warnings = 0;
	size_t		n;
	bool		good;

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	n = cut(text, lines);
	memory_init(&memory);
	set = rw_mappings_create(&memory.engine);
	other = rw_mappings_create(&memory.engine);
	for (size_t i = 0; i < n; i++)
		lines[i].added = add(set, &lines[i]);

	/* What fitted in one order fits in the other. */
	for (size_t i = n; i-- > 0;)
		if (lines[i].added)
			require(add(other, &lines[i]));
	good = rw_mappings_check(set, &problem);
	require(good || problem.code == RW_PROBLEM_CONFLICT);
	require(good || problem.detail[0] != '\0');
	require(rw_mappings_check(other, &problem) == good);
	rw_mappings_warnings(set, NULL, see_warning, &warnings);
	rw_mappings_warnings(set, n > 0 ? lines[0].column[0] : "", see_warning,
						 &warnings);
	for (size_t i = 0; good && i < n; i++)
		if (lines[i].added)
			check_site(set, other, lines[i].column[2], lines, n, &memory);
	rw_mappings_free(set);
	rw_mappings_free(other);
	memory_reset(&memory);
	free(text);
	return 0;
}
